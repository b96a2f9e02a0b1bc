//! Rules of dossiers at the one-stop shop.
//!
//! Which status may follow which, a second request for papers, and whether a dossier was on time need its other facts: the
//! lifecycle and findings say that.

use socai_proto::{v1::DossierStatus, view};

use super::{Breaches, common};
use crate::Event;

/// The result is promised for the day of receipt or later.
pub(super) fn received(dossier: &view::DossierReceived<'_>, event: &Event<'_>, out: &mut Breaches) {
    common::in_order("data.promised_on", event.occurred_on().yyyymmdd(), dossier.promised_on, out);
}

/// A status is some dossier's, and an electronic result comes with a result.
pub(super) fn status_changed(change: &view::DossierStatusChanged, event: &Event<'_>, out: &mut Breaches) {
    names_a_dossier(event, out);
    let has_result = matches!(change.status(), DossierStatus::Processed | DossierStatus::Returned);
    if change.e_result && !has_result {
        out.add(
            "data.e_result",
            "too_early",
            "Chỉ hồ sơ đã xử lý xong hoặc đã trả mới có kết quả điện tử",
            "only a dossier that is processed or returned has an electronic result",
        );
    }
}

/// Papers are some dossier's, and something was digitised or used again.
pub(super) fn component_digitised(
    papers: &view::DossierComponentDigitised,
    event: &Event<'_>,
    out: &mut Breaches,
) {
    names_a_dossier(event, out);
    if papers.digitised == 0 && papers.reused == 0 && !papers.result_digitised {
        out.add(
            "data.digitised",
            "zero",
            "Phải có thành phần được số hóa, tái sử dụng, hoặc kết quả được số hóa",
            "no component was digitised or reused, and no result digitised",
        );
    }
}

fn names_a_dossier(event: &Event<'_>, out: &mut Breaches) {
    common::continues_a_case(event, ("hồ sơ", "tiếp nhận"), ("dossier", "received"), out);
}
