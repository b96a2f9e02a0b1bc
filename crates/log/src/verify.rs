//! Recomputing everything in a log directory that needs no key: volumes, derived files, annexes. Memory does not grow with the log.

use std::{
    collections::BTreeMap,
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
};

use socai_tlog::{Hash, TreeSize};

use crate::{
    annex::{self, Annex, annex_path},
    delta::{Delta, DerivedFile},
    derived::{self, DerivedFiles, all_files, checkpoint_path, expected_len},
    disk::{self, Disk},
    error::{Damage, LogError},
    lock::Lock,
    lookup::check_annex,
    reader::{Committed, Reader, damaged, read_frame},
    replay::{Replay, StoredAnnex},
    scan::{Chunk, Scan, Target},
    state::State,
};

/// A derived file that is not what the volumes give. The next start of the writer, or a rebuild, repairs it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} is wrong from byte {offset} on ({what}); it is derived: the next start or a rebuild repairs it", path.display())]
pub struct DerivedFault {
    /// The file.
    pub path: PathBuf,
    /// The first byte that is wrong, missing or too many.
    pub offset: u64,
    /// How.
    pub what: Wrong,
}

/// How a derived file is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// A byte has another value.
    #[error("other bytes than the log gives")]
    Differs,
    /// It ends too early, or is not there.
    #[error("the file ends too early")]
    Short,
    /// It goes on.
    #[error("the file is too long")]
    Long,
    /// No file of a log has this name.
    #[error("no file of a log has this name")]
    Stray,
}

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
}

/// Recomputes volumes, annexes and derived files up to the newest commit.
///
/// The first damage in a volume or annex is the error; faults of derived files are collected. May run beside a writer.
pub fn verify(reader: &Reader) -> Result<Verified, LogError> {
    let end = reader.committed()?;
    let mut replay = Replay::from_start();
    let mut derived = DerivedCheck::new(reader);
    let mut annexes = AnnexCheck::new(reader);
    let mut scan = Scan::volumes(reader.clone(), 0, Target::within(end.size, &end))?;
    let mut chunk = Chunk::default();
    while scan.next_into(&mut chunk)? {
        replay.chunk(&chunk, |delta| derived.compare(delta))?;
        for stored in &replay.annexes {
            annexes.check(chunk.volume(), stored)?;
        }
    }
    let (present, erased) = annexes.finish(&end)?;
    let last = replay.last.commit.filter(|(size, ..)| *size == end.size);
    let missing = || {
        let (path, what) =
            (crate::volume::volume_path(reader.dir(), end.volume), Damage::Layout("the last commit"));
        damaged(&path, end.end, what)
    };
    let (size, _, checkpoint) = last.ok_or_else(missing)?;
    let faults = derived.finish(&replay.state, &checkpoint)?;
    Ok(Verified { size, root: replay.state.root(), checkpoint, annexes: present, erased, derived: faults })
}

/// Compares the derived files with what the log gives, piece by piece.
pub struct DerivedCheck {
    reader: Reader,
    faults: BTreeMap<DerivedFile, DerivedFault>,
    stored: Vec<u8>,
}

impl DerivedCheck {
    /// Starts at leaf 0.
    pub fn new(reader: &Reader) -> Self {
        DerivedCheck { reader: reader.clone(), faults: BTreeMap::new(), stored: Vec::new() }
    }

    /// Compares what consecutive leaves add. After a file's first fault the rest of it is not looked at.
    pub fn compare(&mut self, delta: &Delta) -> Result<(), LogError> {
        for (file, offset, bytes) in delta.pieces() {
            if self.faults.contains_key(&file) {
                continue;
            }
            let path = file.path(self.reader.dir());
            let have = match self.reader.derived(file)? {
                Some(open) => {
                    let have = disk::file_len(&open, &path)?.saturating_sub(offset).min(bytes.len() as u64);
                    self.stored.resize(have as usize, 0);
                    disk::read_at(&open, &path, &mut self.stored, offset)?;
                    have as usize
                }
                None => 0,
            };
            let same = bytes.iter().zip(&self.stored[..have]).take_while(|(a, b)| a == b).count();
            if same < bytes.len() {
                let what = if same < have { Wrong::Differs } else { Wrong::Short };
                self.faults.insert(file, DerivedFault { path, offset: offset + same as u64, what });
            }
        }
        Ok(())
    }

    /// Compares lengths and the file `checkpoint`, and looks for files that do not belong.
    ///
    /// While a writer goes on, files are longer than `state` gives, and the checkpoint is newer: that is no fault then.
    pub fn finish(mut self, state: &State, checkpoint: &[u8]) -> Result<Vec<DerivedFault>, LogError> {
        let dir = self.reader.dir().to_owned();
        let files = all_files(&dir, state)?;
        let mut faults = Vec::new();
        for file in &files {
            let (path, expected) = (file.path(&dir), expected_len(state, *file));
            let have = match disk::open_read(&path)? {
                Some(open) => disk::file_len(&open, &path)?,
                None => 0,
            };
            if have > expected && !self.faults.contains_key(file) {
                self.faults.insert(*file, DerivedFault { path, offset: expected, what: Wrong::Long });
            }
        }
        faults.extend(std::mem::take(&mut self.faults).into_values());
        if self.reader.is_beyond(state.size())? {
            faults.retain(|fault| fault.what != Wrong::Long);
        }
        faults.extend(self.checkpoint(checkpoint)?);
        faults.extend(strays(&dir, &files)?);
        Ok(faults)
    }

    /// The file `checkpoint` must be the note of the last commit, or by now of a newer one.
    fn checkpoint(&self, expected: &[u8]) -> Result<Option<DerivedFault>, LogError> {
        let path = checkpoint_path(self.reader.dir());
        let stored = match self.reader.checkpoint_file() {
            Ok(stored) => stored,
            Err(LogError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        if stored == expected || self.reader.is_commit(&stored) {
            return Ok(None);
        }
        let same = stored.iter().zip(expected).take_while(|(a, b)| a == b).count();
        let what = match (same < stored.len(), same < expected.len()) {
            (true, true) => Wrong::Differs,
            (true, false) => Wrong::Long,
            (false, _) => Wrong::Short,
        };
        Ok(Some(DerivedFault { path, offset: same as u64, what }))
    }
}

impl Reader {
    /// Whether anything was written behind the tree of `size`: a newer commit, or a batch on its way.
    fn is_beyond(&self, size: TreeSize) -> Result<bool, LogError> {
        let end = self.committed()?;
        let (file, path) = self.volume_file(end.volume)?;
        let behind = disk::file_len(&file, &path)? > end.end || self.has_volume(end.volume + 1);
        Ok(end.size > size || behind)
    }
}

/// Names in the log directory that no file of a log has.
fn strays(dir: &Path, files: &[DerivedFile]) -> Result<Vec<DerivedFault>, LogError> {
    let known: Vec<PathBuf> = files.iter().map(|file| file.path(dir)).collect();
    let fixed = ["volumes", "annex", "units", "checkpoint", "checkpoint.next"];
    let mut paths: Vec<PathBuf> = Vec::new();
    let top = derived::names(dir)?;
    paths.extend(top.iter().filter(|name| !fixed.contains(&name.as_str())).map(|name| dir.join(name)));
    paths.extend(derived::names(&dir.join("units"))?.iter().map(|name| dir.join("units").join(name)));
    for (part, extensions) in [("volumes", &["vol", "next"][..]), ("annex", &["anx"])] {
        let dir = dir.join(part);
        let names = derived::names(&dir)?;
        let stray = |name: &&String| !is_numbered(name, extensions) && !name.starts_with("erasing");
        paths.extend(names.iter().filter(stray).map(|name| dir.join(name)));
    }
    paths.retain(|path| !known.contains(path));
    Ok(paths.into_iter().map(|path| DerivedFault { path, offset: 0, what: Wrong::Stray }).collect())
}

fn is_numbered(name: &str, extensions: &[&str]) -> bool {
    let number = extensions.iter().find_map(|extension| name.strip_suffix(extension)?.strip_suffix('.'));
    number.is_some_and(|number| number.len() >= 10 && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Verifies annexes against their records, and that annex volumes hold nothing else.
pub struct AnnexCheck {
    reader: Reader,
    open: Option<(u64, Arc<File>, PathBuf)>,
    end: u64,
    present: u64,
    erased: u64,
}

impl AnnexCheck {
    /// Starts with the first volume.
    pub fn new(reader: &Reader) -> Self {
        AnnexCheck { reader: reader.clone(), open: None, end: 0, present: 0, erased: 0 }
    }

    /// Verifies the next annex in order; `volume` is its record's.
    pub fn check(&mut self, volume: u64, stored: &StoredAnnex) -> Result<(), LogError> {
        if self.open.as_ref().is_none_or(|(open, ..)| *open != volume) {
            self.close(false)?;
            self.open(volume)?;
        }
        let Some((_, file, path)) = &self.open else { return Ok(()) };
        let mut bytes = Vec::new();
        let frame = read_frame(file, path, stored.at.offset, &mut bytes)?;
        match check_annex(&frame, stored).map_err(|what| damaged(path, stored.at.offset, what))? {
            Annex::Erased => self.erased += 1,
            _ => self.present += 1,
        }
        self.end = stored.at.offset + frame.encoded_len() as u64;
        Ok(())
    }

    fn open(&mut self, volume: u64) -> Result<(), LogError> {
        let path = annex_path(self.reader.dir(), volume);
        let file = disk::open_read(&path)?.ok_or_else(|| damaged(&path, 0, Damage::Missing))?;
        let mut bytes = Vec::new();
        let head = annex::parse_head(&read_frame(&file, &path, 0, &mut bytes)?);
        let expected = (self.reader.volume_head(volume)?.origin, volume);
        match head {
            Ok(head) if head == expected => {}
            Ok(_) => {
                return Err(damaged(
                    &path,
                    0,
                    Damage::Layout("the origin or number in the annex volume's head"),
                ));
            }
            Err(what) => return Err(damaged(&path, 0, what)),
        }
        self.open = Some((volume, Arc::new(file), path));
        Ok(())
    }

    /// In all but the newest volume nothing may follow the last annex.
    fn close(&mut self, growing: bool) -> Result<(), LogError> {
        let Some((_, file, path)) = self.open.take() else { return Ok(()) };
        match disk::file_len(&file, &path)? {
            len if len > self.end && !growing => Err(damaged(
                &path,
                self.end,
                Damage::Layout("an annex volume with bytes behind its last annex"),
            )),
            _ => Ok(()),
        }
    }

    /// After the last record: nothing may follow the last annex. Returns how many are there and how many erased.
    pub fn finish(mut self, end: &Committed) -> Result<(u64, u64), LogError> {
        let newest = self.open.as_ref().is_some_and(|(open, ..)| *open == end.volume);
        let growing = newest && self.reader.is_beyond(end.size)?;
        self.close(growing)?;
        Ok((self.present, self.erased))
    }
}

/// Brings every derived file to what the volumes give, from the first leaf on. Returns those that were wrong.
///
/// The lock shows that no writer is at work.
pub fn rebuild(dir: &Path, _lock: &Lock, disk: &Disk) -> Result<Vec<DerivedFile>, LogError> {
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
    Ok(repaired)
}
