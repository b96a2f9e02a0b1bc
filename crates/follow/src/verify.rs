//! One pass over a log, every byte and every signature, in constant memory.
//!
//! Chunks are hashed apart on all threads; links, keys, tree and derived files need the records in order and are followed
//! by one thread while the others hash ahead; signatures that this turns up are verified apart again.

use std::{path::PathBuf, sync::Arc};

use socai_log::{AnnexCheck, Chunk, DerivedCheck, HashedChunk, HashedItem, LogError, Reader, Replay, Scan};
use socai_tlog::{Hash, LeafIndex, TreeSize};

use crate::{
    coverage::Coverage,
    crew::share,
    fault::Fault,
    job::{Claim, Job},
    keys::Keys,
    trust::Trust,
};

/// Chunks (of about a megabyte) hashed ahead for each thread: enough that nobody waits, few enough to stay small.
const CHUNKS_PER_THREAD: usize = 4;
/// Signatures handed to a thread at once.
const JOBS_TOGETHER: usize = 32;

/// How a verification is done.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Threads, at least one.
    pub threads: usize,
    /// Whether a writer is at work, so that bytes behind the last commit are a batch on its way.
    pub is_live: bool,
}

/// How far a verification is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Entries passed.
    pub done: u64,
    /// Entries in all.
    pub of: u64,
}

/// What a pass went over.
#[derive(Clone, Debug, Default)]
pub struct Verified {
    /// Number of entries.
    pub size: TreeSize,
    /// Root over them.
    pub root: Option<Hash>,
    /// The newest checkpoint, a signed note.
    pub checkpoint: Vec<u8>,
    /// Commits, each with its checkpoint.
    pub commits: u64,
    /// Unit signatures verified.
    pub signatures: u64,
    /// Bytes of volumes passed.
    pub volume_bytes: u64,
    /// Annexes that are there and match.
    pub annexes: u64,
    /// Annexes that were erased.
    pub erased_annexes: u64,
    /// Everything that does not verify; empty is the only good answer.
    pub faults: Vec<Fault>,
}

impl Verified {
    /// Whether everything verified.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.faults.is_empty()
    }
}

/// Verifies a log up to its newest commit. Damage of the record ends the pass; other faults are collected.
pub fn verify(
    reader: &Reader,
    trust: &Trust,
    options: Options,
    progress: &mut dyn FnMut(Progress),
) -> Verified {
    let mut pass = Pass::new(reader, trust);
    if let Err(error) = pass.run(reader, options, progress) {
        pass.found.faults.push(error.into());
    }
    pass.found
}

struct Pass<'a> {
    trust: &'a Trust,
    replay: Replay,
    keys: Keys,
    coverage: Coverage,
    derived: DerivedCheck,
    annexes: AnnexCheck,
    found: Verified,
}

/// What the threads are given.
enum Work {
    Hash(Chunk),
    Verify(Vec<Job>),
}

/// What comes back.
enum Done {
    Hashed(HashedChunk),
    Verified(Vec<Fault>),
}

impl<'a> Pass<'a> {
    fn new(reader: &Reader, trust: &'a Trust) -> Self {
        Pass {
            trust,
            replay: Replay::from_start(),
            keys: Keys::new(),
            coverage: Coverage::default(),
            derived: DerivedCheck::new(reader),
            annexes: AnnexCheck::new(reader),
            found: Verified::default(),
        }
    }

    fn run(
        &mut self,
        reader: &Reader,
        options: Options,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), LogError> {
        let end = reader.committed()?;
        let threads = options.threads.max(1);
        let mut scan = reader.scan(LeafIndex(0), end.size)?;
        let mut ahead = read(&mut scan, threads)?;
        let mut hashed: Vec<(Chunk, HashedChunk)> = Vec::new();
        let mut jobs: Vec<Job> = Vec::new();
        while !(ahead.is_empty() && hashed.is_empty() && jobs.is_empty()) {
            let work = work(std::mem::take(&mut ahead), std::mem::take(&mut jobs));
            let trust = self.trust;
            let (done, in_order) = share(threads, &work, |work| work.done(trust), || {
                let jobs = self.follow(std::mem::take(&mut hashed))?;
                Ok::<_, LogError>((jobs, read(&mut scan, threads)?))
            });
            hashed = self.collect(work, done);
            (jobs, ahead) = match in_order {
                Ok(next) => next,
                // what comes later hangs on what is damaged; signatures already found wrong are kept
                Err(error) => return Err(error),
            };
            if self.found.faults.iter().any(|fault| !fault.is_repaired_by_start()) {
                return Ok(());
            }
            progress(Progress { done: self.replay.state().size().0, of: end.size.0 });
        }
        self.finish(reader, &scan, options)
    }

    /// Takes hashed chunks in order; gives the signatures they turned up.
    fn follow(&mut self, hashed: Vec<(Chunk, HashedChunk)>) -> Result<Vec<Job>, LogError> {
        let mut jobs = Vec::new();
        for (chunk, hashed) in hashed {
            let path = Arc::new(chunk.path().to_path_buf());
            for (offset, item) in hashed.items() {
                self.item(&path, *offset, item, &mut jobs);
            }
            self.found.volume_bytes += chunk.len() as u64;
            let derived = &mut self.derived;
            self.replay.hashed(&chunk, hashed, |delta| derived.compare(delta))?;
            for stored in self.replay.annexes() {
                self.annexes.check(chunk.volume(), stored)?;
            }
        }
        Ok(jobs)
    }

    /// What the log crate cannot verify because it takes keys.
    fn item(&mut self, path: &Arc<PathBuf>, offset: u64, item: &HashedItem, jobs: &mut Vec<Job>) {
        match item {
            HashedItem::Record(record) => {
                let (name, unit) = (record.name, record.name.unit);
                if name.seq.0 == 0 && self.keys.genesis(unit, self.trust) != Some(record.prev) {
                    let origin = self.trust.origin().to_string();
                    self.fault(Fault::Genesis { path: path.to_path_buf(), offset, name, origin });
                }
                if let Some(signature) = record.signature {
                    match self.keys.covering(record, self.trust) {
                        Some(key) => {
                            let claim = Claim::Segment { name, link: record.link, signature, key };
                            jobs.push(Job { path: path.clone(), offset, claim });
                            self.found.signatures += 1;
                        }
                        None => self.fault(Fault::Unregistered { path: path.to_path_buf(), offset, name, unit }),
                    }
                }
                self.coverage.record(name, offset, record.signature.is_some());
                self.keys.follow(record);
            }
            HashedItem::Commit { size, checkpoint, .. } => {
                if let Some((name, offset)) = self.coverage.uncovered() {
                    self.fault(Fault::Uncovered { path: path.to_path_buf(), offset, name });
                }
                let claim = Claim::Checkpoint { size: *size, note: checkpoint.clone() };
                jobs.push(Job { path: path.clone(), offset, claim });
                self.found.commits += 1;
            }
            HashedItem::Head(head) if head.volume == 0 || head.checkpoint.is_empty() => {}
            HashedItem::Head(head) => {
                let size = TreeSize(head.first.0);
                let claim = Claim::Checkpoint { size, note: head.checkpoint.clone() };
                jobs.push(Job { path: path.clone(), offset, claim });
            }
            HashedItem::End(_) => {}
        }
    }

    fn fault(&mut self, fault: Fault) {
        self.found.faults.push(fault);
    }

    /// Keeps what the threads hashed and what they found wrong.
    fn collect(&mut self, work: Vec<Work>, done: Vec<Done>) -> Vec<(Chunk, HashedChunk)> {
        let mut hashed = Vec::new();
        for (work, done) in work.into_iter().zip(done) {
            match (work, done) {
                (Work::Hash(chunk), Done::Hashed(items)) => hashed.push((chunk, items)),
                (_, Done::Verified(faults)) => self.found.faults.extend(faults),
                (Work::Verify(_), Done::Hashed(_)) => {} // `done` answers work with its own kind
            }
        }
        hashed
    }

    fn finish(&mut self, reader: &Reader, scan: &Scan, options: Options) -> Result<(), LogError> {
        let end = reader.committed()?;
        let state = self.replay.state();
        (self.found.size, self.found.root) = (state.size(), Some(state.root()));
        if let Some((_, checkpoint)) = self.replay.last_commit() {
            self.found.checkpoint = checkpoint.to_vec();
        }
        let annexes = std::mem::replace(&mut self.annexes, AnnexCheck::new(reader));
        (self.found.annexes, self.found.erased_annexes) = annexes.finish(&end)?;
        let derived = std::mem::replace(&mut self.derived, DerivedCheck::new(reader));
        let faults = derived.finish(self.replay.state(), &self.found.checkpoint)?;
        self.found.faults.extend(faults.into_iter().map(Fault::from));
        if !options.is_live
            && let Some(tail) = scan.tail()?
        {
            self.fault(Fault::Tail { path: tail.path, offset: tail.offset, len: tail.len });
        }
        Ok(())
    }
}

impl Work {
    fn done(&self, trust: &Trust) -> Done {
        match self {
            Work::Hash(chunk) => Done::Hashed(chunk.hash()),
            Work::Verify(jobs) => Done::Verified(jobs.iter().filter_map(|job| job.verify(trust)).collect()),
        }
    }
}

fn work(chunks: Vec<Chunk>, jobs: Vec<Job>) -> Vec<Work> {
    let mut work: Vec<Work> = chunks.into_iter().map(Work::Hash).collect();
    let mut jobs = jobs.into_iter().peekable();
    while jobs.peek().is_some() {
        work.push(Work::Verify(jobs.by_ref().take(JOBS_TOGETHER).collect()));
    }
    work
}

fn read(scan: &mut Scan, threads: usize) -> Result<Vec<Chunk>, LogError> {
    scan.by_ref().take(CHUNKS_PER_THREAD * threads).collect()
}
