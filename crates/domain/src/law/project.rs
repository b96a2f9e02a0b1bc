//! `law.project`: capital projects.

use socai_proto::{schema, v1::ProjectGroup};

use super::{Cited, Rules, count, day_of_year_after, row, row_of};
use crate::{CivilDate, Dong};

const TABLE: &str = "law.project";

/// The highest value, without the cost of land, for which an economic-technical report is enough.
pub fn economic_technical_report(rules: &dyn Rules, on: CivilDate) -> Option<Cited<'_, Dong>> {
    let row = row(rules, TABLE, "economic_technical_report", on)?;
    Some(Cited { value: Dong(row.number("max")?), source: &row.source })
}

/// How many years before its own the plan of a year may be paid out, as an advance on it.
pub fn advance(rules: &dyn Rules, on: CivilDate) -> Option<Cited<'_, u32>> {
    row(rules, TABLE, "advance", on).map(|row| count(row, "years"))
}

/// Until when a year's capital plan is paid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanTerm {
    /// The last day, in the year after.
    pub last: CivilDate,
    /// The last day of one that was extended.
    pub extended: CivilDate,
}

/// The term of a year's capital plan, by the row in force on the last day of that year.
pub fn plan_term(rules: &dyn Rules, plan_year: u32) -> Option<Cited<'_, PlanTerm>> {
    let year = i32::try_from(plan_year).ok()?;
    let row = row(rules, TABLE, "disbursement", CivilDate::new(year, 12, 31)?)?;
    let day = |month, day| day_of_year_after(year, row.count(month), row.count(day));
    let term = PlanTerm {
        last: day("until_month", "until_day")?,
        extended: day("extended_until_month", "extended_until_day")?,
    };
    Some(Cited { value: term, source: &row.source })
}

/// The last day, before it moves to a working day, on which a project of a group that was accepted that day is settled.
pub fn settlement(
    rules: &dyn Rules,
    group: ProjectGroup,
    accepted_on: CivilDate,
) -> Option<Cited<'_, CivilDate>> {
    let name = schema::PROJECT_GROUP.value(group as i64)?.name;
    let row = row_of(rules, TABLE, "settlement", ("group", name), accepted_on)?;
    let months = accepted_on.add_months(i32::try_from(row.count("months")).ok()?)?;
    let last = months.add_days(i32::try_from(row.count("days")).ok()?)?;
    Some(Cited { value: last, source: &row.source })
}
