//! A tax debt: recorded, notified, enforced, paid in parts, frozen, recovered or written off (Law 38/2019/QH14 on tax administration).
//!
//! What is owed is kept by debtor and tax, whatever case a fact names: that is what a recovery may not exceed. The last day for paying is
//! what the newest fact says by its days overdue; while none does, nothing runs.

use std::collections::BTreeMap;

use socai_proto::{schema::Label, v1::TaxDebtAction, view};
use socai_tlog::EventName;

use super::{
    Asked, Detail, Finding, Judged, Value,
    finding::{day, money},
    story::{Fact, Story},
};
use crate::{
    CivilDate, Dong, Kind,
    law::{interest::accrued, tax as law},
};

/// Where a debt stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Only later facts are known: that it arose has not been recorded yet.
    Pending,
    /// Recorded, nothing done about it.
    Owed,
    /// Notified.
    Reminded,
    /// Being enforced.
    Enforced,
    /// To be paid in parts.
    InInstalments,
    /// Frozen; it still stands.
    Frozen,
    /// Written off.
    WrittenOff,
    /// Paid.
    Recovered,
}

impl State {
    /// The state in words.
    pub fn label(self) -> Label {
        let (vi, en) = match self {
            State::Pending => ("chờ khoản nợ được ghi sổ", "waiting for the debt to be recorded"),
            State::Owed => ("còn nợ, chưa đôn đốc", "owed, not notified"),
            State::Reminded => ("đã thông báo, đôn đốc", "notified"),
            State::Enforced => ("đang cưỡng chế", "being enforced"),
            State::InInstalments => ("được nộp dần", "paid in instalments"),
            State::Frozen => ("khoanh nợ", "frozen"),
            State::WrittenOff => ("đã xóa nợ", "written off"),
            State::Recovered => ("đã thu hồi đủ", "recovered"),
        };
        Label { vi, en }
    }
}

type Step<'f> = (&'f Fact<'f>, view::TaxDebtChanged<'f>);

/// What one debtor owes of one tax, in the order that decides; what is recorded on a day comes before what is paid on it.
struct Account<'f>(Vec<Step<'f>>);

/// Judges the debts of a case; none when no fact is of that family.
pub(super) fn judge(story: &Story<'_>, asked: &Asked<'_>) -> Option<Judged> {
    let mut accounts: BTreeMap<(&str, i32), Account<'_>> = BTreeMap::new();
    for fact in story.iter() {
        if let Kind::TaxDebtChanged(said) = *fact.event.kind() {
            let account = accounts.entry((said.debtor, said.tax_kind)).or_insert(Account(vec![]));
            account.0.push((fact, said));
        }
    }
    for Account(steps) in accounts.values_mut() {
        steps.sort_by_key(|(fact, said)| (fact.on(), said.action() != TaxDebtAction::Recorded));
    }
    let accounts: Vec<_> = accounts.into_values().collect();
    // of several debts the first that is still owed says where the case stands
    let shown = accounts.iter().find(|account| account.left() > 0).or(accounts.first())?;
    let mut findings = Vec::new();
    accounts.iter().for_each(|account| account.findings(asked, &mut findings));
    Some(Judged {
        state: super::State::Debt(shown.state()),
        details: details(&accounts, asked),
        findings,
        marks: vec![],
    })
}

fn details(accounts: &[Account<'_>], asked: &Asked<'_>) -> Vec<Detail> {
    use TaxDebtAction::{Recorded, Recovered, WrittenOff};
    let total = |action| Dong::clamped(accounts.iter().map(|account| account.sum(action)).sum());
    let sum = |vi, en, amount: Dong| Detail::new(vi, en, Value::Money(amount));
    let mut details = vec![sum("nợ phát sinh", "debt", total(Recorded))];
    let (recovered, written_off) = (total(Recovered), total(WrittenOff));
    if recovered.0 > 0 {
        details.push(sum("đã thu hồi", "recovered", recovered));
    }
    if written_off.0 > 0 {
        details.push(sum("đã xóa nợ", "written off", written_off));
    }
    let owed: Vec<_> = accounts.iter().filter(|account| account.left() > 0).collect();
    if owed.is_empty() {
        return details;
    }
    details.push(sum("còn nợ", "owed", Dong::clamped(owed.iter().map(|account| account.left()).sum())));
    let due = owed.iter().filter_map(|account| account.due()).min();
    details.extend(due.map(|due| Detail::new("hạn nộp", "due", Value::Day(due))));
    let interest: Option<i128> =
        owed.iter().map(|account| Some(i128::from(account.interest(asked)?.0))).sum();
    let interest = interest.filter(|interest| *interest > 0).map(Dong::clamped);
    details.extend(interest.map(|interest| sum("tiền chậm nộp đến nay", "late interest to date", interest)));
    details
}

impl Account<'_> {
    fn sum(&self, action: TaxDebtAction) -> i128 {
        let of_action = self.0.iter().filter(|(_, said)| said.action() == action);
        of_action.map(|(_, said)| i128::from(said.amount)).sum()
    }

    /// Recorded minus recovered minus written off.
    fn left(&self) -> i128 {
        use TaxDebtAction::{Recorded, Recovered, WrittenOff};
        self.sum(Recorded) - self.sum(Recovered) - self.sum(WrittenOff)
    }

    fn has(&self, action: TaxDebtAction) -> bool {
        self.last(action).is_some()
    }

    fn last(&self, action: TaxDebtAction) -> Option<&Fact<'_>> {
        self.0.iter().rev().find(|(_, said)| said.action() == action).map(|(fact, _)| *fact)
    }

    fn state(&self) -> State {
        if !self.has(TaxDebtAction::Recorded) {
            return State::Pending;
        }
        if self.left() <= 0 {
            return if self.has(TaxDebtAction::Recovered) { State::Recovered } else { State::WrittenOff };
        }
        let pursued = self.0.iter().rev().find_map(|(_, said)| match said.action() {
            TaxDebtAction::Reminded => Some(State::Reminded),
            TaxDebtAction::Enforced => Some(State::Enforced),
            TaxDebtAction::InstalmentGranted => Some(State::InInstalments),
            TaxDebtAction::Frozen => Some(State::Frozen),
            _ => None,
        });
        pursued.unwrap_or(State::Owed)
    }

    /// The last day for paying.
    fn due(&self) -> Option<CivilDate> {
        let (fact, said) = self.0.iter().rev().find(|(_, said)| said.overdue_days > 0)?;
        fact.on().add_days(-i32::try_from(said.overdue_days).ok()?)
    }

    /// Interest up to the asking date. None without a rate or a last day for paying, and of a frozen debt: whether it runs on there is in no
    /// row.
    fn interest(&self, asked: &Asked<'_>) -> Option<Dong> {
        let (rates, due) = (law::late_interest(asked.rules, asked.on), self.due()?);
        if rates.is_empty() || self.state() == State::Frozen {
            return None;
        }
        let changes = self.0.iter().filter_map(|(fact, said)| match said.action() {
            TaxDebtAction::Recorded => Some((fact.on(), said.amount)),
            TaxDebtAction::Recovered | TaxDebtAction::WrittenOff => Some((fact.on(), -said.amount)),
            _ => None,
        });
        // what was recorded after its last day for paying was owed since then
        let first = self.0.iter().find(|(_, said)| said.action() == TaxDebtAction::Recorded);
        let first = first.map(|(fact, _)| fact.on());
        let changes =
            changes.map(|(on, change)| if Some(on) == first { (due.min(on), change) } else { (on, change) });
        Some(accrued(changes, due, asked.on, &rates))
    }

    fn names(&self) -> Vec<EventName> {
        self.0.iter().map(|(fact, _)| fact.name).collect()
    }

    fn findings(&self, asked: &Asked<'_>, out: &mut Vec<Finding>) {
        if !self.has(TaxDebtAction::Recorded) {
            let (vi, en) = (
                "đã đôn đốc, cưỡng chế hoặc thu hồi, khoản nợ chưa được ghi sổ",
                "pursued or recovered, but that the debt arose is not in the ledger yet",
            );
            out.push(Finding::new("debt_pending", self.names(), vi, en));
        } else {
            out.extend(self.more_than_owed());
        }
        self.enforced_early(asked, out);
        if self.has(TaxDebtAction::Recorded) && self.left() > 0 {
            self.not_pursued(asked, out);
            out.extend(self.instalments_over(asked));
        }
    }

    /// A recovery beyond what was outstanding on its day.
    fn more_than_owed(&self) -> Option<Finding> {
        let (mut left, mut worst, mut until) = (0_i128, 0, 0);
        for (at, (_, said)) in self.0.iter().enumerate() {
            match said.action() {
                TaxDebtAction::Recorded => left += i128::from(said.amount),
                TaxDebtAction::WrittenOff => left -= i128::from(said.amount),
                TaxDebtAction::Recovered => {
                    left -= i128::from(said.amount);
                    if left < worst {
                        (worst, until) = (left, at + 1);
                    }
                }
                _ => {}
            }
        }
        let excess = Dong::clamped(-worst);
        (excess.0 > 0).then(|| {
            use TaxDebtAction::{Recorded, Recovered, WrittenOff};
            let counted = self.0[..until]
                .iter()
                .filter(|(_, said)| matches!(said.action(), Recorded | Recovered | WrittenOff));
            let text = money(excess);
            Finding::new(
                "more_than_owed",
                counted.map(|(fact, _)| fact.name).collect(),
                format!("thu hồi nhiều hơn số còn nợ {text} đồng"),
                format!("{text:#} VND more was recovered than was outstanding"),
            )
            .of(excess)
        })
    }

    /// Enforcement before the day from which the law has it.
    fn enforced_early(&self, asked: &Asked<'_>, out: &mut Vec<Finding>) {
        for (fact, said) in self.0.iter().filter(|(_, said)| said.action() == TaxDebtAction::Enforced) {
            let Some(term) = law::enforcement(asked.rules, fact.on()) else { continue };
            let (days, most) = (said.overdue_days, term.value);
            if days > most {
                continue;
            }
            out.push(
                Finding::new(
                    "enforced_early",
                    vec![fact.name],
                    format!("cưỡng chế khi mới quá hạn {days} ngày, luật định quá {most} ngày"),
                    format!(
                        "enforced {days} days after the last day for paying, the law has it after {most}"
                    ),
                )
                .of(Dong(said.amount))
                .by(term.source),
            );
        }
    }

    /// A debt that the law has notified or enforced by now, and nobody did.
    fn not_pursued(&self, asked: &Asked<'_>, out: &mut Vec<Finding>) {
        use TaxDebtAction::{Enforced, Frozen, InstalmentGranted, Reminded};
        let Some(due) = self.due() else { return };
        let (left, overdue) = (Dong::clamped(self.left()), i64::from(asked.on.days_since(due)));
        let has_any = |actions: &[TaxDebtAction]| actions.iter().any(|action| self.has(*action));
        let text = money(left);
        let notice = law::notice(asked.rules, due).filter(|term| overdue > i64::from(term.value));
        if let Some(term) = notice.filter(|_| !has_any(&[Reminded, Enforced, InstalmentGranted, Frozen])) {
            out.push(
                Finding::new(
                    "not_notified",
                    self.names(),
                    format!("quá hạn {overdue} ngày (từ {}), còn nợ {text} đồng, chưa thông báo", day(due)),
                    format!("{overdue} days past {due}, {text:#} VND owed, no notice"),
                )
                .of(left)
                .late_by(overdue - i64::from(term.value))
                .by(term.source),
            );
        }
        let enforcement = law::enforcement(asked.rules, due).filter(|term| overdue > i64::from(term.value));
        if let Some(term) = enforcement.filter(|_| !has_any(&[Enforced, InstalmentGranted, Frozen])) {
            out.push(
                Finding::new(
                    "not_enforced",
                    self.names(),
                    format!("quá hạn {overdue} ngày (từ {}), còn nợ {text} đồng, chưa cưỡng chế", day(due)),
                    format!("{overdue} days past {due}, {text:#} VND owed, not enforced"),
                )
                .of(left)
                .late_by(overdue - i64::from(term.value))
                .by(term.source),
            );
        }
    }

    /// Money that is still owed when the longest term of instalments is over.
    fn instalments_over(&self, asked: &Asked<'_>) -> Option<Finding> {
        let granted = self.last(TaxDebtAction::InstalmentGranted)?;
        let term = law::instalments(asked.rules, granted.on())?;
        let last = granted.on().add_months(i32::try_from(term.value).ok()?)?;
        (last < asked.on).then(|| {
            let (left, months) = (Dong::clamped(self.left()), term.value);
            let text = money(left);
            Finding::new(
                "instalments_over",
                self.names(),
                format!("nộp dần từ {} quá {months} tháng, còn nợ {text} đồng", day(granted.on())),
                format!(
                    "in instalments since {} for more than {months} months, {text:#} VND owed",
                    granted.on()
                ),
            )
            .of(left)
            .late_by(i64::from(asked.on.days_since(last)))
            .by(term.source)
        })
    }
}
