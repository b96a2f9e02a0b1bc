//! Recomputing everything in a log directory that needs no key: volumes, derived files, annexes. Memory does not grow with the log.

use std::path::Path;

use socai_tlog::{Hash, TreeSize};

use crate::{
    checkpoint,
    chunk::Chunk,
    delta::DerivedFile,
    derived::{DerivedFiles, checkpoint_path},
    derived_check::{DerivedCheck, DerivedFault},
    disk::{self, Disk},
    error::{Damage, LogError},
    lock::Lock,
    reader::{Reader, damaged},
    replay::Replay,
    scan::{Scan, Tail, Target},
};

/// What [`verify`] found, of a log whose volumes and annexes hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Number of entries.
    pub size: TreeSize,
    /// Root over them.
    pub root: Hash,
    /// The last commit's checkpoint: whose it is takes a key to tell.
    pub checkpoint: Vec<u8>,
    /// Annexes that are there and match.
    pub annexes: u64,
    /// Annexes that were erased.
    pub erased: u64,
    /// Derived files that are wrong, with their first wrong byte.
    pub derived: Vec<DerivedFault>,
    /// What lies behind the last annex of the newest volume: beside a writer a batch on its way, otherwise what a crash left.
    pub annex_tail: Option<Tail>,
}

/// Recomputes volumes, annexes and derived files up to the newest commit.
///
/// The first damage in a volume or annex is the error; faults of derived files are collected. May run beside a writer.
pub fn verify(reader: &Reader) -> Result<Verified, LogError> {
    let end = reader.committed()?;
    let mut replay = Replay::from_start();
    let mut derived = DerivedCheck::new(reader);
    let (mut annexes, mut erased, mut annex_end) = (0, 0, (0, 0));
    let mut scan = Scan::volumes(reader.clone(), 0, Target::within(end.size, &end))?;
    let mut chunk = Chunk::default();
    while scan.next_into(&mut chunk)? {
        replay.chunk(&chunk, |delta| derived.compare(delta))?;
        let checked = reader.check_annexes(chunk.volume(), replay.annexes())?;
        if let Some((_, fault)) = checked.faults.into_iter().next() {
            return Err(fault);
        }
        (annexes, erased) = (annexes + checked.present, erased + checked.erased.len() as u64);
        if chunk.volume() != annex_end.0 {
            reader.check_sealed_annex_volume(annex_end.0, annex_end.1)?;
        }
        annex_end = (chunk.volume(), replay.annex_end());
    }
    // annexes are written before the records that point to them, so that bytes behind the last say nothing by themselves
    let annex_tail = reader.check_annex_volume(annex_end.0, annex_end.1)?;
    let last = replay.last.commit.filter(|(size, ..)| *size == end.size);
    let missing = || {
        let (path, what) =
            (crate::volume::volume_path(reader.dir(), end.volume), Damage::Layout("the last commit"));
        damaged(&path, end.end, what)
    };
    let (size, _, checkpoint) = last.ok_or_else(missing)?;
    let faults = derived.finish(&replay.state, &checkpoint, end.volume, true)?;
    Ok(Verified { size, root: replay.state.root(), checkpoint, annexes, erased, derived: faults, annex_tail })
}

impl Reader {
    /// Whether anything was written behind the tree of `size`: a newer commit, or a batch on its way.
    pub(crate) fn is_beyond(&self, size: TreeSize) -> Result<bool, LogError> {
        let end = self.committed()?;
        let (file, path) = self.volume_file(end.volume)?;
        let behind = disk::file_len(&file, &path)? > end.end || self.has_volume(end.volume + 1);
        Ok(end.size > size || behind)
    }
}

/// What [`rebuild`] made right.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rebuilt {
    /// Derived files that were behind or wrong, each once.
    pub files: Vec<DerivedFile>,
    /// Whether the file `checkpoint` was missing or torn and is again the note of the last commit.
    pub republished: bool,
}

/// Brings every derived file to what the volumes give, from the first leaf on, and restores a `checkpoint` that is missing or torn. One that
/// states another tree than the last commit's is left as it is: it may be the only word of records that were lost.
///
/// The lock shows that no writer is at work.
pub fn rebuild(dir: &Path, _lock: &Lock, disk: &Disk) -> Result<Rebuilt, LogError> {
    let reader = Reader::open(dir)?;
    let end = reader.committed()?;
    let mut files = DerivedFiles::new(disk.clone(), dir)?;
    let mut replay = Replay::from_start();
    let mut repaired = Vec::new();
    let mut scan = Scan::volumes(reader, 0, Target::within(end.size, &end))?;
    let mut chunk = Chunk::default();
    while scan.next_into(&mut chunk)? {
        replay.chunk(&chunk, |delta| files.repair(delta, &mut repaired))?;
    }
    files.cut(&replay.state, &mut repaired)?;
    repaired.sort_unstable();
    repaired.dedup();
    let last = replay.last.commit.filter(|(size, ..)| *size == end.size);
    let mut republished = false;
    if let Some((size, _, note)) = last {
        let stored = disk::read_if_there(&checkpoint_path(dir))?.unwrap_or_default();
        republished = stored != note && !states_another(&stored, size, replay.state.root());
        if republished {
            files.publish(&note)?;
        }
    }
    Ok(Rebuilt { files: repaired, republished })
}

/// Whether what is left of a checkpoint states another tree; of a torn one its size, which stands in the second line.
fn states_another(note: &[u8], size: TreeSize, root: Hash) -> bool {
    if let Some(stated) = checkpoint::stated(note) {
        return (stated.size, stated.root) != (size, root);
    }
    let line = note.split(|byte| *byte == b'\n').nth(1).and_then(|line| std::str::from_utf8(line).ok());
    line.and_then(|line| line.parse::<u64>().ok()).is_some_and(|stated| stated > size.0)
}
