//! What the operator signed and this unit, as a witness, cannot vouch for: kept until the office has looked, because by then the log may be shown
//! as it should be, and nothing else says that it ever was not.
//!
//! In scope: the files `witness/refused-<size>.json`. Out of scope: which contradictions there are (`looked`, `witness`).

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use socai_tlog::{Link, ShownEntries, SignedCheckpoint, UnitSeq};

use crate::{
    clock,
    dir::{FileError, UnitDir, read_if_there, remove_if_there, replace, sync_dir},
    looked::{NotPassed, OwnLink},
};

/// So many are kept, the first ones: what a log that goes on growing repeats is not needed.
const MAX_KEPT: usize = 8;

/// A contradiction with what shows it, as the file has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Evidence {
    /// What was met, in words.
    why: String,
    /// When, by this unit's clock, in milliseconds since 1970 UTC.
    met_at_ms: u64,
    /// The checkpoint that was shown, a note that the operator signed.
    given: String,
    /// The signed checkpoint that it contradicts; empty where it contradicts none.
    held: String,
    /// The entry that it was met in, below `given`.
    entry: Option<ShownEntry>,
    /// The record that the journal does not have. Once it has it, the journal was at fault, and nobody else.
    missing: Option<Missing>,
}

/// An entry as it was shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct ShownEntry {
    /// Its place in the log.
    leaf: u64,
    /// Its bytes in hex (`proto/README.md`, Entry).
    entry: String,
    /// The facts of a record of the operator, in hex.
    facts: String,
}

/// A record of the unit that its journal does not have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Missing {
    /// Its number.
    seq: u64,
    /// Its link in hex.
    link: String,
}

/// Evidence in short, for `ward status`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EvidenceLine {
    /// The file's name in `witness/`.
    pub file: String,
    /// What was met, in words.
    pub why: String,
    /// When, by this unit's clock, in milliseconds since 1970 UTC.
    pub met_at_ms: u64,
}

impl Evidence {
    /// Of entries that were not passed.
    pub(crate) fn of_entries(why: &NotPassed, request: &[u8], held: &[SignedCheckpoint]) -> Evidence {
        let contradicted = match why {
            NotPassed::TwoHistories { size } => held.iter().find(|held| held.size() == *size),
            _ => None,
        };
        let missing = match why {
            NotPassed::Invented { name, unknown: Some(link), .. } => {
                Some(Missing { seq: name.seq.0, link: hex::encode(link.0) })
            }
            _ => None,
        };
        // they were read before they were judged
        let Ok(shown) = ShownEntries::parse(request) else { return Evidence::default() };
        let entry = why.leaf().and_then(|leaf| {
            let index = leaf.0.checked_sub(shown.from.0)?;
            let (entry, facts) = shown.entries.get(index as usize)?;
            Some(ShownEntry { leaf: leaf.0, entry: hex::encode(&*entry.encode()), facts: hex::encode(facts) })
        });
        let given = shown.reached.checkpoint;
        Evidence { entry, missing, ..Evidence::new(why.to_string(), given, contradicted) }
    }

    /// Of a checkpoint against one of its size.
    pub(crate) fn new(why: String, given: String, held: Option<&SignedCheckpoint>) -> Evidence {
        let held = held.map(SignedCheckpoint::to_string).unwrap_or_default();
        Evidence { why, met_at_ms: clock::now_ms(), given, held, entry: None, missing: None }
    }

    /// The tree that was shown: the note without signatures.
    fn tree(&self) -> &str {
        self.given.split("\n\n").next().unwrap_or_default()
    }

    /// Puts it on the disk, unless the same is there or there are enough.
    pub(crate) fn keep(&self, dir: &UnitDir) -> Result<(), FileError> {
        let kept = read(dir)?;
        let is_same = |other: &Evidence| other.why == self.why && other.tree() == self.tree();
        if kept.len() >= MAX_KEPT || kept.iter().any(|(_, other)| is_same(other)) {
            return Ok(());
        }
        let size = self.tree().lines().nth(1).and_then(|size| size.parse::<u64>().ok()).unwrap_or_default();
        let name = |nth: usize| match nth {
            1 => format!("refused-{size}.json"),
            nth => format!("refused-{size}-{nth}.json"),
        };
        let free = (1..).map(name).map(|name| dir.witness().join(name)).find(|path| !path.exists());
        let text = serde_json::to_string_pretty(self).unwrap_or_default();
        free.map_or(Ok(()), |path| replace(&path, text.as_bytes()))
    }

    /// Whether the journal has the record that it did not have.
    fn is_healed(&self, own_link: OwnLink<'_>) -> bool {
        self.missing.as_ref().is_some_and(|missing| {
            let link = own_link(UnitSeq(missing.seq)).ok().flatten();
            link.is_some_and(|Link(link)| hex::encode(link) == missing.link)
        })
    }
}

/// What is kept, oldest first.
pub(crate) fn lines(dir: &UnitDir) -> Result<Vec<EvidenceLine>, FileError> {
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let line = |(path, Evidence { why, met_at_ms, .. }): (PathBuf, Evidence)| EvidenceLine {
        file: name(&path),
        why,
        met_at_ms,
    };
    let mut lines: Vec<EvidenceLine> = read(dir)?.into_iter().map(line).collect();
    lines.sort_by(|one, other| (one.met_at_ms, &one.file).cmp(&(other.met_at_ms, &other.file)));
    Ok(lines)
}

/// Takes away what only the unit's own journal was to blame for.
pub(crate) fn heal(dir: &UnitDir, own_link: OwnLink<'_>) -> Result<(), FileError> {
    for (path, _) in read(dir)?.iter().filter(|(_, evidence)| evidence.is_healed(own_link)) {
        remove_if_there(path)?;
    }
    Ok(())
}

/// Somebody has looked: the files are put aside as `seen-<ms>-refused-….json`, and count no more.
pub(crate) fn put_aside(dir: &UnitDir, now_ms: u64) -> Result<(), FileError> {
    for (path, _) in read(dir)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let aside = dir.witness().join(format!("seen-{now_ms}-{name}"));
        fs::rename(&path, &aside).map_err(FileError::at(&path))?;
        sync_dir(&dir.witness())?;
    }
    Ok(())
}

/// The files that nobody has looked at. One that cannot be read still counts.
fn read(dir: &UnitDir) -> Result<Vec<(PathBuf, Evidence)>, FileError> {
    let folder = dir.witness();
    let entries = match fs::read_dir(&folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(FileError::at(&folder))?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(FileError::at(&folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if !(name.starts_with("refused-") && name.ends_with(".json")) {
            continue;
        }
        // put aside meanwhile
        let Some(bytes) = read_if_there(&path)? else { continue };
        let evidence = serde_json::from_slice(&bytes).unwrap_or_else(|error| Evidence {
            why: format!("{} cannot be read: {error}", path.display()),
            ..Evidence::default()
        });
        found.push((path, evidence));
    }
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(found)
}
