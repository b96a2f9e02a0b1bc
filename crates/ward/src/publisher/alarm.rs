//! Contradictions between what the district signed and what it can prove. They stop publishing until somebody has looked.

use serde::{Deserialize, Serialize};
use socai_tlog::{SignedCheckpoint, UnitSeq};

use super::receipt::Held;

/// Which contradiction was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlarmKind {
    /// A receipt does not prove that the record lies in the tree of its checkpoint.
    NotIncluded,
    /// A newer checkpoint does not contain the tree of the one held.
    NotConsistent,
    /// Two checkpoints of one size with different roots.
    TwoRoots,
    /// The district's chain of this unit is another than the one it gave receipts for.
    OtherChain,
}

/// A contradiction with its evidence: both signed notes, kept as they were received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    /// Which contradiction.
    pub kind: AlarmKind,
    /// The record it was met at.
    pub seq: u64,
    /// The checkpoint this unit had verified before; empty if none.
    pub held: String,
    /// The checkpoint that contradicts it, or that the failing proof was for.
    pub given: String,
    /// What was compared, in words.
    pub detail: String,
}

impl Alarm {
    pub(crate) fn new(
        kind: AlarmKind,
        seq: UnitSeq,
        held: Held<'_>,
        given: Held<'_>,
        detail: String,
    ) -> Alarm {
        let text = |note: Held<'_>| note.map(SignedCheckpoint::to_string).unwrap_or_default();
        Alarm { kind, seq: seq.0, held: text(held), given: text(given), detail }
    }

    /// An alarm whose file does not tell what it was.
    pub(crate) fn unreadable(why: &str) -> Alarm {
        let detail = format!("alarm.json cannot be read: {why}");
        Alarm::new(AlarmKind::OtherChain, UnitSeq(0), None, None, detail)
    }
}

impl std::fmt::Display for Alarm {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let what = match self.kind {
            AlarmKind::NotIncluded => "a receipt does not prove that the record is in the log",
            AlarmKind::NotConsistent => "the district's newer checkpoint does not contain the older one",
            AlarmKind::TwoRoots => "the district signed two different logs of one size",
            AlarmKind::OtherChain => "the district's copy of our chain is not the one it gave receipts for",
        };
        write!(
            out,
            "record {}: {what} ({}). Nothing more is published; keep alarm.json and compare the checkpoints with other units",
            self.seq, self.detail
        )
    }
}
