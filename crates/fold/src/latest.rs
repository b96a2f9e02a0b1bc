//! Where cases stand: every fact that says so, under its cell.
//!
//! Which fact is the latest is asked with the figure, by day, then unit, then number: so a fact that was corrected to another day, voided
//! or late moves nothing but itself, and it does not matter who reached the log first. The facts of one day lie together.

use socai_tlog::UnitSeq;

use crate::{
    cube::{CellKey, CellRest, IndicatorNo, OfCell},
    indicator::Adds,
    shelves::{Entry, Shelved, Shelves},
    values::ValueNo,
};
use socai_domain::{CivilDate, Event, Kind};
use socai_proto::Fields as _;

/// One fact about one case: its cell has the day and the publisher.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct About {
    pub cell: CellKey,
    pub case: ValueNo,
    pub seq: UnitSeq,
}

impl Shelved for About {
    type Shelf = (IndicatorNo, CivilDate);
    type Rest = (CellRest, ValueNo, UnitSeq);

    #[inline]
    fn shelf(&self) -> Self::Shelf {
        self.cell.shelf()
    }

    #[inline]
    fn rest(&self) -> Self::Rest {
        (self.cell.rest(), self.case, self.seq)
    }

    #[inline]
    fn whole(shelf: Self::Shelf, (cell, case, seq): Self::Rest) -> Self {
        About { cell: CellKey::whole(shelf, cell), case, seq }
    }
}

impl OfCell for About {
    #[inline]
    fn cell(&self) -> &CellKey {
        &self.cell
    }
}

/// What the fact adds while it is the latest; nothing when there is no such fact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Said(Option<i64>);

impl Said {
    pub(crate) fn of(value: i64) -> Self {
        Said(Some(value))
    }

    pub(crate) fn value(self) -> i64 {
        self.0.unwrap_or_default()
    }
}

impl Entry for Said {
    #[inline]
    fn is_nothing(&self) -> bool {
        self.0.is_none()
    }
}

/// Every such fact.
pub(crate) type LatestFacts = Shelves<About, Said>;

impl Adds {
    /// What a fact adds while it is the latest of its case; none for measures that do not ask.
    pub(crate) fn said(&self, event: &Event<'_>) -> Option<i64> {
        let one = |payload: &Kind<'_>, field: &u32| payload.int(*field).unwrap_or_default();
        match self {
            Adds::Latest(_, field) => Some(field.as_ref().map_or(1, |field| one(event.kind(), field))),
            _ => None,
        }
    }
}
