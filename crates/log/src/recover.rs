//! Starting: from whatever is on the disk to a log that ends with its last commit.
//!
//! The same path after a clean stop, a crash, a full disk, a failed sync and a restored backup. Reads the newest volumes only.

use std::path::{Path, PathBuf};

use socai_tlog::{LeafIndex, SignedCheckpoint, TreeSize};

use crate::{
    annex,
    annex_end::cut_annexes,
    checkpoint::LogKey,
    chunk::Chunk,
    delta::DerivedFile,
    derived::{self, DerivedFiles, checkpoint_path},
    disk::{self, Disk, side_name},
    erase,
    error::{Damage, LogError},
    last::{Found, find_end, last_volume, refuse_behind},
    reader::{Reader, damaged},
    replay::{Replay, Roots},
    scan::{Scan, Target},
    state::State,
    store::Store,
    tail,
    volume::{Cursor, VolumeEnd, numbered, origin_mark, push_commit, volume_path},
    writer::Options,
};

/// What opening a log found and did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Whether there was no log before.
    pub created: bool,
    /// Number of committed entries.
    pub size: TreeSize,
    /// First leaf that was re-hashed; everything from here on is as it was signed.
    pub checked_from: LeafIndex,
    /// Bytes cut that were never committed.
    pub cut_bytes: u64,
    /// Bytes of annexes cut that were never committed.
    pub cut_annex_bytes: u64,
    /// Derived files that were behind or wrong and are now right, each once.
    pub repaired: Vec<DerivedFile>,
    /// Whether the file `checkpoint` was replaced.
    pub republished: bool,
    /// Number of a volume started because the one before was full or sealed.
    pub new_volume: Option<u64>,
}

/// A log ready to be appended to.
pub(crate) struct Recovered {
    pub(crate) state: State,
    pub(crate) records: u32,
    pub(crate) committed: (SignedCheckpoint, Cursor),
    pub(crate) store: Store,
    pub(crate) recovery: Recovery,
}

/// Brings the log in `dir` to its last commit, or creates it. Changes no volume before everything was read and holds.
pub(crate) fn recover(dir: &Path, key: &LogKey, options: &Options) -> Result<Recovered, LogError> {
    let disk = &options.disk;
    for part in ["volumes", "annex", "units"] {
        disk.make_dir(&dir.join(part))?;
    }
    remove_side_files(disk, dir)?;
    erase::finish(disk, &annex::annex_dir(dir), annex::annex_file)?;
    let published = published(dir, key)?;
    let created = match last_volume(dir)? {
        Some(_) => {
            // whoever made the newest volume may have died before its name was durable
            disk.sync_dir(&dir.join("volumes"))?;
            false
        }
        None => {
            create(dir, key, disk, published.as_ref())?;
            true
        }
    };
    let last = last_volume(dir)?.unwrap_or_default();
    let found = find_end(dir, key, disk, last, published.as_ref())?;
    let mut derived = DerivedFiles::new(disk.clone(), dir)?;
    let (replay, mut recovery) = rehash(dir, options, last, &found, &mut derived)?;
    recovery.created = created;
    let committed = last_commit(key, &replay, &found)?;
    check_same(dir, published.as_ref(), &committed.0)?;

    recovery.cut_bytes = tail::settle(&found.file, &found.ends)?;
    let (annex, cut) = cut_annexes(dir, key, disk, last, replay.last.annex_end)?;
    recovery.cut_annex_bytes = cut;
    derived.cut(&replay.state, &mut recovery.repaired)?;
    recovery.repaired.sort_unstable();
    recovery.repaired.dedup();
    recovery.republished = publish(dir, &derived, &committed.0)?;

    let store = Store {
        disk: disk.clone(),
        dir: dir.to_owned(),
        volume: found.file,
        number: last,
        end: found.ends.closed,
        annex,
        annex_end: replay.last.annex_end,
        derived,
    };
    let recovered =
        Recovered { state: replay.state, records: replay.last.records, committed, store, recovery };
    if replay.last.ended || recovered.records >= options.volume_records {
        return next_volume(recovered, key, replay.last.ended);
    }
    Ok(recovered)
}

/// Side files of replacements that a crash cut short.
fn remove_side_files(disk: &Disk, dir: &Path) -> Result<(), LogError> {
    let volumes = numbered(&dir.join("volumes"), "next")?;
    let sides = volumes.into_iter().map(|number| side_name(&volume_path(dir, number)));
    for side in sides
        .chain([side_name(&checkpoint_path(dir)), side_name(&erase::note_path(&annex::annex_dir(dir)))])
        .filter(|side| side.exists())
    {
        disk.remove(&side)?;
    }
    Ok(())
}

/// What the file `checkpoint` says, if this log's key signed it. Other content is as good as no file; a file that cannot be read is neither, since it may
/// say that the log was longer.
fn published(dir: &Path, key: &LogKey) -> Result<Option<SignedCheckpoint>, LogError> {
    Ok(disk::read_if_there(&checkpoint_path(dir))?.and_then(|note| key.open(&note).ok()))
}

/// Volume 0, with the signed empty tree. It takes its name only once it is on the disk.
fn create(
    dir: &Path,
    key: &LogKey,
    disk: &Disk,
    published: Option<&SignedCheckpoint>,
) -> Result<(), LogError> {
    let path = volume_path(dir, 0);
    refuse_behind(dir, published, TreeSize(0), (&path, 0))?;
    let state = State::default();
    let mut bytes = Vec::new();
    let start = state.head_of(origin_mark(key.origin()), 0, Cursor::default(), &[]).push(&mut bytes) as u64;
    let signed = key.sign(state.size(), state.root()).to_string();
    push_commit(&mut bytes, start, state.size(), Cursor::default(), signed.as_bytes());
    // before there is a volume: a start that finds one takes the directories for durable
    disk.sync_new_dir(dir)?;
    disk.create(&path, &bytes).map(|_| ())
}

/// Re-hashes the newest volumes, and older ones that a derived file lacks, and brings the derived files to them.
fn rehash(
    dir: &Path,
    options: &Options,
    last: u64,
    found: &Found,
    files: &mut DerivedFiles,
) -> Result<(Replay, Recovery), LogError> {
    let reader = Reader::open(dir)?;
    let mut start = (last + 1).saturating_sub(options.checked_volumes.max(1));
    let mut head = reader.volume_head(start)?;
    while start > 0 && derived::is_behind(dir, &State::at(&head))? {
        start -= 1;
        head = reader.volume_head(start)?;
    }
    let mut recovery = Recovery { size: found.size, checked_from: head.first, ..Recovery::default() };
    let mut replay = Replay::new(State::at(&head), Roots::At(vec![found.size]));
    let target = Target { size: found.size, partial: false, volume: last, end: found.ends.closed };
    let mut scan = Scan::volumes(reader, start, target)?;
    let mut chunk = Chunk::default();
    while scan.next_into(&mut chunk)? {
        replay.chunk(&chunk, |delta| files.repair(delta, &mut recovery.repaired))?;
    }
    Ok((replay, recovery))
}

/// The commit that the log ends with, its signature verified.
fn last_commit(key: &LogKey, replay: &Replay, found: &Found) -> Result<(SignedCheckpoint, Cursor), LogError> {
    let at = found.ends.closing.map_or(0, |(_, offset)| offset);
    let wrong = |what| damaged(found.file.path(), at, what);
    let commit = replay.last.commit.as_ref().filter(|(size, ..)| *size == found.size);
    let (_, cursor, note) = commit.ok_or_else(|| wrong(Damage::Layout("the last commit")))?;
    let signed = key.open(note).map_err(|error| wrong(Damage::Checkpoint(error.to_string())))?;
    Ok((signed, *cursor))
}

/// Two checkpoints of one size must be one.
fn check_same(
    dir: &Path,
    published: Option<&SignedCheckpoint>,
    last: &SignedCheckpoint,
) -> Result<(), LogError> {
    match published {
        Some(other) if other.size() == last.size() && other.root() != last.root() => {
            let (got, expected) = (*other.root(), *last.root());
            Err(damaged(&checkpoint_path(dir), 0, Damage::Root { got, expected }))
        }
        _ => Ok(()),
    }
}

fn publish(dir: &Path, derived: &DerivedFiles, last: &SignedCheckpoint) -> Result<bool, LogError> {
    let note = last.to_string();
    let same = std::fs::read(checkpoint_path(dir)).is_ok_and(|stored| stored == note.as_bytes());
    if !same {
        derived.publish(note.as_bytes())?;
    }
    Ok(!same)
}

/// Seals the volume, unless it is, and starts the next.
fn next_volume(mut recovered: Recovered, key: &LogKey, ended: bool) -> Result<Recovered, LogError> {
    let Recovered { state, store, committed, .. } = &mut recovered;
    if !ended {
        let mut end = Vec::new();
        VolumeEnd { size: state.size(), root: state.root() }.push(&mut end);
        store.volume.write_at(&end, store.end)?;
        store.volume.sync()?;
    }
    let number = store.number + 1;
    let note = committed.0.to_string();
    let head = state.head_of(origin_mark(key.origin()), number, committed.1, note.as_bytes());
    let mut bytes = Vec::new();
    head.push(&mut bytes);
    let path: PathBuf = volume_path(&store.dir, number);
    store.volume = store.disk.create(&path, &bytes)?;
    (store.number, store.end) = (number, bytes.len() as u64);
    (store.annex, store.annex_end) = (None, 0);
    recovered.records = 0;
    recovered.recovery.new_volume = Some(number);
    Ok(recovered)
}
