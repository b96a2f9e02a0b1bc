//! Templates that were tried. Trying one costs three renderings per figure that it names, a hundred times what a report does, and what
//! comes of it depends on the text alone: a text that passed need not pass again for every report.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use super::Template;
use crate::TemplateError;

/// How many are kept, newest last. A ledger prints with one template, and a program reads few ledgers.
const KEPT: usize = 8;

static KEPT_NOW: Mutex<VecDeque<Template>> = Mutex::new(VecDeque::new());

/// The checked template of a text, as [`Template::parse`] gives it.
pub(super) fn tried(source: &str) -> Result<Template, TemplateError> {
    if let Some(known) = kept(|kept| kept.iter().find(|known| *known.source == *source).cloned()) {
        return Ok(known);
    }
    let template = Template::parse(source)?;
    kept(|kept| {
        kept.push_back(template.clone());
        kept.drain(..kept.len().saturating_sub(KEPT));
    });
    Ok(template)
}

/// Whoever panicked in here left whole templates behind.
fn kept<T>(with: impl FnOnce(&mut VecDeque<Template>) -> T) -> T {
    with(&mut KEPT_NOW.lock().unwrap_or_else(PoisonError::into_inner))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn a_text_is_tried_once_and_few_are_kept() {
        let text = |number: usize| format!("# Phần {number}\n");
        let first = tried(&text(0)).unwrap();
        assert!(Arc::ptr_eq(&first.engine, &tried(&text(0)).unwrap().engine));
        (1..=KEPT).for_each(|number| drop(tried(&text(number)).unwrap()));
        assert_eq!(kept(|kept| kept.len()), KEPT);
        assert!(!Arc::ptr_eq(&first.engine, &tried(&text(0)).unwrap().engine));
    }

    #[test]
    fn a_broken_text_is_refused_every_time() {
        let broken = "{% if %}";
        assert_eq!(tried(broken).unwrap_err(), Template::parse(broken).unwrap_err());
        assert_eq!(tried(broken).unwrap_err(), Template::parse(broken).unwrap_err());
    }
}
