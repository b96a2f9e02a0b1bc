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
    cells::{Met, OfRow},
    figure::{Part, units_of},
    latest::latest,
    ratio::Fraction,
    totals::unit_of,
};
use crate::{cube::CellKey, fold::Fold, hash::FastMap};

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
    let known: Vec<Spread> = rows.iter().filter_map(|row| Gathering::of(fold, row, asked)).collect();
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

/// The windows of an indicator: of the figure, of the period, of the year.
const FIGURE: usize = 0;
const PERIOD: usize = 1;
const TO_DATE: usize = 2;

/// An indicator's parts while they come together.
struct Gathering {
    spread: Spread,
    /// They differ by their days only.
    windows: [Window; 3],
}

impl Gathering {
    /// The parts of one row; none for judged cases and ratios, and when the question names no occasion and the row needs one.
    fn of(fold: &Fold, row: &Indicator, asked: &Asked) -> Option<Spread> {
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
        let spread = Spread {
            code: row.code.clone(),
            is_additive: !matches!(
                row.measure,
                Measure::Distinct(_) | Measure::Stock(_) | Measure::Latest(_)
            ),
            ..Spread::default()
        };
        let mut gathering = Gathering { spread, windows: [figure, period, to_date] };
        gathering.gather(fold, row, asked);
        Some(gathering.spread)
    }

    fn gather(&mut self, fold: &Fold, row: &Indicator, asked: &Asked) {
        let (of_row, whole) = (OfRow::new(fold, row), self.whole());
        for (_, cell, total) in of_row.cells(&fold.cube, &whole) {
            self.add(&cell, Part { value: total.sum(), events: total.count() });
        }
        match row.measure {
            Measure::Units => {
                let count = units_of(fold, row, asked.to).len();
                self.spread.to_date = Part { value: count as i128, events: count as u64 };
                self.spread.unallocated = self.spread.to_date;
            }
            Measure::Distinct(_) => self.add_distinct(fold, &of_row, &whole),
            // Latest states are those of the last day: they have no part of the period.
            Measure::Latest(_) => {
                self.spread.in_period = Part::default();
                for (_, cell, value) in latest(fold, row, &of_row, &self.windows[FIGURE]) {
                    self.spread.to_date.value += value;
                    self.spread.part_of(unit_of(&cell)).value += value;
                }
            }
            _ => {}
        }
    }

    /// From the first day of any window to the last.
    fn whole(&self) -> Window {
        let [figure, others @ ..] = &self.windows;
        others.iter().fold(figure.clone(), |whole, window| Window {
            from: whole.from.min(window.from),
            to: whole.to.max(window.to),
            pick: whole.pick,
        })
    }

    /// Whether a day lies in each window.
    fn holds(&self, day: CivilDate) -> [bool; 3] {
        self.windows.each_ref().map(|window| window.from <= day && day <= window.to)
    }

    fn add(&mut self, cell: &CellKey, part: Part) {
        let holds = self.holds(cell.day());
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

    /// A value counts once in every part that it occurs in.
    fn add_distinct(&mut self, fold: &Fold, of_row: &OfRow<'_>, whole: &Window) {
        let (mut in_period, mut to_date) = (Met::default(), Met::default());
        let mut units: FastMap<Option<u32>, Met> = FastMap::default();
        for (_, (cell, value), _) in of_row.cells(&fold.distinct, whole) {
            let holds = self.holds(cell.day());
            if holds[PERIOD] && in_period.is_new(value) {
                self.spread.in_period.value += 1;
            }
            if holds[TO_DATE] && to_date.is_new(value) {
                self.spread.to_date.value += 1;
            }
            let unit = unit_of(&cell);
            if holds[FIGURE] && units.entry(unit.map(|unit| unit.0)).or_default().is_new(value) {
                self.spread.part_of(unit).value += 1;
            }
        }
    }
}

impl Spread {
    fn part_of(&mut self, unit: Option<UnitNo>) -> &mut Part {
        match unit {
            Some(unit) => self.units.entry(unit).or_default(),
            None => &mut self.unallocated,
        }
    }
}
