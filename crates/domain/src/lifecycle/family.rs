//! The sorts of cases by name, and the names of their states and findings, as indicator rows write them.

use std::sync::LazyLock;

use socai_proto::{
    kind, kinds,
    schema::{self, Label},
};

use super::State;
use super::{clearance, conscription, debt, directive, dossier, gift, housing, penalty, petition, project};

/// By tag, the sort of case that facts of a kind belong to.
static BY_TAG: LazyLock<Vec<Option<Family>>> = LazyLock::new(|| {
    let last = kinds().iter().map(|kind| kind.tag).max().unwrap_or_default();
    let mut families = vec![None; last as usize + 1];
    kinds().iter().for_each(|kind| families[kind.tag as usize] = Family::of_kind(kind.name));
    families
});

/// A sort of case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// A violation and its penalty.
    Penalty,
    /// A compensation plan.
    Clearance,
    /// A gift programme.
    Gift,
    /// A task.
    Directive,
    /// A call-up.
    Conscription,
    /// A dossier of the one-stop shop.
    Dossier,
    /// A petition.
    Petition,
    /// A capital project.
    Project,
    /// A tax debt.
    Debt,
    /// An old apartment block.
    Housing,
}

impl Family {
    /// Every sort.
    pub const ALL: [Family; 10] = [
        Family::Penalty,
        Family::Clearance,
        Family::Gift,
        Family::Directive,
        Family::Conscription,
        Family::Dossier,
        Family::Petition,
        Family::Project,
        Family::Debt,
        Family::Housing,
    ];

    /// The sort of a name.
    pub fn named(name: &str) -> Option<Family> {
        Family::ALL.into_iter().find(|family| family.name() == name)
    }

    /// Its name in tables: `penalty`.
    pub const fn name(self) -> &'static str {
        match self {
            Family::Penalty => "penalty",
            Family::Clearance => "clearance",
            Family::Gift => "gift",
            Family::Directive => "directive",
            Family::Conscription => "conscription",
            Family::Dossier => "dossier",
            Family::Petition => "petition",
            Family::Project => "project",
            Family::Debt => "debt",
            Family::Housing => "housing",
        }
    }

    /// The sort of case that facts of a kind belong to; none for kinds without a lifecycle.
    pub fn of_kind(name: &str) -> Option<Family> {
        let kind = kind(name)?;
        Some(match kind.case_family {
            "violation" => Family::Penalty,
            "clearance" => Family::Clearance,
            "gift" => Family::Gift,
            "directive" => Family::Directive,
            "dossier" => Family::Dossier,
            "petition" => Family::Petition,
            "project" => Family::Project,
            "tax_debt" => Family::Debt,
            "housing" => Family::Housing,
            _ if kind.name.starts_with("conscription.") => Family::Conscription,
            _ => return None,
        })
    }

    /// The same of a kind with this tag, which is found at once.
    #[inline]
    pub fn of_tag(tag: u32) -> Option<Family> {
        BY_TAG.get(tag as usize).copied().flatten()
    }

    /// The names of its states.
    pub fn states(self) -> Vec<&'static str> {
        let named = |of: &'static schema::Enum| of.values.iter().filter(|value| value.number != 0);
        let with = |first: &[&'static str], of| -> Vec<&'static str> {
            first.iter().copied().chain(named(of).map(|value| value.name)).collect()
        };
        match self {
            Family::Penalty => penalty::State::ALL.map(penalty::State::name).to_vec(),
            Family::Gift => gift::State::ALL.map(gift::State::name).to_vec(),
            Family::Directive => directive::State::ALL.map(directive::State::name).to_vec(),
            Family::Conscription => conscription::State::ALL.map(conscription::State::name).to_vec(),
            Family::Project => project::State::ALL.map(project::State::name).to_vec(),
            Family::Debt => debt::State::ALL.map(debt::State::name).to_vec(),
            Family::Clearance => with(&["pending", "paying", "cleared"], &schema::CLEARANCE_STAGE),
            Family::Dossier => with(&["pending"], &schema::DOSSIER_STATUS),
            Family::Petition => with(&["pending", "received"], &schema::PETITION_ACTION),
            Family::Housing => with(&[], &schema::RENOVATION_MILESTONE),
        }
    }

    /// A state in words, by its name.
    pub fn label(self, name: &str) -> Option<Label> {
        let of = |of: &'static schema::Enum| of.named(name).map(|value| value.label);
        let first = |state: State| (state.name() == name).then(|| state.label());
        match self {
            Family::Penalty => of_all(&penalty::State::ALL.map(State::Penalty), name),
            Family::Gift => of_all(&gift::State::ALL.map(State::Gift), name),
            Family::Directive => of_all(&directive::State::ALL.map(State::Directive), name),
            Family::Conscription => of_all(&conscription::State::ALL.map(State::Conscription), name),
            Family::Project => of_all(&project::State::ALL.map(State::Project), name),
            Family::Debt => of_all(&debt::State::ALL.map(State::Debt), name),
            Family::Clearance => {
                [clearance::State::Pending, clearance::State::Paying, clearance::State::Cleared]
                    .into_iter()
                    .find_map(|state| first(State::Clearance(state)))
                    .or_else(|| of(&schema::CLEARANCE_STAGE))
            }
            Family::Dossier => {
                first(State::Dossier(dossier::State::Pending)).or_else(|| of(&schema::DOSSIER_STATUS))
            }
            Family::Petition => [petition::State::Pending, petition::State::Received]
                .into_iter()
                .find_map(|state| first(State::Petition(state)))
                .or_else(|| of(&schema::PETITION_ACTION)),
            Family::Housing => of(&schema::RENOVATION_MILESTONE),
        }
    }

    /// The table of law by which things are found in it; none when its facts alone say everything.
    pub fn law(self) -> Option<&'static str> {
        match self {
            Family::Penalty => Some("law.penalty"),
            Family::Clearance => Some("law.clearance"),
            Family::Conscription => Some("law.conscription"),
            Family::Dossier => Some("law.dossier"),
            Family::Petition => Some("law.petition"),
            Family::Project => Some("law.project"),
            Family::Debt => Some("law.tax"),
            Family::Gift | Family::Directive | Family::Housing => None,
        }
    }
}

impl Family {
    /// Names of everything else that may be counted of such a case.
    pub const fn marks(self) -> &'static [&'static str] {
        match self {
            Family::Dossier => &[dossier::DIGITISED, dossier::REUSED],
            _ => &[],
        }
    }
}

fn of_all(states: &[State], name: &str) -> Option<Label> {
    states.iter().find(|state| state.name() == name).map(|state| state.label())
}

impl State {
    /// The sort of case.
    pub fn family(self) -> Family {
        match self {
            State::Penalty(_) => Family::Penalty,
            State::Clearance(_) => Family::Clearance,
            State::Gift(_) => Family::Gift,
            State::Directive(_) => Family::Directive,
            State::Conscription(_) => Family::Conscription,
            State::Dossier(_) => Family::Dossier,
            State::Petition(_) => Family::Petition,
            State::Project(_) => Family::Project,
            State::Debt(_) => Family::Debt,
            State::Housing(_) => Family::Housing,
        }
    }

    /// Its short stable name: `overdue`, `in_process`.
    pub fn name(self) -> &'static str {
        let of = |of: &'static schema::Enum, number: i64| of.value(number).map_or("", |value| value.name);
        match self {
            State::Penalty(state) => state.name(),
            State::Gift(state) => state.name(),
            State::Directive(state) => state.name(),
            State::Conscription(state) => state.name(),
            State::Project(state) => state.name(),
            State::Debt(state) => state.name(),
            State::Clearance(clearance::State::Pending) => "pending",
            State::Clearance(clearance::State::Paying) => "paying",
            State::Clearance(clearance::State::Cleared) => "cleared",
            State::Clearance(clearance::State::At(stage)) => of(&schema::CLEARANCE_STAGE, stage as i64),
            State::Dossier(dossier::State::Pending) => "pending",
            State::Dossier(dossier::State::At(status)) => of(&schema::DOSSIER_STATUS, status as i64),
            State::Petition(petition::State::Pending) => "pending",
            State::Petition(petition::State::Received) => "received",
            State::Petition(petition::State::Handled(action)) => of(&schema::PETITION_ACTION, action as i64),
            State::Housing(housing::State::At(milestone)) => {
                of(&schema::RENOVATION_MILESTONE, milestone as i64)
            }
        }
    }
}

/// Names for the states of a sort of case, and the list of them all.
macro_rules! names {
    ($of:ident, $($state:ident = $name:literal),+ $(,)?) => {
        impl $of::State {
            /// Every state, as a case goes through them.
            pub const ALL: [$of::State; [$($name),+].len()] = [$($of::State::$state),+];

            /// Its short stable name.
            pub fn name(self) -> &'static str {
                match self {
                    $($of::State::$state => $name),+
                }
            }
        }
    };
}

names!(
    penalty,
    Pending = "pending",
    Recorded = "recorded",
    Closed = "closed",
    Decided = "decided",
    Served = "served",
    Postponed = "postponed",
    InInstalments = "in_instalments",
    Suspended = "suspended",
    Annulled = "annulled",
    Warned = "warned",
    PartlyPaid = "partly_paid",
    Paid = "paid",
    Exempted = "exempted",
    EnforcementOrdered = "enforcement_ordered",
    Enforced = "enforced",
    Overdue = "overdue",
    Lapsed = "lapsed",
);
names!(gift, Pending = "pending", Approved = "approved", Delivering = "delivering", Delivered = "delivered");
names!(
    directive,
    Pending = "pending",
    NotStarted = "not_started",
    OnTrack = "on_track",
    Waiting = "waiting",
    Late = "late",
    Done = "done",
    DoneLate = "done_late",
    Cancelled = "cancelled",
);
names!(conscription, Pending = "pending", QuotaSet = "quota_set", HandingOver = "handing_over", Met = "met",);
names!(
    project,
    Pending = "pending",
    Registered = "registered",
    Appraised = "appraised",
    Disbursing = "disbursing",
    Accepted = "accepted",
    Settled = "settled",
);
names!(
    debt,
    Pending = "pending",
    Owed = "owed",
    Reminded = "reminded",
    Enforced = "enforced",
    InInstalments = "in_instalments",
    Frozen = "frozen",
    WrittenOff = "written_off",
    Recovered = "recovered",
);

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn states_of_one_family_have_names_of_their_own() {
        for name in [
            "penalty.decided",
            "clearance.stage_reached",
            "gift.delivered",
            "directive.issued",
            "conscription.quota_set",
            "dossier.received",
            "petition.received",
            "project.registered",
            "tax.debt_changed",
            "housing.renovation_milestone",
        ] {
            let states = Family::of_kind(name).map(Family::states).unwrap_or_default();
            let names: BTreeSet<_> = states.iter().collect();
            assert!(states.len() > 3 && names.len() == states.len(), "{name}: {states:?}");
            let family = Family::of_kind(name).unwrap();
            assert!(states.iter().all(|state| family.label(state).is_some()), "{name}");
            assert_eq!(family.label("no such state"), None);
        }
        assert_eq!(Family::of_kind("inspection.conducted"), None);
    }
}
