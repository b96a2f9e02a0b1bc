//! The ids of units at a place in the log, from the operator's own chain.

use std::collections::{BTreeSet, HashMap};

use anyhow::{Result, bail};
use prost::Message as _;
use socai_log::{LogError, Reader, RecordRef};
use socai_proto::{nearest, v1};
use socai_tlog::{EventName, LeafIndex, TreeSize, UnitNo, UnitSeq};

/// Number to id, as registered before some leaf.
#[derive(Debug, Default)]
pub struct UnitIds {
    ids: HashMap<UnitNo, String>,
    /// Whether the log itself was read for them and not only its index.
    is_from_log: bool,
}

impl UnitIds {
    /// The units registered before a leaf. Reads the operator's records one by one through the log's index, not the whole log.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn before(reader: &Reader, leaf: LeafIndex) -> Result<Self> {
        let mut units = UnitIds::default();
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
        if publisher != UnitNo::OPERATOR {
            return;
        }
        if let Ok(v1::Event { kind: Some(v1::event::Kind::UnitRegistered(unit)), .. }) =
            v1::Event::decode(facts)
        {
            self.ids.insert(UnitNo(unit.unit_no), unit.unit_id);
        }
    }

    /// The id of a unit, for whoever has seen every record before.
    pub fn seen(&self, unit: UnitNo) -> Option<&str> {
        self.ids.get(&unit).map(String::as_str)
    }

    /// The id of a unit that published the record at `leaf`.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn of(&mut self, unit: UnitNo, reader: &Reader, leaf: LeafIndex) -> Result<Option<&str>> {
        // only registered units publish, so one that is not known is missing in the index
        if !self.ids.contains_key(&unit) && !self.is_from_log {
            self.read_log(reader, leaf)?;
        }
        Ok(self.ids.get(&unit).map(String::as_str))
    }

    /// The numbers of the units that somebody named, by number or id.
    ///
    /// # Errors
    /// No such unit is registered before the leaf: says which one was probably meant.
    pub fn named(asked: &[String], reader: &Reader, leaf: LeafIndex) -> Result<BTreeSet<UnitNo>> {
        if asked.is_empty() {
            return Ok(BTreeSet::new());
        }
        let mut units = UnitIds::before(reader, leaf)?;
        if !asked.iter().all(|name| units.numbers(name).next().is_some()) {
            units.read_log(reader, leaf)?;
        }
        let mut numbers = BTreeSet::new();
        for name in asked {
            let before = numbers.len();
            numbers.extend(units.numbers(name));
            if numbers.len() == before && units.numbers(name).next().is_none() {
                let near = nearest(name, units.ids.values().map(String::as_str));
                let hint = near.map_or_else(String::new, |near| format!("; did you mean {near}?"));
                bail!("no unit {name:?} is registered up to size {leaf}{hint}; see: socai units");
            }
        }
        Ok(numbers)
    }

    fn numbers<'s>(&'s self, name: &'s str) -> impl Iterator<Item = UnitNo> + 's {
        let is_named = move |(no, id): &(&UnitNo, &String)| *id == name || no.to_string() == name;
        self.ids.iter().filter(is_named).map(|(no, _)| *no)
    }
}
