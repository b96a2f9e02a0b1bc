//! What ledgers, audits, reports and copies say, in Vietnamese.

use socai_audit::{AuditError, DrillError, ProveError, findings::FindingsError, printed::PrintedError};
use socai_district::{ConfigError, DistrictError};
use socai_domain::{NotADate, period::NotAPeriod};
use socai_fold::figures::series::NoSeries;
use socai_follow::{ReplayError, TrustError};
use socai_mirror::MirrorError;
use socai_report::{MONTHLY, NoTemplate};
use socai_tlog::BadName;

use super::Vietnamese;

impl Vietnamese for NotADate {
    fn vi(&self) -> String {
        match self {
            NotADate::Number { got } => {
                format!("{got} không phải ngày: cần yyyymmdd của một ngày có thật, như 20230112")
            }
            NotADate::Text { got } => {
                format!("`{got}` không phải ngày: cần yyyy-mm-dd của một ngày có thật, như 2023-01-12")
            }
        }
    }
}

impl Vietnamese for NotAPeriod {
    fn vi(&self) -> String {
        if self.is_reversed() {
            return format!("`{}` kết thúc trước khi bắt đầu: ngày đầu đứng trước", self.got);
        }
        format!(
            "`{}` không phải kỳ báo cáo: viết 2023-03, 2023-Q1, 2023-H1, 2023-9M hoặc 2023, thêm `cal:` đằng trước nếu tính theo lịch, fy2023, hoặc \
             2023-01-01..2023-02-08",
            self.got
        )
    }
}

impl Vietnamese for BadName {
    fn vi(&self) -> String {
        let example = self.expected.rsplit(' ').next().unwrap_or_default();
        format!("`{}` không đúng, cần dạng như {example}", self.got)
    }
}

impl Vietnamese for AuditError {
    fn vi(&self) -> String {
        match self {
            AuditError::NoLedger(path) => format!(
                "{}: không có sổ cái ở đây (đã tìm log/volumes, district/log/volumes và volumes)",
                path.display()
            ),
            AuditError::Trust(error) => error.vi(),
            AuditError::Since { path, cause } => {
                format!("{}: {cause}; --since cần một mốc của sổ này đã được giữ từ trước", path.display())
            }
            AuditError::Kept { path, cause } => format!("{}: {}", path.display(), cause.vi()),
            AuditError::NoCheckpoint => {
                "mốc cũ không phải mốc đã ký; hãy nêu tệp của nó, hoặc số mục như 1041".to_owned()
            }
            AuditError::Log(error) => error.vi(),
            AuditError::Unreachable { .. } => self.to_string(),
        }
    }
}

impl Vietnamese for TrustError {
    fn vi(&self) -> String {
        match self {
            TrustError::Io { path, cause } => {
                format!(
                    "{}: {}; hãy nêu khóa của đơn vị vận hành bằng --policy TỆP",
                    path.display(),
                    cause.vi()
                )
            }
            TrustError::Policy { path, cause } => {
                format!("{}: không phải tệp policy ({cause})", path.display())
            }
            TrustError::Logs { path, got, ledger } => format!(
                "{}: có {got} khóa sổ cái, không khóa nào của {}: hãy đem tệp policy nêu sổ này",
                path.display(),
                ledger.as_deref().unwrap_or("sổ này")
            ),
        }
    }
}

impl Vietnamese for ProveError {
    fn vi(&self) -> String {
        match self {
            ProveError::Ledger(error) => error.vi(),
            ProveError::Forked { size, theirs, ours } => format!(
                "mốc ở {size} mục có gốc {theirs}, sổ này ở cỡ đó có gốc {ours}: hai lịch sử đã được ký"
            ),
            ProveError::Broken(not) => {
                format!("sổ cái không cho chứng minh nào đúng ({}); xem `socai audit verify`", not.what_vi)
            }
        }
    }
}

impl Vietnamese for FindingsError {
    fn vi(&self) -> String {
        let meant =
            |near: &Option<String>| near.as_ref().map_or_else(String::new, |near| format!(" ({near}?)"));
        match self {
            FindingsError::Log(error) => error.vi(),
            FindingsError::Replay(error) => error.vi(),
            FindingsError::NoTable => "ở mốc này sổ chưa ban hành bảng `findings`: hãy ban hành (socai district adopt), hoặc đem theo bằng --rules TỆP, \
                                       như deploy/thanh-xuan/rules/findings.toml"
                .to_owned(),
            FindingsError::UnknownRule { got, near, known } => {
                format!("trong bảng không có quy tắc `{got}`{}: {known}", meant(near))
            }
            FindingsError::UnknownUnit { got, near } => format!(
                "trong sổ này không có đơn vị `{got}`{}: nêu số hoặc mã của đơn vị, xem `socai units`",
                meant(near)
            ),
            FindingsError::Table(error) => {
                format!("bảng `{}`, dòng {}, khóa `{}`: {}", error.table, error.line, error.key, error.problem)
            }
            FindingsError::Fold(error) => error.to_string(),
        }
    }
}

impl Vietnamese for PrintedError {
    fn vi(&self) -> String {
        match self {
            PrintedError::Log(error) => error.vi(),
            PrintedError::Replay(error) => error.vi(),
            PrintedError::Template(NoTemplate::Never) => format!(
                "sổ cái chưa ban hành {MONTHLY} nên không có mẫu để in: ban hành bằng `socai district adopt DIR {MONTHLY}.jinja --from NGÀY`; --format \
                 json không cần mẫu"
            ),
            PrintedError::Template(NoTemplate::Broken(broken)) => format!(
                "mẫu {MONTHLY} phiên bản {} (mục {}) không dùng được: {}",
                broken.version, broken.leaf, broken.error
            ),
            other => other.to_string(),
        }
    }
}

impl Vietnamese for DrillError {
    fn vi(&self) -> String {
        match self {
            DrillError::Io { path, cause } => {
                format!("{}: {}; cuộc diễn tập cần một thư mục ghi được", path.display(), cause.vi())
            }
            DrillError::Log(error) => format!("sổ cái của cuộc diễn tập: {}", error.vi()),
            DrillError::Audit(error) => error.vi(),
            other => other.to_string(),
        }
    }
}

impl Vietnamese for ReplayError {
    fn vi(&self) -> String {
        match self {
            ReplayError::Log(error) => error.vi(),
            ReplayError::Header { leaf, cause } => {
                format!("mục {leaf}: {cause}; hãy kiểm toán sổ (socai audit verify)")
            }
            ReplayError::Fold(error) => error.to_string(),
        }
    }
}

impl Vietnamese for NoSeries {
    fn vi(&self) -> String {
        match self {
            NoSeries::Indicator(code) => format!("{code}: ngày cuối không có chỉ tiêu nào mang mã này"),
            NoSeries::NotByDays(code) => {
                format!(
                    "{code} tính theo năm hoặc theo dịp nên không có tháng; lấy theo đơn vị hoặc theo phần"
                )
            }
            NoSeries::Axis { code, axis, known } => {
                format!("{code} không chia theo `{axis}`; chia theo {known}")
            }
            NoSeries::NoSlices(code) => {
                format!("{code} không chia theo trường nào; lấy theo tháng hoặc theo đơn vị")
            }
            NoSeries::Unit(unit) => format!("không có đơn vị {unit}"),
            NoSeries::Disagreement(error) => error.to_string(),
        }
    }
}

impl Vietnamese for MirrorError {
    fn vi(&self) -> String {
        match self {
            MirrorError::Refused(why) => {
                format!(
                    "đã từ chối: {why}. Bản sao giữ nguyên những gì nó có; hãy đối chiếu trước khi tin bên nào"
                )
            }
            MirrorError::Damaged(what) => format!(
                "bản sao này hỏng: {what}. Hãy cất nó sang bên và làm bản sao khác, hoặc khôi phục tệp; không chép gì"
            ),
            MirrorError::Stopped => "được yêu cầu dừng".to_owned(),
            MirrorError::Trust(error) => error.vi(),
            MirrorError::Log(error) => error.vi(),
            MirrorError::Replay(error) => error.vi(),
            MirrorError::Io { path, cause } => format!("{}: {}", path.display(), cause.vi()),
            MirrorError::Unreachable(_) | MirrorError::NotOurs { .. } => self.to_string(),
        }
    }
}

impl Vietnamese for DistrictError {
    fn vi(&self) -> String {
        match self {
            DistrictError::Log(error) => error.vi(),
            DistrictError::Config(error) => error.vi(),
            DistrictError::Replay(error) => error.vi(),
            other => other.to_string(),
        }
    }
}

impl Vietnamese for ConfigError {
    fn vi(&self) -> String {
        match self {
            ConfigError::Io { path, cause } => format!("{}: {}", path.display(), cause.vi()),
            ConfigError::Content { .. } => self.to_string(),
        }
    }
}
