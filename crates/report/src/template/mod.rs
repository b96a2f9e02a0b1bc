//! The monthly template: minijinja text that turns figures into sentences, and can never print a hole.
//!
//! A template says `{{ f("NS.01")|tien }}`, `{{ f("NS.01").plan.city|pct }}`, `{{ f("YT.06").same_period|pct }}`. What stands between
//! `{% filter cau %}` and `{% endfilter %}` is a sentence: it disappears when a figure in it has no data, and reads `Không phát sinh
//! …` when one is zero and every unit in scope has said so. `{% filter ve %}` is a part of a sentence: it disappears in both cases. A zero that nobody has confirmed is no data here. [`Template::parse`] tries the
//! template without data, with zeros and with each figure missing alone, so one that would leave a hole is refused when
//! it is adopted, not discovered on the day of the report. `~` is a space that no line breaks at.
//!
//! Also there: `f(code).zero`, `.some`, `.missing`, `.slices.<axis>` (labels of the parts) and `.parts.<axis>` (labels with their numbers);
//! `ky`, `chot`, `nhiem_vu`, `bo_sung`; `text(section)`; the filters `dem`, `tien`, `pct`, `so`, `upper`, `list`, `length`. There is no loop
//! over numbers, no file, no clock.

mod adopted;
mod engine;
mod marks;
mod names;
mod trial;
mod tried;
mod values;

pub use adopted::{Broken, InForce, MONTHLY, NoTemplate};

use std::sync::Arc;

use minijinja::{Environment, Value, context};

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

impl Template {
    /// Checks the template text against every world in which figures are missing or zero.
    ///
    /// Errors name the line. The cost is three renderings per figure named.
    pub fn parse(source: &str) -> Result<Template, TemplateError> {
        marks::refuse_reserved(source)?;
        let mut engine = engine::environment();
        engine.add_template_owned(NAME, source.to_owned()).map_err(broken)?;
        let template = Template { engine: Arc::new(engine), source: source.into() };
        trial::every_world(&template)?;
        Ok(template)
    }

    /// The indicator codes it names, each with the line it first stands on, in order of appearance.
    ///
    /// Compare them with the adopted indicator rows: a code that no row has will never print.
    pub fn codes(&self) -> Vec<(usize, &str)> {
        let mut found: Vec<(usize, &str)> = Vec::new();
        for (number, line) in self.source.lines().enumerate() {
            for call in line.split("f(\"").skip(1) {
                let code = call.split('"').next().unwrap_or_default();
                if !found.iter().any(|(_, known)| *known == code) {
                    found.push((number + 1, code));
                }
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
        let template = self.engine.get_template(NAME).map_err(broken)?;
        let rendered = template.render(context).map_err(broken)?;
        match marks::leftover(&rendered) {
            Some(indicator) => Err(TemplateError::Hole { line: self.line_of(&indicator), indicator }),
            None => Ok(marks::to_print(&rendered)),
        }
    }

    fn line_of(&self, indicator: &str) -> usize {
        self.codes().iter().find(|(_, code)| *code == indicator).map_or(1, |(line, _)| *line)
    }
}

fn broken(error: minijinja::Error) -> TemplateError {
    let reason = match error.detail() {
        Some(detail) => format!("{}: {detail}", error.kind()),
        None => error.kind().to_string(),
    };
    TemplateError::Broken { line: error.line().unwrap_or(1), reason }
}
