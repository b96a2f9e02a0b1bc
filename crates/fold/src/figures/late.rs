//! Which units added to a period after they had closed it: a pass over the same records as [`super::Contributions`].

use std::collections::BTreeMap;

use socai_domain::{CivilDate, is_ledgers};
use socai_proto::view::Heading;
use socai_tlog::UnitNo;

use super::asked::Asked;
use crate::{fold::Fold, recorded::Recorded};

/// The pass. Give it every record below the fold's size, in any order.
pub struct Lateness<'f> {
    fold: &'f Fold,
    days: (CivilDate, CivilDate),
    late: BTreeMap<UnitNo, u64>,
}

impl<'f> Lateness<'f> {
    /// A pass for facts that occurred on the asked days.
    pub fn new(fold: &'f Fold, asked: &Asked) -> Self {
        Lateness { fold, days: (asked.from, asked.to), late: BTreeMap::new() }
    }

    /// Takes a record. Facts count as first stated: a correction makes nothing late.
    #[inline]
    pub fn visit(&mut self, record: &Recorded<'_>) {
        let (name, leaf) = (record.at.name, record.at.leaf);
        if leaf.0 >= self.fold.size().0 || self.fold.closings().of(name.unit).is_empty() {
            return;
        }
        let Some(Heading { day, tag, .. }) = Heading::of(record.facts) else { return };
        let Ok(day) = CivilDate::from_yyyymmdd(day) else { return };
        if is_ledgers(tag) || day < self.days.0 || self.days.1 < day || self.fold.is_rejected(leaf) {
            return;
        }
        let closed = self.fold.closings().first_of_day(name.unit, day);
        if closed.is_some_and(|closing| closing.leaf < leaf) {
            *self.late.entry(name.unit).or_default() += 1;
        }
    }

    /// How many late facts each unit has; units without any are left out.
    pub fn finish(self) -> BTreeMap<UnitNo, u64> {
        self.late
    }
}
