//! A violation and its penalty: recorded, decided, served, paid in whole or in parts, overdue, enforced, lapsed
//! (Law 15/2012/QH13 as it is amended).

mod account;
mod amounts;
mod decision;
mod execution;
mod file;
mod interest;
mod relief;
mod unjudged;

use socai_proto::{schema::Label, v1::ExecutionAction};

use super::{Asked, Detail, Judged, Value, story::Story};
use crate::CivilDate;
use account::Account;
use file::File;

/// Where a violation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Only later facts are known: their decision has not come yet.
    Pending,
    /// Recorded, not decided.
    Recorded,
    /// Ended without a penalty.
    Closed,
    /// Decided, nothing known of its serving or payment.
    Decided,
    /// Served, the term runs.
    Served,
    /// Put off.
    Postponed,
    /// To be paid in parts, the term runs.
    InInstalments,
    /// Not executed while a complaint or lawsuit is dealt with.
    Suspended,
    /// Every decision was annulled.
    Annulled,
    /// A warning: nothing to pay.
    Warned,
    /// Paid in part, within the term.
    PartlyPaid,
    /// The whole fine is paid.
    Paid,
    /// Nothing is left to pay because it was exempted.
    Exempted,
    /// To be enforced.
    EnforcementOrdered,
    /// Enforced; money that came in by it is a payment.
    Enforced,
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
            State::Closed => ("kết thúc, không xử phạt", "closed without a penalty"),
            State::Served => ("đã giao quyết định, chưa nộp phạt", "served, not paid"),
            State::Postponed => ("hoãn thi hành", "postponed"),
            State::InInstalments => ("nộp phạt nhiều lần", "paid in instalments"),
            State::Suspended => ("tạm đình chỉ thi hành do khiếu nại, khởi kiện", "suspended by a complaint"),
            State::Annulled => ("quyết định đã bị hủy bỏ", "annulled"),
            State::Exempted => ("được miễn phần tiền phạt còn lại", "exempted"),
            State::EnforcementOrdered => ("đã ra quyết định cưỡng chế", "enforcement ordered"),
            State::Enforced => ("đã cưỡng chế thi hành", "enforced"),
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

impl State {
    /// Whether no term runs any more: nothing is owed.
    pub(super) fn is_settled(self) -> bool {
        matches!(self, State::Closed | State::Annulled | State::Exempted | State::Paid)
    }
}

/// Where the penalty of a case stands; none when no fact is of that family.
pub(super) fn stands(story: &Story<'_>, asked: &Asked<'_>) -> Option<super::State> {
    let file = File::of(story)?;
    Some(super::State::Penalty(state(&file, &Account::of(&file, asked), asked)))
}

/// Judges the penalty of a case; none when no fact is of that family.
pub(super) fn judge(story: &Story<'_>, asked: &Asked<'_>) -> Option<Judged> {
    let file = File::of(story)?;
    let account = Account::of(&file, asked);
    let mut findings = decision::findings(&file, asked);
    findings.extend(execution::findings(&file, &account, asked));
    findings.extend(unjudged::findings(&file, &account, asked));
    let state = state(&file, &account, asked);
    Some(Judged {
        state: super::State::Penalty(state),
        details: details(&file, &account),
        findings,
        marks: vec![],
    })
}

fn state(file: &File<'_>, account: &Account<'_>, asked: &Asked<'_>) -> State {
    if file.decisions.is_empty() {
        return match (file.records.is_empty(), file.closings.is_empty()) {
            (_, false) => State::Closed,
            (false, true) => State::Recorded,
            (true, true) => State::Pending,
        };
    }
    match (file.standing().next(), account.unpaid.0) {
        (None, _) => State::Annulled,
        (Some(_), _) if account.fine.0 == 0 => State::Warned,
        (Some(_), ..=0) if account.paid.0 == 0 => State::Exempted,
        (Some(_), ..=0) => State::Paid,
        (Some(_), _) => unpaid(file, account, asked),
    }
}

/// Where a fine stands of which something is owed: how far its execution has come, then its term, then what was paid.
fn unpaid(file: &File<'_>, account: &Account<'_>, asked: &Asked<'_>) -> State {
    let has = |action| file.executions.iter().any(|change| change.data.action() == action);
    let latest = file.executions.last().map(|change| change.data.action());
    let is_over = |day: Option<CivilDate>| day.is_some_and(|day| day < asked.on);
    if has(ExecutionAction::Enforced) {
        return State::Enforced;
    }
    if has(ExecutionAction::EnforcementOrdered) {
        return State::EnforcementOrdered;
    }
    match latest {
        Some(ExecutionAction::Lapsed) => State::Lapsed,
        Some(ExecutionAction::SuspendedByComplaint) => State::Suspended,
        _ if is_over(account.lapsed_on) => State::Lapsed,
        _ if is_over(account.due_on) => State::Overdue,
        _ if account.paid.0 > 0 && !has(ExecutionAction::Instalments) => State::PartlyPaid,
        Some(ExecutionAction::Postponed) => State::Postponed,
        Some(ExecutionAction::Instalments) => State::InInstalments,
        _ if has(ExecutionAction::Served) => State::Served,
        _ => State::Decided,
    }
}

fn details(file: &File<'_>, account: &Account<'_>) -> Vec<Detail> {
    let mut details = Vec::new();
    if let Some(ground) = decision::longer_term(file) {
        details.push(Detail::new(
            "thời hạn ra quyết định kéo dài",
            "longer term to decide",
            Value::Words(ground),
        ));
    }
    if !file.decisions.is_empty() {
        details.push(Detail::new("tiền phạt", "fine", Value::Money(account.fine)));
    }
    if account.relief.0 > 0 {
        details.push(Detail::new("được giảm, miễn", "reduced or exempted", Value::Money(account.relief)));
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
