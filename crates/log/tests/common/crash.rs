//! A disk that remembers what was synced, and the directories that a power cut may leave of it.

use std::{
    collections::BTreeMap,
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use socai_log::{Disk, Faults, Op, Verdict};

/// Sizes in which a disk takes or loses a write.
const SECTOR: usize = 128;

/// Records every change under a directory.
pub struct Recorder {
    root: PathBuf,
    changes: Mutex<Vec<Change>>,
    /// From this change on nothing happens any more, as after a kill.
    killed_at: AtomicUsize,
    /// If this change is the sync of a file, it fails and the system forgets that the file has unsynced bytes.
    forgets_at: AtomicUsize,
}

/// A change, with paths relative to the root.
#[derive(Clone, Debug)]
enum Change {
    Create(PathBuf),
    Write(PathBuf, u64, Vec<u8>),
    SetLen(PathBuf, u64),
    Sync(PathBuf),
    Forget(PathBuf),
    SyncDir(PathBuf),
    Rename(PathBuf, PathBuf),
    Remove(PathBuf),
}

impl Recorder {
    pub fn new(root: &Path) -> Arc<Self> {
        let never = || AtomicUsize::new(usize::MAX);
        let (killed_at, forgets_at) = (never(), never());
        Arc::new(Recorder { root: root.to_owned(), changes: Mutex::default(), killed_at, forgets_at })
    }

    /// Makes the sync with this number fail the way Linux does: the bytes stay readable and count as clean.
    pub fn forget_at(&self, change: usize) {
        self.forgets_at.store(change, Ordering::SeqCst);
    }

    /// Kills the process at this change; `usize::MAX` starts another one.
    pub fn kill_at(&self, change: usize) {
        self.killed_at.store(change, Ordering::SeqCst);
    }

    pub fn disk(self: &Arc<Self>) -> Disk {
        Disk::with_faults(self.clone())
    }

    /// Number of changes so far.
    pub fn count(&self) -> usize {
        self.changes.lock().unwrap().len()
    }

    /// The disk as it was after the first `count` changes.
    pub fn platter(&self, count: usize) -> Platter {
        let mut platter = Platter::default();
        self.changes.lock().unwrap()[..count].iter().for_each(|change| platter.apply(change));
        platter
    }
}

impl Faults for Recorder {
    fn verdict(&self, op: Op<'_>) -> Verdict {
        let path = |path: &Path| path.strip_prefix(&self.root).unwrap().to_owned();
        if matches!(op, Op::SyncDir(dir) if !dir.starts_with(&self.root)) {
            return Verdict::Do; // the directory above
        }
        let change = match op {
            Op::Create(file) => Change::Create(path(file)),
            Op::MakeDir(_) => return Verdict::Do,
            Op::Write { path: file, offset, bytes } => Change::Write(path(file), offset, bytes.to_vec()),
            Op::SetLen { path: file, len } => Change::SetLen(path(file), len),
            Op::Sync(file) => Change::Sync(path(file)),
            Op::SyncDir(dir) => Change::SyncDir(path(dir)),
            Op::Rename { from, to } => Change::Rename(path(from), path(to)),
            Op::Remove(file) => Change::Remove(path(file)),
        };
        let mut changes = self.changes.lock().unwrap();
        if changes.len() >= self.killed_at.load(Ordering::SeqCst) {
            return Verdict::Lose(ErrorKind::Interrupted);
        }
        if let (true, Change::Sync(file)) = (changes.len() == self.forgets_at.load(Ordering::SeqCst), &change)
        {
            let forget = Change::Forget(file.clone());
            changes.push(forget);
            return Verdict::Lose(ErrorKind::Other);
        }
        changes.push(change);
        Verdict::Do
    }
}

/// What is durable, and what is only in memory. Names and contents are durable apart from each other.
#[derive(Clone, Default)]
pub struct Platter {
    files: Vec<Content>,
    names: BTreeMap<PathBuf, usize>,
    durable_names: BTreeMap<PathBuf, usize>,
    pending_names: Vec<(PathBuf, Option<usize>)>,
}

#[derive(Clone, Default)]
struct Content {
    durable: Vec<u8>,
    pending: Vec<Pending>,
}

#[derive(Clone)]
enum Pending {
    Write(u64, Vec<u8>),
    SetLen(u64),
}

impl Pending {
    /// Does the sectors that `keep` says.
    fn apply(&self, bytes: &mut Vec<u8>, mut keep: impl FnMut() -> bool) {
        match self {
            Pending::SetLen(len) if keep() => bytes.resize(*len as usize, 0),
            Pending::SetLen(_) => {}
            Pending::Write(offset, data) => {
                for (i, sector) in data.chunks(SECTOR).enumerate() {
                    let start = *offset as usize + i * SECTOR;
                    if keep() {
                        bytes.resize(bytes.len().max(start + sector.len()), 0);
                        bytes[start..start + sector.len()].copy_from_slice(sector);
                    }
                }
            }
        }
    }
}

/// What happens to what was not synced.
#[derive(Clone, Copy, Debug)]
pub enum Fate {
    /// All of it is lost.
    Lost,
    /// All of it is there, as after a killed process.
    Kept,
    /// Each sector and each name by chance.
    Chance(u64),
}

impl Platter {
    fn apply(&mut self, change: &Change) {
        match change {
            Change::Create(path) => {
                if !self.names.contains_key(path) {
                    self.files.push(Content::default());
                    self.name(path, Some(self.files.len() - 1));
                }
            }
            Change::Write(path, offset, bytes) => {
                self.content(path).pending.push(Pending::Write(*offset, bytes.clone()));
            }
            Change::SetLen(path, len) => self.content(path).pending.push(Pending::SetLen(*len)),
            Change::Sync(path) => {
                let content = self.content(path);
                let pending = std::mem::take(&mut content.pending);
                pending.iter().for_each(|pending| pending.apply(&mut content.durable, || true));
            }
            Change::Forget(path) => self.content(path).pending.clear(),
            Change::Rename(from, to) => {
                let file = self.names[from];
                self.name(from, None);
                self.name(to, Some(file));
            }
            Change::Remove(path) => self.name(path, None),
            Change::SyncDir(dir) => {
                let (now, later) = std::mem::take(&mut self.pending_names)
                    .into_iter()
                    .partition(|(path, _)| path.parent() == Some(dir));
                self.pending_names = later;
                set_names(&mut self.durable_names, now);
            }
        }
    }

    fn name(&mut self, path: &Path, file: Option<usize>) {
        self.pending_names.push((path.to_owned(), file));
        set_names(&mut self.names, vec![(path.to_owned(), file)]);
    }

    fn content(&mut self, path: &Path) -> &mut Content {
        &mut self.files[self.names[path]]
    }

    /// Writes what the power cut leaves to `to`.
    pub fn image(&self, fate: Fate, to: &Path) {
        let mut chance = Chance(match fate {
            Fate::Chance(seed) => seed,
            _ => 0,
        });
        // every run has its own odds, so that some lose nearly nothing and some nearly all
        let odds = chance.next() % 101;
        let mut keep = || match fate {
            Fate::Lost => false,
            Fate::Kept => true,
            Fate::Chance(_) => chance.next() % 100 < odds,
        };
        let mut names = self.durable_names.clone();
        for (path, file) in &self.pending_names {
            // a file's name may be lost; a rename is journalled as one
            if keep() {
                set_names(&mut names, vec![(path.clone(), *file)]);
            }
        }
        let _ = fs::remove_dir_all(to);
        for dir in ["volumes", "annex", "units"] {
            fs::create_dir_all(to.join(dir)).unwrap();
        }
        for (path, file) in names {
            let content = &self.files[file];
            let mut bytes = content.durable.clone();
            content.pending.iter().for_each(|pending| pending.apply(&mut bytes, &mut keep));
            fs::create_dir_all(to.join(&path).parent().unwrap()).unwrap();
            fs::write(to.join(path), bytes).unwrap();
        }
    }
}

fn set_names(names: &mut BTreeMap<PathBuf, usize>, changes: Vec<(PathBuf, Option<usize>)>) {
    for (path, file) in changes {
        match file {
            Some(file) => names.insert(path, file),
            None => names.remove(&path),
        };
    }
}

/// splitmix64.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
