//! `f(code)`: a figure as the template sees it.

use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectRepr};
use minijinja::{Error, ErrorKind, Value};

use super::marks;
use crate::figures::{Figure, Form, Known};
use crate::format::{dem, pct, point, ten_dv, tien};

/// Where figures come from: a real month, or one of the worlds a template is tried in.
#[derive(Clone, Debug)]
pub(super) enum World {
    /// The figures of a report.
    Known(Vec<Arc<Figure>>),
    /// Every figure has data.
    Some,
    /// Every figure has data except this one (or all of them, when there is none).
    Missing(Option<String>),
    /// Every figure has data except that this one (or all of them) did not happen, as everybody in scope says.
    Nil(Option<String>),
    /// Every figure has data except that the facts of this one (or of all of them) come to a zero that nobody has confirmed.
    Zero(Option<String>),
}

/// The value of a figure in a trial that is neither missing nor zero.
const SAMPLE: i128 = 7;

impl World {
    /// What the template gets for `f(code)`.
    pub(super) fn figure(&self, code: &str) -> Value {
        let is_it = |only: &Option<String>| only.as_deref().is_none_or(|only| only == code);
        Value::from_object(match self {
            World::Known(figures) => match figures.iter().find(|figure| figure.indicator == code) {
                Some(figure) => Seen::Figure(figure.clone()),
                None => Seen::Absent { code: code.to_owned() },
            },
            World::Missing(only) if is_it(only) => Seen::sample(code, Known::Nothing),
            World::Nil(only) if is_it(only) => Seen::sample(code, Known::Nil),
            World::Zero(only) if is_it(only) => Seen::sample(code, Known::Zero),
            World::Some | World::Missing(_) | World::Nil(_) | World::Zero(_) => {
                Seen::sample(code, Known::Value(SAMPLE))
            }
        })
    }
}

/// What stands behind `f(code)`.
#[derive(Debug)]
pub(super) enum Seen {
    /// A figure of the report.
    Figure(Arc<Figure>),
    /// A code the report has no figure of.
    Absent { code: String },
    /// A figure of a trial.
    Sample { code: String, known: Known },
}

/// A percentage, or the mark of the figure that lacks one; only the filter `pct` prints it.
#[derive(Debug)]
pub(super) struct Percentage {
    pub(super) print: Result<String, String>,
}

impl Seen {
    fn sample(code: &str, known: Known) -> Seen {
        Seen::Sample { code: code.to_owned(), known }
    }

    fn code(&self) -> &str {
        match self {
            Seen::Figure(figure) => &figure.indicator,
            Seen::Absent { code } | Seen::Sample { code, .. } => code,
        }
    }

    fn known(&self) -> Known {
        match self {
            Seen::Figure(figure) => figure.known(),
            Seen::Absent { .. } => Known::Nothing,
            Seen::Sample { known, .. } => *known,
        }
    }

    /// The value as `form` prints it, or the mark of what it lacks. Asking for the wrong form is the template's error.
    pub(super) fn print(&self, form: Form) -> Result<String, Error> {
        if let Seen::Figure(figure) = self
            && std::mem::discriminant(&figure.form) != std::mem::discriminant(&form)
        {
            let filter = match figure.form {
                Form::Money => "tien",
                Form::Count => "dem",
                Form::Percent(_) => "pct",
            };
            let said = format!("figure {} prints with the filter `{filter}`", figure.indicator);
            return Err(Error::new(ErrorKind::InvalidOperation, said));
        }
        Ok(match (self.known(), form) {
            (Known::Zero, Form::Percent(_)) => pct("0"),
            (Known::Value(value), Form::Percent(_)) => pct(&point(value, self.decimals())),
            // a zero that nobody has confirmed is for tables: no sentence says that nothing happened
            (Known::Nothing | Known::Zero, _) => marks::hole(self.code()),
            (Known::Nil, _) => marks::zero(self.code(), self.label()),
            (Known::Value(value), Form::Count) => dem(value),
            (Known::Value(value), Form::Money) => tien(value).replace(' ', "~"),
        })
    }

    fn decimals(&self) -> u8 {
        match self {
            Seen::Figure(figure) => match figure.form {
                Form::Percent(decimals) => decimals,
                Form::Count | Form::Money => 0,
            },
            Seen::Absent { .. } | Seen::Sample { .. } => 0,
        }
    }

    fn label(&self) -> &str {
        match self {
            Seen::Figure(figure) => &figure.label,
            Seen::Absent { code } | Seen::Sample { code, .. } => code,
        }
    }

    fn percentage(&self, percent: Option<String>) -> Value {
        let print = percent.ok_or_else(|| marks::hole(self.code()));
        Value::from_object(Percentage { print })
    }

    fn plan(&self, by: &str) -> Value {
        self.percentage(match self {
            Seen::Figure(figure) => figure
                .plan
                .iter()
                .find(|plan| plan.by == by)
                .and_then(|plan| figure.against_plan(plan))
                .map(pct),
            Seen::Absent { .. } => None,
            Seen::Sample { known, .. } => (*known != Known::Nothing).then(|| "7%".to_owned()),
        })
    }

    fn same_period(&self) -> Value {
        self.percentage(match self {
            Seen::Figure(figure) => figure.against_same_period().map(pct),
            Seen::Absent { .. } => None,
            Seen::Sample { known, .. } => (*known != Known::Nothing).then(|| "7%".to_owned()),
        })
    }

    /// Names of the units whose nil declaration is missing, as they read inside a sentence.
    fn missing(&self) -> Vec<String> {
        match self {
            Seen::Figure(figure) => {
                figure.missing().iter().map(|unit| marks::clean(&ten_dv(&unit.name))).collect()
            }
            Seen::Sample { known: Known::Nothing, .. } => vec!["phường".to_owned()],
            Seen::Absent { .. } | Seen::Sample { .. } => Vec::new(),
        }
    }

    /// Labels of the parts along an axis whose value is not zero.
    fn slices(&self, axis: &str) -> Vec<String> {
        match self {
            Seen::Figure(figure) => {
                let of_axis = figure.slices.iter().filter(|slice| slice.axis == axis && slice.value != 0);
                of_axis.map(|slice| marks::clean(&slice.label)).collect()
            }
            Seen::Absent { .. } | Seen::Sample { known: Known::Nothing, .. } => Vec::new(),
            Seen::Sample { .. } => vec!["nhóm".to_owned()],
        }
    }

    /// The parts along an axis whose value is not zero, each with its number: `khiếu nại 03`. None of money.
    fn parts(&self, axis: &str) -> Vec<String> {
        match self {
            Seen::Figure(figure) if figure.form == Form::Count => {
                let of_axis = figure.slices.iter().filter(|slice| slice.axis == axis && slice.value != 0);
                of_axis.map(|slice| format!("{}~{}", marks::clean(&slice.label), dem(slice.value))).collect()
            }
            Seen::Figure(_) | Seen::Absent { .. } => Vec::new(),
            Seen::Sample { known: Known::Nothing, .. } => Vec::new(),
            Seen::Sample { .. } => vec!["nhóm 07".to_owned()],
        }
    }
}

impl Object for Seen {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "zero" => Some(Value::from(self.known() == Known::Nil)),
            "some" => Some(Value::from(matches!(self.known(), Known::Value(_)))),
            "same_period" => Some(self.same_period()),
            "missing" => Some(Value::from(self.missing())),
            "plan" => Some(Value::from_object(Part { of: self.clone(), part: Seen::plan })),
            "slices" => Some(Value::from_object(Part {
                of: self.clone(),
                part: |seen, axis| Value::from(seen.slices(axis)),
            })),
            "parts" => Some(Value::from_object(Part {
                of: self.clone(),
                part: |seen, axis| Value::from(seen.parts(axis)),
            })),
            _ => None,
        }
    }

    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }
}

impl Object for World {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }
}

impl Object for Percentage {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }
}

/// `f(code).plan`, `f(code).slices` and `f(code).parts`: any name may follow.
struct Part {
    of: Arc<Seen>,
    part: fn(&Seen, &str) -> Value,
}

impl std::fmt::Debug for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "part of {}", self.of.code())
    }
}

impl Object for Part {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        key.as_str().map(|name| (self.part)(&self.of, name))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::NonEnumerable
    }
}
