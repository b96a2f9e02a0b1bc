//! Annexes that are to be destroyed, and how far that has come: here, on their way, and in the journals of their units.
//!
//! The fold says which erasures count. What is done is not noted but seen: an annex that was overwritten is overwritten, so every start goes
//! over all of them and makes good what a crash left, and a unit says in its hello how far it has come.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bytes::Bytes;
use prost::Message as _;
use socai_fold::Erasure;
use socai_log::{Annex, LogError, Reader, Writer};
use socai_proto::v1;
use socai_tlog::{EventName, Segment, TreeSize, UnitNo, UnitSeq};

/// Erasures told to a unit at once; it asks for more with its next hello.
const TOLD_AT_ONCE: usize = 64;

/// What is ordered, what of it is still to be done here, and what units have confirmed.
#[derive(Debug, Default)]
pub(crate) struct Erasing {
    /// Done here, by unit of the record, in leaf order.
    of_unit: BTreeMap<UnitNo, Vec<Erasure>>,
    /// The same, of erasures that came before their record: no tree size tells whether the unit knows of them.
    early: BTreeMap<UnitNo, Vec<Erasure>>,
    targets: BTreeSet<EventName>,
    /// The tree size after the newest.
    to: TreeSize,
    /// Not done yet; in the end those whose record is not in the log yet.
    due: BTreeMap<EventName, Erasure>,
    /// How far each unit said it has come since this process started.
    confirmed: HashMap<UnitNo, TreeSize>,
}

impl Erasing {
    /// Adds erasures that count, in leaf order; false when all of them are known. Only the first of a record changes anything.
    pub(crate) fn order(&mut self, erasures: &[Erasure]) -> bool {
        let mut is_news = false;
        for erasure in erasures {
            self.to = self.to.max(after(erasure));
            if self.targets.insert(erasure.target) {
                self.due.insert(erasure.target, *erasure);
                is_news = true;
            }
        }
        is_news
    }

    /// Overwrites what is due and in the log. A crash between any two leaves the rest to the next start. Tells what was done.
    ///
    /// # Errors
    /// The log could not be read or written.
    pub(crate) fn carry_out(
        &mut self,
        writer: &mut Writer,
        reader: &Reader,
    ) -> Result<Vec<Erasure>, LogError> {
        let mut done = Vec::new();
        for erasure in self.due.values() {
            let leaf = match reader.leaf_of(erasure.target) {
                Ok(leaf) => leaf,
                Err(LogError::NoRecord { .. }) => continue,
                Err(error) => return Err(error),
            };
            match reader.annex(leaf) {
                Ok(Annex::None | Annex::Erased) => {}
                // one that is damaged is to be destroyed all the same
                Ok(Annex::Present(_)) | Err(LogError::Damaged { .. }) => {
                    writer.erase_annex(leaf)?;
                    tracing::info!(record = %erasure.target, "annex erased from the log");
                }
                Err(error) => return Err(error),
            }
            let list = if leaf < erasure.leaf { &mut self.of_unit } else { &mut self.early };
            let list = list.entry(erasure.target.unit).or_default();
            list.insert(list.partition_point(|other| other.leaf < erasure.leaf), *erasure);
            done.push(*erasure);
        }
        self.due.retain(|target, _| !done.iter().any(|erasure| erasure.target == *target));
        Ok(done)
    }

    /// Whether a message carries an annex that is to be destroyed, so that it must not stay in the stream.
    pub(crate) fn is_in(&self, payload: &Bytes) -> bool {
        !self.targets.is_empty() && carries(&self.targets, payload)
    }

    /// The records whose annexes must not be on their way any more, and the tree size after the newest order.
    pub(crate) fn wanted(&self) -> (BTreeSet<EventName>, TreeSize) {
        (self.targets.clone(), self.to)
    }

    /// A unit says how far it has come.
    pub(crate) fn confirm(&mut self, unit: UnitNo, to: TreeSize) {
        self.confirmed.insert(unit, to);
    }

    /// What a unit is to be told that has carried out everything up to `since`: each erasure with the tree size after the one before.
    pub(crate) fn to_tell(&self, unit: UnitNo, since: TreeSize) -> Vec<(Erasure, TreeSize)> {
        let erasures = self.of_unit.get(&unit).map_or(&[][..], Vec::as_slice);
        let from = erasures.partition_point(|erasure| after(erasure) <= since);
        let before = |at: usize| at.checked_sub(1).map_or(TreeSize(0), |before| after(&erasures[before]));
        let told = erasures.iter().enumerate().skip(from).map(|(at, erasure)| (*erasure, before(at)));
        let early = self.early.get(&unit).into_iter().flatten().map(alone);
        told.take(TOLD_AT_ONCE).chain(early).collect()
    }

    /// The units that have not confirmed everything, and from where they are to be told again.
    pub(crate) fn unconfirmed(&self) -> Vec<(UnitNo, TreeSize)> {
        let to = |unit: &UnitNo| self.confirmed.get(unit).copied().unwrap_or_default();
        let open = |(unit, erasures): (&UnitNo, &Vec<Erasure>)| {
            erasures.last().is_some_and(|last| after(last) > to(unit)).then(|| (*unit, to(unit)))
        };
        self.of_unit.iter().filter_map(open).filter(|(unit, _)| *unit != UnitNo::OPERATOR).collect()
    }
}

/// An erasure as it is told without saying anything of others.
pub(crate) fn alone(erasure: &Erasure) -> (Erasure, TreeSize) {
    (*erasure, after(erasure))
}

/// The tree size after the record that orders an erasure.
fn after(erasure: &Erasure) -> TreeSize {
    TreeSize(erasure.leaf.0 + 1)
}

/// Whether a message holds one of these records with its annex.
pub(crate) fn carries(targets: &BTreeSet<EventName>, payload: &Bytes) -> bool {
    let Ok(v1::Up { message: Some(v1::up::Message::Publish(publish)) }) = v1::Up::decode(payload.clone())
    else {
        return false;
    };
    let Some((unit, first, count)) = Segment::span(&publish.segment) else { return false };
    let name = |seq| EventName { unit, seq };
    let end = UnitSeq(first.0.saturating_add(u64::from(count)));
    if targets.range(name(first)..name(end)).next().is_none() {
        return false;
    }
    let segment = Segment::parse_restored(publish.segment);
    segment.is_ok_and(|segment| {
        segment.records().iter().any(|record| !record.annex().is_empty() && targets.contains(&record.name()))
    })
}
