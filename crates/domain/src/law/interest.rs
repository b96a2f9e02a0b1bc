//! Interest for paying late, as every law that asks for it counts: so much a day on what is unpaid, by the rate in force on that day.

use super::{Cited, Rules};
use crate::{CivilDate, Dong};

/// A rate and the days it is in force, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// First day.
    pub from: CivilDate,
    /// Last day.
    pub to: CivilDate,
    /// Hundredths of a per cent a day.
    pub percent_a_day: i64,
}

/// The rates of a law by the days they are in force, from its table in force on a day.
pub(super) fn rates<'a>(rules: &'a dyn Rules, table: &str, on: CivilDate) -> Vec<Cited<'a, Rate>> {
    let rows = rules.law(table, on).into_iter().flat_map(|law| law.section("late_interest"));
    rows.map(|row| {
        let percent_a_day = row.number("percent_a_day").unwrap_or_default();
        let rate = Rate { from: row.valid_from, to: row.last_day(), percent_a_day };
        Cited { value: rate, source: row.source.as_str() }
    })
    .collect()
}

/// Interest from the day after `due` to `on`, whole đồng, rounded down: each day on what is unpaid when it begins. `changes` are what was
/// added to the debt, and taken off it, in the order of their days.
pub(crate) fn accrued(
    changes: impl IntoIterator<Item = (CivilDate, i64)>,
    due: CivilDate,
    on: CivilDate,
    rates: &[Cited<'_, Rate>],
) -> Dong {
    let unpaid = changes.into_iter().scan(0, |unpaid, (day, change)| {
        *unpaid += i128::from(change);
        Some((day.max(due), *unpaid))
    });
    on_steps(unpaid, on, rates)
}

/// Interest up to `on`, whole đồng, rounded down once. `steps` are days in their order, each with what is unpaid from the day after it on; below
/// zero nothing is.
pub(crate) fn on_steps(
    steps: impl IntoIterator<Item = (CivilDate, i128)>,
    on: CivilDate,
    rates: &[Cited<'_, Rate>],
) -> Dong {
    let (mut parts, mut before) = (0, None);
    for (day, unpaid) in steps.into_iter().chain([(on, 0)]) {
        if let Some((since, unpaid)) = before.replace((day, unpaid)) {
            parts += i128::max(unpaid, 0) * weighted_days(since, day, rates);
        }
    }
    Dong::clamped(parts / 10_000)
}

/// Days after `from` up to `to`, each times the rate in force on it.
fn weighted_days(from: CivilDate, to: CivilDate, rates: &[Cited<'_, Rate>]) -> i128 {
    let days = |rate: &Rate| {
        let first = rate.from.day_number().max(from.day_number() + 1);
        let last = rate.to.day_number().min(to.day_number());
        i128::from((last - first + 1).max(0)) * i128::from(rate.percent_a_day)
    };
    rates.iter().map(|rate| days(&rate.value)).sum()
}
