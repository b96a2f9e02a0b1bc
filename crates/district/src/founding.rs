//! The beginning of a ledger: the operator's key, unit 0, the rules, then unit after unit.

use std::fs;

use bytes::Bytes;
use socai_bus::TransportKey;
use socai_fold::{Fold, NoFacts};
use socai_tlog::{NoteKey, Origin, SealingKey, SigningKey};

use crate::{
    config::{ConfigError, LedgerConfig, LedgerDir, replace, write_secret},
    draft,
    error::DistrictError,
    ledger::Ledger,
    operator::{Operator, hex},
    spec::{Draw, PublicKeys, RuleSet, SpecError, UnitSpec, adoption, drawn, fill, registration},
    stated::Stated,
    trying::{Refusal, tried},
};

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
