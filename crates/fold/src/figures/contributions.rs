//! Who contributed: a second pass over the same records, with memory that does not grow with them.
//!
//! A digest in leaf order cannot be kept up to date while facts are voided and corrected, and lists of names would be as long
//! as the log. So once the fold stands at the cut-off, the records are read again, and of each it is known whether and as what it
//! counts.

use std::collections::{BTreeMap, BTreeSet};

use socai_domain::{
    Event, Kind,
    tables::{Indicator, Measure},
};
use socai_tlog::{Digest, EventName, LeafIndex};

use super::{
    asked::{Asked, Window},
    figure::units_of,
};
use crate::{fold::Fold, recorded::Recorded, switch::Counted, verdict::FoldError};

/// The facts behind one figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contribution {
    /// How many.
    pub events: u64,
    /// BLAKE3 over the names (unit u32, seq u64, big-endian) in leaf order.
    pub digest: Digest,
}

/// The pass. Give it every record below the fold's size, in order; ask [`Contributions::finish`] at the end.
pub struct Contributions<'f> {
    fold: &'f Fold,
    tallies: Vec<Tally>,
    /// Counter's indicator number → tally.
    by_number: Vec<Option<u16>>,
    next: u64,
    rejected: usize,
}

struct Tally {
    code: String,
    window: Window,
    /// Unit ids counted by a figure that counts units.
    units: Option<BTreeSet<String>>,
    events: u64,
    hasher: blake3::Hasher,
}

impl Tally {
    fn add(&mut self, name: EventName) {
        let mut bytes = [0; 12];
        bytes[..4].copy_from_slice(&name.unit.0.to_be_bytes());
        bytes[4..].copy_from_slice(&name.seq.0.to_be_bytes());
        self.hasher.update(&bytes);
        self.events += 1;
    }
}

impl<'f> Contributions<'f> {
    /// A pass for every indicator in force on the last asked day.
    pub fn new(fold: &'f Fold, asked: &Asked) -> Self {
        let rows = fold.rulebook().indicators(asked.to).map(|(_, rows)| rows).unwrap_or_default();
        let tallies: Vec<Tally> = rows.iter().filter_map(|row| tally(fold, row, asked)).collect();
        let number = |code: &str| tallies.iter().position(|tally| tally.code == code).map(|at| at as u16);
        let by_number = fold.rulebook().series().iter().map(|series| number(&series.code)).collect();
        Contributions { fold, tallies, by_number, next: 0, rejected: 0 }
    }

    /// Takes the next record; those at and above the fold's size change nothing.
    #[inline]
    pub fn visit(&mut self, record: &Recorded<'_>) -> Result<(), FoldError> {
        let leaf = record.at.leaf;
        if leaf.0 >= self.fold.size().0 {
            return Ok(());
        }
        if leaf.0 != self.next {
            return Err(FoldError::OutOfOrder { got: leaf, expected: LeafIndex(self.next) });
        }
        self.next += 1;
        if self.fold.rejected.get(self.rejected) == Some(&leaf.0) {
            self.rejected += 1;
            return Ok(());
        }
        let amended = self.fold.amendments().get(record.at.name);
        let facts = match amended {
            None => Some(record.facts),
            Some(amended) => amended.effective(record.at.name).facts(),
        };
        if let Some(Ok(event)) = facts.map(Event::decode) {
            self.tally(&event, record.at.name, leaf);
        }
        Ok(())
    }

    fn tally(&mut self, event: &Event<'_>, name: EventName, leaf: LeafIndex) {
        if let Kind::UnitRegistered(unit) = event.kind() {
            let of_unit =
                |tally: &&mut Tally| tally.units.as_ref().is_some_and(|ids| ids.contains(unit.unit_id));
            self.tallies.iter_mut().filter(of_unit).for_each(|tally| tally.add(name));
        }
        let (day, payload) = (event.occurred_on(), event.kind());
        let Some(version) = self.fold.rulebook().version(leaf, day) else { return };
        let Some(of_kind) = version.of_kind(event.tag()) else { return };
        for Counted { counter, .. } in of_kind.counters.of(payload) {
            let Some(at) = self.by_number[usize::from(counter.no.0)] else { continue };
            let tally = &mut self.tallies[usize::from(at)];
            let field = tally.window.pick.as_ref().and_then(|pick| counter.axes.scalar(&pick.field));
            if tally.window.holds(day, payload, field) {
                tally.add(name);
            }
        }
    }

    /// What was found, by indicator code.
    ///
    /// # Errors
    /// Records are missing: the pass ended before the fold's size.
    pub fn finish(self) -> Result<BTreeMap<String, Contribution>, FoldError> {
        if self.next != self.fold.size().0 {
            let (got, expected) = (LeafIndex(self.fold.size().0), LeafIndex(self.next));
            return Err(FoldError::OutOfOrder { got, expected });
        }
        let found = self.tallies.into_iter().map(|tally| {
            let digest = Digest(*tally.hasher.finalize().as_bytes());
            (tally.code, Contribution { events: tally.events, digest })
        });
        Ok(found.collect())
    }
}

fn tally(fold: &Fold, row: &Indicator, asked: &Asked) -> Option<Tally> {
    let window = Window::of(&row.period, asked)?;
    let units = (row.measure == Measure::Units)
        .then(|| units_of(fold, row, asked.to).into_iter().map(|unit| unit.id.clone()).collect());
    Some(Tally { code: row.code.clone(), window, units, events: 0, hasher: blake3::Hasher::new() })
}
