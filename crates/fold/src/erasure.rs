//! Annexes that are to be destroyed: an `annex.erased` that counts names each of them.

use socai_domain::name_of;
use socai_proto::view;
use socai_tlog::{EventName, LeafIndex};

/// An erasure that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// The record whose annex is to be destroyed; it may come later than the erasure.
    pub target: EventName,
    /// The record that says so.
    pub by: EventName,
    /// The place of that record in the log.
    pub leaf: LeafIndex,
}

/// Every erasure that counts, in leaf order. An annex may be named more than once.
#[derive(Clone, Debug, Default)]
pub struct Erasures(Vec<Erasure>);

impl Erasures {
    pub(crate) fn add(&mut self, said: &view::AnnexErased<'_>, by: EventName, leaf: LeafIndex) {
        let target = said.target.map(|target| name_of(&target));
        self.0.extend(target.map(|target| Erasure { target, by, leaf }));
    }

    /// All of them, in leaf order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Erasure> {
        self.0.iter()
    }

    /// Those whose record stands at this leaf or behind it.
    pub fn since(&self, leaf: LeafIndex) -> &[Erasure] {
        &self.0[self.0.partition_point(|erasure| erasure.leaf < leaf)..]
    }

    /// The first erasure of a record's annex.
    pub fn of(&self, target: EventName) -> Option<&Erasure> {
        self.0.iter().find(|erasure| erasure.target == target)
    }
}
