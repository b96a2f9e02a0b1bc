//! How a case stands on the days that rows ask about, judged once for all of them.

use socai_domain::{
    CivilDate, Event,
    lifecycle::{self, Asked, Fact, Family, Judged, holidays::HOLIDAYS_UNKNOWN},
};
use socai_tlog::{LeafIndex, UnitNo};

use super::{held::Filed, totals::ward_at};
use crate::{cube::Place, fold::Fold};

/// The facts of a case in the order that decides. Read into again and again: an event is large.
#[derive(Default)]
pub(super) struct File<'a> {
    pub facts: Vec<Fact<'a>>,
    /// The same as they were held.
    filed: Vec<Filed<'a>>,
    /// The day and tag of each: what nearly always says enough of it.
    heads: Vec<(CivilDate, u32)>,
}

impl<'a> File<'a> {
    /// Reads what counts of a case at a size, in the place of the last one.
    pub fn read(&mut self, filed: impl Iterator<Item = Filed<'a>>, size: u64) {
        let File { facts, filed: read, heads } = self;
        facts.clear();
        read.clear();
        read.extend(filed.filter(|filed| filed.held.sizes.contains(&size)));
        // sorted before they are read
        read.sort_unstable_by_key(|filed| (filed.held.on, filed.held.name));
        read.retain(|filed| {
            let event = Event::decode_again(filed.facts);
            let is_read = event.is_ok();
            facts.extend(event.map(|event| Fact { name: filed.held.name, event }));
            is_read
        });
        heads.clear();
        heads.extend(facts.iter().map(|fact| (fact.event.occurred_on(), fact.event.tag())));
    }

    /// Those up to a day.
    pub fn until(&self, on: CivilDate) -> &[Filed<'a>] {
        &self.filed[..self.count(on)]
    }

    /// How many they are.
    fn count(&self, on: CivilDate) -> usize {
        self.heads.partition_point(|(day, _)| *day <= on)
    }

    /// The last of them that is of a kind and of interest.
    pub fn last(&self, on: CivilDate, tag: u32, is_it: impl Fn(&Fact<'_>) -> bool) -> Option<&Fact<'a>> {
        let of_kind =
            self.heads.iter().zip(&self.facts).rev().filter(|((day, of), _)| *day <= on && *of == tag);
        of_kind.map(|(_, fact)| fact).find(|fact| is_it(fact))
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
    file: &'a File<'a>,
    /// The days asked about, each with the place of its answer.
    days: Vec<(CivilDate, usize)>,
    known: Vec<(CivilDate, Option<Judged>)>,
    /// By place of the fact that says it, the ward of the case.
    wards: Vec<(usize, Option<UnitNo>)>,
}

impl<'a> Verdicts<'a> {
    /// Nothing judged yet.
    pub fn new(file: &'a File<'a>, laws: &'a Laws, fold: &'a Fold) -> Self {
        Verdicts { fold, laws, file, days: vec![], known: vec![], wards: vec![] }
    }

    pub fn file(&self) -> &'a File<'a> {
        self.file
    }

    /// Where the case stands on a day; none before its first fact.
    pub fn on(&mut self, on: CivilDate) -> Option<&Judged> {
        // several rows ask about the same days, one after the other
        let at = match self.days.iter().rev().find(|(day, _)| *day == on) {
            Some((_, at)) => *at,
            None => {
                let at = self.settled(on).unwrap_or_else(|| self.judged(on));
                self.days.push((on, at));
                at
            }
        };
        self.known[at].1.as_ref()
    }

    /// Whether something was found on a day by working days of a year whose holidays are not known.
    pub fn lacks_holidays(&mut self, on: CivilDate) -> bool {
        let judged = self.on(on);
        judged.is_some_and(|judged| judged.findings.iter().any(|found| found.code == HOLIDAYS_UNKNOWN))
    }

    fn judged(&mut self, on: CivilDate) -> usize {
        let asked = Asked { on, rules: self.fold.rulebook() };
        // the facts are of one family, so there is one answer
        let judged = lifecycle::judge(&self.file.facts, &asked).into_iter().next();
        self.known.push((on, judged));
        self.known.len() - 1
    }

    /// The ward of its first fact up to a day that states one place, else of its first fact.
    pub fn ward(&mut self, until: CivilDate) -> Option<UnitNo> {
        let facts = &self.file.facts[..self.file.count(until)];
        let at = facts.iter().position(|fact| fact.event.place().first().is_some()).unwrap_or_default();
        if let Some((_, ward)) = self.wards.iter().find(|(place, _)| *place == at) {
            return *ward;
        }
        let (fact, registry) = (facts.get(at)?, &self.fold.registry);
        let place = Place::from(registry.placed(&fact.event, fact.name.unit));
        let ward = ward_at(registry, place, fact.name.unit, fact.event.occurred_on());
        self.wards.push((at, ward));
        ward
    }

    /// An answer that still holds on a later day.
    fn settled(&self, on: CivilDate) -> Option<usize> {
        let until = |day| self.file.count(day);
        self.known.iter().position(|(day, judged)| {
            *day < on
                && judged.as_ref().is_some_and(Judged::is_settled)
                && until(*day) == until(on)
                && self.laws.is_same(*day, on)
        })
    }
}
