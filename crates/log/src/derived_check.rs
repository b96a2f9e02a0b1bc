//! Comparing the derived files with what the volumes give, and finding files that do not belong.

use std::{
    collections::BTreeMap,
    fs::File,
    io,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use crate::{
    annex::annex_path,
    delta::{Delta, DerivedFile},
    derived::{all_files, checkpoint_path, expected_len},
    disk,
    error::LogError,
    reader::Reader,
    state::State,
    volume::volume_path,
};

/// A file besides the volumes and annexes that is not what the volumes give.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} is wrong from byte {offset} on: {what}", path.display())]
pub struct DerivedFault {
    /// The file.
    pub path: PathBuf,
    /// The first byte that is wrong, missing or too many.
    pub offset: u64,
    /// How.
    pub what: Wrong,
}

/// How such a file is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// A byte has another value.
    #[error("other bytes than the log gives; it is derived, the next start or a rebuild repairs it")]
    Differs,
    /// It ends too early, or is not there.
    #[error("the file ends too early; it is derived, the next start or a rebuild completes it")]
    Short,
    /// It goes on.
    #[error("the file is too long; it is derived, the next start or a rebuild cuts it")]
    Long,
    /// A write that a crash cut short left it.
    #[error("a write that was cut short left this file; the next start finishes or removes it")]
    Leftover,
    /// No file of a log has this name.
    #[error("no file of a log has this name; see what it is and remove it")]
    Stray,
}

impl Wrong {
    /// Whether the next start of the writer makes it right.
    pub fn is_repaired_by_start(self) -> bool {
        self != Wrong::Stray
    }
}

/// Compares the derived files with what the log gives, piece by piece.
pub struct DerivedCheck {
    reader: Reader,
    faults: BTreeMap<DerivedFile, DerivedFault>,
    compared: u64,
    stored: Vec<u8>,
}

impl DerivedCheck {
    /// Starts at leaf 0.
    pub fn new(reader: &Reader) -> Self {
        DerivedCheck { reader: reader.clone(), faults: BTreeMap::new(), compared: 0, stored: Vec::new() }
    }

    /// Bytes that were compared.
    pub fn compared(&self) -> u64 {
        self.compared
    }

    /// Compares what consecutive leaves add. After a file's first fault the rest of it is not looked at.
    pub fn compare(&mut self, delta: &Delta) -> Result<(), LogError> {
        for (file, offset, bytes) in delta.pieces() {
            if !self.faults.is_empty() && self.faults.contains_key(&file) {
                continue;
            }
            let have = self.read(file, offset, bytes.len())?;
            let stored = &self.stored[..have];
            self.compared += have as u64;
            if stored != bytes {
                let same = stored.iter().zip(bytes).take_while(|(a, b)| a == b).count();
                let what = if same < have { Wrong::Differs } else { Wrong::Short };
                let path = file.path(self.reader.dir());
                self.faults.insert(file, DerivedFault { path, offset: offset + same as u64, what });
            }
        }
        Ok(())
    }

    /// Reads as much as there is of `len` bytes; the room is never made smaller, so it is cleared once.
    fn read(&mut self, file: DerivedFile, offset: u64, len: usize) -> Result<usize, LogError> {
        if self.stored.len() < len {
            self.stored.resize(len, 0);
        }
        let Some(open) = self.reader.derived(file)? else { return Ok(0) };
        let read = read_up_to(&open, &mut self.stored[..len], offset);
        read.map_err(|source| disk::read_failed(&file.path(self.reader.dir()), Some(offset), source))
    }

    /// Compares lengths and the file `checkpoint`, and looks for files that do not belong; `volume` is the last one of the log.
    ///
    /// With `may_grow` a writer may be at work: then files may be longer than `state` gives, the checkpoint newer and
    /// side files on their way.
    pub fn finish(
        mut self,
        state: &State,
        checkpoint: &[u8],
        volume: u64,
        may_grow: bool,
    ) -> Result<Vec<DerivedFault>, LogError> {
        let dir = self.reader.dir().to_owned();
        let files = all_files(&dir, state)?;
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
        let mut faults: Vec<_> = std::mem::take(&mut self.faults).into_values().collect();
        if may_grow && self.reader.is_beyond(state.size())? {
            faults.retain(|fault| fault.what != Wrong::Long);
        }
        faults.extend(self.checkpoint(checkpoint, may_grow)?);
        faults.extend(strays(&dir, &files, volume, may_grow)?);
        Ok(faults)
    }

    /// The file `checkpoint` must be the note of the last commit, or by now of a newer one.
    fn checkpoint(&self, expected: &[u8], may_grow: bool) -> Result<Option<DerivedFault>, LogError> {
        let path = checkpoint_path(self.reader.dir());
        let stored = match self.reader.checkpoint_file() {
            Ok(stored) => stored,
            Err(LogError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        if stored == expected || may_grow && self.reader.is_commit(&stored) {
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

/// Fills `bytes` from `offset`, or as much of it as the file has.
fn read_up_to(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut have = 0;
    while have < bytes.len() {
        match file.read_at(&mut bytes[have..], offset + have as u64) {
            Ok(0) => break,
            Ok(read) => have += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(have)
}

/// Whether a derived file of this name comes with more entries: a writer may have begun it since.
fn is_of_a_larger_log(path: &Path, dir: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return false };
    let file = match (name, name.strip_prefix("hashes.")) {
        ("entries", _) => Some(DerivedFile::Entries),
        ("entries.idx", _) => Some(DerivedFile::EntriesIndex),
        ("positions", _) => Some(DerivedFile::Positions),
        (_, Some(level)) => level.parse().ok().filter(|level| *level < 8).map(DerivedFile::Hashes),
        (unit, None) => unit.parse().ok().map(DerivedFile::Unit),
    };
    file.is_some_and(|file| file.path(dir) == *path)
}

/// Files in the log directory that no log has, or that a crash left.
fn strays(
    dir: &Path,
    files: &[DerivedFile],
    volume: u64,
    may_grow: bool,
) -> Result<Vec<DerivedFault>, LogError> {
    let mut faults = Vec::new();
    let known: Vec<PathBuf> = files.iter().map(|file| file.path(dir)).collect();
    let folders = ["volumes", "annex", "units"].map(|name| dir.join(name));
    for path in [paths(dir)?, paths(&folders[2])?].concat() {
        let fixed = path == checkpoint_path(dir) || folders.contains(&path) || known.contains(&path);
        let begun = may_grow && is_of_a_larger_log(&path, dir);
        if !(fixed || begun) {
            let left = path == disk::side_name(&checkpoint_path(dir));
            faults.push((path, left));
        }
    }
    for path in paths(&folders[0])? {
        if number(&path, "vol").is_none_or(|number| path != volume_path(dir, number)) {
            let left = number(&path, "next").is_some();
            faults.push((path, left));
        }
    }
    for path in paths(&folders[1])? {
        let owned = number(&path, "anx").filter(|n| *n <= volume || may_grow);
        if owned.is_none_or(|owned| path != annex_path(dir, owned)) {
            let left = path.file_stem().is_some_and(|name| name == "erasing");
            faults.push((path, left));
        }
    }
    faults.retain(|(_, left)| !(*left && may_grow));
    let what = |left| if left { Wrong::Leftover } else { Wrong::Stray };
    Ok(faults.into_iter().map(|(path, left)| DerivedFault { path, offset: 0, what: what(left) }).collect())
}

/// What a directory holds, sorted; a missing directory holds nothing.
fn paths(dir: &Path) -> Result<Vec<PathBuf>, LogError> {
    let failed = |source| disk::read_failed(dir, None, source);
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(failed(source)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry.map_err(failed)?.path());
    }
    paths.sort_unstable();
    Ok(paths)
}

/// The number in a name such as `0000000017.vol`.
fn number(path: &Path, extension: &str) -> Option<u64> {
    let stem = path.file_name()?.to_str()?.strip_suffix(extension)?.strip_suffix('.')?;
    let plain = stem.len() >= 10 && stem.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| stem.parse().ok()).flatten()
}
