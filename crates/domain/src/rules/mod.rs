//! The one set of rules, for a ward's draft and for the fold.
//!
//! A rule here looks at one record, the registry and the day it was received: nothing else, because arrival order must
//! not matter. What compares records (a payment above its fine, a decision without its record) or judges conduct (a fine outside
//! its bracket's competence, a late decision) is a finding for readers, never a refusal.
//!
//! The fold runs this for every record, so a fact that breaks nothing costs no allocation; words are only made for breaches.

mod breach;
mod budget;
mod clearance;
mod common;
mod directive;
mod dossier;
mod envelope;
mod facts;
mod field_work;
mod housing;
mod ledger;
mod office;
mod penalty;
mod project;
mod social;
mod tax;

use socai_tlog::{EventName, LeafIndex, UnitNo};

use crate::{CivilDate, Event, Kind, Placed, Position, Registry, time};

pub use breach::Breach;
pub(crate) use breach::Breaches;

/// What a record is held against.
#[derive(Clone, Copy, Debug)]
pub struct Ctx<'a> {
    registry: &'a Registry,
    received_on: CivilDate,
    recorded: Option<Recorded>,
    placed: Option<Placed<'a>>,
}

/// What only a record in the log has.
#[derive(Clone, Copy, Debug)]
struct Recorded {
    name: EventName,
    leaf: LeafIndex,
    rotates_key: bool,
}

impl<'a> Ctx<'a> {
    /// For a draft: the units the ward knows of, and today in Viet Nam.
    pub fn draft(registry: &'a Registry, today: CivilDate) -> Ctx<'a> {
        Ctx { registry, received_on: today, recorded: None, placed: None }
    }

    /// For a record at its place in the log.
    pub fn recorded(registry: &'a Registry, at: &Position) -> Ctx<'a> {
        Ctx::received_on(registry, at, time::vietnam_date(at.received_at_ms))
    }

    /// The same, for whoever knows already which day in Viet Nam the time of receipt belongs to.
    #[inline]
    pub fn received_on(registry: &'a Registry, at: &Position, received_on: CivilDate) -> Ctx<'a> {
        let recorded = Recorded { name: at.name, leaf: at.leaf, rotates_key: at.rotates_key };
        Ctx { registry, received_on, recorded: Some(recorded), placed: None }
    }

    /// The same, for whoever has asked the registry already where the event is [placed](Registry::placed).
    #[inline]
    pub fn placed(self, placed: Placed<'a>) -> Ctx<'a> {
        Ctx { placed: Some(placed), ..self }
    }
}

/// Every rule that `event` breaks when `publisher` states it; empty when it may be sealed and counts.
///
/// Descriptor rules and the identity guard first, then the envelope, the kind, and the registry. Whoever calls this need not call
/// `socai_proto::validate_facts`.
pub fn check(event: &Event<'_>, publisher: UnitNo, ctx: &Ctx<'_>) -> Vec<Breach> {
    let mut out = Breaches::default();
    facts::check(event, &mut out);
    envelope::check(event, publisher, ctx, &mut out);
    kind(event, publisher, ctx, &mut out);
    ctx.registry.check(event, publisher, &mut out);
    out.into_vec()
}

/// The rules of a kind. Exhaustive: a new kind does not compile until somebody has said what it may not state.
fn kind(event: &Event<'_>, publisher: UnitNo, ctx: &Ctx<'_>, out: &mut Breaches) {
    match event.kind() {
        Kind::UnitRegistered(unit) => ledger::unit_registered(unit, out),
        Kind::UnitSucceeded(succession) => ledger::unit_succeeded(succession, out),
        Kind::RulesAdopted(rules) => ledger::rules_adopted(rules, out),
        Kind::EventAcknowledged(answer) => ledger::acknowledged(answer, publisher, ctx, out),
        Kind::EventCorrected(correction) => ledger::corrected(correction, publisher, ctx, out),
        Kind::EventVoided(void) => ledger::voided(void, publisher, ctx, out),
        Kind::AnnexErased(erasure) => ledger::annex_erased(erasure, event, publisher, ctx, out),
        Kind::BaselineDeclared(baseline) => ledger::baseline_declared(baseline, event, out),
        Kind::PeriodClosed(closing) => ledger::period_closed(closing, event, out),
        Kind::ReportIssued(report) => ledger::report_issued(report, publisher, ctx, out),
        Kind::BudgetEstimateSet(estimate) => budget::estimate_set(estimate, event, out),
        Kind::BudgetRevenuePosted(posting) => budget::revenue_posted(posting, event, out),
        Kind::BudgetExpenditurePosted(posting) => budget::expenditure_posted(posting, event, out),
        Kind::TaxDebtChanged(change) => tax::debt_changed(change, out),
        Kind::ProjectRegistered(project) => project::registered(project, event, publisher, ctx, out),
        Kind::ProjectAccepted(acceptance) => project::accepted(acceptance, out),
        Kind::ProjectDisbursed(payment) => project::disbursed(payment, event, out),
        Kind::ClearancePaymentMade(payment) => clearance::payment_made(payment, out),
        Kind::ClearanceSiteHandedOver(handover) => clearance::site_handed_over(handover, out),
        Kind::ViolationRecorded(record) => penalty::violation_recorded(record, out),
        Kind::PenaltyDecided(decision) => penalty::decided(decision, event, out),
        Kind::PenaltyPaymentReceived(payment) => penalty::payment_received(payment, out),
        Kind::PenaltyDecisionRevised(revision) => penalty::decision_revised(revision, event, out),
        Kind::PenaltyExecutionChanged(change) => penalty::execution_changed(change, event, out),
        Kind::ViolationClosedWithoutPenalty(_) => penalty::closed_without_penalty(event, out),
        Kind::InspectionConducted(visit) => field_work::inspection_conducted(visit, out),
        Kind::ActivityHeld(activity) => field_work::activity_held(activity, out),
        Kind::HousingRenovationMilestone(reached) => housing::renovation_milestone(reached, out),
        Kind::GiftProgrammeApproved(programme) => social::programme_approved(programme, out),
        Kind::GiftDelivered(batch) => social::delivered(batch, out),
        Kind::HealthVisitsReported(report) => social::visits_reported(report, ctx, out),
        Kind::EpidemicCasesReported(report) => social::cases_reported(report, ctx, out),
        Kind::ConscriptionHandedOver(handover) => social::handed_over(handover, event, publisher, ctx, out),
        Kind::DossierReceived(dossier) => dossier::received(dossier, event, out),
        Kind::DossierStatusChanged(change) => dossier::status_changed(change, event, out),
        Kind::DossierComponentDigitised(papers) => dossier::component_digitised(papers, event, out),
        Kind::DocumentRegistered(document) => office::document_registered(document, ctx, out),
        Kind::CitizenReceptionHeld(session) => office::reception_held(session, out),
        Kind::PetitionReceived(petition) => office::petition_received(petition, out),
        Kind::PetitionHandled(handling) => office::petition_handled(handling, event, out),
        Kind::DirectiveIssued(task) => directive::issued(task, event, out),
        Kind::DirectiveProgressed(_) => directive::progressed(event, out),
        // The registry has the rules of these.
        Kind::UnitSuspended(_) | Kind::UnitResumed(_) | Kind::KeyRotated(_) | Kind::ForkEvidenced(_) => {}
        // What could be wrong with these needs law tables or other records: findings.
        Kind::ProjectAppraised(_)
        | Kind::ClearanceStageReached(_)
        | Kind::IncidentReported(_)
        | Kind::ConscriptionQuotaSet(_) => {}
        // The token means something to its vault alone.
        Kind::IdentityErased(_) => {}
    }
}
