//! Fields of a payload by tag, and conditions on them, compiled once from the names that rules use.

use socai_domain::{
    Kind,
    tables::{Where, WhereValue, line_in_row},
};
use socai_proto::{
    Fields,
    schema::{Field, KindInfo, Shape},
};

use crate::values::{Numbers, Value, ValueNo};

/// A rule names something that its kind does not have, or asks what cannot be counted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRule {
    /// No such kind.
    #[error("`{kind}` is no kind of this release")]
    Kind {
        /// The name given.
        kind: String,
    },
    /// The kind has no such field.
    #[error("{kind} has no field `{field}`")]
    Field {
        /// The kind.
        kind: String,
        /// The name given.
        field: String,
    },
    /// The field is of a shape that cannot be used so.
    #[error("{kind}: `{field}` cannot be {purpose}")]
    Shape {
        /// The kind.
        kind: String,
        /// The field.
        field: String,
        /// What it was to be.
        purpose: &'static str,
    },
    /// The value is none that the field can have.
    #[error("{kind}: `{value}` is no value of `{field}`")]
    Value {
        /// The kind.
        kind: String,
        /// The field.
        field: String,
        /// The value given.
        value: String,
    },
    /// One row of a table says so.
    #[error("table `{table}`, line {line}, row `{row}`: {problem}")]
    Row {
        /// Name of the table.
        table: &'static str,
        /// The line that names what is wrong, from 1; that of the row when none does.
        line: usize,
        /// The row: the code of an indicator, the kind of an obligation.
        row: String,
        /// What is wrong.
        problem: Box<BadRule>,
    },
    /// Something else is missing or too much.
    #[error("{0}")]
    Other(String),
}

impl BadRule {
    /// The same, with the row that says so: the one of `content` whose `key` is `row`.
    pub(crate) fn of_row(self, table: &'static str, content: &str, key: &str, row: &str) -> BadRule {
        let word = match &self {
            BadRule::Kind { kind } => kind,
            BadRule::Field { field, .. } | BadRule::Shape { field, .. } => field,
            BadRule::Value { value, .. } => value,
            BadRule::Row { .. } | BadRule::Other(_) => row,
        };
        let line = line_in_row(content, key, row, word);
        BadRule::Row { table, line, row: row.to_owned(), problem: Box::new(self) }
    }
}

/// A field that holds one number or one text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scalar {
    tag: u32,
    is_text: bool,
}

impl Scalar {
    /// The field of this name, if it holds one number or one text.
    pub(crate) fn of(kind: &KindInfo, name: &str, purpose: &'static str) -> Result<Self, BadRule> {
        let field = field(kind, name)?;
        let is_text = match field.shape {
            Shape::Text { .. } => true,
            Shape::Bool | Shape::Int { .. } | Shape::Date | Shape::Enum(_) => false,
            _ => return Err(misused(kind, name, purpose)),
        };
        if field.repeated {
            return Err(misused(kind, name, purpose));
        }
        Ok(Scalar { tag: field.tag, is_text })
    }

    /// The number of the field's value; an absent one counts as the empty text.
    #[inline]
    pub(crate) fn number(self, payload: &Kind<'_>, values: &mut impl Numbers) -> ValueNo {
        match self.is_text {
            true => values.text(payload.text(self.tag).unwrap_or_default()),
            false => match payload.int(self.tag) {
                Some(value) => values.int(value),
                None => values.text(""),
            },
        }
    }

    /// The field's value; an absent one is the empty text.
    pub(crate) fn value(self, payload: &Kind<'_>) -> Value {
        let int = || payload.int(self.tag).map(Value::Int);
        let text = || Value::Text(payload.text(self.tag).unwrap_or_default().into());
        if self.is_text { text() } else { int().unwrap_or_else(text) }
    }

    /// Whether the field holds this integer.
    #[inline]
    pub(crate) fn is_int(self, payload: &Kind<'_>, value: i64) -> bool {
        payload.int(self.tag) == Some(value)
    }

    /// Whether the field holds this text.
    #[inline]
    pub(crate) fn is_text(self, payload: &Kind<'_>, value: &str) -> bool {
        payload.text(self.tag) == Some(value)
    }
}

/// The field of a kind's payload.
pub(crate) fn field(kind: &KindInfo, name: &str) -> Result<&'static Field, BadRule> {
    let unknown = || BadRule::Field { kind: kind.name.to_owned(), field: name.to_owned() };
    kind.message.field(name).ok_or_else(unknown)
}

pub(crate) fn misused(kind: &KindInfo, field: &str, purpose: &'static str) -> BadRule {
    BadRule::Shape { kind: kind.name.to_owned(), field: field.to_owned(), purpose }
}

/// Conditions that all hold for the facts a rule is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter(Box<[Condition]>);

/// One field has one of some values.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Condition {
    /// Enum or bool: bit `n` of the mask is set when the number `n` will do.
    OneOf {
        tag: u32,
        mask: u64,
    },
    Int {
        tag: u32,
        values: Box<[i64]>,
    },
    Text {
        tag: u32,
        values: Box<[Box<str>]>,
    },
    AtLeast {
        tag: u32,
        least: i64,
    },
}

impl Filter {
    /// Compiles the conditions of a rule.
    pub(crate) fn of(kind: &KindInfo, conditions: &[Where]) -> Result<Self, BadRule> {
        conditions.iter().map(|condition| compile(kind, condition)).collect::<Result<_, _>>().map(Filter)
    }

    /// The fields of enums and bools that facts are picked by.
    pub(crate) fn choices(&self) -> impl Iterator<Item = u32> {
        self.0.iter().filter_map(|condition| match condition {
            Condition::OneOf { tag, .. } => Some(*tag),
            _ => None,
        })
    }

    /// Whether a fact whose field has this number may meet every condition.
    pub(crate) fn allows(&self, field: u32, number: Option<u32>) -> bool {
        self.0.iter().all(|condition| match condition {
            Condition::OneOf { tag, mask } if *tag == field => {
                number.is_some_and(|number| number < u64::BITS && mask >> number & 1 == 1)
            }
            _ => true,
        })
    }

    /// The conditions besides the one that [`Filter::allows`] has answered.
    pub(crate) fn besides(&self, field: u32) -> Filter {
        let is_answered =
            |condition: &&Condition| matches!(condition, Condition::OneOf { tag, .. } if *tag == field);
        Filter(self.0.iter().filter(|condition| !is_answered(condition)).cloned().collect())
    }

    /// Whether a payload meets every condition.
    #[inline]
    pub(crate) fn holds(&self, payload: &Kind<'_>) -> bool {
        self.0.is_empty() || self.0.iter().all(|condition| condition.holds(payload))
    }
}

fn compile(kind: &KindInfo, condition: &Where) -> Result<Condition, BadRule> {
    let field = field(kind, &condition.field)?;
    if field.repeated {
        return Err(misused(kind, field.name, "a condition"));
    }
    let tag = field.tag;
    if let (Shape::Int { .. }, [WhereValue::AtLeast(least)]) = (field.shape, condition.values.as_slice()) {
        return Ok(Condition::AtLeast { tag, least: *least });
    }
    let mask = || -> Result<u64, BadRule> {
        condition.values.iter().try_fold(0, |mask, value| Ok(mask | 1 << number(kind, field, value)?))
    };
    Ok(match field.shape {
        Shape::Bool => Condition::OneOf { tag, mask: mask()? },
        Shape::Enum(of) if of.values.len() <= 64 => Condition::OneOf { tag, mask: mask()? },
        Shape::Enum(_) | Shape::Int { .. } => {
            let numbers = condition.values.iter().map(|value| number(kind, field, value));
            Condition::Int { tag, values: numbers.collect::<Result<_, _>>()? }
        }
        Shape::Text { .. } => {
            let texts = condition.values.iter().map(|value| text(kind, field, value));
            Condition::Text { tag, values: texts.collect::<Result<_, _>>()? }
        }
        _ => return Err(misused(kind, field.name, "a condition")),
    })
}

/// The values that a field may have, for a condition on what a cell holds of it.
pub(crate) fn values_of(kind: &KindInfo, condition: &Where) -> Result<Vec<Value>, BadRule> {
    let field = field(kind, &condition.field)?;
    let value = |value: &WhereValue| match field.shape {
        Shape::Text { .. } => text(kind, field, value).map(Value::Text),
        _ => number(kind, field, value).map(Value::Int),
    };
    condition.values.iter().map(value).collect()
}

fn number(kind: &KindInfo, field: &Field, value: &WhereValue) -> Result<i64, BadRule> {
    let number = match (field.shape, value) {
        (Shape::Enum(of), WhereValue::Text(name)) => of.named(name).map(|value| i64::from(value.number)),
        (Shape::Bool, WhereValue::Bool(flag)) => Some(i64::from(*flag)),
        (Shape::Int { .. }, WhereValue::Int(number)) => Some(*number),
        _ => None,
    };
    number.ok_or_else(|| no_value(kind, field, value))
}

fn text(kind: &KindInfo, field: &Field, value: &WhereValue) -> Result<Box<str>, BadRule> {
    match value {
        WhereValue::Text(text) => Ok(text.as_str().into()),
        _ => Err(no_value(kind, field, value)),
    }
}

fn no_value(kind: &KindInfo, field: &Field, value: &WhereValue) -> BadRule {
    let value = match value {
        WhereValue::Bool(flag) => flag.to_string(),
        WhereValue::Int(number) => number.to_string(),
        WhereValue::Text(text) => text.clone(),
        WhereValue::AtLeast(number) => format!("at least {number}"),
    };
    BadRule::Value { kind: kind.name.to_owned(), field: field.name.to_owned(), value }
}

impl Condition {
    #[inline]
    fn holds(&self, payload: &Kind<'_>) -> bool {
        match self {
            Condition::OneOf { tag, mask } => {
                let number = payload.int(*tag).and_then(|number| u32::try_from(number).ok());
                number.is_some_and(|number| number < u64::BITS && mask >> number & 1 == 1)
            }
            Condition::Int { tag, values } => {
                payload.int(*tag).is_some_and(|number| values.contains(&number))
            }
            Condition::Text { tag, values } => {
                payload.text(*tag).is_some_and(|text| values.iter().any(|value| &**value == text))
            }
            Condition::AtLeast { tag, least } => payload.int(*tag).is_some_and(|number| *least <= number),
        }
    }
}
