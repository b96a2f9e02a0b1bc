//! Dates as Decree 30/2020/NĐ-CP writes them: days under 10 and the months 1 and 2 carry a leading zero.

use socai_domain::CivilDate;
use socai_domain::time::{vietnam_date, vietnam_rfc3339};

/// `08/02/2023`; `07/3/2023`.
pub fn ngay(date: CivilDate) -> String {
    format!("{:02}/{}/{}", date.day(), month(date.month()), date.year())
}

/// `ngày 08 tháng 02 năm 2023`.
pub fn ngay_dai(date: CivilDate) -> String {
    format!("ngày {:02} tháng {} năm {}", date.day(), month(date.month()), date.year())
}

/// The month of a date: `tháng 02/2023`.
pub fn thang(date: CivilDate) -> String {
    format!("tháng {}/{}", month(date.month()), date.year())
}

/// A time in milliseconds UTC as the clocks of Viet Nam show it, to the second: `08/02/2023 23:45:00`.
pub fn thoi_diem(utc_ms: u64) -> String {
    let wall = vietnam_rfc3339(utc_ms);
    let time = wall.split(['T', '.']).nth(1).unwrap_or_default();
    format!("{} {time}", ngay(vietnam_date(utc_ms)))
}

fn month(month: u8) -> String {
    match month {
        1 | 2 => format!("0{month}"),
        _ => month.to_string(),
    }
}
