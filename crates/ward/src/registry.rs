//! The units a ward knows of: a snapshot of the ledger's registrations, handed over at enrolment and replaced when a newer one is given.
//!
//! `registry.json` is a JSON array of unit 0's facts in the JSON form (`unit.registered`, `unit.succeeded`, …), oldest first. It helps to
//! refuse a wrong draft early; what counts is decided by the district with the registry of the log.

use prost::Message as _;
use serde_json::Value;
use socai_domain::{Event, Position, Registry};
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
    /// One of its facts is wrong.
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
pub(crate) fn read(dir: &UnitDir, now_ms: u64) -> Result<Option<Registry>, RegistryError> {
    read_if_there(&dir.registry())?.map(|bytes| parse(&bytes, now_ms)).transpose()
}

/// Checks a snapshot and keeps it.
///
/// # Errors
/// It holds something else, or the file cannot be written; the one held before stays.
pub(crate) fn keep(dir: &UnitDir, bytes: &[u8], now_ms: u64) -> Result<Registry, RegistryError> {
    let registry = parse(bytes, now_ms)?;
    replace(&dir.registry(), bytes)?;
    Ok(registry)
}

fn parse(bytes: &[u8], now_ms: u64) -> Result<Registry, RegistryError> {
    let facts: Vec<Value> =
        serde_json::from_slice(bytes).map_err(|error| RegistryError::NotAList(error.to_string()))?;
    let mut registry = Registry::new();
    for (index, fact) in facts.iter().enumerate() {
        let wrong = |problem: Problem| RegistryError::Fact { index, problem: problem.into() };
        apply(&mut registry, fact, index, now_ms).map_err(wrong)?;
    }
    Ok(registry)
}

fn apply(registry: &mut Registry, fact: &Value, index: usize, now_ms: u64) -> Result<(), Problem> {
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
        received_at_ms: now_ms,
        rotates_key: false,
    };
    registry.apply(&event, &at, |_| UnitSeq(u64::MAX)).map_err(first)
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
