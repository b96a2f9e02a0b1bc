//! A petition: received, accepted or turned away, concluded, each within its statutory days (Law 02/2011/QH13 on complaints,
//! 25/2018/QH14 on denunciations). Requests and feedback have no days in these laws.
//!
//! A complaint that is withdrawn is over. A denunciation may be gone on with all the same (art. 33), and then keeps its term.

mod conclusion;
mod initial;

use socai_proto::{
    schema::{self, Label},
    v1::{PetitionAction, PetitionClass},
    view,
};

use super::{
    Asked, Finding, Judged, holidays, label_of,
    story::{Fact, Story},
};
use crate::{CivilDate, Kind};

/// Where a petition stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It was handled, its receipt has not been recorded yet.
    Pending,
    /// Received.
    Received,
    /// What was done last; an extension leaves it accepted.
    Handled(PetitionAction),
}

impl State {
    /// The state in words.
    pub fn label(self) -> Label {
        match self {
            State::Pending => Label {
                vi: "chờ việc tiếp nhận được ghi sổ",
                en: "waiting for its receipt to be recorded",
            },
            State::Received => {
                Label { vi: "đã tiếp nhận, chưa xử lý", en: "received, not handled" }
            }
            State::Handled(action) => action_label(action),
        }
    }
}

type Step<'f> = (&'f Fact<'f>, PetitionAction);

/// A petition that was received, and what was done with it.
struct Case<'a> {
    received: &'a Fact<'a>,
    data: view::PetitionReceived,
    steps: &'a [Step<'a>],
    asked: Asked<'a>,
}

/// A last day with its article.
struct Term<'r> {
    last: CivilDate,
    source: &'r str,
}

/// Judges the petition of a case; none when no fact is of that family.
pub(super) fn judge(story: &Story<'_>, asked: &Asked<'_>) -> Option<Judged> {
    let (mut received, mut steps) = (None, Vec::new());
    for fact in story.iter() {
        match *fact.event.kind() {
            Kind::PetitionReceived(data) => received = Some((fact, data)),
            Kind::PetitionHandled(said) => steps.push((fact, said.action())),
            _ => {}
        }
    }
    let latest = steps.iter().rev().find(|(_, action)| *action != PetitionAction::Extended);
    let state = match (&received, latest) {
        (None, _) if steps.is_empty() => return None,
        (None, _) => State::Pending,
        (Some(_), None) => State::Received,
        (Some(_), Some((_, action))) => State::Handled(*action),
    };
    let (mut details, mut findings) = (Vec::new(), Vec::new());
    match received {
        Some((received, data)) => {
            let case = Case { received, data, steps: &steps, asked: *asked };
            case.initial(&mut details, &mut findings);
            case.conclusion(&mut details, &mut findings);
            findings.extend(case.after_its_end());
            findings.extend(case.although_ineligible());
        }
        None => {
            let facts = steps.iter().map(|(fact, _)| fact.name).collect();
            let (vi, en) =
                ("đơn chưa được ghi sổ tiếp nhận", "the receipt of the petition is not in the ledger yet");
            findings.push(Finding::new("receipt_pending", facts, vi, en));
        }
    }
    Some(Judged { state: super::State::Petition(state), details, findings, marks: vec![] })
}

impl Case<'_> {
    /// Something else after it was concluded, given back, filed, or, as a complaint, withdrawn.
    fn after_its_end(&self) -> Option<Finding> {
        use PetitionAction::{Concluded, Enforced, Filed, Returned, Withdrawn};
        let pair = self.steps.windows(2).find(|pair| match (pair[0].1, pair[1].1) {
            (Concluded, after) => after != Enforced,
            (Enforced | Returned | Filed, _) => true,
            (Withdrawn, _) => !self.is_denunciation(),
            _ => false,
        })?;
        let (before, after) = (action_label(pair[0].1), action_label(pair[1].1));
        Some(Finding::new(
            "after_its_end",
            vec![pair[0].0.name, pair[1].0.name],
            format!("“{}” sau khi đơn đã “{}”", after.vi, before.vi),
            format!("`{}` after the petition was {}", after.en, before.en),
        ))
    }

    /// Accepted or concluded although it does not meet the conditions of being dealt with.
    fn although_ineligible(&self) -> Option<Finding> {
        let (fact, _) = self
            .steps
            .iter()
            .filter(|_| !self.data.eligible)
            .find(|(_, action)| matches!(action, PetitionAction::Accepted | PetitionAction::Concluded))?;
        let (vi, en) = (
            "đơn không đủ điều kiện xử lý nhưng được thụ lý, kết luận",
            "accepted or concluded, though it does not meet the conditions of being dealt with",
        );
        Some(Finding::new("accepted_although_ineligible", vec![self.received.name, fact.name], vi, en))
    }

    /// That the last day may be a later one: the holidays of its year are not known.
    fn unknown_holidays(&self, from: CivilDate, last: CivilDate) -> Option<Finding> {
        holidays::unknown(&self.asked, (from, last), || vec![self.received.name])
    }

    fn is_denunciation(&self) -> bool {
        self.data.class() == PetitionClass::Denunciation
    }

    fn first(&self, action: PetitionAction) -> Option<&Fact<'_>> {
        self.steps.iter().find(|(_, known)| *known == action).map(|(fact, _)| *fact)
    }

    fn extensions(&self) -> impl Iterator<Item = &Fact<'_>> {
        self.steps.iter().filter(|(_, action)| *action == PetitionAction::Extended).map(|(fact, _)| *fact)
    }
}

fn action_label(action: PetitionAction) -> Label {
    label_of(&schema::PETITION_ACTION, action as i64)
}
