//! Cases that are judged differently at two sizes of the ledger, and the facts of them that are why.

use std::collections::BTreeMap;

use socai_domain::{CivilDate, Event, lifecycle::Family};
use socai_tlog::{EventName, LeafIndex, UnitNo};

use super::{
    asked::Asked,
    cases::{Answer, Cases},
    contributions::Contribution,
    judged::judged,
    restated::Why,
};
use crate::{fold::Fold, values::Value};

/// The cases of both sizes while the records go by.
pub(super) struct CaseChanges {
    then: Cases,
    now: Cases,
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

/// What a row counts a case as.
type CountedAs = (Option<UnitNo>, Vec<(usize, Value)>);

impl CaseChanges {
    pub(super) fn new(earlier: &Fold, later: &Fold, asked: &Asked) -> Self {
        CaseChanges {
            then: Cases::new(earlier, asked),
            now: Cases::new(later, asked),
            changed: BTreeMap::new(),
        }
    }

    /// Whether no row judges cases.
    pub(super) fn is_idle(&self) -> bool {
        self.then.codes().next().is_none() && self.now.codes().next().is_none()
    }

    /// Takes a record as it counted then and counts now.
    pub(super) fn visit(
        &mut self,
        name: EventName,
        leaf: LeafIndex,
        then: Option<&Event<'_>>,
        now: Option<&Event<'_>>,
    ) {
        then.into_iter().for_each(|event| self.then.visit(event, name, leaf));
        now.into_iter().for_each(|event| self.now.visit(event, name, leaf));
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
            let family = self.now.family_of(of.tag()).or_else(|| self.then.family_of(of.tag()));
            let (Some(family), Some(case)) = (family, of.case()) else { continue };
            let changed = self.changed.entry((family, case.into())).or_default();
            if changed.last().is_none_or(|last| last.event != event) {
                changed.push(Changed { why, event, by, day });
            }
        }
    }

    /// What rows that judge cases came to then and come to now, as a pass over the records of each size would find.
    pub(super) fn found(
        &self,
        earlier: &Fold,
        later: &Fold,
    ) -> (BTreeMap<String, Contribution>, BTreeMap<String, Contribution>) {
        let found = |cases: &Cases, fold| {
            judged(cases, fold)
                .into_iter()
                .map(|(code, totals)| (code, Contribution::judged(totals)))
                .collect()
        };
        (found(&self.then, earlier), found(&self.now, later))
    }

    /// What became of every row, by code. The causes of a case are in leaf order.
    pub(super) fn lines(&self, earlier: &Fold, later: &Fold, asked: &Asked) -> BTreeMap<String, CaseLine> {
        let (then, now) = (counted(&self.then, earlier), counted(&self.now, later));
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

fn counted(cases: &Cases, fold: &Fold) -> BTreeMap<(String, Family, Box<str>), CountedAs> {
    let codes: Vec<&str> = cases.codes().collect();
    let mut counted = BTreeMap::new();
    cases.judge(fold, |seen| {
        if let Some(case) = seen.counted.filter(|_| seen.answer == Answer::Asked) {
            let key = (codes[seen.row].to_owned(), cases.family_of_row(seen.row), seen.case.into());
            counted.insert(key, (case.ward, case.slices));
        }
    });
    counted
}
