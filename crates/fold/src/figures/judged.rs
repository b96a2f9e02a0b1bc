//! What rows that judge cases come to, added up case by case.

use std::collections::BTreeMap;

use socai_tlog::{EventName, LeafIndex};

use super::{
    cases::{Answer, Cases, Seen, WholeCase},
    figure::Part,
    held::{Every, Held},
    totals::Totals,
};
use crate::fold::Fold;

/// The answer of one row.
#[derive(Clone, Debug, Default)]
pub(crate) struct JudgedTotals {
    pub totals: Totals,
    /// Cases that it looked at, counted or not.
    pub seen: u64,
    /// Those of them of which a term was judged without the holidays of its year.
    pub without_holidays: u64,
    /// The answer of the year before, when the row compares; cases looked at stand for its events.
    pub year_before: Part,
    /// The facts of the counted cases, in leaf order.
    pub facts: Vec<(LeafIndex, EventName)>,
}

/// The answers of all rows, by code.
pub(crate) fn judged(cases: &Cases, fold: &Fold) -> BTreeMap<String, JudgedTotals> {
    judged_of(cases, cases.held(), fold)
}

/// The same over facts that were gathered for several questions.
pub(crate) fn judged_of(cases: &Cases, held: &Held, fold: &Fold) -> BTreeMap<String, JudgedTotals> {
    judged_of_all(&[cases], held, fold, None).pop().unwrap_or_default()
}

/// What some of the cases add to the answers of all rows, by code.
pub(crate) fn judged_in_part(
    cases: &Cases,
    held: &[&Held],
    every: Every,
    fold: &Fold,
) -> BTreeMap<String, JudgedTotals> {
    judged_by(&[cases], (held, every), fold, None).pop().unwrap_or_default()
}

/// The answers to several questions about one fold, in their order; `meet` is told of every case.
pub(crate) fn judged_of_all(
    questions: &[&Cases],
    held: &Held,
    fold: &Fold,
    meet: Option<&mut dyn FnMut(WholeCase<'_>)>,
) -> Vec<BTreeMap<String, JudgedTotals>> {
    judged_by(questions, (&[held], Every::CASE), fold, meet)
}

fn judged_by(
    questions: &[&Cases],
    held: (&[&Held], Every),
    fold: &Fold,
    meet: Option<&mut dyn FnMut(WholeCase<'_>)>,
) -> Vec<BTreeMap<String, JudgedTotals>> {
    let none = |cases: &&Cases| cases.codes().map(|_| JudgedTotals::default()).collect();
    let mut rows: Vec<Vec<JudgedTotals>> = questions.iter().map(none).collect();
    Cases::judge_all(questions, held, fold, |question, seen| rows[question][seen.row].add(seen), meet);
    let done = |(cases, rows): (&&Cases, Vec<JudgedTotals>)| {
        cases.codes().map(str::to_owned).zip(rows.into_iter().map(JudgedTotals::done)).collect()
    };
    questions.iter().zip(rows).map(done).collect()
}

impl JudgedTotals {
    pub(crate) fn add(&mut self, seen: Seen<'_>) {
        if seen.answer == Answer::YearBefore {
            self.year_before.events += 1;
            self.year_before.value += i128::from(seen.counted.is_some());
            return;
        }
        self.seen += 1;
        self.without_holidays += u64::from(seen.lacks_holidays);
        let Some(case) = seen.counted else { return };
        let events = case.facts.len() as u64;
        self.totals.each(case.ward, case.slices.into_iter(), |part| {
            part.value += 1;
            part.events += events;
        });
        self.totals.publishers.extend(case.facts.iter().map(|fact| fact.held.name.unit));
        self.facts.extend(case.facts.iter().map(|fact| (fact.held.leaf, fact.held.name)));
    }

    /// Adds what other cases came to, when both are done.
    pub(crate) fn add_all(&mut self, other: JudgedTotals) {
        self.totals.add_all(other.totals);
        self.seen += other.seen;
        self.without_holidays += other.without_holidays;
        self.year_before.add(other.year_before);
        self.facts.extend(other.facts);
        self.facts.sort(); // both are sorted, and so found to be
    }

    /// What they come to, for whoever has met the facts.
    pub(crate) fn without_facts(&self) -> Self {
        let (totals, year_before) = (self.totals.clone(), self.year_before);
        let JudgedTotals { seen, without_holidays, .. } = *self;
        JudgedTotals { totals, seen, without_holidays, year_before, facts: vec![] }
    }

    fn done(mut self) -> Self {
        self.facts.sort_unstable();
        self
    }
}
