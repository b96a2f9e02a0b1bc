//! Cosignatures (C2SP tlog-cosignature, `cosignature/v1`): a witness saw this tree, consistent with all it saw before.

use ed25519_dalek::{Signer, SigningKey};

use crate::{
    checkpoint::SignedCheckpoint, key::WitnessKey, note::NoteSignature, note_key::NoteKey, origin::Origin,
};

/// Times above are not valid: POSIX seconds up to 2^63 − 1.
const MAX_TIME_S: u64 = i64::MAX as u64;

/// Cosigns a checkpoint that was opened with the log's key, at `time_s` seconds since 1970 UTC.
///
/// The caller must have verified consistency with the checkpoint it cosigned last, and have stored this one: see C2SP tlog-witness.
/// `None` for a time past 2^63 − 1.
pub fn cosign(
    checkpoint: &SignedCheckpoint,
    name: &Origin,
    key: &SigningKey,
    time_s: u64,
) -> Option<NoteSignature> {
    if time_s > MAX_TIME_S {
        return None;
    }
    let ed25519 = key.sign(message(checkpoint.note().text(), time_s).as_bytes());
    let signature = [&time_s.to_be_bytes()[..], &ed25519.to_bytes()].concat();
    let id = NoteKey::witness(name.clone(), WitnessKey::of(key)).id();
    Some(NoteSignature { name: name.to_string(), id, signature })
}

/// The time of a cosignature that verifies: `u64` time and 64 bytes.
pub(crate) fn verify(key: &WitnessKey, text: &str, signature: &[u8]) -> Option<u64> {
    let (time, ed25519) = signature.split_first_chunk()?;
    let time_s = u64::from_be_bytes(*time);
    let ed25519 = ed25519.try_into().ok()?;
    let valid = time_s <= MAX_TIME_S && key.verifies(message(text, time_s).as_bytes(), ed25519);
    valid.then_some(time_s)
}

fn message(text: &str, time_s: u64) -> String {
    format!("cosignature/v1\ntime {time_s}\n{text}")
}
