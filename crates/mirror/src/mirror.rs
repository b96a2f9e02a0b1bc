//! One round after another: ask, copy, verify, publish.

use std::{
    collections::HashSet,
    fs::{self, File},
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use socai_fold::Fold;
use socai_follow::{Kept, Trust, replay};
use socai_log::{Annex, Disk, Lock, LogCopy, LogError, RawFile, Reader};
use socai_tlog::{EventName, SignedCheckpoint, TreeSize};

use crate::{
    error::MirrorError,
    held::{Held, replace},
    judge::{Good, judge},
    source::{MAX_PIECE, Source},
};

/// The largest file that is copied: hundreds of times what a volume has. A source that names a larger one is refused.
const MAX_FILE: u64 = 128 << 30;
/// Bytes before the end of the copy that the source must still have.
const OVERLAP: u64 = 64 << 10;

/// Before a second look at a source that seems to have gone back: a start reads the newest volume in about a second.
const SECOND_LOOK: Duration = Duration::from_secs(3);

/// A copy, and where it comes from.
pub struct Mirror {
    source: Source,
    dest: PathBuf,
    trust: Trust,
    copy: LogCopy,
    held: Option<Held>,
    /// The volume from which derived files may be incomplete.
    derived_from: u64,
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
    /// Opens or begins the copy in `dest`. `policy` is whom to believe; without it the policy kept with the copy.
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
        if let Some(policy) = policy.filter(|_| !own.exists()) {
            replace(&own, &fs::read(policy).map_err(MirrorError::io(policy))?)?;
        }
        let stated = source.checkpoint().ok();
        let stated = stated.as_deref().and_then(|note| std::str::from_utf8(note).ok()?.lines().next());
        let trust = Trust::pinned(policy.unwrap_or(&own), stated)?;
        if !held.exists() {
            Held::write(None, &held)?;
        }
        Ok(Mirror {
            source,
            dest: dest.to_owned(),
            trust,
            copy: LogCopy::open(&log, &lock, &Disk::default())?,
            held: Held::read(&held)?,
            derived_from: 0,
            fold: Fold::new(),
            is_settled: false,
        })
    }

    /// Whether there is anything for readers.
    #[must_use]
    pub fn can_be_read(&self) -> bool {
        self.held.is_some()
    }

    /// Size and root up to which the copy was verified.
    fn kept(&self) -> Result<Option<Kept>, MirrorError> {
        let Some(held) = &self.held else { return Ok(None) };
        let signed = SignedCheckpoint::open(held.checkpoint.as_bytes(), [self.trust.note_key()])
            .map_err(|error| MirrorError::Damaged(format!("held: {error}")))?;
        Ok(Some(Kept { size: signed.size(), root: *signed.root() }))
    }

    /// Verifies what was held before, once nothing else is there: is it the copy that is damaged, not the source?
    fn check_held(&self) -> Result<(), MirrorError> {
        match self.kept()? {
            None => Ok(()),
            kept => self.judged(kept)?.map(drop).map_err(MirrorError::Damaged),
        }
    }

    /// Asks, copies what is new, verifies it and shows it to readers.
    ///
    /// # Errors
    /// The source cannot be read, or contradicts its key or the copy, which is then as it was before.
    pub fn round(&mut self) -> Result<Round, MirrorError> {
        let kept = self.kept()?;
        let asked = self.newest(kept)?;
        self.check_overlap()?;
        let was_settled = std::mem::take(&mut self.is_settled);
        let mut wrong = String::new();
        for _ in 0..2 {
            // a first failure may be our own: bytes that a power cut left, or an annex that was just being erased
            match self.attempt(kept, &asked, was_settled) {
                Ok(Ok(round)) => {
                    self.is_settled = true;
                    return Ok(round);
                }
                Ok(Err(what)) => wrong = what,
                // what came so far is kept and gone on from
                Err(error) if error.is_passing() => return Err(error),
                Err(error) => {
                    self.take_back()?;
                    return Err(error);
                }
            }
            self.take_back()?;
        }
        self.check_held()?; // the fault may be ours: then it says so
        Err(MirrorError::Refused(wrong))
    }

    /// What the source states, under the policy's key.
    fn stated(&self) -> Result<SignedCheckpoint, MirrorError> {
        let note = self.source.checkpoint()?;
        SignedCheckpoint::open(&note, [self.trust.note_key()]).map_err(|error| {
            MirrorError::Refused(format!("the source's checkpoint is not signed as the policy asks: {error}"))
        })
    }

    /// The source's newest checkpoint, which must be signed and may not lie before what we hold.
    fn newest(&self, kept: Option<Kept>) -> Result<SignedCheckpoint, MirrorError> {
        let mut signed = self.stated()?;
        if kept.is_some_and(|kept| signed.size() < kept.size) {
            // a power cut may leave an older checkpoint, until the district has started
            thread::sleep(SECOND_LOOK);
            signed = self.stated()?;
        }
        let Some(kept) = kept else { return Ok(signed) };
        if signed.size() < kept.size {
            return Err(MirrorError::Refused(format!(
                "the source was rolled back: it states {} entries, and {} were signed before",
                signed.size(),
                kept.size
            )));
        }
        if signed.size() == kept.size && *signed.root() != kept.root {
            return Err(MirrorError::Refused(format!(
                "history was rewritten: the operator signed two trees of size {}, with root {} here and root {} at the source",
                kept.size,
                kept.root,
                signed.root()
            )));
        }
        Ok(signed)
    }

    /// The end of what we hold must stand at the source as well, byte for byte.
    fn check_overlap(&self) -> Result<(), MirrorError> {
        let Some(held) = &self.held else { return Ok(()) };
        let file = RawFile::Volume(held.volume);
        let from = held.end.saturating_sub(OVERLAP);
        let need = (held.end - from) as usize;
        let theirs = self.source.read(file, from, need)?.map(|piece| piece.bytes).unwrap_or_default();
        let mut ours = vec![0; need];
        let path = file.path(&self.log());
        let read = File::open(&path).and_then(|open| open.read_exact_at(&mut ours, from));
        read.map_err(|error| MirrorError::Damaged(format!("log/{file}: {error}")))?;
        let same = theirs.iter().zip(&ours).take_while(|(theirs, ours)| theirs == ours).count();
        match same == need {
            true => Ok(()),
            false => Err(MirrorError::Refused(format!(
                "log/{file}, byte {}: the source has other bytes than this copy, or none: it is another log, was changed or was cut",
                from + same as u64
            ))),
        }
    }

    /// Copies and verifies; the inner error is what does not verify.
    fn attempt(
        &mut self,
        kept: Option<Kept>,
        asked: &SignedCheckpoint,
        was_settled: bool,
    ) -> Result<Result<Round, String>, MirrorError> {
        let bytes = self.fetch(was_settled)?;
        if let (0, true, Some(kept)) = (bytes, was_settled, kept.filter(|kept| kept.size == asked.size())) {
            return Ok(Ok(Round { size: kept.size, root: kept.root.to_string(), bytes, erased: 0 }));
        }
        let good = match self.judged(kept.filter(|kept| kept.size.0 > 0))? {
            Ok(good) => good,
            Err(what) => return Ok(Err(what)),
        };
        if good.committed.size < asked.size() {
            let (stated, found) = (asked.size(), good.committed.size);
            return Ok(Err(format!("the source states {stated} entries, its files lead to {found} only")));
        }
        self.copy.sync(self.held.as_ref().map_or(0, |held| held.volume))?;
        self.publish(&good)?;
        let reader = Reader::open(&self.log())?;
        if reader.root_at(asked.size())? != *asked.root() {
            return Ok(Err(format!(
                "the source shows two histories: its checkpoint of size {} is of another tree than its files",
                asked.size()
            )));
        }
        let erased = match self.erase(&reader, &good)? {
            Ok(erased) => erased,
            Err(what) => return Ok(Err(what)),
        };
        self.hold(&good)?;
        Ok(Ok(Round { size: good.committed.size, root: good.committed.root.to_string(), bytes, erased }))
    }

    /// Copies what the source has behind our end, volume after volume; how many bytes came.
    fn fetch(&self, was_settled: bool) -> Result<u64, MirrorError> {
        let first = self.held.as_ref().map_or(0, |held| held.volume);
        let (mut volume, mut bytes) = (first, 0);
        loop {
            bytes += self.fetch_file(RawFile::Volume(volume))?;
            if self.source.read(RawFile::Volume(volume + 1), 0, 1)?.is_none() {
                break;
            }
            // a volume has its successor once it is sealed: now its end is there
            bytes += self.fetch_file(RawFile::Volume(volume))?;
            volume += 1;
        }
        if bytes > 0 || !was_settled {
            // annexes are on the disk before the records that point to them
            for number in first..=volume {
                bytes += self.fetch_file(RawFile::Annexes(number))?;
            }
        }
        Ok(bytes)
    }

    /// Copies a file from our end of it to the end that the source states first.
    fn fetch_file(&self, file: RawFile) -> Result<u64, MirrorError> {
        let begin = self.copy.len(file)?;
        let (mut have, mut end) = (begin, None);
        while end.is_none_or(|end| have < end) {
            let Some(piece) = self.source.read(file, have, MAX_PIECE)? else { break };
            let end = *end.get_or_insert(piece.total);
            if end > MAX_FILE {
                let why =
                    format!("log/{file}: the source says that it has {end} bytes, more than any volume");
                return Err(MirrorError::Refused(why));
            }
            if piece.bytes.is_empty() {
                break;
            }
            self.copy.append(file, &piece.bytes)?;
            have += piece.bytes.len() as u64;
        }
        Ok(have - begin)
    }

    /// Erases what the copied records order; the inner error is an annex that is gone without an order.
    fn erase(&mut self, reader: &Reader, good: &Good) -> Result<Result<u64, String>, MirrorError> {
        if good.verified.annexes == 0 && good.verified.unkept.is_empty() {
            return Ok(Ok(0));
        }
        replay(reader, &mut self.fold, good.committed.size, |_, _| ())?;
        let ordered: HashSet<EventName> = self.fold.erasures().iter().map(|erasure| erasure.target).collect();
        if let Some(gone) = good.verified.unkept.iter().find(|unkept| !ordered.contains(&unkept.name)) {
            let name = gone.name;
            return Ok(Err(format!(
                "the annex of record {name} is gone at the source, and no annex.erased orders it"
            )));
        }
        let mut erased = 0;
        for target in ordered {
            let leaf = match reader.leaf_of(target) {
                Ok(leaf) => leaf,
                Err(LogError::NoRecord { .. }) => continue, // the record is still to come
                Err(error) => return Err(error.into()),
            };
            if matches!(reader.annex(leaf)?, Annex::Present(_)) {
                self.copy.erase_annex(reader, leaf)?;
                tracing::info!(record = %target, "annex erased from the copy");
                erased += 1;
            }
        }
        Ok(Ok(erased))
    }

    fn judged(&self, kept: Option<Kept>) -> Result<Result<Good, String>, MirrorError> {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        judge(&self.log(), &self.copy, &self.trust, kept, threads)
    }

    fn publish(&mut self, good: &Good) -> Result<(), MirrorError> {
        self.copy.publish(self.derived_from, &good.committed)?;
        self.derived_from = good.committed.volume;
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
        Ok(())
    }

    /// Cuts what was copied and did not verify; readers see what they saw before.
    fn take_back(&mut self) -> Result<(), MirrorError> {
        (self.derived_from, self.fold) = (0, Fold::new());
        self.copy.cut(self.held.as_ref().map(Held::copy_end))?;
        let log = self.log();
        let published = fs::read(log.join("checkpoint")).unwrap_or_default();
        match &self.held {
            Some(held) if held.checkpoint.as_bytes() == published => Ok(()),
            Some(_) => {
                self.copy.unpublish()?;
                Ok(self.copy.publish(0, &Reader::open(&log)?.committed()?)?)
            }
            None => Ok(self.copy.unpublish()?),
        }
    }

    fn log(&self) -> PathBuf {
        self.dest.join("log")
    }
}
