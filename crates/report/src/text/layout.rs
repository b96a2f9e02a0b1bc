//! The body in lines.

use super::WIDTH;
use super::wrap::{centered, fill};
use crate::heading::Numbered;

/// First line of a paragraph, as the decree indents it.
const INDENT: usize = 4;

/// The body's lines, a blank one before each block except items.
pub(super) fn body(blocks: &[Numbered]) -> Vec<String> {
    let mut lines = Vec::new();
    for block in blocks {
        if !matches!(block, Numbered::Item(_)) {
            lines.push(String::new());
        }
        lines.extend(print(block));
    }
    lines
}

fn print(block: &Numbered) -> Vec<String> {
    match block {
        Numbered::Part(title) => fill(title, WIDTH, 0, 0).iter().map(|line| centered(line, WIDTH)).collect(),
        Numbered::Section(title) => fill(title, WIDTH, 0, INDENT),
        Numbered::Paragraph { lead: Some(lead), text } => fill(&format!("{lead} {text}"), WIDTH, INDENT, 0),
        Numbered::Paragraph { lead: None, text } => fill(text, WIDTH, INDENT, 0),
        Numbered::Item(text) => fill(text, WIDTH, INDENT, INDENT + 2),
    }
}
