//! Figures: what an indicator comes to for a question, at the size of the fold.

use std::collections::{BTreeMap, BTreeSet};

use socai_domain::{
    CivilDate,
    registry::Unit,
    tables::{Compare, Indicator, Measure, PeriodUse, WhereValue},
};
use socai_proto::{kind, schema::Shape, v1::UnitType};
use socai_tlog::{Digest, EventName, LeafIndex, UnitNo};

use super::{
    answers::Answers,
    asked::{Asked, Picked, Window},
    before::Before,
    nil::{Nil, nil},
    percent::percent,
    ratio::Fraction,
    tally::Contribution,
    totals::Totals,
};
use crate::fold::Fold;

/// The value of an indicator with everything a report prints about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// The row that defines it: code, labels, unit, format.
    pub row: Indicator,
    /// Version of the rules the row is from.
    pub rules_version: u32,
    /// Facts recorded after this leaf are counted; earlier ones came before the indicator was adopted. Cases are judged whole.
    pub counted_since: LeafIndex,
    /// Days and fields that decided which facts belong to it.
    pub window: Window,
    /// The value; money in đồng. Of a ratio the percentage in units of its last decimal: 9876 is 98,76% with two decimals.
    pub value: i128,
    /// The two sums of a ratio, exact; none for other measures.
    pub fraction: Option<Fraction>,
    /// Cases that a row which judges them looked at, counted or not; none for other measures.
    pub cases: Option<u64>,
    /// Cases behind it of which a term was judged over days of a year whose holidays are not known, so that it may be wrong by as many. Of a
    /// ratio the cases of all its rows.
    pub holidays_unknown: u64,
    /// How many facts contributed.
    pub events: u64,
    /// Digest over their names in leaf order, when a second pass was made.
    pub digest: Option<Digest>,
    /// By ward, in the order of unit numbers. Wards without facts are left out.
    pub wards: Vec<WardPart>,
    /// What belongs to no ward.
    pub unallocated: Part,
    /// By value of every slice, in the order of the row's slices; values by short name.
    pub slices: Vec<SlicePart>,
    /// What it is compared with by plan: authority → plan and percentage.
    pub plans: BTreeMap<String, Compared>,
    /// What it is compared with by the year before.
    pub same_period: Option<SamePeriod>,
    /// What it is compared with by the days of the year before that lie as far from its Tết.
    pub lunar_period: Option<SamePeriod>,
    /// Which units declared that nothing happened, for rows that need it.
    pub nil: Option<Nil>,
}

impl Figure {
    /// Whether anything may be said of this figure, or of a part of it: absence of facts alone is never a zero, and a ratio of nothing is
    /// nothing.
    pub fn knows(&self, part: Part) -> bool {
        if self.fraction.is_some_and(|fraction| fraction.denominator <= 0) {
            return false;
        }
        let has_grounds = part.events > 0 || self.cases.is_some_and(|cases| cases > 0);
        // where nobody is in scope, nobody's silence is a zero
        let nil = self.nil.as_ref().filter(|nil| !nil.is_nobodys());
        part.value != 0 || nil.map_or(has_grounds, Nil::is_proven)
    }
}

/// A part of a figure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Its value. Parts of a distinct count do not add up to the whole.
    pub value: i128,
    /// How many facts are in it.
    pub events: u64,
}

impl Part {
    /// Adds another.
    #[inline]
    pub(crate) fn add(&mut self, other: Part) {
        self.value += other.value;
        self.events += other.events;
    }
}

/// The part of one ward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WardPart {
    /// The ward.
    pub unit: UnitNo,
    /// Its part.
    pub part: Part,
}

/// The part of one value on one axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlicePart {
    /// Name of the axis: `category`.
    pub axis: String,
    /// Short name of the value: `land_use_fee`.
    pub value: String,
    /// Its part.
    pub part: Part,
    /// The same part of the year before, for rows that are compared with it.
    pub same_period: Option<SamePeriod>,
}

/// A value a figure is compared with, and the figure as a percentage of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// The other value.
    pub value: i128,
    /// Percentage as printed, with a point; none when the other value is not positive.
    pub percent: Option<String>,
}

impl Compared {
    /// A value beside another one, as a percentage of it.
    pub(super) fn of(value: i128, other: i128, row: &Indicator) -> Self {
        Compared { value: other, percent: percent(value, other, row.percent_decimals) }
    }
}

/// The same period of the year before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SamePeriod {
    /// Its value and the percentage.
    pub compared: Compared,
    /// The record that declared it; none when the ledger itself has the facts.
    pub baseline: Option<EventName>,
}

/// The second pass and the cube disagree: the records given to it are not those the fold was made of.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{indicator}: the cube holds {cube} facts, the second pass found {found}; give it the records the fold was made of"
)]
pub struct Disagreement {
    /// Indicator code.
    pub indicator: String,
    /// Facts in the cube.
    pub cube: u64,
    /// Facts found.
    pub found: u64,
}

/// The figures of a question, in printing order. `found` comes from a [`super::Contributions`] pass with the same question; without
/// it figures have no digests, and rows that judge cases are left out, and so are ratios: a fact may be in several of a ratio's sums, and only
/// a pass says how many there are. So is what the fold has no cells for ([`crate::Scope`]).
pub fn figures(
    fold: &Fold,
    asked: &Asked,
    found: Option<&BTreeMap<String, Contribution>>,
) -> Result<Vec<Figure>, Disagreement> {
    let mut figures = figures_of(fold, asked, found, None)?;
    figures.retain(|figure| figure.fraction.is_none() || found.is_some());
    Ok(figures)
}

/// The same with sums that were kept from when the fold had a cube.
pub(crate) fn figures_of(
    fold: &Fold,
    asked: &Asked,
    found: Option<&BTreeMap<String, Contribution>>,
    kept: Option<&BTreeMap<String, Totals>>,
) -> Result<Vec<Figure>, Disagreement> {
    let Some((adopted, rows)) = fold.rulebook().indicators(asked.to) else { return Ok(vec![]) };
    let answers = Answers::of(fold, rows, asked, found, kept);
    let mut figures = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(window) = Window::of(&row.period, asked).filter(|_| fold.may_answer(row, asked)) else {
            continue;
        };
        let Some((fraction, totals)) = answers.answer(row) else { continue };
        let mut figure = figure(&answers, row, adopted.version, window, (fraction, totals));
        if let Some(found) = found.and_then(|found| found.get(&row.code)) {
            let may_differ = matches!(row.measure, Measure::Units | Measure::Ratio(_));
            if found.events != figure.events && !may_differ {
                let indicator = row.code.clone();
                return Err(Disagreement { indicator, cube: figure.events, found: found.events });
            }
            (figure.events, figure.digest) = (found.events, found.digest);
            figure.cases = found.judged.as_ref().map(|judged| judged.seen);
        }
        figure.holidays_unknown = without_holidays(row, found);
        figures.push(figure);
    }
    Ok(figures)
}

fn figure(
    answers: &Answers<'_>,
    row: &Indicator,
    rules_version: u32,
    window: Window,
    (fraction, totals): (Option<Fraction>, Totals),
) -> Figure {
    let (fold, asked) = (answers.fold, answers.asked);
    let value = totals.all.value;
    let asks = |compare| row.compare.contains(&compare);
    let counted_since = match row.measure {
        Measure::AsOf(_) => LeafIndex(0),
        _ => fold.rulebook().counted_since(&row.code).unwrap_or_default(),
    };
    let year_before = asks(Compare::SamePeriod).then(|| {
        let moved = |window: &Window| window.year_before(fold.rulebook());
        Before::of(answers, row, &window, moved)
    });
    let year_before = year_before.flatten();
    let lunar_before = asks(Compare::LunarPeriod).then(|| {
        let moved = |window: &Window| window.lunar_year_before(fold.rulebook());
        Before::of(answers, row, &window, moved)
    });
    Figure {
        plans: plans(fold, row, asked, &window, value),
        same_period: year_before.as_ref().and_then(|before| before.compared((value, fraction))),
        lunar_period: lunar_before.flatten().and_then(|before| before.compared((value, fraction))),
        nil: nil(fold, row, asked, &window, &totals),
        row: row.clone(),
        rules_version,
        counted_since,
        window,
        value,
        fraction,
        cases: None,
        holidays_unknown: 0,
        events: totals.all.events,
        digest: None,
        wards: totals.wards.into_iter().map(|(unit, part)| WardPart { unit, part }).collect(),
        unallocated: totals.unallocated,
        slices: slices(row, totals.slices, year_before.as_ref()),
    }
}

/// Cases of the row, or of those that a ratio names, judged without the holidays of a year.
fn without_holidays(row: &Indicator, found: Option<&BTreeMap<String, Contribution>>) -> u64 {
    let of = |code: &String| found?.get(code)?.judged.as_ref().map(|judged| judged.without_holidays);
    match &row.measure {
        Measure::Ratio(ratio) => ratio.numerator.iter().chain(&ratio.denominator).filter_map(of).sum(),
        _ => of(&row.code).unwrap_or_default(),
    }
}

fn plans(
    fold: &Fold,
    row: &Indicator,
    asked: &Asked,
    window: &Window,
    value: i128,
) -> BTreeMap<String, Compared> {
    let Some(plan) = row.plan.as_ref().filter(|_| row.compare.contains(&Compare::Plan)) else {
        return BTreeMap::new();
    };
    let of = match (&plan.occasion_field, &asked.occasion) {
        (None, _) => Picked::Year(asked.year),
        (Some(_), Some(id)) => Picked::Occasion(id.clone()),
        (Some(_), None) => return BTreeMap::new(),
    };
    // estimates are adjusted as long as the books are
    let on = if matches!(row.period, PeriodUse::FiscalYearToDate(_)) { window.to } else { asked.to };
    let in_force = fold.plans().in_force(&row.code, &of, on);
    let compared = in_force.into_iter().map(|(by, plan)| (by.to_owned(), Compared::of(value, plan, row)));
    compared.collect()
}

fn slices(
    row: &Indicator,
    parts: BTreeMap<(usize, crate::Value), Part>,
    before: Option<&Before<'_>>,
) -> Vec<SlicePart> {
    let named = |((at, value), part): ((usize, crate::Value), Part)| {
        let axis: &String = &row.slices[at];
        let name = short_name(row, axis, &value);
        let same_period = before.and_then(|before| before.compared_slice((at, value), &name, part.value));
        SlicePart { value: name, axis: axis.clone(), part, same_period }
    };
    parts.into_iter().map(named).collect()
}

/// The short name of an enum's value, else the value itself.
fn short_name(row: &Indicator, field: &str, value: &crate::Value) -> String {
    let field = row.kind.as_deref().and_then(kind).and_then(|kind| kind.message.field(field));
    match (field.map(|field| field.shape), value) {
        (Some(Shape::Enum(of)), crate::Value::Int(number)) => {
            of.value(*number).map_or("", |value| value.name).to_owned()
        }
        (_, value) => value.to_string(),
    }
}

/// The units that a row counting units counts on a day, in official order.
pub(crate) fn units_of<'f>(fold: &'f Fold, row: &Indicator, on: CivilDate) -> Vec<&'f Unit> {
    let types = row
        .filter
        .iter()
        .filter(|condition| condition.field == "type")
        .flat_map(|condition| &condition.values);
    let types: BTreeSet<UnitType> = types
        .filter_map(|value| match value {
            WhereValue::Text(name) => {
                UnitType::from_str_name(&format!("UNIT_TYPE_{}", name.to_ascii_uppercase()))
            }
            _ => None,
        })
        .collect();
    let counted = |unit_type| types.is_empty() || types.contains(&unit_type);
    fold.registry()
        .on(on)
        .into_iter()
        .filter(|(_, span)| counted(span.unit_type))
        .map(|(unit, _)| unit)
        .collect()
}

pub(crate) fn of_units(fold: &Fold, row: &Indicator, on: CivilDate) -> Totals {
    let count = units_of(fold, row, on).len();
    let all = Part { value: count as i128, events: count as u64 };
    Totals { all, unallocated: all, ..Totals::default() }
}
