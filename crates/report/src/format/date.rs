//! Dates as Decree 30/2020/NĐ-CP writes them: days under 10 and the months 1 and 2 carry a leading zero.

use socai_domain::CivilDate;

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

fn month(month: u8) -> String {
    match month {
        1 | 2 => format!("0{month}"),
        _ => month.to_string(),
    }
}
