//! Rules of inspections, incidents and activities.

use socai_proto::v1::{InspectionResult, Suspension};
use socai_proto::view;

use super::{Breaches, common};

/// The result agrees with what was found, samples with samples, and the lead is not its own participant.
pub(super) fn inspection_conducted(visit: &view::InspectionConducted<'_>, out: &mut Breaches) {
    let (vi, en) = ("số mẫu lấy", "the samples taken");
    common::at_most("data.samples_failed", visit.samples_failed, visit.samples_taken, vi, en, out);
    common::distinct("data.participants", visit.participants, out);
    common::not_among("data.participants", visit.lead_unit, visit.participants, out);
    let (result, suspended) = (visit.result(), visit.suspension() > Suspension::None);
    let contradicts = match result {
        InspectionResult::Pass => visit.shortcomings > 0 || suspended,
        InspectionResult::Shortcomings => visit.shortcomings == 0,
        InspectionResult::Violation | InspectionResult::Unspecified => false,
    };
    if contradicts {
        out.add(
            "data.result",
            "result_differs",
            "Kết quả không khớp với số tồn tại hoặc biện pháp đình chỉ",
            "the result does not agree with the shortcomings or the suspension",
        );
    }
}

/// An activity ends after it begins.
pub(super) fn activity_held(activity: &view::ActivityHeld<'_>, out: &mut Breaches) {
    common::in_order("data.to", activity.from, activity.to, out);
}
