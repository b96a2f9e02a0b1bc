//! From the fold's figures to what a report prints: names, labels and words beside the numbers.

use std::collections::BTreeMap;

use socai_domain::{
    CivilDate,
    tables::{Format, Indicator, Measure, PeriodUse},
};
use socai_fold::{
    Fold,
    figures::{self as folded, Asked, Contribution},
};
use socai_proto::{
    schema::{Field, Label, Shape},
    v1::DirectiveClass,
};
use socai_tlog::{Digest, UnitNo};

use crate::{
    figures::{AsOf, Directive, Figure, Figures, Form, Nil, Occasion, Period, Plan, Slice, Span, UnitName},
    format::thang,
};

/// Why a report cannot be gathered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GatherError {
    /// The two passes over the log do not agree.
    #[error(transparent)]
    Disagreement(#[from] folded::Disagreement),
    /// A figure that no amount in đồng reaches.
    #[error("{indicator} comes to {value}, which is beyond 64 bits; look for a fact with an impossible amount")]
    TooLarge {
        /// The indicator.
        indicator: String,
        /// Its value.
        value: i128,
    },
}

/// Everything a report prints about what was asked, as known to `fold`.
///
/// `found` is who contributed, from the second pass over the same records.
///
/// # Errors
/// The passes disagree, or a value is beyond 64 bits.
pub fn gather(
    fold: &Fold,
    asked: &Asked,
    found: &BTreeMap<String, Contribution>,
    ledger: &str,
    as_of: AsOf,
) -> Result<Figures, GatherError> {
    let figures = folded::figures(fold, asked, Some(found))?;
    Ok(Figures {
        ledger: ledger.to_owned(),
        issuer: name_on(fold, UnitNo::OPERATOR, asked.to),
        period: period(fold, asked),
        as_of,
        figures: figures.into_iter().map(|figure| one(fold, asked, figure)).collect::<Result<_, _>>()?,
        directives: directives(fold, asked),
        restated: Vec::new(),
        open: open(fold, asked),
        texts: BTreeMap::new(),
    })
}

fn one(fold: &Fold, asked: &Asked, figure: folded::Figure) -> Result<Figure, GatherError> {
    let indicator = figure.row.code.clone();
    let whole = |value: i128| {
        i64::try_from(value).map_err(|_| GatherError::TooLarge { indicator: indicator.clone(), value })
    };
    let plans = figure.plans.iter().map(|(by, compared)| {
        let label = plan_label(&figure.row, by);
        Ok(Plan { by: by.clone(), label, amount: whole(compared.value)? })
    });
    let slices = figure.slices.iter().map(|slice| {
        let label = axis_label(&figure.row, &slice.axis, &slice.value);
        let (axis, key) = (slice.axis.clone(), slice.value.clone());
        Ok(Slice { axis, key, label, value: whole(slice.part.value)? })
    });
    let missing = figure.nil.as_ref().map(|nil| {
        let missing = nil.missing.iter().map(|unit| unit_name(fold, *unit, asked.to)).collect();
        Nil { missing }
    });
    Ok(Figure {
        plan: plans.collect::<Result<_, GatherError>>()?,
        slices: slices.collect::<Result<_, GatherError>>()?,
        same_period: figure.same_period.as_ref().map(|same| whole(same.compared.value)).transpose()?,
        value: Some(whole(figure.value)?),
        label: figure.row.label.clone(),
        unit: figure.row.unit.clone(),
        form: if figure.row.format == Format::Tien { Form::Money } else { Form::Count },
        percent_decimals: figure.row.percent_decimals,
        span: span(&figure, asked),
        events: figure.events,
        digest: figure.digest.unwrap_or(Digest::ZERO),
        nil: missing,
        indicator,
    })
}

/// What a figure was asked for, as it is printed beside it.
fn span(figure: &folded::Figure, asked: &Asked) -> Span {
    match (&figure.row.period, &figure.row.measure) {
        (PeriodUse::Occasion(_), _) => Span::Occasion(asked.occasion.clone().unwrap_or_default()),
        (PeriodUse::ToDate, _) | (_, Measure::Units) => Span::Until(asked.to),
        _ => {
            let (from, to) = figure.window.days();
            Span::Days(from, to)
        }
    }
}

fn period(fold: &Fold, asked: &Asked) -> Period {
    let named = fold.rulebook().occasions(asked.to).iter().find(|row| {
        row.occasion.is_some() && row.from == asked.from && row.to == asked.to
    });
    let name = named.map_or_else(|| thang(asked.to), |row| row.label.clone());
    let occasion = asked.occasion.as_ref().map(|id| {
        let row = fold.rulebook().occasion(id, asked.to);
        Occasion { id: id.clone(), name: row.map_or_else(|| id.clone(), |row| row.label.clone()) }
    });
    Period {
        id: named.map(|row| row.id.clone()),
        tasks_of: name.clone(),
        name,
        from: asked.from,
        to: asked.to,
        occasion,
    }
}

/// The groups of main tasks in force in the period, by number.
fn directives(fold: &Fold, asked: &Asked) -> Vec<Directive> {
    let issued = fold.directives().iter().filter_map(|(_, directive)| Some((directive, directive.issued()?)));
    let in_force = issued.filter_map(|(directive, issued)| {
        let (given, due) = (issued.occurred_on()?, issued.due_on()?);
        let holds = issued.class() == DirectiveClass::TaskGroup && given <= asked.to && due >= asked.to;
        holds.then(|| Directive {
            number: issued.number,
            text: issued.text.clone(),
            lead: fold.registry().by_id(&issued.lead_unit).map_or_else(
                || issued.lead_unit.clone(),
                |unit| name_on(fold, unit.no, asked.to),
            ),
            due_on: due,
            status: Some(directive.status(asked.to)).and_then(status_label),
        })
    });
    let mut directives: Vec<Directive> = in_force.collect();
    directives.sort_by_key(|directive| directive.number);
    directives
}

fn status_label(status: socai_proto::v1::DirectiveStatus) -> Option<String> {
    let field = socai_proto::kind("directive.progressed")?.message.field("status")?;
    Some(value_of(field, i64::from(i32::from(status)))?.vi.to_owned())
}

/// Units that have not closed the period.
fn open(fold: &Fold, asked: &Asked) -> Vec<UnitName> {
    let units = fold.registry().on(asked.to).into_iter().map(|(unit, _)| unit.no);
    let open = units.filter(|no| *no != UnitNo::OPERATOR && !fold.closings().is_closed(*no, asked.from, asked.to));
    open.map(|no| unit_name(fold, no, asked.to)).collect()
}

fn unit_name(fold: &Fold, no: UnitNo, on: CivilDate) -> UnitName {
    let id = fold.registry().unit(no).map_or_else(|| no.to_string(), |unit| unit.id.clone());
    UnitName { id, name: name_on(fold, no, on) }
}

/// The official name on a day, else the newest, else the number.
fn name_on(fold: &Fold, no: UnitNo, on: CivilDate) -> String {
    let unit = fold.registry().unit(no);
    let span = unit.and_then(|unit| unit.on(on).or_else(|| unit.newest()));
    span.map_or_else(|| no.to_string(), |span| span.name.clone())
}

/// An authority in words: `Thành phố giao` for `city`.
fn plan_label(row: &Indicator, by: &str) -> String {
    let plan = row.plan.as_ref();
    let field = plan.and_then(|plan| {
        socai_proto::kind(&plan.kind)?.message.field(plan.by.as_deref()?)
    });
    field.and_then(|field| named(field, by)).map_or_else(|| by.to_owned(), |label| label.vi.to_owned())
}

/// A value of an axis in words: `ngân sách Thành phố` for `city`.
fn axis_label(row: &Indicator, axis: &str, value: &str) -> String {
    let field = row.kind.as_deref().and_then(|kind| socai_proto::kind(kind)?.message.field(axis));
    field.and_then(|field| named(field, value)).map_or_else(|| value.to_owned(), |label| label.vi.to_owned())
}

fn named(field: &Field, value: &str) -> Option<&'static Label> {
    match field.shape {
        Shape::Enum(of) => of.named(value).map(|value| &value.label),
        _ => None,
    }
}

fn value_of(field: &Field, number: i64) -> Option<&'static Label> {
    match field.shape {
        Shape::Enum(of) => of.value(number).map(|value| &value.label),
        _ => None,
    }
}
