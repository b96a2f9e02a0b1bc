//! Rules of estimates, revenue and expenditure (Law 83/2015/QH13 on the state budget).
//!
//! Whether the books of a fiscal year were open on a day is a finding, by the dated row of `law.budget`. What is refused here is a year
//! that can only be a typing error.

use socai_proto::{v1::ExpenditureStage, view};

use super::{Breaches, common::plausible_year};
use crate::Event;

const BUDGET_LAW: &str = "Law 83/2015/QH13";

/// An estimate is of a year near the day it is set.
pub(super) fn estimate_set(estimate: &view::BudgetEstimateSet<'_>, event: &Event<'_>, out: &mut Breaches) {
    plausible_year("data.fiscal_year", estimate.fiscal_year, event, out);
}

/// A posting has an amount, and a fiscal year near its value date.
pub(super) fn revenue_posted(posting: &view::BudgetRevenuePosted<'_>, event: &Event<'_>, out: &mut Breaches) {
    not_zero(posting.amount, out);
    plausible_year("data.fiscal_year", posting.fiscal_year, event, out);
}

/// The same; what is negative is a recovery and the other way round.
pub(super) fn expenditure_posted(
    posting: &view::BudgetExpenditurePosted<'_>,
    event: &Event<'_>,
    out: &mut Breaches,
) {
    not_zero(posting.amount, out);
    plausible_year("data.fiscal_year", posting.fiscal_year, event, out);
    let recovery = posting.stage() == ExpenditureStage::Recovery;
    if posting.amount != 0 && recovery != (posting.amount < 0) {
        out.add(
            "data.amount",
            "sign_differs",
            "Thu hồi ghi số âm, tạm ứng và thực chi ghi số dương",
            "a recovery is negative, an advance or final payment positive",
        )
        .by(BUDGET_LAW);
    }
}

fn not_zero(amount: i64, out: &mut Breaches) {
    if amount == 0 {
        out.add("data.amount", "zero", "Số tiền phải khác 0", "the amount is not zero").by(BUDGET_LAW);
    }
}
