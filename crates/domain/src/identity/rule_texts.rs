//! Texts of a rule table: what stands in quotation marks or comments. Numbers outside them are amounts, codes and days.

/// A TOML text with the digits outside strings and comments blanked out, byte for byte; none when it is no TOML.
pub(super) fn without_numbers(text: &str) -> Option<String> {
    text.parse::<toml::Table>().ok()?;
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(c) = rest.chars().next() {
        let kept = length_of_text(rest);
        match kept {
            0 => out.push(if c.is_ascii_digit() { ' ' } else { c }),
            _ => out.push_str(&rest[..kept]),
        }
        rest = &rest[kept.max(c.len_utf8())..];
    }
    Some(out)
}

/// Bytes of the string or comment that a text begins with; 0 when it begins with neither.
fn length_of_text(text: &str) -> usize {
    if text.starts_with('#') {
        return text.find('\n').unwrap_or(text.len());
    }
    let marks = [("\"\"\"", true), ("'''", false), ("\"", true), ("'", false)];
    let begun = marks.into_iter().find_map(|(mark, escapes)| Some((text.strip_prefix(mark)?, mark, escapes)));
    begun.map_or(0, |(inside, mark, escapes)| mark.len() + length_to_end(inside, mark, escapes))
}

/// Bytes up to the end of a string, its mark included.
fn length_to_end(inside: &str, mark: &str, escapes: bool) -> usize {
    let mut at = 0;
    while at < inside.len() && !inside[at..].starts_with(mark) {
        let step = if escapes && inside[at..].starts_with('\\') { 2 } else { 1 };
        at += inside[at..].chars().take(step).map(char::len_utf8).sum::<usize>();
    }
    (at + mark.len()).min(inside.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stay_in_strings_and_comments_only() {
        let text = "a = 123 # 456\nb = \"7\\\"8\"\nc = '9\\'\nd = [12, \"34\"]\ne = \"\"\"5\n\"6\"\"\"\nf = '''7'''\ng = \"\"\nh = 8\n";
        let read = without_numbers(text).unwrap();
        let expected = "a =     # 456\nb = \"7\\\"8\"\nc = '9\\'\nd = [  , \"34\"]\ne = \"\"\"5\n\"6\"\"\"\nf = '''7'''\ng = \"\"\nh =  \n";
        assert_eq!(read, expected);
        assert_eq!(without_numbers("# Thu {{ 123456789 }}\nvà 123456789"), None);
    }
}
