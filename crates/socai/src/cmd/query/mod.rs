//! `socai query LEDGER "SQL"`: an analyst's own question over the exported tables, at any cut-off.
//!
//! The tables are those of `socai export --format parquet`, kept in the user's cache by ledger, tree size and root, so a second question at a
//! cut-off exports nothing. The engine is a program of its own; why is in the README.

mod cache;
mod engine;
mod one;
mod strict;
mod views;

use std::{
    io::{IsTerminal as _, Read as _, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};
use socai_log::Reader;
use socai_tlog::TreeSize;

use crate::{
    answer::{MOST_SAVED, Question},
    cli::{QueryArgs, QueryFormat},
    cmd::export::manifest::Bound,
    cut, file,
    lang::Lang,
    ledger, out,
    quoted::quoted,
};
use engine::{Asking, Engine};
use one::Wrong;
use strict::Twice;

/// The longest question.
const MOST_SQL: u64 = 1 << 20;

/// Prints the answer; on a terminal also the cut-off it is an answer at.
pub fn run(args: &QueryArgs, lang: Lang) -> Result<ExitCode> {
    if let Some(table) = &args.list {
        out::line(views::list(table.as_deref(), lang)?.trim_end())?;
        return Ok(ExitCode::SUCCESS);
    }
    file::refuse(&[("--save", args.save.file.as_deref())], lang)?;
    let reader = ledger::reader(&args.ledger)?;
    let size = cut::resolve(args.as_of.as_deref(), &reader).context("--as-of")?;
    let sql = sql(args.sql.as_deref().unwrap_or_default(), lang)?;
    let place = cache::place();
    // before the tables are made, which takes longer
    let engine = Engine::find(&place)?;
    let tables = Tables::of(&place, &reader, size, &sql, lang)?;
    let asking = Asking { format: args.format, within: args.within, is_repeatable: args.save.file.is_some() };
    if args.save.file.is_none() {
        let mut out = out::stdout();
        tables.ask(&engine, &sql, &asking, &mut out, lang)?;
        out.flush()?;
    } else {
        let answer = tables.answer(&engine, &sql, &asking, lang)?;
        // what depends on the hour, on chance or on an order that nobody asked for gives another answer the second time
        if tables.answer(&engine, &sql, &asking, lang)? != answer {
            let vi =
                "hỏi hai lần ra hai kết quả (thứ tự, giờ, ngẫu nhiên): thêm order by, bỏ now() và random()";
            let en = "asked twice it gives two answers (order, time, chance): add an order by, leave out now() and random()";
            bail!("--save: {}", lang.pick(vi, en));
        }
        let asked = OfQuery { sql, format: args.format, engine: engine.version().to_owned() };
        args.save.keep(&reader, size, Question::Query(asked), &answer, lang)?;
        out::bytes(&answer)?;
    }
    if std::io::stderr().is_terminal() {
        let root = reader.root_at(size)?;
        let (size_word, root_word) = (lang.pick("cỡ cây", "tree size"), lang.pick("gốc", "root"));
        out::aside(&format!("{size_word} {size}, {root_word} {root}"));
    }
    Ok(ExitCode::SUCCESS)
}

/// What is asked in SQL.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfQuery {
    sql: String,
    format: QueryFormat,
    /// The engine that answered, as it says itself.
    engine: String,
}

/// How long a saved question may take when it is asked again.
const AGAIN_WITHIN: Duration = Duration::from_secs(3_600);

/// The answer to a saved question, from tables that are made anew for it.
///
/// # Errors
/// The log cannot be read, there is no engine, or it does not answer.
pub fn answer(reader: &Reader, size: TreeSize, asked: &OfQuery, lang: Lang) -> Result<Vec<u8>> {
    let sql = sql(&asked.sql, lang)?;
    let engine = Engine::find(&cache::place())?;
    if engine.version() != asked.engine {
        tracing::warn!(
            now = engine.version(),
            then = asked.engine,
            "another engine than the one that answered"
        );
    }
    let scratch = tempfile::tempdir().context("a temporary directory")?;
    let tables = Tables::of(scratch.path(), reader, size, &sql, lang)?;
    let asking = Asking { format: asked.format, within: AGAIN_WITHIN, is_repeatable: true };
    tables.answer(&engine, &sql, &asking, lang)
}

/// The tables of a cut-off, and the statements that make views of those that a question names.
struct Tables {
    dir: PathBuf,
    statements: String,
}

impl Tables {
    fn of(place: &Path, reader: &Reader, size: TreeSize, sql: &str, lang: Lang) -> Result<Self> {
        let dir = cache::tables(place, reader, &Bound::of(reader, size)?, &views::needed(sql), lang)?;
        Ok(Tables { statements: views::statements(&dir, sql), dir })
    }

    /// Asks; what is wrong with the question is said in the engine's own words.
    fn ask(
        &self,
        engine: &Engine,
        sql: &str,
        asking: &Asking,
        out: &mut dyn Write,
        lang: Lang,
    ) -> Result<()> {
        let answered = engine.ask((&self.statements, &self.dir), sql, asking, out);
        answered.map_err(|error| {
            if let Some(Twice(name)) = Twice::of(&error) {
                return anyhow::Error::msg(twice(name, lang));
            }
            match unknown_table(&format!("{error:#}")) {
                // the engine would suggest one of its own
                Some(name) => anyhow::Error::msg(views::unknown(&name, lang)),
                None => error.context(lang.pick("câu hỏi", "the question")),
            }
        })
    }

    fn answer(&self, engine: &Engine, sql: &str, asking: &Asking, lang: Lang) -> Result<Vec<u8>> {
        let mut answer = Limited { bytes: Vec::new(), most: MOST_SAVED };
        self.ask(engine, sql, asking, &mut answer, lang)?;
        Ok(answer.bytes)
    }
}

/// Memory that fills up to a limit.
struct Limited {
    bytes: Vec<u8>,
    most: usize,
}

impl Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.most {
            return Err(std::io::Error::other("the answer is larger than can be saved; ask for less"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// That two columns have one name, which an object of JSON cannot hold.
fn twice(name: &str, lang: Lang) -> String {
    let name = quoted(name);
    match lang {
        Lang::Vi => format!(
            "hai cột cùng tên {name}, JSON không ghi được: đặt tên khác bằng as, hoặc dùng --format csv"
        ),
        Lang::En => format!(
            "two columns are called {name}, which JSON cannot hold: name one with as, or use --format csv"
        ),
    }
}

/// The table that the engine says does not exist.
fn unknown_table(said: &str) -> Option<String> {
    let rest = said.split_once("Table with name ")?.1;
    Some(rest.split_once(" does not exist")?.0.trim_matches('"').to_owned())
}

/// The question itself: one statement that reads.
fn sql(text: &str, lang: Lang) -> Result<String> {
    let mut sql = text.to_owned();
    if text == "-" {
        sql.clear();
        std::io::stdin().take(MOST_SQL).read_to_string(&mut sql).context("standard input")?;
    }
    let sql = sql.trim();
    match one::one(sql) {
        Ok(()) => Ok(sql.to_owned()),
        Err(wrong) => bail!("{}", no_question(&wrong, lang)),
    }
}

fn no_question(wrong: &Wrong, lang: Lang) -> String {
    match (wrong, lang) {
        (Wrong::Empty, Lang::Vi) => {
            "câu hỏi trống: viết SQL như \"select kind, count(*) from entries group by kind\"".to_owned()
        }
        (Wrong::Empty, Lang::En) => {
            "the question is empty: SQL such as \"select kind, count(*) from entries group by kind\""
                .to_owned()
        }
        (Wrong::Several(number), Lang::Vi) => {
            format!("{number} câu lệnh SQL: mỗi lần hỏi một câu; không câu nào được chạy")
        }
        (Wrong::Several(number), Lang::En) => {
            format!("{number} statements in SQL: ask one at a time; none of them was run")
        }
        (Wrong::NoRead(words), Lang::Vi) => {
            format!(
                "{words:?} không phải câu hỏi: chỉ đọc, bằng select, with, from, describe, summarize…; xem --list"
            )
        }
        (Wrong::NoRead(words), Lang::En) => {
            format!(
                "{words:?} is no question: questions only read, with select, with, from, describe, summarize…; see --list"
            )
        }
        (Wrong::Open, Lang::Vi) => "một chuỗi, tên trong dấu nháy hoặc chú thích chưa đóng".to_owned(),
        (Wrong::Open, Lang::En) => "a string, a quoted name or a comment does not end".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_sql_and_nothing_else() {
        let sql = |text: &str| sql(text, Lang::En);
        assert_eq!(sql(" select 1 ").unwrap(), "select 1");
        assert!(sql("  ").unwrap_err().to_string().contains("empty"));
        assert!(sql(".shell ls").unwrap_err().to_string().contains("no question"));
        assert!(sql("select 1; select 2").unwrap_err().to_string().contains("none of them was run"));
    }

    #[test]
    fn a_table_that_is_not_there_is_answered_with_the_nearest() {
        let said = "Catalog Error: Table with name penalty_decidd does not exist!\nDid you mean \"x\"?";
        let name = unknown_table(said).unwrap();
        assert_eq!(name, "penalty_decidd");
        assert!(views::unknown(&name, Lang::En).contains("did you mean penalty_decided?"));
        assert_eq!(unknown_table("Parser Error: syntax error"), None);
    }

    #[test]
    fn only_tables_that_a_question_names_are_made() {
        let made = views::statements(std::path::Path::new("/it's"), "SELECT * FROM Entries");
        assert!(
            made.starts_with("CREATE VIEW entries AS") && made.contains("'/it''s/entries/*/*.parquet'"),
            "{made}"
        );
        assert_eq!(made.matches("CREATE VIEW").count(), 1);
        let all = views::statements(std::path::Path::new("/"), "show tables");
        assert_eq!(
            all.matches("CREATE VIEW").count(),
            views::names().len(),
            "who asks which there are sees them"
        );
        assert!(views::list(Some("penalty.decided"), Lang::En).unwrap().contains("data.total"));
        assert!(views::list(None, Lang::Vi).unwrap().contains("penalty_decided"));
        let error = views::list(Some("entrys"), Lang::En).unwrap_err().to_string();
        assert!(error.contains("did you mean entries?"), "{error}");
    }
}
