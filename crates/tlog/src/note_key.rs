//! The keys of notes, in the text form that tools exchange (C2SP signed-note, verifier keys).

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signer, SigningKey};
use sha2::{Digest as _, Sha256};

use crate::{
    cosignature,
    key::{BadKey, SealingKey, WitnessKey},
    note::{NoteError, NoteSignature},
    origin::{BadOrigin, Origin},
};

/// Signature types of C2SP signed-note that are verified here.
const ED25519: u8 = 0x01;
const COSIGNATURE_V1: u8 = 0x04;

/// The most bytes of a verifier key in text: 255 of name, the rest fixed.
const MAX_VKEY_LEN: usize = 512;

/// A name and a key with which notes are verified, printed as a vkey: `name+<key id>+<base64 of type and key>`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NoteKey {
    name: Origin,
    id: u32,
    role: Role,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Role {
    Log(SealingKey),
    Witness(WitnessKey),
}

/// Why a text is not a verifier key that can be used here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadNoteKey {
    /// Not `name+id+base64`.
    #[error("`{got}` is not a verifier key: expected name, +, 8 hex digits, +, base64")]
    Structure {
        /// The text, cut to its first 64 characters.
        got: String,
    },
    /// The name cannot name a key.
    #[error(transparent)]
    Name(#[from] BadOrigin),
    /// An algorithm that is not implemented.
    #[error(
        "key {name} is of type {got:#04x}; only 0x01 (Ed25519) and 0x04 (Ed25519 cosignature) are verified here"
    )]
    Type {
        /// Name of the key.
        name: Origin,
        /// Its type byte.
        got: u8,
    },
    /// Not a key of 32 bytes to verify with.
    #[error("key {name} cannot be used")]
    Key {
        /// Name of the key.
        name: Origin,
        /// What is wrong with it.
        #[source]
        reason: BadKey,
    },
    /// The stated ID is another key's.
    #[error("key {name} has ID {expected:08x}, its text says {got:08x}: it was altered or mistyped")]
    Id {
        /// Name of the key.
        name: Origin,
        /// The ID in the text.
        got: u32,
        /// The ID of this name and key.
        expected: u32,
    },
}

impl NoteKey {
    /// The key that signs the checkpoints of `origin`: the sealing key of its operator.
    pub fn log(origin: Origin, key: SealingKey) -> Self {
        let id = key_id(&origin, ED25519, key.as_bytes());
        NoteKey { name: origin, id, role: Role::Log(key) }
    }

    /// The key with which the witness `name` cosigns.
    pub fn witness(name: Origin, key: WitnessKey) -> Self {
        let id = key_id(&name, COSIGNATURE_V1, key.as_bytes());
        NoteKey { name, id, role: Role::Witness(key) }
    }

    /// The name, which is the origin of a log.
    pub fn name(&self) -> &Origin {
        &self.name
    }

    /// The key ID: the first 4 bytes of SHA-256 over name, newline, type and key.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Whether it signs as a log; otherwise it cosigns as a witness.
    pub fn is_log(&self) -> bool {
        matches!(self.role, Role::Log(_))
    }

    /// The log's key, if it is one.
    pub fn log_key(&self) -> Option<&SealingKey> {
        if let Role::Log(key) = &self.role { Some(key) } else { None }
    }

    /// The witness's key, if it is one.
    pub fn witness_key(&self) -> Option<&WitnessKey> {
        if let Role::Witness(key) = &self.role { Some(key) } else { None }
    }

    /// The 32 bytes of the key. Policies may not list the same key twice, whatever its name.
    pub fn key_bytes(&self) -> &[u8; 32] {
        match &self.role {
            Role::Log(key) => key.as_bytes(),
            Role::Witness(key) => key.as_bytes(),
        }
    }

    /// Verifies a line of this name and ID; gives the time of a cosignature.
    pub(crate) fn verify(&self, text: &str, line: &NoteSignature) -> Result<Option<u64>, NoteError> {
        let verified = match &self.role {
            Role::Log(key) => {
                let signature = <&[u8; 64]>::try_from(&line.signature[..]).ok();
                signature.filter(|signature| key.verifies(text.as_bytes(), signature)).map(|_| None)
            }
            Role::Witness(key) => cosignature::verify(key, text, &line.signature).map(Some),
        };
        verified.ok_or_else(|| NoteError::BadSignature { name: line.name.clone(), id: line.id })
    }
}

/// The signature line of a log's key over a note's text.
pub(crate) fn sign_as_log(text: &str, origin: &Origin, key: &SigningKey) -> NoteSignature {
    let id = key_id(origin, ED25519, key.verifying_key().as_bytes());
    NoteSignature { name: origin.to_string(), id, signature: key.sign(text.as_bytes()).to_bytes().to_vec() }
}

fn key_id(name: &Origin, kind: u8, key: &[u8; 32]) -> u32 {
    let hash =
        Sha256::new().chain_update(name.as_str()).chain_update([b'\n', kind]).chain_update(key).finalize();
    u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]])
}

impl fmt::Display for NoteKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.is_log() { ED25519 } else { COSIGNATURE_V1 };
        let key = [&[kind], &self.key_bytes()[..]].concat();
        write!(out, "{}+{:08x}+{}", self.name, self.id, STANDARD.encode(key))
    }
}

impl FromStr for NoteKey {
    type Err = BadNoteKey;

    fn from_str(text: &str) -> Result<Self, BadNoteKey> {
        let (name, stated, kind, key) =
            parts(text).ok_or_else(|| BadNoteKey::Structure { got: text.chars().take(64).collect() })?;
        let name = Origin::new(name)?;
        let key = match <[u8; 32]>::try_from(key) {
            Ok(key) => key,
            Err(_) if kind == ED25519 || kind == COSIGNATURE_V1 => {
                return Err(BadNoteKey::Key { name, reason: BadKey::NotAPoint });
            }
            Err(_) => return Err(BadNoteKey::Type { name, got: kind }),
        };
        let refused = |reason| BadNoteKey::Key { name: name.clone(), reason };
        let key = match kind {
            ED25519 => NoteKey::log(name.clone(), SealingKey::from_bytes(&key).map_err(refused)?),
            COSIGNATURE_V1 => NoteKey::witness(name.clone(), WitnessKey::from_bytes(&key).map_err(refused)?),
            got => return Err(BadNoteKey::Type { name, got }),
        };
        match key.id {
            expected if expected == stated => Ok(key),
            expected => Err(BadNoteKey::Id { name, got: stated, expected }),
        }
    }
}

/// Name, stated key ID, type byte and key bytes.
fn parts(text: &str) -> Option<(&str, u32, u8, Vec<u8>)> {
    let (name, rest) = text.split_once('+').filter(|_| text.len() <= MAX_VKEY_LEN)?;
    let (id, base64) = rest.split_once('+')?;
    let id = Some(id).filter(|id| !id.contains(|digit: char| digit.is_ascii_uppercase()))?; // a key has one form
    let id = u32::from_be_bytes(crate::hex::parse(id)?);
    let bytes = STANDARD.decode(base64).ok()?;
    let (&kind, key) = bytes.split_first()?;
    Some((name, id, kind, key.to_vec()))
}
