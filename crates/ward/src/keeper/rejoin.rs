//! A new generation of the journal: what both sides hold, what came back, and what we sealed meanwhile, sealed again.
//!
//! It is written beside the journal in use and takes its place by one rename, so a crash leaves the one or the other.

use std::collections::HashSet;

use socai_log::{Journal, JournalSegment};
use socai_tlog::{
    Chain, ChainHead, MAX_SEGMENT_LEN, Record, SealingKey, UnitSeq, VerifiedSegment, segment_fit,
    sign_segment,
};

use super::{Keeper, OpenError, id_of, open_derived, owner};
use crate::{
    entropy::EventId,
    generation::{self, JournalError},
    rotation::new_key,
};

/// A generation that restored records are being written to.
pub(super) struct Restoring {
    journal: Journal,
    base: ChainHead,
    key: SealingKey,
}

/// Why the new generation could not be made. The journal in use is as it was.
#[derive(Debug, thiserror::Error)]
pub enum RejoinError {
    /// A file could not be read or written.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Messages came in an order that makes no sense.
    #[error("restored records do not fit: {0}")]
    Order(&'static str),
    /// The secret of the key that must sign is not here.
    #[error(
        "the secret of sealing key {key} is not here: bring it back from the backup, or have the operator replace the key"
    )]
    NoKey {
        /// The key.
        key: Box<SealingKey>,
    },
}

impl From<socai_log::LogError> for RejoinError {
    fn from(error: socai_log::LogError) -> RejoinError {
        RejoinError::Open(OpenError::Journal(JournalError::Log(error)))
    }
}

impl From<JournalError> for RejoinError {
    fn from(error: JournalError) -> RejoinError {
        RejoinError::Open(OpenError::Journal(error))
    }
}

impl Keeper {
    /// Begins a generation with our records before `base`.
    ///
    /// # Errors
    /// The journal cannot be read, or the generation not written.
    pub(crate) fn begin_restore(&mut self, base: ChainHead) -> Result<(), RejoinError> {
        self.restoring = None;
        let path = self.generations.begin_next(self.generation)?;
        let mut journal = generation::open(&path, owner(&self.unit), &self.lock, &self.disk)?;
        for segment in self.reader.segments(UnitSeq(0))? {
            let segment = segment?;
            if segment.records[0].header().seq >= base.next_seq {
                break;
            }
            let (records, signature) = self.before(segment, base)?;
            journal.append(&records, &signature)?;
        }
        if journal.head() != base {
            return Err(RejoinError::Order("the journal does not hold the records before them"));
        }
        self.restoring = Some(Restoring { journal, base, key: self.history.covering(base.next_seq) });
        Ok(())
    }

    /// The part of a segment before `base`, signed again if it had to be cut.
    fn before(
        &self,
        segment: JournalSegment,
        base: ChainHead,
    ) -> Result<(Vec<Record>, [u8; 64]), RejoinError> {
        let JournalSegment { mut records, signature } = segment;
        let count = records.len();
        records.retain(|record| record.header().seq < base.next_seq);
        if records.len() == count {
            return Ok((records, signature));
        }
        let key = self.history.covering(base.next_seq);
        let secret = self.keys.sealing(&key).ok_or(RejoinError::NoKey { key: key.into() })?;
        let signature = sign_segment(secret, &self.unit.origin, base.link);
        Ok((records, signature))
    }

    /// Puts records that came back behind what the generation holds.
    ///
    /// # Errors
    /// They do not continue it, or cannot be written.
    pub(crate) fn restore(&mut self, segment: VerifiedSegment) -> Result<(), RejoinError> {
        let Some(restoring) = &mut self.restoring else {
            return Err(RejoinError::Order("nothing was begun"));
        };
        let (records, signature) = segment.into_parts();
        restoring.journal.append(&records, &signature)?;
        restoring.key = records.last().and_then(new_key).unwrap_or(restoring.key);
        Ok(())
    }

    /// Seals our own unrecorded events again behind the restored ones, and puts the generation in use.
    ///
    /// # Errors
    /// The generation does not end at `head`, a key is missing, or a file cannot be written. The journal in use stays.
    pub(crate) fn rejoin(&mut self, head: ChainHead, now_ms: u64) -> Result<ChainHead, RejoinError> {
        let Some(mut restoring) = self.restoring.take() else {
            return Err(RejoinError::Order("nothing was begun"));
        };
        if restoring.journal.head() != head {
            return Err(RejoinError::Order("they do not end at the district's head"));
        }
        let lost = self.not_among(&restoring)?;
        let resealed = self.seal_again(&mut restoring, &lost, now_ms)?;
        // A crash before this line leaves the old generation in use: the next hello restores again.
        self.generations.put_in_use(self.generation + 1).map_err(OpenError::File)?;
        // A crash after it starts with the new one, whose ids are derived again.
        tracing::warn!(
            restored_to = head.next_seq.0,
            resealed,
            "the journal was joined with the district's records"
        );
        self.generation += 1;
        self.take_in_use(restoring.journal);
        let (ids, history) = open_derived(&self.dir, &self.unit, &self.reader)?;
        (self.ids, self.history) = (ids, history);
        self.catch_up()?;
        Ok(self.head())
    }

    /// Ids of our events from the base on that did not come back.
    fn not_among(&self, restoring: &Restoring) -> Result<HashSet<EventId>, RejoinError> {
        let mut ids = HashSet::new();
        for segment in self.reader.segments(restoring.base.next_seq)? {
            ids.extend(segment?.records.iter().filter_map(id_of));
        }
        if !ids.is_empty() {
            for segment in restoring.journal.segments(restoring.base.next_seq)? {
                for id in segment?.records.iter().filter_map(id_of) {
                    ids.remove(&id);
                }
            }
        }
        Ok(ids)
    }

    /// Seals the events with these ids again, in their old order; key rotations among them take effect as they did.
    fn seal_again(
        &self,
        restoring: &mut Restoring,
        ids: &HashSet<EventId>,
        now_ms: u64,
    ) -> Result<usize, RejoinError> {
        let mut at_ms = now_ms.max(self.floor_ms);
        if let Some(last) = restoring.journal.head().next_seq.0.checked_sub(1) {
            let record = super::record_at(&restoring.journal.reader(), UnitSeq(last))?;
            at_ms = record.map_or(at_ms, |record| at_ms.max(record.header().recorded_at_ms));
        }
        let (mut again, mut len, mut count) = (Vec::new(), 0, 0);
        let mut chain = Chain::new(self.unit.no, restoring.journal.head());
        for segment in self.reader.segments(restoring.base.next_seq)? {
            for record in segment?.records {
                if !id_of(&record).is_some_and(|id| ids.contains(&id)) {
                    continue;
                }
                let (facts, annex) = (record.facts().clone(), record.annex().clone());
                let sealed = chain.seal(facts, annex, at_ms, record.header().flags);
                let sealed = sealed.map_err(|_| RejoinError::Order("an event of ours is too large"))?;
                (count, len) = (count + 1, len + sealed.encoded_len());
                again.push(sealed);
                if len > MAX_SEGMENT_LEN {
                    self.append_again(restoring, &mut again)?;
                    len = 0;
                }
            }
        }
        self.append_again(restoring, &mut again)?;
        Ok(count)
    }

    /// Signs records of a new generation in as many segments as they need.
    fn append_again(&self, restoring: &mut Restoring, records: &mut Vec<Record>) -> Result<(), RejoinError> {
        while !records.is_empty() {
            let rest = records.split_off(segment_fit(records));
            let segment = std::mem::replace(records, rest);
            let key = restoring.key;
            let secret = self.keys.sealing(&key).ok_or(RejoinError::NoKey { key: key.into() })?;
            let last = &segment[segment.len() - 1]; // segment_fit takes at least one of some
            let signature = sign_segment(secret, &self.unit.origin, last.link());
            restoring.journal.append(&segment, &signature)?;
            restoring.key = new_key(last).unwrap_or(key);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use socai_tlog::{Segment, encode_segment};

    use super::*;
    use crate::testing::{draft, enrolled, open, records, segments};

    /// The journal's segments from `from` on, as the district sends them back.
    fn sent_back(keeper: &Keeper, from: u64) -> Vec<VerifiedSegment> {
        let key = keeper.sealing_keys();
        let of = |segment: JournalSegment| {
            let bytes = encode_segment(&segment.records, &segment.signature).unwrap();
            let parsed = Segment::parse_restored(bytes).unwrap();
            key.iter().find_map(|key| parsed.clone().verify(&keeper.unit.origin, key).ok()).unwrap()
        };
        keeper.reader.segments(UnitSeq(from)).unwrap().map(|segment| of(segment.unwrap())).collect()
    }

    fn seal(keeper: &mut Keeper, numbers: std::ops::Range<u64>) {
        for number in numbers {
            keeper.seal(&[&[draft(number)]], 1_000 + number).pop().unwrap().unwrap();
        }
    }

    fn join(
        stale: &mut Keeper,
        base: ChainHead,
        segments: Vec<VerifiedSegment>,
    ) -> Result<ChainHead, RejoinError> {
        let head = segments.last().unwrap().head();
        stale.begin_restore(base)?;
        for segment in segments {
            stale.restore(segment)?;
        }
        stale.rejoin(head, 5)
    }

    /// A unit with `common` records, whose disk was copied then, and which went on to `lost` more before the disk died.
    fn stale(common: u64, lost: u64) -> (tempfile::TempDir, Keeper, Keeper, ChainHead) {
        let (dir, unit) = enrolled();
        let mut before = open(&unit);
        seal(&mut before, 0..common);
        let base = before.head();
        drop(before);
        let copy = crate::dir::UnitDir::new(dir.path().join("copy"));
        copy_dir(unit.path(), copy.path());
        let mut dead = open(&unit);
        seal(&mut dead, common..common + lost);
        let stale = open(&copy);
        (dir, dead, stale, base)
    }

    fn copy_dir(from: &std::path::Path, to: &std::path::Path) {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            let target = to.join(entry.file_name());
            match entry.file_type().unwrap().is_dir() {
                true => copy_dir(&entry.path(), &target),
                false => drop(std::fs::copy(entry.path(), target).unwrap()),
            }
        }
    }

    #[test]
    fn what_was_lost_comes_back_and_what_was_sealed_meanwhile_follows_it_once() {
        let (_dir, dead, mut stale, base) = stale(4, 3);
        seal(&mut stale, 100..102);
        stale.seal(&[&[draft(5)]], 1).pop().unwrap().unwrap(); // imported again: it is among the lost ones
        let head = join(&mut stale, base, sent_back(&dead, 4)).unwrap();
        assert_eq!(head.next_seq, UnitSeq(9));
        let expected: Vec<_> = (0..7).chain(100..102).map(|number| draft(number).facts).collect();
        let joined = records(&stale);
        assert_eq!(joined.iter().map(|record| record.facts().clone()).collect::<Vec<_>>(), expected);
        assert_eq!(joined[..7], records(&dead)[..], "record for record");
        assert!(
            joined.windows(2).all(|pair| pair[0].header().recorded_at_ms <= pair[1].header().recorded_at_ms)
        );

        assert!(stale.seal(&[&[draft(6)]], 1)[0].as_ref().unwrap()[0].already, "ids are known again");
        seal(&mut stale, 200..201);
        let unit = stale.dir.clone();
        drop(stale);
        assert_eq!(records(&open(&unit)).len(), 10, "the next start uses the new generation");
        assert!(unit.journal().join("g0").is_dir(), "the old one is kept");
    }

    #[test]
    fn a_base_inside_what_was_sealed_together_is_signed_anew() {
        let (_dir, unit) = enrolled();
        let mut keeper = open(&unit);
        let three = [draft(0), draft(1), draft(2)];
        keeper.seal(&[&three], 1).pop().unwrap().unwrap();
        let base = ChainHead::after(&records(&keeper)[1]);
        keeper.begin_restore(base).unwrap();
        assert_eq!(keeper.restoring.as_ref().unwrap().journal.head(), base);
    }

    #[test]
    fn what_does_not_fit_changes_nothing() {
        let (_dir, dead, mut stale, base) = stale(4, 3);
        seal(&mut stale, 100..101);
        let before = records(&stale);
        let elsewhere = ChainHead { link: dead.head().link, ..base };
        assert!(matches!(stale.begin_restore(elsewhere), Err(RejoinError::Order(_))));
        stale.begin_restore(base).unwrap();
        let mut segments = sent_back(&dead, 4);
        let last = segments.pop().unwrap();
        assert!(stale.restore(last).is_err(), "a gap");
        assert!(matches!(stale.rejoin(dead.head(), 1), Err(RejoinError::Order(_))), "not to the end");
        assert!(
            matches!(stale.restore(sent_back(&dead, 4).remove(0)), Err(RejoinError::Order(_))),
            "nothing begun"
        );
        assert_eq!(records(&stale), before);
        seal(&mut stale, 101..102);
        assert_eq!(
            join(&mut stale, base, sent_back(&dead, 4)).unwrap().next_seq,
            UnitSeq(9),
            "and again from the start"
        );
    }

    #[test]
    fn a_whole_journal_comes_back_to_an_empty_disk() {
        let (_dir, unit) = enrolled();
        let mut dead = open(&unit);
        seal(&mut dead, 0..20);
        dead.rotate(socai_proto::v1::KeyGround::Scheduled, "van-thu", 9_000).unwrap();
        seal(&mut dead, 20..25);
        let back = sent_back(&dead, 0);
        let (all, genesis) = (records(&dead), dead.unit.genesis());
        drop(dead);
        for lost in ["journal", "ids", "receipts", "checkpoint"] {
            let path = unit.path().join(lost);
            let _ = std::fs::remove_dir_all(&path).or_else(|_| std::fs::remove_file(&path));
        }
        let mut empty = open(&unit);
        join(&mut empty, genesis, back).unwrap();
        assert_eq!(records(&empty), all);
        seal(&mut empty, 30..31);
        let last = segments(&empty).pop().unwrap();
        let signed = encode_segment(&last.records, &last.signature).unwrap();
        let newest = empty.history.newest();
        assert_ne!(newest, empty.unit.first_key, "the rotation was found in what came back");
        Segment::parse(signed).unwrap().verify(&empty.unit.origin, &newest).unwrap();
    }

    #[test]
    fn an_interrupted_join_leaves_the_journal_in_use_and_is_done_again() {
        let (_dir, dead, mut stale, base) = stale(4, 3);
        stale.begin_restore(base).unwrap();
        stale.restore(sent_back(&dead, 4).remove(0)).unwrap();
        let unit = stale.dir.clone();
        drop(stale);
        let mut again = open(&unit);
        assert_eq!(again.head(), base);
        join(&mut again, base, sent_back(&dead, 4)).unwrap();
        assert_eq!(records(&again), records(&dead));
    }
}
