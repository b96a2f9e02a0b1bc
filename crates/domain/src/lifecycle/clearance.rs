//! A compensation plan on its way from the notice to the approval, round by round (Land Law).
//!
//! A round goes through its stages in order. Re-drafting or withdrawing it begins the order anew, so nothing after them is out of order.

use std::collections::BTreeMap;

use socai_proto::{
    schema::{self, Label},
    v1::ClearanceStage,
    view,
};

use super::{
    Asked, Detail, Finding, Judged, Value,
    finding::day,
    story::{Fact, Story},
};
use crate::{CivilDate, Dong, Kind, law::clearance as law};

/// Where a plan stands: the stage of the round that has come least far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// A stage of the plan.
    At(ClearanceStage),
}

impl State {
    /// The state in words.
    pub fn label(self) -> Label {
        let State::At(stage) = self;
        stage_label(stage)
    }
}

type Step<'f> = (&'f Fact<'f>, view::ClearanceStageReached<'f>);

/// Judges the plan of a case; none when no fact is of that family.
pub(super) fn judge(story: &Story<'_>, asked: &Asked<'_>) -> Option<Judged> {
    let mut rounds: BTreeMap<(&str, u32), Vec<Step<'_>>> = BTreeMap::new();
    for fact in story.iter() {
        if let Kind::ClearanceStageReached(step) = *fact.event.kind() {
            rounds.entry((step.plan, step.round)).or_default().push((fact, step));
        }
    }
    let reached = rounds.values().filter_map(|steps| steps.last()).map(|(_, step)| step.stage());
    let state = State::At(reached.min_by_key(|stage| progress(*stage))?);
    let findings = rounds.values().flat_map(|steps| findings(steps, asked)).collect();
    Some(Judged { state: super::State::Clearance(state), details: details(&rounds), findings })
}

/// How far a stage is; a round that is drafted again is back at its draft, a withdrawn one at nothing.
fn progress(stage: ClearanceStage) -> i32 {
    match stage {
        ClearanceStage::Redrafted => ClearanceStage::DraftPrepared as i32,
        ClearanceStage::Withdrawn => 0,
        stage => stage as i32,
    }
}

fn is_new_start(stage: ClearanceStage) -> bool {
    matches!(stage, ClearanceStage::Redrafted | ClearanceStage::Withdrawn)
}

fn details(rounds: &BTreeMap<(&str, u32), Vec<Step<'_>>>) -> Vec<Detail> {
    let last = || rounds.values().filter_map(|steps| steps.last()).map(|(_, step)| step);
    let land_users = last().map(|step| u64::from(step.land_users)).sum();
    let approved = rounds.values().filter_map(|steps| approved_amount(steps));
    let approved = Dong::checked_sum(approved).filter(|amount| amount.0 > 0);
    let mut details = vec![
        Detail::new("số đợt", "rounds", Value::Count(rounds.len() as u64)),
        Detail::new("số trường hợp sử dụng đất", "land users", Value::Count(land_users)),
    ];
    details
        .extend(approved.map(|sum| Detail::new("kinh phí được duyệt", "amount approved", Value::Money(sum))));
    details
}

/// What the latest approval of a round grants, unless the round was withdrawn or drafted again since.
fn approved_amount(steps: &[Step<'_>]) -> Option<Dong> {
    let current = since_new_start(steps);
    let approval = current.iter().rev().find(|(_, step)| step.stage() == ClearanceStage::Approved);
    approval.and_then(|(_, step)| step.amount).map(Dong)
}

/// The steps after the last re-draft or withdrawal.
fn since_new_start<'s, 'f>(steps: &'s [Step<'f>]) -> &'s [Step<'f>] {
    let start = steps.iter().rposition(|(_, step)| is_new_start(step.stage()));
    &steps[start.map_or(0, |at| at + 1)..]
}

/// What is found about one round.
fn findings(steps: &[Step<'_>], asked: &Asked<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    for attempt in steps.split(|(_, step)| is_new_start(step.stage())) {
        out_of_order(attempt, &mut out);
        skipped(attempt, &mut out);
        posting(attempt, asked, &mut out);
    }
    out
}

/// A stage dated after a later one.
fn out_of_order(attempt: &[Step<'_>], out: &mut Vec<Finding>) {
    for pair in attempt.windows(2) {
        let [(earlier, from), (later, to)] = pair else { continue };
        // several stages of one day have no order among them
        if to.stage < from.stage && earlier.on() < later.on() {
            let (from, to) = (stage_label(from.stage()), stage_label(to.stage()));
            out.push(Finding::new(
                "out_of_order",
                vec![earlier.name, later.name],
                format!("bước “{}” sau bước “{}”", to.vi, from.vi),
                format!("`{}` comes after `{}`", to.en, from.en),
            ));
        }
    }
}

/// Stages that may not be passed over: each with the one it needs.
const NEEDS: [(ClearanceStage, ClearanceStage); 4] = [
    (ClearanceStage::DraftPassed, ClearanceStage::DraftPrepared),
    (ClearanceStage::Published, ClearanceStage::DraftPassed),
    (ClearanceStage::Appraised, ClearanceStage::Published),
    (ClearanceStage::Approved, ClearanceStage::Appraised),
];

fn skipped(attempt: &[Step<'_>], out: &mut Vec<Finding>) {
    let at = |stage| attempt.iter().find(|(_, step)| step.stage() == stage);
    for (stage, needed) in NEEDS {
        let Some((fact, _)) = at(stage).filter(|_| at(needed).is_none()) else { continue };
        // what came before the ledger was kept is not missing
        if attempt.iter().any(|(_, step)| progress(step.stage()) < progress(needed)) || is_late(stage) {
            let (stage, needed) = (stage_label(stage), stage_label(needed));
            out.push(Finding::new(
                "stage_missing",
                vec![fact.name],
                format!("có bước “{}”, chưa có bước “{}”", stage.vi, needed.vi),
                format!("`{}` is recorded, `{}` is not", stage.en, needed.en),
            ));
        }
    }
}

fn is_late(stage: ClearanceStage) -> bool {
    stage as i32 >= ClearanceStage::Appraised as i32
}

/// The draft is posted for the days the law asks before it is appraised or approved.
fn posting(attempt: &[Step<'_>], asked: &Asked<'_>, out: &mut Vec<Finding>) {
    let first = |stage| attempt.iter().find(|(_, step)| step.stage() == stage).map(|(fact, _)| *fact);
    let Some(posted) = first(ClearanceStage::Published) else { return };
    let next = first(ClearanceStage::Appraised).or_else(|| first(ClearanceStage::Approved));
    let (Some(next), Some(term)) = (next, law::posting(asked.rules, posted.on())) else { return };
    let days = next.on().days_since(posted.on());
    if i64::from(days) < i64::from(term.value) {
        let (least, until) = (term.value, end_of(posted.on(), term.value));
        out.push(
            Finding::new(
                "posting_too_short",
                vec![posted.name, next.name],
                format!("niêm yết {days} ngày, phải đủ {least} ngày (đến {})", day(until)),
                format!("posted for {days} days, the law asks for {least} (until {until})"),
            )
            .by(term.source),
        );
    }
}

fn end_of(from: CivilDate, days: u32) -> CivilDate {
    i32::try_from(days).ok().and_then(|days| from.add_days(days)).unwrap_or(from)
}

fn stage_label(stage: ClearanceStage) -> Label {
    let none = Label { vi: "chưa rõ", en: "unknown" };
    schema::CLEARANCE_STAGE.value(stage as i64).map_or(none, |value| value.label)
}
