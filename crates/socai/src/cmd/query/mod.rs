//! `socai query LEDGER "SQL"`: an analyst's own question over the exported tables, at any cut-off.
//!
//! The tables are those of `socai export --format parquet`, kept in the user's cache by ledger, tree size and root, so a second question at a
//! cut-off exports nothing. The engine is a program of its own; why is in the README.

mod cache;
mod engine;
mod views;

use std::{
    io::{IsTerminal as _, Read as _, Write},
    process::ExitCode,
};

use anyhow::{Context as _, Result, bail};
use socai_log::Reader;
use socai_tlog::TreeSize;

use crate::{
    cli::{QueryArgs, QueryFormat},
    cmd::export::manifest::Bound,
    cut,
    lang::Lang,
    ledger, out,
};
use engine::Engine;

/// The longest question.
const MOST_SQL: u64 = 1 << 20;

/// Prints the answer; on a terminal also the cut-off it is an answer at.
pub fn run(args: &QueryArgs, lang: Lang) -> Result<ExitCode> {
    if let Some(table) = &args.list {
        out::line(views::list(table.as_deref(), lang)?.trim_end())?;
        return Ok(ExitCode::SUCCESS);
    }
    let reader = ledger::reader(&args.ledger)?;
    let size = cut::resolve(args.as_of.as_deref(), &reader).context("--as-of")?;
    let sql = sql(args.sql.as_deref().unwrap_or_default())?;
    let mut out = out::stdout();
    ask(&reader, size, &sql, args.format, args.within, &mut out, lang)?;
    out.flush()?;
    if std::io::stderr().is_terminal() {
        eprintln!(
            "{} {size}, {} {}",
            lang.pick("cỡ cây", "tree size"),
            lang.pick("gốc", "root"),
            reader.root_at(size)?
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// Answers a question at a cut-off.
///
/// # Errors
/// The log cannot be read, there is no engine, or the question is wrong: then in the engine's own words.
pub fn ask(
    reader: &Reader,
    size: TreeSize,
    sql: &str,
    format: QueryFormat,
    within: std::time::Duration,
    out: &mut dyn Write,
    lang: Lang,
) -> Result<()> {
    let place = cache::place();
    // before the tables are made, which takes longer
    let engine = Engine::find(&place)?;
    let dir = cache::tables(&place, reader, &Bound::of(reader, size)?, lang)?;
    let statements = views::statements(&dir, sql);
    let answered = engine.ask((&statements, &dir), sql, format, within, out);
    answered.map_err(|error| match unknown_table(&format!("{error:#}")) {
        // the engine would suggest one of its own
        Some(name) => anyhow::Error::msg(views::unknown(&name, lang)),
        None => error.context(lang.pick("câu hỏi", "the question")),
    })
}

/// The table that the engine says does not exist.
fn unknown_table(said: &str) -> Option<String> {
    let rest = said.split_once("Table with name ")?.1;
    Some(rest.split_once(" does not exist")?.0.trim_matches('"').to_owned())
}

/// The question itself: commands of the engine's own shell begin with a dot and are none.
fn sql(text: &str) -> Result<String> {
    let mut sql = text.to_owned();
    if text == "-" {
        sql.clear();
        std::io::stdin().take(MOST_SQL).read_to_string(&mut sql).context("standard input")?;
    }
    let sql = sql.trim();
    if sql.is_empty() {
        bail!("the question is empty: SQL such as \"select kind, count(*) from entries group by kind\"");
    }
    if sql.starts_with('.') {
        bail!("{sql:?}: a command of the engine's shell is no question; ask in SQL, or see --list");
    }
    Ok(sql.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_sql_and_nothing_else() {
        assert_eq!(sql(" select 1 ").unwrap(), "select 1");
        assert!(sql("  ").unwrap_err().to_string().contains("empty"));
        assert!(sql(".shell ls").unwrap_err().to_string().contains("no question"));
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
        assert!(views::list(Some("penalty.decided"), Lang::En).unwrap().contains("data.total"));
        assert!(views::list(None, Lang::Vi).unwrap().contains("penalty_decided"));
        let error = views::list(Some("entrys"), Lang::En).unwrap_err().to_string();
        assert!(error.contains("did you mean entries?"), "{error}");
    }
}
