//! What a unit's node, journal and vault say, in Vietnamese.

use socai_ward::{
    AccessError, ClientError, ConfigError, FileError, ImportError, JournalError, KeyError, MAX_EVENTS,
    MAX_FILE_LEN, NodeError, OpenError, RecordError, RegistryError, SealError, VaultError, WardError,
};

use super::Vietnamese;

impl Vietnamese for AccessError {
    fn vi(&self) -> String {
        match self {
            AccessError::Ward(error) => error.vi(),
            AccessError::Client(error) => error.vi(),
        }
    }
}

impl Vietnamese for WardError {
    fn vi(&self) -> String {
        match self {
            WardError::Open(error) => error.vi(),
            WardError::Registry(RegistryError::File(error)) => format!("registry.json: {}", error.vi()),
            WardError::Registry(error) => format!("registry.json: {error}"),
            WardError::Thread(cause) => format!("không mở được luồng để niêm phong: {}", cause.vi()),
        }
    }
}

impl Vietnamese for NodeError {
    fn vi(&self) -> String {
        match self {
            NodeError::Thread(cause) => format!("không mở được luồng để gửi: {}", cause.vi()),
            NodeError::Ended => "luồng gửi kết thúc bất thường; hãy chạy lại nút".to_owned(),
            other => other.to_string(),
        }
    }
}

impl Vietnamese for OpenError {
    fn vi(&self) -> String {
        match self {
            OpenError::Config(error) => error.vi(),
            OpenError::Key(error) => error.vi(),
            OpenError::Journal(JournalError::File(error)) | OpenError::File(error) => error.vi(),
            OpenError::Journal(JournalError::Log(error)) => error.vi(),
            OpenError::Journal(JournalError::Current { path }) => {
                format!("{path}: không nêu thế hệ nào của nhật ký; hãy ghi vào đó số của thế hệ đủ cao nhất")
            }
            OpenError::NotAnEvent { seq } => format!(
                "bản ghi {seq} của nhật ký không phải sự kiện: chương trình khác đã ghi nó; hãy khôi phục nhật ký từ bản sao lưu"
            ),
        }
    }
}

impl Vietnamese for ConfigError {
    fn vi(&self) -> String {
        match self {
            ConfigError::File(error) => error.vi(),
            ConfigError::Missing { path } => format!("{path}: không có; trước hết hãy đăng ký đơn vị"),
            ConfigError::Content { .. } => self.to_string(),
        }
    }
}

impl Vietnamese for KeyError {
    fn vi(&self) -> String {
        match self {
            KeyError::File(error) => error.vi(),
            KeyError::Entropy(_) => NO_ENTROPY.to_owned(),
            KeyError::Missing { path } => format!(
                "{path}: không có; hãy lấy lại từ bản sao lưu, hoặc tạo khóa mới và để đơn vị vận hành ghi việc đổi khóa"
            ),
            KeyError::Content { path, .. } => {
                format!("{path}: không phải khóa đúng loại; hãy lấy lại từ bản sao lưu")
            }
        }
    }
}

impl Vietnamese for FileError {
    fn vi(&self) -> String {
        format!("{}: {}", self.path.display(), self.cause.vi())
    }
}

impl Vietnamese for ClientError {
    fn vi(&self) -> String {
        match self {
            ClientError::Config(error) => error.vi(),
            ClientError::File(error) => error.vi(),
            ClientError::NoAddress => {
                "tiến trình khác đang niêm phong cho đơn vị này và không có node.json: hãy đợi nó xong"
                    .to_owned()
            }
            ClientError::Unavailable { address, cause } => {
                format!("nút ở {address} không trả lời: {}", cause.vi())
            }
        }
    }
}

impl Vietnamese for RecordError {
    fn vi(&self) -> String {
        match self {
            RecordError::Wrong(problems) => format!("{} lỗi; không niêm phong gì", problems.len()),
            RecordError::TooMany { got } => {
                format!("{got} sự kiện, mỗi lần niêm phong nhiều nhất {MAX_EVENTS}: hãy gửi nhiều lần")
            }
            RecordError::Nothing => "không có sự kiện nào".to_owned(),
            RecordError::Seal(error) => error.vi(),
            RecordError::Vault(why) => {
                format!("không niêm phong gì, kho danh tính không giữ được các mã: {why}")
            }
        }
    }
}

impl Vietnamese for ImportError {
    fn vi(&self) -> String {
        match self {
            ImportError::Rejected { .. } | ImportError::Broken { .. } => self.to_string(),
            ImportError::File(error) => error.vi(),
            ImportError::TooLarge => format!("tệp có hơn {MAX_FILE_LEN} byte; hãy chia nhỏ"),
            ImportError::Seal(error) => error.vi(),
            ImportError::Vault(error) => error.vi(),
        }
    }
}

impl Vietnamese for SealError {
    fn vi(&self) -> String {
        match self {
            SealError::Conflict { index, name } => format!(
                "sự kiện {index}: mã của nó thuộc bản ghi {name} với nội dung khác; dùng mã khác, hoặc đính chính bản ghi đó"
            ),
            SealError::TooLarge { got, count } => format!(
                "{got} byte hoặc {count} sự kiện là quá một lần niêm phong: mỗi lần gửi nhiều nhất 512 sự kiện và 512 KiB"
            ),
            SealError::NotSealed { why } => format!("chưa niêm phong: {why}"),
            SealError::Unknown { why } => {
                format!("chưa biết kết quả: {why}; hãy gửi lại với cùng mã hoặc cùng Idempotency-Key")
            }
            SealError::NoKey { key } => format!(
                "không có bí mật của khóa niêm phong {key} ở đây: lấy lại từ bản sao lưu, hoặc để đơn vị vận hành thay khóa"
            ),
            SealError::Entropy(_) => NO_ENTROPY.to_owned(),
            SealError::Stopping => "nút đang dừng; hãy gửi lại khi nó chạy".to_owned(),
        }
    }
}

impl Vietnamese for VaultError {
    fn vi(&self) -> String {
        match self {
            VaultError::File(error) => error.vi(),
            VaultError::Key(error) => error.vi(),
            VaultError::Entropy(_) => NO_ENTROPY.to_owned(),
            VaultError::Open { path } => {
                format!("{path}: người khác đọc được khóa này; chmod 600, và xem ai đã đọc nó")
            }
            VaultError::NoKey { path } => {
                format!("{path}: có mục mà không có khóa của kho danh tính; hãy lấy lại khóa từ bản sao lưu")
            }
            VaultError::WrongKey { path } => format!(
                "{path}: keys/vault không phải khóa của các mục này; hãy lấy lại khóa đúng từ bản sao lưu. Không thay đổi gì"
            ),
            VaultError::Damaged { path, at } => {
                format!("{path}: mục ở byte {at} hỏng; hãy lấy lại tệp từ bản sao lưu. Không thay đổi gì")
            }
            VaultError::Unknowable => "một người được nhận biết bằng số giấy tờ 6 đến 20 chữ và số, hoặc bằng cả tên và địa chỉ, mỗi mục nhiều nhất 400 ký tự"
                .to_owned(),
            VaultError::OtherName => {
                "kho danh tính ghi số này với tên khác: hãy sửa dòng, hoặc thay mục bằng `socai ward vault add --replace`".to_owned()
            }
            VaultError::Busy { path } => {
                format!("{path}: tiến trình khác giữ kho danh tính quá lâu; xem nó đang đợi gì")
            }
            VaultError::NoEntry => "kho danh tính không có mục này".to_owned(),
        }
    }
}

const NO_ENTROPY: &str = "hệ thống không cho byte ngẫu nhiên nào; không có chúng thì không niêm phong gì";
