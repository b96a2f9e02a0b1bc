//! Rules of gifts, health and call-up.

use socai_proto::view;
use socai_tlog::UnitNo;

use super::envelope::unit_exists_on;
use super::{Breaches, Ctx, common};
use crate::{Dong, Event};

/// The planned money is a number.
pub(super) fn programme_approved(programme: &view::GiftProgrammeApproved<'_>, out: &mut Breaches) {
    let amounts = programme.lines.iter().map(|line| Dong(line.unit_value).checked_times(line.quantity));
    let sum = amounts.collect::<Option<Vec<_>>>().and_then(Dong::checked_sum);
    if sum.is_none() {
        let (vi, en) = ("Tổng kinh phí quá lớn", "the planned money is more than can be counted");
        out.add("data.lines", "too_large", vi, en);
    }
}

/// The amount is the product, and no more gifts came back than went out.
pub(super) fn delivered(batch: &view::GiftDelivered<'_>, out: &mut Breaches) {
    let product = Dong(batch.unit_value).checked_times(batch.quantity);
    if product != Some(Dong(batch.amount)) {
        let product = product.map_or_else(|| "?".to_owned(), |product| product.to_string());
        out.add(
            "data.amount",
            "product_differs",
            format!("Thành tiền {} khác mức quà × số suất = {product}", batch.amount),
            format!("the amount {} is not unit value × quantity, {product}", batch.amount),
        );
    }
    common::at_most("data.returned", batch.returned, batch.quantity, "số suất trao", "the quantity", out);
}

/// Visits are of days in order that are over.
pub(super) fn visits_reported(report: &view::HealthVisitsReported<'_>, ctx: &Ctx<'_>, out: &mut Breaches) {
    common::in_order("data.to", report.from, report.to, out);
    common::not_after("data.to", report.to, ctx.received_on, "ngày nhận", "the day of receipt", out);
}

/// Cases fell ill on days in order that are over.
pub(super) fn cases_reported(report: &view::EpidemicCasesReported<'_>, ctx: &Ctx<'_>, out: &mut Breaches) {
    common::in_order("data.onset_to", report.onset_from, report.onset_to, out);
    common::not_after(
        "data.onset_to",
        report.onset_to,
        ctx.received_on,
        "ngày nhận",
        "the day of receipt",
        out,
    );
}

/// Parts do not exceed the citizens handed over, in a year near that of the call, from a unit that exists.
pub(super) fn handed_over(
    handover: &view::ConscriptionHandedOver<'_>,
    event: &Event<'_>,
    publisher: UnitNo,
    ctx: &Ctx<'_>,
    out: &mut Breaches,
) {
    let (vi, en) = ("số công dân bàn giao", "the citizens handed over");
    common::at_most("data.volunteers", handover.volunteers, handover.count, vi, en, out);
    common::at_most("data.returned", handover.returned, handover.count, vi, en, out);
    common::plausible_year("data.year", handover.year, event, out);
    unit_exists_on(&"data.place", handover.place, publisher, event.occurred_on(), ctx, out);
}
