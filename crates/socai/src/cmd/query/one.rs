//! Whether a text is one question: a single statement that only reads.
//!
//! The engine would run several statements and print their answers one behind the other: two arrays of JSON, which no program reads. That nothing is
//! written, attached or loaded it sees to itself; here it is said before the tables are made. Strings, quoted names and comments are passed
//! over, statements end with `;`.

use std::{iter::Peekable, str::CharIndices};

/// Statements that read, by their first word.
const READING: [&str; 10] =
    ["select", "with", "from", "values", "table", "describe", "desc", "show", "summarize", "pivot"];

/// Why a text is no question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// Nothing but spaces, comments and semicolons.
    Empty,
    /// So many statements.
    Several(usize),
    /// It begins with this, which no statement that reads does.
    NoRead(String),
    /// A string, name or comment that does not end.
    Open,
}

/// Takes one statement that reads.
///
/// # Errors
/// It is none, or more than one.
pub fn one(sql: &str) -> Result<(), Wrong> {
    let statements = statements(sql)?;
    let [statement] = statements.as_slice() else {
        return Err(if statements.is_empty() { Wrong::Empty } else { Wrong::Several(statements.len()) });
    };
    let mut words = statement.iter().map(String::as_str).filter(|word| *word != "(");
    let mut first = words.next().unwrap_or_default();
    let mut second = words.next();
    if first == "unpivot" {
        return Ok(());
    }
    if first == "explain" {
        // what is explained with `analyze` is run
        let rest: Vec<&str> = statement.iter().skip(1).map(String::as_str).collect();
        let options = |word: &str| matches!(word, "(" | ")" | "," | "analyze" | "format") || is_format(word);
        let found = rest.iter().copied().find(|word| !options(word));
        (first, second) = (found.unwrap_or("explain"), None);
    }
    match READING.contains(&first) {
        true => Ok(()),
        false => {
            Err(Wrong::NoRead([Some(first), second].into_iter().flatten().collect::<Vec<_>>().join(" ")))
        }
    }
}

/// Forms in which a plan is explained.
fn is_format(word: &str) -> bool {
    matches!(word, "json" | "text" | "html" | "graphviz" | "yaml" | "mermaid" | "default")
}

/// The words and signs of each statement, as far as they matter.
fn statements(sql: &str) -> Result<Vec<Vec<String>>, Wrong> {
    let mut statements = vec![Vec::new()];
    let mut chars = sql.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        let statement = statements.last_mut().ok_or(Wrong::Empty)?;
        match c {
            ';' => statements.push(Vec::new()),
            '-' if next == Some('-') => while chars.next_if(|(_, c)| *c != '\n').is_some() {},
            '/' if next == Some('*') => comment(&mut chars)?,
            '\'' | '"' => {
                let is_escaped = c == '\'' && sql[..at].ends_with(['e', 'E']) && is_alone(&sql[..at]);
                quoted(&mut chars, c, is_escaped)?;
                statement.push(c.to_string());
            }
            '$' if dollar(&sql[at..]).is_some() => {
                let tag = dollar(&sql[at..]).unwrap_or_default();
                let end = sql[at + tag.len()..].find(tag).ok_or(Wrong::Open)? + at + 2 * tag.len();
                while chars.next_if(|(at, _)| *at < end).is_some() {}
                statement.push("$".to_owned());
            }
            c if c.is_alphanumeric() || c == '_' => {
                let mut word: String = c.to_lowercase().collect();
                while let Some((_, c)) = chars.next_if(|(_, c)| c.is_alphanumeric() || matches!(c, '_' | '$'))
                {
                    word.extend(c.to_lowercase());
                }
                statement.push(word);
            }
            c if c.is_whitespace() => {}
            c => statement.push(c.to_string()),
        }
    }
    statements.retain(|statement| !statement.is_empty());
    Ok(statements)
}

/// Whether the letter before a string stands for itself and ends no name.
fn is_alone(before: &str) -> bool {
    let mut letters = before.chars().rev().skip(1);
    !letters.next().is_some_and(|c| c.is_alphanumeric() || c == '_')
}

/// The rest of a string or a quoted name; its mark twice is one in it.
fn quoted(chars: &mut Peekable<CharIndices<'_>>, mark: char, is_escaped: bool) -> Result<(), Wrong> {
    while let Some((_, c)) = chars.next() {
        if is_escaped && c == '\\' {
            chars.next();
        } else if c == mark && chars.next_if(|(_, next)| *next == mark).is_none() {
            return Ok(());
        }
    }
    Err(Wrong::Open)
}

/// The rest of a comment, and of those inside it.
fn comment(chars: &mut Peekable<CharIndices<'_>>) -> Result<(), Wrong> {
    chars.next();
    let mut depth = 1;
    while let Some((_, c)) = chars.next() {
        if c == '*' && chars.next_if(|(_, next)| *next == '/').is_some() {
            depth -= 1;
            if depth == 0 {
                return Ok(());
            }
        } else if c == '/' && chars.next_if(|(_, next)| *next == '*').is_some() {
            depth += 1;
        }
    }
    Err(Wrong::Open)
}

/// `$$` or `$tag$` at the head of a text.
fn dollar(text: &str) -> Option<&str> {
    let end = text[1..].find('$')? + 1;
    let tag = &text[1..end];
    let is_name = tag.chars().all(|c| c.is_alphanumeric() || c == '_')
        && !tag.starts_with(|c: char| c.is_ascii_digit());
    is_name.then(|| &text[..=end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_statement_that_reads_is_a_question() {
        for sql in [
            "select 1",
            " SELECT ';' , \"a;b\", $$;$$, $x$ ; $$ ; $x$, E'\\';' -- ; copy\n ;; /* ; /* ; */ ; */ ",
            "with a as (select 1) from a",
            "(select 1) union (select 2)",
            "from entries",
            "values (1), (2)",
            "describe entries",
            "summarize entries",
            "pivot entries on kind",
            "unpivot entries on leaf into name n value v",
            "explain select 1",
            "explain analyze select 1",
            "EXPLAIN (ANALYZE, FORMAT json) select 1",
            "select $1, 'it''s'",
            "select 'name\\'",
        ] {
            assert_eq!(one(sql), Ok(()), "{sql}");
        }
    }

    #[test]
    fn several_statements_and_those_that_write_are_none() {
        for (sql, wrong) in [
            ("select 1; select 2", Wrong::Several(2)),
            ("select 1; copy entries to 'x'; ", Wrong::Several(2)),
            ("select 'name\\'; select 2", Wrong::Several(2)),
            ("select 1 -- one\n; select 2", Wrong::Several(2)),
            ("", Wrong::Empty),
            (" ; -- nothing\n;", Wrong::Empty),
            ("copy (select 1) to 'x'", Wrong::NoRead("copy select".to_owned())),
            ("explain analyze copy (select 1) to 'x'", Wrong::NoRead("copy".to_owned())),
            ("explain (format json) attach 'x'", Wrong::NoRead("attach".to_owned())),
            ("ATTACH 'x.db'", Wrong::NoRead("attach '".to_owned())),
            ("load httpfs", Wrong::NoRead("load httpfs".to_owned())),
            ("install 'x'", Wrong::NoRead("install '".to_owned())),
            ("/* a */ create table t as select 1", Wrong::NoRead("create table".to_owned())),
            ("set threads=1", Wrong::NoRead("set threads".to_owned())),
            (".shell ls", Wrong::NoRead(". shell".to_owned())),
            ("select 'a", Wrong::Open),
            ("select /* a", Wrong::Open),
            ("select $a$ b $$", Wrong::Open),
        ] {
            assert_eq!(one(sql), Err(wrong), "{sql}");
        }
    }
}
