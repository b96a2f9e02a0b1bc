//! What a server denies us, read from its words. Such errors need an administrator, not a retry.

use async_nats::{Event, ServerError};

/// The server knows us not, or not for this.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It does not accept the transport key.
    #[error(
        "the server does not accept this transport key ({said}): is the unit enrolled there with this key?"
    )]
    Credentials {
        /// Its words.
        said: String,
    },
    /// We may not publish there.
    #[error(
        "this key may not publish to `{subject}`: the server's permissions and the unit's number disagree"
    )]
    Publish {
        /// The subject.
        subject: String,
    },
    /// We may not subscribe there.
    #[error(
        "this key may not subscribe to `{subject}`: the server's permissions and the unit's number disagree"
    )]
    Subscribe {
        /// The subject.
        subject: String,
    },
}

impl Refusal {
    /// What an event of the connection refuses, if it does.
    pub(crate) fn of(event: &Event) -> Option<Refusal> {
        match event {
            Event::ServerError(ServerError::AuthorizationViolation) => credentials("authorization violation"),
            Event::ServerError(ServerError::Other(said)) => Refusal::of_words(said),
            // a connection attempt of the background reconnect that failed
            Event::ClientError(async_nats::ClientError::Other(said)) => Refusal::of_words(said),
            _ => None,
        }
    }

    /// `Permissions Violation for Publish to "x"`, `… for Subscription to "x"`, `User Authentication Expired` and the like.
    fn of_words(said: &str) -> Option<Refusal> {
        let words = said.to_ascii_lowercase();
        if let Some((_, rest)) = words.split_once("permissions violation for ") {
            let subject = said.split('"').nth(1).unwrap_or(said).to_owned();
            let publish = rest.starts_with("publish");
            return Some(if publish { Refusal::Publish { subject } } else { Refusal::Subscribe { subject } });
        }
        let known = ["authorization violation", "authentication expired", "authentication revoked"];
        if known.iter().any(|phrase| words.contains(phrase)) { credentials(said) } else { None }
    }
}

fn credentials(said: &str) -> Option<Refusal> {
    Some(Refusal::Credentials { said: said.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_server_become_typed_refusals() {
        let of = |said: &str| Refusal::of(&Event::ServerError(ServerError::Other(said.to_owned())));
        assert_eq!(
            of("Permissions Violation for Publish to \"socai.x.seg.18\""),
            Some(Refusal::Publish { subject: "socai.x.seg.18".to_owned() })
        );
        assert_eq!(
            of("Permissions Violation for Subscription to \"_INBOX.x.u18.>\" using queue \"q\""),
            Some(Refusal::Subscribe { subject: "_INBOX.x.u18.>".to_owned() })
        );
        assert!(matches!(of("User Authentication Revoked"), Some(Refusal::Credentials { .. })));
        assert_eq!(of("maximum connections exceeded"), None);
        assert_eq!(Refusal::of(&Event::Connected), None);
    }
}
