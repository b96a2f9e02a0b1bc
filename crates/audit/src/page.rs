//! A page of text: lines of at most 80 columns, broken between words.

/// Columns of a line.
const WIDTH: usize = 80;

/// Lines of at most [`WIDTH`] columns.
#[derive(Default)]
pub(crate) struct Page {
    pub(crate) text: String,
    /// The lines as they were said, for papers that break them otherwise.
    pub(crate) said: Vec<String>,
}

impl Page {
    /// Adds a line, broken between words; a word that is longer than a line is cut.
    pub(crate) fn line(&mut self, indent: usize, text: &str) {
        self.said.push(text.to_owned());
        let room = WIDTH - indent;
        let mut line = String::new();
        let words = text.split(' ').enumerate();
        for word in words.flat_map(|(place, word)| pieces(word, if place == 0 { room } else { room - 2 })) {
            let is_full = columns(&line) + 1 + columns(&word) > room;
            if !line.is_empty() && is_full {
                self.end(indent, &std::mem::take(&mut line));
                line.push_str("  ");
            } else if !line.trim().is_empty() {
                line.push(' ');
            }
            line.push_str(&word);
        }
        self.end(indent, &line);
    }

    /// Adds a line as it is, however long: for what programs read out of it.
    pub(crate) fn verbatim(&mut self, indent: usize, text: &str) {
        self.end(indent, text);
    }

    fn end(&mut self, indent: usize, line: &str) {
        if !line.is_empty() {
            self.text.extend(std::iter::repeat_n(' ', indent));
        }
        self.text.push_str(line);
        self.text.push('\n');
    }
}

/// A paragraph, broken between words.
pub(crate) fn wrapped(indent: usize, text: &str) -> String {
    let mut page = Page::default();
    page.line(indent, text);
    page.text
}

/// Columns of a text: Vietnamese here is composed, one character a column.
fn columns(text: &str) -> usize {
    text.chars().count()
}

fn pieces(word: &str, width: usize) -> Vec<String> {
    if columns(word) <= width {
        return vec![word.to_owned()];
    }
    let chars: Vec<char> = word.chars().collect();
    chars.chunks(width).map(|piece| piece.iter().collect()).collect()
}
