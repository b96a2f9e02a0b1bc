//! What a proof shows, in a form that programs read.

use serde::Serialize;
use serde_json::Value;
use socai_tlog::{
    BadEvidence, BadProofFile, CheckpointError, Malformed, NoteError, PolicyError, ProofError, Unproven,
};

use crate::{report::Trusted, said::Said};

/// A record that is in the log and was signed by its unit. Field names of the JSON form are stable.
#[derive(Clone, Debug, Serialize)]
pub struct Proven {
    /// The ledger's name.
    pub ledger: String,
    /// Whom the check believed.
    pub trust: Trusted,
    /// Entries of the checkpoint that the proof leads to.
    pub size: u64,
    /// Root over them, 64 hex digits.
    pub root: String,
    /// Witnesses of the policy that cosigned the checkpoint.
    pub witnessed_by: Vec<Witnessed>,
    /// What was proven.
    pub record: ProvenRecord,
}

/// What a proof file shows of its record.
#[derive(Clone, Debug, Serialize)]
pub struct ProvenRecord {
    /// `unit/number`.
    pub name: String,
    /// Its place in the log.
    pub leaf: u64,
    /// When the operator took it, in Viet Nam.
    pub received_at: String,
    /// When the unit sealed it by its own clock, in Viet Nam.
    pub recorded_at: String,
    /// The unit's id, from its registration.
    pub unit: String,
    /// The key that signed it, 64 hex digits.
    pub sealing_key: String,
    /// The record whose signature covers it: its own, or one later in the segment.
    pub signed_with: String,
    /// The link of its header, 64 hex digits.
    pub link: String,
    /// The facts in their JSON form; none when the proof leaves them out or this release cannot read them.
    pub event: Option<Value>,
}

/// A witness's word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Witnessed {
    /// Its name in the policy.
    pub witness: String,
    /// When it cosigned, in Viet Nam.
    pub at: String,
}

/// A checkpoint that continues an older one.
#[derive(Clone, Debug, Serialize)]
pub struct Continued {
    /// The ledger's name.
    pub ledger: String,
    /// Whom the check believed.
    pub trust: Trusted,
    /// Entries of the older checkpoint.
    pub old_size: u64,
    /// Root over them, 64 hex digits.
    pub old_root: String,
    /// Entries of the newer one.
    pub size: u64,
    /// Root over them, 64 hex digits.
    pub root: String,
    /// Witnesses of the policy that cosigned the newer one.
    pub witnessed_by: Vec<Witnessed>,
}

/// Why a file proves nothing: the answer is no, as opposed to a check that could not be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotProven {
    /// A stable word: `file`, `evidence`, `checkpoint`, `quorum`, `inclusion`, `consistency`, `facts`, `chain`, `key` or `signature`.
    pub code: &'static str,
    /// What is wrong, in English.
    pub what: String,
    /// The same in Vietnamese.
    pub what_vi: String,
}

impl NotProven {
    pub(super) fn new(code: &'static str, vi: impl Into<String>, en: impl Into<String>) -> Self {
        let Said { vi, en } = Said::new(vi, en);
        NotProven { code, what: en, what_vi: vi }
    }
}

impl From<BadProofFile> for NotProven {
    fn from(error: BadProofFile) -> Self {
        let vi = match &error {
            BadProofFile::TooMuch { got, limit, .. } => {
                format!("không phải tệp chứng minh: quá lớn, {got} trên giới hạn {limit}")
            }
            BadProofFile::Line { line, .. } => format!("không phải tệp chứng minh: sai từ dòng {line}"),
        };
        NotProven::new("file", vi, error.to_string())
    }
}

impl From<BadEvidence> for NotProven {
    fn from(error: BadEvidence) -> Self {
        let vi = match &error {
            BadEvidence::Magic => "phần kèm theo không phải bằng chứng của một bản ghi socai",
            BadEvidence::Paper => {
                "đây là dạng ngắn của chứng minh, in trên giấy: nó cho thấy một mục có trong sổ, không cho thấy đơn vị đã ký mục đó; hãy lấy chứng minh đầy đủ \
                 của bản ghi từ sổ cái"
            }
            BadEvidence::Part(_) => {
                "bằng chứng kèm theo của bản ghi không đúng bố cục: tệp bị sửa hoặc bị cắt"
            }
        };
        NotProven::new("evidence", vi, error.to_string())
    }
}

impl From<Unproven> for NotProven {
    fn from(error: Unproven) -> Self {
        let en = error.to_string();
        let (code, vi) = match &error {
            Unproven::Policy(PolicyError::Quorum { size, .. }) => {
                ("quorum", format!("mốc ở {size} mục thiếu chữ ký nhân chứng theo policy"))
            }
            Unproven::Policy(PolicyError::Checkpoint(error)) => ("checkpoint", not_signed_vi(error)),
            Unproven::Policy(_) => ("checkpoint", "mốc không thỏa policy".to_owned()),
            Unproven::Inclusion(error) => {
                ("inclusion", format!("mục này không phải mục trong sổ cái: {}", unequal_vi(error)))
            }
            Unproven::Consistency(error) => {
                ("consistency", format!("mốc mới không nối tiếp mốc cũ: {}", unequal_vi(error)))
            }
            Unproven::Older { origin, got, expected } => (
                "consistency",
                format!("chứng minh bắt đầu từ {expected} mục, mốc cũ là của {origin} ở {got} mục"),
            ),
        };
        NotProven::new(code, vi, en)
    }
}

/// Why a checkpoint is not believed, in Vietnamese.
pub(super) fn not_signed_vi(error: &CheckpointError) -> String {
    match error {
        CheckpointError::NotByLog { origin } => {
            format!("mốc của {origin} không do khóa được tin của sổ đó ký")
        }
        CheckpointError::Note(NoteError::BadSignature { .. }) => {
            "chữ ký trên mốc không đúng: mốc bị sửa, hoặc khóa khác đã ký".to_owned()
        }
        CheckpointError::Note(NoteError::Untrusted { .. }) => "mốc không do khóa nào được tin ký".to_owned(),
        _ => "không phải một mốc đã ký".to_owned(),
    }
}

/// Why a proof does not lead to the root that was signed, in Vietnamese.
fn unequal_vi(error: &ProofError) -> String {
    match error {
        ProofError::NoSuchLeaf { leaf, size } => format!("cây {size} mục không có mục {leaf}"),
        ProofError::Shrank { old, new } => format!("cây nhỏ đi, từ {old} còn {new} mục"),
        ProofError::Length { got, expected } => format!("chứng minh có {got} mã băm, phải có {expected}"),
        ProofError::Root { size, got, expected } => {
            format!("chứng minh cho gốc {got} ở {size} mục, mốc ghi {expected}")
        }
    }
}

impl From<Malformed> for NotProven {
    fn from(error: Malformed) -> Self {
        let (code, vi) = match &error {
            Malformed::FactsDigest { name, .. } => {
                ("facts", format!("nội dung kèm theo không phải của bản ghi {name}"))
            }
            Malformed::BrokenLink { name, .. } => ("chain", format!("chuỗi tiêu đề đứt ở bản ghi {name}")),
            _ => ("chain", format!("chuỗi tiêu đề không nối tiếp: {error}")),
        };
        NotProven::new(code, vi, error.to_string())
    }
}
