//! What only the annexes print: the parts of a figure by time and unit, and where every unit stands.

use socai_tlog::{LeafIndex, Link, UnitNo};

use crate::figures::UnitName;

/// A part of a figure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// In the figure's unit of measure.
    pub value: i128,
    /// Number of facts in it.
    pub events: u64,
}

/// What stands behind one figure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detail {
    /// Of the days of the period only; none when the figure does not say it.
    pub in_period: Option<Part>,
    /// Since the year began; for figures with a first day of their own the figure itself. None when the figure does not say it.
    pub to_date: Option<Part>,
    /// The value of the same period of the year before.
    pub same_period: Option<i128>,
    /// Parts of the figure by the id of the unit they belong to.
    pub units: Vec<(String, Part)>,
    /// The part that belongs to no unit: facts in several places, facts of the whole territory.
    pub unallocated: Part,
    /// Whether the parts add up to the figure; those of a distinct count do not.
    pub is_additive: bool,
}

impl Detail {
    /// The part of a unit.
    pub fn of_unit(&self, id: &str) -> Part {
        self.units.iter().find(|(unit, _)| unit == id).map_or_else(Part::default, |(_, part)| *part)
    }
}

/// Whether a unit is a territory or an office of the whole district.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// A ward, commune or township.
    Territory,
    /// A body of the district, or of a ministry's line.
    Body,
}

/// Where a unit stands at the cut-off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its number in the ledger.
    pub no: UnitNo,
    /// The unit.
    pub unit: UnitName,
    /// What it is.
    pub level: Level,
    /// Its statement that the period is complete; none while a day of the period is open.
    pub closed: Option<Closed>,
    /// Its newest record; none before the first.
    pub newest: Option<Newest>,
    /// Indicators by code and kinds by label and name that it declared not to have happened, in the order it named them.
    pub nil: Vec<String>,
    /// Facts of the period it added after closing it; none when nobody read the records again to count them.
    pub late: Option<u64>,
}

/// A closing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed {
    /// Milliseconds UTC at which it was received.
    pub received_at_ms: u64,
    /// Number of its record in the unit's chain.
    pub seq: u64,
}

/// The end of a unit's chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Newest {
    /// Number of the record in the unit's chain.
    pub seq: u64,
    /// Its place in the log.
    pub leaf: LeafIndex,
    /// The link of its header, which the fold does not hold: whoever has the log fills it in.
    pub link: Option<Link>,
}
