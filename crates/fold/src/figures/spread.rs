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
    figure::{Part, units_of},
    latest::latest,
    ratio::Fraction,
    totals::unit_of,
};
use crate::{
    cube::{CellKey, shelf_of},
    fold::Fold,
    values::ValueNo,
};

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

/// The spreads of a question, in printing order: one for each figure that [`super::figures`] gives, except those of judged cases.
pub fn spreads(fold: &Fold, asked: &Asked) -> Vec<Spread> {
    let rows = fold.rulebook().indicators(asked.to).map(|(_, rows)| rows).unwrap_or_default();
    let mut gatherings: Vec<Gathering> =
        rows.iter().filter_map(|row| Gathering::of(fold, row, asked)).collect();
    let by_series: Vec<Option<usize>> = fold
        .rulebook()
        .series()
        .iter()
        .map(|series| gatherings.iter().position(|gathering| gathering.spread.code == series.code))
        .collect();
    let days = gatherings.iter().flat_map(|gathering| &gathering.windows);
    let (first, last) = days.fold((CivilDate::MAX, CivilDate::MIN), |(first, last), window| {
        (first.min(window.from), last.max(window.to))
    });
    let shelves = shelf_of(first)..=shelf_of(last);
    for (cell, total) in fold.cube.on_shelves(|shelf| shelves.contains(&shelf)) {
        let Some(at) = by_series[usize::from(cell.indicator().0)] else { continue };
        gatherings[at].add(fold, cell, Part { value: total.sum(), events: total.count() });
    }
    for ((cell, value), _) in fold.distinct.on_shelves(|shelf| shelves.contains(&shelf)) {
        let Some(at) = by_series[usize::from(cell.indicator().0)] else { continue };
        gatherings[at].add_value(fold, cell, *value);
    }
    let mut known: Vec<Spread> = gatherings.into_iter().map(Gathering::done).collect();
    known.iter_mut().for_each(|spread| spread.note_latest(fold, rows, asked));
    let spread = |row: &Indicator| match &row.measure {
        Measure::Ratio(ratio) => divided(row, ratio, &known),
        _ => known.iter().find(|spread| spread.code == row.code).cloned(),
    };
    rows.iter().filter_map(spread).collect()
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

/// The windows of an indicator: of the figure, of the period, of the year.
const FIGURE: usize = 0;
const PERIOD: usize = 1;
const TO_DATE: usize = 2;

/// An indicator's parts while they come together.
struct Gathering {
    spread: Spread,
    windows: [Window; 3],
    /// Which counts of distinct values hold a value, and the values; none unless the row counts distinct values.
    distinct: Option<BTreeSet<(Held, u32)>>,
}

/// What a value is counted in once.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Held {
    Period,
    ToDate,
    Unit(Option<UnitNo>),
}

impl Gathering {
    fn of(fold: &Fold, row: &Indicator, asked: &Asked) -> Option<Self> {
        if matches!(row.measure, Measure::AsOf(_) | Measure::Ratio(_)) {
            return None;
        }
        let figure = Window::of(&row.period, asked)?;
        let period = Window { from: asked.from, to: asked.to, pick: figure.pick.clone() };
        let new_year = CivilDate::new(asked.year, 1, 1).unwrap_or(asked.from);
        let to_date = match row.period {
            PeriodUse::Period => Window { from: asked.from.min(new_year), ..figure.clone() },
            _ => figure.clone(),
        };
        let mut spread = Spread { code: row.code.clone(), ..Spread::default() };
        if row.measure == Measure::Units {
            let count = units_of(fold, row, asked.to).len();
            spread.to_date = Part { value: count as i128, events: count as u64 };
            spread.unallocated = spread.to_date;
        }
        let is_distinct = matches!(row.measure, Measure::Distinct(_));
        spread.is_additive =
            !matches!(row.measure, Measure::Distinct(_) | Measure::Stock(_) | Measure::Latest(_));
        Some(Gathering {
            spread,
            windows: [figure, period, to_date],
            distinct: is_distinct.then(BTreeSet::new),
        })
    }

    /// Whether a cell lies in each window.
    fn holds(&self, fold: &Fold, cell: &CellKey) -> [bool; 3] {
        let series = &fold.rulebook.series()[usize::from(cell.indicator().0)];
        self.windows.each_ref().map(|window| window.holds_cell(cell, series, &fold.values))
    }

    fn add(&mut self, fold: &Fold, cell: &CellKey, part: Part) {
        let holds = self.holds(fold, cell);
        let add = |to: &mut Part| {
            to.value += part.value;
            to.events += part.events;
        };
        if holds[PERIOD] {
            add(&mut self.spread.in_period);
        }
        if holds[TO_DATE] {
            add(&mut self.spread.to_date);
        }
        if holds[FIGURE] {
            add(self.spread.part_of(unit_of(cell)));
        }
    }

    fn add_value(&mut self, fold: &Fold, cell: &CellKey, ValueNo(value): ValueNo) {
        let holds = self.holds(fold, cell);
        let Some(distinct) = &mut self.distinct else { return };
        let counted = [
            (holds[PERIOD], Held::Period),
            (holds[TO_DATE], Held::ToDate),
            (holds[FIGURE], Held::Unit(unit_of(cell))),
        ];
        distinct.extend(counted.into_iter().filter(|(holds, _)| *holds).map(|(_, held)| (held, value)));
    }

    fn done(mut self) -> Spread {
        for (held, _) in self.distinct.into_iter().flatten() {
            let part = match held {
                Held::Period => &mut self.spread.in_period,
                Held::ToDate => &mut self.spread.to_date,
                Held::Unit(unit) => self.spread.part_of(unit),
            };
            part.value += 1;
        }
        self.spread
    }
}

impl Spread {
    /// Latest states are those of the last day: they have no part of the period.
    fn note_latest(&mut self, fold: &Fold, rows: &[Indicator], asked: &Asked) {
        let row = rows.iter().find(|row| row.code == self.code);
        let Some(row) = row.filter(|row| matches!(row.measure, Measure::Latest(_))) else { return };
        let Some(window) = Window::of(&row.period, asked) else { return };
        self.in_period = Part::default();
        for (cell, _, value) in latest(fold, row, &window) {
            self.to_date.value += value;
            self.part_of(unit_of(cell)).value += value;
        }
    }

    fn part_of(&mut self, unit: Option<UnitNo>) -> &mut Part {
        match unit {
            Some(unit) => self.units.entry(unit).or_default(),
            None => &mut self.unallocated,
        }
    }
}
