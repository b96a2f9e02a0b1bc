//! What a verification of public tiles went over, and what it could not see.

use serde::Serialize;

/// What a verification of public tiles went over, and what it could not see.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Public {
    /// Tiles and bundles that were compared.
    pub tiles: u64,
    /// Bytes that came.
    pub bytes: u64,
    /// Units with records; each chain of headers was followed from its first.
    pub units: u64,
    /// Segments that a signature ends.
    pub segments: u64,
    /// Segments of the operator, whose key is known: their signatures were verified.
    pub segments_verified: u64,
    /// What nobody without a token can verify.
    pub unseen: Vec<Unseen>,
}

/// Something that was not verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unseen {
    /// What, in English.
    pub what: &'static str,
    /// Why.
    pub why: &'static str,
    /// The same in Vietnamese.
    #[serde(skip)]
    pub what_vi: &'static str,
    /// The same in Vietnamese.
    #[serde(skip)]
    pub why_vi: &'static str,
}

/// The same for every ledger.
pub(super) const UNSEEN: &[Unseen] = &[
    Unseen {
        what: "the facts themselves: kinds, days, amounts, figures, findings",
        why: "the public gets headers, which hold the digests of facts and not the facts",
        what_vi: "bản thân sự kiện: loại, ngày, số tiền, chỉ tiêu, phát hiện",
        why_vi: "công khai chỉ có phần đầu bản ghi: mã băm của sự kiện, không có sự kiện",
    },
    Unseen {
        what: "the seals of units other than the operator, and the first link of their chains",
        why: "their keys are facts (unit.registered, key.rotated)",
        what_vi: "chữ ký của các đơn vị ngoài đơn vị vận hành, và gốc chuỗi của họ",
        why_vi: "khóa của họ là sự kiện (unit.registered, key.rotated)",
    },
    Unseen {
        what: "annexes, and whether each one that is gone was ordered to be destroyed",
        why: "they and the orders are given to those with a token",
        what_vi: "phụ lục, và phụ lục nào bị hủy có lệnh hay không",
        why_vi: "phụ lục và lệnh hủy chỉ đưa cho người có mã",
    },
    Unseen {
        what: "issued reports, nil declarations and read models",
        why: "they are made of facts",
        what_vi: "báo cáo đã ban hành, khai báo không phát sinh, mô hình đọc",
        why_vi: "đều làm ra từ sự kiện",
    },
    Unseen {
        what: "the checkpoints between, and what witnesses stated of them",
        why: "they lie in files of the log; keep a checkpoint and bring it with --since",
        what_vi: "các mốc ở giữa và lời nhân chứng về chúng",
        why_vi: "chúng nằm trong tệp của sổ; hãy giữ lại mốc và đưa vào bằng --since",
    },
];
