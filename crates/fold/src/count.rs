//! Domain facts: what they add to the cube, to plans and to tasks.

use socai_domain::{CivilDate, Event, Kind, Position, is_ledgers};
use socai_tlog::{EventName, LeafIndex};

use crate::{
    added,
    case::{self, CaseStanding},
    cube::Place,
    fold::Fold,
    recorded::Recorded,
};

impl Fold {
    /// Lets a domain fact, or a baseline, count.
    #[inline]
    pub(crate) fn accept_domain(&mut self, event: &Event<'_>, record: &Recorded<'_>) {
        let Position { name, leaf, .. } = record.at;
        self.count(event, name, leaf, true);
        if self.capture.is_some() {
            self.capture_case(event, &record.at);
        }
        self.note_late(event.occurred_on(), record);
    }

    /// Notes that a fact came late, or after it was amended.
    #[inline]
    pub(crate) fn note_late(&mut self, day: CivilDate, record: &Recorded<'_>) {
        let Position { name, .. } = record.at;
        if let Some(closing) = self.closings.first_of_day(name.unit, day) {
            let closing = closing.leaf;
            self.activity.change(name.unit).late += 1;
            if let Some(capture) = &mut self.capture {
                capture.late(closing, &record.at);
            }
        }
        if self.amendments.awaits(name) {
            self.amended_before(record);
        }
    }

    /// Takes a fact in (`add`) or out of every table that facts add to. The leaf is that of the record as first stated.
    #[inline]
    pub(crate) fn count(&mut self, event: &Event<'_>, name: EventName, leaf: LeafIndex, add: bool) {
        if !only_adds(event) {
            self.count_besides(event, name, leaf, add);
        }
        let Some(version) = self.rulebook.version(leaf, event.occurred_on()) else { return };
        let (tag, payload) = (event.tag(), event.kind());
        let Some(of_kind) = version.of_kind(tag) else { return };
        for planner in &of_kind.planners {
            match planner.plan(payload, name) {
                Some((planned, value)) if add => {
                    self.plans.add(&planner.code, planned, event.occurred_on(), name, value);
                }
                Some((planned, _)) => self.plans.remove(&planner.code, planned, event.occurred_on(), name),
                None => {}
            }
        }
        let shelf = self.last_shelf.of(event.occurred_on());
        let mut added = std::mem::take(&mut self.added);
        let place = Place::from(self.registry.placed(event, name.unit));
        let where_and_what = (place, self.held.as_deref());
        added::work_out(&of_kind.counters, where_and_what, (event, name), &mut self.values, &mut added);
        added.iter().for_each(|added| self.change_cell(added, shelf, name.seq, add));
        added.clear();
        self.added = added;
    }

    /// What a fact is counted in besides cells and plans.
    fn count_besides(&mut self, event: &Event<'_>, name: EventName, leaf: LeafIndex, add: bool) {
        match event.kind() {
            Kind::DirectiveIssued(_) | Kind::DirectiveProgressed(_) => {
                self.directives.change(event, name, add)
            }
            Kind::ProjectRegistered(said) => self.projects.change(said, event, name, add),
            Kind::BaselineDeclared(said) if add => self.baselines.add(said, name, leaf),
            Kind::BaselineDeclared(said) => self.baselines.remove(said, leaf),
            _ => {}
        }
    }

    /// Notes the row of a fact that belongs to a case.
    pub(crate) fn capture_case(&mut self, event: &Event<'_>, at: &Position) {
        if let Some(capture) = &mut self.capture {
            capture.case(None, case::row(event, at.name, at.leaf, CaseStanding::Recorded));
        }
    }
}

/// Whether facts of this kind are counted in cells alone, but for rows that plan by them.
#[inline]
pub(crate) fn only_adds(event: &Event<'_>) -> bool {
    !is_ledgers(event.tag())
        && !matches!(
            event.kind(),
            Kind::DirectiveIssued(_) | Kind::DirectiveProgressed(_) | Kind::ProjectRegistered(_)
        )
}
