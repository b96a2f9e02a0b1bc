//! Who may say what on the bus. A server's allow list denies everything that is not on it.

use crate::{keys::BadKey, keys::check_public, subjects::Subjects};
use socai_tlog::UnitNo;
use std::fmt::Write as _;

/// What a key is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// A unit: publishes on its own subject, uses its own inbox, nothing else.
    Unit(UnitNo),
    /// The district: creates and reads the one stream, answers units.
    District,
    /// A leaf server that relays for these units; its own key, in the hub's configuration.
    Leaf(Vec<UnitNo>),
    /// The break-glass administrator of the account's streams; no service runs as it.
    Admin,
}

/// The subjects a role may publish to and subscribe to; everything else is denied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Subjects it may publish to.
    pub publish: Vec<String>,
    /// Subjects it may subscribe to.
    pub subscribe: Vec<String>,
}

/// A key that a server lets in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The public transport key (`U…`).
    pub public_key: String,
    /// What it is for.
    pub role: Role,
}

impl Role {
    /// What the role may do.
    ///
    /// The district may *create* the stream, so that a wiped broker heals without an administrator: creating cannot change a stream
    /// that exists. It may not update, purge or delete it, nor publish as a unit; on the operator's own subject it leaves its
    /// checkpoints. It may delete single messages, because annexes that are erased by procedure are erased on their way as well.
    pub fn grant(&self, subjects: &Subjects) -> Grant {
        let stream = subjects.stream();
        match self {
            Role::Unit(unit) => Grant {
                publish: vec![subjects.seg(*unit)],
                subscribe: vec![format!("{}.>", subjects.inbox(*unit))],
            },
            Role::District => Grant {
                publish: vec![
                    format!("$JS.API.STREAM.CREATE.{stream}"),
                    format!("$JS.API.STREAM.INFO.{stream}"),
                    format!("$JS.API.STREAM.MSG.DELETE.{stream}"),
                    format!("$JS.API.CONSUMER.CREATE.{stream}.*"),
                    format!("$JS.API.CONSUMER.INFO.{stream}.*"),
                    format!("$JS.API.CONSUMER.DELETE.{stream}.*"),
                    format!("$JS.API.CONSUMER.MSG.NEXT.{stream}.*"),
                    subjects.seg(UnitNo::OPERATOR),
                    subjects.all_downs(),
                ],
                subscribe: vec![format!("{}.>", subjects.district_inbox())],
            },
            Role::Leaf(units) => Grant {
                publish: units.iter().map(|unit| subjects.seg(*unit)).collect(),
                subscribe: units.iter().map(|unit| format!("{}.>", subjects.inbox(*unit))).collect(),
            },
            Role::Admin => Grant {
                publish: vec!["$JS.API.>".to_owned()],
                subscribe: vec![format!("{}.>", subjects.admin_inbox())],
            },
        }
    }
}

/// The `users` array of a nats-server account, one line per user, to be included by a server's configuration.
///
/// Refuses a key that is not a user's public key, so that no text from outside reaches the configuration's syntax.
pub fn users_conf(users: &[User], subjects: &Subjects) -> Result<String, BadKey> {
    let mut text = String::from("users: [\n");
    for user in users {
        check_public(&user.public_key)?;
        let grant = user.role.grant(subjects);
        // writing to a String cannot fail
        let _ = writeln!(
            text,
            "  {{ nkey: \"{}\", permissions: {{ publish: {{ allow: {} }}, subscribe: {{ allow: {} }} }} }}",
            user.public_key,
            list(&grant.publish),
            list(&grant.subscribe),
        );
    }
    text.push_str("]\n");
    Ok(text)
}

fn list(subjects: &[String]) -> String {
    let quoted: Vec<String> = subjects.iter().map(|subject| format!("\"{subject}\"")).collect();
    format!("[{}]", quoted.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TransportKey;

    #[test]
    fn a_unit_is_granted_its_own_subject_and_inbox_and_nothing_else() {
        let subjects = Subjects::new("x").unwrap();
        let grant = Role::Unit(UnitNo(17)).grant(&subjects);
        assert_eq!(grant.publish, ["socai.x.seg.17"]);
        assert_eq!(grant.subscribe, ["_INBOX.x.u17.>"]);
    }

    #[test]
    fn no_service_may_change_purge_or_delete_the_stream() {
        let subjects = Subjects::new("x").unwrap();
        for role in [Role::Unit(UnitNo(1)), Role::District, Role::Leaf(vec![UnitNo(1), UnitNo(2)])] {
            for subject in role.grant(&subjects).publish {
                for verb in ["UPDATE", "PURGE", "STREAM.DELETE", "RESTORE", "PEER", ">"] {
                    assert!(!subject.contains(verb), "{role:?} may {subject}");
                }
                let may_erase = subject.contains("MSG.DELETE");
                assert!(!may_erase || role == Role::District, "{role:?} may {subject}");
            }
        }
    }

    #[test]
    fn a_key_that_is_not_a_key_never_reaches_the_configuration() {
        let subjects = Subjects::new("x").unwrap();
        let user = |key: &str| User { public_key: key.to_owned(), role: Role::District };
        assert!(users_conf(&[user("U\" } ] }")], &subjects).is_err());
        let good = TransportKey::generate().unwrap();
        let text = users_conf(&[user(good.public())], &subjects).unwrap();
        assert!(text.contains(good.public()) && text.contains("\"_INBOX.x.*.down\""));
    }
}
