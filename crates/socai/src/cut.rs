//! Cut-offs: a tree size, or the last entry received at or before a time.

use anyhow::Result;
use jiff::{Timestamp, civil::Date, fmt::temporal::Pieces, tz::TimeZone};
use socai_domain::{CivilDate, time::vietnam_rfc3339};
use socai_log::Reader;
use socai_tlog::{LeafIndex, TreeSize};

use crate::{
    mistake::{Mistake, mistake},
    quoted::quoted,
};

/// Resolves what the user wrote: `1041`, `2026-11-23T08:00:00Z`, `2026-11-23T15:00:00+07:00`, or a day (its end in Viet Nam).
///
/// # Errors
/// It is none of these, or a size beyond the log.
pub fn resolve(text: Option<&str>, reader: &Reader) -> Result<TreeSize> {
    let end = reader.committed()?.size;
    let Some(text) = text.map(str::trim) else { return Ok(end) };
    if let Ok(size) = text.parse::<TreeSize>() {
        if size > end {
            let (vi, en) = compact_day(text);
            return Err(mistake(
                format!("mốc {size} vượt quá sổ cái, sổ có {end} mục{vi}"),
                format!("cut-off {size} is beyond the log, which has {end} entries{en}"),
            ));
        }
        return Ok(size);
    }
    let time_ms = millis(text)?;
    if time_ms > socai_district::now_ms() {
        tracing::warn!(
            "the cut-off {text} lies in the future: this is what is known now, at {end} entries, and more may be by then"
        );
    }
    match received_by(reader, end, time_ms)? {
        TreeSize(0) if end.0 > 0 => {
            let first = vietnam_rfc3339(reader.record(LeafIndex(0))?.received_at_ms);
            Err(mistake(
                format!("mốc {text} ở trước mục đầu tiên, nhận lúc {first}; 0 nghĩa là không có mục nào"),
                format!(
                    "cut-off {text} lies before the first entry, which was received at {first}; 0 names no entries at all"
                ),
            ))
        }
        size => Ok(size),
    }
}

/// Milliseconds since 1970 UTC of a time as users write it.
fn millis(text: &str) -> Result<u64> {
    let zone = TimeZone::fixed(jiff::tz::offset(7));
    let time = match (text.parse::<Timestamp>(), text.parse::<Date>()) {
        (Ok(time), _) => time,
        (_, Ok(day)) if !text.contains(['T', 't', ' ']) => {
            let end = day.at(23, 59, 59, 999_000_000).to_zoned(zone);
            end.map_err(|_| no_cut_off(text, BEYOND))?.timestamp()
        }
        _ if is_beyond(text) => return Err(no_cut_off(text, BEYOND).into()),
        _ => return Err(no_cut_off(text, not_a_time(text)).into()),
    };
    if is_far_away(text) {
        return Err(no_cut_off(text, FAR_AWAY).into());
    }
    u64::try_from(time.as_millisecond()).map_err(|_| no_cut_off(text, TOO_EARLY).into())
}

/// What is said of a time before every entry of every ledger.
const TOO_EARLY: (&str, &str) = (
    "trước năm 1970, khi chưa nhận gì; 0 nghĩa là không có mục nào",
    "before 1970, when nothing was received; 0 names no entries at all",
);

/// The most hours that a time zone is from UTC.
const MOST_HOURS: i32 = 14;

/// What is said of a zone that is farther.
const FAR_AWAY: (&str, &str) = (
    "không nơi nào có giờ lệch quá 14 giờ so với UTC; giờ Việt Nam là +07:00",
    "no clock is more than 14 hours from UTC; Viet Nam is +07:00",
);

/// Whether a time is of a zone that is nowhere: the parser takes offsets up to a day and more.
fn is_far_away(text: &str) -> bool {
    let offset = Pieces::parse(text).ok().and_then(|pieces| pieces.to_numeric_offset());
    offset.is_some_and(|offset| offset.seconds().abs() > MOST_HOURS * 3_600)
}

/// What is wrong with a text that names no cut-off, in Vietnamese and English.
fn no_cut_off(text: &str, (vi, en): (&str, &str)) -> Mistake {
    let text = quoted(text);
    Mistake::new(format!("mốc {text}: {vi}"), format!("cut-off {text}: {en}"))
}

/// What is said of a time that no clock of this program reaches.
const BEYOND: (&str, &str) = (
    "quá thời điểm cuối cùng có thể nêu, 9999-12-30; bỏ trống để lấy tất cả",
    "beyond the last time that can be named, 9999-12-30; leave it out for everything",
);

/// Whether a text is a time of the last two days before the year 10000, which have an instant only in some zones.
fn is_beyond(text: &str) -> bool {
    text.split_once(['T', 't', ' ']).is_some_and(|(day, _)| matches!(day, "9999-12-30" | "9999-12-31"))
}

/// How a day is written, to who wrote it without its hyphens, in Vietnamese and English.
fn compact_day(text: &str) -> (String, String) {
    let day = text
        .parse::<i32>()
        .ok()
        .filter(|_| text.len() == 8)
        .and_then(|day| CivilDate::from_yyyymmdd(day).ok());
    day.map(|day| (format!("; ngày viết là {day}"), format!("; a day is written {day}"))).unwrap_or_default()
}

/// What is wrong with a text that is no cut-off, in Vietnamese and English.
fn not_a_time(text: &str) -> (&'static str, &'static str) {
    let has_only =
        |allowed: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || allowed.contains(c));
    match text.split_once(['T', ' ']) {
        Some((day, _)) if day.parse::<Date>().is_ok() => (
            "không có giờ như thế, hoặc thiếu múi giờ: 2026-11-23T15:00:00+07:00, 2026-11-23T08:00:00Z",
            "no such time of day, or without its zone: 2026-11-23T15:00:00+07:00, 2026-11-23T08:00:00Z",
        ),
        None if is_written_as_day(text) => ("không có ngày này", "there is no such day"),
        None if has_only("-/.") && text.matches(['-', '/', '.']).count() == 2 && !text.starts_with('-') => (
            "ngày viết là năm-tháng-ngày, tháng và ngày hai chữ số: 2026-11-23, 2026-02-03",
            "a day is written year-month-day, the last two with two digits: 2026-11-23, 2026-02-03",
        ),
        _ => (
            "không phải số mục (1041), thời điểm (2026-11-23T15:00:00+07:00) hay ngày (2026-11-23)",
            "no tree size (1041), time (2026-11-23T15:00:00+07:00) or day (2026-11-23)",
        ),
    }
}

/// Whether a text has the form of a day, whatever the calendar says of it.
pub fn is_written_as_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let is_number =
        |part: &str, digits: usize| part.len() == digits && part.bytes().all(|b| b.is_ascii_digit());
    matches!(parts.as_slice(), [year, month, day] if is_number(year, 4) && is_number(month, 2) && is_number(day, 2))
}

/// How many entries were received at or before a time: times never decrease, so by halving.
fn received_by(reader: &Reader, end: TreeSize, time_ms: u64) -> Result<TreeSize> {
    let (mut low, mut high) = (0, end.0);
    while low < high {
        let middle = low + (high - low) / 2;
        if reader.record(LeafIndex(middle))?.received_at_ms <= time_ms {
            low = middle + 1
        } else {
            high = middle
        }
    }
    Ok(TreeSize(low))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_no_cut_off_is_told_what_is_wrong_with_it() {
        for (text, word) in [
            ("2023-2-3", "year-month-day"),
            ("31/02/2023", "year-month-day"),
            ("2023-13-01", "no such day"),
            ("2023-02-30", "no such day"),
            ("2023-02-08T25:00:00Z", "no such time of day"),
            ("2023-02-08T15:00:00", "without its zone"),
            ("2023-02-08 15:00", "without its zone"),
            ("yesterday", "no tree size"),
            ("12x", "no tree size"),
            ("-5", "no tree size"),
            ("", "no tree size"),
            ("9999-12-31", "9999-12-30; leave it out"),
            ("9999-12-31T23:59:59Z", "9999-12-30; leave it out"),
            ("1969-12-30", "before 1970"),
            ("0001-01-01", "before 1970"),
            ("2023-02-08T15:00:00+25:00", "14 hours from UTC"),
            ("2023-02-08T15:00:00-14:01", "14 hours from UTC"),
        ] {
            let error = millis(text).unwrap_err().to_string();
            assert!(error.contains(word) && error.contains(text), "{error}");
            assert!(!format!("{:#}", millis(text).unwrap_err()).contains("integral"), "words of the program");
        }
        assert_eq!(compact_day("20230203").1, "; a day is written 2023-02-03");
        let nothing = (String::new(), String::new());
        assert_eq!((compact_day("20239999"), compact_day("99999")), (nothing.clone(), nothing));
        let end_of_day = millis("2023-02-08").unwrap();
        assert_eq!(millis("2023-02-08T23:59:59.999+07:00").unwrap(), end_of_day);
        assert_eq!(millis("2023-02-08T16:59:59.999Z").unwrap(), end_of_day);
        assert_eq!(millis("2023-02-09T06:59:59.999+14:00").unwrap(), end_of_day);
    }
}
