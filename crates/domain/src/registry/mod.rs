//! The units of a ledger, as unit 0's records and key rotations say.
//!
//! Built record by record in leaf order, by the gate before it admits what follows and by the fold: the same code, so both
//! know the same keys at the same leaf. Nothing here is ever read from a configuration file.

mod change;
mod heirs;
mod id_map;
mod keys;
mod refusals;
mod unit;

use std::collections::BTreeSet;

use socai_tlog::{EventName, LeafIndex, Link, SealingKey, UnitNo, UnitSeq};

use crate::{CivilDate, Event};
use id_map::IdMap;

pub use keys::{Epoch, KeyEpochs};
pub use unit::{Span, Succession, Unit};

/// Unit numbers run below this, so that a table by number stays small: a nation has 3,300 communes.
pub const MAX_UNITS: u32 = 1 << 16;

/// Where a record stands and when the district received it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Its permanent name.
    pub name: EventName,
    /// Its place in the log.
    pub leaf: LeafIndex,
    /// When the district received it, ms UTC.
    pub received_at_ms: u64,
    /// Whether its header says that it replaces a key ([`Header::ROTATES_KEY`](socai_tlog::Header::ROTATES_KEY)).
    pub rotates_key: bool,
}

/// Where an event says that it happened, by a registry.
#[derive(Clone, Copy, Debug)]
pub enum Placed<'r> {
    /// It does not say.
    Nowhere,
    /// In several places.
    Several,
    /// In one: the unit, if it is registered.
    At(Option<&'r Unit>),
}

/// Units by number and by id, with everything dated.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Registry {
    by_no: Vec<Option<Box<Unit>>>,
    by_id: IdMap,
    keys: BTreeSet<[u8; 32]>,
    /// Links of the second records of evidenced forks.
    evidenced: BTreeSet<Link>,
}

impl Registry {
    /// A ledger without units; its first record registers the operator.
    pub fn new() -> Registry {
        Registry::default()
    }

    /// The unit of a number, one index away.
    pub fn unit(&self, no: UnitNo) -> Option<&Unit> {
        self.by_no.get(no.0 as usize)?.as_deref()
    }

    /// The unit of an id.
    pub fn by_id(&self, id: &str) -> Option<&Unit> {
        self.by_id.get(id).and_then(|no| self.unit(no))
    }

    /// The unit of an id that a publisher names. Most name themselves: one comparison instead of a look-up.
    #[inline]
    pub(crate) fn named(&self, id: &str, publisher: UnitNo) -> Option<&Unit> {
        self.unit(publisher).filter(|unit| unit.id == id).or_else(|| self.by_id(id))
    }

    /// Where an event of a unit says that it happened.
    #[inline]
    pub fn placed(&self, event: &Event<'_>, publisher: UnitNo) -> Placed<'_> {
        let places = event.place();
        match (places.len(), places.first()) {
            (1, Some(id)) => Placed::At(self.named(id, publisher)),
            (0, _) => Placed::Nowhere,
            _ => Placed::Several,
        }
    }

    /// The sealing key that covers a record.
    pub fn sealing_key(&self, unit: UnitNo, seq: UnitSeq) -> Option<SealingKey> {
        self.unit(unit).map(|unit| unit.sealing.covering(seq))
    }

    /// The sealing key that the genesis of a unit's chain commits to.
    pub fn first_sealing_key(&self, unit: UnitNo) -> Option<SealingKey> {
        self.unit(unit).map(|unit| unit.sealing.first())
    }

    /// Whether a fork to this record is in the log as evidence already: sent again, it proves nothing new.
    pub fn is_evidenced(&self, second: &Link) -> bool {
        self.evidenced.contains(second)
    }

    /// Whether a unit's record at this leaf does not count. Unknown units are not suspended.
    pub fn is_suspended_at(&self, unit: UnitNo, leaf: LeafIndex) -> bool {
        self.unit(unit).is_some_and(|unit| unit.is_suspended_at(leaf))
    }

    /// Every unit, by number.
    pub fn units(&self) -> impl Iterator<Item = &Unit> {
        self.by_no.iter().flatten().map(Box::as_ref)
    }

    /// Units that exist on a day, in official order: by type from the highest, then by administrative code (the order of
    /// official lists), then by number.
    pub fn on(&self, date: CivilDate) -> Vec<(&Unit, &Span)> {
        let mut units: Vec<_> =
            self.units().filter_map(|unit| unit.on(date).map(|span| (unit, span))).collect();
        units.sort_by_key(|(unit, span)| {
            (span.unit_type as i32, span.code.is_empty(), span.code.as_str(), unit.no)
        });
        units
    }

    /// Whether `later` is `earlier` itself or continues its work, through any number of successions that are in effect on
    /// the day.
    pub fn continues(&self, later: UnitNo, earlier: UnitNo, on: CivilDate) -> bool {
        later == earlier || self.succeeds(later, earlier, on)
    }

    fn succeeds(&self, later: UnitNo, earlier: UnitNo, on: CivilDate) -> bool {
        let (mut seen, mut open) = (BTreeSet::from([earlier]), vec![earlier]);
        while let Some(no) = open.pop() {
            if no == later {
                return true;
            }
            let heirs = self.unit(no).into_iter().flat_map(|unit| &unit.successors);
            let known = heirs.filter(|heir| heir.effective <= on).filter_map(|heir| self.by_id.get(&heir.to));
            open.extend(known.filter(|no| seen.insert(*no)));
        }
        false
    }

    fn unit_mut(&mut self, no: UnitNo) -> Option<&mut Unit> {
        self.by_no.get_mut(no.0 as usize)?.as_deref_mut()
    }
}
