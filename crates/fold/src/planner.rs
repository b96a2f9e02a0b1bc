//! Plans compiled for one kind of facts: what a fact sets for an indicator, for which year or occasion, and in whose name.

use socai_domain::{
    Kind,
    tables::{Indicator, Plan},
};
use socai_proto::{
    Fields,
    schema::{Enum, Field, KindInfo, Message, Shape},
};
use socai_tlog::EventName;

use crate::{
    filter::{BadRule, Filter, Scalar, field, misused},
    indicator::{adds_up, known},
    values::Value,
};

/// Facts that set what an indicator is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Planner {
    pub tag: u32,
    pub code: Box<str>,
    filter: Filter,
    amount: Amount,
    by: By,
    of: Option<PlannedFor>,
    per: Box<[Scalar]>,
    adds_up: bool,
}

/// What a fact plans: one, a field of it, or the sum of what the items of a list say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Amount {
    One,
    Field(Product),
    Items(u32, Product),
}

/// A field, maybe multiplied by another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Product {
    value: u32,
    times: Option<u32>,
}

/// The field that says what a plan is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PlannedFor {
    /// The number of a year.
    Year(Scalar),
    /// A day of a year.
    DayOf(Scalar),
    /// The id of an occasion.
    Occasion(Scalar),
}

/// What tells plans apart.
#[derive(Clone, Debug, PartialEq, Eq)]
enum By {
    Field(Authority),
    /// There is one, called so.
    Name(Box<str>),
}

/// The field that tells plans apart, and how its numbers are called.
#[derive(Clone, Debug)]
struct Authority {
    field: Scalar,
    names: Option<&'static Enum>,
}

impl PartialEq for Authority {
    fn eq(&self, other: &Self) -> bool {
        self.field == other.field
    }
}

impl Eq for Authority {}

/// What a plan fact says, without who said it when.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Planned {
    /// Year or occasion of the plan; none when plans have neither.
    pub of: Option<Value>,
    /// Authority by its short name: `city`.
    pub by: Box<str>,
    /// Whose part of the plan: values of the fields whose parts add up.
    pub part: Value,
}

impl Planner {
    pub(crate) fn of(row: &Indicator) -> Result<Option<Self>, BadRule> {
        row.plan.as_ref().map(|plan| Planner::of_plan(&row.code, plan)).transpose()
    }

    fn of_plan(code: &str, plan: &Plan) -> Result<Self, BadRule> {
        let kind = known(&plan.kind)?;
        let per = plan.per.iter().map(|name| Scalar::of(kind, name, "a part of a plan"));
        Ok(Planner {
            tag: kind.tag,
            code: code.into(),
            filter: Filter::of(kind, &plan.filter)?,
            amount: Amount::of(kind, plan)?,
            by: By::of(kind, plan)?,
            of: PlannedFor::of(kind, plan)?,
            per: per.collect::<Result<_, _>>()?,
            adds_up: plan.adds_up,
        })
    }

    /// What the fact of this name plans for this indicator, if it does.
    pub(crate) fn plan(&self, payload: &Kind<'_>, name: EventName) -> Option<(Planned, i64)> {
        if !self.filter.holds(payload) {
            return None;
        }
        let mut part: Vec<Value> = self.per.iter().map(|field| field.value(payload)).collect();
        if self.adds_up {
            // a part of its own, so that no other setting takes its place
            part.push(Value::Text(name.to_string().into()));
        }
        let of = self.of.and_then(|of| of.value(payload));
        let planned = Planned { of, by: self.by.name(payload), part: Value::Many(part.into()) };
        self.amount.planned(payload).map(|value| (planned, value))
    }
}

impl Amount {
    fn of(kind: &KindInfo, plan: &Plan) -> Result<Self, BadRule> {
        let Some(value) = plan.value.as_deref() else { return Ok(Amount::One) };
        let Some(over) = plan.over.as_deref() else {
            return Ok(Amount::Field(Product::of(kind, kind.message, value, plan)?));
        };
        match field(kind, over)? {
            Field { repeated: true, shape: Shape::Message(item), tag, .. } => {
                Ok(Amount::Items(*tag, Product::of(kind, item, value, plan)?))
            }
            _ => Err(misused(kind, over, "a list of planned items")),
        }
    }

    /// The planned value; none when the fact does not state it.
    fn planned(self, payload: &Kind<'_>) -> Option<i64> {
        match self {
            Amount::One => Some(1),
            Amount::Field(product) => product.value(payload),
            Amount::Items(list, product) => {
                let mut sum = 0_i64;
                payload.each_item(list, &mut |item| {
                    // as for sums of facts: a foreign schema's numbers stop at the ends instead of wrapping
                    sum = sum.saturating_add(product.value(item).unwrap_or_default());
                });
                Some(sum)
            }
        }
    }
}

impl Product {
    /// Fields of the message, which is the kind's payload or an item of a list in it.
    fn of(kind: &KindInfo, message: &Message, value: &str, plan: &Plan) -> Result<Self, BadRule> {
        let number = |name: &str| match message.field(name) {
            Some(field) if adds_up(field) => Ok(field.tag),
            Some(_) => Err(misused(kind, name, "a planned value")),
            None => Err(BadRule::Field { kind: kind.name.to_owned(), field: name.to_owned() }),
        };
        Ok(Product { value: number(value)?, times: plan.times.as_deref().map(number).transpose()? })
    }

    fn value(self, fields: &(impl Fields + ?Sized)) -> Option<i64> {
        let times = self.times.map_or(Some(1), |times| fields.int(times))?;
        Some(fields.int(self.value)?.saturating_mul(times))
    }
}

impl By {
    fn of(kind: &KindInfo, plan: &Plan) -> Result<Self, BadRule> {
        let Some(name) = plan.by.as_deref() else {
            return Ok(By::Name(plan.name.as_deref().unwrap_or_default().into()));
        };
        let names = match field(kind, name)?.shape {
            Shape::Enum(of) => Some(of),
            _ => None,
        };
        Ok(By::Field(Authority { field: Scalar::of(kind, name, "an authority")?, names }))
    }

    fn name(&self, payload: &Kind<'_>) -> Box<str> {
        let by = match self {
            By::Name(name) => return name.clone(),
            By::Field(by) => by,
        };
        match (by.names, by.field.value(payload)) {
            (Some(names), Value::Int(number)) => names.value(number).map_or("", |value| value.name).into(),
            (_, value) => value.to_string().into_boxed_str(),
        }
    }
}

impl PlannedFor {
    fn of(kind: &KindInfo, plan: &Plan) -> Result<Option<Self>, BadRule> {
        if let Some(name) = plan.occasion_field.as_deref() {
            return Scalar::of(kind, name, "an occasion").map(|field| Some(PlannedFor::Occasion(field)));
        }
        let Some(name) = plan.year_field.as_deref() else { return Ok(None) };
        let year = Scalar::of(kind, name, "a year")?;
        let is_day = matches!(field(kind, name)?.shape, Shape::Date);
        Ok(Some(if is_day { PlannedFor::DayOf(year) } else { PlannedFor::Year(year) }))
    }

    fn value(self, payload: &Kind<'_>) -> Option<Value> {
        match self {
            PlannedFor::Occasion(field) => Some(field.value(payload)),
            PlannedFor::Year(field) => {
                Some(field.value(payload)).filter(|year| matches!(year, Value::Int(_)))
            }
            PlannedFor::DayOf(field) => match field.value(payload) {
                Value::Int(day) => Some(Value::Int(day / 10_000)),
                _ => None,
            },
        }
    }
}
