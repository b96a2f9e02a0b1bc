//! A violation and its penalty: recorded, decided, served, paid in whole or in parts, overdue, enforced, lapsed
//! (Law 15/2012/QH13 as it is amended).

mod account;
mod decision;
mod execution;
mod file;

use socai_proto::schema::Label;

use super::{Asked, Detail, Judged, Value, story::Story};
use account::Account;
use file::File;

/// Where a violation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Only later facts are known: their decision has not come yet.
    Pending,
    /// Recorded, not decided.
    Recorded,
    /// Decided, nothing known of its serving or payment.
    Decided,
    /// A warning: nothing to pay.
    Warned,
    /// Paid in part, within the term.
    PartlyPaid,
    /// The whole fine is paid.
    Paid,
    /// The term is over and part of the fine is unpaid.
    Overdue,
    /// Unpaid when the time for executing it was over.
    Lapsed,
}

impl State {
    /// The state in words.
    pub fn label(self) -> Label {
        let (vi, en) = match self {
            State::Pending => {
                ("chờ quyết định xử phạt được ghi sổ", "waiting for its decision to be recorded")
            }
            State::Recorded => ("đã lập biên bản, chưa ra quyết định", "recorded, not decided"),
            State::Decided => ("đã ra quyết định, chưa nộp phạt", "decided, not paid"),
            State::Warned => ("đã phạt cảnh cáo", "warned"),
            State::PartlyPaid => ("đã nộp phạt một phần", "partly paid"),
            State::Paid => ("đã nộp phạt", "paid"),
            State::Overdue => ("quá hạn nộp phạt", "overdue"),
            State::Lapsed => ("hết thời hiệu thi hành", "execution lapsed"),
        };
        Label { vi, en }
    }
}

/// Judges the penalty of a case; none when no fact is of that family.
pub(super) fn judge(story: &Story<'_>, asked: &Asked<'_>) -> Option<Judged> {
    let file = File::of(story)?;
    let account = Account::of(&file, asked);
    let mut findings = decision::findings(&file, asked);
    findings.extend(execution::findings(&file, &account, asked));
    let state = state(&file, &account, asked);
    Some(Judged { state: super::State::Penalty(state), details: details(&file, &account), findings })
}

fn state(file: &File<'_>, account: &Account<'_>, asked: &Asked<'_>) -> State {
    if file.decisions.is_empty() {
        return if file.records.is_empty() { State::Pending } else { State::Recorded };
    }
    if account.fine.0 == 0 {
        return State::Warned;
    }
    match account.unpaid.0 {
        ..=0 => State::Paid,
        _ if account.lapsed_on.is_some_and(|day| day < asked.on) => State::Lapsed,
        _ if account.due_on.is_some_and(|due| due < asked.on) => State::Overdue,
        _ if account.paid.0 > 0 => State::PartlyPaid,
        _ => State::Decided,
    }
}

fn details(file: &File<'_>, account: &Account<'_>) -> Vec<Detail> {
    let mut details = Vec::new();
    if !file.decisions.is_empty() {
        details.push(Detail::new("tiền phạt", "fine", Value::Money(account.fine)));
    }
    if !file.payments.is_empty() {
        details.push(Detail::new("đã nộp", "paid", Value::Money(account.paid)));
    }
    if account.unpaid.0 > 0 {
        details.push(Detail::new("còn phải nộp", "unpaid", Value::Money(account.unpaid)));
    }
    if account.interest.0 > 0 || account.interest_paid.0 > 0 {
        details.push(Detail::new("tiền chậm nộp", "late interest", Value::Money(account.interest)));
        details.push(Detail::new(
            "tiền chậm nộp đã thu",
            "late interest paid",
            Value::Money(account.interest_paid),
        ));
    }
    let due_on = account.due_on.map(|due| Detail::new("hạn nộp phạt", "due", Value::Day(due)));
    details.extend(due_on);
    details
}
