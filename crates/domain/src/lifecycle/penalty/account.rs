//! The money of a violation: fine, payments, what is unpaid on the asking date and the interest on it.

use socai_proto::{v1::ExecutionAction, view};

use crate::{
    CivilDate, Dong,
    law::{
        Cited,
        interest::accrued,
        penalty::{self as law, Rate},
    },
    lifecycle::Asked,
};

use super::file::{File, until};

/// Fine and payments up to the asking date.
pub(super) struct Account<'r> {
    /// Sum of the decisions that stand.
    pub fine: Dong,
    /// Reduced or exempted of it.
    pub relief: Dong,
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
        let fine = sum(file.standing().map(|decision| decision.total.0));
        let relief = sum(file.executions.iter().filter_map(|change| relief(&change.data)));
        let owed = fine.checked_sub(relief).unwrap_or(Dong::ZERO);
        let paid = sum(file.payments.iter().map(|payment| payment.data.amount));
        let due_on = due_on(file, asked);
        let rates = law::late_interest(asked.rules, asked.on);
        let lapse = file.standing().filter_map(|decision| {
            let term = law::execution(asked.rules, decision.fact.on())?;
            let months = i32::try_from(term.value).ok()?;
            Some((decision.fact.on().add_months(months)?, term.source))
        });
        let lapse = lapse.max_by_key(|(day, _)| *day);
        Account {
            fine,
            relief,
            paid,
            unpaid: owed.checked_sub(paid).unwrap_or(Dong::ZERO),
            interest: due_on.map_or(Dong::ZERO, |due| interest(file, owed, due, asked.on, &rates)),
            interest_paid: sum(file.payments.iter().map(|payment| payment.data.late_interest)),
            interest_source: rates.last().map_or("", |rate| rate.source),
            due_on,
            lapsed_on: lapse.map(|(day, _)| day),
            lapse_source: lapse.map_or("", |(_, source)| source),
        }
    }
}

/// The last day of the term: that of the decision, later when it was served so late that the days to comply run on, or
/// when it was put off; moved to a working day.
fn due_on(file: &File<'_>, asked: &Asked<'_>) -> Option<CivilDate> {
    let stated =
        file.standing().filter_map(|decision| CivilDate::from_yyyymmdd(decision.data.due_on).ok()).max()?;
    let put_off = file.executions.iter().filter_map(|change| match change.data.action() {
        ExecutionAction::Served => {
            let days = law::compliance(asked.rules, change.fact.on())?.value;
            change.fact.on().add_days(i32::try_from(days).ok()?)
        }
        ExecutionAction::Postponed | ExecutionAction::Instalments => until(&change.data),
        _ => None,
    });
    asked.rules.calendar().working_day_from(put_off.fold(stated, CivilDate::max))
}

fn relief(change: &view::PenaltyExecutionChanged) -> Option<i64> {
    matches!(change.action(), ExecutionAction::Reduced | ExecutionAction::Exempted)
        .then_some(change.amount)
        .flatten()
}

/// Interest from the day after the term to the asking date.
fn interest(file: &File<'_>, owed: Dong, due: CivilDate, on: CivilDate, rates: &[Cited<'_, Rate>]) -> Dong {
    let payments = file.payments.iter().map(|payment| (payment.fact.on(), -payment.data.amount));
    accrued(std::iter::once((due, owed.0)).chain(payments), due, on, rates)
}

fn sum(amounts: impl Iterator<Item = i64>) -> Dong {
    Dong::checked_sum(amounts.map(Dong)).unwrap_or(Dong(i64::MAX))
}
