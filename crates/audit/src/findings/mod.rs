//! What an inspector should look at: the fold's findings read from a log, and printed.
//!
//! The log is read twice: folded to the cut-off, then passed by the checks, with single facts looked up by name at the end; a ledger with
//! more than a million facts in cases is passed again for the rest of them. Nothing is verified here; the page says so and states the
//! root that `audit verify` confirms.

mod csv;
mod html;
mod json;
mod read;
mod text;

use serde::Serialize;
use socai_domain::tables::TableError;
use socai_fold::FoldError;
use socai_follow::ReplayError;
use socai_log::LogError;

pub use csv::{csv, guarded};
pub use html::html;
pub use json::json;
pub use read::{Question, find};
pub use text::text;

/// Why nothing could be looked for.
#[derive(Debug, thiserror::Error)]
pub enum FindingsError {
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The log cannot be folded.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// A fact cannot be looked up.
    #[error(transparent)]
    Fold(#[from] FoldError),
    /// The auditor's own table is wrong.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The ledger has none.
    #[error(
        "no table `findings` had been adopted at this cut-off: adopt one (rules.adopted), or bring one along with --rules FILE, such as \
         deploy/thanh-xuan/rules/findings.toml"
    )]
    NoTable,
    /// Nothing has this id.
    #[error("there is no rule `{got}` in the table{}: {known}", meant(near))]
    UnknownRule {
        /// What was asked for.
        got: String,
        /// What was probably meant.
        near: Option<String>,
        /// What there is.
        known: String,
    },
    /// No unit has this id or number.
    #[error(
        "there is no unit `{got}` in this ledger{}: give its number or id, see `socai units`",
        meant(near)
    )]
    UnknownUnit {
        /// What was asked for.
        got: String,
        /// What was probably meant.
        near: Option<String>,
    },
}

fn meant(near: &Option<String>) -> String {
    near.as_ref().map_or_else(String::new, |near| format!(" ({near}?)"))
}

/// Everything found. Field names of the JSON form are stable.
#[derive(Clone, Debug, Serialize)]
pub struct Findings {
    /// The day that was asked about.
    pub on: String,
    /// Entries that were known.
    pub size: u64,
    /// Root over them, 64 hex digits; none of an empty log.
    pub root: Option<String>,
    /// How many cosigned checkpoints were compared with the times of records. They are verified under the policy that lies with the ledger.
    pub sightings: u64,
    /// By which table.
    pub table: TableUsed,
    /// Its rules that judged something or could have, in its order.
    pub rules: Vec<RuleLine>,
    /// What is found, by rule in that order, then unit, day and first fact.
    pub findings: Vec<Line>,
}

/// Where the rules come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "from")]
pub enum TableUsed {
    /// Adopted by the ledger.
    Adopted {
        /// Its version.
        version: u32,
        /// First day it applies to.
        effective_from: String,
        /// The record that brought it in, by its place.
        leaf: u64,
        /// What it rests on.
        legal_source: String,
    },
    /// The auditor's own.
    File {
        /// As named.
        path: String,
        /// BLAKE3 of its text, 64 hex digits.
        digest: String,
    },
}

/// A rule, and how much it found.
#[derive(Clone, Debug, Serialize)]
pub struct RuleLine {
    /// Its id.
    pub id: String,
    /// Vietnamese label.
    pub label: String,
    /// English label.
    pub label_en: String,
    /// `high`, `medium` or `low`.
    pub severity: &'static str,
    /// Law or decision.
    pub source: String,
    /// How many findings.
    pub found: u64,
    /// Money of all of them, đồng; none when none states money.
    pub amount: Option<i64>,
}

/// A finding.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// Id of the rule.
    pub rule: String,
    /// `high`, `medium` or `low`.
    pub severity: &'static str,
    /// Id of the unit it is about.
    pub unit: String,
    /// Day of the fact that decides, or the asked day.
    pub on: String,
    /// The case.
    pub case: Option<String>,
    /// What is found, in Vietnamese.
    pub message_vi: String,
    /// In English.
    pub message_en: String,
    /// Money it is about, đồng.
    pub amount: Option<i64>,
    /// Interest on it up to the asked day, đồng.
    pub interest: Option<i64>,
    /// Days past a term; working days where the term is in working days.
    pub days: Option<i64>,
    /// Article by which it was judged.
    pub source: String,
    /// How many facts it is about.
    pub events_in_all: u64,
    /// The facts; of gathered ones the worst.
    pub events: Vec<EventLine>,
}

/// A tree that witnesses saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SeenLine {
    /// When, in Viet Nam; of several cosignatures the time that is best for who is accused.
    pub at: String,
    /// Size of the checkpoint.
    pub size: u64,
    /// Who cosigned it, names apart by `, `.
    pub by: String,
}

/// A fact of a finding.
#[derive(Clone, Debug, Serialize)]
pub struct EventLine {
    /// `unit/seq`.
    pub event: String,
    /// Leaf index; none when the log has no such record.
    pub leaf: Option<u64>,
    /// Id of its publisher.
    pub unit: String,
    /// Kind by name.
    pub kind: &'static str,
    /// Day of the fact, as it counts.
    pub on: Option<String>,
    /// Number of its document, voucher or minutes.
    pub document: Option<String>,
    /// The last tree without it that witnesses are known to have seen: before that it was not in the log.
    pub unseen: Option<SeenLine>,
    /// The first tree with it that they saw: by then it was.
    pub seen: Option<SeenLine>,
}
