//! One round after another: ask, copy, verify, publish.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
    thread,
};

use socai_fold::Fold;
use socai_follow::{Kept, ReplayError, Standing, Trust, replay};
use socai_log::{Annex, Disk, Lock, LogCopy, LogError, RawFile, Reader, State, WitnessedFile};
use socai_tlog::{EventName, LeafIndex, SignedCheckpoint, TreeSize};

use crate::{
    ask::{Wait, check_same_key, first_policy},
    error::MirrorError,
    held::{Held, replace},
    judge::{Good, judge},
    settled::{self, Settled},
    source::Source,
};

/// The file with what verifying left.
const VERIFIED: &str = "verified";

/// A copy, and where it comes from.
pub struct Mirror {
    pub(crate) source: Source,
    pub(crate) dest: PathBuf,
    pub(crate) trust: Trust,
    pub(crate) copy: LogCopy,
    pub(crate) held: Option<Held>,
    /// What verifying the copy left: the next round goes over what is new alone.
    standing: Option<Standing>,
    /// Whether derived files are complete up to `held`.
    is_derived: bool,
    /// What witnesses saw before, once it was needed: it is gone over when it is opened.
    pub(crate) witnessed: Option<WitnessedFile>,
    /// What the copied records say, for erasures.
    fold: Fold,
    /// Whether everything on the disk was verified by this process. Else there may be bytes of a round that was cut short: they are kept, so that
    /// a copy goes on where it stood.
    is_settled: bool,
}

/// What a round did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// Entries of the copy.
    pub size: TreeSize,
    /// The root over them, as text.
    pub root: String,
    /// Bytes that came.
    pub bytes: u64,
    /// Annexes that were erased here by procedure.
    pub erased: u64,
}

impl Mirror {
    /// Opens or begins the copy in `dest`. `policy` is whom to believe; without it the policy kept with the copy, and
    /// for a new one what lies with the source: then everything is verified under the keys found there.
    ///
    /// # Errors
    /// The directory holds something else, another process works on it, or there is nobody to believe.
    pub fn open(source: Source, dest: &Path, policy: Option<&Path>) -> Result<Self, MirrorError> {
        let not_ours = |why| MirrorError::NotOurs { dir: dest.to_owned(), why };
        let (log, own, held) = (dest.join("log"), dest.join("policy"), dest.join("held"));
        if dest.join("keys").exists() {
            return Err(not_ours(
                "holds an operator's keys: a district's own directory, or a copy that was promoted",
            ));
        }
        if log.exists() && !held.exists() {
            return Err(not_ours("holds a log that no mirror made; name an empty directory"));
        }
        fs::create_dir_all(dest).map_err(MirrorError::io(dest))?;
        let lock = Lock::acquire(&dest.join("lock"))?;
        if !own.exists() {
            let bytes = match policy {
                Some(policy) => fs::read(policy).map_err(MirrorError::io(policy))?,
                None => first_policy(&source)?,
            };
            replace(&own, &bytes)?;
        }
        let stated = source.checkpoint().ok();
        let stated = stated.as_deref().and_then(|note| std::str::from_utf8(note).ok()?.lines().next());
        let trust = Trust::pinned(policy.unwrap_or(&own), stated)?;
        check_same_key(&trust, &Trust::pinned(&own, stated)?, dest)?;
        if !held.exists() {
            Held::write(None, &held)?;
        }
        Ok(Mirror {
            source,
            dest: dest.to_owned(),
            trust,
            copy: LogCopy::open(&log, &lock, &Disk::default())?,
            held: Held::read(&held)?,
            standing: None,
            is_derived: false,
            witnessed: None,
            fold: Fold::new(),
            is_settled: false,
        })
    }

    /// Goes on from what an earlier process verified and does not read that again: for a copy whose readers trust this disk as they trust that of any
    /// ledger they read. Who makes the copy anew verifies everything.
    ///
    /// # Errors
    /// The copy's files cannot be read.
    pub fn trusting_disk(mut self) -> Result<Self, MirrorError> {
        let Some(held) = &self.held else { return Ok(self) };
        let Some(settled) = Settled::read(&self.dest.join(VERIFIED), &held.checkpoint, &self.trust) else {
            return Ok(self);
        };
        self.is_settled = self.copy.len(RawFile::Volume(held.volume))? == held.end
            && self.copy.len(RawFile::Annexes(held.volume))? == held.annex_end
            && self.copy.len(RawFile::Volume(held.volume + 1))? == 0;
        (self.standing, self.is_derived) = (Some(settled.standing), settled.is_derived);
        Ok(self)
    }

    /// Has the next round verify everything, and not only what is new.
    pub fn verify_whole(&mut self) {
        (self.standing, self.is_settled) = (None, false);
    }

    /// Whether there is anything for readers.
    #[must_use]
    pub fn can_be_read(&self) -> bool {
        self.held.is_some()
    }

    /// Size and root up to which the copy was verified.
    pub(crate) fn kept(&self) -> Result<Option<Kept>, MirrorError> {
        let Some(held) = &self.held else { return Ok(None) };
        let signed = SignedCheckpoint::open(held.checkpoint.as_bytes(), [self.trust.note_key()])
            .map_err(|error| MirrorError::Damaged(format!("held: {error}")))?;
        Ok(Some(Kept { size: signed.size(), root: *signed.root() }))
    }

    /// Verifies what was held before, once nothing else is there: is it the copy that is damaged, not the source?
    fn check_held(&self) -> Result<(), MirrorError> {
        match self.kept()? {
            None => Ok(()),
            kept => self.judged(kept, None, false)?.map(drop).map_err(MirrorError::Damaged),
        }
    }

    /// Asks, copies what is new, verifies it and shows it to readers.
    ///
    /// # Errors
    /// The source cannot be read, or contradicts its key or the copy, which is then as it was before.
    pub fn round(&mut self) -> Result<Round, MirrorError> {
        self.round_unless(&|time| {
            thread::sleep(time);
            false
        })
    }

    /// The same for whoever may be asked to stop: `wait` waits so long and says whether that happened meanwhile; it is asked between pieces too.
    ///
    /// # Errors
    /// Those of [`Mirror::round`]; [`MirrorError::Stopped`].
    pub fn round_unless(&mut self, wait: Wait<'_>) -> Result<Round, MirrorError> {
        let kept = self.kept()?;
        let asked = self.newest(kept, wait)?;
        self.check_overlap()?;
        // before the files: what witnesses saw is then among them
        let cosigned = self.cosigned()?;
        if let Some(kept) = kept.filter(|kept| self.is_settled && kept.size == asked.size()) {
            self.keep_cosigned(cosigned)?;
            self.keep_witnessed()?;
            return Ok(Round { size: kept.size, root: kept.root.to_string(), bytes: 0, erased: 0 });
        }
        let was_settled = std::mem::take(&mut self.is_settled);
        let mut wrong = String::new();
        for _ in 0..2 {
            // a first failure may be our own: bytes that a power cut left, or an annex that was just being erased
            match self.attempt(kept, &asked, was_settled, wait) {
                Ok(Ok(round)) => {
                    self.is_settled = true;
                    self.keep_cosigned(cosigned)?;
                    self.keep_witnessed()?;
                    return Ok(round);
                }
                Ok(Err(what)) => wrong = what,
                // what came so far is kept and gone on from
                Err(error) if error.is_passing() => return Err(error),
                Err(error) => return Err(self.taken_back_for(error)),
            }
            self.take_back().map_err(of_this_copy)?;
        }
        Err(self.taken_back_for(MirrorError::Refused(wrong)))
    }

    /// Takes back what came; the fault may be this copy's own, and then it says so.
    fn taken_back_for(&mut self, error: MirrorError) -> MirrorError {
        let is_of_files = match &error {
            MirrorError::Refused(_) => true,
            MirrorError::Log(error) | MirrorError::Replay(ReplayError::Log(error)) => error.is_damage(),
            _ => false,
        };
        let back = self.take_back().and_then(|()| if is_of_files { self.check_held() } else { Ok(()) });
        back.map_or_else(of_this_copy, |()| error)
    }

    /// Copies and verifies; the inner error is what does not verify.
    fn attempt(
        &mut self,
        kept: Option<Kept>,
        asked: &SignedCheckpoint,
        was_settled: bool,
        wait: Wait<'_>,
    ) -> Result<Result<Round, String>, MirrorError> {
        let bytes = self.fetch(was_settled, wait)?;
        let kept = kept.filter(|kept| kept.size.0 > 0);
        let good = match self.judged(kept, self.standing.as_ref(), true)? {
            Ok(good) => good,
            Err(what) => return Ok(Err(what)),
        };
        if good.committed.size < asked.size() {
            let (stated, found) = (asked.size(), good.committed.size);
            return Ok(Err(format!("the source states {stated} entries, its files lead to {found} only")));
        }
        self.copy.sync(self.held.as_ref().map_or(0, |held| held.volume))?;
        self.complete(&good)?;
        // everything that could speak against it is asked before anybody else sees it
        let reader = Reader::open_up_to(&self.log(), &good.committed)?;
        if reader.root_at(asked.size())? != *asked.root() {
            return Ok(Err(format!(
                "the source shows two histories: its checkpoint of size {} is of another tree than its files",
                asked.size()
            )));
        }
        let ordered = match self.ordered(&reader, &good)? {
            Ok(ordered) => ordered,
            Err(what) => return Ok(Err(what)),
        };
        self.copy.publish_completed(&good.committed)?;
        for (target, leaf) in &ordered {
            self.copy.erase_annex(&reader, *leaf)?;
            tracing::info!(record = %target, "annex erased from the copy");
        }
        self.hold(&good)?;
        let erased = ordered.len() as u64;
        Ok(Ok(Round { size: good.committed.size, root: good.committed.root.to_string(), bytes, erased }))
    }

    /// The annexes here that the copied records order to erase, by leaf; the inner error is one that is gone without an order.
    fn ordered(
        &mut self,
        reader: &Reader,
        good: &Good,
    ) -> Result<Result<Vec<(EventName, LeafIndex)>, String>, MirrorError> {
        if good.verified.unkept.is_empty() && !self.copy.has_annexes()? {
            return Ok(Ok(Vec::new()));
        }
        replay(reader, &mut self.fold, good.committed.size, |_, _| ())?;
        let ordered: HashSet<EventName> = self.fold.erasures().iter().map(|erasure| erasure.target).collect();
        if let Some(gone) = good.verified.unkept.iter().find(|unkept| !ordered.contains(&unkept.name)) {
            let name = gone.name;
            return Ok(Err(format!(
                "the annex of record {name} is gone at the source, and no annex.erased orders it"
            )));
        }
        let mut here = Vec::new();
        for target in ordered {
            let leaf = match reader.leaf_of(target) {
                Ok(leaf) => leaf,
                Err(LogError::NoRecord { .. }) => continue, // the record is still to come
                Err(error) => return Err(error.into()),
            };
            if matches!(reader.annex(leaf)?, Annex::Present(_)) {
                here.push((target, leaf));
            }
        }
        Ok(Ok(here))
    }

    fn judged(
        &self,
        kept: Option<Kept>,
        from: Option<&Standing>,
        is_to_write: bool,
    ) -> Result<Result<Good, String>, MirrorError> {
        judge(&self.log(), &self.copy, &self.trust, kept, from, is_to_write)
    }

    /// Makes the derived files those of its end. Of what was gone over they are written.
    fn complete(&self, good: &Good) -> Result<(), MirrorError> {
        let is_derived = self.is_derived || good.verified.skipped == TreeSize(0);
        match good.verified.standing.as_ref().filter(|_| is_derived) {
            Some(at) => self.copy.cut_derived(at.stand().state())?,
            None => self.copy.complete(0, &good.committed)?,
        }
        Ok(())
    }

    /// Remembers that everything up to here was verified.
    fn hold(&mut self, good: &Good) -> Result<(), MirrorError> {
        let held = Held {
            volume: good.committed.volume,
            end: good.committed.end,
            annex_end: self.copy.len(RawFile::Annexes(good.committed.volume))?,
            checkpoint: String::from_utf8_lossy(&good.committed.checkpoint).into_owned(),
        };
        Held::write(Some(&held), &self.dest.join("held"))?;
        self.held = Some(held);
        self.standing.clone_from(&good.verified.standing);
        self.is_derived = self.standing.is_some();
        self.standing.as_ref().map_or(Ok(()), |standing| settled::write(standing, &self.dest.join(VERIFIED)))
    }

    /// Cuts what was copied and did not verify; readers see what they saw before.
    fn take_back(&mut self) -> Result<(), MirrorError> {
        self.fold = Fold::new();
        self.copy.cut(self.held.as_ref().map(Held::copy_end))?;
        let log = self.log();
        let published = fs::read(log.join("checkpoint")).unwrap_or_default();
        match (&self.held, &self.standing) {
            (None, _) => {
                self.copy.unpublish()?;
                Ok(self.copy.cut_derived(&State::default())?)
            }
            (Some(held), Some(standing)) if self.is_derived && held.checkpoint.as_bytes() == published => {
                Ok(self.copy.cut_derived(standing.stand().state())?)
            }
            (Some(held), _) => {
                // whole derived files before what is held were not touched
                let is_shown = held.checkpoint.as_bytes() == published;
                if !is_shown {
                    self.copy.unpublish()?;
                }
                let from = if is_shown { held.volume } else { 0 };
                Ok(self.copy.publish(from, &Reader::open(&log)?.committed()?)?)
            }
        }
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.dest.join("log")
    }
}

/// Damage that was met while nothing of the source was read is the copy's own.
fn of_this_copy(error: MirrorError) -> MirrorError {
    match error {
        MirrorError::Log(error) if error.is_damage() => MirrorError::Damaged(error.to_string()),
        error => error,
    }
}
