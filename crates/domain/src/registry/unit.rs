//! One unit: what it is called when, who continues it, which keys it has, when it was suspended.

use socai_proto::v1::UnitType;
use socai_tlog::{LeafIndex, SealingKey, UnitNo};

use super::KeyEpochs;
use crate::CivilDate;

/// An office that publishes. Identity is `id`; codes and names belong to spans of days and are reused by others.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    /// Its number in headers and subjects.
    pub no: UnitNo,
    /// Its permanent id: `hn.tx.ha-dinh.1`.
    pub id: String,
    /// What it was called and under whom, oldest first; spans do not overlap.
    pub spans: Vec<Span>,
    /// Who continues its work, in the order the operator recorded it.
    pub successors: Vec<Succession>,
    /// Keys that answer the broker's nonces.
    pub transport: KeyEpochs<[u8; 32]>,
    /// Keys that sign segments.
    pub sealing: KeyEpochs<SealingKey>,
    /// Keys that cosign checkpoints.
    pub witnessing: KeyEpochs<SealingKey>,
    pub(super) suspensions: Vec<Suspension>,
}

/// What a unit is called from a day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// First day.
    pub from: CivilDate,
    /// Last day; none while it lasts.
    pub to: Option<CivilDate>,
    /// Administrative code with its leading zeros; empty for bodies without one.
    pub code: String,
    /// Official name with its type.
    pub name: String,
    /// What the office is.
    pub unit_type: UnitType,
    /// Unit id of the office above.
    pub parent: Option<String>,
}

/// A unit that continues this one from a day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Succession {
    /// Unit id of the successor, of this or another ledger.
    pub to: String,
    /// Whether all of the unit went there.
    pub whole: bool,
    /// First day under the successor.
    pub effective: CivilDate,
    /// Legal source.
    pub legal: String,
}

/// Leaves between which a unit's records do not count: `from` included, `until` excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Suspension {
    pub from: LeafIndex,
    pub until: Option<LeafIndex>,
}

impl Span {
    /// Whether the span holds the day.
    pub fn holds(&self, date: CivilDate) -> bool {
        self.from <= date && self.to.is_none_or(|to| date <= to)
    }

    /// Whether it is of the level that figures are broken down to.
    pub fn is_ward(&self) -> bool {
        matches!(self.unit_type, UnitType::Ward | UnitType::Commune | UnitType::Township)
    }
}

impl Unit {
    /// What the unit is called on a day; none when it does not exist on that day.
    pub fn on(&self, date: CivilDate) -> Option<&Span> {
        self.spans.iter().rev().find(|span| span.holds(date))
    }

    /// The newest span, for screens that need a name on no particular day.
    pub fn newest(&self) -> Option<&Span> {
        self.spans.last()
    }

    /// Whether figures are broken down to it: what it is on a day, or was last.
    pub fn is_ward(&self, on: CivilDate) -> bool {
        self.on(on).or_else(|| self.newest()).is_some_and(Span::is_ward)
    }

    /// Whether records at this leaf do not count.
    pub fn is_suspended_at(&self, leaf: LeafIndex) -> bool {
        self.suspensions.iter().any(|s| s.from <= leaf && s.until.is_none_or(|until| leaf < until))
    }

    /// Whether the unit stands suspended after everything known so far.
    pub fn is_suspended(&self) -> bool {
        self.suspensions.iter().any(|s| s.until.is_none())
    }

    /// Begins a span, ending or replacing what it overlaps.
    pub(super) fn begin_span(&mut self, span: Span) {
        self.spans.retain(|earlier| earlier.from < span.from);
        if let Some(last) = self.spans.last_mut() {
            let day_before = span.from.previous();
            last.to = Some(last.to.map_or(day_before, |to| to.min(day_before)));
        }
        self.spans.push(span);
    }

    /// Ends the unit before a day, unless it ended earlier.
    pub(super) fn end_before(&mut self, date: CivilDate) {
        self.spans.retain(|span| span.from < date);
        if let Some(last) = self.spans.last_mut() {
            let end = date.previous();
            last.to = Some(last.to.map_or(end, |to| to.min(end)));
        }
    }

    pub(super) fn suspend(&mut self, from: LeafIndex) {
        if !self.is_suspended() {
            self.suspensions.push(Suspension { from, until: None });
        }
    }

    pub(super) fn resume(&mut self, from: LeafIndex) {
        if let Some(open) = self.suspensions.iter_mut().find(|s| s.until.is_none()) {
            open.until = Some(from.max(open.from));
        }
    }
}
