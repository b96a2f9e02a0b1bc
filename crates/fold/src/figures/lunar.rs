//! The comparison by the lunar calendar: days that lie as far from the Tết of the year before.
//!
//! Tết wanders between 20 January and 21 February, so the same days of two years may hold it once, twice or not at all. Beside the
//! official comparison by dates, the whole span is moved by the days between the two Tết; its length stays.

use socai_domain::{CivilDate, tables::Table};

use super::asked::{Pick, Picked, Window};
use crate::rulebook::Rulebook;

impl Window {
    /// The window moved by the days between the Tết of the year of its last day and the one before. None for occasions, whole
    /// years and all time, and when the `periods` table in force does not have both Tết.
    pub fn lunar_year_before(&self, rulebook: &Rulebook) -> Option<Self> {
        let pick = match &self.pick {
            None => None,
            Some(Pick { field, value: Picked::Year(year) }) => {
                Some(Pick { field: field.clone(), value: Picked::Year(year - 1) })
            }
            Some(Pick { value: Picked::Occasion(_), .. }) => return None,
        };
        if self.from == CivilDate::MIN || self.to == CivilDate::MAX {
            return None;
        }
        let Table::Periods(periods) = &rulebook.in_force("periods", self.to)?.table else { return None };
        let days = periods.lunar_year_before(self.to.year())?;
        Some(Window { from: self.from.add_days(-days)?, to: self.to.add_days(-days)?, pick })
    }
}
