//! What a figure and its slices were earlier: facts of the ledger when it has any, else what was declared.

use socai_domain::{CivilDate, tables::Indicator};

use super::{
    answers::{Answers, Earlier},
    asked::Window,
    figure::{Compared, SamePeriod},
    percent::percent,
    ratio::Fraction,
};
use crate::{baseline::Baseline, fold::Fold, values::Value};

/// A row in an earlier window.
pub(super) struct Before<'a> {
    fold: &'a Fold,
    row: &'a Indicator,
    window: Window,
    known: Option<Earlier>,
}

impl<'a> Before<'a> {
    /// The row in its window as `earlier` moves it; none where that is no window.
    pub fn of(
        answers: &Answers<'a>,
        row: &'a Indicator,
        window: &Window,
        earlier: impl Fn(&Window) -> Option<Window>,
    ) -> Option<Self> {
        let before = earlier(window)?;
        let known = answers.earlier(row, &before, &earlier);
        Some(Before { fold: answers.fold, row, window: before, known })
    }

    /// The figure beside what it was.
    pub fn compared(&self, (value, fraction): (i128, Option<Fraction>)) -> Option<SamePeriod> {
        let decimals = self.row.percent_decimals;
        if let Some(known) = self.known.as_ref().filter(|known| known.part.events > 0) {
            let percent = match (fraction, known.fraction) {
                (Some(now), Some(then)) => now.against(then, decimals),
                _ => percent(value, known.part.value, decimals),
            };
            let compared = Compared { value: known.part.value, percent };
            return Some(SamePeriod { compared, baseline: None });
        }
        let baseline = self.declared("")?;
        let declared = i128::from(baseline.value);
        let compared = match fraction {
            Some(now) => Compared { value: declared, percent: now.against_declared(declared, decimals) },
            None => Compared::of(value, declared, self.row),
        };
        Some(SamePeriod { compared, baseline: Some(baseline.name()) })
    }

    /// The part of a value on an axis beside what it was.
    pub fn compared_slice(&self, slice: (usize, Value), name: &str, value: i128) -> Option<SamePeriod> {
        let axis = &self.row.slices[slice.0];
        let known = self.known.as_ref().and_then(|known| known.slices.get(&slice));
        let (other, baseline) = match known.filter(|part| part.events > 0) {
            Some(part) => (part.value, None),
            None => {
                let baseline = self.declared(&format!("{axis}={name}"))?;
                (i128::from(baseline.value), Some(baseline.name()))
            }
        };
        Some(SamePeriod { compared: Compared::of(value, other, self.row), baseline })
    }

    /// What was declared for exactly these days; of a balance or a state, for that day.
    fn declared(&self, slice: &str) -> Option<&'a Baseline> {
        let (from, to) = match self.window.days_by(self.fold.rulebook()) {
            (CivilDate::MIN, to) => (to, to),
            days => days,
        };
        self.fold.baselines().declared(&self.row.code, slice, from, to)
    }
}
