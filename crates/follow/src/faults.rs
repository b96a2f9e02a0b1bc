//! Faults in the order of the log, whoever found them first.

use std::collections::BTreeMap;

use crate::fault::Fault;

/// The most faults that are kept: a log under another key has one for every commit.
pub(crate) const MAX_FAULTS: usize = 100;

/// A place of the log by which faults are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// Number of the volume.
    pub(crate) volume: u64,
    /// Position of a frame in it.
    pub(crate) offset: u64,
}

impl Place {
    /// Behind the record: of the directory as a whole.
    pub(crate) const BEHIND: Place = Place { volume: u64::MAX, offset: u64::MAX };
}

/// The first [`MAX_FAULTS`] faults by place, and how many there were.
///
/// What is kept does not depend on the order in which faults come, as long as all of them come.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    kept: BTreeMap<(Place, u8, u64), Fault>,
    found: u64,
}

impl Faults {
    pub(crate) fn add(&mut self, place: Place, fault: Fault) {
        self.kept.insert((place, rank(&fault), self.found), fault);
        self.found += 1;
        if self.kept.len() > MAX_FAULTS {
            self.kept.pop_last();
        }
    }

    pub(crate) fn found(&self) -> u64 {
        self.found
    }

    /// Whether all of them are of what is derived from the record or stands behind it: the record itself holds.
    pub(crate) fn are_of_copies(&self) -> bool {
        self.kept.values().all(|fault| matches!(fault, Fault::Derived(_) | Fault::Tail { .. }))
    }

    pub(crate) fn into_vec(self) -> Vec<Fault> {
        self.kept.into_values().collect()
    }
}

/// Order of faults at one place. One of a kind comes from one place.
fn rank(fault: &Fault) -> u8 {
    match fault {
        Fault::Log(_) => 0,
        Fault::Unregistered { .. } => 1,
        Fault::Genesis { .. } => 2,
        Fault::Signature { .. } => 3,
        Fault::Uncovered { .. } => 4,
        Fault::Evidence { .. } => 5,
        Fault::Checkpoint { .. } => 6,
        Fault::Annex { .. } => 7,
        Fault::Tail { .. } => 8,
        Fault::Ahead { .. } => 9,
        Fault::Derived(_) => 10,
        Fault::Rewritten { .. } => 11,
        Fault::RolledBack { .. } => 12,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tail(offset: u64) -> Fault {
        Fault::Tail { path: "volume".into(), offset, len: 1 }
    }

    #[test]
    fn the_first_ones_are_kept_in_the_order_of_the_log_whatever_order_they_come_in() {
        let (mut up, mut down) = (Faults::default(), Faults::default());
        for offset in 0..300 {
            up.add(Place { volume: offset / 100, offset: offset % 100 }, tail(offset));
            let back = 299 - offset;
            down.add(Place { volume: back / 100, offset: back % 100 }, tail(back));
        }
        assert_eq!((up.found(), down.found()), (300, 300));
        let offsets = |faults: Faults| faults.into_vec().iter().filter_map(Fault::offset).collect::<Vec<_>>();
        assert_eq!(offsets(up), (0..100).collect::<Vec<_>>());
        assert_eq!(offsets(down), (0..100).collect::<Vec<_>>());
    }
}
