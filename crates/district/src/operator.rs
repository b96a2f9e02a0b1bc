//! Unit 0: the operator's own chain, sealed only by whoever holds the ledger's lock.
//!
//! The operator's key seals unit 0's records and signs the checkpoints, under different messages. Trust in a
//! ledger starts at this one key: it registers every unit and every other key, in the log.

use socai_tlog::{
    Chain, ChainHead, MAX_RECORDS, Malformed, Origin, Record, SealingKey, Segment, SigningKey, UnitNo,
    VerifiedSegment, genesis, segment_fit,
};

use crate::{
    config::{ConfigError, LedgerDir, write_secret},
    stated::Stated,
};

/// The name of the operator's secret in `keys/`.
const SECRET: &str = "operator";

/// The operator's key and the ledger it operates.
#[derive(Clone)]
pub struct Operator {
    origin: Origin,
    key: SigningKey,
}

impl Operator {
    /// Makes the key of a new ledger from 32 secret bytes; an existing one is never overwritten.
    ///
    /// # Errors
    /// The key is there already or cannot be written.
    pub fn found(dir: &LedgerDir, origin: Origin, seed: [u8; 32]) -> Result<Self, ConfigError> {
        let path = dir.key(SECRET);
        write_secret(&path, format!("{}\n", hex(&seed)).as_bytes())?;
        Ok(Operator { origin, key: SigningKey::from_bytes(&seed) })
    }

    /// Reads the key of an existing ledger.
    ///
    /// # Errors
    /// The file is missing or is not 64 hex digits.
    pub fn load(dir: &LedgerDir, origin: Origin) -> Result<Self, ConfigError> {
        let path = dir.key(SECRET);
        let text = std::fs::read_to_string(&path).map_err(ConfigError::io(&path))?;
        let seed = unhex(text.trim()).ok_or_else(|| {
            ConfigError::content(&path, "an operator key is 64 hex digits; restore it from its backup")
        })?;
        Ok(Operator { origin, key: SigningKey::from_bytes(&seed) })
    }

    /// The ledger's name.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The public key everything is pinned to.
    pub fn public(&self) -> SealingKey {
        SealingKey::of(&self.key)
    }

    /// The secret, for checkpoints and signed answers.
    pub fn secret(&self) -> &SigningKey {
        &self.key
    }

    /// Where the operator's own chain begins.
    pub fn genesis(&self) -> ChainHead {
        let own = self.public();
        ChainHead::genesis(genesis(&self.origin, &own, UnitNo::OPERATOR, &own))
    }

    /// Seals events as the next records of unit 0, in as few segments as their number and sizes allow.
    ///
    /// # Errors
    /// An event is over its size limit.
    pub fn seal(
        &self,
        head: ChainHead,
        events: &[Stated],
        recorded_at_ms: u64,
    ) -> Result<Vec<VerifiedSegment>, Malformed> {
        let mut chain = Chain::new(UnitNo::OPERATOR, head);
        let mut records = events
            .iter()
            .map(|event| {
                let (facts, annex) = event.encoded();
                chain.seal(facts, annex, recorded_at_ms, 0)
            })
            .collect::<Result<Vec<Record>, Malformed>>()?;
        let mut segments = Vec::new();
        while !records.is_empty() {
            let fit = segment_fit(&records).clamp(1, MAX_RECORDS);
            let rest = records.split_off(fit.min(records.len()));
            segments.push(Segment::seal(std::mem::replace(&mut records, rest), &self.key, &self.origin)?);
        }
        Ok(segments)
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let digits = text.as_bytes();
    if digits.len() != 64 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let mut seed = [0; 32];
    for (byte, pair) in seed.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(seed)
}
