//! `law.penalty`: competence, brackets, limits, terms and interest of administrative penalties (Law 15/2012/QH13 as it is amended).

mod amounts;
mod terms;

pub use amounts::{Cap, Charge, bracket, cap, on_the_spot, surcharge};
pub use terms::{
    Instalments, Postponement, Term, compliance, decision, execution, instalments, late_interest, limitation,
    postponement, sending,
};

pub use super::interest::Rate;

use socai_proto::v1::{PenaltyField, SubjectKind};

use super::{Rules, row};
use crate::{
    CivilDate,
    tables::{Acts, LawRow},
};

const TABLE: &str = "law.penalty";

/// How closely a row says which acts it is for: every act, those of a field, or those that it names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Closeness {
    Every,
    Field,
    Acts(crate::tables::Narrowness),
}

/// The row of a section that is for an act, and of several the one that says so most closely.
fn closest<'a>(
    rules: &'a dyn Rules,
    section: &'a str,
    (field, act): (PenaltyField, &str),
    on: CivilDate,
) -> Option<&'a LawRow> {
    let rows = rules.law(TABLE, on)?.in_force(section, on);
    let of_act = rows.filter_map(|row| Some((closeness(row, field, act)?, row)));
    of_act.max_by_key(|(closeness, _)| *closeness).map(|(_, row)| row)
}

/// None when the row is for other acts.
fn closeness(row: &LawRow, field: PenaltyField, act: &str) -> Option<Closeness> {
    let mut named = row.texts("acts").filter_map(Acts::parse).peekable();
    if named.peek().is_some() {
        return named.filter_map(|acts| acts.narrowness_of(act)).max().map(Closeness::Acts);
    }
    match row.text("field") {
        None => Some(Closeness::Every),
        Some(name) => (name == name_of_field(field)).then_some(Closeness::Field),
    }
}

/// Households are sanctioned like individuals.
fn by_subject<'k>(subject: SubjectKind, individual: &'k str, organisation: &'k str) -> &'k str {
    if subject == SubjectKind::Organisation { organisation } else { individual }
}

fn name_of_field(field: PenaltyField) -> &'static str {
    socai_proto::schema::PENALTY_FIELD.value(field as i64).map_or("", |value| value.name)
}

/// Whether the table has a row that says how much more an organisation is fined; known of everybody else.
pub fn knows_subject(rules: &dyn Rules, subject: SubjectKind, on: CivilDate) -> bool {
    subject != SubjectKind::Organisation || row(rules, TABLE, "organisation", on).is_some()
}
