//! A unit's secrets: three keys that never stand in for one another, and the secret that event ids are derived with.
//!
//! `keys/transport` answers the broker's nonces (it signs whatever a server sends, so it must be no other key),
//! `keys/sealing` signs segments, `keys/witnessing` cosigns checkpoints, `keys/ids` keeps derived event ids from being
//! guessed, `keys/vault` opens the unit's vault. A rotation adds `keys/sealing.<first 16 hex digits of the public key>`; old sealing keys stay, because
//! records sealed before the rotation may still have to be signed into other segments.

use std::{fs, os::unix::fs::PermissionsExt as _};

use nkeys::{KeyPair, KeyPairType};
use serde::{Deserialize, Serialize};
use socai_tlog::{SealingKey, SigningKey};

use crate::{
    dir::{FileError, UnitDir, make_dir, read_if_there, replace, write_new},
    entropy::{NoEntropy, random},
    vault::VaultError,
};

/// The public half of a unit's keys: what `enrolment.json` holds and the operator registers.
///
/// Field names are those of `unit.registered`; keys are 64 hex digits. `transport_nkey` is the transport key as a NATS
/// server's configuration names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolment {
    /// Ed25519 key that answers the broker's nonces.
    pub transport_key: String,
    /// The same, as a NATS user nkey (`U…`).
    pub transport_nkey: String,
    /// Ed25519 key that signs segments.
    pub sealing_key: String,
    /// Ed25519 key that cosigns checkpoints.
    pub witnessing_key: String,
}

/// A unit's secrets in memory. Not printable on purpose.
pub struct Keys {
    transport: KeyPair,
    sealing: Vec<SigningKey>,
    witnessing: SigningKey,
    ids: [u8; 32],
}

/// Why the unit's keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A key file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The system gave no random bytes.
    #[error(transparent)]
    Entropy(#[from] NoEntropy),
    /// A key is not there.
    #[error(
        "{path}: missing; bring it back from the backup, or make new keys and have the operator record the rotation"
    )]
    Missing {
        /// Where it should be.
        path: String,
    },
    /// A key file holds something else.
    #[error("{path}: not {expected}; bring it back from the backup")]
    Content {
        /// The file.
        path: String,
        /// What it should hold.
        expected: &'static str,
    },
}

/// Makes the keys that are missing, each for its owner alone, and writes `enrolment.json`.
///
/// A key that is there is never overwritten, so a run that was cut short is finished by the next.
///
/// # Errors
/// A file cannot be written, or one that is there is not a key.
pub fn generate(dir: &UnitDir) -> Result<Enrolment, KeyError> {
    make_dir(&dir.keys())?;
    for name in ["sealing", "witnessing", "ids", VAULT] {
        make_if_missing(dir, name, || Ok(hex::encode(random::<32>()?)))?;
    }
    make_if_missing(dir, "transport", || {
        let pair = KeyPair::new_from_raw(KeyPairType::User, random()?).and_then(|pair| pair.seed());
        pair.map_err(|_| content(dir, "transport", "a NATS user seed"))
    })?;
    let enrolment = Keys::read(dir)?.enrolment()?;
    let text = serde_json::to_string_pretty(&enrolment).unwrap_or_default();
    replace(&dir.enrolment(), text.as_bytes())?;
    Ok(enrolment)
}

/// The name of the vault's key.
pub(crate) const VAULT: &str = "vault";

/// The key of the vault; made for a unit that has none and no entries yet.
///
/// # Errors
/// It is missing although there are entries, others may read it, or it is none.
pub(crate) fn vault(dir: &UnitDir, has_entries: bool) -> Result<[u8; 32], VaultError> {
    let path = dir.keys().join(VAULT);
    if has_entries && !path.exists() {
        return Err(VaultError::NoKey { path: path.display().to_string() });
    }
    make_if_missing(dir, VAULT, || Ok(hex::encode(random::<32>()?)))?;
    let mode = fs::metadata(&path).map_err(FileError::at(&path))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(VaultError::Open { path: path.display().to_string() });
    }
    Ok(secret(dir, VAULT)?)
}

/// Makes and stores the sealing key that a rotation will bring in. Nothing is signed with it before the rotation is sealed.
///
/// # Errors
/// No random bytes, or the file cannot be written.
pub(crate) fn add_sealing(dir: &UnitDir) -> Result<SigningKey, KeyError> {
    let key = SigningKey::from_bytes(&random()?);
    let name = format!("sealing.{}", &SealingKey::of(&key).to_string()[..16]);
    write_new(&dir.keys().join(name), hex::encode(key.to_bytes()).as_bytes())?;
    Ok(key)
}

impl Keys {
    /// Reads every key of the unit.
    ///
    /// # Errors
    /// A key is missing or is not one; the file is named.
    pub fn read(dir: &UnitDir) -> Result<Keys, KeyError> {
        let seed = text(dir, "transport")?;
        let transport =
            KeyPair::from_seed(&seed).map_err(|_| content(dir, "transport", "a NATS user seed"))?;
        let witnessing = SigningKey::from_bytes(&secret(dir, "witnessing")?);
        let mut sealing = vec![SigningKey::from_bytes(&secret(dir, "sealing")?)];
        for name in rotated_names(dir)? {
            sealing.push(SigningKey::from_bytes(&secret(dir, &name)?));
        }
        Ok(Keys { transport, sealing, witnessing, ids: secret(dir, "ids")? })
    }

    /// The public half, with the first sealing key.
    ///
    /// # Errors
    /// The transport key is no NATS user key.
    pub fn enrolment(&self) -> Result<Enrolment, KeyError> {
        let transport_nkey = self.transport.public_key();
        let transport_key = nkeys::from_public_key(&transport_nkey)
            .map_err(|_| KeyError::Content { path: "keys/transport".into(), expected: "a NATS user seed" })?;
        Ok(Enrolment {
            transport_key: hex::encode(transport_key.1),
            transport_nkey,
            sealing_key: SealingKey::of(&self.sealing[0]).to_string(), // `read` put one in
            witnessing_key: hex::encode(self.witnessing.verifying_key().as_bytes()),
        })
    }

    /// The seed that opens the connection to the broker.
    ///
    /// # Errors
    /// The transport key holds no seed.
    pub fn transport_seed(&self) -> Result<String, KeyError> {
        self.transport
            .seed()
            .map_err(|_| KeyError::Content { path: "keys/transport".into(), expected: "a NATS user seed" })
    }

    /// The secret of a sealing key, if this directory has it.
    pub fn sealing(&self, public: &SealingKey) -> Option<&SigningKey> {
        self.sealing.iter().find(|key| SealingKey::of(key) == *public)
    }

    /// Every sealing key whose secret is here, the first one first.
    pub fn sealing_keys(&self) -> impl Iterator<Item = SealingKey> + '_ {
        self.sealing.iter().map(SealingKey::of)
    }

    /// The secret that cosigns checkpoints.
    pub(crate) fn witnessing(&self) -> &SigningKey {
        &self.witnessing
    }

    /// Takes in a key that a rotation brings in.
    pub(crate) fn hold(&mut self, key: SigningKey) {
        self.sealing.push(key);
    }

    /// The secret that event ids are derived with.
    pub(crate) fn ids(&self) -> [u8; 32] {
        self.ids
    }
}

fn make_if_missing(
    dir: &UnitDir,
    name: &str,
    make: impl FnOnce() -> Result<String, KeyError>,
) -> Result<(), KeyError> {
    let path = dir.keys().join(name);
    if path.exists() {
        return Ok(());
    }
    Ok(write_new(&path, make()?.as_bytes())?)
}

fn text(dir: &UnitDir, name: &str) -> Result<String, KeyError> {
    let path = dir.keys().join(name);
    let Some(bytes) = read_if_there(&path)? else {
        return Err(KeyError::Missing { path: path.display().to_string() });
    };
    let text = String::from_utf8(bytes).map_err(|_| content(dir, name, "text"))?;
    Ok(text.trim().to_owned())
}

fn secret(dir: &UnitDir, name: &str) -> Result<[u8; 32], KeyError> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text(dir, name)?, &mut bytes)
        .map_err(|_| content(dir, name, "a secret of 64 hex digits"))?;
    Ok(bytes)
}

fn content(dir: &UnitDir, name: &str, expected: &'static str) -> KeyError {
    KeyError::Content { path: dir.keys().join(name).display().to_string(), expected }
}

/// Names of the sealing keys that rotations brought in, in a fixed order.
fn rotated_names(dir: &UnitDir) -> Result<Vec<String>, KeyError> {
    let path = dir.keys();
    let mut names = Vec::new();
    for entry in fs::read_dir(&path).map_err(FileError::at(&path))? {
        let name = entry.map_err(FileError::at(&path))?.file_name().to_string_lossy().into_owned();
        if name.starts_with("sealing.") {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit() -> (tempfile::TempDir, UnitDir) {
        let dir = tempfile::tempdir().unwrap();
        let unit = UnitDir::new(dir.path());
        (dir, unit)
    }

    #[test]
    fn three_different_keys_are_made_for_the_owner_alone() {
        let (_dir, unit) = unit();
        let made = generate(&unit).unwrap();
        assert_ne!(made.transport_key, made.sealing_key);
        assert_ne!(made.sealing_key, made.witnessing_key);
        assert!(made.transport_nkey.starts_with('U'));
        for name in ["transport", "sealing", "witnessing", "ids", VAULT] {
            let mode = fs::metadata(unit.keys().join(name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }

    #[test]
    fn keys_that_are_there_are_never_overwritten() {
        let (_dir, unit) = unit();
        let made = generate(&unit).unwrap();
        assert_eq!(generate(&unit).unwrap(), made);
        fs::remove_file(unit.keys().join("witnessing")).unwrap();
        let again = generate(&unit).unwrap();
        assert_eq!(again.sealing_key, made.sealing_key, "only the missing one is made");
        assert_ne!(again.witnessing_key, made.witnessing_key);
    }

    #[test]
    fn enrolment_holds_nothing_secret() {
        let (_dir, unit) = unit();
        generate(&unit).unwrap();
        let public = fs::read_to_string(unit.enrolment()).unwrap();
        for name in ["transport", "sealing", "witnessing", "ids"] {
            assert!(!public.contains(&text(&unit, name).unwrap()), "{name}");
        }
    }

    #[test]
    fn a_damaged_or_missing_key_is_named() {
        let (_dir, unit) = unit();
        generate(&unit).unwrap();
        fs::write(unit.keys().join("sealing"), "not hex").unwrap();
        let error = Keys::read(&unit).err().unwrap().to_string();
        assert!(error.contains("keys/sealing") && error.contains("64 hex digits"), "{error}");
        fs::remove_file(unit.keys().join("sealing")).unwrap();
        assert!(matches!(Keys::read(&unit), Err(KeyError::Missing { .. })));
    }

    #[test]
    fn a_rotated_key_is_found_by_its_public_half_at_the_next_start() {
        let (_dir, unit) = unit();
        generate(&unit).unwrap();
        let new = SealingKey::of(&add_sealing(&unit).unwrap());
        let keys = Keys::read(&unit).unwrap();
        assert!(keys.sealing(&new).is_some());
        assert_eq!(keys.sealing_keys().count(), 2);
    }
}
