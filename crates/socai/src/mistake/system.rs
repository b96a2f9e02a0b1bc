//! What the system and JSON say, in Vietnamese.

use std::{
    io::{self, ErrorKind},
    sync::Arc,
};

use super::Vietnamese;

impl Vietnamese for io::Error {
    /// What the system has a number for; whatever a library put into its own words stays as it is.
    fn vi(&self) -> String {
        let vi = match self.kind() {
            ErrorKind::NotFound => "không có tệp hoặc thư mục này",
            ErrorKind::PermissionDenied => "không có quyền",
            ErrorKind::AlreadyExists => "đã có rồi",
            ErrorKind::NotADirectory => "không phải thư mục",
            ErrorKind::IsADirectory => "là thư mục",
            ErrorKind::StorageFull => "đĩa đầy",
            ErrorKind::QuotaExceeded => "hết hạn mức đĩa",
            ErrorKind::FileTooLarge => "tệp quá lớn",
            ErrorKind::ReadOnlyFilesystem => "hệ thống tệp chỉ cho đọc",
            ErrorKind::ConnectionRefused => "không ai trả lời ở địa chỉ này",
            ErrorKind::AddrInUse => "địa chỉ đang có chương trình khác dùng",
            ErrorKind::TimedOut => "quá thời gian chờ",
            _ => return self.to_string(),
        };
        match self.raw_os_error() {
            Some(number) => format!("{vi} (lỗi hệ thống {number})"),
            None => self.to_string(),
        }
    }
}

impl Vietnamese for Arc<io::Error> {
    fn vi(&self) -> String {
        self.as_ref().vi()
    }
}

impl Vietnamese for serde_json::Error {
    fn vi(&self) -> String {
        let what = if self.is_eof() { "JSON hết giữa chừng" } else { "không đúng JSON" };
        format!("{what}, dòng {} cột {} ({self})", self.line(), self.column())
    }
}
