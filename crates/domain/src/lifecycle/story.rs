//! The facts of a case in the order that decides its state.

use socai_tlog::EventName;

use super::Family;
use crate::{CivilDate, Event};

/// A fact that counts.
#[derive(Clone, Copy, Debug)]
pub struct Fact<'a> {
    /// The record.
    pub name: EventName,
    /// What counts of it: as recorded, or as corrected.
    pub event: Event<'a>,
}

impl Fact<'_> {
    /// The day it took effect.
    pub(super) fn on(&self) -> CivilDate {
        self.event.occurred_on()
    }
}

/// The facts of a case up to a day: by day, then unit, then number.
pub(super) struct Story<'f>(Vec<&'f Fact<'f>>);

impl<'f> Story<'f> {
    pub fn until(facts: &'f [Fact<'f>], on: CivilDate) -> Story<'f> {
        let mut facts: Vec<_> = facts.iter().filter(|fact| fact.on() <= on).collect();
        facts.sort_by_key(|fact| (fact.on(), fact.name));
        Story(facts)
    }

    /// Whether any of them is of a sort of case.
    pub fn has(&self, family: Family) -> bool {
        self.0.iter().any(|fact| Family::of_tag(fact.event.tag()) == Some(family))
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &'f Fact<'f>> {
        self.0.iter().copied()
    }
}

/// The names of facts.
pub(super) fn names<'f>(facts: impl IntoIterator<Item = &'f Fact<'f>>) -> Vec<EventName> {
    facts.into_iter().map(|fact| fact.name).collect()
}
