//! A task of the leadership: on track, late, waiting on a higher level, done in time or too late.
//!
//! The latest progress counts. What a unit says is one thing and the day another: a task that is called in progress after its last
//! day is late.

use socai_proto::{schema::Label, v1::DirectiveStatus, view};

use super::{
    Asked, Detail, Finding, Judged, Value,
    finding::day,
    story::{Fact, Story},
};
use crate::{CivilDate, Kind};

/// Where a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Its progress is known, the task itself has not been recorded yet.
    Pending,
    /// Nothing is reported, the term runs.
    NotStarted,
    /// Under way, the term runs.
    OnTrack,
    /// A higher level has to act first.
    Waiting,
    /// The term is over.
    Late,
    /// Done by its last day.
    Done,
    /// Done after it.
    DoneLate,
    /// Cancelled.
    Cancelled,
}

impl State {
    /// The state in words.
    pub fn label(self) -> Label {
        let (vi, en) = match self {
            State::Pending => ("chờ nhiệm vụ được ghi sổ", "waiting for its task to be recorded"),
            State::NotStarted => ("chưa thực hiện, trong hạn", "not started, in time"),
            State::OnTrack => ("đang thực hiện, trong hạn", "on track"),
            State::Waiting => ("chờ cấp trên", "waiting on a higher level"),
            State::Late => ("quá hạn", "late"),
            State::Done => ("hoàn thành đúng hạn", "done in time"),
            State::DoneLate => ("hoàn thành quá hạn", "done late"),
            State::Cancelled => ("dừng thực hiện", "cancelled"),
        };
        Label { vi, en }
    }
}

/// Judges the task of a case; none when no fact is of that family.
pub(super) fn judge(story: &Story<'_>, asked: &Asked<'_>) -> Option<Judged> {
    let issued = story.iter().rev().find_map(issued);
    let progress: Vec<_> = story.iter().filter_map(progress).collect();
    let latest = progress.last();
    let due_on = issued.and_then(|(_, task)| CivilDate::from_yyyymmdd(task.due_on).ok());
    let state = match (issued, latest) {
        (None, None) => return None,
        (None, Some(_)) => State::Pending,
        (Some(_), latest) => state(latest.map(|(fact, said)| (fact.on(), said.status())), due_on, asked.on),
    };
    let mut findings = Vec::new();
    if let (None, Some(_)) = (issued, latest) {
        let (vi, en) = (
            "có tiến độ, nhiệm vụ chưa được ghi sổ",
            "progress is reported, the task is not in the ledger yet",
        );
        let facts = progress.iter().map(|(fact, _)| fact.name).collect();
        findings.push(Finding::new("task_pending", facts, vi, en));
    }
    if let (Some((fact, task)), Some(due)) = (issued, due_on) {
        findings.extend(late(state, fact, latest, due, asked.on));
        findings.extend(waits_for_nothing(state, fact, &task, latest));
    }
    let details = due_on.map(|due| Detail::new("thời hạn", "due", Value::Day(due)));
    Some(Judged {
        state: super::State::Directive(state),
        details: details.into_iter().collect(),
        findings,
        marks: vec![],
    })
}

type Progress<'f> = (&'f Fact<'f>, view::DirectiveProgressed<'f>);

fn issued<'f>(fact: &'f Fact<'f>) -> Option<(&'f Fact<'f>, view::DirectiveIssued<'f>)> {
    match *fact.event.kind() {
        Kind::DirectiveIssued(task) => Some((fact, task)),
        _ => None,
    }
}

fn progress<'f>(fact: &'f Fact<'f>) -> Option<Progress<'f>> {
    match *fact.event.kind() {
        Kind::DirectiveProgressed(said) => Some((fact, said)),
        _ => None,
    }
}

fn state(latest: Option<(CivilDate, DirectiveStatus)>, due: Option<CivilDate>, on: CivilDate) -> State {
    let is_over = |day: CivilDate| due.is_some_and(|due| due < day);
    match latest {
        Some((_, DirectiveStatus::Cancelled)) => State::Cancelled,
        Some((day, DirectiveStatus::Done)) if is_over(day) => State::DoneLate,
        Some((_, DirectiveStatus::Done)) => State::Done,
        Some((_, DirectiveStatus::WaitingOnHigherLevel)) => State::Waiting,
        Some((_, DirectiveStatus::Late)) => State::Late,
        _ if is_over(on) => State::Late,
        Some((_, DirectiveStatus::InProgress)) => State::OnTrack,
        _ => State::NotStarted,
    }
}

fn late(
    state: State,
    task: &Fact<'_>,
    latest: Option<&Progress<'_>>,
    due: CivilDate,
    on: CivilDate,
) -> Option<Finding> {
    let facts = [Some(task.name), latest.map(|(fact, _)| fact.name)].into_iter().flatten().collect();
    let done_on = latest.map_or(on, |(fact, _)| fact.on());
    let until = if state == State::DoneLate { done_on } else { on };
    let (days, due_vi) = (until.days_since(due), day(due));
    match state {
        State::DoneLate => Some(
            Finding::new(
                "done_late",
                facts,
                format!("hoàn thành chậm {days} ngày so với hạn {due_vi}"),
                format!("done {days} days after its last day, {due}"),
            )
            .late_by(i64::from(days)),
        ),
        State::Late | State::Waiting if days > 0 => Some(
            Finding::new(
                "overdue",
                facts,
                format!("quá hạn {days} ngày (hạn {due_vi})"),
                format!("{days} days past its last day, {due}"),
            )
            .late_by(i64::from(days)),
        ),
        _ => None,
    }
}

/// A task that waits on a higher level although it was issued as depending on nothing.
fn waits_for_nothing(
    state: State,
    task: &Fact<'_>,
    said: &view::DirectiveIssued<'_>,
    latest: Option<&Progress<'_>>,
) -> Option<Finding> {
    let (fact, _) = latest.filter(|_| state == State::Waiting && said.depends_on == 0)?;
    let (vi, en) = (
        "báo chờ cấp trên nhưng nhiệm vụ không ghi phụ thuộc cấp trên",
        "said to wait on a higher level, on which the task as issued does not depend",
    );
    Some(Finding::new("waits_for_nothing", vec![task.name, fact.name], vi, en))
}
