//! Words of a user in our sentences.

/// Text between quotation marks, as somebody typed it: what no terminal shows is written as its number, and letters stay letters, also those that are
/// written as a letter and its marks.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\'' | '\u{300}'..='\u{36f}' => out.push(c),
            c => out.extend(c.escape_debug()),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_with_marks_are_quoted_as_they_are_and_what_a_terminal_obeys_is_not() {
        assert_eq!(quoted("Hà Đình"), "\"Hà Đình\"");
        assert_eq!(quoted("Ha\u{300} \u{110}i\u{300}nh"), "\"Ha\u{300} \u{110}i\u{300}nh\"");
        assert_eq!(quoted("a\"b\\c\n\u{1b}[2J\u{202e}"), r#""a\"b\\c\n\u{1b}[2J\u{202e}""#);
        assert_eq!(quoted("it's"), "\"it's\"");
    }
}
