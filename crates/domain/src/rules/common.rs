//! Checks that several kinds share.

use socai_proto::view::Repeated;

use super::Breaches;
use crate::{CivilDate, Event};

/// Two dates of one span are in order. Dates that are no days were noted by the descriptors.
pub(super) fn in_order(field: &'static str, from: i32, to: i32, out: &mut Breaches) {
    if from > to {
        out.add(
            field,
            "ends_before_it_begins",
            format!("Ngày cuối {} trước ngày đầu {}", shown(to), shown(from)),
            format!("the last day {} is before the first day {}", shown(to), shown(from)),
        );
    }
}

/// A day is not after another one, which is named in both languages.
pub(super) fn not_after(
    field: &'static str,
    day: i32,
    limit: CivilDate,
    limit_vi: &str,
    limit_en: &str,
    out: &mut Breaches,
) {
    if day > limit.yyyymmdd() {
        out.add(
            field,
            "too_late",
            format!("Ngày {} sau {limit_vi} {limit}", shown(day)),
            format!("{} is after {limit_en}, {limit}", shown(day)),
        );
    }
}

/// A part does not exceed the whole.
pub(super) fn at_most(
    field: &'static str,
    part: u32,
    whole: u32,
    whole_vi: &str,
    whole_en: &str,
    out: &mut Breaches,
) {
    if part > whole {
        out.add(
            field,
            "more_than_the_whole",
            format!("{part} lớn hơn {whole_vi} ({whole})"),
            format!("{part} is more than {whole_en} ({whole})"),
        );
    }
}

/// A fact that changes or counts something has an amount.
pub(super) fn not_zero(field: &'static str, amount: i64, out: &mut Breaches) {
    if amount == 0 {
        out.add(field, "zero", "Giá trị phải khác 0", "the value is not zero");
    }
}

/// A year further than this from the year of the day is a slip of the hand: no law, but wider than any law has it.
const MOST_YEARS_APART: i64 = 5;

/// A year that a fact is about is near its day. Whether the law has it nearer is a finding.
pub(super) fn plausible_year(field: &'static str, year: u32, event: &Event<'_>, out: &mut Breaches) {
    let apart = i64::from(year) - i64::from(event.occurred_on().year());
    if apart.abs() > MOST_YEARS_APART {
        implausible_year(field, year, event, out);
    }
}

#[cold]
fn implausible_year(field: &'static str, year: u32, event: &Event<'_>, out: &mut Breaches) {
    let on = event.occurred_on();
    out.add(
        field,
        "year_differs",
        format!("Năm {year} cách ngày {on} quá {MOST_YEARS_APART} năm: kiểm tra lại năm"),
        format!("year {year} is more than {MOST_YEARS_APART} years from {on}: check the year"),
    );
}

/// A fact about a case names it: by the envelope's case, or by a record of it in refs. `what` and how it began, in both languages.
pub(super) fn continues_a_case(
    event: &Event<'_>,
    (what_vi, begun_vi): (&str, &str),
    (what_en, begun_en): (&str, &str),
    out: &mut Breaches,
) {
    if event.case().is_none() && event.refs().next().is_none() {
        out.add(
            "case",
            "required",
            format!("Phải nêu {what_vi}: mã vụ việc (case) hoặc bản ghi {begun_vi} (refs)"),
            format!("name the {what_en}: its case, or the record by which it was {begun_en} (refs)"),
        );
    }
}

/// Items of a list differ.
pub(super) fn distinct<'a>(field: &'static str, items: Repeated<'a, &'a str>, out: &mut Breaches) {
    if items.len() < 2 {
        return;
    }
    for (i, item) in items.iter().enumerate().skip(1) {
        if items.iter().take(i).any(|earlier| earlier == item) {
            listed_twice(format!("{field}.{i}"), item, out);
        }
    }
}

/// A unit does not work with itself.
pub(super) fn not_among<'a>(
    field: &'static str,
    lead: &str,
    others: Repeated<'a, &'a str>,
    out: &mut Breaches,
) {
    if others.is_empty() {
        return;
    }
    if let Some(i) = others.iter().position(|other| other == lead) {
        listed_twice(format!("{field}.{i}"), lead, out);
    }
}

#[cold]
pub(super) fn listed_twice(field: String, item: &str, out: &mut Breaches) {
    out.add(field, "listed_twice", format!("`{item}` ghi hai lần"), format!("`{item}` is listed twice"));
}

fn shown(yyyymmdd: i32) -> String {
    CivilDate::from_yyyymmdd(yyyymmdd).map_or_else(|_| yyyymmdd.to_string(), |date| date.to_string())
}
