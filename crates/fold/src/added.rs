//! What a fact adds to the cells of indicators.

use socai_domain::{Event, Placed};
use socai_tlog::{EventName, UnitSeq};

use crate::{
    cube::{CellKey, Place},
    fold::Fold,
    latest::{About, Said},
    scope::Held,
    switch::{Counted, Counters},
    values::{Numbers, ValueNo},
};

/// What a fact adds to one cell. Its values have the numbers of whoever worked it out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Added {
    pub cell: CellKey,
    /// What the cell's sum grows by; of a fact that says where a case stands, what it says.
    measure: i64,
    /// The distinct value, or the case.
    pub member: ValueNo,
    pub sort: Sort,
    /// Whether the number of the cell's axes is that of several values.
    pub has_axes: bool,
}

/// What else it adds than to the cell's sum and count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    Sum,
    Member,
    Says,
}

/// What the counters of its kind make of a fact, for those cells that the state has.
#[inline]
pub(crate) fn work_out(
    counters: &Counters,
    (place, held): (Place, Option<&Held>),
    (event, name): (&Event<'_>, EventName),
    numbers: &mut impl Numbers,
    added: &mut Vec<Added>,
) {
    let (payload, day) = (event.kind(), event.occurred_on());
    let mut placed = None;
    for Counted { counter, axes: same, .. } in counters.of(payload) {
        if held.is_some_and(|held| !held.has(counter.no, day)) {
            continue;
        }
        let axes = match placed {
            Some((as_before, axes)) if as_before == *same => axes,
            _ => counter.axes.place(payload, numbers),
        };
        placed = Some((*same, axes));
        let member = counter.member(event, numbers);
        let (sort, measure) = match (member, counter.adds.said(event)) {
            (None, _) => (Sort::Sum, counter.measure(payload)),
            (Some(_), None) => (Sort::Member, 0),
            (Some(_), Some(said)) => (Sort::Says, said),
        };
        added.push(Added {
            cell: CellKey::new(counter.no, name.unit, place, day, axes),
            measure,
            member: member.unwrap_or_default(),
            sort,
            has_axes: counter.axes.are_several(),
        });
    }
}

impl Fold {
    /// Takes into its cell (`add`) or out of it what a fact adds there. `shelf` is that of the fact's day.
    #[inline]
    pub(crate) fn change_cell(&mut self, added: &Added, shelf: u32, seq: UnitSeq, add: bool) {
        let Added { cell, member, .. } = *added;
        let measure = if added.sort == Sort::Sum { added.measure } else { 0 };
        match add {
            true => self.cube.change_on(shelf, cell, |total| total.add(measure)),
            false => self.cube.change_on(shelf, cell, |total| total.remove(measure)),
        }
        match added.sort {
            Sort::Sum => {}
            Sort::Member => self.distinct.change_on(shelf, (cell, member), |facts| facts.change(add)),
            Sort::Says => {
                let said = if add { Said::of(added.measure) } else { Said::default() };
                self.latest.change_on(shelf, About { cell, case: member, seq }, |latest| *latest = said);
            }
        }
    }
}

impl From<Placed<'_>> for Place {
    /// Places are registered units, or the rules would have rejected the fact.
    #[inline]
    fn from(placed: Placed<'_>) -> Self {
        match placed {
            Placed::Nowhere => Place::None,
            Placed::At(Some(unit)) => Place::Unit(unit.no),
            Placed::At(None) | Placed::Several => Place::Several,
        }
    }
}
