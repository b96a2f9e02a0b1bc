//! Damage of the log's files in both languages.

use socai_log::Damage;

use crate::said::Said;

/// What does not hold, without the place.
pub(crate) fn said(damage: &Damage) -> Said {
    Said::new(in_vietnamese(damage), damage.to_string())
}

/// The same in Vietnamese. Names of parts of the format stay English, as in `proto/README.md`.
#[must_use]
pub fn in_vietnamese(damage: &Damage) -> String {
    match damage {
        Damage::Truncated { need, have } => format!("khung cần {need} byte, chỉ còn {have}"),
        Damage::FrameLength { got, limit } => format!("khung dài {got} byte, giới hạn {limit}"),
        Damage::Checksum { got, expected } => {
            format!("mã kiểm là {got:08x}, các byte cho ra {expected:08x}")
        }
        Damage::FrameKind { got, expected } => format!("khung loại {got} không thể ở đây (cần: {expected})"),
        Damage::Layout(what) => format!("không đúng bố cục ({what})"),
        Damage::Header(malformed) => format!("tiêu đề bản ghi không đọc được ({malformed})"),
        Damage::Number { what, got, expected } => format!("số {got}, phải là {expected} ({what})"),
        Damage::Chain { unit, name } => format!("chuỗi của đơn vị {unit} đứt ở bản ghi {name}"),
        Damage::Annex { name, got, expected } => {
            format!("phụ lục của bản ghi {name} nằm ở byte {got}, phải ở {expected}")
        }
        Damage::Content { name, got, expected, what } => {
            let part = if *what == "the annex" { "phụ lục" } else { "nội dung" };
            format!("{part} của bản ghi {name} có mã băm {got}, tiêu đề ghi {expected}")
        }
        Damage::Root { got, expected } => format!("các mục cho gốc cây {expected}, mốc đã ký ghi {got}"),
        Damage::Checkpoint(reason) => format!("mốc không do khóa của sổ cái ký: {reason}"),
        Damage::Missing => "thiếu tệp này".to_owned(),
        other => other.to_string(),
    }
}
