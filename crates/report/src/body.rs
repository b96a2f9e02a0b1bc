//! The body of a report as blocks, so that every output format lays out the same text.

/// A piece of the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// `# …`: a part (Phần thứ nhất).
    Part(String),
    /// `## …`: a section (I.).
    Section(String),
    /// Running text; `lead` is the run-in heading (`### …`) of a numbered paragraph (1.).
    Paragraph {
        /// Heading at the start of the paragraph.
        lead: Option<String>,
        /// The text; U+00A0 where a line must not break.
        text: String,
    },
    /// `- …`: an item.
    Item(String),
}

/// Stands before a text that came from a fact, so that it cannot pass for a heading; taken out here.
pub(crate) const FACT: char = '\u{E004}';

/// Reads rendered template text. A line that starts with `# `, `## `, `### `, `- ` or `¶` begins its block; any other line
/// runs on. Blank lines mean nothing, because a sentence that was left out leaves one.
///
/// Headings under which nothing was printed are left out.
pub(crate) fn blocks(rendered: &str) -> Vec<Block> {
    let mut out: Vec<Block> = Vec::new();
    for line in rendered.split('\n').map(squeezed).filter(|line| !line.is_empty()) {
        match (begin(&line), out.last_mut()) {
            (Some(block), _) => out.push(block),
            (None, Some(Block::Paragraph { text, .. } | Block::Item(text))) => run_on(text, &said(&line)),
            (None, _) => out.push(Block::Paragraph { lead: None, text: said(&line) }),
        }
    }
    without_empty_headings(out)
}

fn begin(line: &str) -> Option<Block> {
    if let Some(lead) = line.strip_prefix("### ") {
        return Some(Block::Paragraph { lead: Some(said(lead)), text: String::new() });
    }
    if let Some(title) = line.strip_prefix("## ") {
        return Some(Block::Section(said(title)));
    }
    if let Some(title) = line.strip_prefix("# ") {
        return Some(Block::Part(said(title)));
    }
    if let Some(text) = line.strip_prefix('¶') {
        return Some(Block::Paragraph { lead: None, text: said(text.trim_start()) });
    }
    line.strip_prefix("- ").map(|item| Block::Item(said(item)))
}

fn said(text: &str) -> String {
    text.replace(FACT, "")
}

fn run_on(text: &mut String, line: &str) {
    if !text.is_empty() {
        text.push(' ');
    }
    text.push_str(line);
}

/// Keeps a paragraph that says something, a section with a paragraph, a part with a section or paragraph.
fn without_empty_headings(blocks: Vec<Block>) -> Vec<Block> {
    let mut kept: Vec<Block> = Vec::new();
    let (mut in_part, mut in_section) = (false, false);
    for block in blocks.into_iter().rev() {
        let keep = match &block {
            Block::Paragraph { text, .. } => !text.is_empty(),
            Block::Item(_) => true,
            Block::Section(_) => std::mem::take(&mut in_section),
            Block::Part(_) => {
                in_section = false;
                std::mem::take(&mut in_part)
            }
        };
        if keep {
            in_part |= !matches!(block, Block::Part(_));
            in_section |= matches!(block, Block::Paragraph { .. } | Block::Item(_));
            kept.push(block);
        }
    }
    kept.reverse();
    kept
}

/// A line without runs of plain spaces; no-break spaces stay.
fn squeezed(line: &str) -> String {
    line.split([' ', '\t', '\r']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
