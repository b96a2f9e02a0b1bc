//! What became of a record, and what the fold cannot go on from.

use serde::{Deserialize, Serialize};
use socai_domain::{Breach, Malformed};
use socai_proto::FieldError;
use socai_tlog::{EventName, LeafIndex, UnitNo, UnitSeq};

use crate::{
    filter::BadRule,
    recorded::FactsUnavailable,
    rows::{self, BadRow},
};

/// What became of a record. Whatever it is, the record stays in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It counts.
    Counts,
    /// It breaks a rule; nothing but the rejections changed.
    Rejected(Rejection),
}

/// A well-signed record that does not count, with every rule it breaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// The record.
    pub unit: UnitNumber,
    /// Its place in the unit's chain.
    pub seq: u64,
    /// What is wrong, at least one.
    pub reasons: Vec<Reason>,
}

/// A unit number as rows store it.
pub type UnitNumber = u32;

/// One broken rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Path of the field in the JSON form, empty for the facts as a whole.
    pub field: String,
    /// Short stable code: `malformed`, `unknown_unit`.
    pub code: String,
    /// In Vietnamese.
    pub message_vi: String,
    /// In English.
    pub message_en: String,
}

/// Reasons kept of one record; a hostile record may break thousands of rules.
const MAX_REASONS: usize = 16;

impl Rejection {
    pub(crate) fn new(name: EventName, reasons: impl IntoIterator<Item = Reason>) -> Self {
        Rejection {
            unit: name.unit.0,
            seq: name.seq.0,
            reasons: reasons.into_iter().take(MAX_REASONS).collect(),
        }
    }

    /// Reads a row of the rejections.
    pub fn read(key: &[u8], value: &[u8]) -> Result<Self, BadRow> {
        rows::decode(key, value)
    }

    /// The record that was rejected.
    pub fn name(&self) -> EventName {
        EventName::new(self.unit, self.seq)
    }
}

impl From<Breach> for Reason {
    fn from(breach: Breach) -> Self {
        Reason {
            field: breach.field,
            code: breach.code.to_owned(),
            message_vi: breach.message_vi,
            message_en: breach.message_en,
        }
    }
}

impl From<FieldError> for Reason {
    fn from(error: FieldError) -> Self {
        Reason {
            field: error.path,
            code: error.code.as_str().to_owned(),
            message_vi: error.message_vi,
            message_en: error.message_en,
        }
    }
}

impl From<Malformed> for Reason {
    fn from(malformed: Malformed) -> Self {
        let message_vi = format!("Dữ liệu không đọc được: {malformed}");
        Reason {
            field: String::new(),
            code: "malformed".to_owned(),
            message_vi,
            message_en: malformed.to_string(),
        }
    }
}

impl From<BadRule> for Reason {
    fn from(bad: BadRule) -> Self {
        let message_vi = format!("Bộ quy tắc không dùng được: {bad}");
        Reason {
            field: "data.content".to_owned(),
            code: "bad_rule".to_owned(),
            message_vi,
            message_en: bad.to_string(),
        }
    }
}

/// The fold cannot take this record. It has not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FoldError {
    /// Records were left out or given twice (misuse).
    #[error("leaf {got} was given to a fold of size {expected}: give it every leaf once, in order")]
    OutOfOrder {
        /// The leaf given.
        got: LeafIndex,
        /// The leaf it is at.
        expected: LeafIndex,
    },
    /// A unit's chain has a gap or a repetition, which no sound log has (tampered).
    #[error("leaf {leaf}: unit {unit} has record {got} where {expected} is next: verify the log")]
    BrokenChain {
        /// Where.
        leaf: LeafIndex,
        /// Whose chain.
        unit: UnitNo,
        /// The record found.
        got: UnitSeq,
        /// The record expected.
        expected: UnitSeq,
    },
    /// An earlier record could not be read (retry).
    #[error(transparent)]
    Facts(#[from] FactsUnavailable),
}
