//! `socai audit prove|check`: proofs that are kept apart from the ledger.

use std::{
    fs,
    io::{Read as _, Write as _},
    path::Path,
    process::ExitCode,
};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use socai_audit::{
    NotProven, OlderCheckpoint, ProveError, check_consistency, check_record, continued_text, is_consistency,
    not_proven_text, policy_for, prove_consistency, prove_record, proven_text,
};
use socai_tlog::{EventName, TreeSize};

use crate::{
    answer,
    cmd::audit::language,
    lang::Lang,
    ledger,
    mistake::{self, Mistake},
    out,
};

/// The most bytes of a proof that is read; the formats' own limits are below.
const MAX_PROOF_LEN: usize = 4 << 20;
/// The most bytes of a file that is read: a saved answer whose every byte is escaped.
const MAX_FILE_LEN: u64 = 6 * answer::MOST_SAVED as u64 + (1 << 20);
/// The most bytes of a checkpoint that is read.
const MAX_CHECKPOINT_LEN: u64 = 1 << 20;

/// Prints a record's proof file.
pub fn record(ledger: &Path, record: &str, with_facts: bool, lang: Lang) -> Result<ExitCode> {
    let name: EventName = record.parse()?;
    print(prove_record(&ledger::dir(ledger, None)?, name, with_facts), lang)
}

/// Prints the proof that the newest checkpoint continues an older one, named by its size or kept in a file.
pub fn consistency(ledger: &Path, older: &str, lang: Lang) -> Result<ExitCode> {
    let ledger = &ledger::dir(ledger, None)?;
    let proof = match older.parse::<TreeSize>() {
        Ok(size) => prove_consistency(ledger, OlderCheckpoint::Size(size)),
        Err(_) => {
            let note = read(Path::new(older), MAX_CHECKPOINT_LEN).context(Mistake::new(
                "--consistency: số mục như 1041, hoặc tệp của một mốc cũ",
                "--consistency: a tree size such as 1041, or the file of an older checkpoint",
            ))?;
            prove_consistency(ledger, OlderCheckpoint::Note(&note))
        }
    };
    print(proof, lang)
}

fn print(proof: Result<String, ProveError>, lang: Lang) -> Result<ExitCode> {
    match proof {
        Ok(proof) => {
            let mut out = out::stdout();
            out.write_all(proof.as_bytes())?;
            out.flush()?;
            Ok(ExitCode::SUCCESS)
        }
        // an answer, not a failure to answer
        Err(error @ (ProveError::Forked { .. } | ProveError::Broken(_))) => {
            tracing::error!("{}", mistake::words(&error.into(), lang));
            Ok(ExitCode::FAILURE)
        }
        Err(error) => Err(error.into()),
    }
}

/// Checks a proof, or an answer that was saved, and prints what it shows.
pub fn check(
    file: &Path,
    ledger: Option<&Path>,
    policy: Option<&Path>,
    old: Option<&Path>,
    as_json: bool,
    lang: Lang,
) -> Result<ExitCode> {
    let proof = read(file, MAX_FILE_LEN)?;
    if answer::is_answer(&proof) {
        let Some(ledger) = ledger else {
            let vi = "câu trả lời đã lưu: hãy nêu sổ cái để hỏi lại";
            return Err(of_file(file, vi, "a saved answer: name the ledger to ask again"));
        };
        let (is_equal, text, value) = answer::check(&proof, ledger, policy, lang)?;
        out::line(&if as_json { serde_json::to_string_pretty(&value)? } else { text })?;
        return Ok(if is_equal { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    if let Some(ledger) = ledger {
        let ledger = ledger.display();
        return Err(of_file(
            file,
            &format!("không phải câu trả lời đã lưu; chứng minh được kiểm mà không cần sổ cái {ledger}"),
            &format!("no saved answer; a proof is checked without its ledger {ledger}"),
        ));
    }
    let proof = &proof[..proof.len().min(MAX_PROOF_LEN)];
    let trust = policy.map(|policy| policy_for(proof, policy)).transpose()?;
    let language = language(lang);
    let (text, value) = if is_consistency(proof) {
        let Some(old) = old else {
            let vi = "chứng minh nhất quán: nêu mốc cũ mà bạn đã giữ bằng --old TỆP";
            let en = "a consistency proof: name the older checkpoint that you kept with --old FILE";
            return Err(of_file(file, vi, en));
        };
        let Some(trust) = &trust else {
            let vi = "chứng minh nhất quán không nêu khóa nào: ghim khóa bằng --policy TỆP";
            let en = "a consistency proof names no key: pin one with --policy FILE";
            return Err(of_file(file, vi, en));
        };
        let checked = check_consistency(proof, &read(old, MAX_CHECKPOINT_LEN)?, trust);
        shown(checked, |continued| continued_text(continued, language))?
    } else {
        if old.is_some() {
            let vi = "không phải chứng minh nhất quán; chỉ loại đó mới dùng --old";
            return Err(of_file(file, vi, "no consistency proof; --old belongs to one"));
        }
        shown(check_record(proof, trust.as_ref()), |proven| proven_text(proven, language))?
    };
    let proven = value["proven"] == true;
    let text = text.unwrap_or_else(|not| not_proven_text(&not, language));
    out::line(
        if as_json { serde_json::to_string_pretty(&value)? } else { text.trim_end().to_owned() }.as_str(),
    )?;
    Ok(if proven { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn of_file(file: &Path, vi: &str, en: &str) -> anyhow::Error {
    Mistake::new(vi, en).of(&file.display().to_string()).into()
}

/// The answer in words and as JSON.
fn shown<T: serde::Serialize>(
    checked: Result<T, NotProven>,
    text: impl FnOnce(&T) -> String,
) -> Result<(Result<String, NotProven>, Value)> {
    Ok(match checked {
        Ok(shown) => {
            let mut value = json!({"proven": true});
            if let (Value::Object(all), Value::Object(more)) = (&mut value, serde_json::to_value(&shown)?) {
                all.extend(more);
            }
            (Ok(text(&shown)), value)
        }
        Err(not) => {
            let value = json!({"proven": false, "code": not.code, "what": not.what});
            (Err(not), value)
        }
    })
}

/// A file's bytes, or standard input's for `-`; one that is too large is cut and then refused by its reader.
fn read(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        std::io::stdin().take(limit).read_to_end(&mut bytes).context("standard input")?;
    } else {
        let file = fs::File::open(path).with_context(|| path.display().to_string())?;
        file.take(limit).read_to_end(&mut bytes).with_context(|| path.display().to_string())?;
    }
    Ok(bytes)
}
