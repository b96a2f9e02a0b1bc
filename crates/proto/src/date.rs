//! Civil dates as `int32` yyyymmdd and as ISO text.

/// First and last year a date may have.
pub const YEARS: std::ops::RangeInclusive<i32> = 1900..=2199;

/// Whether a number yyyymmdd is a day of the Gregorian calendar in [`YEARS`].
#[must_use]
#[inline]
pub fn is_valid(yyyymmdd: i32) -> bool {
    let (year, month, day) = parts(yyyymmdd);
    YEARS.contains(&year) && (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day)
}

/// `20230208` → `2023-02-08`; any other number prints as it is divided, so that an error can show it.
#[must_use]
pub fn to_iso(yyyymmdd: i32) -> String {
    let (year, month, day) = parts(yyyymmdd);
    format!("{year:04}-{month:02}-{day:02}")
}

/// `2023-02-08` → `20230208`; `None` unless it is exactly four, two and two digits and a valid date.
#[must_use]
pub fn from_iso(text: &str) -> Option<i32> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let mut number = 0;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'-' if at == 4 || at == 7 => {}
            b'0'..=b'9' => number = number * 10 + i32::from(byte - b'0'),
            _ => return None,
        }
    }
    is_valid(number).then_some(number)
}

const fn parts(yyyymmdd: i32) -> (i32, i32, i32) {
    (yyyymmdd / 10_000, yyyymmdd / 100 % 100, yyyymmdd % 100)
}

const fn days_in(year: i32, month: i32) -> i32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_date_of_the_range_goes_to_iso_and_back_and_nothing_else_is_a_date() {
        let mut valid = 0;
        for number in 19_000_000..22_000_000 {
            let iso = to_iso(number);
            assert_eq!(from_iso(&iso), is_valid(number).then_some(number), "{iso}");
            valid += u32::from(is_valid(number));
        }
        assert_eq!(valid, 109_573, "300 years of 365 days and 73 leap days");
    }

    #[test]
    fn numbers_outside_the_range_are_no_dates() {
        for number in [
            0,
            -20_230_101,
            1,
            18_991_231,
            22_000_101,
            i32::MIN,
            i32::MAX,
            20_230_230,
            20_231_301,
            20_230_100,
        ] {
            assert!(!is_valid(number), "{number}");
        }
    }

    #[test]
    fn other_writings_of_a_date_are_refused() {
        for text in [
            "",
            "2023-2-8",
            "08/02/2023",
            "2023-02-30",
            "2023-02-08 ",
            "+023-02-08",
            "２023-02-08",
            "20230208",
        ] {
            assert_eq!(from_iso(text), None, "{text}");
        }
    }
}
