//! The cosigned checkpoints that a district kept beside its log, each verified: who saw which tree, and when.

use std::{path::Path, thread};

use serde::Serialize;
use socai_domain::time::vietnam_rfc3339;
use socai_fold::findings::Sighting;
use socai_log::{LogError, WitnessedNotes};
use socai_tlog::{Opened, Origin, Policy, TreeSize};

use crate::{
    fault_line::FaultLine,
    place::Place,
    said::Said,
    witnesses::{Flaw, OwnRoots, against_log, size_of},
    words::Remedy,
};

/// Notes that are verified together.
const AT_ONCE: usize = 512;
/// Notes that do not verify and are told one by one.
const MAX_TOLD: usize = 20;

/// What was kept of the witnesses' statements.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct KeptSightings {
    /// Cosigned checkpoints; each is of the log's own tree at its size.
    pub checkpoints: u64,
    /// Cosignatures on them, by witnesses of the policy.
    pub cosignatures: u64,
    /// The earliest time of a cosignature, in Viet Nam.
    pub first_at: Option<String>,
    /// The latest.
    pub last_at: Option<String>,
}

/// Everything that came of reading them.
#[derive(Default)]
pub(crate) struct Gathered {
    pub(crate) sightings: Vec<Sighting>,
    pub(crate) kept: KeptSightings,
    /// Of notes that do not verify at most so many as are told.
    pub(crate) faults: Vec<FaultLine>,
    pub(crate) faults_found: u64,
    times: Option<(u64, u64)>,
}

/// Whose log is read, how far, and by whom.
#[derive(Clone, Copy)]
pub(crate) struct Reading<'a> {
    pub(crate) own: &'a OwnRoots<'a>,
    pub(crate) policy: &'a Policy,
    pub(crate) origin: &'a Origin,
    /// Entries of the log.
    pub(crate) size: TreeSize,
    /// Notes of smaller trees were gone over before.
    pub(crate) from: TreeSize,
    pub(crate) threads: usize,
    /// Whether a writer is at work: a note may be on its way.
    pub(crate) live: bool,
}

/// Reads and verifies every note. A file that is missing states nothing, which is no fault.
pub(crate) fn gather(place: &Place, reading: Reading<'_>) -> Gathered {
    let mut gathered = Gathered::default();
    let path = place.witnessed();
    match every(&path, reading, &mut gathered) {
        Ok(Some(torn_at)) if !reading.live => {
            let said = Said::new(
                "lời nhân chứng cuối ghi dở, như sau khi mất điện",
                "the last of the witnesses' statements is torn, as by a power cut",
            );
            let fault = FaultLine::new("tail", said, Remedy::Start.said());
            gathered.add(FaultLine { offset: Some(torn_at), repaired_by_start: true, ..fault }, &path);
        }
        Ok(_) => {}
        Err(LogError::Damaged { offset, what, .. }) => {
            let said = Said::new(
                format!("lời nhân chứng đã lưu bị hỏng: {what}"),
                format!("what witnesses stated is damaged: {what}"),
            );
            let fault = FaultLine::new("damaged", said, Remedy::Restore.said());
            gathered.add(FaultLine { offset: Some(offset), ..fault }, &path);
        }
        Err(error) => {
            let fault = FaultLine::new("unreadable", Said::same(error), Remedy::Read.said());
            gathered.add(FaultLine { unreadable: true, ..fault }, &path);
        }
    }
    let at = |time_s: u64| vietnam_rfc3339(time_s.saturating_mul(1_000));
    gathered.kept.first_at = gathered.times.map(|(first_s, _)| at(first_s));
    gathered.kept.last_at = gathered.times.map(|(_, last_s)| at(last_s));
    gathered
}

/// Every note of the file; where a torn one stands.
fn every(path: &Path, reading: Reading<'_>, gathered: &mut Gathered) -> Result<Option<u64>, LogError> {
    let Some(mut notes) = WitnessedNotes::open(path, reading.origin)? else { return Ok(None) };
    let mut together: Vec<(u64, Vec<u8>)> = Vec::with_capacity(AT_ONCE);
    loop {
        let at = notes.offset();
        let note = match notes.next_note() {
            Ok(note) => note.map(<[u8]>::to_vec),
            Err(error) => {
                gathered.judge(&together, path, reading);
                return Err(error);
            }
        };
        let is_last = note.is_none();
        together.extend(note.map(|note| (at, note)));
        if is_last || together.len() == AT_ONCE {
            gathered.judge(&together, path, reading);
            together.clear();
        }
        if is_last {
            return Ok(notes.is_torn().then(|| notes.offset()));
        }
    }
}

impl Gathered {
    fn add(&mut self, fault: FaultLine, path: &Path) {
        self.faults_found += 1;
        if self.faults.len() < MAX_TOLD {
            self.faults.push(FaultLine { file: Some(path.display().to_string()), ..fault });
        }
    }

    /// Verifies notes on all threads and adds what they say.
    fn judge(&mut self, notes: &[(u64, Vec<u8>)], path: &Path, reading: Reading<'_>) {
        let part = notes.len().div_ceil(reading.threads.max(1)).max(1);
        let judged: Vec<(u64, Result<Option<Opened>, Flaw>)> = thread::scope(|scope| {
            let parts = notes.chunks(part).map(|part| {
                scope.spawn(move || -> Vec<_> {
                    part.iter().map(|(at, note)| (*at, judge(note, reading))).collect()
                })
            });
            // all are begun before the first is waited for; a part that panicked is no statement about its notes
            let parts: Vec<_> = parts.collect();
            let panicked = |_| {
                let said = Said::new("không kiểm được", "could not be verified: a thread ended early");
                vec![(0, Err(("unreadable", said, Remedy::Read)))]
            };
            parts.into_iter().flat_map(|part| part.join().unwrap_or_else(panicked)).collect()
        });
        for (at, judged) in judged {
            match judged {
                Ok(Some(opened)) => self.see(&opened),
                Ok(None) => {}
                Err((code, said, remedy)) => {
                    let fault = FaultLine::new(code, said, remedy.said());
                    self.add(FaultLine { offset: Some(at), unreadable: code == "unreadable", ..fault }, path);
                }
            }
        }
    }

    /// Adds a note that was verified.
    pub(crate) fn see(&mut self, opened: &Opened) {
        let times = opened.witnessed_by.iter().map(|by| by.time_s);
        let (Some(first_s), Some(last_s)) = (times.clone().min(), times.max()) else { return };
        self.kept.checkpoints += 1;
        self.kept.cosignatures += opened.witnessed_by.len() as u64;
        let (first, last) = self.times.unwrap_or((first_s, last_s));
        self.times = Some((first.min(first_s), last.max(last_s)));
        let names: Vec<&str> = opened.witnessed_by.iter().map(|by| by.witness.as_str()).collect();
        let (size, by) = (opened.checkpoint.size(), names.join(", "));
        self.sightings.push(Sighting { size, by, first_s, last_s });
    }
}

/// A note under the policy and against the log's own tree; `None` for one that was gone over before.
pub(crate) fn judge(note: &[u8], reading: Reading<'_>) -> Result<Option<Opened>, Flaw> {
    if size_of(note).is_some_and(|size| size < reading.from) {
        return Ok(None);
    }
    let opened = reading.policy.open(note).map_err(|error| {
        let said = Said::new(
            format!("mốc có chữ ký nhân chứng không đúng: {error}"),
            format!("the cosigned checkpoint does not verify: {error}"),
        );
        ("checkpoint", said, Remedy::Key)
    })?;
    match against_log(&opened, reading.own, reading.size, reading.live) {
        None => Ok(Some(opened)),
        Some(flaw) => Err(flaw),
    }
}
