//! The monthly template: minijinja text that turns figures into sentences, and can never print a hole.
//!
//! A template says `{{ f("NS.01")|tien }}`, `{{ f("NS.01").plan.city|pct }}`, `{{ f("YT.06").same_period|pct }}`. What stands between
//! `{% filter cau %}` and `{% endfilter %}` is a sentence: it disappears when a figure in it has no data, and reads `Không phát sinh
//! …` when one is zero and every unit in scope has said so. `{% filter ve %}` is a part of a sentence: it disappears in both cases. A zero that nobody has confirmed is no data here. [`Template::parse`] tries the
//! template without data, with all of it, with zeros and with each figure missing alone, so one that would leave a hole is refused when
//! it is adopted, not discovered on the day of the report. `~` is a space that no line breaks at. One that goes on for too long is refused
//! too, then and in a report.
//!
//! Also there: `f(code).zero`, `.some`, `.missing`, `.slices.<axis>` (labels of the parts) and `.parts.<axis>` (labels with their numbers);
//! `ky`, `chot`, `nhiem_vu`, `bo_sung`; `text(section)`; the filters `dem`, `tien`, `pct`, `so`, `upper`, `list`, `length`. There is no loop
//! over numbers, no file, no clock.

mod adopted;
mod asked;
mod engine;
mod fit;
mod marks;
mod names;
mod trial;
mod tried;
mod values;

pub use adopted::{Broken, InForce, MONTHLY, NoTemplate};
pub use fit::Lacking;

use std::sync::Arc;

use minijinja::{Environment, ErrorKind, Value, context};

use self::values::World;
use crate::body::{Block, blocks};
use crate::figures::Figures;
use crate::{Error, TemplateError};

/// A checked template; a clone shares what it holds.
#[derive(Clone, Debug)]
pub struct Template {
    engine: Arc<Environment<'static>>,
    source: Arc<str>,
}

/// The template's name inside its engine; errors carry the line, so nobody reads it.
const NAME: &str = MONTHLY;

/// Longest text of a report in bytes, some hundred pages of which a printer would not want one more.
const LONGEST: usize = 4 << 20;

/// Most characters of an expression that an error repeats.
const MOST_REPEATED: usize = 80;

impl Template {
    /// Checks the template text against every world in which figures are missing or zero.
    ///
    /// Errors name the line. The cost is three renderings per figure named, each of at most 3 million steps.
    pub fn parse(source: &str) -> Result<Template, TemplateError> {
        marks::refuse_reserved(source)?;
        let mut engine = engine::environment();
        engine.add_template_owned(NAME, source.to_owned()).map_err(|error| broken(&error, source))?;
        let template = Template { engine: Arc::new(engine), source: source.into() };
        trial::every_world(&template)?;
        Ok(template)
    }

    /// The indicator codes it names, each with the line it first stands on, in order of appearance.
    ///
    /// A code that no indicator row has will never print: [`Template::lacking`].
    pub fn codes(&self) -> Vec<(usize, &str)> {
        let mut found: Vec<(usize, &str)> = Vec::new();
        for asked in asked::in_text(&self.source) {
            if !found.iter().any(|(_, known)| *known == asked.code) {
                found.push((asked.line, asked.code));
            }
        }
        found
    }

    /// The sections that officials may write a text for, in order of appearance, each with the heading it stands under.
    pub fn sections(&self) -> Vec<(&str, &str)> {
        let (mut found, mut heading): (Vec<(&str, &str)>, &str) = (Vec::new(), "");
        for line in self.source.lines() {
            if line.starts_with("##") {
                // what the template puts into a heading is not known here
                heading = line.trim_start_matches('#').split('{').next().unwrap_or_default().trim();
            }
            for section in line.split("text(\"").skip(1).filter_map(|call| call.split('"').next()) {
                if !found.iter().any(|(known, _)| *known == section) {
                    found.push((section, heading));
                }
            }
        }
        found
    }

    /// The body of the report: parts, sections and paragraphs, those without data left out.
    pub fn body(&self, figures: &Figures) -> Result<Vec<Block>, Error> {
        let world = World::Known(figures.figures.iter().cloned().map(Arc::new).collect());
        let rendered = self.render(world, names::of(figures))?;
        Ok(blocks(&rendered))
    }

    /// Renders one world; an error names the line, a leftover mark names its figure.
    fn render(&self, world: World, context: Value) -> Result<String, TemplateError> {
        let context = context! { socai => Value::from_object(world), ..context };
        let rendered = self.engine.get_template(NAME).and_then(|template| template.render(context));
        let rendered = rendered.map_err(|error| broken(&error, &self.source))?;
        if rendered.len() > LONGEST {
            return Err(TemplateError::TooLong { got: rendered.len(), most: LONGEST });
        }
        match marks::leftover(&rendered) {
            Some(indicator) => Err(TemplateError::Hole { line: self.line_of(&indicator), indicator }),
            None => Ok(marks::to_print(&rendered)),
        }
    }

    fn line_of(&self, indicator: &str) -> usize {
        self.codes().iter().find(|(_, code)| *code == indicator).map_or(1, |(line, _)| *line)
    }
}

/// What the engine says, with the expression of the text that it says it about.
fn broken(error: &minijinja::Error, source: &str) -> TemplateError {
    let line = error.line().unwrap_or(1);
    if error.kind() == ErrorKind::OutOfFuel {
        return TemplateError::Endless { line, most: engine::MOST_STEPS };
    }
    let mut reason = error.kind().to_string();
    if let Some(detail) = error.detail() {
        reason.push_str(&format!(": {detail}"));
    }
    // where the syntax is broken, no expression ends
    let is_read = error.kind() != ErrorKind::SyntaxError;
    if let Some(range) = error.range().filter(|_| is_read) {
        reason.push_str(&repeated(source, range));
    }
    TemplateError::Broken { line, reason }
}

/// An expression of the text in brackets, shortened; empty when there is none.
fn repeated(source: &str, range: std::ops::Range<usize>) -> String {
    let Some(expression) = source.get(range.clone()).filter(|text| !text.trim().is_empty()) else {
        return String::new();
    };
    // an attribute or a filter is said with what it is of
    let before = &source[..range.start];
    let is_rest = expression.starts_with('.') || before.trim_end().ends_with('|');
    let begins = before.rfind(['{', '%', '\n']).filter(|_| is_rest);
    let of = begins.map_or("", |at| before[at + 1..].trim_start());
    let whole = format!("{of}{expression}");
    let short: String = whole.lines().next().unwrap_or_default().chars().take(MOST_REPEATED).collect();
    format!(" (`{short}{}`)", if short == whole { "" } else { "…" })
}
