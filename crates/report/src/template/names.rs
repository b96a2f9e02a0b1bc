//! Names a template may use besides figures: the period, the tasks, what was restated, texts of officials.

use minijinja::{Value, context};

use super::engine::section_text;
use super::marks::clean;
use crate::figures::{Directive, Figures, Form, Period, Restated};
use crate::format::{ngay, pct, point, sentence_case, so, ten_dv, tien};

/// The context of a real report.
pub(super) fn of(figures: &Figures) -> Value {
    build(
        &figures.period,
        figures.directives.iter().map(task).collect(),
        figures.restated.iter().map(restated).collect(),
        section_text(&figures.texts),
    )
}

/// A context with one of everything, for trying a template.
pub(super) fn sample(period: &Period) -> Value {
    let task = context! { so => 1, viec => "việc", chu_tri => "đơn vị", han => "ngày", tien_do => "" };
    let change = context! { ma => "X", chi_tieu => "chỉ tiêu", da_bao_cao => "1", hien_biet => "2", ly_do => "", su_kien => "1/1" };
    build(period, vec![task], vec![change], section_text(&[]))
}

fn build(period: &Period, tasks: Vec<Value>, restated: Vec<Value>, text: Value) -> Value {
    context! {
        ky => context! {
            ten => clean(&period.name),
            truoc => clean(&period.results_of),
            tu => ngay(period.from),
            den => ngay(period.to),
            nam_truoc => period.to.year() - 1,
            dip => period.occasion.as_ref().map_or_else(String::new, |occasion| clean(&occasion.name)),
            ke => clean(&period.tasks_of),
        },
        nhiem_vu => tasks,
        bo_sung => restated,
        text => text,
    }
}

fn task(directive: &Directive) -> Value {
    context! {
        so => directive.number,
        viec => clean(directive.text.trim_end_matches('.')),
        chu_tri => clean(&ten_dv(&directive.lead)),
        han => ngay(directive.due_on),
        tien_do => directive.status.as_deref().map_or_else(String::new, clean),
    }
}

fn restated(change: &Restated) -> Value {
    let print = |value: Option<i128>| match (value, change.form) {
        (None, _) => "chưa có số liệu".to_owned(),
        (Some(value), Form::Money) => tien(value).replace(' ', "~"),
        (Some(value), Form::Percent(decimals)) => pct(&point(value, decimals)),
        (Some(value), Form::Count) => so(value),
    };
    context! {
        ma => clean(&change.indicator),
        chi_tieu => clean(&sentence_case(&change.label)),
        da_bao_cao => print(Some(change.reported)),
        hien_biet => print(change.known),
        ly_do => clean(&change.reason),
        su_kien => clean(&change.events.join(", ")),
    }
}
