//! The template language: minijinja without its own functions, so a template reads figures and nothing else.

use std::collections::BTreeMap;

use minijinja::value::Kwargs;
use minijinja::{Environment, Error, ErrorKind, State, UndefinedBehavior, Value};

use super::marks;
use super::values::{Percentage, Seen, World};
use crate::figures::Form;
use crate::format::{dem, list, so};
use crate::section_text::SectionText;

/// Deepest nesting of a template; beyond it the engine stops instead of the stack.
const DEEPEST: usize = 64;

/// Most steps of one rendering, and a step is also 64 bytes of text: the district's template takes some thousand, so one that takes more goes
/// through a list inside a list, or doubles a text.
pub(super) const MOST_STEPS: u64 = 3_000_000;

/// The name under which a rendering's context holds its [`World`].
pub(super) const WORLD: &str = "socai";

/// The engine; `f(code)` answers from the [`World`] of the rendering.
pub(super) fn environment() -> Environment<'static> {
    let mut engine = Environment::empty();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_recursion_limit(DEEPEST);
    engine.set_fuel(Some(MOST_STEPS));
    engine.add_function("f", figure);
    engine.add_filter("cau", |text: String, options: Kwargs| -> Result<String, Error> {
        let khong = options.get::<Option<String>>("khong")?;
        options.assert_all_used()?;
        Ok(marks::sentence(text, khong))
    });
    engine.add_filter("ve", marks::part);
    engine.add_filter("dem", |value: Value| number(&value, Form::Count));
    engine.add_filter("tien", |value: Value| number(&value, Form::Money));
    engine.add_filter("pct", percent);
    engine.add_filter("so", |number: i64| so(number));
    engine.add_filter("upper", |text: String| text.to_uppercase());
    engine.add_filter("list", |items: Vec<String>| list(&items));
    engine.add_filter("length", |items: Vec<Value>| items.len());
    engine
}

fn figure(state: &State<'_, '_>, code: String) -> Result<Value, Error> {
    let world = state.lookup(WORLD);
    let world = world.as_ref().and_then(|world| world.downcast_object_ref::<World>());
    let world = world.ok_or_else(|| Error::new(ErrorKind::InvalidOperation, "there are no figures here"))?;
    Ok(world.figure(&code))
}

/// A figure in its form, or a plain number such as the length of a list.
fn number(value: &Value, form: Form) -> Result<String, Error> {
    if let Some(figure) = value.downcast_object_ref::<Seen>() {
        return figure.print(form);
    }
    match (value.as_i64(), form) {
        (Some(count), Form::Count) => Ok(dem(count)),
        _ => Err(Error::new(ErrorKind::InvalidOperation, "expected a figure such as f(\"NS.01\")")),
    }
}

fn percent(value: Value) -> Result<String, Error> {
    if let Some(figure) = value.downcast_object_ref::<Seen>() {
        return figure.print(Form::Percent(0));
    }
    let Some(percentage) = value.downcast_object_ref::<Percentage>() else {
        let said =
            "expected a ratio, or a percentage such as f(\"NS.01\").plan.city or f(\"NS.01\").same_period";
        return Err(Error::new(ErrorKind::InvalidOperation, said));
    };
    Ok(percentage.print.clone().unwrap_or_else(|mark| mark))
}

/// `text(section)`: what officials wrote for that section and who signed it, or nothing.
pub(super) fn section_text(signed: &[SectionText]) -> Value {
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    for text in signed {
        let section = texts.entry(text.section.clone()).or_default();
        section.push_str(if section.is_empty() { "" } else { " " });
        section.push_str(&text.printed());
    }
    texts.values_mut().for_each(|text| *text = marks::clean(text));
    Value::from_function(move |section: String| texts.get(&section).cloned().unwrap_or_default())
}
