//! A new generation of the journal: what both sides hold, what came back, and what we sealed meanwhile, sealed again.
//!
//! It is written beside the journal in use and takes its place by one rename, so a crash leaves the one or the other.

use std::collections::HashSet;

use socai_log::{Journal, JournalReader, JournalSegment};
use socai_tlog::{
    Chain, ChainHead, MAX_SEGMENT_LEN, Record, SealingKey, UnitSeq, VerifiedSegment, segment_fit,
    sign_segment,
};

use super::{Keeper, OpenError, id_of, owner};
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

impl Restoring {
    /// Reads what has come back so far.
    pub(super) fn reader(&self) -> JournalReader {
        self.journal.reader()
    }
}

/// Why the new generation could not be made or not be opened. What was sealed before is in the journal in use, whichever it is.
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
        self.reopen()?;
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
    /// The generation does not end at `head`, a key is missing, or a file cannot be written: the journal in use stays. If it cannot be swapped or what is
    /// derived from it not be read, the next request opens both again.
    pub(crate) fn rejoin(&mut self, head: ChainHead, now_ms: u64) -> Result<ChainHead, RejoinError> {
        self.reopen()?; // what is not read back yet may be sealed
        let Some(mut restoring) = self.restoring.take() else {
            return Err(RejoinError::Order("nothing was begun"));
        };
        if restoring.journal.head() != head {
            return Err(RejoinError::Order("they do not end at the district's head"));
        }
        let lost = self.not_among(&restoring)?;
        let resealed = self.seal_again(&mut restoring, &lost, now_ms)?;
        drop(restoring);
        // From here on a failure leaves no journal open: which one is in use is read again, and ids and keys with it, before anything else is done.
        (self.journal, self.is_stale) = (None, true);
        // A crash before this line leaves the old generation in use: the next hello restores again.
        self.generations.put_in_use(self.generation + 1).map_err(OpenError::File)?;
        // A crash after it starts with the new one, whose ids are derived again.
        self.reopen()?;
        tracing::warn!(
            restored_to = head.next_seq.0,
            resealed,
            "the journal was joined with the district's records"
        );
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
#[path = "rejoin_tests.rs"]
mod tests;
