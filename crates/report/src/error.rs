//! What can go wrong, by remedy: a template is mended by its author, unreadable figures by whoever computed them.

/// A template that cannot be used. Lines count from 1 in the text that was given.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TemplateError {
    /// The text is not a template: bad syntax, an unknown function, filter or attribute.
    #[error("template line {line}: {reason}; mend that line and adopt the template again")]
    Broken {
        /// Where.
        line: usize,
        /// What the engine says.
        reason: String,
    },
    /// A figure without data, or a zero, would leave a hole in a sentence.
    #[error(
        "template line {line}: figure {indicator} stands outside `{{% filter cau %}}` or `{{% filter ve %}}`; \
         without data it would leave a hole in the text: put the sentence between `{{% filter cau %}}` and `{{% endfilter %}}`"
    )]
    Hole {
        /// The first line that names the figure.
        line: usize,
        /// The figure's indicator code.
        indicator: String,
    },
    /// Printing it does not come to an end that anybody would wait for.
    #[error(
        "template line {line}: printing it takes more than {most} steps; go through no list inside another and double no text, then adopt \
         the template again"
    )]
    Endless {
        /// Where the steps ran out.
        line: usize,
        /// Steps that one rendering may take.
        most: u64,
    },
    /// What it prints is no report that anybody could read.
    #[error(
        "the template prints {got} bytes, at most {most}; shorten what it repeats and adopt the template again"
    )]
    TooLong {
        /// Bytes printed.
        got: usize,
        /// Most bytes.
        most: usize,
    },
    /// The text holds a character that the engine uses for itself.
    #[error("template line {line}: holds the private character U+{code:04X}; remove it")]
    Reserved {
        /// Where.
        line: usize,
        /// The character's code point.
        code: u32,
    },
}

/// A report that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The template cannot be used with these figures.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// A figure could not be written as JSON.
    #[error("figures could not be written as JSON: {0}; report this")]
    Json(#[from] serde_json::Error),
    /// The workbook could not be made.
    #[error("the workbook could not be made: {0}; report this")]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
    /// The document could not be packed.
    #[error("the document could not be packed: {0}; report this")]
    Docx(#[from] zip::result::ZipError),
}
