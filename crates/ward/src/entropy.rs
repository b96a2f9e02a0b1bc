//! Random bytes from the system, and ids derived from what a caller can repeat.

/// The system gave no random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the system gives no random bytes; nothing is sealed without them")]
pub struct NoEntropy;

/// `N` random bytes.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], NoEntropy> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| NoEntropy)?;
    Ok(bytes)
}

/// An event's id: 16 bytes, unique in the unit's chain, not to be guessed from what is public.
pub type EventId = [u8; 16];

/// Makes the ids that a repeated import or request must find again.
///
/// BLAKE3 keyed with the unit's own secret over a domain word and the parts, cut to 16 bytes: nobody without the secret can compute
/// one, so the digest of the facts stays unguessable although the id is not random.
#[derive(Clone, Copy)]
pub struct IdMaker {
    secret: [u8; 32],
}

impl IdMaker {
    /// Ids made with `secret`.
    pub fn new(secret: [u8; 32]) -> Self {
        IdMaker { secret }
    }

    /// The id of one row of an imported file, known by its BLAKE3.
    pub fn of_row(&self, file: &[u8; 32], row: u32) -> EventId {
        self.make(b"import", &[file, &row.to_be_bytes()])
    }

    /// The id of one event of a request that carried an idempotency key.
    pub fn of_request(&self, key: &str, index: u32) -> EventId {
        self.make(b"request", &[key.as_bytes(), &index.to_be_bytes()])
    }

    /// The salt of an event's annex: the same again when the same event is drafted again.
    pub fn salt(&self, id: &EventId) -> [u8; 16] {
        self.make(b"salt", &[id])
    }

    fn make(&self, domain: &[u8], parts: &[&[u8]]) -> [u8; 16] {
        let mut hasher = blake3::Hasher::new_keyed(&self.secret);
        for part in [domain].iter().chain(parts) {
            hasher.update(&(part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        let mut id = [0; 16];
        hasher.finalize_xof().fill(&mut id);
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_row_has_the_same_id_and_nothing_else_has() {
        let ids = IdMaker::new([7; 32]);
        assert_eq!(ids.of_row(&[1; 32], 2), ids.of_row(&[1; 32], 2));
        assert_ne!(ids.of_row(&[1; 32], 2), ids.of_row(&[1; 32], 3));
        assert_ne!(ids.of_row(&[1; 32], 2), ids.of_row(&[2; 32], 2));
        assert_ne!(ids.of_row(&[1; 32], 2), IdMaker::new([8; 32]).of_row(&[1; 32], 2));
    }

    #[test]
    fn a_request_key_cannot_run_into_its_index() {
        let ids = IdMaker::new([7; 32]);
        assert_ne!(ids.of_request("a\0\0\0\u{1}", 0), ids.of_request("a", 1));
        assert_ne!(ids.of_request("k", 0), ids.salt(&[0; 16]));
    }
}
