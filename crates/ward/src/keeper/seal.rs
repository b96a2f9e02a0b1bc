//! Sealing: many requests become one segment and one sync.

use std::collections::HashMap;

use socai_log::Journal;
use socai_tlog::{
    Chain, ChainHead, Digest, EventName, Header, Link, MAX_RECORDS, MAX_SEGMENT_LEN, MAX_SINGLE_LEN, Record,
    SEGMENT_OVERHEAD, sign_segment,
};

use super::{Keeper, SealError, content_len};
use crate::{draft::Draft, entropy::EventId};

/// A sealed event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Its permanent name.
    pub name: EventName,
    /// The link of its header.
    pub link: Link,
    /// It was sealed before, by an earlier request with the same id and content.
    pub already: bool,
}

/// What the journal knows of an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// Nothing.
    No,
    /// The very same event.
    Same(Sealed),
    /// Another event.
    Other(EventName),
}

/// What becomes of each draft of one request.
struct Plan<'a> {
    drafts: &'a [Draft],
    known: Vec<Option<Sealed>>,
}

/// A segment in the making: the drafts that are new, each with the requests' places that it answers.
#[derive(Default)]
struct Pending<'a> {
    drafts: Vec<&'a Draft>,
    places: Vec<Vec<(usize, usize)>>,
    by_id: HashMap<EventId, usize>,
    len: usize,
}

impl Keeper {
    /// Seals requests together: each of them whole or not at all, as many as fit with one sync.
    ///
    /// The answers are in the order of the requests. When this returns, what is said to be sealed is on the disk.
    pub(crate) fn seal(&mut self, requests: &[&[Draft]], now_ms: u64) -> Vec<Result<Vec<Sealed>, SealError>> {
        if let Err(error) = self.revive() {
            return requests.iter().map(|_| Err(error.clone())).collect();
        }
        let mut plans: Vec<Result<Plan<'_>, SealError>> =
            requests.iter().map(|drafts| self.plan(drafts)).collect();
        let mut pending = Pending::default();
        for index in 0..plans.len() {
            let Ok(plan) = &plans[index] else { continue };
            let (drafts, fits) = (plan.drafts, pending.fits(plan));
            if !fits {
                self.flush(&mut plans, std::mem::take(&mut pending), now_ms);
            }
            if let Ok(plan) = &plans[index]
                && let Err(place) = pending.add(index, plan)
            {
                let name = EventName { unit: self.unit.no, seq: self.head().next_seq };
                plans[index] = Err(SealError::Conflict { index: place, name });
            }
            debug_assert!(drafts.len() <= MAX_RECORDS);
        }
        self.flush(&mut plans, pending, now_ms);
        plans.into_iter().map(|plan| plan.map(|plan| plan.known.into_iter().flatten().collect())).collect()
    }

    /// What the journal knows of a draft's id.
    pub(crate) fn known(&mut self, draft: &Draft) -> Result<Known, SealError> {
        self.revive()?; // ids of a journal that is not open may be of another one
        let failed = |why: String| SealError::NotSealed { why };
        let Some(seq) = self.ids.find(&draft.id).map_err(|error| failed(error.to_string()))? else {
            return Ok(Known::No);
        };
        let name = EventName { unit: self.unit.no, seq };
        let record = self.lookup.record(seq).map_err(|error| failed(error.to_string()))?;
        let record =
            record.ok_or_else(|| failed(format!("record {name} is in the index and not in the journal")))?;
        let same = says(&record, draft);
        let sealed = Sealed { name, link: record.link(), already: true };
        Ok(if same { Known::Same(sealed) } else { Known::Other(name) })
    }

    /// Looks up every id of a request and refuses what cannot be sealed whatever else is waiting.
    fn plan<'a>(&mut self, drafts: &'a [Draft]) -> Result<Plan<'a>, SealError> {
        let got = drafts.iter().map(content_len).sum();
        let count = drafts.len();
        let len = SEGMENT_OVERHEAD + got + count * Record::FRAMING;
        if count > MAX_RECORDS || len > if count > 1 { MAX_SEGMENT_LEN } else { MAX_SINGLE_LEN } {
            return Err(SealError::TooLarge { got, count });
        }
        let mut known = Vec::with_capacity(count);
        for (index, draft) in drafts.iter().enumerate() {
            known.push(match self.known(draft)? {
                Known::No => None,
                Known::Same(sealed) => Some(sealed),
                Known::Other(name) => return Err(SealError::Conflict { index, name }),
            });
        }
        Ok(Plan { drafts, known })
    }

    /// Seals what is pending as one segment and answers its requests.
    fn flush(&mut self, plans: &mut [Result<Plan<'_>, SealError>], pending: Pending<'_>, now_ms: u64) {
        if pending.drafts.is_empty() {
            return;
        }
        let sealed = self.seal_segment(&pending.drafts, now_ms);
        for (index, places) in pending.places.iter().enumerate() {
            for (nth, (request, place)) in places.iter().enumerate() {
                match (&sealed, &mut plans[*request]) {
                    (Ok(records), Ok(plan)) => {
                        let record = &records[index]; // one record a draft
                        let (name, link) = (record.name(), record.link());
                        plan.known[*place] = Some(Sealed { name, link, already: nth > 0 });
                    }
                    (Err(error), plan) => *plan = Err(error.clone()),
                    (Ok(_), Err(_)) => {}
                }
            }
        }
    }

    /// One segment, one sync.
    fn seal_segment(&mut self, drafts: &[&Draft], now_ms: u64) -> Result<Vec<Record>, SealError> {
        self.revive()?; // a segment before this one may have failed
        let at_ms = now_ms.max(self.floor_ms);
        let mut chain = Chain::new(self.unit.no, self.head());
        let sealed: Result<Vec<Record>, _> = drafts
            .iter()
            .map(|draft| chain.seal(draft.facts.clone(), draft.annex.clone(), at_ms, 0))
            .collect();
        let records = sealed.map_err(|error| SealError::NotSealed { why: error.to_string() })?;
        self.append(&records)?;
        Ok(records)
    }

    /// Signs and appends records that continue the head. When it returns they are on the disk.
    pub(super) fn append(&mut self, records: &[Record]) -> Result<(), SealError> {
        let key = self.history.newest();
        let Some(secret) = self.keys.sealing(&key) else { return Err(SealError::NoKey { key: key.into() }) };
        let Some(last) = records.last() else { return Ok(()) };
        let signature = sign_segment(secret, &self.unit.origin, last.link());
        self.write(records, &signature, ChainHead::after(last))
    }

    /// Writes a segment, or finds out by reading back what became of it.
    fn write(&mut self, records: &[Record], signature: &[u8; 64], after: ChainHead) -> Result<(), SealError> {
        let Some(mut journal) = self.journal.take() else {
            return Err(SealError::Unknown { why: "the journal is not open".to_owned() });
        };
        match journal.append(records, signature) {
            Ok(_) => self.journal = Some(journal),
            Err(cause) => self.read_back(journal, &cause, after)?,
        }
        for record in records {
            // an index that cannot be written is caught up at the next start; the records are sealed
            if let Err(error) = self.take(record) {
                tracing::warn!(%error, "the index of ids could not be written");
            }
        }
        Ok(())
    }

    /// A write or sync failed: the disk is asked what is there. The segment is there as a whole or not at all.
    fn read_back(
        &mut self,
        journal: Journal,
        cause: &socai_log::LogError,
        after: ChainHead,
    ) -> Result<(), SealError> {
        tracing::error!(%cause, "the journal could not be written; reading it back");
        let (journal, _) = journal.reopen().map_err(|error| SealError::Unknown { why: error.to_string() })?;
        let head = journal.head();
        self.take_in_use(journal);
        if head == after { Ok(()) } else { Err(SealError::NotSealed { why: cause.to_string() }) }
    }
}

impl<'a> Pending<'a> {
    /// Whether the new drafts of a request fit in with what is here.
    fn fits(&self, plan: &Plan<'_>) -> bool {
        let new = plan.drafts.iter().zip(&plan.known).filter(|(_, known)| known.is_none());
        let (count, len) = new
            .fold((0, 0), |(count, len), (draft, _)| (count + 1, len + content_len(draft) + Record::FRAMING));
        self.drafts.is_empty()
            || (self.drafts.len() + count <= MAX_RECORDS
                && SEGMENT_OVERHEAD + self.len + len <= MAX_SEGMENT_LEN)
    }

    /// Takes in the new drafts of request `request`. The place of one whose id another draft here has with other content is the error.
    fn add(&mut self, request: usize, plan: &Plan<'a>) -> Result<(), usize> {
        let clashes = |(_, draft): &(usize, &'a Draft)| {
            let other = self.by_id.get(&draft.id).map(|index| self.drafts[*index]);
            other.is_some_and(|other| other != *draft)
                || plan.drafts.iter().any(|other| other.id == draft.id && other != *draft)
        };
        let new = || plan.drafts.iter().enumerate().filter(|(place, _)| plan.known[*place].is_none());
        if let Some((place, _)) = new().find(clashes) {
            return Err(place);
        }
        for (place, draft) in new() {
            let index = *self.by_id.entry(draft.id).or_insert_with(|| {
                self.drafts.push(draft);
                self.places.push(Vec::new());
                self.len += content_len(draft) + Record::FRAMING;
                self.drafts.len() - 1
            });
            self.places[index].push((request, place));
        }
        Ok(())
    }
}

/// Whether a record says what a draft says.
fn says(record: &Record, draft: &Draft) -> bool {
    let header: &Header = record.header();
    let annex = if draft.annex.is_empty() { Digest::ZERO } else { Digest::of(&draft.annex) };
    header.facts == Digest::of(&draft.facts) && header.annex == annex
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn the_time_of_records_never_goes_back_even_when_the_clock_does() {
        let (_dir, unit) = testing::enrolled();
        let mut keeper = testing::open(&unit);
        for (number, now_ms) in [(0, 5_000), (1, 3_000), (2, 6_000)] {
            keeper.seal(&[&[testing::draft(number)]], now_ms).pop().unwrap().unwrap();
        }
        drop(keeper);
        let mut keeper = testing::open(&unit);
        keeper.seal(&[&[testing::draft(3)]], 1_000).pop().unwrap().unwrap();
        let times: Vec<_> = testing::records(&keeper).iter().map(|r| r.header().recorded_at_ms).collect();
        assert_eq!(times, [5_000, 5_000, 6_000, 6_000]);
    }

    #[test]
    fn requests_that_do_not_fit_together_take_several_segments_and_each_stays_whole() {
        let (_dir, unit) = testing::enrolled();
        let mut keeper = testing::open(&unit);
        let batch = |from: u64, count: u64| (from..from + count).map(testing::draft).collect::<Vec<_>>();
        let batches = [batch(0, 300), batch(300, 300), batch(600, 200)];
        let requests: Vec<&[Draft]> = batches.iter().map(Vec::as_slice).collect();
        let answers = keeper.seal(&requests, 1);
        assert!(answers.iter().all(Result::is_ok));
        let lens: Vec<_> = testing::segments(&keeper).iter().map(|segment| segment.records.len()).collect();
        assert_eq!(lens, [300, 500]);
    }

    #[test]
    fn the_same_event_in_two_requests_of_one_sync_is_sealed_once_and_a_clash_spoils_only_its_own_request() {
        let (_dir, unit) = testing::enrolled();
        let mut keeper = testing::open(&unit);
        let mut clash = testing::draft(1);
        clash.id = testing::draft(0).id;
        let requests: [&[Draft]; 3] =
            [&[testing::draft(0)], &[testing::draft(0), testing::draft(2)], &[clash]];
        let answers = keeper.seal(&requests, 1);
        let (first, second) = (answers[0].clone().unwrap(), answers[1].clone().unwrap());
        assert_eq!((first[0].name, first[0].already), (second[0].name, false));
        assert!(second[0].already && !second[1].already);
        assert!(matches!(answers[2], Err(SealError::Conflict { index: 0, .. })));
        assert_eq!(testing::records(&keeper).len(), 2);
    }
}
