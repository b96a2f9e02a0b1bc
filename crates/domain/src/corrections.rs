//! Which version of a fact counts.
//!
//! Corrections and voids name what they change: a correction targets the current version (the record itself, or the last
//! correction of it); a void of a correction restores the version before it; a void of the record takes the whole fact
//! out. After the unit closed the period, either counts only once the aggregator has confirmed it. Whatever does not fit is kept
//! and listed, never refused: the record it would have to be held against may arrive later.
//!
//! Given the same amendments in the same order the answer is the same. The caller's order is that of each unit's chain and, between
//! units, of days: it does not ask who reached the log first, so replay, live and any other interleaving agree.

use std::borrow::Borrow;

use socai_proto::v1::Answer;
use socai_tlog::{EventName, LeafIndex, UnitNo, UnitSeq};

use crate::tables::Grouping;
use crate::{CivilDate, Event, Kind, Registry, is_ledgers};

/// A recorded correction or void.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amendment {
    /// Its own name.
    pub name: EventName,
    /// Its place in the log.
    pub leaf: LeafIndex,
    /// The version it amends.
    pub target: EventName,
    /// What it does.
    pub effect: Effect,
    /// Whether it counts by itself.
    pub standing: Standing,
}

/// What an amendment does to the version it targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Puts fields right.
    Corrects,
    /// Takes the version out.
    Voids,
}

/// Whether an amendment counts, apart from what it targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It counts.
    Counts,
    /// It came after the closing and waits for the aggregator.
    Pending,
    /// The aggregator refused it, or it was published by somebody who may not, or its old values are not the present ones.
    Refused,
}

/// The version of a fact that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Version {
    /// The record with these corrections applied, in this order; none for the record as it was.
    Corrected(Vec<EventName>),
    /// No version: this void took the fact out.
    Voided(EventName),
}

/// Why an amendment changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idle {
    /// It waits for the aggregator.
    Pending,
    /// It does not count.
    Refused,
    /// It targets a version that was not the current one when it was recorded: another correction came first, or its own base
    /// does not count.
    Stale,
    /// It was voided, alone or with the whole fact, or came after the fact was voided.
    Voided,
}

/// The version of `record` that counts, given every amendment of it or of its corrections, in order.
pub fn version_of(
    record: EventName,
    amendments: impl IntoIterator<Item = impl Borrow<Amendment>>,
) -> Version {
    History::read(record, amendments).version()
}

/// Amendments of `record` that change nothing, by name, and why: they are listed, not refused.
pub fn idle(
    record: EventName,
    amendments: impl IntoIterator<Item = impl Borrow<Amendment>>,
) -> Vec<(EventName, Idle)> {
    let mut idle = History::read(record, amendments).idle;
    idle.sort_by_key(|(name, _)| *name);
    idle
}

/// The amendments read one at a time as they were recorded.
struct History {
    record: EventName,
    /// The corrections that count: the first of the record, each other of the one before.
    corrections: Vec<EventName>,
    voided: Option<EventName>,
    idle: Vec<(EventName, Idle)>,
}

impl History {
    fn read(record: EventName, amendments: impl IntoIterator<Item = impl Borrow<Amendment>>) -> History {
        let mut history = History { record, corrections: Vec::new(), voided: None, idle: Vec::new() };
        for amendment in amendments {
            let amendment = amendment.borrow();
            if let Some(why) = history.take(amendment) {
                history.idle.push((amendment.name, why));
            }
        }
        history
    }

    /// Applies one amendment, or says why it changes nothing.
    fn take(&mut self, a: &Amendment) -> Option<Idle> {
        match (a.standing, a.effect) {
            (Standing::Pending, _) => return Some(Idle::Pending),
            (Standing::Refused, _) => return Some(Idle::Refused),
            _ if self.voided.is_some() => return Some(Idle::Voided),
            (_, Effect::Voids) if self.record == a.target => self.void(a.name),
            _ if *self.corrections.last().unwrap_or(&self.record) != a.target => return Some(Idle::Stale),
            (_, Effect::Corrects) => self.corrections.push(a.name),
            (_, Effect::Voids) => self.restore(),
        }
        None
    }

    /// Takes the whole fact out, its corrections with it.
    fn void(&mut self, by: EventName) {
        self.voided = Some(by);
        self.idle.extend(self.corrections.drain(..).map(|correction| (correction, Idle::Voided)));
    }

    /// Takes the last correction out: the version before it counts again.
    fn restore(&mut self) {
        self.idle.extend(self.corrections.pop().map(|correction| (correction, Idle::Voided)));
    }

    fn version(self) -> Version {
        match self.voided {
            Some(void) => Version::Voided(void),
            None => Version::Corrected(self.corrections),
        }
    }
}

/// Whether a fact of this kind may be corrected: domain facts and baselines. Units, keys, rules and closings have kinds of their
/// own that change them.
pub fn may_be_corrected(kind: &Kind<'_>) -> bool {
    !is_ledgers(kind.tag()) || matches!(kind, Kind::BaselineDeclared(_))
}

/// Whether a record of this kind may be voided: domain facts, baselines and corrections.
pub fn may_be_voided(kind: &Kind<'_>) -> bool {
    may_be_corrected(kind) || matches!(kind, Kind::EventCorrected(_))
}

/// What a correction or void targets and does; none for other kinds.
pub fn amends(event: &Event<'_>) -> Option<(EventName, Effect)> {
    match event.kind() {
        Kind::EventCorrected(corrected) => Some((crate::name_of(&corrected.target?), Effect::Corrects)),
        Kind::EventVoided(voided) => Some((crate::name_of(&voided.target?), Effect::Voids)),
        _ => None,
    }
}

/// Who may amend a unit's records on a day: the unit itself, or a unit that continues it.
pub fn may_amend(registry: &Registry, publisher: UnitNo, target: EventName, on: CivilDate) -> bool {
    registry.continues(publisher, target.unit, on)
}

/// The standing of an amendment that its publisher may make: before the closing it counts at once, afterwards as the aggregator
/// answers. `closed_at` is the place in the *publisher's* chain of its closing of the record's period, if there is one; the last
/// answer counts.
pub fn standing(amendment: EventName, closed_at: Option<UnitSeq>, answer: Option<Answer>) -> Standing {
    match (closed_at, answer) {
        (Some(closed_at), _) if amendment.seq < closed_at => Standing::Counts,
        (None, _) | (_, Some(Answer::Confirmed)) => Standing::Counts,
        (_, Some(Answer::Refused)) => Standing::Refused,
        (_, Some(Answer::Unspecified) | None) => Standing::Pending,
    }
}

/// Who acknowledges a unit's amendments after closing: its aggregator by the adopted grouping, else the operator.
pub fn acknowledger(registry: &Registry, grouping: &Grouping, unit: UnitNo, on: CivilDate) -> UnitNo {
    let known = registry.unit(unit).and_then(|unit| unit.on(on).map(|span| (unit, span)));
    let id = known.and_then(|(unit, span)| grouping.aggregator_of(&unit.id, span.unit_type, on));
    id.and_then(|id| registry.by_id(id)).map_or(UnitNo::OPERATOR, |aggregator| aggregator.no)
}
