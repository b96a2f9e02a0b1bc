//! The ids of units at a place in the log, from the operator's own chain.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use prost::Message as _;
use socai_log::{LogError, Reader, RecordRef};
use socai_proto::v1;
use socai_tlog::{EventName, LeafIndex, TreeSize, UnitNo, UnitSeq};

use crate::{line::UnitIds, mistake::Mistake, named};

/// What is registered before some leaf.
#[derive(Debug, Default)]
pub struct Registered {
    ids: UnitIds,
    /// Whether the log itself was read for them and not only its index.
    is_from_log: bool,
}

impl Registered {
    /// The units registered before a leaf. Reads the operator's records one by one through the log's index, not the whole log.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn before(reader: &Reader, leaf: LeafIndex) -> Result<Self> {
        let mut units = Registered::default();
        for seq in 0.. {
            let name = EventName { unit: UnitNo::OPERATOR, seq: UnitSeq(seq) };
            match reader.leaf_of(name) {
                Ok(at) if at < leaf => units.note(name.unit, reader.record(at)?.record.facts()),
                Ok(_) | Err(LogError::NoRecord { .. } | LogError::Behind { .. }) => break,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(units)
    }

    /// The same by reading everything before the leaf: for a log whose index is behind.
    fn read_log(&mut self, reader: &Reader, leaf: LeafIndex) -> Result<()> {
        self.is_from_log = true;
        reader.for_each(LeafIndex(0), TreeSize(leaf.0), |record| -> Result<(), LogError> {
            self.see(&record);
            Ok(())
        })?;
        Ok(())
    }

    /// Takes a record that may register a unit.
    pub fn see(&mut self, record: &RecordRef<'_>) {
        self.note(record.name().unit, record.facts());
    }

    fn note(&mut self, publisher: UnitNo, facts: &[u8]) {
        if publisher == UnitNo::OPERATOR
            && let Ok(event) = v1::Event::decode(facts)
        {
            self.ids.note(&event);
        }
    }

    /// The ids, that of the publisher of the record at `leaf` among them.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn with(&mut self, publisher: UnitNo, reader: &Reader, leaf: LeafIndex) -> Result<&UnitIds> {
        // only registered units publish, so one that is not known is missing in the index
        if self.ids.of(publisher).is_none() && !self.is_from_log {
            self.read_log(reader, leaf)?;
        }
        Ok(&self.ids)
    }

    /// The numbers of the units that somebody named, by number or id.
    ///
    /// # Errors
    /// No such unit is registered before the leaf: says which one was probably meant.
    pub fn named(asked: &[String], reader: &Reader, leaf: LeafIndex) -> Result<BTreeSet<UnitNo>> {
        if asked.is_empty() {
            return Ok(BTreeSet::new());
        }
        let mut units = Registered::before(reader, leaf)?;
        if !asked.iter().all(|name| units.ids.numbers(name).next().is_some()) {
            units.read_log(reader, leaf)?;
        }
        if let Some(name) = asked.iter().find(|name| units.ids.numbers(name).next().is_none()) {
            let (vi, en) = (format!("--unit, đến mục {leaf}"), format!("--unit, up to size {leaf}"));
            return Err(named::no_unit(name, units.ids.all())).context(Mistake::new(vi, en));
        }
        Ok(asked.iter().flat_map(|name| units.ids.numbers(name)).collect())
    }
}
