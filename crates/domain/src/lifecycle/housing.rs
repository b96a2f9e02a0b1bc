//! An old apartment block on its way from the list to new flats (Decree 69/2021/NĐ-CP).
//!
//! The latest milestone is where it stands. Milestones follow each other, except that a block may be graded again at any time. No fact says
//! that somebody moved out, so a block of grade D is found until it is demolished.

use socai_proto::{
    schema::{self, Label},
    v1::{RenovationMilestone as Milestone, SafetyGrade},
    view,
};

use super::{
    Asked, Detail, Finding, Judged, Value,
    finding::day,
    label_of,
    story::{Fact, Story},
};
use crate::{CivilDate, Kind};

/// Where a block stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Its latest milestone.
    At(Milestone),
}

impl State {
    /// The state in words.
    pub fn label(self) -> Label {
        let State::At(milestone) = self;
        label(milestone)
    }
}

type Step<'f> = (&'f Fact<'f>, view::HousingRenovationMilestone<'f>);

/// Judges the block of a case; none when no fact is of that family.
pub(super) fn judge(story: &Story<'_>, asked: &Asked<'_>) -> Option<Judged> {
    let steps: Vec<Step<'_>> = story
        .iter()
        .filter_map(|fact| match *fact.event.kind() {
            Kind::HousingRenovationMilestone(said) => Some((fact, said)),
            _ => None,
        })
        .collect();
    let (_, latest) = steps.last()?;
    let mut details = vec![Detail::new("số hộ", "households", Value::Count(latest.households.into()))];
    details.extend(
        grade(&steps)
            .map(|(_, grade)| Detail::new("cấp nguy hiểm", "grade", Value::Words(grade_label(grade)))),
    );
    let mut findings = Vec::new();
    out_of_order(&steps, &mut findings);
    missing(&steps, &mut findings);
    findings.extend(graded_d(&steps, asked.on));
    let state = super::State::Housing(State::At(latest.milestone()));
    Some(Judged { state, details, findings, marks: vec![] })
}

/// The latest grade, with the first fact that states it without another one after.
fn grade<'s, 'f>(steps: &'s [Step<'f>]) -> Option<(&'s Step<'f>, SafetyGrade)> {
    let graded: Vec<_> = steps.iter().filter(|(_, said)| said.grade() != SafetyGrade::Unspecified).collect();
    let latest = graded.last()?.1.grade();
    let since = graded.iter().rposition(|(_, said)| said.grade() != latest).map_or(0, |at| at + 1);
    graded.get(since).map(|step| (*step, latest))
}

/// A milestone dated after a later one.
fn out_of_order(steps: &[Step<'_>], out: &mut Vec<Finding>) {
    for pair in steps.windows(2) {
        let [(earlier, from), (later, to)] = pair else { continue };
        // milestones of one day have no order among them
        let is_back = to.milestone < from.milestone && earlier.on() < later.on();
        if is_back && to.milestone() != Milestone::SafetyGraded {
            let (from, to) = (label(from.milestone()), label(to.milestone()));
            out.push(Finding::new(
                "out_of_order",
                vec![earlier.name, later.name],
                format!("mốc “{}” sau mốc “{}”", to.vi, from.vi),
                format!("`{}` comes after `{}`", to.en, from.en),
            ));
        }
    }
}

/// A milestone without the one before it, of a block whose beginning the ledger knows.
fn missing(steps: &[Step<'_>], out: &mut Vec<Finding>) {
    let has = |number: i32| steps.iter().any(|(_, said)| said.milestone == number);
    for (fact, said) in steps {
        let needed = said.milestone - 1;
        // what came before the ledger was kept is not missing
        let is_known = steps.iter().any(|(_, said)| said.milestone < needed);
        if let Ok(needed) = Milestone::try_from(needed)
            && is_known
            && !has(needed as i32)
        {
            let (reached, needed) = (label(said.milestone()), label(needed));
            out.push(Finding::new(
                "milestone_missing",
                vec![fact.name],
                format!("có mốc “{}”, chưa có mốc “{}”", reached.vi, needed.vi),
                format!("`{}` is recorded, `{}` is not", reached.en, needed.en),
            ));
        }
    }
}

/// A block of grade D that stands: whoever lives in it has to be moved out.
fn graded_d(steps: &[Step<'_>], on: CivilDate) -> Option<Finding> {
    let ((graded, _), _) = grade(steps).filter(|(_, grade)| *grade == SafetyGrade::D)?;
    let (latest, said) = steps.last()?;
    let is_down = steps.iter().any(|(_, said)| said.milestone >= Milestone::Demolished as i32);
    (!is_down && said.households > 0).then(|| {
        let (since, households) = (graded.on(), said.households);
        let mut facts = vec![graded.name];
        facts.extend(Some(latest.name).filter(|name| *name != graded.name));
        Finding::new(
            "grade_d_stands",
            facts,
            format!("cấp D từ {}, chưa phá dỡ: {households} hộ phải được di dời", day(since)),
            format!("grade D since {since} and not demolished: {households} households have to be moved out"),
        )
        .late_by(i64::from(on.days_since(since)))
    })
}

fn label(milestone: Milestone) -> Label {
    label_of(&schema::RENOVATION_MILESTONE, milestone as i64)
}

fn grade_label(grade: SafetyGrade) -> Label {
    label_of(&schema::SAFETY_GRADE, grade as i64)
}
