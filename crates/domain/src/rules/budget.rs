//! Rules of estimates, revenue and expenditure (Law 83/2015/QH13 on the state budget).

use socai_proto::{v1::ExpenditureStage, view};

use super::Breaches;
use crate::{CivilDate, Event};

const BUDGET_LAW: &str = "Law 83/2015/QH13";
const ADJUSTMENT: &str = "Law 83/2015/QH13 art. 64: books of a year are adjusted until 31/01";

/// An estimate is of the year it is set in, of the next, or of the one still open for adjustment.
pub(super) fn estimate_set(estimate: &view::BudgetEstimateSet<'_>, event: &Event<'_>, out: &mut Breaches) {
    let next = event.occurred_on().year() + 1;
    if !is_open(estimate.fiscal_year, event.occurred_on())
        && i64::from(estimate.fiscal_year) != i64::from(next)
    {
        wrong_year(estimate.fiscal_year, event, out);
    }
}

/// A posting has an amount, and its value date lies in its fiscal year or the January after it.
pub(super) fn revenue_posted(posting: &view::BudgetRevenuePosted<'_>, event: &Event<'_>, out: &mut Breaches) {
    not_zero(posting.amount, out);
    value_date(posting.fiscal_year, event, out);
}

/// The same; what is negative is a recovery and the other way round.
pub(super) fn expenditure_posted(
    posting: &view::BudgetExpenditurePosted<'_>,
    event: &Event<'_>,
    out: &mut Breaches,
) {
    not_zero(posting.amount, out);
    value_date(posting.fiscal_year, event, out);
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

fn value_date(fiscal_year: u32, event: &Event<'_>, out: &mut Breaches) {
    if !is_open(fiscal_year, event.occurred_on()) {
        wrong_year(fiscal_year, event, out);
    }
}

/// Whether the books of a fiscal year are open on a day: from 1 January of the year to 31 January of the next.
fn is_open(fiscal_year: u32, on: CivilDate) -> bool {
    let year = i64::from(on.year());
    i64::from(fiscal_year) == year || i64::from(fiscal_year) == year - 1 && on.month() == 1
}

#[cold]
fn wrong_year(fiscal_year: u32, event: &Event<'_>, out: &mut Breaches) {
    let on = event.occurred_on();
    out.add(
        "data.fiscal_year",
        "year_differs",
        format!("Ngày {on} không thuộc niên độ {fiscal_year} và thời gian chỉnh lý đến 31/01"),
        format!("{on} is not in fiscal year {fiscal_year} nor in its adjustment period to 31/01"),
    )
    .by(ADJUSTMENT);
}
