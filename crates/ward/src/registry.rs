//! The units a ward knows of: a snapshot of the ledger's registrations, handed over at enrolment and replaced when a newer one is given.
//!
//! `registry.json` is a JSON array of unit 0's facts in the JSON form (`unit.registered`, `unit.succeeded`, …), oldest first. It helps to
//! refuse a wrong draft early; what counts is decided by the district with the registry of the log. So a fact that the registry refuses is
//! passed over here, as it is there, and the clock of this node has no say in it.

use prost::Message as _;
use serde_json::Value;
use socai_domain::{CivilDate, Event, Kind, Position, Registry, time::start_of_day_ms};
use socai_proto::{json, v1};
use socai_tlog::{EventName, LeafIndex, UnitNo, UnitSeq};

use crate::{
    dir::{FileError, UnitDir, read_if_there, replace},
    entropy::IdMaker,
    problem::Problem,
};

/// Why a snapshot cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// The file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is not a JSON array.
    #[error("the registry is not a JSON array of registrations: {0}")]
    NotAList(String),
    /// One of its facts cannot be read, or is not about units.
    #[error("fact {index} of the registry: {problem}")]
    Fact {
        /// Its place in the array, from 0.
        index: usize,
        /// What is wrong with it.
        problem: Box<Problem>,
    },
}

/// Reads `registry.json`; `None` when the ward was given none.
///
/// # Errors
/// The file cannot be read, or holds something else.
pub(crate) fn read(dir: &UnitDir) -> Result<Option<Registry>, RegistryError> {
    read_if_there(&dir.registry())?.map(|bytes| parse(&bytes)).transpose()
}

/// Checks a snapshot and keeps it.
///
/// # Errors
/// It holds something else, or the file cannot be written; the one held before stays.
pub(crate) fn keep(dir: &UnitDir, bytes: &[u8]) -> Result<Registry, RegistryError> {
    let registry = parse(bytes)?;
    replace(&dir.registry(), bytes)?;
    Ok(registry)
}

fn parse(bytes: &[u8]) -> Result<Registry, RegistryError> {
    let facts: Vec<Value> =
        serde_json::from_slice(bytes).map_err(|error| RegistryError::NotAList(error.to_string()))?;
    let mut registry = Registry::new();
    for (index, fact) in facts.iter().enumerate() {
        let wrong = |problem: Problem| RegistryError::Fact { index, problem: problem.into() };
        apply(&mut registry, fact, index).map_err(wrong)?;
    }
    Ok(registry)
}

/// Takes a fact into account that the district has received: no day in it is in the future.
fn apply(registry: &mut Registry, fact: &Value, index: usize) -> Result<(), Problem> {
    let (event, _) = json::event_from_json(fact).map_err(first)?;
    let facts = complete(event, index).encode_to_vec();
    let event = Event::decode(&facts)
        .map_err(|error| Problem::new("", "malformed", error.to_string(), error.to_string()))?;
    if !Registry::is_about(&event) {
        let (vi, en) = ("Loại sự kiện này không thuộc danh bạ đơn vị", "this kind is not about units");
        return Err(Problem::new("kind", "not_about_units", vi, en));
    }
    let at = Position {
        name: EventName { unit: UnitNo::OPERATOR, seq: UnitSeq(index as u64) },
        leaf: LeafIndex(index as u64),
        received_at_ms: start_of_day_ms(CivilDate::MAX),
        rotates_key: matches!(event.kind(), Kind::KeyRotated(_)),
    };
    if let Err(breaches) = registry.apply(&event, &at, |_| UnitSeq(u64::MAX)) {
        let code = breaches.first().map_or("unknown", |breach| breach.code);
        tracing::warn!(index, code, "a fact of the registry is passed over");
    }
    Ok(())
}

/// A snapshot needs no ids of its own.
fn complete(mut event: v1::Event, index: usize) -> v1::Event {
    if event.id.is_empty() {
        event.id = IdMaker::new([0; 32]).of_row(&[0; 32], index as u32).to_vec().into();
    }
    event
}

fn first<E: Into<Problem>>(problems: Vec<E>) -> Problem {
    let unknown = || Problem::new("", "unknown", "Không rõ lỗi", "the reason is not known");
    problems.into_iter().next().map_or_else(unknown, Into::into)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use socai_tlog::{SealingKey, SigningKey};

    use super::*;

    fn registration(no: u32, id: &str, byte: u8) -> Value {
        let key = |byte: u8| SealingKey::of(&SigningKey::from_bytes(&[byte; 32])).to_string();
        json!({
            "kind": "unit.registered", "occurred_on": "2023-01-01", "level": "public",
            "source": {"kind": "manual"}, "entered_by": "van-hanh",
            "data": {"unit_no": no, "unit_id": id, "code": "", "name": "Phường", "type": "ward",
                "valid_from": "1997-01-01",
                "transport_key": key(byte), "sealing_key": key(byte + 1), "witnessing_key": key(byte + 2)}
        })
    }

    fn ids(registry: &Registry) -> Vec<&str> {
        registry.units().map(|unit| unit.id.as_str()).collect()
    }

    #[test]
    fn a_fact_that_the_registry_refuses_is_passed_over_and_the_others_count() {
        let facts = json!([
            registration(7, "hn.tx.ha-dinh.1", 50),
            registration(8, "hn.tx.cu.1", 50), // the keys of the one before
            registration(9, "hn.tx.kim-giang.1", 70),
        ]);
        let registry = parse(facts.to_string().as_bytes()).unwrap();
        assert_eq!(ids(&registry), ["hn.tx.ha-dinh.1", "hn.tx.kim-giang.1"]);
    }

    #[test]
    fn what_the_district_has_received_is_not_in_the_future_whatever_this_clock_says() {
        let mut fact = registration(7, "hn.tx.ha-dinh.1", 50);
        fact["occurred_on"] = json!("2099-12-31");
        let registry = parse(json!([fact]).to_string().as_bytes()).unwrap();
        assert_eq!(ids(&registry), ["hn.tx.ha-dinh.1"]);
    }

    #[test]
    fn what_is_no_fact_about_units_is_told() {
        let error = parse(b"[{\"kind\": \"no.such\"}]").unwrap_err();
        assert!(matches!(error, RegistryError::Fact { index: 0, .. }), "{error}");
        assert!(matches!(parse(b"{}").unwrap_err(), RegistryError::NotAList(_)));
    }
}
