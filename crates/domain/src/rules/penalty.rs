//! Rules of administrative violations (Law 15/2012/QH13, amended by 67/2020/QH14).
//!
//! Whether the fine lies in its bracket, the signer had the competence and the decision came in time are findings: auditors want to see
//! such decisions, so they are never refused.

use socai_proto::v1::{ExecutionAction, PenaltyForm, RevisionAction};
use socai_proto::view;

use super::{Breaches, common};
use crate::{Dong, Event};

const LAW: &str = "Law 15/2012/QH13";
const ONE_ACT_ONE_FINE: &str = "Law 15/2012/QH13 art. 3.1.d";
const ON_THE_SPOT: &str = "Law 15/2012/QH13 art. 56";
const REVISION: &str = "Law 15/2012/QH13 art. 18.3";
const EXECUTION: &str = "Law 15/2012/QH13 art. 76, 77, 79";

/// Acts are named once.
pub(super) fn violation_recorded(record: &view::ViolationRecorded<'_>, out: &mut Breaches) {
    common::distinct("data.acts", record.acts, out);
}

/// Lines add up, brackets are brackets, a warning costs nothing, and only an on-the-spot decision has no record.
pub(super) fn decided(decision: &view::PenaltyDecided<'_>, event: &Event<'_>, out: &mut Breaches) {
    let sum = lines(decision, out);
    if sum != Some(Dong(decision.total)) {
        let sum = sum.map_or_else(|| "?".to_owned(), |sum| sum.to_string());
        out.add(
            "data.total",
            "sum_differs",
            format!("Tổng {} khác tổng các hành vi {sum}", decision.total),
            format!("the total {} is not the sum of the lines, {sum}", decision.total),
        );
    }
    let is_fine = decision.form() == PenaltyForm::Fine;
    if is_fine != (decision.total > 0) {
        out.add(
            "data.form",
            "form_differs",
            "Phạt tiền phải có số tiền, cảnh cáo thì không",
            "a fine has an amount, a warning has none",
        )
        .by(LAW);
    }
    if decision.due_on < event.occurred_on().yyyymmdd() {
        let (vi, en) = ("Hạn thi hành trước ngày ra quyết định", "due before it was decided");
        out.add("data.due_on", "too_early", vi, en).by(LAW);
    }
    if !decision.on_the_spot && event.case().is_none() && event.refs().next().is_none() {
        out.add(
            "refs",
            "record_missing",
            "Quyết định phải dẫn chiếu biên bản (refs hoặc case), trừ khi xử phạt tại chỗ",
            "a decision refers to its record (refs or case) unless made on the spot",
        )
        .by(ON_THE_SPOT);
    }
}

/// Each line by itself and against those before it; their sum, `None` beyond 64 bits.
fn lines(decision: &view::PenaltyDecided<'_>, out: &mut Breaches) -> Option<Dong> {
    let mut sum = Some(Dong::ZERO);
    for (i, line) in decision.lines.iter().enumerate() {
        sum = sum.and_then(|sum| sum.checked_add(Dong(line.amount)));
        if line.bracket_min > line.bracket_max {
            out.add(
                format!("data.lines.{i}.bracket_max"),
                "bracket_reversed",
                "Mức tối đa nhỏ hơn mức tối thiểu",
                "the bracket's maximum is below its minimum",
            );
        }
        if decision.lines.iter().take(i).any(|earlier| earlier.act == line.act) {
            out.add(
                format!("data.lines.{i}.act"),
                "act_twice",
                "Một hành vi chỉ bị xử phạt một lần",
                "one act is fined once",
            )
            .by(ONE_ACT_ONE_FINE);
        }
    }
    sum
}

/// A payment pays something.
pub(super) fn payment_received(payment: &view::PenaltyPaymentReceived<'_>, out: &mut Breaches) {
    if payment.amount == 0 && payment.late_interest == 0 {
        let (vi, en) = ("Phải có tiền phạt hoặc tiền chậm nộp", "neither fine nor interest was paid");
        out.add("data.amount", "zero", vi, en).by(LAW);
    }
}

/// A revision is of some decision; what is annulled has no total any more.
pub(super) fn decision_revised(
    revision: &view::PenaltyDecisionRevised<'_>,
    event: &Event<'_>,
    out: &mut Breaches,
) {
    names_a_decision(event, out);
    if revision.action() == RevisionAction::Annulled && revision.new_total.is_some() {
        let (vi, en) = ("Quyết định bị hủy bỏ không còn số tiền phạt", "an annulled decision has no total");
        out.add("data.new_total", "total_differs", vi, en).by(REVISION);
    }
}

/// A change of execution is some decision's; relief states how much, a delay how long.
pub(super) fn execution_changed(
    change: &view::PenaltyExecutionChanged,
    event: &Event<'_>,
    out: &mut Breaches,
) {
    names_a_decision(event, out);
    let action = change.action();
    let relief = matches!(action, ExecutionAction::Reduced | ExecutionAction::Exempted);
    if relief && change.amount.unwrap_or(0) == 0 {
        let (vi, en) = ("Giảm, miễn phải nêu số tiền", "a reduction or exemption states its amount");
        out.add("data.amount", "required", vi, en).by(EXECUTION);
    }
    match change.until {
        Some(until) => common::in_order("data.until", event.occurred_on().yyyymmdd(), until, out),
        None if matches!(action, ExecutionAction::Postponed | ExecutionAction::Instalments) => {
            let (vi, en) =
                ("Hoãn, nộp nhiều lần phải nêu thời hạn", "a postponement or instalments state until when");
            out.add("data.until", "required", vi, en).by(EXECUTION);
        }
        None => {}
    }
}

/// What ends without a penalty began with a record.
pub(super) fn closed_without_penalty(event: &Event<'_>, out: &mut Breaches) {
    common::continues_a_case(event, ("vụ vi phạm", "lập biên bản"), ("violation", "recorded"), out);
}

fn names_a_decision(event: &Event<'_>, out: &mut Breaches) {
    common::continues_a_case(event, ("quyết định xử phạt", "ra quyết định"), ("decision", "made"), out);
}
