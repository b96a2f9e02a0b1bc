//! Answers that can be asked again: what was asked, at which cut-off, and what came out, in one file.
//!
//! JSON, so that it is read without us:
//!
//! ```text
//! {"socai_answer": 1, "tool": "0.1.0", "ledger": ORIGIN, "lang": "vi", "question": {"series": {…}},
//!  "as_of": {"size": 1494, "root": HEX}, "checkpoint": NOTE, "digest": HEX, "encoding": "utf-8", "result": "…"}
//! ```
//!
//! `question` names the command and its arguments, files aside; `as_of` is the cut-off, `checkpoint` the newest signed note at that time,
//! of that size or a later one. `digest` is the BLAKE3 of the result's bytes; of a `base64` result those that it stands for.

mod check;

use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};
use socai_log::Reader;
use socai_tlog::{Digest, TreeSize};

pub use check::{check, is_answer};

use crate::{
    cli::{DiffArgs, SaveArgs, SeriesArgs},
    cmd::{
        case::{self, OfCase},
        diff,
        query::{self, OfQuery},
        report::{self, OfReport},
        series,
    },
    file,
    lang::Lang,
};

/// The most bytes of a result that are saved.
pub const MOST_SAVED: usize = 64 << 20;
/// The version of the file.
const VERSION: u32 = 1;

/// What was asked. Nothing in it names a file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Question {
    /// `socai report`.
    Report(OfReport),
    /// `socai series`.
    Series(SeriesArgs),
    /// `socai diff` between two cut-offs of one ledger.
    Diff(DiffArgs),
    /// `socai query`.
    Query(OfQuery),
    /// `socai case`.
    Case(OfCase),
}

impl Question {
    /// The answer at a cut-off, as the command prints it.
    ///
    /// # Errors
    /// Those of the command.
    fn answer(&self, reader: &Reader, size: TreeSize, lang: Lang) -> Result<Vec<u8>> {
        Ok(match self {
            Question::Report(asked) => report::answer(reader, size, asked, lang)?,
            Question::Series(asked) => series::answer(reader, size, asked, lang)?.into_bytes(),
            Question::Diff(asked) => diff::answer(reader, size, asked, lang)?.into_bytes(),
            Question::Query(asked) => query::answer(reader, size, asked, lang)?,
            Question::Case(asked) => case::answer(reader, size, asked, lang)?.into_bytes(),
        })
    }

    /// The command.
    fn name(&self) -> &'static str {
        match self {
            Question::Report(_) => "report",
            Question::Series(_) => "series",
            Question::Diff(_) => "diff",
            Question::Query(_) => "query",
            Question::Case(_) => "case",
        }
    }
}

/// The file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved {
    socai_answer: u32,
    tool: String,
    ledger: String,
    lang: Lang,
    question: Question,
    as_of: AsOf,
    checkpoint: String,
    digest: String,
    encoding: Encoding,
    result: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AsOf {
    size: u64,
    root: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Encoding {
    #[serde(rename = "utf-8")]
    Utf8,
    #[serde(rename = "base64")]
    Base64,
}

impl SaveArgs {
    /// Saves an answer if that was asked for. Before it is printed: a reader of standard output that goes away, as `head` does, ends the program.
    ///
    /// # Errors
    /// The answer is too large, or the file cannot be written.
    pub fn keep(
        &self,
        reader: &Reader,
        size: TreeSize,
        question: Question,
        result: &[u8],
        lang: Lang,
    ) -> Result<()> {
        let Some(path) = &self.file else { return Ok(()) };
        write(path, reader, size, question, result, lang)
            .with_context(|| format!("--save {}", path.display()))
    }
}

fn write(
    path: &Path,
    reader: &Reader,
    size: TreeSize,
    question: Question,
    result: &[u8],
    lang: Lang,
) -> Result<()> {
    ensure!(
        result.len() <= MOST_SAVED,
        "the answer has {} bytes, at most {MOST_SAVED} are saved",
        result.len()
    );
    let checkpoint = String::from_utf8(reader.committed()?.checkpoint).context("the newest checkpoint")?;
    let digest = Digest::of(result).to_string();
    let (encoding, result) = match std::str::from_utf8(result) {
        Ok(text) => (Encoding::Utf8, text.to_owned()),
        Err(_) => (Encoding::Base64, BASE64_STANDARD.encode(result)),
    };
    let saved = Saved {
        socai_answer: VERSION,
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        ledger: checkpoint.lines().next().unwrap_or_default().to_owned(),
        lang,
        question,
        as_of: AsOf { size: size.0, root: reader.root_at(size)?.to_string() },
        checkpoint,
        digest,
        encoding,
        result,
    };
    let mut text = serde_json::to_string_pretty(&saved)?;
    text.push('\n');
    Ok(file::put(path, text.as_bytes())?)
}

impl Saved {
    fn read(bytes: &[u8]) -> Result<Saved> {
        #[derive(Deserialize)]
        struct Version {
            socai_answer: u32,
        }
        let Version { socai_answer } = serde_json::from_slice(bytes).context("no saved answer")?;
        if socai_answer != VERSION {
            bail!("a saved answer of version {socai_answer}; this socai knows version {VERSION}");
        }
        serde_json::from_slice(bytes).context("a saved answer that this socai cannot read")
    }

    /// The bytes of the result, if its text stands for any.
    fn bytes(&self) -> Option<Vec<u8>> {
        match self.encoding {
            Encoding::Utf8 => Some(self.result.clone().into_bytes()),
            Encoding::Base64 => BASE64_STANDARD.decode(&self.result).ok(),
        }
    }
}
