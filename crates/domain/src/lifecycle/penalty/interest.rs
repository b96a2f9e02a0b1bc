//! Late interest (art. 78): every day bears it on what is unpaid and past its term when the day begins.
//!
//! What changes later takes nothing back: a payment, a reduction or a new total counts from the day after it, a delay from its own day. Two
//! things reach back, because by them no term ran: the receipt, from which the days to comply are counted, and the annulment of a decision.

use std::collections::BTreeSet;

use socai_proto::v1::ExecutionAction;

use crate::{
    CivilDate, Dong,
    law::{
        Cited,
        interest::{Rate, on_steps},
        penalty as law,
    },
    lifecycle::Asked,
};

use super::{
    account::relief,
    file::{Decision, File, until},
};

/// What is owed, and what settled it, by their days.
pub(super) struct Interest<'a, 'f> {
    debts: Vec<Debt<'a, 'f>>,
    /// Payments and relief, which settle what was due first.
    settled: Vec<(CivilDate, i64)>,
}

/// A decision that stands.
struct Debt<'a, 'f> {
    decision: &'a Decision<'f>,
    /// Last day of its term.
    due: CivilDate,
    /// Delays: the day each was granted and the last day it gives.
    delays: Vec<(CivilDate, CivilDate)>,
}

impl<'a, 'f> Interest<'a, 'f> {
    pub fn of(file: &'a File<'f>, asked: &Asked<'_>) -> Self {
        let debts = file.standing().filter_map(|decision| Debt::of(decision, file, asked)).collect();
        let payments = file.payments.iter().map(|payment| (payment.fact.on(), payment.data.amount));
        let reliefs =
            file.executions.iter().filter_map(|change| Some((change.fact.on(), relief(&change.data)?)));
        Interest { debts, settled: payments.chain(reliefs).collect() }
    }

    /// Interest up to a day, whole đồng, rounded down once.
    pub fn up_to(&self, on: CivilDate, rates: &[Cited<'_, Rate>]) -> Dong {
        if self.debts.iter().all(|debt| on <= debt.due) {
            return Dong::ZERO;
        }
        // between two of the days nothing changes
        let days = self.days().into_iter().filter(|day| *day < on);
        on_steps(days.map(|day| (day, self.unpaid_at(day))), on, rates)
    }

    /// The days at whose end what is unpaid and past its term may be another sum.
    fn days(&self) -> BTreeSet<CivilDate> {
        let of_debts = self.debts.iter().flat_map(|debt| {
            let delays = debt.delays.iter().flat_map(|(from, to)| [from.previous(), *to]);
            let revised = debt.decision.revised.iter().map(|revision| revision.on);
            delays.chain(revised).chain([debt.decision.fact.on(), debt.due])
        });
        of_debts.chain(self.settled.iter().map(|(on, _)| *on)).collect()
    }

    /// What is unpaid and past its term when the day after this one begins; below zero when more was paid.
    fn unpaid_at(&self, end: CivilDate) -> i128 {
        let Some(day) = end.add_days(1) else { return 0 };
        let late = self.debts.iter().filter(|debt| debt.due_at(day) < day);
        let late: i128 = late.map(|debt| i128::from(debt.decision.total_at(day).0)).sum();
        let settled = self.settled.iter().filter(|(on, _)| *on < day);
        let settled: i128 = settled.map(|(_, amount)| i128::from(*amount)).sum();
        late - settled
    }
}

impl<'a, 'f> Debt<'a, 'f> {
    fn of(decision: &'a Decision<'f>, file: &File<'f>, asked: &Asked<'_>) -> Option<Self> {
        let working_day = |day| asked.rules.calendar().working_day_from(day);
        let mut due = CivilDate::from_yyyymmdd(decision.data.due_on).ok()?;
        let mut delays = vec![];
        let is_its = |of: Option<&Decision<'_>>| of.is_none_or(|of| of.fact.name == decision.fact.name);
        for change in file.executions.iter().filter(|change| is_its(file.changed_by(change))) {
            let on = change.fact.on();
            match change.data.action() {
                ExecutionAction::Served => due = due.max(comply_by(on, asked).unwrap_or(due)),
                ExecutionAction::Postponed | ExecutionAction::Instalments => {
                    delays.extend(until(&change.data).and_then(working_day).map(|last| (on, last)));
                }
                _ => {}
            }
        }
        Some(Debt { decision, due: working_day(due)?, delays })
    }

    /// The last day of its term as it is known on a day.
    fn due_at(&self, day: CivilDate) -> CivilDate {
        let granted = self.delays.iter().filter(|(from, _)| *from <= day).map(|(_, last)| *last);
        granted.fold(self.due, CivilDate::max)
    }
}

/// The last of the days to comply, counted from receipt.
pub(super) fn comply_by(received: CivilDate, asked: &Asked<'_>) -> Option<CivilDate> {
    let days = law::compliance(asked.rules, received)?.value;
    received.add_days(i32::try_from(days).ok()?)
}
