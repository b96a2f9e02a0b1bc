//! One indicator along months, units or an axis: the figures of many questions side by side, each as a report would print it.
//!
//! No value is computed here: points are [`Figure`]s and parts of [`Spread`]s. What is decided here is which of them stand side by side,
//! and across changes of boundaries which may be added or compared at all ([`units`]).

use std::collections::BTreeMap;

use socai_domain::{
    CivilDate,
    tables::{Indicator, Measure},
};
use socai_tlog::UnitNo;

use super::{
    asked::{Asked, Window, last_day_before, occasion_before},
    epochs::{Boundary, boundaries},
    figure::{Compared, Disagreement, Figure, Part, SamePeriod, figures},
    percent::percent,
    tally::Contribution,
};
use crate::{fold::Fold, rulebook::Rulebook};

mod parts;
mod slices;
mod time;
mod units;

use parts::Parts;
pub use slices::by_slice;
pub use time::{by_time, of_unit_by_time};
pub use units::by_unit;

/// Contributions by indicator code, from a second pass.
pub type Found = BTreeMap<String, Contribution>;

/// A question of a series. The passes are needed only for rows that [`needs_pass`] names.
#[derive(Clone, Debug)]
pub struct Question {
    /// What the point is called: `2023-02`.
    pub label: String,
    /// The question.
    pub asked: Asked,
    /// Its second pass.
    pub found: Option<Found>,
    /// The second pass of the question a year earlier.
    pub found_before: Option<Found>,
}

impl Question {
    /// A question without passes.
    pub fn new(label: String, asked: Asked) -> Self {
        Question { label, asked, found: None, found_before: None }
    }

    /// The same days a year earlier, with the occasion that was before the asked one; none before the calendar begins.
    pub fn before(&self, rulebook: &Rulebook) -> Option<Asked> {
        let Asked { from, to, year, occasion, books_to } = &self.asked;
        let before = |to| last_day_before(Some(*from), to);
        Some(Asked {
            from: from.add_months(-12)?,
            to: before(*to)?,
            year: year - 1,
            occasion: occasion.as_deref().and_then(|id| occasion_before(rulebook, id)),
            books_to: books_to.and_then(before),
        })
    }

    fn figure(&self, fold: &Fold, code: &str) -> Result<Option<Figure>, Disagreement> {
        figure_of(fold, code, &self.asked, self.found.as_ref())
    }

    fn figure_before(&self, fold: &Fold, code: &str) -> Result<Option<Figure>, Disagreement> {
        match self.before(fold.rulebook()) {
            Some(asked) => figure_of(fold, code, &asked, self.found_before.as_ref()),
            None => Ok(None),
        }
    }

    /// The parts by unit, and those a year earlier.
    fn parts(&self, fold: &Fold, row: &Indicator) -> Result<(Parts, Option<Parts>), Disagreement> {
        let now = Parts::of(fold, row, &self.asked, self.found.as_ref())?;
        let before = self.before(fold.rulebook());
        let before = before.map(|asked| Parts::of(fold, row, &asked, self.found_before.as_ref()));
        Ok((now, before.transpose()?))
    }
}

/// Points of one indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// The row as it is defined on the last day.
    pub row: Indicator,
    /// First and last day of all questions.
    pub days: (CivilDate, CivilDate),
    /// The points, in order of time, of official lists, or of the axis.
    pub points: Vec<Point>,
    /// Changes of boundaries that took effect since the first compared day, in order of day.
    pub boundaries: Vec<Boundary>,
    /// Whether units that were joined stand as they were although they were asked for as one, since their values cannot be added.
    pub is_unmapped: bool,
}

/// One point of a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// What it is the value of.
    pub of: PointOf,
    /// First and last day that was asked.
    pub days: (CivilDate, CivilDate),
    /// First and last day of the facts that the value is of: what adds up since the year began covers more days than were asked. None on a side
    /// without an end.
    pub covers: Covers,
    /// Value and number of facts.
    pub part: Part,
    /// Whether anything may be said: a zero without facts, that nobody declared, is no value.
    pub is_known: bool,
    /// By authority.
    pub plans: BTreeMap<String, Compared>,
    /// The same days of the year before.
    pub same_period: Option<SamePeriod>,
    /// The days of the year before that lie as far from its Tết, for rows that ask for it.
    pub lunar_period: Option<SamePeriod>,
    /// Units whose parts were added to this one's, because all of their work is this unit's now.
    pub includes: Vec<UnitNo>,
    /// Whether boundaries stayed or could be mapped; if not, nothing is compared.
    pub is_comparable: bool,
    /// Whether it was left blank for readers outside: too few facts, or telling of a point that has too few.
    pub is_suppressed: bool,
}

/// First and last day of the facts of a value.
pub type Covers = (Option<CivilDate>, Option<CivilDate>);

/// What a point is the value of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PointOf {
    /// A span of days, by its label.
    Days(String),
    /// A unit.
    Unit(UnitNo),
    /// No unit: facts in several places, or stated for the whole territory.
    Unallocated,
    /// A value on the axis, by its short name.
    Slice(String),
}

/// Why there is no series.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoSeries {
    /// No such row in force on the last day.
    #[error("{0}: no indicator of this code is in force on the last day")]
    Indicator(String),
    /// A row of a whole year or an occasion has no months.
    #[error("{0} is counted by year or occasion, so it has no months; take it by unit or slice")]
    NotByDays(String),
    /// The row is not divided along this axis.
    #[error("{code} is not divided by `{axis}`; it is by {known}")]
    Axis {
        /// The row.
        code: String,
        /// What was asked.
        axis: String,
        /// Its axes.
        known: String,
    },
    /// The row is not divided at all.
    #[error("{0} has no slices: it is not divided by any field; take it by month or unit")]
    NoSlices(String),
    /// Facts of no unit of this number are in the ledger.
    #[error("there is no unit {0}")]
    Unit(UnitNo),
    /// A pass over other records than the fold was made of.
    #[error(transparent)]
    Disagreement(#[from] Disagreement),
}

/// The row of an indicator in force on a day.
pub fn row_on<'f>(fold: &'f Fold, code: &str, on: CivilDate) -> Option<&'f Indicator> {
    fold.rulebook().indicators(on)?.1.iter().find(|row| row.code == code)
}

/// Whether a row's figures come out of a second pass only.
pub fn needs_pass(fold: &Fold, code: &str, asked: &Asked) -> bool {
    row_on(fold, code, asked.to).is_some_and(|row| Window::of(&row.period, asked).is_some())
        && figure_of(fold, code, asked, None).is_ok_and(|figure| figure.is_none())
}

fn figure_of(
    fold: &Fold,
    code: &str,
    asked: &Asked,
    found: Option<&Found>,
) -> Result<Option<Figure>, Disagreement> {
    Ok(figures(fold, asked, found)?.into_iter().find(|figure| figure.row.code == code))
}

/// The comparison with facts of the ledger; none when there are none.
fn same(row: &Indicator, part: Part, before: Part) -> Option<SamePeriod> {
    let percent = || percent(part.value, before.value, row.percent_decimals);
    (before.events > 0).then(|| SamePeriod {
        compared: Compared { value: before.value, percent: is_quantity(row).then(percent).flatten() },
        baseline: None,
    })
}

/// Whether the value is one of which percentages mean something.
fn is_quantity(row: &Indicator) -> bool {
    matches!(
        row.measure,
        Measure::Count | Measure::Sum(_) | Measure::Items(_) | Measure::Distinct(_) | Measure::Units
    )
}

/// The first day of the comparisons.
fn first_compared((from, _): (CivilDate, CivilDate)) -> CivilDate {
    from.add_months(-12).unwrap_or(CivilDate::MIN)
}

fn boundaries_since(fold: &Fold, days: (CivilDate, CivilDate)) -> Vec<Boundary> {
    boundaries(fold.registry(), (first_compared(days), days.1))
}

impl Point {
    /// A point of which nothing is known and that is compared with nothing.
    fn bare(row: &Indicator, of: PointOf, asked: &Asked) -> Self {
        Point {
            of,
            days: (asked.from, asked.to),
            covers: covers(row, asked),
            part: Part::default(),
            is_known: false,
            plans: BTreeMap::new(),
            same_period: None,
            lunar_period: None,
            includes: Vec::new(),
            is_comparable: true,
            is_suppressed: false,
        }
    }

    /// The same with its part.
    fn with(self, part: Part) -> Self {
        Point { part, is_known: part.events > 0 || part.value != 0, ..self }
    }
}

/// The days of the facts of a row's value.
fn covers(row: &Indicator, asked: &Asked) -> Covers {
    let Some(window) = Window::of(&row.period, asked) else { return (None, None) };
    let (from, to) = window.days();
    (Some(from).filter(|day| *day != CivilDate::MIN), Some(to).filter(|day| *day != CivilDate::MAX))
}
