//! How long: the terms of a decision, of sending, complying with and executing it, and what the late pay.

use socai_proto::v1::{LongerTerm, PenaltyField, SubjectKind};

use super::{TABLE, by_subject, closest};
use crate::{
    CivilDate, Dong,
    calendar::Calendar,
    law::{
        Cited, Rules, count,
        interest::{Rate, rates},
        percent_of, row,
    },
    tables::LawRow,
};

/// A term in the unit that its row states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// Days on which offices work.
    WorkingDays(u32),
    /// Calendar days.
    Days(u32),
    /// Months, to the same day of the month.
    Months(u32),
}

impl Term {
    /// Its last day, moved to a working day; none past the end of the calendar.
    pub fn last_day(self, from: CivilDate, calendar: &Calendar) -> Option<CivilDate> {
        match self {
            Term::WorkingDays(days) => calendar.add_working_days(from, days),
            Term::Days(days) => calendar.deadline(from, days),
            Term::Months(months) => calendar.working_day_from(from.add_months(i32::try_from(months).ok()?)?),
        }
    }

    /// In Vietnamese: `7 ngày làm việc`.
    pub fn vi(self) -> String {
        match self {
            Term::WorkingDays(days) => format!("{days} ngày làm việc"),
            Term::Days(days) => format!("{days} ngày"),
            Term::Months(months) => format!("{months} tháng"),
        }
    }

    /// In English: `7 working days`.
    pub fn en(self) -> String {
        let of = |count: u32, unit: &str| format!("{count} {unit}{}", if count == 1 { "" } else { "s" });
        match self {
            Term::WorkingDays(days) => of(days, "working day"),
            Term::Days(days) => of(days, "day"),
            Term::Months(months) => of(months, "month"),
        }
    }

    /// What a row states under one of these keys: working days, days, months.
    fn of(row: &LawRow, keys: [&str; 3]) -> Option<Term> {
        let count = |key| row.number(key).and_then(|number| u32::try_from(number).ok());
        let [working_days, days, months] = keys.map(count);
        let days = working_days.map(Term::WorkingDays).or(days.map(Term::Days));
        days.or(months.map(Term::Months))
    }
}

/// The term from a record made that day to its decision (art. 66): the one that its ground gives, else the usual one, which is longer when
/// the file was transferred and the law of the day says so.
pub fn decision(
    rules: &dyn Rules,
    transferred: bool,
    ground: LongerTerm,
    on: CivilDate,
) -> Option<Cited<'_, Term>> {
    let row = row(rules, TABLE, "decision", on)?;
    let usual = || Term::of(row, ["working_days", "days", ""]);
    let term = match ground {
        LongerTerm::Explained => Term::of(row, ["", "days_explained", "months_explained"])?,
        LongerTerm::Complex => Term::of(row, ["", "days_complex", "months_complex"])?,
        _ if transferred => Term::of(row, ["working_days_transferred", "", ""]).or_else(usual)?,
        _ => usual()?,
    };
    Some(Cited { value: term, source: &row.source })
}

/// Working days within which a decision is sent (art. 70).
pub fn sending(rules: &dyn Rules, on: CivilDate) -> Option<Cited<'_, u32>> {
    row(rules, TABLE, "sending", on).map(|row| count(row, "working_days"))
}

/// Calendar days from receipt within which it is complied with (art. 68.2, 73).
pub fn compliance(rules: &dyn Rules, on: CivilDate) -> Option<Cited<'_, u32>> {
    row(rules, TABLE, "compliance", on).map(|row| count(row, "days"))
}

/// Months after which a decision is no longer executed (art. 74).
pub fn execution(rules: &dyn Rules, on: CivilDate) -> Option<Cited<'_, u32>> {
    row(rules, TABLE, "execution", on).map(|row| count(row, "months"))
}

/// Months after which a violation is no longer sanctioned (art. 6): the row that names the act, else that of the field, else the one for all
/// others.
pub fn limitation<'a>(
    rules: &'a dyn Rules,
    field: PenaltyField,
    act: &str,
    on: CivilDate,
) -> Option<Cited<'a, u32>> {
    closest(rules, "limitation", (field, act), on).map(|row| count(row, "months"))
}

/// When paying may be put off (art. 76).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Postponement {
    /// Smallest fine for it; none when such a subject's is never put off.
    pub min: Option<Dong>,
    /// Most months.
    pub months: u32,
}

/// The rule of postponement for a subject.
pub fn postponement(
    rules: &dyn Rules,
    subject: SubjectKind,
    on: CivilDate,
) -> Option<Cited<'_, Postponement>> {
    let row = row(rules, TABLE, "postponement", on)?;
    let min = row.number(by_subject(subject, "min_individual", "min_organisation")).map(Dong);
    Some(Cited { value: Postponement { min, months: row.count("months") }, source: &row.source })
}

/// When a fine may be paid in parts (art. 79).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instalments {
    /// Smallest fine for it.
    pub min: Dong,
    /// Most months.
    pub months: u32,
    /// Most parts.
    pub times: u32,
    /// Least share of the first part, hundredths of a per cent.
    pub first_percent: i64,
}

impl Instalments {
    /// The least first part of a fine, rounded down to whole đồng.
    pub fn first_of(&self, fine: Dong) -> Dong {
        Dong(percent_of(fine.0, self.first_percent))
    }
}

/// The rule of instalments for a subject.
pub fn instalments(rules: &dyn Rules, subject: SubjectKind, on: CivilDate) -> Option<Cited<'_, Instalments>> {
    let row = row(rules, TABLE, "instalments", on)?;
    let rule = Instalments {
        min: Dong(row.number(by_subject(subject, "min_individual", "min_organisation"))?),
        months: row.count("months"),
        times: row.count("times"),
        first_percent: row.number("first_percent")?,
    };
    Some(Cited { value: rule, source: &row.source })
}

/// Rates of late interest (art. 78).
pub fn late_interest(rules: &dyn Rules, on: CivilDate) -> Vec<Cited<'_, Rate>> {
    rates(rules, TABLE, on)
}
