//! Which records still wait for the signature that covers them.

use std::collections::BTreeMap;

use socai_tlog::{EventName, UnitNo};

use crate::faults::Place;

/// A record without a signature of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Open {
    pub(crate) name: EventName,
    pub(crate) place: Place,
}

/// For each unit the first record since its last signature.
///
/// Neighbours are nearly always of one unit and end with a signature, so the map is hardly ever touched.
#[derive(Debug, Default)]
pub(crate) struct Coverage {
    unit: UnitNo,
    open: Option<Open>,
    others: BTreeMap<UnitNo, Open>,
}

impl Coverage {
    /// Takes the next record of a unit into account. For a signed one: the first record that its signature is to cover.
    pub(crate) fn record(&mut self, name: EventName, place: Place, is_signed: bool) -> Option<Open> {
        if name.unit != self.unit {
            self.turn_to(name.unit);
        }
        let first = *self.open.get_or_insert(Open { name, place });
        if !is_signed {
            return None;
        }
        self.open = None;
        Some(first)
    }

    fn turn_to(&mut self, unit: UnitNo) {
        if let Some(open) = self.open.take() {
            self.others.insert(self.unit, open);
        }
        self.unit = unit;
        self.open = self.others.remove(&unit);
    }

    /// Records that no signature covers although their batch ends here: the first of each unit, which are then forgotten.
    pub(crate) fn close(&mut self) -> impl Iterator<Item = Open> + use<> {
        let mut open = std::mem::take(&mut self.others);
        open.extend(self.open.take().map(|last| (self.unit, last)));
        open.into_values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(offset: u64) -> Place {
        Place { volume: 0, offset }
    }

    #[test]
    fn a_signature_covers_everything_of_its_unit_since_the_last_one_and_nothing_of_others() {
        let mut coverage = Coverage::default();
        assert_eq!(coverage.record(EventName::new(0, 0), at(1), false), None);
        assert_eq!(coverage.record(EventName::new(7, 0), at(2), false), None);
        assert_eq!(coverage.record(EventName::new(0, 1), at(3), false), None);
        let first = coverage.record(EventName::new(0, 2), at(4), true).unwrap();
        assert_eq!((first.name, first.place), (EventName::new(0, 0), at(1)));
        let alone = coverage.record(EventName::new(0, 3), at(5), true).unwrap();
        assert_eq!(alone.name, EventName::new(0, 3));
        let open: Vec<_> = coverage.close().map(|open| open.name).collect();
        assert_eq!(open, [EventName::new(7, 0)]);
        assert_eq!(coverage.close().count(), 0);
    }

    #[test]
    fn records_that_end_a_batch_without_a_signature_are_told_once_for_each_unit() {
        let mut coverage = Coverage::default();
        for (unit, seq) in [(2, 0), (2, 1), (1, 0), (3, 0), (1, 1)] {
            coverage.record(EventName::new(unit, seq), at(u64::from(unit) * 10 + seq), false);
        }
        let open: Vec<_> = coverage.close().map(|open| open.name.to_string()).collect();
        assert_eq!(open, ["1/0", "2/0", "3/0"]);
    }
}
