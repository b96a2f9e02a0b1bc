//! The beginning of a ledger: the operator's key, unit 0, the rules, then unit after unit.

use std::fs;

use bytes::Bytes;
use serde::Deserialize;
use socai_bus::TransportKey;
use socai_domain::CivilDate;
use socai_fold::{Fold, NoFacts};
use socai_proto::v1::{self, event::Kind};
use socai_tlog::{BadKey, NoteKey, Origin, SealingKey, SigningKey, UnitNo};

use crate::{
    config::{ConfigError, LedgerConfig, LedgerDir, replace, write_secret},
    draft::{self, operator_event},
    error::DistrictError,
    issuing::Stated,
    ledger::Ledger,
    operator::{Operator, hex},
    trying::{Refusal, tried},
};

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

/// Whether a ledger with these settings can be founded there; its name. Nothing is made.
fn may_be_founded(dir: &LedgerDir, config: &LedgerConfig) -> Result<Origin, ConfigError> {
    if dir.config().exists() {
        let reason = "a ledger was founded here; choose another directory".to_owned();
        return Err(ConfigError::content(&dir.config(), reason));
    }
    config.origin().map_err(|reason| ConfigError::content(&dir.config(), reason))
}

/// What the rules and the fold have against a ledger that begins with these sets of rules, each by its place among them. Nothing is made.
///
/// # Errors
/// The operator's registration breaks a rule.
pub fn refusals_of(
    operator: &UnitSpec,
    rules: &[RuleSet],
    now_ms: u64,
) -> Result<Vec<Refusal>, DistrictError> {
    // whose keys these are does not matter to any rule
    let [transport, sealing, witnessing] =
        [1, 2, 3].map(|seed| *SealingKey::of(&SigningKey::from_bytes(&[seed; 32])).as_bytes());
    let keys = PublicKeys { transport, sealing, witnessing };
    let registered = [Stated::from(registration(operator, &keys, now_ms)?)];
    let mut fold = Fold::new();
    draft::check(&registered, fold.registry(), now_ms)?;
    if let Some(refusal) = tried(&mut fold, &NoFacts, &registered, now_ms)?.into_iter().next() {
        return Err(DistrictError::Rejected { what: operator.unit_id.clone(), reason: refusal.reason });
    }
    let adopted = rules
        .iter()
        .map(|set| Ok(Stated::from(adoption(set, now_ms)?)))
        .collect::<Result<Vec<_>, SpecError>>()?;
    let refusals = tried(&mut fold, &NoFacts, &adopted, now_ms)?;
    if refusals.is_empty() {
        draft::check(&adopted, fold.registry(), now_ms)?;
    }
    Ok(refusals)
}

/// Makes the directory of a new ledger: `ledger.toml`, the operator's keys and the policy that pins one. Gives the public transport key.
fn found(
    dir: &LedgerDir,
    config: &LedgerConfig,
    origin: Origin,
    draw: &mut Draw<'_>,
) -> Result<[u8; 32], DistrictError> {
    fs::create_dir_all(dir.path()).map_err(ConfigError::io(dir.path()))?;
    let operator = Operator::found(dir, origin.clone(), drawn(draw)?)?;
    let path = dir.key("transport");
    let transport = TransportKey::from_secret(drawn(draw)?)
        .map_err(|error| ConfigError::content(&path, error.to_string()))?;
    write_secret(&path, transport.seed().as_bytes())?;
    let vkey = NoteKey::log(origin, operator.public());
    replace(&dir.policy(), format!("log {vkey}\nquorum none\n").as_bytes())?;
    // last, so that a crash before leaves a directory that is no ledger yet
    dir.write_config(config)?;
    nkeys::from_public_key(transport.public())
        .map(|(_, key)| key)
        .map_err(|error| ConfigError::content(&path, error.to_string()).into())
}

/// Founds a ledger and writes its first commit: unit 0 with the operator's keys, then the rules.
///
/// # Errors
/// The directory holds a ledger already, or the operator's registration or a rule breaks a rule: nothing is made then.
pub fn establish(
    dir: &LedgerDir,
    config: &LedgerConfig,
    operator: &UnitSpec,
    rules: &[RuleSet],
    now_ms: u64,
) -> Result<Ledger, DistrictError> {
    establish_with(dir, config, operator, rules, now_ms, &mut fill)
}

/// The same with secrets and ids from `draw`: a ledger of a seed, that protects nothing.
///
/// # Errors
/// As for [`establish`], and whatever `draw` says.
pub fn establish_with(
    dir: &LedgerDir,
    config: &LedgerConfig,
    operator: &UnitSpec,
    rules: &[RuleSet],
    now_ms: u64,
    draw: &mut Draw<'_>,
) -> Result<Ledger, DistrictError> {
    // what is refused leaves nothing behind, so that the mended command founds the ledger there
    let origin = may_be_founded(dir, config)?;
    if let Some(Refusal { index, reason }) = refusals_of(operator, rules, now_ms)?.into_iter().next() {
        return Err(DistrictError::Rejected { what: format!("rules {}", rules[index].name), reason });
    }
    let transport = found(dir, config, origin, draw)?;
    let mut ledger = Ledger::open_alone(dir)?;
    let witnessing = SigningKey::from_bytes(&drawn(draw)?);
    write_secret(&dir.key("witnessing"), hex(&witnessing.to_bytes()).as_bytes())?;
    let keys = PublicKeys {
        transport,
        sealing: *ledger.operator().as_bytes(),
        witnessing: *SealingKey::of(&witnessing).as_bytes(),
    };
    let mut events = vec![registration(operator, &keys, now_ms)?];
    for rules in rules {
        events.push(adoption(rules, now_ms)?);
    }
    for event in &mut events {
        event.id = Bytes::copy_from_slice(&drawn::<16>(draw)?);
    }
    // the first record registers the operator, so it is committed before anything is held against the registry
    ledger.publish(&events[..1], now_ms)?;
    ledger.publish(&events[1..], now_ms)?;
    Ok(ledger)
}

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
fn fill(bytes: &mut [u8]) -> Result<(), SpecError> {
    getrandom::fill(bytes).map_err(SpecError::Entropy)
}

fn drawn<const N: usize>(draw: &mut Draw<'_>) -> Result<[u8; N], SpecError> {
    let mut bytes = [0; N];
    draw(&mut bytes)?;
    Ok(bytes)
}
