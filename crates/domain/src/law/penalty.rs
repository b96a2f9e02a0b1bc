//! `law.penalty`: competence, brackets, limits, terms and interest of administrative penalties (Law 15/2012/QH13 as it is amended).

use socai_proto::v1::{PenaltyField, SignerLevel, SubjectKind};

pub use super::interest::Rate;
use super::{Cited, Rules, count, interest::rates, percent_of, row, row_of};
use crate::{CivilDate, Dong};

const TABLE: &str = "law.penalty";

/// The highest bracket that a signer may apply to an act (art. 38, 52): the smaller of the share of the field's maximum and the
/// fixed amount, times the factor of organisations. None when no row limits the signer.
pub fn cap(
    rules: &dyn Rules,
    signer: SignerLevel,
    field: PenaltyField,
    subject: SubjectKind,
    on: CivilDate,
) -> Option<Cited<'_, Dong>> {
    let row = row_of(rules, TABLE, "cap", ("signer_level", name_of_signer(signer)), on)?;
    let share = row.number("percent_of_field_maximum").and_then(|share| {
        let maximum = row_of(rules, TABLE, "field_maximum", ("field", name_of_field(field)), on)?;
        Some(percent_of(maximum.number("max")?, share))
    });
    let smaller = [share, row.number("max")].into_iter().flatten().min()?;
    Some(Cited { value: for_subject(rules, Dong(smaller), subject, on), source: &row.source })
}

/// The bracket of an act for a subject; none for an act that is not in the table.
pub fn bracket<'a>(
    rules: &'a dyn Rules,
    act: &str,
    subject: SubjectKind,
    on: CivilDate,
) -> Option<Cited<'a, (Dong, Dong)>> {
    let row = row_of(rules, TABLE, "bracket", ("act", act), on)?;
    let bound = |key| row.number(key).map(|amount| for_subject(rules, Dong(amount), subject, on));
    Some(Cited { value: (bound("min")?, bound("max")?), source: &row.source })
}

/// The highest fine without a record (art. 56).
pub fn on_the_spot(rules: &dyn Rules, subject: SubjectKind, on: CivilDate) -> Option<Cited<'_, Dong>> {
    let row = row(rules, TABLE, "on_the_spot", on)?;
    let max = row.number(by_subject(subject, "max_individual", "max_organisation"))?;
    Some(Cited { value: Dong(max), source: &row.source })
}

/// Terms from the record to the decision (art. 66).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecisionTerm {
    /// Working days.
    pub working_days: u32,
    /// Months when an explanation or verification was needed.
    pub months_explained: u32,
    /// Months when the case is complex.
    pub months_complex: u32,
}

/// The term of a decision on a record made that day; longer when the file was transferred.
pub fn decision(rules: &dyn Rules, transferred: bool, on: CivilDate) -> Option<Cited<'_, DecisionTerm>> {
    let row = row(rules, TABLE, "decision", on)?;
    let term = DecisionTerm {
        working_days: row.count(if transferred { "working_days_transferred" } else { "working_days" }),
        months_explained: row.count("months_explained"),
        months_complex: row.count("months_complex"),
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

/// Months after which a violation is no longer sanctioned (art. 6): the row of the field, else the one for all other fields.
pub fn limitation(rules: &dyn Rules, field: PenaltyField, on: CivilDate) -> Option<Cited<'_, u32>> {
    let of_field = row_of(rules, TABLE, "limitation", ("field", name_of_field(field)), on);
    let of_others =
        || rules.law(TABLE, on)?.in_force("limitation", on).find(|row| row.text("field").is_none());
    of_field.or_else(of_others).map(|row| count(row, "months"))
}

/// When paying may be put off (art. 76).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Postponement {
    /// Smallest fine for it.
    pub min: Dong,
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
    let min = Dong(row.number(by_subject(subject, "min_individual", "min_organisation"))?);
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

fn for_subject(rules: &dyn Rules, amount: Dong, subject: SubjectKind, on: CivilDate) -> Dong {
    let times = row(rules, TABLE, "organisation", on).map_or(1, |row| row.count("times"));
    match subject {
        SubjectKind::Organisation => amount.checked_times(times).unwrap_or(Dong(i64::MAX)),
        _ => amount,
    }
}

/// Households are sanctioned like individuals.
fn by_subject<'k>(subject: SubjectKind, individual: &'k str, organisation: &'k str) -> &'k str {
    if subject == SubjectKind::Organisation { organisation } else { individual }
}

fn name_of_signer(signer: SignerLevel) -> &'static str {
    socai_proto::schema::SIGNER_LEVEL.value(signer as i64).map_or("", |value| value.name)
}

fn name_of_field(field: PenaltyField) -> &'static str {
    socai_proto::schema::PENALTY_FIELD.value(field as i64).map_or("", |value| value.name)
}
