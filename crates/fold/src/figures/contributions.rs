//! Who contributed: a second pass over the same records, with memory that does not grow with them.
//!
//! A digest in leaf order cannot be kept up to date while facts are voided and corrected, and lists of names would be as long
//! as the log. So once the fold stands at the cut-off, the records are read again, and of each it is known whether and as what it
//! counts.

use std::collections::BTreeMap;

use socai_domain::{
    CivilDate, Event, Kind,
    hash::FastMap,
    tables::{Indicator, Measure},
};
use socai_proto::{kind, kinds, view::Heading};
use socai_tlog::{EventName, LeafIndex};

use super::{
    asked::{Asked, Window},
    cases::Cases,
    days::{ALWAYS, DaysOfKinds},
    figure::units_of,
    held::Held,
    judged::{JudgedTotals, judged, judged_of},
    names::Names,
    tally::{Contribution, Tally, done},
    watched::{Watch, Watches, rows_of},
};
use crate::{
    fold::Fold,
    indicator::Counter,
    recorded::Recorded,
    steps::{Stepped, Steps},
    switch::Counted,
    verdict::FoldError,
};

/// The pass. Give it every record below the fold's size, in order; ask [`Contributions::finish`] at the end.
///
/// For rows that judge cases it holds the facts of their kinds; for all others its memory does not grow with the records.
pub struct Contributions<'f> {
    fold: &'f Fold,
    tallies: Vec<Tally>,
    /// Counter's indicator number → the tallies that its facts may belong to.
    watched: Vec<Vec<Watch>>,
    cases: Cases,
    /// By tag, first and last day of the facts that a tally may take; the others are passed over unread.
    days: DaysOfKinds,
    /// The same of tallies that count facts one by one; of the other days only cases take facts.
    counted: DaysOfKinds,
    /// Records that may count as something else than they state.
    amended: FastMap<EventName, ()>,
    steps: Steps,
}

/// What facts are wanted for.
enum Use<'a> {
    Nothing,
    /// For their case alone, with this heading and day.
    Case(Heading<'a>, CivilDate),
    /// To be counted.
    Count,
}

impl<'f> Contributions<'f> {
    /// A pass for every indicator in force on the last asked day.
    pub fn new(fold: &'f Fold, asked: &Asked) -> Self {
        Contributions::of_rows(fold, asked, &|_| true)
    }

    /// A pass for one of them that also lists its facts. Its memory grows with them.
    pub fn listing(fold: &'f Fold, asked: &Asked, code: &str) -> Self {
        let mut pass = Contributions::of_rows(fold, asked, &|row| row.code == code);
        pass.tallies.iter_mut().for_each(|tally| tally.listed = Some(vec![]));
        pass
    }

    /// A pass for some of them: records that only others are about are passed over unread.
    pub(crate) fn of_rows(fold: &'f Fold, asked: &Asked, is_asked: &dyn Fn(&Indicator) -> bool) -> Self {
        let rows = fold.rulebook().indicators(asked.to).map(|(_, rows)| rows).unwrap_or_default();
        let (mut tallies, mut watches) = (vec![], Watches::default());
        for row in rows.iter().filter(|row| is_asked(row)) {
            let Some(window) = Window::of(&row.period, asked).filter(|_| fold.may_answer(row, asked)) else {
                continue;
            };
            let (of_rows, judged) = rows_of(row, rows);
            watches.add(tallies.len(), (row, &window), &of_rows, asked);
            let units = (row.measure == Measure::Units)
                .then(|| units_of(fold, row, asked.to).into_iter().map(|unit| unit.id.clone()).collect());
            tallies.push(Tally::of(row, units, judged));
        }
        let watched = watches.by_series(fold);
        let is_judged = |row: &Indicator| tallies.iter().any(|tally| tally.judged.contains(&row.code));
        let cases = Cases::of_rows(fold, asked, &is_judged);
        let counted = days_counted(fold, &watched);
        let days = days_asked(&counted, &cases);
        let amended = fold.amendments().iter().map(|(name, _)| (name, ())).collect();
        Contributions { fold, tallies, watched, cases, days, counted, amended, steps: Steps::default() }
    }

    /// Makes no digests.
    pub(crate) fn without_digests(mut self) -> Self {
        self.tallies.iter_mut().for_each(|tally| tally.digest = Names::Unwanted);
        self
    }

    /// Starts at a later record. Names are then kept for whoever digests those before.
    pub(crate) fn starting(mut self, from: LeafIndex) -> Self {
        self.steps = Steps::starting(from, self.fold);
        let digested = self.tallies.iter_mut().filter(|tally| from.0 > 0 && tally.digest.is_wanted());
        digested.for_each(|tally| tally.digest = Names::kept());
        self
    }

    /// The records that were taken: from the first up to the one that comes next.
    pub(crate) fn taken(&self) -> std::ops::Range<u64> {
        self.steps.taken()
    }

    /// Takes over what a pass found in the records that follow, except the facts of cases, which are given back.
    pub(crate) fn append(&mut self, mut later: Self) -> Held {
        self.steps.append(&later.steps);
        let held = later.cases.take_held();
        self.tallies.iter_mut().zip(later.tallies).for_each(|(tally, later)| tally.append(later));
        held
    }

    /// Takes the next record; those at and above the fold's size change nothing.
    #[inline]
    pub fn visit(&mut self, record: &Recorded<'_>) -> Result<(), FoldError> {
        if self.steps.advance(record.at.leaf, self.fold)? != Stepped::Taken {
            return Ok(());
        }
        let name = record.at.name;
        let facts = match self.is_amended(name) {
            true => self.fold.amendments.counting(name, record.facts),
            false => match self.use_of(record.facts) {
                Use::Nothing => None,
                Use::Case(heading, on) => {
                    self.cases.visit_unread(record.facts, &heading, on, name, record.at.leaf);
                    None
                }
                Use::Count => Some(record.facts),
            },
        };
        if let Some(Ok(event)) = facts.map(Event::decode) {
            self.tally(&event, name, record.at.leaf);
        }
        Ok(())
    }

    /// Whether a record may count as something else than it states.
    #[inline]
    pub(crate) fn is_amended(&self, name: EventName) -> bool {
        self.amended.contains_key(&name)
    }

    /// What facts are wanted for.
    #[inline]
    fn use_of<'a>(&self, facts: &'a [u8]) -> Use<'a> {
        let Some(heading) = Heading::of(facts) else { return Use::Count };
        let Ok(day) = CivilDate::from_yyyymmdd(heading.day) else { return Use::Nothing };
        match () {
            () if !self.days.holds(heading.tag, day) => Use::Nothing,
            () if self.counted.holds(heading.tag, day) => Use::Count,
            () => Use::Case(heading, day),
        }
    }

    /// By tag, first and last day of the facts that it counts one by one.
    pub(super) fn counted_days(&self) -> &DaysOfKinds {
        &self.counted
    }

    /// Takes what counts of the record at a leaf.
    pub(crate) fn tally(&mut self, event: &Event<'_>, name: EventName, leaf: LeafIndex) {
        self.registered(event, name, leaf);
        self.cases.visit(event, name, leaf);
        let Some(version) = self.fold.rulebook().version(leaf, event.occurred_on()) else { return };
        let Some(of_kind) = version.of_kind(event.tag()) else { return };
        for Counted { counter, .. } in of_kind.counters.of(event.kind()) {
            self.counted(counter, event, name, leaf);
        }
    }

    /// Takes a registration for the figures that count units.
    pub(crate) fn registered(&mut self, event: &Event<'_>, name: EventName, leaf: LeafIndex) {
        let Kind::UnitRegistered(unit) = event.kind() else { return };
        let of_unit = |tally: &&mut Tally| tally.units.as_ref().is_some_and(|ids| ids.contains(unit.unit_id));
        self.tallies.iter_mut().filter(of_unit).for_each(|tally| tally.add(leaf, name, 1));
    }

    /// Takes a fact that a counter counts, for the figures that ask for its day.
    #[inline]
    pub(crate) fn counted(&mut self, counter: &Counter, event: &Event<'_>, name: EventName, leaf: LeafIndex) {
        let (day, payload) = (event.occurred_on(), event.kind());
        let watched = self.watched[usize::from(counter.no.0)].iter();
        for Watch { figure, window, .. } in watched.filter(|watch| watch.window.has(day)) {
            let field = window.pick.as_ref().and_then(|pick| counter.axes.scalar(&pick.field));
            if window.holds(day, payload, field) {
                self.tallies[*figure].add(leaf, name, counter.measure(payload));
            }
        }
    }

    /// What was found, by indicator code.
    ///
    /// # Errors
    /// Records are missing: the pass ended before the fold's size.
    pub fn finish(self) -> Result<BTreeMap<String, Contribution>, FoldError> {
        self.steps.ended(self.fold)?;
        let judged = judged(&self.cases, self.fold);
        Ok(done(self.tallies, &judged))
    }

    /// Has the facts of cases gathered by whoever asks several questions at once.
    pub(crate) fn take_held(&mut self) -> Held {
        self.cases.take_held()
    }

    /// The rows that judge cases.
    pub(crate) fn cases(&self) -> &Cases {
        &self.cases
    }

    /// What was found, with what the rows that judge cases come to.
    pub(crate) fn finish_judged(
        self,
        judged: &BTreeMap<String, JudgedTotals>,
    ) -> BTreeMap<String, Contribution> {
        done(self.tallies, judged)
    }

    /// What was found, when [`Contributions::take_held`] left the facts of cases to somebody else.
    pub(crate) fn finish_with(self, held: &Held) -> BTreeMap<String, Contribution> {
        let judged = judged_of(&self.cases, held, self.fold);
        done(self.tallies, &judged)
    }
}

/// By tag, the days on which facts of the kind are counted. Registrations of units are few, and counted on no day.
fn days_counted(fold: &Fold, watched: &[Vec<Watch>]) -> DaysOfKinds {
    let mut days = DaysOfKinds::default();
    kind("unit.registered").iter().for_each(|kind| days.widen(kind.tag, ALWAYS));
    for counter in fold.rulebook().counters() {
        let windows = watched[usize::from(counter.no.0)].iter().map(|watch| &watch.window);
        windows.for_each(|window| days.widen(counter.tag, (window.from, window.to)));
    }
    days
}

/// The same with the kinds of cases, whose facts are wanted however old they are.
fn days_asked(counted: &DaysOfKinds, cases: &Cases) -> DaysOfKinds {
    let mut days = counted.clone();
    let of_cases = kinds().iter().filter(|kind| cases.family_of(kind.tag).is_some());
    of_cases.for_each(|kind| days.widen(kind.tag, ALWAYS));
    days
}
