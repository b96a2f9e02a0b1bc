//! Domain facts: what they add to the cube, to plans and to tasks.

use socai_domain::{Event, Kind, Position};
use socai_tlog::{EventName, LeafIndex};

use crate::{
    case::{self, CaseStanding},
    cube::{CellKey, Place},
    fold::Fold,
    latest::{About, Said},
    recorded::Recorded,
    switch::Counted,
};

impl Fold {
    /// Lets a domain fact, or a baseline, count.
    #[inline]
    pub(crate) fn accept_domain(&mut self, event: &Event<'_>, record: &Recorded<'_>) {
        let Position { name, leaf, .. } = record.at;
        self.count(event, name, leaf, true);
        if let Some(closing) = self.closings.first_of_day(name.unit, event.occurred_on()) {
            let closing = closing.leaf;
            self.activity.change(name.unit).late += 1;
            if let Some(capture) = &mut self.capture {
                capture.late(closing, &record.at);
            }
        }
        if self.capture.is_some() {
            self.capture_case(event, &record.at);
        }
        if self.amendments.awaits(name) {
            self.amended_before(record);
        }
    }

    /// Takes a fact in (`add`) or out of every table that facts add to. The leaf is that of the record as first stated.
    #[inline]
    pub(crate) fn count(&mut self, event: &Event<'_>, name: EventName, leaf: LeafIndex, add: bool) {
        match event.kind() {
            Kind::DirectiveIssued(_) | Kind::DirectiveProgressed(_) => {
                self.directives.change(event, name, add)
            }
            Kind::BaselineDeclared(said) if add => self.baselines.add(said, name, leaf),
            Kind::BaselineDeclared(said) => self.baselines.remove(said, leaf),
            _ => {}
        }
        let Some(version) = self.rulebook.version(leaf, event.occurred_on()) else { return };
        let (tag, payload) = (event.tag(), event.kind());
        let Some(of_kind) = version.of_kind(tag) else { return };
        for planner in &of_kind.planners {
            match planner.plan(payload) {
                Some((planned, value)) if add => {
                    self.plans.add(&planner.code, planned, event.occurred_on(), name, value);
                }
                Some((planned, _)) => self.plans.remove(&planner.code, planned, event.occurred_on(), name),
                None => {}
            }
        }
        let shelf = self.last_shelf.of(event.occurred_on());
        let (mut place, mut placed) = (None, None);
        for Counted { counter, axes: same, .. } in of_kind.counters.of(payload) {
            if self.held.as_ref().is_some_and(|held| !held.has(counter.no, event.occurred_on())) {
                continue;
            }
            let place = *place.get_or_insert_with(|| place_of(&self.registry, event, name));
            let axes = match placed {
                Some((as_before, axes)) if as_before == *same => axes,
                _ => counter.axes.place(payload, &mut self.values),
            };
            placed = Some((*same, axes));
            let key = CellKey::new(counter.no, name.unit, place, event.occurred_on(), axes);
            let measure = counter.measure(payload);
            let member = counter.member(event, &mut self.values);
            if add {
                self.cube.change_on(shelf, key, |total| total.add(measure));
            } else {
                self.cube.change_on(shelf, key, |total| total.remove(measure));
            }
            if let Some(member) = member {
                match counter.adds.said(event) {
                    None => {
                        self.distinct.change_on(shelf, (key, member), |facts| facts.change(add));
                    }
                    Some(value) => {
                        let said = if add { Said::of(value) } else { Said::default() };
                        let about = About { cell: key, case: member, seq: name.seq };
                        self.latest.change_on(shelf, about, |latest| *latest = said);
                    }
                }
            }
        }
    }

    /// Notes the row of a fact that belongs to a case.
    pub(crate) fn capture_case(&mut self, event: &Event<'_>, at: &Position) {
        if let Some(capture) = &mut self.capture {
            capture.case(None, case::row(event, at.name, at.leaf, CaseStanding::Recorded));
        }
    }
}

/// Where a fact happened. Places are registered units, or the rules would have rejected the fact.
#[inline(never)]
pub(crate) fn place_of(registry: &socai_domain::Registry, event: &Event<'_>, name: EventName) -> Place {
    let places = event.place();
    let Some(place) = places.first() else { return Place::None };
    if places.len() > 1 {
        return Place::Several;
    }
    // Most facts happen where they are published: one comparison instead of a look-up.
    let own = registry.unit(name.unit).filter(|unit| unit.id == place);
    own.or_else(|| registry.by_id(place)).map_or(Place::Several, |unit| Place::Unit(unit.no))
}
