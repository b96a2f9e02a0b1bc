//! Whether a decision was sent in time, and whether what its person was granted, a delay or payment in parts, was theirs to have.

use socai_proto::v1::ExecutionAction;

use crate::{
    CivilDate,
    law::penalty as law,
    lifecycle::{
        Asked, Finding,
        finding::{day, money},
        holidays,
    },
};

use super::file::{Decision, File, until};

/// What is found about serving, postponement and instalments.
pub(super) fn findings(file: &File<'_>, asked: &Asked<'_>, out: &mut Vec<Finding>) {
    for change in &file.executions {
        let on = change.fact.on();
        let Some(decision) = file.changed_by(change) else { continue };
        let name = change.fact.name;
        match change.data.action() {
            ExecutionAction::Served => {
                let late = sent_late(decision, on, asked);
                let names = || vec![decision.fact.name];
                let unknown =
                    late.as_ref().and_then(|_| holidays::unknown(asked, (decision.fact.on(), on), names));
                out.extend(late.into_iter().chain(unknown).map(|found| about(found, name)));
            }
            ExecutionAction::Postponed => {
                out.extend(
                    postponed(decision, on, until(&change.data), asked).map(|found| about(found, name)),
                );
            }
            ExecutionAction::Instalments => {
                out.extend(
                    in_parts(decision, on, until(&change.data), asked).map(|found| about(found, name)),
                );
                out.extend(first_part(file, decision, on, asked));
            }
            _ => {}
        }
    }
}

fn about(mut found: Finding, name: socai_tlog::EventName) -> Finding {
    found.facts.push(name);
    found
}

fn sent_late(decision: &Decision<'_>, served: CivilDate, asked: &Asked<'_>) -> Option<Finding> {
    let term = law::sending(asked.rules, decision.fact.on())?;
    let took = asked.rules.calendar().working_days_between(decision.fact.on(), served);
    let most = term.value;
    (took > most).then(|| {
        Finding::new(
            "sent_late",
            vec![decision.fact.name],
            format!("giao quyết định sau {took} ngày làm việc, hạn {most} ngày"),
            format!("served after {took} working days, the term is {most}"),
        )
        .late_by(i64::from(took - most))
        .by(term.source)
    })
}

fn postponed(
    decision: &Decision<'_>,
    on: CivilDate,
    until: Option<CivilDate>,
    asked: &Asked<'_>,
) -> Option<Finding> {
    let rule = law::postponement(asked.rules, decision.data.subject_kind(), on)?;
    let last = last_day(on, rule.value.months);
    let is_too_long = until.is_some_and(|until| until > last);
    let is_too_small = rule.value.min.is_none_or(|min| decision.total < min);
    (is_too_long || is_too_small).then(|| {
        let (vi, en) = match rule.value.min.map(money) {
            Some(least) => (
                format!("hoãn thi hành chỉ từ {least} đồng và không quá {}", day(last)),
                format!("paying is put off from {least:#} VND on, and not beyond {last}"),
            ),
            None => (
                "tổ chức không được hoãn thi hành".to_owned(),
                "an organisation's fine is not put off".to_owned(),
            ),
        };
        Finding::new("postponement_not_allowed", vec![decision.fact.name], vi, en).by(rule.source)
    })
}

fn in_parts(
    decision: &Decision<'_>,
    on: CivilDate,
    until: Option<CivilDate>,
    asked: &Asked<'_>,
) -> Option<Finding> {
    let rule = law::instalments(asked.rules, decision.data.subject_kind(), on)?;
    let last = last_day(decision.fact.on(), rule.value.months);
    let is_too_long = until.is_some_and(|until| until > last);
    (is_too_long || decision.total < rule.value.min).then(|| {
        let least = money(rule.value.min);
        Finding::new(
            "instalments_not_allowed",
            vec![decision.fact.name],
            format!("nộp phạt nhiều lần chỉ từ {least} đồng và không quá {}", day(last)),
            format!("a fine is paid in parts from {least:#} VND on, and not beyond {last}"),
        )
        .by(rule.source)
    })
}

/// The first part is large enough, and there are not too many.
fn first_part(
    file: &File<'_>,
    decision: &Decision<'_>,
    granted: CivilDate,
    asked: &Asked<'_>,
) -> Option<Finding> {
    let rule = law::instalments(asked.rules, decision.data.subject_kind(), granted)?;
    let parts: Vec<_> = file.payments.iter().filter(|part| part.fact.on() >= granted).collect();
    let least = rule.value.first_of(decision.total);
    let first = parts.first()?;
    let too_many = parts.iter().filter(|part| part.data.amount > 0).count() > rule.value.times as usize;
    (too_many || first.data.amount < least.0).then(|| {
        let (least, times) = (money(least), rule.value.times);
        Finding::new(
            "instalments_differ",
            parts.iter().map(|part| part.fact.name).collect(),
            format!("nộp không quá {times} lần, lần đầu ít nhất {least} đồng"),
            format!("at most {times} parts, the first of at least {least:#} VND"),
        )
        .by(rule.source)
    })
}

fn last_day(from: CivilDate, months: u32) -> CivilDate {
    i32::try_from(months).ok().and_then(|months| from.add_months(months)).unwrap_or(CivilDate::MAX)
}
