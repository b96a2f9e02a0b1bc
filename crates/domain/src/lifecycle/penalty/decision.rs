//! Whether a decision was made in time and about what was recorded; its amounts are judged beside it.

use socai_proto::{
    schema::{self, Label},
    v1::LongerTerm,
    view,
};

use crate::{
    law::{
        Cited,
        penalty::{self as law, Term},
    },
    lifecycle::{Asked, Finding, finding::day, holidays},
};

use super::{
    amounts,
    file::{Decision, File, Said},
};

pub(super) type Record<'f> = Said<'f, view::ViolationRecorded<'f>>;

/// What is found about the record and its decisions.
pub(super) fn findings(file: &File<'_>, asked: &Asked<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    for decision in &file.decisions {
        amounts::findings(decision, asked, &mut out);
        match file.record_of(decision) {
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

/// The ground of a longer term: the one that the decision states, else that of its record.
fn ground(record: &Record<'_>, decision: Option<&Decision<'_>>) -> LongerTerm {
    match decision.map(|decision| decision.data.longer_term()) {
        None | Some(LongerTerm::Unspecified) => record.data.longer_term(),
        Some(ground) => ground,
    }
}

/// The term that applies to the decision of a record; none without a row in force.
pub(super) fn term<'r>(
    record: &Record<'_>,
    decision: Option<&Decision<'_>>,
    asked: &Asked<'r>,
) -> Option<Cited<'r, Term>> {
    law::decision(asked.rules, record.data.transferred, ground(record, decision), record.fact.on())
}

/// The ground of the term in words, for whoever wonders why it is not another one.
fn by_ground(ground: LongerTerm) -> Label {
    let stated = schema::LONGER_TERM.value(ground as i64).filter(|value| value.number != 0);
    let none = Label { vi: "không nêu căn cứ kéo dài", en: "no ground of a longer term is stated" };
    stated.map_or(none, |value| value.label)
}

/// The longer term that a case has, in words; none when it has the usual one.
pub(super) fn longer_term(file: &File<'_>) -> Option<Label> {
    let record = file.records.last()?;
    let ground = ground(record, file.decisions.last());
    (ground != LongerTerm::Unspecified).then(|| by_ground(ground))
}

/// The term from the record, and the time after which nothing may be decided any more.
fn in_time(record: &Record<'_>, decision: &Decision<'_>, asked: &Asked<'_>, out: &mut Vec<Finding>) {
    if let Some(found) = late(record, decision, asked) {
        out.push(found);
        unknown_holidays(record, decision, asked, out);
    }
    out.extend(barred(record, decision, asked));
}

fn late(record: &Record<'_>, decision: &Decision<'_>, asked: &Asked<'_>) -> Option<Finding> {
    let (from, on) = (record.fact.on(), decision.fact.on());
    let term = term(record, Some(decision), asked)?;
    let calendar = asked.rules.calendar();
    let ground = by_ground(ground(record, Some(decision)));
    let (late, vi, en) = match term.value {
        Term::WorkingDays(most) => {
            let took = calendar.working_days_between(from, on);
            let vi = format!("ra quyết định sau {took} ngày làm việc, hạn {most} ngày ({})", ground.vi);
            let en = format!("decided after {took} working days, the term is {most} ({})", ground.en);
            (i64::from(took) - i64::from(most), vi, en)
        }
        other => {
            let last = other.last_day(from, calendar)?;
            let vi = format!("ra quyết định sau hạn {}: {} ({})", day(last), other.vi(), ground.vi);
            let en = format!("decided after {last}, the term is {} ({})", other.en(), ground.en);
            (i64::from(on.days_since(last)), vi, en)
        }
    };
    let names = vec![record.fact.name, decision.fact.name];
    (late > 0).then(|| Finding::new("decision_late", names, vi, en).late_by(late).by(term.source))
}

/// An act whose limitation was over: the one that was barred first.
fn barred(record: &Record<'_>, decision: &Decision<'_>, asked: &Asked<'_>) -> Option<Finding> {
    let (from, on) = (record.fact.on(), decision.fact.on());
    let limits = decision.data.lines.iter().filter_map(|line| {
        let limit = law::limitation(asked.rules, decision.data.field(), line.act, from)?;
        let last = i32::try_from(limit.value).ok().and_then(|months| from.add_months(months))?;
        (last < on).then_some((last, line.act, limit.source))
    });
    let (last, act, source) = limits.min_by_key(|(last, ..)| *last)?;
    let found = Finding::new(
        "limitation_passed",
        vec![record.fact.name, decision.fact.name],
        format!("{act}: ra quyết định khi đã hết thời hiệu xử phạt ({})", day(last)),
        format!("{act}: decided after the limitation of {last}"),
    );
    Some(found.late_by(i64::from(on.days_since(last))).by(source))
}

/// A late decision that rests on days of a year without a table of holidays may not have been late.
fn unknown_holidays(record: &Record<'_>, decision: &Decision<'_>, asked: &Asked<'_>, out: &mut Vec<Finding>) {
    let names = || vec![record.fact.name, decision.fact.name];
    out.extend(holidays::unknown(asked, (record.fact.on(), decision.fact.on()), names));
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
    let Some(term) = term(record, None, asked) else { return };
    let (calendar, ground) = (asked.rules.calendar(), by_ground(ground(record, None)));
    let last = term.value.last_day(record.fact.on(), calendar);
    if let Some(last) = last.filter(|last| *last < asked.on) {
        let late = match term.value {
            Term::WorkingDays(_) => i64::from(calendar.working_days_between(last, asked.on)),
            _ => i64::from(asked.on.days_since(last)),
        };
        let (vi, en) = (term.value.vi(), term.value.en());
        out.push(
            Finding::new(
                "undecided",
                vec![record.fact.name],
                format!("quá hạn ra quyết định ({}; {vi}, {}) mà chưa có quyết định", day(last), ground.vi),
                format!("not decided by {last} ({en}, {})", ground.en),
            )
            .late_by(late)
            .by(term.source),
        );
        out.extend(holidays::unknown(asked, (record.fact.on(), asked.on), || vec![record.fact.name]));
    }
}
