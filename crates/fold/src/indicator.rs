//! Indicator rows compiled for one kind of facts: what a fact adds, and to which cell.

use socai_domain::{
    Event, Kind,
    tables::{Indicator, Measure, PeriodUse, Stock, Term, Where},
};
use socai_proto::{
    Fields, kind,
    schema::{Field, KindInfo, Shape},
};

use crate::{
    cube::IndicatorNo,
    filter::{BadRule, Filter, Scalar, field, misused, values_of},
    telling::Telling,
    values::{AxesNo, MAX_AXES, Numbers, Value, ValueNo},
};

/// What a fact adds to its cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Adds {
    One,
    Fields(Box<[(u32, bool)]>),
    Items(u32),
    Member(Box<[Scalar]>),
    /// A member that names the fact's case.
    CaseMember(Telling),
    /// Takes one away.
    MinusOne,
    /// Nothing: where a case stands is asked when the figure is.
    Latest(Telling, Option<u32>),
}

/// An indicator that counts facts of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Counter {
    pub tag: u32,
    pub no: IndicatorNo,
    pub filter: Filter,
    pub adds: Adds,
    pub axes: Axes,
}

/// The axes of an indicator's cells: the field that picks the period first, then the slices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Axes {
    fields: Box<[(String, Scalar)]>,
}

impl Axes {
    fn of(kind: &KindInfo, row: &Indicator) -> Result<Self, BadRule> {
        let picking = match &row.period {
            PeriodUse::FiscalYearToDate(field) | PeriodUse::Year(field) | PeriodUse::Occasion(field) => {
                Some(field)
            }
            PeriodUse::Period | PeriodUse::ToDate | PeriodUse::Before => None,
        };
        let mut names: Vec<&String> = picking.into_iter().chain(&row.slices).collect();
        for condition in having(row) {
            if !names.contains(&&condition.field) {
                names.push(&condition.field);
            }
        }
        if names.len() > MAX_AXES {
            let count = names.len();
            return Err(BadRule::Other(format!(
                "{}: {count} axes with the period's own, at most {MAX_AXES}",
                row.code
            )));
        }
        let fields = names.iter().map(|name| Ok(((*name).clone(), Scalar::of(kind, name, "an axis")?)));
        fields.collect::<Result<_, BadRule>>().map(|fields| Axes { fields })
    }

    /// The names of the fields, which tell two layouts of one code apart.
    pub(crate) fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.fields.iter().map(|(name, _)| name.as_str())
    }

    /// The field of the axis with this name.
    pub(crate) fn scalar(&self, name: &str) -> Option<Scalar> {
        self.fields.iter().find(|(axis, _)| axis == name).map(|(_, scalar)| *scalar)
    }

    /// A fact's values on every axis.
    pub(crate) fn values(&self, payload: &Kind<'_>) -> impl Iterator<Item = Value> {
        self.fields.iter().map(|(_, field)| field.value(payload))
    }

    /// Whether there is more than one.
    #[inline]
    pub(crate) fn are_several(&self) -> bool {
        self.fields.len() > 1
    }

    /// A fact's place on every axis.
    #[inline]
    pub(crate) fn place(&self, payload: &Kind<'_>, values: &mut impl Numbers) -> AxesNo {
        if self.fields.is_empty() { AxesNo::default() } else { self.place_among(payload, values) }
    }

    #[inline(never)]
    fn place_among(&self, payload: &Kind<'_>, values: &mut impl Numbers) -> AxesNo {
        let mut place = [ValueNo::default(); MAX_AXES];
        let place = &mut place[..self.fields.len()];
        for (to, (_, field)) in place.iter_mut().zip(&self.fields) {
            *to = field.number(payload, values);
        }
        values.axes(place)
    }
}

impl Counter {
    /// Compiles a row: none for rows that count no facts of one kind, two for a stock, which some facts add to and others take from.
    /// `number` is the indicator's, given its axes.
    pub(crate) fn of(
        row: &Indicator,
        number: impl FnOnce(&Axes) -> Result<IndicatorNo, BadRule>,
    ) -> Result<Vec<Self>, BadRule> {
        let Some(kind) = row.kind.as_deref().map(known).transpose()? else { return Ok(vec![]) };
        let adds = match &row.measure {
            Measure::Units | Measure::AsOf(_) | Measure::Ratio(_) => return Ok(vec![]),
            Measure::Count => Adds::One,
            Measure::Sum(terms) => Adds::Fields(summed(kind, terms)?),
            Measure::Items(name) => Adds::Items(repeated(kind, name)?),
            Measure::Distinct(names) if Telling::names_case(names) => {
                let telling = Telling::of(kind, names)?;
                if telling.by_place {
                    return Err(misused(kind, "place", "a distinct value"));
                }
                Adds::CaseMember(telling)
            }
            Measure::Distinct(names) => {
                let scalars = names.iter().map(|name| Scalar::of(kind, name, "a distinct value"));
                Adds::Member(scalars.collect::<Result<_, _>>()?)
            }
            Measure::Stock(stock) => return Counter::of_stock(row, kind, stock, number),
            Measure::Latest(latest) => {
                latest.having.iter().try_for_each(|condition| values_of(kind, condition).map(drop))?;
                let value = latest.value.as_deref().map(|name| number_in(kind, name, "a number to add"));
                Adds::Latest(Telling::of(kind, &latest.of)?, value.transpose()?)
            }
        };
        let (filter, axes) = (Filter::of(kind, &row.filter)?, Axes::of(kind, row)?);
        Ok(vec![Counter { tag: kind.tag, no: number(&axes)?, filter, adds, axes }])
    }

    fn of_stock(
        row: &Indicator,
        kind: &KindInfo,
        stock: &Stock,
        number: impl FnOnce(&Axes) -> Result<IndicatorNo, BadRule>,
    ) -> Result<Vec<Self>, BadRule> {
        let axes = Axes::of(kind, row)?;
        let no = number(&axes)?;
        let side = |conditions: &[Where], takes: bool| {
            let terms =
                stock.fields.iter().map(|term| Term { negative: term.negative != takes, ..term.clone() });
            let terms: Vec<Term> = terms.collect();
            let adds = match (terms.is_empty(), takes) {
                (false, _) => Adds::Fields(summed(kind, &terms)?),
                (true, false) => Adds::One,
                (true, true) => Adds::MinusOne,
            };
            let filter = Filter::of(kind, &[&row.filter, conditions].concat())?;
            Ok(Counter { tag: kind.tag, no, filter, adds, axes: axes.clone() })
        };
        Ok(vec![side(&stock.adds, false)?, side(&stock.takes, true)?])
    }

    /// What the fact adds to its cell's sum; members of distinct sets add nothing there.
    #[inline]
    pub(crate) fn measure(&self, payload: &Kind<'_>) -> i64 {
        match &self.adds {
            Adds::One => 1,
            Adds::Fields(terms) => summed_up(terms, payload),
            Adds::Items(tag) => items(*tag, payload),
            Adds::MinusOne => -1,
            Adds::Member(_) | Adds::CaseMember(_) | Adds::Latest(..) => 0,
        }
    }

    /// The member that the fact puts into a distinct set, or the case that it says something of.
    #[inline]
    pub(crate) fn member(&self, event: &Event<'_>, values: &mut impl Numbers) -> Option<ValueNo> {
        match &self.adds {
            Adds::One | Adds::Fields(_) | Adds::Items(_) | Adds::MinusOne => None,
            Adds::Member(_) | Adds::CaseMember(_) | Adds::Latest(..) => self.member_in(event, values),
        }
    }

    /// Apart, so that facts that are only counted and added up do not pay for it.
    #[inline(never)]
    fn member_in(&self, event: &Event<'_>, values: &mut impl Numbers) -> Option<ValueNo> {
        let payload = event.kind();
        match &self.adds {
            Adds::Member(fields) if fields.len() == 1 => Some(fields[0].number(payload, values)),
            Adds::Member(fields) => {
                let many = fields.iter().map(|field| field.value(payload)).collect();
                Some(values.number(Value::Many(many)))
            }
            Adds::CaseMember(telling) | Adds::Latest(telling, _) => telling.number(event, values),
            _ => None,
        }
    }
}

#[inline(never)]
fn summed_up(terms: &[(u32, bool)], payload: &Kind<'_>) -> i64 {
    terms.iter().fold(0_i64, |sum, &(tag, negative)| {
        let value = payload.int(tag).unwrap_or_default();
        // Field limits keep real sums far below; a foreign schema's numbers stop at the ends instead of wrapping.
        if negative { sum.saturating_sub(value) } else { sum.saturating_add(value) }
    })
}

#[inline(never)]
fn items(tag: u32, payload: &Kind<'_>) -> i64 {
    payload.len(tag).and_then(|len| i64::try_from(len).ok()).unwrap_or_default()
}

/// The kind of this name.
pub(crate) fn known(name: &str) -> Result<&'static KindInfo, BadRule> {
    kind(name).ok_or_else(|| BadRule::Kind { kind: name.to_owned() })
}

fn summed(kind: &KindInfo, terms: &[Term]) -> Result<Box<[(u32, bool)]>, BadRule> {
    let summed = |term: &Term| Ok((number_in(kind, &term.field, "a number to add")?, term.negative));
    terms.iter().map(summed).collect()
}

/// The conditions on a latest fact.
fn having(row: &Indicator) -> &[Where] {
    match &row.measure {
        Measure::Latest(latest) => &latest.having,
        _ => &[],
    }
}

/// The tag of a field that holds one number that may be added.
fn number_in(kind: &KindInfo, name: &str, purpose: &'static str) -> Result<u32, BadRule> {
    let field = field(kind, name)?;
    if adds_up(field) { Ok(field.tag) } else { Err(misused(kind, name, purpose)) }
}

/// Whether a field holds one number that may be added.
pub(crate) fn adds_up(field: &Field) -> bool {
    matches!(field.shape, Shape::Int { .. } | Shape::Bool) && !field.repeated
}

/// The tag of a field that holds a list.
fn repeated(kind: &KindInfo, name: &str) -> Result<u32, BadRule> {
    let field = field(kind, name)?;
    if field.repeated { Ok(field.tag) } else { Err(misused(kind, name, "a list of items")) }
}
