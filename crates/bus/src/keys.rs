//! The key a unit shows to NATS servers.

use std::fmt;

/// A transport key could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a NATS user {expected}: {why}")]
pub struct BadKey {
    /// `seed (SU…)` or `public key (U…)`.
    pub expected: &'static str,
    /// What is wrong with it. The text given is not repeated: it may be a secret.
    pub why: String,
}

/// A unit's transport key: a NATS user nkey (Ed25519).
///
/// It signs whatever nonce a server sends, so it must never be the sealing or witnessing key.
#[derive(Clone)]
pub struct TransportKey {
    seed: String,
    public: String,
}

impl TransportKey {
    /// A new key from the operating system's randomness.
    pub fn generate() -> Result<TransportKey, BadKey> {
        let pair = nkeys::KeyPair::new_user();
        let seed = pair.seed().map_err(|error| bad_seed(&error))?;
        Ok(TransportKey { seed, public: pair.public_key() })
    }

    /// The key of 32 secret bytes.
    pub fn from_secret(secret: [u8; 32]) -> Result<TransportKey, BadKey> {
        let pair = nkeys::KeyPair::new_from_raw(nkeys::KeyPairType::User, secret);
        let pair = pair.map_err(|error| bad_seed(&error))?;
        let seed = pair.seed().map_err(|error| bad_seed(&error))?;
        Ok(TransportKey { seed, public: pair.public_key() })
    }

    /// Reads a seed (`SU…`); white space around it is dropped.
    pub fn from_seed(seed: &str) -> Result<TransportKey, BadKey> {
        let pair = nkeys::KeyPair::from_seed(seed.trim()).map_err(|error| bad_seed(&error))?;
        if pair.key_pair_type() != nkeys::KeyPairType::User {
            let why = "it is a key of another type".to_owned();
            return Err(BadKey { expected: "seed (SU…)", why });
        }
        Ok(TransportKey { seed: seed.trim().to_owned(), public: pair.public_key() })
    }

    /// The secret, to be written to a file of mode 0600 and nowhere else.
    pub fn seed(&self) -> &str {
        &self.seed
    }

    /// The public part (`U…`), which servers are configured with.
    pub fn public(&self) -> &str {
        &self.public
    }
}

impl fmt::Debug for TransportKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "TransportKey({})", self.public)
    }
}

fn bad_seed(error: &nkeys::error::Error) -> BadKey {
    BadKey { expected: "seed (SU…)", why: error.to_string() }
}

/// Checks a public key before it goes into a server's configuration.
pub(crate) fn check_public(public: &str) -> Result<(), BadKey> {
    let bad = |why: String| BadKey { expected: "public key (U…)", why };
    let pair = nkeys::KeyPair::from_public_key(public).map_err(|error| bad(error.to_string()))?;
    match pair.key_pair_type() {
        nkeys::KeyPairType::User => Ok(()),
        _ => Err(bad("it is a key of another type".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_comes_back_as_the_same_key_and_is_never_printed() {
        let key = TransportKey::generate().unwrap();
        let again = TransportKey::from_seed(&format!(" {}\n", key.seed())).unwrap();
        assert_eq!(again.public(), key.public());
        assert!(!format!("{key:?}").contains(key.seed()));
        assert_eq!(check_public(key.public()), Ok(()));
    }

    #[test]
    fn keys_of_other_types_and_damaged_seeds_are_refused() {
        let account = nkeys::KeyPair::new_account();
        assert!(TransportKey::from_seed(&account.seed().unwrap()).is_err());
        assert!(check_public(&account.public_key()).is_err());
        let good = TransportKey::generate().unwrap();
        let damaged = format!("{}A", &good.seed()[..good.seed().len() - 1]);
        if damaged != good.seed() {
            assert!(TransportKey::from_seed(&damaged).is_err());
        }
        assert!(TransportKey::from_seed("").is_err());
        assert!(check_public("\", permissions: {publish: \">\"}").is_err());
    }
}
