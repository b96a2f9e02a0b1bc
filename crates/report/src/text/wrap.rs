//! Lines of at most so many columns.

/// Where a line must not break.
const NO_BREAK_SPACE: char = '\u{A0}';

/// Columns a text takes: one a character, none for a combining mark (text is NFC, so there are hardly any).
pub(super) fn columns(text: &str) -> usize {
    text.chars().filter(|c| !('\u{300}'..='\u{36F}').contains(c)).count()
}

/// `text` broken at plain spaces into lines of at most `width` columns; a longer word is cut.
///
/// The first line begins with `first` spaces, the others with `rest`. No-break spaces come out as spaces.
pub(super) fn fill(text: &str, width: usize, first: usize, rest: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = " ".repeat(first);
    let mut is_empty = true;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        for piece in pieces(word, width.saturating_sub(first.max(rest)).max(1)) {
            let needed = columns(&piece) + usize::from(!is_empty);
            if !is_empty && columns(&line) + needed > width {
                lines.push(std::mem::replace(&mut line, " ".repeat(rest)));
                is_empty = true;
            }
            if !is_empty {
                line.push(' ');
            }
            line.push_str(&piece);
            is_empty = false;
        }
    }
    if !is_empty {
        lines.push(line);
    }
    lines
}

/// A word in pieces of at most `width` columns, no-break spaces turned into spaces.
fn pieces(word: &str, width: usize) -> Vec<String> {
    let word = word.replace(NO_BREAK_SPACE, " ");
    if columns(&word) <= width {
        return vec![word];
    }
    let chars: Vec<char> = word.chars().collect();
    chars.chunks(width).map(|chunk| chunk.iter().collect()).collect()
}

/// `text` in the middle of `width` columns, without trailing spaces.
pub(super) fn centered(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(columns(text)) / 2))
}

/// `text` followed by spaces up to `width` columns.
pub(super) fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text))))
}
