//! Rules of tax debt (Law 38/2019/QH14 on tax administration).
//!
//! Whether enforcement came after day 90, and whether more was recovered than was owed, are findings.

use socai_proto::v1::{TaxDebtAction, TaxEnforcement};
use socai_proto::view;

use super::{Breaches, common};

const MEASURES: &str = "Law 38/2019/QH14 art. 125";

/// A change is about money, and a measure belongs to an enforcement.
pub(super) fn debt_changed(change: &view::TaxDebtChanged<'_>, out: &mut Breaches) {
    common::not_zero("data.amount", change.amount, out);
    let enforced = change.action() == TaxDebtAction::Enforced;
    if enforced != (change.measure() != TaxEnforcement::Unspecified) {
        out.add(
            "data.measure",
            "measure_differs",
            "Cưỡng chế phải nêu biện pháp, biến động khác thì không",
            "an enforcement states its measure, other actions have none",
        )
        .by(MEASURES);
    }
}
