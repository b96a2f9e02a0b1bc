//! What the log and the journal say, in Vietnamese.

use std::io::ErrorKind;

use socai_audit::damage_in_vietnamese;
use socai_log::LogError;

use super::Vietnamese;

impl Vietnamese for LogError {
    fn vi(&self) -> String {
        match self {
            LogError::Io { action, path, offset, source } => {
                let at = offset.map_or_else(String::new, |offset| format!(", byte {offset}"));
                let (path, why, what_to_do) = (path.display(), source.vi(), advice(source.kind()));
                format!("không {} được {path}{at}: {why}{what_to_do}", verb(action))
            }
            LogError::Damaged { path, offset, what } => format!(
                "{} hỏng ở byte {offset}: {}. Không thay đổi gì; hãy khôi phục tệp này từ bản sao hoặc bản sao lưu của sổ",
                path.display(),
                damage_in_vietnamese(what)
            ),
            LogError::Ahead { checkpoint, published, found, volume, offset } => format!(
                "{} là mốc đã ký của chính sổ này ở {published} mục, nhưng sổ kết thúc ở {found} mục (byte {offset} của {}): thiếu bản ghi đã ghi. Hãy \
                 khôi phục sổ từ bản sao hoặc bản sao lưu có đủ {published} mục; đừng xóa mốc để chạy tiếp, như vậy là ký một lịch sử thứ hai",
                checkpoint.display(),
                volume.display()
            ),
            LogError::JournalShort { note, noted, found, volume, offset } => format!(
                "{0} ghi rằng đã niêm phong đến bản ghi số {noted}, nhưng nhật ký kết thúc ở số {found} (byte {offset} của {1}). Hãy khôi phục nhật ký \
                 từ bản sao lưu, hoặc xóa {0} để chạy tiếp mà không có chúng: mốc đã ký của quận cho biết quận giữ những bản ghi nào",
                note.display(),
                volume.display()
            ),
            LogError::Foreign { path, got, expected, .. } => format!(
                "{} là của sổ cái hoặc đơn vị khác ({got}, cần {expected}): xem lại thư mục đã nêu",
                path.display()
            ),
            LogError::Locked { path } => format!(
                "{} đang bị khóa: tiến trình khác đang ghi ở đây; hãy dừng nó, hoặc dùng các lệnh chỉ đọc",
                path.display()
            ),
            LogError::Poisoned { cause } => format!(
                "việc ghi đã dừng sau khi `{}`: hãy mở lại sổ để đọc lại những gì có trên đĩa",
                cause.vi()
            ),
            LogError::Behind { path, need, have } => {
                format!("{} có {have} byte, cần {need}: lần mở để ghi sau sẽ làm cho đủ", path.display())
            }
            LogError::Position { path, offset, leaf, said, volume } => format!(
                "{} sai ở byte {offset}: mục {leaf} không ở byte {said} của {}. Tệp này suy ra từ sổ, sổ không mất gì: `socai rebuild` hoặc lần mở để \
                 ghi sau sẽ làm cho đúng",
                path.display(),
                volume.display()
            ),
            LogError::Outside { got, end, .. } => format!("{got} nằm ngoài sổ này, sổ kết thúc ở {end}"),
            LogError::NoRecord { name } => format!("không có bản ghi {name} trong sổ này"),
            other => other.to_string(),
        }
    }
}

/// What was tried; the log's words for it are verbs.
fn verb(action: &str) -> &str {
    match action {
        "create" => "tạo",
        "open" => "mở",
        "read" => "đọc",
        "write" => "ghi",
        "set the length of" => "đặt độ dài",
        "sync" => "ghi hẳn xuống đĩa",
        "replace" => "thay",
        "delete" => "xóa",
        "lock" => "khóa",
        "start the thread that writes" => "mở luồng ghi",
        other => other,
    }
}

/// What to do about a failure of the file system.
fn advice(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            ". Những gì đã ghi vào sổ không bị ảnh hưởng: giải phóng chỗ trống rồi chạy lại"
        }
        ErrorKind::PermissionDenied => ". Xem ai là chủ thư mục",
        _ => "",
    }
}
