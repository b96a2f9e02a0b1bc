//! Filling a report from the fold.

use socai_domain::lifecycle::Family;
use socai_domain::tables::{Compare, Indicator, Occasion as Row, STATE, Table};
use socai_domain::{CivilDate, Registry};
use socai_fold::figures::{self, Asked, Pick, Picked, Window, spreads};
use socai_fold::{Fold, Rulebook};
use socai_proto::kind;
use socai_proto::schema::{Enum, Shape};
use socai_proto::v1::DirectiveClass;
use socai_tlog::{Hash, UnitNo};

use crate::detail::Detail;
use crate::figures::{
    AsOf, Directive, Figure, Figures, Form, Fraction, Lunar, Nil, Occasion, Period, Plan, Slice, Span,
    UnitName,
};
use crate::fill_detail::{detail, standings};
use crate::format::ngay;
use crate::period_name::called;

impl Figures {
    /// The report on a question: `figures` are the fold's answer to `asked`, `root` is the root at the fold's size, `ledger` its origin.
    ///
    /// Names are those of the last asked day. Restatements and texts of officials are left empty, and so is what the fold does not hold:
    /// links and late facts of the units' standings.
    pub fn of(fold: &Fold, asked: &Asked, figures: &[figures::Figure], ledger: &str, root: Hash) -> Figures {
        let spreads = spreads(fold, asked);
        let filled = |figure: &figures::Figure| {
            let spread = spreads.iter().find(|spread| spread.code == figure.row.code);
            Figure { detail: detail(fold.registry(), asked, figure, spread), ..filled(fold, asked, figure) }
        };
        Figures {
            directives: main_tasks(fold, asked),
            figures: figures.iter().map(filled).collect(),
            open: open(fold, asked),
            units: standings(fold, asked, &spreads),
            ..Figures::in_brief(fold, asked, &[], ledger, root)
        }
    }

    /// The figures alone, as a page of values needs them: without tasks, standings of units and parts by time and unit, and without the cells
    /// of a state that those would need ([`socai_fold::Scope::Question`] has enough).
    pub fn in_brief(
        fold: &Fold,
        asked: &Asked,
        figures: &[figures::Figure],
        ledger: &str,
        root: Hash,
    ) -> Figures {
        Figures {
            ledger: ledger.to_owned(),
            issuer: unit_name(fold.registry(), UnitNo::OPERATOR, asked.to).name,
            number: None,
            period: period(fold.rulebook(), asked),
            as_of: AsOf { size: fold.size(), root, time_ms: fold.last_received_at_ms() },
            figures: figures.iter().map(|figure| filled(fold, asked, figure)).collect(),
            directives: Vec::new(),
            restated: Vec::new(),
            open: Vec::new(),
            units: Vec::new(),
            texts: Vec::new(),
        }
    }
}

fn filled(fold: &Fold, asked: &Asked, figure: &figures::Figure) -> Figure {
    let (row, registry) = (&figure.row, fold.registry());
    Figure {
        indicator: row.code.clone(),
        label: row.label.clone(),
        unit: row.unit.clone(),
        form: Form::of(row),
        span: span(&figure.window),
        value: figure.value,
        fraction: figure.fraction.map(|of| Fraction { numerator: of.numerator, denominator: of.denominator }),
        cases: figure.cases,
        holidays_unknown: figure.holidays_unknown,
        plan: plans(row, figure),
        same_period: figure.same_period.as_ref().and_then(|same| same.compared.percent.clone()),
        lunar_period: row.compare.contains(&Compare::LunarPeriod).then(|| Lunar {
            percent: figure.lunar_period.as_ref().and_then(|lunar| lunar.compared.percent.clone()),
        }),
        slices: figure.slices.iter().map(|part| slice(fold, asked.to, row, part)).collect(),
        events: figure.events,
        digest: figure.digest,
        // where nobody is in scope, nobody's silence is a zero
        nil: figure.nil.as_ref().filter(|nil| !nil.is_nobodys()).map(|nil| Nil {
            missing: nil.missing.iter().map(|unit| unit_name(registry, *unit, asked.to)).collect(),
        }),
        detail: Detail::default(),
    }
}

fn span(window: &Window) -> Span {
    if let Some(Pick { value: Picked::Occasion(id), .. }) = &window.pick {
        return Span::Occasion(id.clone());
    }
    let (from, to) = window.days();
    if from == CivilDate::MIN { Span::Until(to) } else { Span::Days(from, to) }
}

fn plans(row: &Indicator, figure: &figures::Figure) -> Vec<Plan> {
    let authorities = row.plan.as_ref().and_then(|plan| labels(&plan.kind, plan.by.as_deref()?));
    let named = row.plan.as_ref().and_then(|plan| plan.label.clone());
    let plan = |(by, compared): (&String, &figures::Compared)| Plan {
        by: by.clone(),
        label: named.clone().unwrap_or_else(|| label(authorities, by)),
        value: compared.value,
        percent: compared.percent.clone(),
    };
    figure.plans.iter().map(plan).collect()
}

fn slice(fold: &Fold, on: CivilDate, row: &Indicator, part: &figures::SlicePart) -> Slice {
    let kind = row.kind.as_deref();
    let values = kind.and_then(|kind| labels(kind, &part.axis));
    let family = kind.and_then(Family::of_kind).filter(|_| part.axis == STATE && values.is_none());
    let state = family.and_then(|family| family.label(&part.value)).map(|label| label.vi.to_owned());
    let project =
        kind.filter(|kind| is_project(kind, &part.axis)).and_then(|_| fold.projects().name(&part.value, on));
    let same = part.same_period.as_ref().map(|same| &same.compared);
    Slice {
        axis: part.axis.clone(),
        key: part.value.clone(),
        label: state.or(project.map(str::to_owned)).unwrap_or_else(|| label(values, &part.value)),
        value: part.part.value,
        same_period: same.map(|same| same.value),
        same_period_pct: same.and_then(|same| same.percent.clone()),
    }
}

/// Whether a field of a kind names a registered project.
fn is_project(kind_name: &str, field: &str) -> bool {
    kind(kind_name)
        .and_then(|kind| kind.message.field(field))
        .is_some_and(|field| field.target == "project.registered")
}

/// The values that a field of a kind may have, when it is an enum.
fn labels(kind_name: &str, field: &str) -> Option<&'static Enum> {
    match kind(kind_name)?.message.field(field)?.shape {
        Shape::Enum(of) => Some(of),
        _ => None,
    }
}

/// The Vietnamese label of an enum's value, else the value itself.
fn label(of: Option<&'static Enum>, value: &str) -> String {
    of.and_then(|of| of.named(value)).map_or(value, |value| value.label.vi).to_owned()
}

fn period(rulebook: &Rulebook, asked: &Asked) -> Period {
    let rows: &[Row] = match rulebook.in_force("occasions", asked.to).map(|adopted| &adopted.table) {
        Some(Table::Occasions(rows)) => rows,
        _ => &[],
    };
    let named = rows.iter().find(|row| (row.from, row.to) == (asked.from, asked.to));
    let label = |row: &Row| row.label.clone();
    let called = called((asked.from, asked.to), rulebook.cut(asked.to), named);
    // all of a fiscal year takes in what its books are adjusted by after the last day
    let books = asked.books_to.filter(|_| named.is_none());
    let books = books.map(|until| format!("năm ngân sách {}, chỉnh lý đến {}", asked.year, ngay(until)));
    Period {
        id: named.map(|row| row.id.clone()),
        name: books.clone().unwrap_or(called.name),
        results_of: books.unwrap_or(called.results_of),
        from: asked.from,
        to: asked.to,
        books_to: asked.books_to,
        tasks_of: called.tasks_of,
        occasion: asked.occasion.as_ref().map(|id| {
            let row = rows.iter().find(|row| row.id == *id);
            Occasion { id: id.clone(), name: row.map_or_else(|| id.clone(), label) }
        }),
    }
}

/// The groups of main tasks issued in the period, by number.
fn main_tasks(fold: &Fold, asked: &Asked) -> Vec<Directive> {
    let statuses = labels("directive.progressed", "status");
    let mut tasks: Vec<Directive> = Vec::new();
    for (_, directive) in fold.directives().iter() {
        let Some(issued) = directive.issued().filter(|issued| issued.class() == DirectiveClass::TaskGroup)
        else {
            continue;
        };
        let in_period = issued.occurred_on().is_some_and(|day| (asked.from..=asked.to).contains(&day));
        let Some(due_on) = issued.due_on().filter(|_| in_period) else { continue };
        let lead = fold
            .registry()
            .by_id(&issued.lead_unit)
            .map(|unit| unit_name(fold.registry(), unit.no, asked.to));
        let status = directive.status(asked.to);
        tasks.push(Directive {
            number: issued.number,
            text: issued.text.clone(),
            lead: lead.map_or_else(|| issued.lead_unit.clone(), |unit| unit.name),
            due_on,
            status: statuses.and_then(|of| of.value(status as i64)).map(|value| value.label.vi.to_owned()),
        });
    }
    tasks.sort_by_key(|task| task.number);
    tasks
}

/// Units that publish and have not closed every day of the period, in official order.
fn open(fold: &Fold, asked: &Asked) -> Vec<UnitName> {
    let units = fold.registry().on(asked.to).into_iter().map(|(unit, _)| unit.no);
    let publishing = units.filter(|unit| *unit != UnitNo::OPERATOR);
    let open = publishing.filter(|unit| !fold.closings().is_closed(*unit, asked.from, asked.to));
    open.map(|unit| unit_name(fold.registry(), unit, asked.to)).collect()
}

/// A unit by the name it has on a day.
pub fn unit_name(registry: &Registry, no: UnitNo, on: CivilDate) -> UnitName {
    let unit = registry.unit(no);
    let span = unit.and_then(|unit| unit.on(on).or_else(|| unit.newest()));
    UnitName {
        id: unit.map_or_else(|| no.to_string(), |unit| unit.id.clone()),
        name: span.map_or_else(|| no.to_string(), |span| span.name.clone()),
    }
}
