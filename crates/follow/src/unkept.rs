//! Annexes that records commit to and the log does not have.

use std::path::PathBuf;

use socai_log::{Reader, StoredAnnex};
use socai_tlog::EventName;

use crate::faults::Place;

/// An annex that is not kept. Whether that is right is for whoever knows the erasures that count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unkept {
    /// The record.
    pub name: EventName,
    /// The number of its volume.
    pub volume: u64,
    /// Whether it was here and was overwritten; else the record says that this log never had it.
    pub was_there: bool,
    /// Where it was in its annex volume; else where the record is in its volume. In bytes.
    pub offset: u64,
    /// Where the record is: the order of the log.
    pub(crate) record: u64,
}

impl Unkept {
    pub(crate) fn erased(place: Place, stored: &StoredAnnex) -> Self {
        let (name, offset) = (stored.name, stored.at.offset);
        Unkept { name, volume: place.volume, was_there: true, offset, record: place.offset }
    }

    pub(crate) fn absent(place: Place, name: EventName) -> Self {
        Unkept { name, volume: place.volume, was_there: false, offset: place.offset, record: place.offset }
    }

    /// The file that its place is in.
    #[must_use]
    pub fn path(&self, reader: &Reader) -> PathBuf {
        if self.was_there { reader.annex_file(self.volume) } else { reader.record_file(self.volume) }
    }
}
