//! The months of a series, from what the user wrote.

use anyhow::{Context as _, Result, ensure};
use socai_domain::{
    CivilDate,
    period::{self, Cut},
};
use socai_fold::Rulebook;

use crate::{cut, mistake::Mistake, quoted::quoted};

/// Most points of a series along time: a century of months.
const MOST: usize = 1_200;

/// The first or the last of the days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bound {
    Day(CivilDate),
    /// Year and month, by the calendar or by the cut of reports.
    Month {
        year: i32,
        month: u8,
        is_calendar: bool,
    },
}

/// Spans of days that follow each other, with their labels.
pub type Months = Vec<(String, (CivilDate, CivilDate))>;

/// The months from one to another: `2022-12` and `2023-03` are report months, `cal:2022-12` calendar months; days are cut into calendar
/// months.
///
/// # Errors
/// It is neither, both are not of one sort, the last comes first, or there are more than a century of them.
pub fn between(from: &str, to: &str, rulebook: &Rulebook) -> Result<Months> {
    let (first, last) = (bound("--from", from)?, bound("--to", to)?);
    let mut months = Vec::new();
    match (first, last) {
        (Bound::Day(first), Bound::Day(last)) => {
            let mut day = first;
            while day <= last && months.len() <= MOST {
                let end = day.end_of_month().min(last);
                months.push((label(day.year(), day.month()), (day, end)));
                day = end.next();
            }
        }
        (
            Bound::Month { mut year, mut month, is_calendar },
            Bound::Month { year: last_year, month: last_month, is_calendar: also },
        ) if is_calendar == also => {
            while (year, month) <= (last_year, last_month) && months.len() <= MOST {
                months.push(one(year, month, is_calendar, rulebook)?);
                (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
            }
        }
        _ => {
            let vi =
                "cần hai ngày (2023-01-15), hai tháng báo cáo (2023-01) hoặc hai tháng lịch (cal:2023-01)";
            let en = "give two days (2023-01-15), two report months (2023-01) or two calendar months (cal:2023-01)";
            return Err(Mistake::new(vi, en).of(&format!("--from {from} --to {to}")).into());
        }
    }
    ensure!(!months.is_empty(), is_after(from, to));
    ensure!(
        months.len() <= MOST,
        Mistake::new(format!("hơn {MOST} tháng; lấy ít hơn"), format!("more than {MOST} months; take fewer"))
            .of(&format!("--from {from} --to {to}"))
    );
    Ok(months)
}

/// The first and the last of all days.
///
/// # Errors
/// As [`between`].
pub fn days(from: &str, to: &str, rulebook: &Rulebook) -> Result<(CivilDate, CivilDate)> {
    if let (Bound::Day(first), Bound::Day(last)) = (bound("--from", from)?, bound("--to", to)?) {
        ensure!(first <= last, is_after(from, to));
        return Ok((first, last));
    }
    let months = between(from, to, rulebook)?;
    let ends = months.first().zip(months.last()).map(|(first, last)| (first.1.0, last.1.1));
    ends.context("there is at least one month")
}

fn is_after(from: &str, to: &str) -> Mistake {
    Mistake::new(format!("--from {from} sau --to {to}"), format!("--from {from} is after --to {to}"))
}

fn one(
    year: i32,
    month: u8,
    is_calendar: bool,
    rulebook: &Rulebook,
) -> Result<(String, (CivilDate, CivilDate))> {
    let label = label(year, month);
    if is_calendar {
        return Ok((label.clone(), period::days(&format!("cal:{label}"), Cut::USUAL)?));
    }
    let days = rulebook.days_of(&label)?;
    Ok((label, days))
}

fn label(year: i32, month: u8) -> String {
    format!("{year:04}-{month:02}")
}

fn bound(flag: &str, text: &str) -> Result<Bound> {
    let read = || {
        if let Ok(day) = text.parse::<CivilDate>() {
            return Some(Bound::Day(day));
        }
        let (is_calendar, month) = match text.strip_prefix("cal:") {
            Some(month) => (true, month),
            None => (false, text),
        };
        // whatever day: only a month that exists has a first
        let first = format!("{month}-01").parse::<CivilDate>().ok()?;
        Some(Bound::Month { year: first.year(), month: first.month(), is_calendar })
    };
    read().with_context(|| {
        let (what_vi, what_en) = match cut::is_written_as_day(text) {
            true => ("không có ngày này", "there is no such day"),
            false => ("không thuộc các dạng này", "it is none of these"),
        };
        let vi = format!("{what_vi}: ngày (2023-01-15), tháng báo cáo (2023-01), tháng lịch (cal:2023-01)");
        let en = format!(
            "{what_en}: a day (2023-01-15), a report month (2023-01), a calendar month (cal:2023-01)"
        );
        Mistake::new(vi, en).of(&format!("{flag} {}", quoted(text)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(from: &str, to: &str) -> Vec<String> {
        let months = between(from, to, &Rulebook::default()).unwrap();
        months.into_iter().map(|(label, (from, to))| format!("{label} {from} {to}")).collect()
    }

    #[test]
    fn months_of_reports_of_the_calendar_and_between_two_days() {
        assert_eq!(
            spans("2022-12", "2023-01"),
            ["2022-12 2022-11-15 2022-12-14", "2023-01 2022-12-15 2023-01-14"]
        );
        assert_eq!(spans("cal:2023-02", "cal:2023-02"), ["2023-02 2023-02-01 2023-02-28"]);
        assert_eq!(
            spans("2023-01-20", "2023-02-08"),
            ["2023-01 2023-01-20 2023-01-31", "2023-02 2023-02-01 2023-02-08"]
        );
        assert_eq!(days("2022-12", "2023-01", &Rulebook::default()).unwrap().0.to_string(), "2022-11-15");
    }

    #[test]
    fn what_is_no_span_of_months_is_refused_with_examples() {
        for (from, to, words) in [
            ("2023-13", "2023-14", "cal:2023-01"),
            ("2023-01", "cal:2023-02", "two calendar months"),
            ("2023-02", "2023-01", "is after"),
            ("2023-02-02", "2023-02-01", "is after"),
            ("1000-01", "2023-01", "fewer"),
            ("yesterday", "2023-01", "--from \"yesterday\": it is none"),
            ("2023-02-31", "2023-03-01", "no such day"),
            ("2023-2-3", "2023-03-01", "none of these"),
        ] {
            let error = format!("{:#}", between(from, to, &Rulebook::default()).unwrap_err());
            assert!(error.contains(words), "{from} {to}: {error}");
        }
        assert!(days("2023-02-02", "2023-02-01", &Rulebook::default()).is_err());
    }
}
