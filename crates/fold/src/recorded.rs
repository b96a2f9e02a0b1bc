//! What the fold is given: a record at its place in the log, and a way to look up earlier ones.

use socai_domain::Position;
use socai_tlog::{EventName, LeafIndex};

/// A record of the log, verified by whoever hands it over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded<'a> {
    /// Name, place and time of receipt.
    pub at: Position,
    /// The facts as they were sealed.
    pub facts: &'a [u8],
}

/// An earlier record, looked up by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
    /// Its place in the log.
    pub leaf: LeafIndex,
    /// When the district received it, ms UTC.
    pub received_at_ms: u64,
    /// Its facts.
    pub facts: Vec<u8>,
}

/// Records by name, asked for only when one is corrected or voided.
pub trait Facts {
    /// The record of this name, none when the log has no such record. The log may be ahead of the fold: a record at or above
    /// the fold's size is ignored.
    fn find(&self, name: EventName) -> Result<Option<Original>, FactsUnavailable>;

    /// Why [`Facts::find`] gave none for a record that the fold has taken in.
    fn missed(&self, name: EventName) -> FactsUnavailable {
        FactsUnavailable { name, why: "it was folded and is not found any more".into() }
    }
}

/// A record that should be readable was not; the fold has not changed and can be asked again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("record {name} could not be read: {why}")]
pub struct FactsUnavailable {
    /// The record.
    pub name: EventName,
    /// What the reader said.
    pub why: String,
}

/// No records at all: for folds that meet no corrections.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFacts;

impl Facts for NoFacts {
    fn find(&self, _: EventName) -> Result<Option<Original>, FactsUnavailable> {
        Ok(None)
    }
}

impl Facts for std::collections::BTreeMap<EventName, Original> {
    fn find(&self, name: EventName) -> Result<Option<Original>, FactsUnavailable> {
        Ok(self.get(&name).cloned())
    }
}
