//! Units and rules as the operator writes them, and the events that say so.

use bytes::Bytes;
use serde::Deserialize;
use socai_domain::CivilDate;
use socai_proto::v1::{self, event::Kind};
use socai_tlog::{BadKey, SealingKey, UnitNo};

use crate::draft::operator_event;

/// A unit as the operator registers it, without its keys.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitSpec {
    /// Its number in this ledger; 0 is the operator.
    pub unit_no: u32,
    /// Its identity for ever.
    pub unit_id: String,
    /// The administrative code it has now.
    #[serde(default)]
    pub code: String,
    /// Its name.
    pub name: String,
    /// `operator`, `ward`, `district_body`, `vertical_body`, …
    #[serde(rename = "type")]
    pub unit_type: String,
    /// The unit above it.
    #[serde(default)]
    pub parent: String,
    /// First day (YYYY-MM-DD).
    pub valid_from: String,
    /// Last day (YYYY-MM-DD), none while it exists.
    #[serde(default)]
    pub valid_to: Option<String>,
    /// Fields that nobody confirmed yet.
    #[serde(default)]
    pub assumed: Vec<String>,
}

/// A unit's public keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKeys {
    /// Its NATS nkey.
    pub transport: [u8; 32],
    /// Signs segments.
    pub sealing: [u8; 32],
    /// Cosigns checkpoints.
    pub witnessing: [u8; 32],
}

/// A set of rules for `rules.adopted`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSet {
    /// `indicators`, `occasions`, `periods`, `obligations`, `findings`, `grouping`, `holidays`, `law.…` or `template.…`.
    pub name: String,
    /// Counts up from 1.
    pub version: u32,
    /// First day it is in force.
    pub effective_from: CivilDate,
    /// The text itself.
    pub content: String,
    /// Where it comes from.
    pub legal_source: String,
}

/// Why a unit cannot be registered.
#[derive(Debug, thiserror::Error)]
pub enum SpecError {
    /// A field does not say what it should.
    #[error("unit {unit}: {field} = {got:?} is not {expected}")]
    Field {
        /// The unit's id.
        unit: String,
        /// The field.
        field: &'static str,
        /// What it says.
        got: String,
        /// What it should say.
        expected: &'static str,
    },
    /// A key that could be used by anybody.
    #[error("unit {unit}, {field} key: {cause}")]
    Key {
        /// The unit's id.
        unit: String,
        /// Which key.
        field: &'static str,
        /// What is wrong with it.
        cause: BadKey,
    },
    /// The system gives no randomness.
    #[error("the system gives no randomness: {0}")]
    Entropy(getrandom::Error),
}

/// Where the secrets and the ids of a new ledger come from: fills a slice with bytes.
pub type Draw<'a> = dyn FnMut(&mut [u8]) -> Result<(), SpecError> + 'a;

/// The event that registers a unit.
///
/// # Errors
/// A field or key of the unit is wrong.
pub fn registration(spec: &UnitSpec, keys: &PublicKeys, now_ms: u64) -> Result<v1::Event, SpecError> {
    for (field, key) in [("sealing", &keys.sealing), ("witnessing", &keys.witnessing)] {
        let wrong = |cause| SpecError::Key { unit: spec.unit_id.clone(), field, cause };
        SealingKey::from_bytes(key).map_err(wrong)?;
    }
    let unit_type = format!("UNIT_TYPE_{}", spec.unit_type.to_uppercase());
    let unit_type = v1::UnitType::from_str_name(&unit_type).ok_or_else(|| {
        spec.wrong("type", &spec.unit_type, "a type of unit, see `socai kinds unit.registered`")
    })?;
    let valid_from = spec.date("valid_from", &spec.valid_from)?;
    let valid_to = spec.valid_to.as_deref().map(|to| spec.date("valid_to", to)).transpose()?;
    let payload = v1::UnitRegistered {
        unit_no: spec.unit_no,
        unit_id: spec.unit_id.clone(),
        code: spec.code.clone(),
        name: spec.name.clone(),
        r#type: unit_type.into(),
        parent: spec.parent.clone(),
        valid_from: valid_from.yyyymmdd(),
        valid_to: valid_to.map(CivilDate::yyyymmdd),
        transport_key: Bytes::copy_from_slice(&keys.transport),
        sealing_key: Bytes::copy_from_slice(&keys.sealing),
        witnessing_key: Bytes::copy_from_slice(&keys.witnessing),
    };
    Ok(operator_event(random_id()?, now_ms, Kind::UnitRegistered(payload)))
}

/// The event that puts a set of rules into force.
///
/// # Errors
/// The system gives no randomness.
pub fn adoption(rules: &RuleSet, now_ms: u64) -> Result<v1::Event, SpecError> {
    let payload = v1::RulesAdopted {
        name: rules.name.clone(),
        version: rules.version,
        effective_from: rules.effective_from.yyyymmdd(),
        content: rules.content.clone(),
        legal_source: rules.legal_source.clone(),
    };
    Ok(operator_event(random_id()?, now_ms, Kind::RulesAdopted(payload)))
}

impl UnitSpec {
    /// Whether this is the operator.
    #[must_use]
    pub fn is_operator(&self) -> bool {
        self.unit_no == UnitNo::OPERATOR.0
    }

    fn date(&self, field: &'static str, text: &str) -> Result<CivilDate, SpecError> {
        text.parse().map_err(|_| self.wrong(field, text, "a date such as 2023-01-31"))
    }

    fn wrong(&self, field: &'static str, got: &str, expected: &'static str) -> SpecError {
        SpecError::Field { unit: self.unit_id.clone(), field, got: got.to_owned(), expected }
    }
}

/// The id of a new event, or the salt of its annex: 16 random bytes.
///
/// # Errors
/// The system gives no randomness.
pub fn random_id() -> Result<Bytes, SpecError> {
    Ok(Bytes::copy_from_slice(&drawn::<16>(&mut fill)?))
}

/// The system's randomness.
pub(crate) fn fill(bytes: &mut [u8]) -> Result<(), SpecError> {
    getrandom::fill(bytes).map_err(SpecError::Entropy)
}

/// As many bytes as are asked for.
pub(crate) fn drawn<const N: usize>(draw: &mut Draw<'_>) -> Result<[u8; N], SpecError> {
    let mut bytes = [0; N];
    draw(&mut bytes)?;
    Ok(bytes)
}
