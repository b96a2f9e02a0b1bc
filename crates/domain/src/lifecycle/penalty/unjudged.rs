//! What could not be judged, because no row of law that is in force says it: a silent table is not a clean case.

use socai_proto::{schema::Label, v1::ExecutionAction};

use crate::{
    CivilDate,
    law::penalty as law,
    lifecycle::{Asked, Finding, story::Fact},
};

use super::{
    account::Account,
    amounts, decision,
    file::{Decision, File},
};

const COMPETENCE: Label = Label { vi: "thẩm quyền xử phạt", en: "competence" };
const ORGANISATION: Label =
    Label { vi: "mức phạt đối với tổ chức", en: "fines of organisations" };
const ON_THE_SPOT: Label =
    Label { vi: "mức phạt không lập biên bản", en: "limit without a record" };
const DECISION: Label = Label { vi: "thời hạn ra quyết định", en: "term of the decision" };
const LIMITATION: Label = Label { vi: "thời hiệu xử phạt", en: "limitation" };
const SENDING: Label = Label { vi: "thời hạn giao quyết định", en: "term of sending" };
const COMPLIANCE: Label = Label { vi: "thời hạn thi hành", en: "term to comply" };
const EXECUTION: Label = Label { vi: "thời hiệu thi hành", en: "time for executing it" };
const INTEREST: Label = Label { vi: "tiền chậm nộp", en: "late interest" };
const POSTPONEMENT: Label = Label { vi: "hoãn thi hành", en: "postponement" };
const INSTALMENTS: Label = Label { vi: "nộp phạt nhiều lần", en: "instalments" };

/// One finding for each decision, and for a record without one, that lists what no row says.
pub(super) fn findings(file: &File<'_>, account: &Account<'_>, asked: &Asked<'_>) -> Vec<Finding> {
    let mut out = vec![];
    for decision in &file.decisions {
        let mut topics = of_decision(file, decision, asked);
        topics.extend(of_execution(file, decision, account, asked));
        out.extend(found(decision.fact, &topics));
    }
    let is_open = file.decisions.is_empty() && file.closings.is_empty();
    if let Some(record) = file.records.last().filter(|_| is_open) {
        let is_known = decision::term(record, None, asked).is_some();
        out.extend(found(record.fact, if is_known { &[] } else { &[DECISION] }));
    }
    out
}

fn of_decision(file: &File<'_>, decision: &Decision<'_>, asked: &Asked<'_>) -> Vec<Label> {
    let (data, on, rules) = (&decision.data, decision.fact.on(), asked.rules);
    let subject = data.subject_kind();
    let mut topics = vec![];
    let mut unless = |is_known: bool, topic: Label| topics.extend((!is_known).then_some(topic));
    unless(!amounts::is_competence_unknown(decision, asked), COMPETENCE);
    unless(law::knows_subject(rules, subject, on), ORGANISATION);
    unless(!data.on_the_spot || law::on_the_spot(rules, subject, on).is_some(), ON_THE_SPOT);
    if let Some(record) = file.record_of(decision) {
        let limit = |act| law::limitation(rules, data.field(), act, record.fact.on());
        unless(decision::term(record, Some(decision), asked).is_some(), DECISION);
        unless(data.lines.iter().all(|line| limit(line.act).is_some()), LIMITATION);
    }
    topics
}

/// What is asked of decisions that stand, and of what was changed about them.
fn of_execution(
    file: &File<'_>,
    decision: &Decision<'_>,
    account: &Account<'_>,
    asked: &Asked<'_>,
) -> Vec<Label> {
    let (on, rules, subject) = (decision.fact.on(), asked.rules, decision.data.subject_kind());
    let mut topics = vec![];
    if decision.is_void {
        return topics;
    }
    let mut unless = |is_known: bool, topic: Label| topics.extend((!is_known).then_some(topic));
    let changes = file.executions.iter().filter(|change| {
        file.changed_by(change).is_some_and(|changed| changed.fact.name == decision.fact.name)
    });
    for change in changes {
        let day = change.fact.on();
        match change.data.action() {
            ExecutionAction::Served => unless(law::sending(rules, on).is_some(), SENDING),
            ExecutionAction::Postponed => {
                unless(law::postponement(rules, subject, day).is_some(), POSTPONEMENT);
            }
            ExecutionAction::Instalments => {
                unless(law::instalments(rules, subject, day).is_some(), INSTALMENTS);
            }
            _ => {}
        }
    }
    unless(law::compliance(rules, on).is_some(), COMPLIANCE);
    if account.unpaid.0 > 0 {
        unless(law::execution(rules, on).is_some(), EXECUTION);
        let first_late = account.due_on.filter(|due| *due < asked.on).and_then(|due| due.add_days(1));
        unless(first_late.is_none_or(|day| bears_interest(day, asked)), INTEREST);
    }
    topics
}

fn bears_interest(day: CivilDate, asked: &Asked<'_>) -> bool {
    let rates = law::late_interest(asked.rules, asked.on);
    rates.iter().any(|rate| rate.value.from <= day && day <= rate.value.to)
}

fn found(fact: &Fact<'_>, topics: &[Label]) -> Option<Finding> {
    let on =
        |language: fn(&Label) -> &'static str| topics.iter().map(language).collect::<Vec<_>>().join(", ");
    let (vi, en) = (on(|topic| topic.vi), on(|topic| topic.en));
    (!topics.is_empty()).then(|| {
        Finding::new(
            "not_judged",
            vec![fact.name],
            format!("chưa xét được, bảng luật không có dòng có hiệu lực: {vi}"),
            format!("not judged, no row of the law table in force says it: {en}"),
        )
    })
}
