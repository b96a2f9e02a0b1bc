//! The sorts of cases, and what may be found in each: the names that the table of findings chooses from.

use super::State;
use crate::Kind;

/// A sort of case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)] // as in [`State`]
pub enum Family {
    Penalty,
    Clearance,
    Gift,
    Directive,
    Conscription,
    Dossier,
    Petition,
    Project,
}

impl Family {
    /// Every sort.
    pub const ALL: [Family; 8] = [
        Family::Penalty,
        Family::Clearance,
        Family::Gift,
        Family::Directive,
        Family::Conscription,
        Family::Dossier,
        Family::Petition,
        Family::Project,
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
        }
    }

    /// The sort of case that facts of a kind belong to; none for kinds without a lifecycle.
    pub fn of_kind(kind: &Kind<'_>) -> Option<Family> {
        match kind {
            Kind::ViolationRecorded(_)
            | Kind::PenaltyDecided(_)
            | Kind::PenaltyDecisionRevised(_)
            | Kind::PenaltyPaymentReceived(_)
            | Kind::PenaltyExecutionChanged(_)
            | Kind::ViolationClosedWithoutPenalty(_) => Some(Family::Penalty),
            Kind::ClearanceStageReached(_)
            | Kind::ClearancePaymentMade(_)
            | Kind::ClearanceSiteHandedOver(_) => Some(Family::Clearance),
            Kind::GiftProgrammeApproved(_) | Kind::GiftDelivered(_) => Some(Family::Gift),
            Kind::DirectiveIssued(_) | Kind::DirectiveProgressed(_) => Some(Family::Directive),
            Kind::ConscriptionQuotaSet(_) | Kind::ConscriptionHandedOver(_) => Some(Family::Conscription),
            Kind::DossierReceived(_) | Kind::DossierStatusChanged(_) | Kind::DossierComponentDigitised(_) => {
                Some(Family::Dossier)
            }
            Kind::PetitionReceived(_) | Kind::PetitionHandled(_) => Some(Family::Petition),
            Kind::ProjectRegistered(_)
            | Kind::ProjectAppraised(_)
            | Kind::ProjectAccepted(_)
            | Kind::ProjectDisbursed(_) => Some(Family::Project),
            _ => None,
        }
    }

    /// Codes of everything that may be found in such a case, in the order of the alphabet; a test holds them against the judges.
    pub const fn codes(self) -> &'static [&'static str] {
        match self {
            Family::Penalty => &[
                "above_the_spot_limit",
                "act_differs",
                "bracket_differs",
                "closed_and_decided",
                "decided_twice",
                "decision_late",
                "decision_pending",
                "execution_lapsed",
                "field_differs",
                "holidays_unknown",
                "instalments_differ",
                "instalments_not_allowed",
                "interest_overpaid",
                "interest_unpaid",
                "limitation_passed",
                "not_the_midpoint",
                "outside_bracket",
                "over_competence",
                "overdue",
                "overpaid",
                "payment_pending",
                "postponement_not_allowed",
                "record_missing",
                "refund_due",
                "sent_late",
                "subject_differs",
                "term_too_short",
                "undecided",
            ],
            Family::Clearance => &[
                "more_than_approved",
                "out_of_order",
                "paid_before_approval",
                "payment_late",
                "payment_pending",
                "posting_too_short",
                "stage_missing",
            ],
            Family::Gift => {
                &["group_not_approved", "more_than_approved", "programme_pending", "value_differs"]
            }
            Family::Directive => &["done_late", "overdue", "task_pending", "waits_for_nothing"],
            Family::Conscription => &["out_of_season", "over_quota", "quota_pending", "quotas_differ"],
            Family::Dossier => &[
                "after_its_end",
                "late",
                "more_than_its_papers",
                "receipt_pending",
                "supplement_asked_again",
            ],
            Family::Petition => &[
                "accepted_late",
                "concluded_late",
                "extended_too_often",
                "not_accepted",
                "not_concluded",
                "receipt_pending",
            ],
            Family::Project => &[
                "above_the_report_limit",
                "accepted_twice",
                "appraisal_failed",
                "more_than_investment",
                "paid_after_settlement",
                "registration_pending",
                "unknown_work",
            ],
        }
    }
}

impl State {
    /// The sort of case that the state is of.
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
        }
    }
}
