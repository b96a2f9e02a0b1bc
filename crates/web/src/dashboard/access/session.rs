//! Sessions: what a browser carries after a login, in memory only.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

/// How long a session lasts; a working day.
pub(super) const LASTS: Duration = Duration::from_secs(8 * 3600);
/// Sessions at once; the oldest goes first.
const MOST: usize = 4_096;
/// What the key of a session's forms is derived for.
const FORMS: &str = "socai dashboard form v1";

/// 32 random bytes as hexadecimal digits.
pub(super) fn random() -> Result<String, String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| error.to_string())?;
    Ok(socai_tlog::Digest(bytes).to_string())
}

/// What a form of a session has to bring back: it follows from the session and does not tell it.
pub(super) fn form_key(session: &str) -> String {
    socai_tlog::Digest(blake3::derive_key(FORMS, session.as_bytes())).to_string()
}

/// Sessions by the digest of their name: whoever reads this memory cannot go on with one.
#[derive(Debug, Default)]
pub(super) struct Sessions(HashMap<[u8; 32], Session>);

#[derive(Debug)]
struct Session {
    begun: Instant,
    /// Of the token that it was begun with.
    token: [u8; 32],
}

impl Sessions {
    /// Begins one, and gives its name.
    pub(super) fn begin(&mut self, token: [u8; 32], now: Instant) -> Result<String, String> {
        self.0.retain(|_, session| now.duration_since(session.begun) < LASTS);
        while self.0.len() >= MOST {
            let oldest = self.0.iter().min_by_key(|(_, session)| session.begun).map(|(name, _)| *name);
            let Some(oldest) = oldest else { break };
            self.0.remove(&oldest);
        }
        let name = random()?;
        self.0.insert(*blake3::hash(name.as_bytes()).as_bytes(), Session { begun: now, token });
        Ok(name)
    }

    /// The token of a session that still lasts.
    pub(super) fn token(&self, name: &str, now: Instant) -> Option<[u8; 32]> {
        let session = self.0.get(blake3::hash(name.as_bytes()).as_bytes())?;
        (now.duration_since(session.begun) < LASTS).then_some(session.token)
    }

    pub(super) fn end(&mut self, name: &str) {
        self.0.remove(blake3::hash(name.as_bytes()).as_bytes());
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_lasts_a_working_day_unless_it_is_ended_and_there_are_never_too_many() {
        let (mut sessions, now) = (Sessions::default(), Instant::now());
        let one = sessions.begin([1; 32], now).unwrap();
        assert_eq!(sessions.token(&one, now), Some([1; 32]));
        assert_eq!(sessions.token("another", now), None);
        assert_eq!(sessions.token(&one, now + LASTS), None);
        sessions.end(&one);
        assert_eq!(sessions.token(&one, now), None);
        for _ in 0..MOST + 10 {
            sessions.begin([2; 32], now).unwrap();
        }
        assert_eq!(sessions.len(), MOST);
        sessions.begin([3; 32], now + LASTS).unwrap();
        assert_eq!(sessions.len(), 1, "those that ended are forgotten");
        assert_ne!(form_key(&one), form_key("another"));
    }
}
