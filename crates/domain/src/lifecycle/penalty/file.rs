//! The facts of a violation, sorted by what they are, with what later facts made of each decision.

use socai_proto::{v1::RevisionAction, view};
use socai_tlog::EventName;

use crate::{
    CivilDate, Dong, Kind,
    lifecycle::story::{Fact, Story},
};

/// A fact with its payload.
pub(super) struct Said<'f, T> {
    pub fact: &'f Fact<'f>,
    pub data: T,
}

/// A decision as it stands after its revisions.
pub(super) struct Decision<'f> {
    pub fact: &'f Fact<'f>,
    pub data: view::PenaltyDecided<'f>,
    /// The fine now.
    pub total: Dong,
    /// What it came to by each revision, in the order that decides.
    pub revised: Vec<Revised>,
    /// Annulled, or replaced by another decision: nothing is owed by it.
    pub is_void: bool,
}

/// What a revision made of a fine.
#[derive(Clone, Copy)]
pub(super) struct Revised {
    pub fact: EventName,
    pub on: CivilDate,
    pub total: Dong,
}

impl Decision<'_> {
    /// What it came to when a day began; nothing before it was made.
    pub fn total_at(&self, day: CivilDate) -> Dong {
        let before = |on: &CivilDate| *on < day;
        let revised = self.revised.iter().rev().find(|revision| before(&revision.on));
        let made = before(&self.fact.on()).then_some(Dong(self.data.total));
        revised.map(|revision| revision.total).or(made).unwrap_or(Dong::ZERO)
    }
}

/// What is known of a violation, each list in the order that decides.
#[derive(Default)]
pub(super) struct File<'f> {
    pub records: Vec<Said<'f, view::ViolationRecorded<'f>>>,
    pub decisions: Vec<Decision<'f>>,
    pub payments: Vec<Said<'f, view::PenaltyPaymentReceived<'f>>>,
    pub revisions: Vec<Said<'f, view::PenaltyDecisionRevised<'f>>>,
    pub executions: Vec<Said<'f, view::PenaltyExecutionChanged>>,
    pub closings: Vec<&'f Fact<'f>>,
}

impl<'f> File<'f> {
    /// None when the story has no fact of this family.
    pub fn of(story: &Story<'f>) -> Option<File<'f>> {
        let mut file = File::default();
        let mut is_empty = true;
        for fact in story.iter() {
            match *fact.event.kind() {
                Kind::ViolationRecorded(data) => file.records.push(Said { fact, data }),
                Kind::PenaltyDecided(data) => {
                    let total = Dong(data.total);
                    file.decisions.push(Decision { fact, data, total, revised: vec![], is_void: false });
                }
                Kind::PenaltyPaymentReceived(data) => file.payments.push(Said { fact, data }),
                Kind::PenaltyDecisionRevised(data) => file.revisions.push(Said { fact, data }),
                Kind::PenaltyExecutionChanged(data) => file.executions.push(Said { fact, data }),
                Kind::ViolationClosedWithoutPenalty(_) => file.closings.push(fact),
                _ => continue,
            }
            is_empty = false;
        }
        file.revise();
        (!is_empty).then_some(file)
    }

    /// The decisions by which something is owed.
    pub fn standing(&self) -> impl Iterator<Item = &Decision<'f>> {
        self.decisions.iter().filter(|decision| !decision.is_void)
    }

    /// The record that a decision rests on: the newest that is not after it.
    pub fn record_of(&self, decision: &Decision<'_>) -> Option<&Said<'f, view::ViolationRecorded<'f>>> {
        self.records.iter().rev().find(|record| record.fact.on() <= decision.fact.on())
    }

    /// The decision that a change of execution is about: the one it names, else the newest that stands and is not after it.
    pub fn changed_by(&self, change: &Said<'f, view::PenaltyExecutionChanged>) -> Option<&Decision<'f>> {
        let is_named =
            |decision: &&Decision<'_>| change.fact.event.refs().any(|name| name == decision.fact.name);
        let earlier = |decision: &&Decision<'_>| decision.fact.on() <= change.fact.on();
        self.standing().find(is_named).or_else(|| self.standing().filter(earlier).last())
    }

    /// Lets every revision change the decision it names, else the newest that is not after it.
    fn revise(&mut self) {
        for revision in &self.revisions {
            let named = |decision: &&mut Decision<'_>| {
                revision.fact.event.refs().any(|name| name == decision.fact.name)
            };
            let by_name = self.decisions.iter_mut().find(named).map(|decision| decision.fact.name);
            let earlier = |decision: &&Decision<'_>| decision.fact.on() <= revision.fact.on();
            let target = by_name.or_else(|| Some(self.decisions.iter().rev().find(earlier)?.fact.name));
            let Some(decision) =
                self.decisions.iter_mut().find(|decision| Some(decision.fact.name) == target)
            else {
                continue;
            };
            match (revision.data.action(), revision.data.new_total) {
                (RevisionAction::Annulled, _) | (RevisionAction::Replaced, None) => decision.is_void = true,
                (_, Some(total)) => {
                    decision.total = Dong(total);
                    let (fact, on) = (revision.fact.name, revision.fact.on());
                    decision.revised.push(Revised { fact, on, total: Dong(total) });
                }
                (_, None) => {}
            }
        }
    }
}

/// The last day that a change of execution states.
pub(super) fn until(change: &view::PenaltyExecutionChanged) -> Option<CivilDate> {
    CivilDate::from_yyyymmdd(change.until?).ok()
}
