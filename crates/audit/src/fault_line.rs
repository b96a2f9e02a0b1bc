//! One thing that does not verify, and the verdict over all of them.

use serde::Serialize;
use socai_follow::Fault;

use crate::{said::Said, words::words};

/// The verdict on a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Everything verified.
    Verified,
    /// Something does not verify.
    DoesNotVerify,
    /// Nothing is known to be wrong, but not everything could be read.
    Unreadable,
}

impl Outcome {
    pub(crate) fn of(faults: &[FaultLine]) -> Self {
        match faults {
            [] => Outcome::Verified,
            faults if faults.iter().all(|fault| fault.unreadable) => Outcome::Unreadable,
            _ => Outcome::DoesNotVerify,
        }
    }
}

/// One thing that does not verify.
#[derive(Clone, Debug, Serialize)]
pub struct FaultLine {
    /// What kind of fault: `damaged`, `annex`, `derived`, `leftover`, `stray`, `signature`, `uncovered`, `unregistered`, `genesis`,
    /// `evidence`, `checkpoint`, `foreign`, `tail`, `ahead`, `rewritten`, `rolled_back`, `forked`, `quorum`, `destroyed`, `unerased`,
    /// `models`, `report`, `replay`, `chain`, `order`, `unreadable` or `other`.
    pub code: &'static str,
    /// The file.
    pub file: Option<String>,
    /// Where in it, in bytes: for a record or checkpoint the start of its frame.
    pub offset: Option<u64>,
    /// The record, `unit/number`.
    pub record: Option<String>,
    /// What is wrong, in English.
    pub what: String,
    /// The same in Vietnamese.
    #[serde(skip)]
    pub what_vi: String,
    /// What to do, in English.
    pub remedy: String,
    /// The same in Vietnamese.
    #[serde(skip)]
    pub remedy_vi: String,
    /// Whether the next start of the district, or `socai rebuild`, repairs it without loss.
    pub repaired_by_start: bool,
    /// Whether the file could not be read at all: no statement about its content.
    pub unreadable: bool,
}

impl FaultLine {
    /// A fault of the log in the words of the report.
    #[must_use]
    pub fn of(fault: &Fault) -> Self {
        let (code, what, remedy) = words(fault);
        FaultLine {
            file: fault.path().map(|path| path.display().to_string()),
            offset: fault.offset(),
            record: fault.name().map(|name| name.to_string()),
            repaired_by_start: fault.is_repaired_by_start(),
            unreadable: fault.is_unreadable(),
            ..FaultLine::new(code, what, remedy.said())
        }
    }

    pub(crate) fn new(code: &'static str, what: Said, remedy: Said) -> Self {
        FaultLine {
            code,
            file: None,
            offset: None,
            record: None,
            what: what.en,
            what_vi: what.vi,
            remedy: remedy.en,
            remedy_vi: remedy.vi,
            repaired_by_start: false,
            unreadable: false,
        }
    }
}
