//! `socai case LEDGER ID`: the whole story of a case, from its facts.

use std::{collections::BTreeMap, fmt::Write as _, path::Path, process::ExitCode};

use anyhow::Result;
use prost::Message as _;
use socai_fold::{CaseFact, CaseStanding, Fold, case_prefix};
use socai_log::Reader;
use socai_proto::v1;
use socai_tlog::TreeSize;

use crate::{lang::Lang, ledger, out};

/// Entries folded before rows are looked through.
const BATCH: u64 = 8_192;

/// Prints one line a fact, in the order that decides the case's state.
pub fn run(ledger: &Path, id: &str, lang: Lang) -> Result<ExitCode> {
    let reader = ledger::reader(ledger)?;
    let rows = rows(&reader, id)?;
    if rows.is_empty() {
        let (vi, en) = ("không có sự kiện nào của vụ việc", "no fact belongs to case");
        out::line(&format!("{} {id}", lang.pick(vi, en)))?;
        return Ok(ExitCode::FAILURE);
    }
    let mut text = String::new();
    for (key, value) in &rows {
        let fact = CaseFact::read(key, value)?;
        let stored = reader.record(fact.leaf)?;
        let event = v1::Event::decode(stored.record.facts().as_ref()).unwrap_or_default();
        let label =
            socai_proto::kind(fact.kind).map_or(fact.kind, |kind| lang.pick(kind.label.vi, kind.label.en));
        let _ = writeln!(
            text,
            "{}  {:<9} #{:<7} {label}{}{}",
            fact.occurred_on,
            fact.name.to_string(),
            fact.leaf.to_string(),
            document(&event),
            standing(fact.standing, lang),
        );
        let _ = writeln!(text, "            {}", fact.summary);
    }
    out::line(text.trim_end())?;
    Ok(ExitCode::SUCCESS)
}

/// The case's rows, by key.
fn rows(reader: &Reader, id: &str) -> Result<BTreeMap<Vec<u8>, Vec<u8>>> {
    let (prefix, size) = (case_prefix(id), reader.committed()?.size);
    let mut fold = Fold::new();
    fold.capture(true);
    let mut rows = BTreeMap::new();
    while fold.size() < size {
        let next = TreeSize(size.0.min(fold.size().0 + BATCH));
        socai_follow::replay(reader, &mut fold, next, |_, _| ())?;
        for change in fold.drain().into_iter().filter(|change| change.key.starts_with(&prefix)) {
            match change.new {
                Some(value) => rows.insert(change.key, value),
                None => rows.remove(&change.key),
            };
        }
    }
    Ok(rows)
}

/// The document behind a fact: ` · 125/QĐ-XPHC (2023)`.
fn document(event: &v1::Event) -> String {
    event
        .doc
        .as_ref()
        .map_or_else(String::new, |doc| format!(" · {}/{} ({})", doc.number, doc.series, doc.year))
}

fn standing(standing: CaseStanding, lang: Lang) -> &'static str {
    match standing {
        CaseStanding::Recorded => "",
        CaseStanding::Corrected => lang.pick("  [đã đính chính]", "  [corrected]"),
        CaseStanding::Voided => lang.pick("  [đã hủy]", "  [voided]"),
    }
}
