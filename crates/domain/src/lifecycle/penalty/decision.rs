//! Whether a decision was the signer's to make, in time, within its bracket and about what was recorded.

use socai_proto::{v1::PenaltyForm, view};

use crate::{
    Dong,
    law::penalty as law,
    lifecycle::{
        Asked, Finding,
        finding::{day, money},
        holidays,
    },
};

use super::file::{Decision, File, Said};

type Record<'f> = Said<'f, view::ViolationRecorded<'f>>;

/// What is found about the record and its decisions.
pub(super) fn findings(file: &File<'_>, asked: &Asked<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    for decision in &file.decisions {
        // the record a decision rests on is the newest that is not after it
        let record = file.records.iter().rev().find(|record| record.fact.on() <= decision.fact.on());
        lines(decision, asked, &mut out);
        on_the_spot(decision, asked, &mut out);
        match record {
            Some(record) => {
                in_time(record, decision, asked, &mut out);
                agrees(record, decision, &mut out);
            }
            None => without_record(decision, &mut out),
        }
    }
    twice(file, &mut out);
    closed_and_decided(file, &mut out);
    undecided(file, asked, &mut out);
    out
}

/// Competence, brackets and the mid-point, act by act.
fn lines(decision: &Decision<'_>, asked: &Asked<'_>, out: &mut Vec<Finding>) {
    let (data, on, name) = (&decision.data, decision.fact.on(), decision.fact.name);
    if data.form() != PenaltyForm::Fine {
        return;
    }
    let cap = law::cap(asked.rules, data.signer_level(), data.field(), data.subject_kind(), on);
    for line in data.lines {
        let (min, max, amount) = (Dong(line.bracket_min), Dong(line.bracket_max), Dong(line.amount));
        if let Some(cap) = cap.filter(|cap| max > cap.value) {
            let (most, cap_text) = (money(max), money(cap.value));
            out.push(
                Finding::new(
                    "over_competence",
                    vec![name],
                    format!("{}: mức tối đa của khung {most} vượt thẩm quyền {cap_text} đồng", line.act),
                    format!(
                        "{}: the bracket's maximum {most} is beyond the signer's competence, {cap_text} VND",
                        line.act
                    ),
                )
                .of(amount)
                .by(cap.source),
            );
        }
        if amount < min || max < amount {
            let (got, from, to) = (money(amount), money(min), money(max));
            out.push(
                Finding::new(
                    "outside_bracket",
                    vec![name],
                    format!("{}: tiền phạt {got} ngoài khung {from} - {to} đồng", line.act),
                    format!("{}: the fine {got} is outside the bracket {from} - {to} VND", line.act),
                )
                .of(amount),
            );
        } else if line.factors.is_empty() && !is_midpoint(amount, min, max) {
            let got = money(amount);
            out.push(
                Finding::new(
                    "not_the_midpoint",
                    vec![name],
                    format!(
                        "{}: tiền phạt {got} không phải mức trung bình của khung và không nêu tình tiết",
                        line.act
                    ),
                    format!(
                        "{}: the fine {got} is not the mid-point of its bracket and no factor is stated",
                        line.act
                    ),
                )
                .of(amount),
            );
        }
        let table = law::bracket(asked.rules, line.act, data.subject_kind(), on);
        if let Some(table) = table.filter(|table| table.value != (min, max)) {
            let (from, to) = (money(table.value.0), money(table.value.1));
            out.push(
                Finding::new(
                    "bracket_differs",
                    vec![name],
                    format!("{}: khung ghi trong quyết định khác khung {from} - {to} đồng", line.act),
                    format!("{}: the stated bracket is not the one in force, {from} - {to} VND", line.act),
                )
                .of(amount)
                .by(table.source),
            );
        }
    }
}

/// The mid-point of a bracket (art. 23.4), to the đồng below or above when it has no whole one.
fn is_midpoint(amount: Dong, min: Dong, max: Dong) -> bool {
    let twice = 2 * i128::from(amount.0) - i128::from(min.0) - i128::from(max.0);
    twice.abs() <= 1
}

fn on_the_spot(decision: &Decision<'_>, asked: &Asked<'_>, out: &mut Vec<Finding>) {
    let data = &decision.data;
    let limit = law::on_the_spot(asked.rules, data.subject_kind(), decision.fact.on());
    let Some(limit) = limit.filter(|limit| data.on_the_spot && Dong(data.total) > limit.value) else {
        return;
    };
    let (total, most) = (money(Dong(data.total)), money(limit.value));
    out.push(
        Finding::new(
            "above_the_spot_limit",
            vec![decision.fact.name],
            format!("xử phạt không lập biên bản {total} vượt mức {most} đồng"),
            format!("{total} on the spot is above the limit without a record, {most} VND"),
        )
        .of(Dong(data.total))
        .by(limit.source),
    );
}

/// The term from the record, and the time after which nothing may be decided any more.
fn in_time(record: &Record<'_>, decision: &Decision<'_>, asked: &Asked<'_>, out: &mut Vec<Finding>) {
    let (from, on) = (record.fact.on(), decision.fact.on());
    let names = vec![record.fact.name, decision.fact.name];
    if let Some(term) = law::decision(asked.rules, record.data.transferred, from) {
        let took = asked.rules.calendar().working_days_between(from, on);
        let most = term.value.working_days;
        if took > most {
            let (explained, complex) = (term.value.months_explained, term.value.months_complex);
            out.push(
                Finding::new(
                    "decision_late",
                    names.clone(),
                    format!("ra quyết định sau {took} ngày làm việc, hạn {most} ngày (có giải trình, xác minh: {explained} tháng; phức tạp: {complex} tháng)"),
                    format!("decided after {took} working days, the term is {most} ({explained} month with an explanation or verification, {complex} months when complex)"),
                )
                .late_by(i64::from(took - most))
                .by(term.source),
            );
        }
    }
    unknown_holidays(record, decision, asked, out);
    let limit = law::limitation(asked.rules, decision.data.field(), from);
    let Some(limit) = limit else { return };
    let last = i32::try_from(limit.value).ok().and_then(|months| from.add_months(months));
    if let Some(last) = last.filter(|last| *last < on) {
        out.push(
            Finding::new(
                "limitation_passed",
                names,
                format!("ra quyết định khi đã hết thời hiệu xử phạt ({})", day(last)),
                format!("decided after the limitation of {last}"),
            )
            .late_by(i64::from(on.days_since(last)))
            .by(limit.source),
        );
    }
}

/// A late decision that rests on days of a year without a table of holidays may not have been late.
fn unknown_holidays(record: &Record<'_>, decision: &Decision<'_>, asked: &Asked<'_>, out: &mut Vec<Finding>) {
    let names = vec![record.fact.name, decision.fact.name];
    let is_late =
        out.iter().any(|found| found.code == "decision_late" && found.facts.contains(&decision.fact.name));
    let unknown = holidays::unknown(asked, record.fact.on(), decision.fact.on()).filter(|_| is_late);
    out.extend(unknown.map(|(vi, en)| Finding::new("holidays_unknown", names, vi, en)));
}

/// Acts, field and subject are those of the record.
fn agrees(record: &Record<'_>, decision: &Decision<'_>, out: &mut Vec<Finding>) {
    let names = || vec![record.fact.name, decision.fact.name];
    for line in decision.data.lines {
        if record.data.acts.iter().all(|act| act != line.act) {
            out.push(Finding::new(
                "act_differs",
                names(),
                format!("hành vi {} không có trong biên bản", line.act),
                format!("the act {} is not in the record", line.act),
            ));
        }
    }
    if record.data.field != decision.data.field {
        let (vi, en) = ("lĩnh vực khác biên bản", "the field is not that of the record");
        out.push(Finding::new("field_differs", names(), vi, en));
    }
    if record.data.subject_kind != decision.data.subject_kind {
        let (vi, en) = ("loại đối tượng khác biên bản", "the kind of subject is not that of the record");
        out.push(Finding::new("subject_differs", names(), vi, en));
    }
}

fn without_record(decision: &Decision<'_>, out: &mut Vec<Finding>) {
    if !decision.data.on_the_spot {
        let (vi, en) =
            ("chưa có biên bản của quyết định", "the record that the decision rests on is not in the ledger");
        out.push(Finding::new("record_missing", vec![decision.fact.name], vi, en));
    }
}

/// One act is fined once (art. 3.1.d).
fn twice(file: &File<'_>, out: &mut Vec<Finding>) {
    let standing: Vec<_> = file.standing().collect();
    for (at, later) in standing.iter().enumerate() {
        for earlier in &standing[..at] {
            let shared = later
                .data
                .lines
                .iter()
                .find(|line| earlier.data.lines.iter().any(|other| other.act == line.act));
            let Some(line) = shared else { continue };
            out.push(Finding::new(
                "decided_twice",
                vec![earlier.fact.name, later.fact.name],
                format!("hành vi {} bị xử phạt hai lần", line.act),
                format!("the act {} is fined twice", line.act),
            ));
        }
    }
}

/// A file that was closed without a penalty has no decision.
fn closed_and_decided(file: &File<'_>, out: &mut Vec<Finding>) {
    if let (Some(closing), Some(decision)) = (file.closings.last(), file.standing().last()) {
        let (vi, en) = (
            "vừa có quyết định xử phạt vừa kết thúc không xử phạt",
            "decided, and closed without a penalty as well",
        );
        let facts = vec![decision.fact.name, closing.name];
        out.push(Finding::new("closed_and_decided", facts, vi, en));
    }
}

/// A record whose term is over without a decision.
fn undecided(file: &File<'_>, asked: &Asked<'_>, out: &mut Vec<Finding>) {
    let is_open = file.decisions.is_empty() && file.closings.is_empty();
    let Some(record) = file.records.last().filter(|_| is_open) else { return };
    let Some(term) = law::decision(asked.rules, record.data.transferred, record.fact.on()) else { return };
    let last = asked.rules.calendar().add_working_days(record.fact.on(), term.value.working_days);
    if let Some(last) = last.filter(|last| *last < asked.on) {
        out.push(
            Finding::new(
                "undecided",
                vec![record.fact.name],
                format!("quá hạn ra quyết định ({}) mà chưa có quyết định", day(last)),
                format!("not decided by {last}"),
            )
            .late_by(i64::from(asked.rules.calendar().working_days_between(last, asked.on)))
            .by(term.source),
        );
        let unknown = holidays::unknown(asked, record.fact.on(), asked.on);
        let facts = vec![record.fact.name];
        out.extend(unknown.map(|(vi, en)| Finding::new("holidays_unknown", facts, vi, en)));
    }
}
