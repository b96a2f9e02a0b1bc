//! Cases that are judged differently at two sizes of the ledger, and the facts of them that are why.

use std::collections::BTreeMap;

use socai_domain::{CivilDate, Event, lifecycle::Family};
use socai_tlog::{EventName, LeafIndex, UnitNo};

use super::{
    asked::Asked,
    cases::{Answer, Cases},
    held::{ANY_SIZE, Held},
    judged::JudgedTotals,
    restatement::Why,
    tally::Contribution,
};
use crate::{fold::Fold, values::Value};

/// The cases of both sizes while the records go by.
pub(super) struct CaseChanges {
    then: Cases,
    now: Cases,
    /// The facts, each held once with the sizes at which it counts so.
    held: Held,
    sizes: Sizes,
    changed: BTreeMap<(Family, Box<str>), Vec<Changed>>,
}

/// A fact of a case that counts otherwise than before.
#[derive(Clone, Copy)]
pub(super) struct Changed {
    pub why: Why,
    pub event: EventName,
    pub by: EventName,
    /// The first of the days that it had then and has now.
    day: CivilDate,
}

/// What became of one row.
#[derive(Default)]
pub(super) struct CaseLine {
    /// Facts of counted cases that count otherwise.
    pub causes: Vec<Changed>,
    /// Whether a case is judged differently although none of its facts changed: by the law, then.
    pub is_unexplained: bool,
}

/// The two sizes.
#[derive(Clone, Copy)]
struct Sizes {
    then: u64,
    now: u64,
}

/// What a row counts a case as.
type CountedAs = (Option<UnitNo>, Vec<(usize, Value)>);

/// The cases that rows count, by the row's code.
type Counted = BTreeMap<(String, Family, Box<str>), CountedAs>;

/// The answers of one size.
pub(super) struct Answered {
    /// What rows that judge cases come to, as a pass over the records would find.
    pub found: BTreeMap<String, Contribution>,
    pub counted: Counted,
}

impl CaseChanges {
    pub(super) fn new(earlier: &Fold, later: &Fold, asked: &Asked) -> Self {
        let (mut then, mut now) = (Cases::new(earlier, asked), Cases::new(later, asked));
        let (mut held, of_now) = (then.take_held(), now.take_held());
        held.follow_all(&of_now);
        let sizes = Sizes { then: earlier.size().0, now: later.size().0 };
        CaseChanges { then, now, held, sizes, changed: BTreeMap::new() }
    }

    /// Whether no row judges cases.
    pub(super) fn is_idle(&self) -> bool {
        self.then.codes().next().is_none() && self.now.codes().next().is_none()
    }

    /// Whether facts of this tag belong to a case that a row judges.
    pub(super) fn is_about(&self, tag: u32) -> bool {
        self.held.family_of(tag).is_some()
    }

    /// Takes a record that counts as this from its own size on.
    #[inline]
    pub(super) fn visit(&mut self, name: EventName, leaf: LeafIndex, event: Option<&Event<'_>>) {
        event.into_iter().for_each(|event| self.held.visit(event, name, leaf, leaf.0 + 1..ANY_SIZE.end));
    }

    /// Takes a record that counted as one thing then and counts as another now.
    pub(super) fn visit_both(
        &mut self,
        name: EventName,
        leaf: LeafIndex,
        then: Option<&Event<'_>>,
        now: Option<&Event<'_>>,
    ) {
        let Sizes { then: size, now: end } = self.sizes;
        then.into_iter().for_each(|event| self.held.visit(event, name, leaf, leaf.0 + 1..size + 1));
        now.into_iter().for_each(|event| self.held.visit(event, name, leaf, size + 1..end + 1));
    }

    /// Notes why a record counts otherwise.
    pub(super) fn note(
        &mut self,
        event: EventName,
        (why, by): (Why, EventName),
        then: Option<&Event<'_>>,
        now: Option<&Event<'_>>,
    ) {
        let days = [then, now].into_iter().flatten().map(Event::occurred_on);
        let Some(day) = days.min() else { return };
        for of in [then, now].into_iter().flatten() {
            let family = self.held.family_of(of.tag());
            let (Some(family), Some(case)) = (family, of.case()) else { continue };
            let changed = self.changed.entry((family, case.into())).or_default();
            if changed.last().is_none_or(|last| last.event != event) {
                changed.push(Changed { why, event, by, day });
            }
        }
    }

    /// What the cases came to then.
    pub(super) fn then(&self, earlier: &Fold) -> Answered {
        answered(&self.then, &self.held, earlier)
    }

    /// What they come to now.
    pub(super) fn now(&self, later: &Fold) -> Answered {
        answered(&self.now, &self.held, later)
    }

    /// What became of every row, by code. The causes of a case are in leaf order.
    pub(super) fn lines(&self, then: &Counted, now: &Counted, asked: &Asked) -> BTreeMap<String, CaseLine> {
        let mut lines: BTreeMap<String, CaseLine> = BTreeMap::new();
        for key in then.keys().chain(now.keys().filter(|key| !then.contains_key(*key))) {
            let (code, family, case) = key;
            let changed = self.changed.get(&(*family, case.clone())).map(Vec::as_slice).unwrap_or_default();
            let changed: Vec<Changed> =
                changed.iter().filter(|changed| changed.day <= asked.to).copied().collect();
            let line = lines.entry(code.clone()).or_default();
            line.is_unexplained |= changed.is_empty() && then.get(key) != now.get(key);
            line.causes.extend(changed);
        }
        lines
    }
}

fn answered(cases: &Cases, held: &Held, fold: &Fold) -> Answered {
    let codes: Vec<&str> = cases.codes().collect();
    let mut totals: Vec<JudgedTotals> = codes.iter().map(|_| JudgedTotals::default()).collect();
    let mut counted = BTreeMap::new();
    cases.judge_held(held, fold, |seen| {
        if let Some(case) = seen.counted.as_ref().filter(|_| seen.answer == Answer::Asked) {
            let key = (codes[seen.row].to_owned(), cases.family_of_row(seen.row), seen.case.into());
            counted.insert(key, (case.ward, case.slices.clone()));
        }
        totals[seen.row].add(seen);
    });
    let found = cases.codes().map(str::to_owned).zip(totals.into_iter().map(Contribution::judged));
    Answered { found: found.collect(), counted }
}
