//! A template held against indicator rows: what no row has is no data in every report, so the sentence around it never prints.

use socai_domain::tables::{Indicator, Plan};
use socai_proto::{kind, nearest, schema::Shape};

use super::{Template, asked};

/// Something that a template asks for and the indicator rows do not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lacking {
    /// The first line of the template that asks for it, from 1.
    pub line: usize,
    /// As the template asks: `f("NS.1")`, `f("NS.01").plan.ciy`.
    pub asked: String,
    /// The indicator code in it.
    pub code: String,
    /// The code, or the name of a plan or axis, that was probably meant.
    pub nearest: Option<String>,
}

impl Template {
    /// What it asks for and these rows do not have, each once, in order of appearance.
    pub fn lacking(&self, rows: &[Indicator]) -> Vec<Lacking> {
        let mut found: Vec<Lacking> = Vec::new();
        for asked in asked::in_text(&self.source) {
            let code = format!("f(\"{}\")", asked.code);
            let row = rows.iter().find(|row| row.code == asked.code);
            let (asked_for, near) = match (row, asked.part) {
                (None, _) => (code, nearest(asked.code, rows.iter().map(|row| row.code.as_str()))),
                (Some(row), Some((part, name))) => match names(row, part) {
                    Some(known) if !known.contains(&name) => {
                        (format!("{code}.{part}.{name}"), nearest(name, known.into_iter()))
                    }
                    _ => continue,
                },
                (Some(_), None) => continue,
            };
            if !found.iter().any(|known| known.asked == asked_for) {
                found.push(Lacking {
                    line: asked.line,
                    asked: asked_for,
                    code: asked.code.to_owned(),
                    nearest: near.map(str::to_owned),
                });
            }
        }
        found
    }
}

/// The names that may follow `plan`, `slices` or `parts` of a row's figure; none when facts bring them.
fn names<'r>(row: &'r Indicator, part: &str) -> Option<Vec<&'r str>> {
    match part {
        "plan" => row.plan.as_ref().map_or(Some(Vec::new()), authorities),
        _ => Some(row.slices.iter().map(String::as_str).collect()),
    }
}

/// What the plans of a row are called; none when a text of the facts calls them.
fn authorities(plan: &Plan) -> Option<Vec<&str>> {
    let Some(by) = &plan.by else { return Some(plan.name.as_deref().into_iter().collect()) };
    match kind(&plan.kind)?.message.field(by)?.shape {
        Shape::Enum(names) => Some(names.values.iter().map(|value| value.name).collect()),
        _ => None,
    }
}
