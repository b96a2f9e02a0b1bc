//! The body: numbered parts, sections and paragraphs.

use super::WIDTH;
use super::wrap::{centered, fill};
use crate::body::Block;

/// First line of a paragraph, as the decree indents it.
const INDENT: usize = 4;
const PARTS: [&str; 5] = ["thứ nhất", "thứ hai", "thứ ba", "thứ tư", "thứ năm"];
const SECTIONS: [&str; 10] = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"];

/// Numbers of the headings printed so far.
#[derive(Default)]
struct Numbers {
    parts: usize,
    sections: usize,
    leads: usize,
}

/// The body's lines, a blank one before each block except items.
pub(super) fn body(blocks: &[Block]) -> Vec<String> {
    let mut numbers = Numbers::default();
    let mut lines = Vec::new();
    for block in blocks {
        if !matches!(block, Block::Item(_)) {
            lines.push(String::new());
        }
        lines.extend(numbers.print(block));
    }
    lines
}

impl Numbers {
    fn print(&mut self, block: &Block) -> Vec<String> {
        match block {
            Block::Part(title) => {
                let number = numbered(&PARTS, self.parts);
                *self = Numbers { parts: self.parts + 1, ..Numbers::default() };
                let heading = fill(&format!("Phần {number}. {title}"), WIDTH, 0, 0);
                heading.iter().map(|line| centered(line, WIDTH)).collect()
            }
            Block::Section(title) => {
                let number = numbered(&SECTIONS, self.sections);
                *self = Numbers { parts: self.parts, sections: self.sections + 1, leads: 0 };
                fill(&format!("{number}. {}", title.to_uppercase()), WIDTH, 0, INDENT)
            }
            Block::Paragraph { lead: Some(lead), text } => {
                self.leads += 1;
                fill(&format!("{}. {lead}. {text}", self.leads), WIDTH, INDENT, 0)
            }
            Block::Paragraph { lead: None, text } => fill(text, WIDTH, INDENT, 0),
            Block::Item(text) => fill(&format!("- {text}"), WIDTH, INDENT, INDENT + 2),
        }
    }
}

fn numbered(names: &[&str], index: usize) -> String {
    names.get(index).map_or_else(|| (index + 1).to_string(), |name| (*name).to_owned())
}
