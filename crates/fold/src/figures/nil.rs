//! Proven zeros: who declared that nothing happened.

use socai_domain::tables::Indicator;
use socai_proto::v1::UnitType;
use socai_tlog::UnitNo;

use super::{
    asked::{Asked, Picked, Window},
    totals::Totals,
};
use crate::fold::Fold;

/// What the units in a row's scope say about its period.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Nil {
    /// Closed the whole period and declared that nothing of the kind happened.
    pub declared: Vec<UnitNo>,
    /// Closed the whole period and published facts of it, so they need declare nothing.
    pub present: Vec<UnitNo>,
    /// Neither: without them a zero is not proven.
    pub missing: Vec<UnitNo>,
}

impl Nil {
    /// Whether a zero may be printed as a statement.
    pub fn is_proven(&self) -> bool {
        self.missing.is_empty() && !self.is_nobodys()
    }

    /// Whether no unit in scope exists on the last asked day: then nobody can say that nothing happened.
    pub fn is_nobodys(&self) -> bool {
        self.declared.is_empty() && self.present.is_empty() && self.missing.is_empty()
    }
}

/// The declarations for a row; none when the row asks for none. A scope names unit types or unit ids.
pub(crate) fn nil(
    fold: &Fold,
    row: &Indicator,
    asked: &Asked,
    window: &Window,
    totals: &Totals,
) -> Option<Nil> {
    if row.nil_scope.is_empty() {
        return None;
    }
    let names: Vec<&str> = [Some(row.code.as_str()), row.kind.as_deref()].into_iter().flatten().collect();
    // Occasions and all time have no days to be closed; the asked period stands for them.
    let (from, to) = match &window.pick {
        Some(pick) if matches!(pick.value, Picked::Occasion(_)) => (asked.from, asked.to),
        _ if window.from == socai_domain::CivilDate::MIN => (asked.from, asked.to),
        _ => window.days(),
    };
    let mut nil = Nil::default();
    for unit in in_scope(fold, row, asked) {
        match () {
            // what an open period still brings nobody knows, whatever it brought so far
            () if totals.publishers.contains(&unit) && fold.closings().is_closed(unit, from, to) => {
                nil.present.push(unit);
            }
            () if fold.closings().is_nil(unit, &names, from, to) => nil.declared.push(unit),
            () => nil.missing.push(unit),
        }
    }
    Some(nil)
}

fn in_scope(fold: &Fold, row: &Indicator, asked: &Asked) -> Vec<UnitNo> {
    let named = |id: &String, unit_type: UnitType, scope: &String| {
        id == scope
            || UnitType::from_str_name(&format!("UNIT_TYPE_{}", scope.to_ascii_uppercase()))
                == Some(unit_type)
    };
    let units = fold.registry().on(asked.to).into_iter();
    let units =
        units.filter(|(unit, span)| row.nil_scope.iter().any(|scope| named(&unit.id, span.unit_type, scope)));
    units.map(|(unit, _)| unit.no).collect()
}
