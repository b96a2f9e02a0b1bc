//! What a period is called on paper, and the time after it, whose tasks a report sets.

use socai_domain::CivilDate;
use socai_domain::period::{Cut, days};
use socai_domain::tables::Occasion;

use crate::format::{ngay, thang};

/// Where nothing follows by the calendar: after an occasion, after a span of days.
const TIME_TO_COME: &str = "thời gian tới";
const QUARTERS: [&str; 4] = ["I", "II", "III", "IV"];

/// Names of a period in titles.
pub(crate) struct Called {
    pub name: String,
    /// The time whose results the report has.
    pub results_of: String,
    /// The time whose tasks it sets.
    pub tasks_of: String,
}

/// The names of a span of days: those of its row in the occasions table, else of the month, quarter, half-year, nine months or year that it is, by
/// the report calendar or the civil one; of other days the days themselves.
pub(crate) fn called(span: (CivilDate, CivilDate), cut: Cut, row: Option<&Occasion>) -> Called {
    let (name, next) = of_calendar(span, cut)
        .unwrap_or_else(|| (format!("từ {} đến {}", ngay(span.0), ngay(span.1)), TIME_TO_COME.to_owned()));
    let Some(row) = row else { return Called { results_of: name.clone(), name, tasks_of: next } };
    let results_of = match row.occasion {
        Some(_) => row.label.clone(),
        None => format!("dịp {}", row.label),
    };
    Called {
        name: row.label.clone(),
        results_of: row.results_of.clone().unwrap_or(results_of),
        tasks_of: row.tasks_of.clone().unwrap_or(next),
    }
}

/// The period of the calendar that has exactly these days, and the one after it.
fn of_calendar(span: (CivilDate, CivilDate), cut: Cut) -> Option<(String, String)> {
    let year = span.1.year();
    let is_it = |text: String| {
        let of = |text: &str| days(text, cut).is_ok_and(|days| days == span);
        of(&text) || of(&format!("cal:{text}"))
    };
    let month = (1..=12).find(|month| is_it(format!("{year}-{month:02}")));
    if let Some(first) = month.and_then(|month| CivilDate::new(year, month, 1)) {
        return Some((thang(first), thang(first.add_months(1)?)));
    }
    let quarter = |number: usize| format!("quý {}/{}", QUARTERS[number % 4], year + (number / 4) as i32);
    if let Some(number) = (0..4).find(|number| is_it(format!("{year}-Q{}", number + 1))) {
        return Some((quarter(number), quarter(number + 1)));
    }
    let halves = [format!("6 tháng đầu năm {year}"), format!("6 tháng cuối năm {year}")];
    let (first, last) = (halves[0].clone(), halves[1].clone());
    match () {
        () if is_it(format!("{year}-H1")) => Some((first, last)),
        () if is_it(format!("{year}-H2")) => Some((last, format!("6 tháng đầu năm {}", year + 1))),
        () if is_it(format!("{year}-9M")) => {
            Some((format!("9 tháng đầu năm {year}"), format!("3 tháng cuối năm {year}")))
        }
        () if is_it(year.to_string()) => Some((format!("năm {year}"), format!("năm {}", year + 1))),
        () => None,
    }
}
