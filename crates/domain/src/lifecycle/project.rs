//! A capital project: registered, appraised, paid out, accepted work by work, settled.

use std::collections::BTreeMap;

use socai_proto::{
    schema::Label,
    v1::{AcceptanceKind, AppraisalResult, AppraisedDoc, DisbursementKind},
    view,
};
use socai_tlog::EventName;

use super::{
    Asked, Detail, Finding, Judged, Value,
    finding::money,
    story::{Fact, Story},
};
use crate::{Dong, Kind, law::project as law};

/// Where a project stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Its registration has not been recorded yet.
    Pending,
    /// Registered.
    Registered,
    /// Something of it was appraised.
    Appraised,
    /// Money is being paid out.
    Disbursing,
    /// Every registered work is accepted; without a list, one acceptance by completion.
    Accepted,
    /// The final settlement is approved.
    Settled,
}

impl State {
    /// The state in words.
    pub fn label(self) -> Label {
        let (vi, en) = match self {
            State::Pending => ("chờ dự án được ghi sổ", "waiting for its registration to be recorded"),
            State::Registered => ("đã đăng ký", "registered"),
            State::Appraised => ("đã thẩm định", "appraised"),
            State::Disbursing => ("đang giải ngân", "being paid out"),
            State::Accepted => ("đã nghiệm thu, đưa vào sử dụng", "accepted and put into use"),
            State::Settled => ("đã quyết toán", "settled"),
        };
        Label { vi, en }
    }
}

/// What is known of a project, each list in the order that decides.
#[derive(Default)]
struct File<'f> {
    registered: Option<(&'f Fact<'f>, view::ProjectRegistered<'f>)>,
    appraisals: Vec<(&'f Fact<'f>, view::ProjectAppraised<'f>)>,
    payments: Vec<(&'f Fact<'f>, view::ProjectDisbursed<'f>)>,
    /// Acceptances by completion, by work.
    accepted: BTreeMap<&'f str, Vec<EventName>>,
    facts: Vec<EventName>,
}

/// Judges the project of a case; none when no fact is of that family.
pub(super) fn judge(story: &Story<'_>, asked: &Asked<'_>) -> Option<Judged> {
    let mut file = File::default();
    for fact in story.iter() {
        match *fact.event.kind() {
            Kind::ProjectRegistered(data) => file.registered = Some((fact, data)),
            Kind::ProjectAppraised(data) => file.appraisals.push((fact, data)),
            Kind::ProjectDisbursed(data) => file.payments.push((fact, data)),
            Kind::ProjectAccepted(data) if data.kind() == AcceptanceKind::Completion => {
                data.works.iter().for_each(|work| file.accepted.entry(work).or_default().push(fact.name));
            }
            Kind::ProjectAccepted(_) => {}
            _ => continue,
        }
        file.facts.push(fact.name);
    }
    if file.facts.is_empty() {
        return None;
    }
    let mut details = Vec::new();
    if let Some((_, project)) = &file.registered {
        let total = Value::Money(Dong(project.total_investment));
        details.push(Detail::new("tổng mức đầu tư", "total investment", total));
    }
    details.push(Detail::new("đã giải ngân", "paid out", Value::Money(file.paid())));
    details.push(Detail::new(
        "công trình đã nghiệm thu",
        "works accepted",
        Value::Count(file.accepted.len() as u64),
    ));
    Some(Judged {
        state: super::State::Project(file.state()),
        details,
        findings: file.findings(asked),
        marks: vec![],
    })
}

impl File<'_> {
    fn state(&self) -> State {
        let Some((_, project)) = &self.registered else { return State::Pending };
        let is_accepted = |work: &str| self.accepted.contains_key(work);
        let all = !self.accepted.is_empty() && project.works.iter().all(|work| is_accepted(work.work));
        if self.settlement().is_some() {
            State::Settled
        } else if all {
            State::Accepted
        } else if !self.payments.is_empty() {
            State::Disbursing
        } else if !self.appraisals.is_empty() {
            State::Appraised
        } else {
            State::Registered
        }
    }

    fn settlement(&self) -> Option<&Fact<'_>> {
        let settles = |kind| kind == DisbursementKind::FinalSettlement;
        self.payments.iter().find(|(_, payment)| settles(payment.kind())).map(|(fact, _)| *fact)
    }

    fn paid(&self) -> Dong {
        let amounts = self.payments.iter().map(|(_, payment)| Dong(payment.amount));
        Dong::checked_sum(amounts).unwrap_or(Dong(i64::MAX))
    }

    fn findings(&self, asked: &Asked<'_>) -> Vec<Finding> {
        let mut out = Vec::new();
        self.registration(&mut out);
        self.appraised(asked, &mut out);
        for (work, facts) in self.accepted.iter().filter(|(_, facts)| facts.len() > 1) {
            out.push(Finding::new(
                "accepted_twice",
                facts.clone(),
                format!("công trình {work} được nghiệm thu hoàn thành hai lần"),
                format!("the work {work} is accepted by completion twice"),
            ));
        }
        self.paid_after_settlement(&mut out);
        out
    }

    /// Works are those registered, and no more is paid than the total investment.
    fn registration(&self, out: &mut Vec<Finding>) {
        let Some((registered, project)) = &self.registered else {
            let (vi, en) = (
                "dự án chưa được ghi sổ đăng ký",
                "the registration of the project is not in the ledger yet",
            );
            out.push(Finding::new("registration_pending", self.facts.clone(), vi, en));
            return;
        };
        let is_listed = |work: &str| project.works.iter().any(|listed| listed.work == work);
        for (work, facts) in
            self.accepted.iter().filter(|(work, _)| !project.works.is_empty() && !is_listed(work))
        {
            out.push(Finding::new(
                "unknown_work",
                facts.clone(),
                format!("dự án không có công trình {work}"),
                format!("{work} is no work of the project"),
            ));
        }
        let (paid, total) = (self.paid(), Dong(project.total_investment));
        if paid > total {
            let (paid, total) = (money(paid), money(total));
            let facts =
                std::iter::once(registered.name).chain(self.payments.iter().map(|(fact, _)| fact.name));
            out.push(Finding::new(
                "more_than_investment",
                facts.collect(),
                format!("đã giải ngân {paid}, tổng mức đầu tư {total} đồng"),
                format!("{paid} paid out, the total investment is {total} VND"),
            ));
        }
    }

    /// A report is only for works of its size, and nothing is built on a failed appraisal.
    fn appraised(&self, asked: &Asked<'_>, out: &mut Vec<Finding>) {
        for (fact, appraisal) in &self.appraisals {
            if appraisal.doc_kind() != AppraisedDoc::EconomicTechnicalReport {
                continue;
            }
            let limit = law::economic_technical_report(asked.rules, fact.on());
            let Some(limit) = limit.filter(|limit| Dong(appraisal.appraised_value) > limit.value) else {
                continue;
            };
            let (value, most) = (money(Dong(appraisal.appraised_value)), money(limit.value));
            out.push(
                Finding::new(
                    "above_the_report_limit",
                    vec![fact.name],
                    format!("báo cáo KT-KT {value}, mức tối đa {most} đồng"),
                    format!("an economic-technical report of {value}, the limit is {most} VND"),
                )
                .by(limit.source),
            );
        }
        let failed = self.appraisals.last().filter(|(_, last)| last.result() == AppraisalResult::Fail);
        if let (Some((failed, _)), false) = (failed, self.payments.is_empty() && self.accepted.is_empty()) {
            let (vi, en) = (
                "thẩm định không đạt nhưng đã giải ngân hoặc nghiệm thu",
                "paid out or accepted on a failed appraisal",
            );
            out.push(Finding::new("appraisal_failed", vec![failed.name], vi, en));
        }
    }

    fn paid_after_settlement(&self, out: &mut Vec<Finding>) {
        let Some(settlement) = self.settlement() else { return };
        let after = self.payments.iter().filter(|(fact, _)| fact.on() > settlement.on());
        let mut facts: Vec<_> = after.map(|(fact, _)| fact.name).collect();
        if !facts.is_empty() {
            facts.insert(0, settlement.name);
            let (vi, en) = ("giải ngân sau khi đã quyết toán", "paid out after the final settlement");
            out.push(Finding::new("paid_after_settlement", facts, vi, en));
        }
    }
}
