//! What figures come to by time and by unit: the columns of an annex.
//!
//! A figure answers one span; an annex sets the days of the question beside what has come together since the year began, and
//! the figure's own parts by unit. One pass over the cube for all rows.

use std::collections::{BTreeMap, BTreeSet};

use socai_domain::{
    CivilDate,
    tables::{Indicator, Measure, PeriodUse, Ratio},
};
use socai_tlog::UnitNo;

use super::{
    asked::{Asked, Window},
    cells::{Met, OfRow, listed, unlisted},
    figure::{Part, units_of},
    latest::latest,
    numbered::Numbered,
    ratio::Fraction,
    totals::unit_of,
};
use crate::fold::Fold;

/// One indicator's parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    /// Indicator code.
    pub code: String,
    /// The days of the question only, with the figure's year or occasion.
    pub in_period: Part,
    /// For figures of the period: since 1 January of the asked year, or since the first asked day if that is earlier. For all others the
    /// figure itself, which has its own first day.
    pub to_date: Part,
    /// Parts of the figure by unit, in the order of unit numbers: of the fact's place, or of its publisher when it has none.
    pub units: BTreeMap<UnitNo, Part>,
    /// The part of no unit: facts in several places, and what the operator states of the whole territory.
    pub unallocated: Part,
    /// Whether the parts add up to the figure; those of distinct counts, balances, latest states and ratios do not.
    pub is_additive: bool,
}

/// The spreads of a question, in printing order: one for each figure that [`super::figures`] gives, except those of judged cases and those that the fold has no cells for
/// ([`crate::Scope`]).
pub fn spreads(fold: &Fold, asked: &Asked) -> Vec<Spread> {
    let rows = fold.rulebook().indicators(asked.to).map(|(_, rows)| rows).unwrap_or_default();
    let rows: Vec<&Indicator> = rows.iter().filter(|row| fold.may_spread(row)).collect();
    let known: Vec<Spread> = rows.iter().filter_map(|row| Spread::gathered(fold, row, asked)).collect();
    let spread = |row: &Indicator| match &row.measure {
        Measure::Ratio(ratio) => divided(row, ratio, &known),
        _ => known.iter().find(|spread| spread.code == row.code).cloned(),
    };
    rows.into_iter().filter_map(spread).collect()
}

/// The spread of a ratio, every part divided by itself; none when it is of judged cases.
fn divided(row: &Indicator, ratio: &Ratio, known: &[Spread]) -> Option<Spread> {
    let of = |codes: &[String]| -> Option<Vec<&Spread>> {
        codes.iter().map(|code| known.iter().find(|spread| spread.code == *code)).collect()
    };
    let (above, below) = (of(&ratio.numerator)?, of(&ratio.denominator)?);
    let part = |part: &dyn Fn(&Spread) -> Part| {
        let sum = |spreads: &[&Spread]| -> i128 { spreads.iter().map(|spread| part(spread).value).sum() };
        let fraction = Fraction { numerator: sum(&above), denominator: sum(&below) };
        let value = fraction.percent(row.percent_decimals)?;
        Some(Part { value, events: below.iter().map(|spread| part(spread).events).sum() })
    };
    let units: BTreeSet<UnitNo> = below.iter().flat_map(|spread| spread.units.keys().copied()).collect();
    let of_unit = |unit: UnitNo| {
        let part = part(&|spread: &Spread| spread.units.get(&unit).copied().unwrap_or_default())?;
        Some((unit, part))
    };
    Some(Spread {
        code: row.code.clone(),
        in_period: part(&|spread| spread.in_period).unwrap_or_default(),
        to_date: part(&|spread| spread.to_date).unwrap_or_default(),
        units: units.into_iter().filter_map(of_unit).collect(),
        unallocated: part(&|spread| spread.unallocated).unwrap_or_default(),
        is_additive: false,
    })
}

/// The windows of an indicator, as bits: of the figure, of the period, of the year.
const FIGURE: usize = 1;
const PERIOD: usize = 2;
const TO_DATE: usize = 4;
/// How many sorts of days there are: each is in some of the windows and not in the others.
const SORTS: usize = 8;

/// What comes together by sort of days, then by [`listed`] unit: an entry is looked at once for all windows.
type BySort<T> = [Numbered<T>; SORTS];

/// The windows of an indicator, which differ by their days only.
struct Windows {
    figure: Window,
    period: Window,
    to_date: Window,
}

impl Windows {
    /// None when the question names no occasion and the row needs one.
    fn of(row: &Indicator, asked: &Asked) -> Option<Self> {
        let figure = Window::of(&row.period, asked)?;
        let period = Window { from: asked.from, to: asked.to, pick: figure.pick.clone() };
        let new_year = CivilDate::new(asked.year, 1, 1).unwrap_or(asked.from);
        let to_date = match row.period {
            PeriodUse::Period => Window { from: asked.from.min(new_year), ..figure.clone() },
            _ => figure.clone(),
        };
        Some(Windows { figure, period, to_date })
    }

    fn each(&self) -> [(usize, &Window); 3] {
        [(FIGURE, &self.figure), (PERIOD, &self.period), (TO_DATE, &self.to_date)]
    }

    /// From the first day of any window to the last.
    fn whole(&self) -> Window {
        self.each().into_iter().fold(self.figure.clone(), |whole, (_, window)| Window {
            from: whole.from.min(window.from),
            to: whole.to.max(window.to),
            pick: whole.pick,
        })
    }

    /// The sort of a day: the windows that it lies in.
    fn sort(&self, day: CivilDate) -> usize {
        let within = self.each().into_iter().filter(|(_, window)| window.from <= day && day <= window.to);
        within.map(|(bit, _)| bit).sum()
    }
}

/// The sort of the day asked for last: entries come day by day.
struct LastSort<'w> {
    windows: &'w Windows,
    last: (CivilDate, usize),
}

impl<'w> LastSort<'w> {
    fn new(windows: &'w Windows) -> Self {
        LastSort { windows, last: (CivilDate::MIN, windows.sort(CivilDate::MIN)) }
    }

    #[inline]
    fn of(&mut self, day: CivilDate) -> usize {
        if self.last.0 != day {
            self.last = (day, self.windows.sort(day));
        }
        self.last.1
    }
}

/// What lies in a window.
fn within<T: Default>(parts: &BySort<T>, window: usize) -> impl Iterator<Item = (u32, &T)> {
    let sorts = (0..).zip(parts).filter(move |(sort, _)| sort & window != 0);
    sorts.flat_map(|(_, units)| units.iter())
}

impl Spread {
    /// The parts of one row; none for judged cases and ratios, and when the question names no occasion and the row needs one.
    fn gathered(fold: &Fold, row: &Indicator, asked: &Asked) -> Option<Spread> {
        if matches!(row.measure, Measure::AsOf(_) | Measure::Ratio(_)) {
            return None;
        }
        let windows = Windows::of(row, asked)?;
        let mut spread = Spread {
            code: row.code.clone(),
            is_additive: !matches!(
                row.measure,
                Measure::Distinct(_) | Measure::Stock(_) | Measure::Latest(_)
            ),
            ..Spread::default()
        };
        let (of_row, whole) = (OfRow::new(fold, row), windows.whole());
        spread.add_cells(fold, &of_row, (&windows, &whole));
        match row.measure {
            Measure::Units => {
                let count = units_of(fold, row, asked.to).len();
                spread.to_date = Part { value: count as i128, events: count as u64 };
                spread.unallocated = spread.to_date;
            }
            Measure::Distinct(_) => spread.add_distinct(fold, &of_row, (&windows, &whole)),
            // Latest states are those of the last day: they have no part of the period.
            Measure::Latest(_) => {
                spread.in_period = Part::default();
                for (_, cell, value) in latest(fold, row, &of_row, &windows.figure) {
                    spread.to_date.value += value;
                    spread.part_of(unit_of(&cell)).value += value;
                }
            }
            _ => {}
        }
        Some(spread)
    }

    fn add_cells(&mut self, fold: &Fold, of_row: &OfRow<'_>, (windows, whole): (&Windows, &Window)) {
        let (mut parts, mut sort) = (BySort::<Part>::default(), LastSort::new(windows));
        of_row.each_cell(&fold.cube, whole, |_, cell, total| {
            let part = Part { value: total.sum(), events: total.count() };
            parts[sort.of(cell.day())].of(listed(unit_of(&cell))).add(part);
        });
        within(&parts, PERIOD).for_each(|(_, part)| self.in_period.add(*part));
        within(&parts, TO_DATE).for_each(|(_, part)| self.to_date.add(*part));
        within(&parts, FIGURE).for_each(|(unit, part)| self.part_of(unlisted(unit)).add(*part));
    }

    /// A value counts once in every part that it occurs in.
    fn add_distinct(&mut self, fold: &Fold, of_row: &OfRow<'_>, (windows, whole): (&Windows, &Window)) {
        let (mut sets, mut sort) = (BySort::<Met>::default(), LastSort::new(windows));
        of_row.each_cell(&fold.distinct, whole, |_, (cell, value), _| {
            sets[sort.of(cell.day())].of(listed(unit_of(&cell))).put(value);
        });
        let count = |window| within(&sets, window).map(|(_, met)| met).collect::<Met>().count();
        self.in_period.value += count(PERIOD);
        self.to_date.value += count(TO_DATE);
        let mut units: BTreeMap<u32, Met> = BTreeMap::new();
        within(&sets, FIGURE).for_each(|(unit, met)| units.entry(unit).or_default().join(met));
        units.iter().for_each(|(unit, met)| self.part_of(unlisted(*unit)).value += met.count());
    }

    fn part_of(&mut self, unit: Option<UnitNo>) -> &mut Part {
        match unit {
            Some(unit) => self.units.entry(unit).or_default(),
            None => &mut self.unallocated,
        }
    }
}
