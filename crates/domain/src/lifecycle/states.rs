//! The states of every sort of case, in the order in which a case goes through them, and their names, as indicator rows write them.

use socai_proto::{
    schema,
    v1::{ClearanceStage, DossierStatus, PetitionAction, RenovationMilestone},
};

use super::{
    Family, State, clearance, conscription, debt, directive, dossier, gift, housing, penalty, petition,
    project,
};

impl Family {
    /// Every state of such a case.
    pub(super) fn every_state(self) -> Vec<State> {
        use {clearance::State as Clearance, dossier::State as Dossier, petition::State as Petition};
        match self {
            Family::Penalty => penalty::State::ALL.map(State::Penalty).to_vec(),
            Family::Gift => gift::State::ALL.map(State::Gift).to_vec(),
            Family::Directive => directive::State::ALL.map(State::Directive).to_vec(),
            Family::Conscription => conscription::State::ALL.map(State::Conscription).to_vec(),
            Family::Project => project::State::ALL.map(State::Project).to_vec(),
            Family::Debt => debt::State::ALL.map(State::Debt).to_vec(),
            Family::Clearance => {
                let stages = said::<ClearanceStage>(&schema::CLEARANCE_STAGE).map(Clearance::At);
                let first = [Clearance::Pending, Clearance::Paying, Clearance::Cleared];
                first.into_iter().chain(stages).map(State::Clearance).collect()
            }
            Family::Dossier => {
                let statuses = said::<DossierStatus>(&schema::DOSSIER_STATUS).map(Dossier::At);
                [Dossier::Pending].into_iter().chain(statuses).map(State::Dossier).collect()
            }
            Family::Petition => {
                let handled = said::<PetitionAction>(&schema::PETITION_ACTION).map(Petition::Handled);
                let first = [Petition::Pending, Petition::Received];
                first.into_iter().chain(handled).map(State::Petition).collect()
            }
            Family::Housing => {
                let milestones = said::<RenovationMilestone>(&schema::RENOVATION_MILESTONE);
                milestones.map(housing::State::At).map(State::Housing).collect()
            }
        }
    }
}

/// The values of the schema that a fact may state.
fn said<T: TryFrom<i32>>(values: &'static schema::Enum) -> impl Iterator<Item = T> {
    let numbers = values.values.iter().map(|value| value.number).filter(|number| *number != 0);
    numbers.filter_map(|number| T::try_from(number).ok())
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
