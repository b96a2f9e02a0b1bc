//! Whether a decision gives enough time, is paid in time, and not beyond what is owed.

use socai_tlog::EventName;

use crate::{
    CivilDate, Dong,
    law::penalty as law,
    lifecycle::{
        Asked, Finding,
        finding::{day, money},
        holidays,
        story::names,
    },
};

use super::{account::Account, file::File, relief};

/// What is found about terms and payments.
pub(super) fn findings(file: &File<'_>, account: &Account<'_>, asked: &Asked<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    if file.decisions.is_empty() {
        pending(file, &mut out);
        return out;
    }
    short_terms(file, asked, &mut out);
    relief::findings(file, asked, &mut out);
    refund(file, account, &mut out);
    too_much(file, account, &mut out);
    unpaid(file, account, asked, &mut out);
    unknown_holidays(file, account, asked, &mut out);
    out
}

/// Facts whose decision has not been recorded yet.
fn pending(file: &File<'_>, out: &mut Vec<Finding>) {
    if !file.payments.is_empty() {
        let facts = names(file.payments.iter().map(|payment| payment.fact));
        let (vi, en) = (
            "đã thu tiền, quyết định xử phạt chưa được ghi sổ",
            "paid, but the decision is not in the ledger yet",
        );
        let paid = file.payments.iter().map(|payment| Dong(payment.data.amount));
        let paid = Dong::checked_sum(paid).unwrap_or(Dong(i64::MAX));
        out.push(Finding::new("payment_pending", facts, vi, en).of(paid));
    }
    let revisions = file.revisions.iter().map(|revision| revision.fact);
    let facts = names(revisions.chain(file.executions.iter().map(|change| change.fact)));
    if !facts.is_empty() {
        let (vi, en) = (
            "đã sửa đổi hoặc thi hành, quyết định xử phạt chưa được ghi sổ",
            "revised or executed, but the decision is not in the ledger yet",
        );
        out.push(Finding::new("decision_pending", facts, vi, en));
    }
}

/// Money that was paid on decisions of which none stands.
fn refund(file: &File<'_>, account: &Account<'_>, out: &mut Vec<Finding>) {
    if file.standing().next().is_none() && account.paid.0 > 0 {
        let paid = money(account.paid);
        out.push(
            Finding::new(
                "refund_due",
                names(file.payments.iter().map(|payment| payment.fact)),
                format!("quyết định đã bị hủy bỏ, phải hoàn trả {paid} đồng đã thu"),
                format!("the decision was annulled, {paid:#} VND that was paid is to be refunded"),
            )
            .of(account.paid),
        );
    }
}

fn short_terms(file: &File<'_>, asked: &Asked<'_>, out: &mut Vec<Finding>) {
    for decision in file.standing() {
        let on = decision.fact.on();
        let Some(term) = law::compliance(asked.rules, on) else { continue };
        let earliest = i32::try_from(term.value).ok().and_then(|days| on.add_days(days));
        let due = CivilDate::from_yyyymmdd(decision.data.due_on).ok();
        if let (Some(earliest), Some(due)) = (earliest, due)
            && due < earliest
        {
            let days = term.value;
            out.push(
                Finding::new(
                    "term_too_short",
                    vec![decision.fact.name],
                    format!("hạn thi hành {} ngắn hơn {days} ngày", day(due)),
                    format!("due {due}, which gives less than {days} days"),
                )
                .by(term.source),
            );
        }
    }
}

/// More than the fine, or more interest than accrued.
fn too_much(file: &File<'_>, account: &Account<'_>, out: &mut Vec<Finding>) {
    let facts = || owed_by(file);
    let is_standing = file.standing().next().is_some();
    if is_standing && account.unpaid.is_negative() && account.paid.0 > 0 {
        let (paid, fine, relief) = (money(account.paid), money(account.fine), money(account.relief));
        let (less_vi, less_en) = match account.relief.0 {
            0 => (String::new(), String::new()),
            _ => {
                (format!(" đã giảm, miễn {relief}"), format!(", of which {relief:#} was reduced or exempted"))
            }
        };
        out.push(
            Finding::new(
                "overpaid",
                facts(),
                format!("đã nộp {paid}, nhiều hơn tiền phạt {fine} đồng{less_vi}"),
                format!("{paid:#} was paid, more than the fine of {fine:#} VND{less_en}"),
            )
            .of(account.unpaid.checked_neg().unwrap_or(Dong(i64::MAX))),
        );
    }
    if is_standing && account.relief > account.fine {
        let (relief, fine) = (money(account.relief), money(account.fine));
        out.push(
            Finding::new(
                "relief_above_fine",
                facts(),
                format!("đã giảm, miễn {relief}, nhiều hơn tiền phạt {fine} đồng"),
                format!("{relief:#} was reduced or exempted, more than the fine of {fine:#} VND"),
            )
            .of(account.relief.checked_sub(account.fine).unwrap_or(Dong(i64::MAX))),
        );
    }
    if account.interest_paid > account.interest {
        let (paid, due) = (money(account.interest_paid), money(account.interest));
        out.push(
            Finding::new(
                "interest_overpaid",
                facts(),
                format!("tiền chậm nộp đã thu {paid}, nhiều hơn mức phải nộp {due} đồng"),
                format!("late interest of {paid:#} was paid, more than the {due:#} VND that accrued"),
            )
            .of(account.interest_paid.checked_sub(account.interest).unwrap_or(Dong::ZERO))
            .by(account.interest_source),
        );
    }
}

/// The decisions that stand, then every payment.
fn owed_by(file: &File<'_>) -> Vec<EventName> {
    let payments = file.payments.iter().map(|payment| payment.fact);
    names(file.standing().map(|decision| decision.fact).chain(payments))
}

/// What rests on the last day for paying, when nobody has entered whether offices worked on it.
fn unknown_holidays(file: &File<'_>, account: &Account<'_>, asked: &Asked<'_>, out: &mut Vec<Finding>) {
    let rests = |found: &Finding| matches!(found.code, "overdue" | "interest_unpaid" | "interest_overpaid");
    let Some(due) = account.due_on.filter(|_| out.iter().any(rests)) else { return };
    out.extend(holidays::unknown(asked, (due, due), || owed_by(file)));
}

/// A fine past its term, past the time for executing it, or paid without its interest.
fn unpaid(file: &File<'_>, account: &Account<'_>, asked: &Asked<'_>, out: &mut Vec<Finding>) {
    let facts = owed_by(file);
    let owed = account.interest.checked_sub(account.interest_paid).unwrap_or(Dong::ZERO);
    let (left, interest) = (money(account.unpaid), money(account.interest));
    if account.unpaid.0 <= 0 {
        if owed.0 > 0 {
            let (interest_owed, owed) = (owed, money(owed));
            out.push(
                Finding::new(
                    "interest_unpaid",
                    facts,
                    format!("đã nộp đủ tiền phạt, còn thiếu tiền chậm nộp {owed} đồng"),
                    format!("the fine is paid, late interest of {owed:#} VND is not"),
                )
                .of(interest_owed)
                .by(account.interest_source),
            );
        }
        return;
    }
    if let Some(last) = account.lapsed_on.filter(|last| *last < asked.on) {
        out.push(
            Finding::new(
                "execution_lapsed",
                facts,
                format!("hết thời hiệu thi hành ({}), còn {left} đồng chưa nộp", day(last)),
                format!("no longer executed after {last}, {left:#} VND unpaid"),
            )
            .of(account.unpaid)
            .late_by(i64::from(asked.on.days_since(last)))
            .by(account.lapse_source),
        );
    } else if let Some(due) = account.due_on.filter(|due| *due < asked.on) {
        out.push(
            Finding::new(
                "overdue",
                facts,
                format!("quá hạn từ {}: còn {left} đồng, tiền chậm nộp đến nay {interest} đồng", day(due)),
                format!("due {due}: {left:#} VND unpaid, late interest to date {interest:#} VND"),
            )
            .of(account.unpaid)
            .with_interest(account.interest)
            .late_by(i64::from(asked.on.days_since(due)))
            .by(account.interest_source),
        );
    }
}
