//! What a state holds when only some of it is asked about.
//!
//! A question about the past rarely needs every cell: one indicator, or the days of one report. A state that is restored from rows for
//! such a question leaves the other cells out, and out they stay: facts that come later are not counted there either, or a fact
//! that is voided would be taken out of a cell that never had it. Everything but cells is always whole.

use std::collections::BTreeSet;

use socai_domain::{
    CivilDate,
    tables::{Indicator, Measure, Table},
};

use crate::{
    cube::IndicatorNo,
    figures::{Asked, Window},
    fold::Fold,
    rulebook::Rulebook,
};

/// What a state is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// These indicators by code, whatever the question; what a ratio among them is of belongs to it.
    Indicators(BTreeSet<String>),
    /// The figures of one question, without the columns of annexes ([`crate::figures::spreads`]).
    Question(Asked),
}

/// The cells that a state has of one layout of an indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Cells {
    All,
    /// Those of these days, first and last; none of no days.
    OfDays(Vec<(CivilDate, CivilDate)>),
}

impl Cells {
    const NONE: Cells = Cells::OfDays(vec![]);

    #[inline]
    fn of(&self, day: CivilDate) -> bool {
        match self {
            Cells::All => true,
            Cells::OfDays(spans) => spans.iter().any(|(from, to)| *from <= day && day <= *to),
        }
    }

    fn of_any(&self, (first, last): (CivilDate, CivilDate)) -> bool {
        match self {
            Cells::All => true,
            Cells::OfDays(spans) => spans.iter().any(|(from, to)| *from <= last && first <= *to),
        }
    }

    fn have(&self, needed: &Cells) -> bool {
        match (self, needed) {
            (Cells::All, _) => true,
            (Cells::OfDays(_), Cells::All) => false,
            (Cells::OfDays(held), Cells::OfDays(needed)) => {
                let is_held = |(from, to): &(CivilDate, CivilDate)| {
                    from > to || held.iter().any(|(first, last)| first <= from && to <= last)
                };
                needed.iter().all(is_held)
            }
        }
    }
}

/// The cells of a state that was restored for a scope. Fixed then: layouts of axes that are adopted later have all their facts still to come.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    scope: Scope,
    /// By [`IndicatorNo`].
    cells: Vec<Cells>,
}

impl Held {
    /// What the scope needs by the rules adopted so far.
    pub(crate) fn new(scope: Scope, rulebook: &Rulebook) -> Self {
        let cells = rulebook.series().iter().map(|series| scope.needs(rulebook, &series.code)).collect();
        Held { scope, cells }
    }

    /// Whether a cell of this layout and day is there if facts are behind it.
    #[inline]
    pub(crate) fn has(&self, no: IndicatorNo, day: CivilDate) -> bool {
        self.cells.get(usize::from(no.0)).is_none_or(|cells| cells.of(day))
    }

    /// Whether a cell of this layout may be there on any of these days.
    pub(crate) fn has_any(&self, no: IndicatorNo, days: (CivilDate, CivilDate)) -> bool {
        self.cells.get(usize::from(no.0)).is_none_or(|cells| cells.of_any(days))
    }

    /// Whether every cell is there that a row needs.
    fn covers(&self, rulebook: &Rulebook, code: &str) -> bool {
        let needed = self.scope.needs(rulebook, code);
        let layouts = rulebook.series().iter().zip(&self.cells).filter(|(series, _)| series.code == code);
        layouts.into_iter().all(|(_, cells)| cells.have(&needed))
    }
}

impl Scope {
    fn needs(&self, rulebook: &Rulebook, code: &str) -> Cells {
        match self {
            Scope::Indicators(codes) if is_about(codes, rulebook, code) => Cells::All,
            Scope::Indicators(_) => Cells::NONE,
            Scope::Question(asked) => {
                let rows = rulebook.indicators(asked.to).map(|(_, rows)| rows).unwrap_or_default();
                let of_code = rows.iter().filter(|row| row.code == code);
                Cells::OfDays(of_code.flat_map(|row| days(rulebook, row, asked)).collect())
            }
        }
    }
}

/// Whether a code is asked about, or a part of a ratio that is, by any version of the rules.
fn is_about(codes: &BTreeSet<String>, rulebook: &Rulebook, code: &str) -> bool {
    let rows = rulebook.adopted().iter().flat_map(|adopted| match &adopted.table {
        Table::Indicators(rows) => rows.as_slice(),
        _ => &[],
    });
    let mut parts = rows.filter_map(|row| match &row.measure {
        Measure::Ratio(ratio) => Some((row, ratio.numerator.iter().chain(&ratio.denominator))),
        _ => None,
    });
    codes.contains(code)
        || parts.any(|(row, mut parts)| codes.contains(&row.code) && parts.any(|part| part == code))
}

/// The days of a row's answer, of the year before, and of that year by the moon.
fn days(rulebook: &Rulebook, row: &Indicator, asked: &Asked) -> Vec<(CivilDate, CivilDate)> {
    let Some(window) = Window::of(&row.period, asked) else { return vec![] };
    let earlier = [window.year_before(rulebook), window.lunar_year_before(rulebook)];
    earlier.into_iter().flatten().chain([window]).map(|window| (window.from, window.to)).collect()
}

impl Fold {
    /// Whether the state has every cell that its scope needs by the rules adopted up to now. A state that is whole always has; another one
    /// lacks some when rules were adopted since it was restored which need more. Then the question is one for a whole state.
    #[must_use]
    pub fn covers_its_scope(&self) -> bool {
        let Some(held) = &self.held else { return true };
        self.rulebook.series().iter().all(|series| held.covers(&self.rulebook, &series.code))
    }

    /// Whether a row's parts by time and unit can be told from the cells that are there.
    pub(crate) fn may_spread(&self, row: &Indicator) -> bool {
        match self.held.as_deref().map(|held| &held.scope) {
            None => true,
            Some(Scope::Indicators(codes)) => is_about(codes, &self.rulebook, &row.code),
            Some(Scope::Question(_)) => false,
        }
    }

    /// Whether a row's figure for a question can be told from the cells that are there.
    pub(crate) fn may_answer(&self, row: &Indicator, asked: &Asked) -> bool {
        match self.held.as_deref().map(|held| &held.scope) {
            None => true,
            Some(Scope::Indicators(codes)) => is_about(codes, &self.rulebook, &row.code),
            Some(Scope::Question(question)) => question == asked,
        }
    }
}
