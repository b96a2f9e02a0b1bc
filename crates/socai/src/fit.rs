//! Text that fits a terminal.

/// Breaks lines of more than `columns` between words; what follows the first part of one is indented by `hang`. Spaces that set columns stay.
pub fn fit(text: &str, columns: usize, hang: usize) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        fit_line(&mut out, line, columns, hang.min(columns / 2));
        out.push_str(end);
    }
    out
}

fn fit_line(out: &mut String, line: &str, columns: usize, hang: usize) {
    let (mut rest, mut before) = (line, 0);
    while before + width(rest) > columns {
        // what is longer than a line is broken by nobody
        let Some(at) = break_of(rest, columns - before) else { break };
        out.push_str(rest[..at].trim_end());
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', hang));
        (rest, before) = (rest[at..].trim_start(), hang);
    }
    out.push_str(rest);
}

/// The last space that leaves at most so many columns before it, else the first one behind them; none in what is one word.
fn break_of(text: &str, room: usize) -> Option<usize> {
    let words = text.len() - text.trim_start().len();
    let spaces = || text.char_indices().enumerate().filter(|(_, (at, c))| *c == ' ' && *at > words);
    let within = spaces().take_while(|(column, _)| *column <= room).last();
    within.or_else(|| spaces().next()).map(|(_, (at, _))| at).filter(|at| !text[*at..].trim().is_empty())
}

/// Columns of a text: a letter and the marks that are set on it take one.
fn width(text: &str) -> usize {
    text.chars().filter(|c| !is_mark(*c)).count()
}

/// Marks that are written behind the letter they belong to.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_broken_between_words_and_columns_stay_where_they_are() {
        let line = "  15 hn.tx.b.qlda      Ban Quản lý dự án";
        assert_eq!(fit(line, 40, 5), line, "it fits");
        assert_eq!(fit(line, 30, 5), "  15 hn.tx.b.qlda      Ban\n     Quản lý dự án");
        assert_eq!(fit("a b\n\nc d\n", 1, 0), "a\nb\n\nc\nd\n");
        assert_eq!(fit("one-word-that-is-long and more", 10, 2), "one-word-that-is-long\n  and more");
        assert_eq!(fit("    one-word-that-is-long", 10, 2), "    one-word-that-is-long");
        assert_eq!(fit("ma\u{323}t tra\u{323}ng", 8, 0), "ma\u{323}t\ntra\u{323}ng");
        assert_eq!(fit("ma\u{323}t tra\u{323}ng", 9, 0), "ma\u{323}t tra\u{323}ng");
        for columns in 1..60 {
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            assert_eq!(words(&fit(line, columns, 7)), words(line), "{columns}");
        }
    }
}
