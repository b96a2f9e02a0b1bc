//! Printing: every number, amount, percentage, date and name of a report goes through these functions.
//!
//! A dot groups thousands, a comma separates decimals. Money is rounded here, half-up, once; percentages come rounded from
//! the fold, which has the integers.

mod by_lang;
mod date;
mod name;
mod number;
mod percent;

pub use by_lang::{day, number, percentage};
pub use date::{ngay, ngay_dai, thang, thoi_diem};
pub use name::{list, sentence_case, ten_dv};
pub use number::{dem, so, tien, tien_d};
pub use percent::{pct, phan_tram, point};
