//! The money of a violation: fine, payments, what is unpaid on the asking date and the interest on it.

use crate::{
    CivilDate, Dong,
    law::{
        Cited,
        penalty::{self as law, Rate},
    },
    lifecycle::Asked,
};

use super::file::File;

/// Fine and payments up to the asking date.
pub(super) struct Account<'r> {
    /// Sum of the decisions.
    pub fine: Dong,
    /// Paid of the fine.
    pub paid: Dong,
    /// Left of the fine; negative when too much was paid.
    pub unpaid: Dong,
    /// Interest that accrued, whole đồng, rounded down.
    pub interest: Dong,
    /// Interest that was paid.
    pub interest_paid: Dong,
    /// Article of the rate of the interest.
    pub interest_source: &'r str,
    /// Last day of the term, moved to a working day; none before the decision.
    pub due_on: Option<CivilDate>,
    /// Last day on which it is executed.
    pub lapsed_on: Option<CivilDate>,
    /// Article of that time.
    pub lapse_source: &'r str,
}

impl<'r> Account<'r> {
    pub fn of(file: &File<'_>, asked: &Asked<'r>) -> Account<'r> {
        let fine = sum(file.decisions.iter().map(|decision| decision.data.total));
        let paid = sum(file.payments.iter().map(|payment| payment.data.amount));
        let due_on = file.decisions.iter().filter_map(|decision| {
            let due = CivilDate::from_yyyymmdd(decision.data.due_on).ok()?;
            asked.rules.calendar().working_day_from(due)
        });
        let due_on = due_on.max();
        let rates = law::late_interest(asked.rules, asked.on);
        let lapse = file.decisions.iter().filter_map(|decision| {
            let term = law::execution(asked.rules, decision.fact.on())?;
            let months = i32::try_from(term.value).ok()?;
            Some((decision.fact.on().add_months(months)?, term.source))
        });
        let lapse = lapse.max_by_key(|(day, _)| *day);
        Account {
            fine,
            paid,
            unpaid: fine.checked_sub(paid).unwrap_or(Dong::ZERO),
            interest: due_on.map_or(Dong::ZERO, |due| interest(file, fine, due, asked.on, &rates)),
            interest_paid: sum(file.payments.iter().map(|payment| payment.data.late_interest)),
            interest_source: rates.last().map_or("", |rate| rate.source),
            due_on,
            lapsed_on: lapse.map(|(day, _)| day),
            lapse_source: lapse.map_or("", |(_, source)| source),
        }
    }
}

/// Interest from the day after the term to the asking date: each day on what is unpaid when it begins.
fn interest(file: &File<'_>, fine: Dong, due: CivilDate, on: CivilDate, rates: &[Cited<'_, Rate>]) -> Dong {
    let (mut since, mut unpaid, mut parts) = (due, i128::from(fine.0), 0);
    for payment in &file.payments {
        let day = payment.fact.on();
        if day > since {
            parts += unpaid.max(0) * weighted_days(since, day, rates);
            since = day;
        }
        unpaid -= i128::from(payment.data.amount);
    }
    parts += unpaid.max(0) * weighted_days(since, on, rates);
    Dong(i64::try_from(parts / 10_000).unwrap_or(i64::MAX))
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

fn sum(amounts: impl Iterator<Item = i64>) -> Dong {
    Dong::checked_sum(amounts.map(Dong)).unwrap_or(Dong(i64::MAX))
}
