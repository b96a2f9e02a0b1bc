//! Lifecycles: what state a case is in on a day, and what in it goes against the law.
//!
//! A case is a set of facts. [`judge`] puts them in the order that decides, day, then unit, then number, so the state never depends on
//! which fact arrived first: a payment may come before its decision and a whole unit a week late. Facts after the asking date
//! are not looked at. A breach is a [`Finding`], never a refusal: decisions that came late or were too high stay decisions.
//!
//! Pure: the facts that count, the adopted rules and the day are arguments. Each fact is judged by the row of law in force on its own day.

pub mod clearance;
mod codes;
pub mod conscription;
pub mod debt;
pub mod directive;
pub mod dossier;
mod family;
pub mod finding;
pub mod gift;
pub mod holidays;
pub mod housing;
pub mod penalty;
pub mod petition;
pub mod project;
mod states;
mod story;

use socai_proto::schema::{self, Label};

use crate::{CivilDate, Dong, law::Rules};

pub use family::Family;
pub use finding::{Extent, Finding};
pub use story::Fact;
use story::Story;

/// What a value of the schema is called.
fn label_of(values: &schema::Enum, number: i64) -> Label {
    values.value(number).map_or(Label { vi: "chưa rõ", en: "unknown" }, |value| value.label)
}

/// What is asked of a case.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The day: facts after it are not looked at, terms are counted up to it.
    pub on: CivilDate,
    /// The adopted rules.
    pub rules: &'a dyn Rules,
}

/// A case on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// Where it stands.
    pub state: State,
    /// Its sums and days, in the order they are read.
    pub details: Vec<Detail>,
    /// What goes against the law or is still missing, in the order of the facts.
    pub findings: Vec<Finding>,
    /// What else is counted of it, by name: neither a state nor a finding ([`Family::marks`]).
    pub marks: Vec<&'static str>,
}

impl Judged {
    /// Whether any later day would be judged the same, as long as no fact comes and the same version of the law is in force: no term runs.
    /// False where that is not known.
    pub fn is_settled(&self) -> bool {
        match self.state {
            State::Penalty(state) => state.is_settled(),
            State::Dossier(state) => state.is_settled(),
            _ => false,
        }
    }
}

/// Where a case stands, by what sort of case it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// A violation and its penalty.
    Penalty(penalty::State),
    /// A compensation plan.
    Clearance(clearance::State),
    /// A gift programme.
    Gift(gift::State),
    /// A task.
    Directive(directive::State),
    /// A call-up.
    Conscription(conscription::State),
    /// A dossier of the one-stop shop.
    Dossier(dossier::State),
    /// A petition.
    Petition(petition::State),
    /// A capital project.
    Project(project::State),
    /// A tax debt.
    Debt(debt::State),
    /// An old apartment block.
    Housing(housing::State),
}

impl State {
    /// The state in words.
    pub fn label(self) -> Label {
        match self {
            State::Penalty(state) => state.label(),
            State::Clearance(state) => state.label(),
            State::Gift(state) => state.label(),
            State::Directive(state) => state.label(),
            State::Conscription(state) => state.label(),
            State::Dossier(state) => state.label(),
            State::Petition(state) => state.label(),
            State::Project(state) => state.label(),
            State::Debt(state) => state.label(),
            State::Housing(state) => state.label(),
        }
    }
}

/// One sum or day of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// What it is.
    pub label: Label,
    /// The value.
    pub value: Value,
}

/// A value of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// Đồng.
    Money(Dong),
    /// Things counted.
    Count(u64),
    /// A day.
    Day(CivilDate),
    /// A choice in words.
    Words(Label),
}

impl Detail {
    fn new(vi: &'static str, en: &'static str, value: Value) -> Detail {
        Detail { label: Label { vi, en }, value }
    }
}

/// The lifecycles that the facts of one case key belong to; usually one, none when its kinds have no lifecycle.
///
/// The facts are those that count: as recorded or as corrected, without voided ones, in any order.
pub fn judge(facts: &[Fact<'_>], asked: &Asked<'_>) -> Vec<Judged> {
    let story = Story::until(facts, asked.on);
    let families = Family::ALL.into_iter().filter(|family| story.has(*family));
    families.filter_map(|family| judge_of(family)(&story, asked)).collect()
}

/// Where a case of a family stands, as [`judge`] says it, without asking what else is found in it; none when no fact is of that family.
pub fn state(facts: &[Fact<'_>], family: Family, asked: &Asked<'_>) -> Option<State> {
    let story = Story::until(facts, asked.on);
    match family {
        Family::Penalty => penalty::stands(&story, asked),
        Family::Dossier => dossier::stands(&story),
        _ => judge_of(family)(&story, asked).map(|judged| judged.state),
    }
}

type Judge = fn(&Story<'_>, &Asked<'_>) -> Option<Judged>;

const fn judge_of(family: Family) -> Judge {
    match family {
        Family::Penalty => penalty::judge,
        Family::Clearance => clearance::judge,
        Family::Gift => gift::judge,
        Family::Directive => directive::judge,
        Family::Conscription => conscription::judge,
        Family::Dossier => dossier::judge,
        Family::Petition => petition::judge,
        Family::Project => project::judge,
        Family::Debt => debt::judge,
        Family::Housing => housing::judge,
    }
}
