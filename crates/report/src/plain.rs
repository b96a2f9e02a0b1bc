//! Text that any paper can show.

/// `text` without what no format may hold or that makes a page read other than it is: control characters become spaces; marks that turn
/// the direction of reading, and code points that are no characters, become U+FFFD. Tabs and line breaks are spaces too.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(shown).collect()
}

fn shown(c: char) -> char {
    match c {
        c if c.is_control() => ' ',
        '\u{2028}' | '\u{2029}' => ' ',
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => char::REPLACEMENT_CHARACTER,
        '\u{FDD0}'..='\u{FDEF}' => char::REPLACEMENT_CHARACTER,
        c if u32::from(c) & 0xFFFE == 0xFFFE => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}

/// `text` as content or attribute value of HTML and XML, without control characters and marks that turn the direction of reading: it can end
/// nothing of the page.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars().map(shown) {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_and_characters_that_lie_are_disarmed_and_vietnamese_stays() {
        assert_eq!(escaped("<a b='\"'>&amp;"), "&lt;a b=&#39;&quot;&#39;&gt;&amp;amp;");
        assert_eq!(plain("a\u{0}b\tc\u{202e}d\u{ffff}e\u{1fffe}"), "a b c\u{fffd}d\u{fffd}e\u{fffd}");
        assert_eq!(escaped("Phường Hạ Đình – 1.005 tỷ"), "Phường Hạ Đình – 1.005 tỷ");
    }
}
