//! How a case stands on the days that rows ask about, judged once for all of them.

use socai_domain::{
    CivilDate, Event,
    lifecycle::{self, Asked, Fact, Family, Judged},
};
use socai_tlog::{LeafIndex, UnitNo};

use super::{held::HeldFact, totals::ward_at};
use crate::{added::place_of, cube::Place, fold::Fold};

/// The facts of a case in the order that decides.
pub(super) struct File<'a> {
    pub facts: Vec<Fact<'a>>,
    held: Vec<&'a HeldFact>,
}

impl<'a> File<'a> {
    pub fn of(held: impl Iterator<Item = &'a HeldFact>, size: u64) -> Self {
        // sorted before they are read: an event is large
        let mut held: Vec<_> = held.filter(|held| held.sizes.contains(&size)).collect();
        held.sort_unstable_by_key(|held| (held.on, held.name));
        let mut facts = Vec::with_capacity(held.len());
        held.retain(|held| {
            let event = Event::decode_again(&held.facts);
            let is_read = event.is_ok();
            facts.extend(event.map(|event| Fact { name: held.name, event }));
            is_read
        });
        File { facts, held }
    }

    /// Those up to a day.
    pub fn until(&self, on: CivilDate) -> Vec<&'a HeldFact> {
        let facts = self.facts.iter().zip(&self.held).take_while(|(fact, _)| fact.event.occurred_on() <= on);
        facts.map(|(_, held)| *held).collect()
    }

    /// The ward of its first fact that states one place, else of its first fact.
    pub fn ward(&self, fold: &Fold) -> Option<UnitNo> {
        let placed = self.facts.iter().find(|fact| fact.event.place().first().is_some());
        let fact = placed.or_else(|| self.facts.first())?;
        let place: Place = place_of(&fold.registry, &fact.event, fact.name);
        ward_at(&fold.registry, place, fact.name.unit, fact.event.occurred_on())
    }
}

/// Which version of a family's law is in force on the days that are asked about, by the leaf it was adopted at.
pub(super) struct Laws(Vec<(CivilDate, Option<LeafIndex>)>);

impl Laws {
    pub fn on(days: impl Iterator<Item = CivilDate>, family: Family, fold: &Fold) -> Laws {
        let mut days: Vec<_> = days.collect();
        days.sort_unstable();
        days.dedup();
        let version =
            |day| family.law().and_then(|law| fold.rulebook().in_force(law, day)).map(|adopted| adopted.leaf);
        Laws(days.into_iter().map(|day| (day, version(day))).collect())
    }

    fn is_same(&self, day: CivilDate, other: CivilDate) -> bool {
        let version = |day| {
            let at = self.0.binary_search_by_key(&day, |(day, _)| *day).ok()?;
            Some(self.0[at].1)
        };
        version(day).is_some_and(|law| version(other) == Some(law))
    }
}

/// A case, and what was judged of it so far. What is settled is not judged again before the next fact comes.
pub(super) struct Verdicts<'a> {
    fold: &'a Fold,
    laws: &'a Laws,
    /// By day.
    facts: &'a [Fact<'a>],
    /// The days asked about, each with the place of its answer.
    days: Vec<(CivilDate, usize)>,
    known: Vec<(CivilDate, Option<Judged>)>,
}

impl<'a> Verdicts<'a> {
    /// Nothing judged yet; the facts are in the order that decides.
    pub fn new(facts: &'a [Fact<'a>], laws: &'a Laws, fold: &'a Fold) -> Self {
        Verdicts { fold, laws, facts, days: vec![], known: vec![] }
    }

    pub fn facts(&self) -> &'a [Fact<'a>] {
        self.facts
    }

    /// Where the case stands on a day; none before its first fact.
    pub fn on(&mut self, on: CivilDate) -> Option<&Judged> {
        let at = match self.days.iter().find(|(day, _)| *day == on) {
            Some((_, at)) => *at,
            None => {
                let at = self.settled(on).unwrap_or_else(|| self.judged(on));
                self.days.push((on, at));
                at
            }
        };
        self.known[at].1.as_ref()
    }

    fn judged(&mut self, on: CivilDate) -> usize {
        let asked = Asked { on, rules: self.fold.rulebook() };
        // the facts are of one family, so there is one answer
        let judged = lifecycle::judge(self.facts, &asked).into_iter().next();
        self.known.push((on, judged));
        self.known.len() - 1
    }

    /// An answer that still holds on a later day.
    fn settled(&self, on: CivilDate) -> Option<usize> {
        let until = |day| self.facts.partition_point(|fact| fact.event.occurred_on() <= day);
        self.known.iter().position(|(day, judged)| {
            *day < on
                && judged.as_ref().is_some_and(Judged::is_settled)
                && until(*day) == until(on)
                && self.laws.is_same(*day, on)
        })
    }
}
