//! How much: who may fine it, the bracket of an act, what a Council adds in the inner city, fines without a record.

use socai_proto::v1::{PenaltyField, SignerLevel, SubjectKind};

use super::{TABLE, by_subject, closest};
use crate::{
    CivilDate, Dong,
    law::{Cited, Rules, percent_of, row, row_of},
};

/// An act that a decision fines.
#[derive(Clone, Copy, Debug)]
pub struct Charge<'a> {
    /// Field of the decision.
    pub field: PenaltyField,
    /// Act by its code.
    pub act: &'a str,
    /// Who is fined.
    pub subject: SubjectKind,
    /// Day of the decision.
    pub on: CivilDate,
}

/// The highest bracket that a signer may apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cap<'a> {
    /// More than this is beyond the signer's competence.
    pub value: Dong,
    /// The article.
    pub source: &'a str,
    /// Whether everything up to it is within: not when the signer has a share of the field's maximum too, and no row states that maximum.
    pub is_whole: bool,
}

/// The highest bracket that a signer may apply to an act (art. 38, 52): the smaller of the share of the maximum of the act's field and the
/// fixed amount, times the factor of organisations. None when the rows in force do not say.
pub fn cap<'a>(rules: &'a dyn Rules, signer: SignerLevel, charge: Charge<'_>) -> Option<Cap<'a>> {
    let row = row_of(rules, TABLE, "cap", ("signer_level", name_of_signer(signer)), charge.on)?;
    let percent = row.number("percent_of_field_maximum");
    let maximum = closest(rules, "field_maximum", (charge.field, charge.act), charge.on);
    let share = percent.and_then(|percent| Some(percent_of(maximum?.number("max")?, percent)));
    let smaller = [share, row.number("max")].into_iter().flatten().min()?;
    Some(Cap {
        value: for_subject(rules, Dong(smaller), charge),
        source: &row.source,
        is_whole: share.is_some() || percent.is_none(),
    })
}

/// The bracket of an act for a subject; none for an act that is not in the table.
pub fn bracket<'a>(rules: &'a dyn Rules, charge: Charge<'_>) -> Option<Cited<'a, (Dong, Dong)>> {
    let row = row_of(rules, TABLE, "bracket", ("act", charge.act), charge.on)?;
    let bound = |key| row.number(key).map(|amount| for_subject(rules, Dong(amount), charge));
    Some(Cited { value: (bound("min")?, bound("max")?), source: &row.source })
}

/// How many times the Government's bracket the city's Council may have set for an act in these places (art. 23.1), one of which is
/// enough; none where no row is in force.
pub fn surcharge<'a, 'p>(
    rules: &'a dyn Rules,
    charge: Charge<'_>,
    mut places: impl Iterator<Item = &'p str>,
) -> Option<Cited<'a, u32>> {
    let row = closest(rules, "surcharge", (charge.field, charge.act), charge.on)?;
    let is_there = |of: &str, place: &str| {
        place.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let is_everywhere = row.texts("places").next().is_none();
    let applies = is_everywhere || places.any(|place| row.texts("places").any(|of| is_there(of, place)));
    applies.then(|| Cited { value: row.count("times"), source: row.source.as_str() })
}

/// The highest fine without a record (art. 56).
pub fn on_the_spot(rules: &dyn Rules, subject: SubjectKind, on: CivilDate) -> Option<Cited<'_, Dong>> {
    let row = row(rules, TABLE, "on_the_spot", on)?;
    let max = row.number(by_subject(subject, "max_individual", "max_organisation"))?;
    Some(Cited { value: Dong(max), source: &row.source })
}

fn for_subject(rules: &dyn Rules, amount: Dong, charge: Charge<'_>) -> Dong {
    let times = row(rules, TABLE, "organisation", charge.on).map_or(1, |row| row.count("times"));
    match charge.subject {
        SubjectKind::Organisation => amount.checked_times(times).unwrap_or(Dong(i64::MAX)),
        _ => amount,
    }
}

fn name_of_signer(signer: SignerLevel) -> &'static str {
    socai_proto::schema::SIGNER_LEVEL.value(signer as i64).map_or("", |value| value.name)
}
