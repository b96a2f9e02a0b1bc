//! A capital project: registered, appraised, paid out, accepted work by work, settled.

use std::collections::BTreeMap;

use socai_proto::{
    schema::Label,
    v1::{AcceptanceKind, AppraisalResult, AppraisedDoc, CapitalSource, DisbursementKind},
    view,
};
use socai_tlog::EventName;

use super::{
    Asked, Detail, Finding, Judged, Value,
    finding::{day, money},
    holidays,
    story::{Fact, Story, names},
};
use crate::{CivilDate, Dong, Kind, law::project as law};

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
    accepted: BTreeMap<&'f str, Vec<&'f Fact<'f>>>,
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
                data.works.iter().for_each(|work| file.accepted.entry(work).or_default().push(fact));
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
        if self.registered.is_none() {
            return State::Pending;
        }
        if self.settlement().is_some() {
            State::Settled
        } else if self.accepted_on().is_some() {
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
                names(facts.iter().copied()),
                format!("công trình {work} được nghiệm thu hoàn thành hai lần"),
                format!("the work {work} is accepted by completion twice"),
            ));
        }
        self.paid_after_settlement(&mut out);
        for (fact, payment) in &self.payments {
            out.extend(before_plan_year(fact, payment, asked));
            out.extend(after_plan_year(fact, payment, asked));
        }
        out.extend(self.settled_before_acceptance());
        self.settlement_late(asked, &mut out);
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
                names(facts.iter().copied()),
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
                format!("{paid:#} paid out, the total investment is {total:#} VND"),
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
                    format!("an economic-technical report of {value:#}, the limit is {most:#} VND"),
                )
                .by(limit.source),
            );
        }
        let latest: BTreeMap<_, _> =
            self.appraisals.iter().map(|(fact, said)| ((said.work, said.doc_kind), (fact, said))).collect();
        let failed = latest.values().find(|(_, last)| last.result() == AppraisalResult::Fail);
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

    /// The day with which every registered work is accepted; without a list, the day of the first acceptance by completion.
    fn accepted_on(&self) -> Option<CivilDate> {
        let (_, project) = self.registered.as_ref()?;
        let first = |work: &str| self.accepted.get(work)?.first().map(|fact| fact.on());
        match project.works.is_empty() {
            true => self.accepted.values().flatten().map(|fact| fact.on()).min(),
            false => {
                let days: Option<Vec<_>> = project.works.iter().map(|work| first(work.work)).collect();
                days?.into_iter().max()
            }
        }
    }

    /// What is settled is accepted, work by work.
    fn settled_before_acceptance(&self) -> Option<Finding> {
        let (settlement, (_, project)) = (self.settlement()?, self.registered.as_ref()?);
        let is_accepted = |work: &str| {
            let facts = self.accepted.get(work);
            facts.is_some_and(|facts| facts.iter().any(|fact| fact.on() <= settlement.on()))
        };
        let works = project.works.iter().map(|work| work.work);
        let missing: Vec<_> = works.filter(|work| !is_accepted(work)).collect();
        (!missing.is_empty()).then(|| {
            let missing = missing.join(", ");
            Finding::new(
                "settled_before_acceptance",
                vec![settlement.name],
                format!("đã quyết toán, chưa nghiệm thu hoàn thành: {missing}"),
                format!("settled, but not accepted: {missing}"),
            )
        })
    }

    /// A project of a budget is settled within the months of its group.
    fn settlement_late(&self, asked: &Asked<'_>, out: &mut Vec<Finding>) {
        let (Some((registered, project)), Some(accepted_on)) = (&self.registered, self.accepted_on()) else {
            return;
        };
        let of_budgets = project.source() != CapitalSource::NonBudget;
        let term = law::settlement(asked.rules, project.group(), accepted_on).filter(|_| of_budgets);
        let last = term.and_then(|term| asked.rules.calendar().working_day_from(term.value));
        let settlement = self.settlement();
        let until = settlement.map_or(asked.on, |fact| fact.on());
        let (Some(term), Some(last)) = (term, last.filter(|last| until > *last)) else { return };
        let accepted = self.accepted.values().flatten().filter(|fact| fact.on() == accepted_on);
        let facts = accepted.take(1).chain(&settlement).copied();
        out.push(
            Finding::new(
                "settlement_late",
                std::iter::once(registered.name).chain(names(facts)).collect(),
                format!("phải quyết toán trước hết ngày {}", day(last)),
                format!("to be settled by {last}"),
            )
            .late_by(i64::from(until.days_since(last)))
            .by(term.source),
        );
        out.extend(holidays::unknown(asked, (term.value, last), || vec![registered.name]));
    }
}

/// A plan's money is paid out in its year, and so many years before as an advance on it.
fn before_plan_year(
    fact: &Fact<'_>,
    payment: &view::ProjectDisbursed<'_>,
    asked: &Asked<'_>,
) -> Option<Finding> {
    let (year, paid_in) = (payment.plan_year, u32::try_from(fact.on().year()).ok()?);
    let years = law::advance(asked.rules, fact.on()).filter(|_| payment.amount > 0)?;
    let last = paid_in.saturating_add(years.value);
    (year > last).then(|| {
        Finding::new(
            "before_plan_year",
            vec![fact.name],
            format!("giải ngân theo kế hoạch vốn năm {year}; muộn nhất là kế hoạch năm {last}"),
            format!("paid out under the plan of {year}; the plan of {last} is the latest"),
        )
        .of(Dong(payment.amount))
        .by(years.source)
    })
}

/// A plan's money is paid out until a day of the year after, and later only when the plan was extended, which no fact says.
fn after_plan_year(
    fact: &Fact<'_>,
    payment: &view::ProjectDisbursed<'_>,
    asked: &Asked<'_>,
) -> Option<Finding> {
    let year = payment.plan_year;
    let term = law::plan_term(asked.rules, year).filter(|_| payment.amount > 0)?;
    let (last, is_over) = match fact.on() > term.value.extended {
        true => (term.value.extended, true),
        false => (term.value.last, false),
    };
    (fact.on() > last).then(|| {
        let last_vi = day(last);
        let (vi, en) = match is_over {
            true => ("chưa kế hoạch nào được kéo dài đến vậy", ": no plan is extended so far"),
            false => ("phải được kéo dài", ", which must have been extended"),
        };
        Finding::new(
            "after_plan_year",
            vec![fact.name],
            format!("giải ngân sau {last_vi} theo kế hoạch vốn năm {year}: {vi}"),
            format!("paid out after {last} under the plan of {year}{en}"),
        )
        .of(Dong(payment.amount))
        .late_by(i64::from(fact.on().days_since(last)))
        .by(term.source)
    })
}
