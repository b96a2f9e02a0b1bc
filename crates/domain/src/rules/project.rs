//! Rules of capital projects.
//!
//! Limits of value, order of steps and overspent plans are findings.

use socai_proto::{v1::DisbursementKind, view};
use socai_tlog::UnitNo;

use super::envelope::unit_exists_on;
use super::{Breaches, Ctx, common};
use crate::Event;

/// Names, places and works are listed once, places exist, and an investment is an amount.
pub(super) fn registered(
    project: &view::ProjectRegistered<'_>,
    event: &Event<'_>,
    publisher: UnitNo,
    ctx: &Ctx<'_>,
    out: &mut Breaches,
) {
    common::distinct("data.names", project.names, out);
    common::distinct("data.places", project.places, out);
    for (i, place) in project.places.iter().enumerate() {
        let field = format_args!("data.places.{i}");
        unit_exists_on(&field, place, publisher, event.occurred_on(), ctx, out);
    }
    common::not_zero("data.total_investment", project.total_investment, out);
    for (i, work) in project.works.iter().enumerate().skip(1) {
        if project.works.iter().take(i).any(|earlier| earlier.work == work.work) {
            common::listed_twice(format!("data.works.{i}.work"), work.work, out);
        }
    }
}

/// A work is accepted once in an acceptance.
pub(super) fn accepted(acceptance: &view::ProjectAccepted<'_>, out: &mut Breaches) {
    common::distinct("data.works", acceptance.works, out);
}

/// Something was paid, unless it settles a project, under the plan of a year near the day.
pub(super) fn disbursed(payment: &view::ProjectDisbursed<'_>, event: &Event<'_>, out: &mut Breaches) {
    if payment.kind() != DisbursementKind::FinalSettlement {
        common::not_zero("data.amount", payment.amount, out);
    }
    common::plausible_year("data.plan_year", payment.plan_year, event, out);
}
