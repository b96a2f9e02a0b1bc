//! The adopted rules as lifecycles ask for them: laws by the day, and one calendar of every year that is covered.

use socai_domain::{
    CivilDate,
    calendar::Calendar,
    law::Rules,
    tables::{Holidays, Law, Table},
};

use crate::rulebook::{Adopted, Rulebook};

impl Rules for Rulebook {
    fn law(&self, name: &str, on: CivilDate) -> Option<&Law> {
        match &self.in_force(name, on)?.table {
            Table::Law(law) => Some(law),
            _ => None,
        }
    }

    fn calendar(&self) -> &Calendar {
        &self.calendar
    }
}

/// The calendar of all adopted tables of holidays: a term may run from one year into the next, so each year is that of the newest
/// table that covers it, by the day it takes effect, then by its place in the log.
pub(crate) fn calendar(adopted: &[Adopted]) -> Calendar {
    let mut tables: Vec<_> = adopted
        .iter()
        .filter_map(|adopted| match &adopted.table {
            Table::Holidays(holidays) => Some((adopted.effective_from, adopted.leaf, holidays)),
            _ => None,
        })
        .collect();
    tables.sort_by_key(|(from, leaf, _)| (*from, *leaf));
    let mut years = Holidays::default();
    tables.into_iter().for_each(|(_, _, table)| years.amend(table));
    Calendar::new(years)
}
