//! Rules of site clearance; the order of stages, waiting times and approved sums are findings.

use socai_proto::view;

use super::{Breaches, common};

/// No more refused than were called, and whoever did not refuse was paid something.
pub(super) fn payment_made(payment: &view::ClearancePaymentMade<'_>, out: &mut Breaches) {
    let (vi, en) = ("số trường hợp được chi trả", "the land users called to be paid");
    common::at_most("data.refused", payment.refused, payment.land_users, vi, en, out);
    if payment.refused < payment.land_users {
        common::not_zero("data.amount", payment.amount, out);
    }
}

/// Land is handed over, or the project declared complete without more.
pub(super) fn site_handed_over(handover: &view::ClearanceSiteHandedOver<'_>, out: &mut Breaches) {
    if !handover.complete {
        common::not_zero("data.area_m2", handover.area_m2.into(), out);
    }
}
