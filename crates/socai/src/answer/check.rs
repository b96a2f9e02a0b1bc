//! Asking a saved answer again: of the ledger's log alone, at the saved cut-off, whatever came after it.

use std::{path::Path, thread, time::Instant};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use socai_audit::{FaultLine, Language, Place, fault_text};
use socai_follow::{Fault, Trust};
use socai_log::Reader;
use socai_tlog::{Hash, TreeSize};

use super::Saved;
use crate::{lang::Lang, ledger, state};

/// Whether a file says that it is a saved answer.
pub fn is_answer(file: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Named {
        #[serde(rename = "socai_answer")]
        _version: serde::de::IgnoredAny,
    }
    serde_json::from_slice::<Named>(file).is_ok()
}

/// Why an answer is not what the ledger says.
struct Not {
    code: &'static str,
    vi: String,
    en: String,
}

impl Not {
    fn new(code: &'static str, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Not { code, vi: vi.into(), en: en.into() }
    }

    /// What does not verify of the log, as `audit verify` says it.
    fn fault(log: &Path, fault: &FaultLine) -> Self {
        let said = |language| fault_text(log, fault, language).replace('\n', "\n  ");
        Not::new(fault.code, said(Language::Vi), said(Language::En))
    }
}

/// What was gone over before an answer was called equal.
struct Hashed {
    /// Records from the first one on, entries.
    size: TreeSize,
    threads: usize,
    seconds: f64,
}

/// Checks a saved answer against a ledger: whether it holds, in words and as JSON.
///
/// # Errors
/// The file, the policy or the log cannot be read, or the question cannot be asked at all.
pub fn check(file: &[u8], ledger: &Path, policy: Option<&Path>, lang: Lang) -> Result<(bool, String, Value)> {
    let saved = Saved::read(file)?;
    let place = Place::find(&ledger::dir(ledger, policy)?)?;
    let trust = match policy {
        Some(policy) => Trust::pinned(policy, Some(&saved.ledger))?,
        None => Trust::found_with(&place.policy(), Some(&saved.ledger))?,
    };
    state::from_the_log_alone();
    let reader = Reader::open(place.log())?;
    let checked = again(&saved, &reader, &trust)?;
    let (size, digest) = (saved.as_of.size, &saved.digest);
    let name = saved.question.name();
    let pinned = match (trust.is_pinned(), lang) {
        (true, Lang::Vi) => format!("theo khóa trong {}", trust.source().display()),
        (true, Lang::En) => format!("under the key in {}", trust.source().display()),
        (false, Lang::Vi) => "CHỈ theo khóa nằm cùng sổ cái; ghim khóa bằng --policy TỆP".to_owned(),
        (false, Lang::En) => {
            "ONLY under the key found with the ledger; pin one with --policy FILE".to_owned()
        }
    };
    let mut value = json!({
        "equal": checked.is_ok(), "question": name, "ledger": saved.ledger, "size": size, "root": saved.as_of.root,
        "digest": digest, "pinned": trust.is_pinned(), "tool": saved.tool,
    });
    Ok(match checked {
        Ok(hashed) => {
            let (records, seconds) = (hashed.size, format!("{:.2}", hashed.seconds));
            value["verified"] =
                json!({"size": records.0, "threads": hashed.threads, "seconds": hashed.seconds});
            let text = match lang {
                Lang::Vi => format!(
                    "KHỚP: {name} ở {size} mục của {}\n  {pinned}\n  đã băm lại {records} bản ghi, đúng tiêu đề và gốc cây, trong {} giây\n  \
                     mã kết quả {digest}",
                    saved.ledger,
                    seconds.replace('.', ",")
                ),
                Lang::En => format!(
                    "EQUAL: {name} at {size} entries of {}\n  {pinned}\n  {records} records hashed again to their headers and the root, in \
                     {seconds} s\n  digest {digest}",
                    saved.ledger
                ),
            };
            (true, text, value)
        }
        Err(not) => {
            (value["code"], value["what"]) = (json!(not.code), json!(not.en));
            let text = match lang {
                Lang::Vi => format!("KHÁC: {name} ở {size} mục của {}\n  {}", saved.ledger, not.vi),
                Lang::En => format!("DIFFERS: {name} at {size} entries of {}\n  {}", saved.ledger, not.en),
            };
            (false, text, value)
        }
    })
}

/// The saved answer itself first, then whose it is, then what the log says to the same question.
fn again(saved: &Saved, reader: &Reader, trust: &Trust) -> Result<Result<Hashed, Not>> {
    let Some(result) = saved.bytes().filter(|bytes| blake3::hash(bytes).to_hex().as_str() == saved.digest)
    else {
        let vi = "tệp đã bị sửa: mã không phải của kết quả trong tệp";
        return Ok(Err(Not::new(
            "altered",
            vi,
            "the file was altered: its digest is not that of its result",
        )));
    };
    let hashed = match bound(saved, reader, trust)? {
        Ok(hashed) => hashed,
        Err(not) => return Ok(Err(not)),
    };
    let size = TreeSize(saved.as_of.size);
    let answer = saved.question.answer(reader, size, saved.lang).context("the question is asked again")?;
    if answer == result {
        return Ok(Ok(hashed));
    }
    let (now, then) = (String::from_utf8_lossy(&answer), String::from_utf8_lossy(&result));
    let line = now.lines().zip(then.lines()).take_while(|(now, then)| now == then).count() + 1;
    let tool = env!("CARGO_PKG_VERSION");
    let other = if saved.tool == tool { String::new() } else { format!(" (socai {}, {tool})", saved.tool) };
    Ok(Err(Not::new(
        "differs",
        format!("sổ cái trả lời khác, từ dòng {line}{other}"),
        format!("the ledger answers otherwise, from line {line} on{other}"),
    )))
}

/// Whether the cut-off is of this ledger, under a checkpoint that its operator signed: the roots are those of the records themselves, whose facts are
/// held against their headers, so that what is folded next is what was signed.
fn bound(saved: &Saved, reader: &Reader, trust: &Trust) -> Result<Result<Hashed, Not>> {
    if trust.origin().as_str() != saved.ledger {
        let (ours, theirs) = (trust.origin(), &saved.ledger);
        return Ok(Err(Not::new(
            "ledger",
            format!("câu trả lời là của sổ cái {theirs}, khóa là của {ours}"),
            format!("it is an answer of {theirs}, the key is that of {ours}"),
        )));
    }
    let opened = match trust.policy().open(saved.checkpoint.as_bytes()) {
        Ok(opened) => opened,
        Err(error) => {
            let vi = format!("mốc đã ký trong tệp không đúng: {error}");
            return Ok(Err(Not::new("checkpoint", vi, format!("its checkpoint does not verify: {error}"))));
        }
    };
    let end = reader.committed()?.size;
    let (signed, size) = (opened.checkpoint.size(), TreeSize(saved.as_of.size));
    if size > signed {
        let vi = format!("mốc đã ký ở {signed} mục không tới {size}");
        return Ok(Err(Not::new(
            "checkpoint",
            vi,
            format!("its checkpoint of size {signed} does not reach {size}"),
        )));
    }
    if signed > end {
        let vi = format!("sổ cái có {end} mục, mốc đã ký nói {signed}: bản sao cũ, hoặc bị cắt");
        let en = format!("the ledger has {end} entries, {signed} were signed: an old copy, or cut");
        return Ok(Err(Not::new("behind", vi, en)));
    }
    let (started, threads) = (Instant::now(), thread::available_parallelism().map_or(1, usize::from));
    let roots = match socai_follow::roots(reader, &[size, signed], threads) {
        Ok(roots) => roots,
        Err(error) => {
            let fault = Fault::from(error.clone());
            // what cannot be read is no statement about the answer
            return match fault.is_unreadable() {
                true => Err(error.into()),
                false => Ok(Err(Not::fault(reader.dir(), &FaultLine::of(&fault)))),
            };
        }
    };
    let is_of_log = |size: TreeSize, root: &str| {
        size.0 == 0 || root.parse::<Hash>().is_ok_and(|root| roots.get(&size) == Some(&root))
    };
    let root = opened.checkpoint.root().to_string();
    if !is_of_log(signed, &root) || !is_of_log(size, &saved.as_of.root) {
        let vi = "gốc cây không phải của sổ cái này: sổ khác, hoặc lịch sử đã bị viết lại";
        let en = "its root is not this ledger's: another ledger, or history was rewritten";
        return Ok(Err(Not::new("root", vi, en)));
    }
    Ok(Ok(Hashed { size: signed, threads, seconds: started.elapsed().as_secs_f64() }))
}
