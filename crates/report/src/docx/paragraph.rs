//! Paragraphs and runs of WordprocessingML.

use crate::plain::escaped;

/// How a paragraph is set. Lengths are in twentieths of a point.
#[derive(Clone, Copy, Default)]
pub(super) struct Set {
    /// `center`, `both`, `right`; empty for the left edge.
    pub align: &'static str,
    /// Indent of the first line.
    pub first_line: u32,
    /// Space before and after.
    pub space: (u32, u32),
    /// Stays on the page of the next paragraph.
    pub keep_next: bool,
    /// Begins a page.
    pub new_page: bool,
}

/// A piece of text in one type.
#[derive(Clone, Copy)]
pub(super) struct Run<'t> {
    pub text: &'t str,
    pub bold: bool,
    pub italic: bool,
    /// Half points.
    pub size: u32,
}

impl<'t> Run<'t> {
    pub(super) fn new(text: &'t str, size: u32) -> Run<'t> {
        Run { text, bold: false, italic: false, size }
    }

    pub(super) fn bold(text: &'t str, size: u32) -> Run<'t> {
        Run { bold: true, ..Run::new(text, size) }
    }

    pub(super) fn italic(text: &'t str, size: u32) -> Run<'t> {
        Run { italic: true, ..Run::new(text, size) }
    }

    fn write(&self) -> String {
        format!(
            "<w:r>{}<w:t xml:space=\"preserve\">{}</w:t></w:r>",
            properties(self.bold, self.italic, self.size),
            escaped(self.text)
        )
    }
}

/// Type of a run; elements in the order the schema wants.
pub(super) fn properties(bold: bool, italic: bool, size: u32) -> String {
    let (bold, italic) = (if bold { "<w:b/>" } else { "" }, if italic { "<w:i/>" } else { "" });
    format!("<w:rPr>{bold}{italic}<w:sz w:val=\"{size}\"/><w:szCs w:val=\"{size}\"/></w:rPr>")
}

/// A paragraph of runs.
pub(super) fn paragraph(set: Set, runs: &[Run<'_>]) -> String {
    // the mark at its end is as high as the text, or an empty cell would be higher than a full one
    let mark = runs.first().map_or_else(String::new, |run| properties(run.bold, run.italic, run.size));
    let runs: String = runs.iter().filter(|run| !run.text.is_empty()).map(Run::write).collect();
    format!("<w:p><w:pPr>{}{mark}</w:pPr>{runs}</w:p>", set.write())
}

/// A line under a heading: the border of an empty paragraph, indented from both sides.
pub(super) fn rule(indent: u32) -> String {
    format!(
        "<w:p><w:pPr><w:pBdr><w:top w:val=\"single\" w:sz=\"6\" w:space=\"1\" w:color=\"000000\"/></w:pBdr>\
         <w:spacing w:before=\"20\" w:after=\"0\" w:line=\"120\" w:lineRule=\"exact\"/>\
         <w:ind w:left=\"{indent}\" w:right=\"{indent}\"/></w:pPr></w:p>"
    )
}

impl Set {
    pub(super) fn centered() -> Set {
        Set { align: "center", ..Set::default() }
    }

    /// Elements in the order the schema wants.
    fn write(&self) -> String {
        let keep = if self.keep_next { "<w:keepNext/>" } else { "" };
        let page = if self.new_page { "<w:pageBreakBefore/>" } else { "" };
        let (before, after) = self.space;
        let indent = match self.first_line {
            0 => String::new(),
            indent => format!("<w:ind w:firstLine=\"{indent}\"/>"),
        };
        let align = match self.align {
            "" => String::new(),
            align => format!("<w:jc w:val=\"{align}\"/>"),
        };
        format!("{keep}{page}<w:spacing w:before=\"{before}\" w:after=\"{after}\"/>{indent}{align}")
    }
}
