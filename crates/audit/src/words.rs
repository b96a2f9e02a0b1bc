//! What is wrong and what to do about it, in both languages.

use socai_follow::Fault;
use socai_log::{DerivedFault, LogError, Wrong};

use crate::{damage, said::Said};

/// Kinds of faults by their remedy: a stable code for programs, and what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// Bytes of the record are not what they were.
    Restore,
    /// Derived, or left by a crash: a start makes it right.
    Start,
    /// Nothing of the log.
    Remove,
    /// Somebody wrote with the operator's key what a unit did not sign.
    Compare,
    /// The operator signed two histories.
    Accuse,
    /// The key or the ledger is another.
    Key,
    /// The file system refused.
    Read,
    /// The models are to be folded again.
    Rebuild,
    /// An annex went without an order.
    Destroyed,
    /// An annex is still there in spite of an order.
    Erase,
    /// Too few witnesses have spoken.
    Witnesses,
    /// The checkpoint that everybody is shown has too few witnesses so far.
    Later,
    /// A report names a cut-off that the ledger does not have.
    Reported,
    /// A report printed values that this program does not get from its records; the record does not say which version got them.
    Recomputed,
}

impl Remedy {
    pub(crate) fn said(self) -> Said {
        match self {
            Remedy::Restore => Said::new(
                "Không tệp nào bị thay đổi. Khôi phục tệp này từ bản sao của sổ cái rồi kiểm chứng lại.",
                "Nothing was changed. Restore this file from a mirror or backup of the log and verify again.",
            ),
            Remedy::Start => Said::new(
                "Lần khởi động tới của quận, hoặc `socai rebuild`, sẽ sửa; không mất gì của sổ cái.",
                "The next start of the district, or `socai rebuild`, repairs it; nothing of the record is lost.",
            ),
            Remedy::Remove => Said::new(
                "Không phải tệp của sổ cái: xem nó là gì rồi xóa.",
                "No file of a log: see what it is and remove it.",
            ),
            Remedy::Compare => Said::new(
                "Người giữ khóa vận hành đã ghi điều đơn vị không ký. Giữ nguyên bản sao và đối chiếu với nhật ký và \
                 biên nhận của đơn vị.",
                "Whoever holds the operator's key wrote what the unit did not sign. Keep a copy and compare it with the \
                 unit's journal and receipts.",
            ),
            Remedy::Accuse => Said::new(
                "Giữ mốc cũ và một bản sao của sổ cái này: hai mốc cùng khóa, không nhất quán với nhau, là bằng chứng. Nếu \
                 là bản khôi phục từ bản cũ thì khôi phục bản mới hơn.",
                "Keep the older checkpoint and a copy of this log: two checkpoints of one key that do not agree are \
                 evidence. If this was restored from an old backup, restore a newer one.",
            ),
            Remedy::Key => Said::new(
                "Xem lại khóa trong tệp policy. Nếu đúng khóa thì sổ cái này không do đơn vị vận hành ấy ký.",
                "Check the key in the policy. If it is the right one, this log was not signed by that operator.",
            ),
            Remedy::Read => Said::new(
                "Chưa kết luận gì về nội dung. Xem lại ổ đĩa và quyền đọc rồi kiểm chứng lại.",
                "Nothing is said about the content. Check the disk and who may read, then verify again.",
            ),
            Remedy::Rebuild => Said::new(
                "`socai rebuild` làm lại mô hình đọc từ sổ cái; số liệu đã in từ mô hình này cần in lại.",
                "`socai rebuild` makes the models anew from the log; figures printed from these are to be printed again.",
            ),
            Remedy::Destroyed => Said::new(
                "Bị hủy ngoài thủ tục. Khôi phục tệp này từ bản sao; nếu việc hủy là đúng, ghi quyết định bằng \
                 `socai annex erase`.",
                "Destroyed outside the procedure. Restore this file from a mirror or backup; if it was right, record \
                 the decision with `socai annex erase`.",
            ),
            Remedy::Erase => Said::new(
                "Lần khởi động tới của quận sẽ tiêu hủy.",
                "The next start of the district destroys it.",
            ),
            Remedy::Reported => Said::new(
                "Sổ cái nguyên vẹn; báo cáo không in điều sổ cái cho ra. Đối chiếu với bản giấy và hỏi người ban hành.",
                "The ledger is whole; the report did not print what it gives. Compare with the paper and ask who issued it.",
            ),
            Remedy::Recomputed => Said::new(
                "Sổ cái nguyên vẹn; báo cáo không in điều chương trình này tính ra. Bản ghi không nêu phiên bản đã tính: hãy kiểm chứng lại bằng phiên \
                 bản dùng khi ban hành. Nếu vẫn khác thì đối chiếu với bản giấy và hỏi người ban hành.",
                "The ledger is whole; the report did not print what this program computes. The record does not say which version computed it: verify \
                 again with the version in use when it was issued. If it differs there too, compare with the paper and ask who issued it.",
            ),
            Remedy::Witnesses => Said::new(
                "Xin mốc có đủ chữ ký nhân chứng; không có nó thì không biết người khác có thấy cùng lịch sử này không.",
                "Ask for a checkpoint with the cosignatures; without it nobody outside vouches that this is the history \
                 others saw.",
            ),
            Remedy::Later => Said::new(
                "Kiểm chứng lại sau: quận xin chữ ký nhân chứng sau mỗi lần ghi và mười phút một lần. Công khai chỉ thấy mốc mới nhất; chưa đủ chữ ký \
                 thì không biết người khác có thấy cùng lịch sử này không.",
                "Verify again later: the district asks its witnesses after every commit and every ten minutes. The public sees the newest checkpoint \
                 alone; until they answer nobody outside vouches that this is the history others saw.",
            ),
        }
    }
}

/// A fault's code, what is wrong, and the remedy. The place is said apart.
pub(crate) fn words(fault: &Fault) -> (&'static str, Said, Remedy) {
    match fault {
        Fault::Log(error) => of_log(error),
        Fault::Annex { cause, .. } => {
            let (code, said, remedy) = of_log(cause);
            (if code == "damaged" { "annex" } else { code }, said, remedy)
        }
        Fault::Derived(fault) => of_derived(fault),
        Fault::Signature { key, .. } => (
            "signature",
            Said::new(
                format!("chữ ký kết thúc bằng bản ghi này không phải của khóa {key} của đơn vị"),
                format!(
                    "the signature that ends with this record was not made with the key {key} of its unit"
                ),
            ),
            Remedy::Compare,
        ),
        Fault::Uncovered { .. } => (
            "uncovered",
            Said::new(
                "không chữ ký nào bằng khóa của đơn vị bao trùm bản ghi này",
                "no signature made with the unit's key covers this record",
            ),
            Remedy::Compare,
        ),
        Fault::Unregistered { unit, .. } => (
            "unregistered",
            Said::new(
                format!("bản ghi của đơn vị số {unit}, chưa được đăng ký trước đó"),
                format!("a record of unit {unit}, which is not registered before it"),
            ),
            Remedy::Compare,
        ),
        Fault::Genesis { origin, .. } => (
            "genesis",
            Said::new(
                format!("chuỗi không bắt đầu từ gốc của sổ cái {origin} cho khóa đầu tiên của đơn vị"),
                format!("the chain does not begin at the genesis of {origin} for its unit's first key"),
            ),
            Remedy::Compare,
        ),
        Fault::Evidence { reason, .. } => (
            "evidence",
            Said::new(
                format!("bằng chứng rẽ nhánh không chứng minh được gì ({reason})"),
                format!("the evidence of a fork proves none: {reason}"),
            ),
            Remedy::Compare,
        ),
        Fault::Checkpoint { size, reason, .. } => (
            "checkpoint",
            Said::new(
                format!("mốc đã ký ở {size} mục không đúng: {reason}"),
                format!("the checkpoint of size {size} does not verify: {reason}"),
            ),
            Remedy::Key,
        ),
        Fault::Tail { len, .. } => (
            "tail",
            Said::new(
                format!("{len} byte sau lần ghi cuối chưa có mốc nào bao trùm: một lần ghi dở dang"),
                format!("{len} bytes behind the last commit are covered by no checkpoint: a write cut short"),
            ),
            Remedy::Start,
        ),
        Fault::Ahead { published, found, .. } => (
            "ahead",
            Said::new(
                format!(
                    "đã ký mốc {published} mục nhưng sổ cái chỉ đọc được {found} mục: thiếu bản ghi đã ghi"
                ),
                format!(
                    "the operator signed size {published}, the log can be read to size {found} only: \
                     committed records are missing"
                ),
            ),
            Remedy::Restore,
        ),
        Fault::Rewritten { kept, .. } => (
            "rewritten",
            Said::new(
                format!(
                    "trước đây đã ký mốc {} mục với gốc {}, nay sổ cái khác ở đó: lịch sử bị viết lại",
                    kept.size, kept.root
                ),
                format!(
                    "size {} was signed before with root {}, and the log is another there: history was rewritten",
                    kept.size, kept.root
                ),
            ),
            Remedy::Accuse,
        ),
        Fault::RolledBack { kept, found, .. } => (
            "rolled_back",
            Said::new(
                format!("trước đây đã ký mốc {kept} mục, nay sổ cái chỉ có {found}: bản cũ hoặc bị cắt"),
                format!("size {kept} was signed before, the log has {found} entries: an old copy, or cut"),
            ),
            Remedy::Accuse,
        ),
        other => ("other", Said::same(other), Remedy::Restore),
    }
}

fn of_log(error: &LogError) -> (&'static str, Said, Remedy) {
    match error {
        LogError::Position { leaf, said, .. } => (
            "derived",
            Said::new(
                format!("mục {leaf} không ở byte {said} của tập"),
                format!("leaf {leaf} is not at byte {said} of its volume"),
            ),
            Remedy::Start,
        ),
        LogError::Name { name, said, .. } => (
            "derived",
            Said::new(
                format!("bản ghi {name} không phải mục {said}"),
                format!("record {name} is not leaf {said}"),
            ),
            Remedy::Start,
        ),
        LogError::Damaged { what, .. } => ("damaged", damage::said(what), Remedy::Restore),
        LogError::Io { source, .. } => (
            "unreadable",
            Said::new(format!("không đọc được: {source}"), format!("cannot be read: {source}")),
            Remedy::Read,
        ),
        LogError::Foreign { got, expected, .. } => (
            "foreign",
            Said::new(
                format!("thuộc sổ cái khác: mã {got}, cần {expected}"),
                format!("belongs to another ledger: mark {got}, expected {expected}"),
            ),
            Remedy::Key,
        ),
        other if other.is_damage() => ("damaged", Said::same(other), Remedy::Restore),
        other => ("unreadable", Said::same(other), Remedy::Read),
    }
}

fn of_derived(fault: &DerivedFault) -> (&'static str, Said, Remedy) {
    let (code, vi, en) = match fault.what {
        Wrong::Differs => ("derived", "khác với điều sổ cái cho ra", "other bytes than the log gives"),
        Wrong::Short => ("derived", "tệp kết thúc quá sớm", "the file ends too early"),
        Wrong::Long => ("derived", "tệp dài quá", "the file is too long"),
        Wrong::Leftover => {
            ("leftover", "một lần ghi dở dang để lại tệp này", "a write that was cut short left this file")
        }
        Wrong::Stray => ("stray", "sổ cái không có tệp tên này", "no file of a log has this name"),
    };
    let remedy = if fault.what.is_repaired_by_start() { Remedy::Start } else { Remedy::Remove };
    (code, Said::new(vi, en), remedy)
}
