//! Which sealing key covers which record of our own chain.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use socai_tlog::{Link, Record, SealingKey, UnitSeq};

use crate::{
    dir::{FileError, read_if_there, remove_if_there, replace},
    rotation::new_key,
};

/// The chain's sealing keys in order. Derived from the journal's `key.rotated` records, kept in a file because they are rare and
/// the journal is long.
#[derive(Debug)]
pub struct KeyHistory {
    path: PathBuf,
    first: SealingKey,
    rotations: Vec<Rotation>,
}

/// One `key.rotated` of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rotation {
    /// The record that rotates; its successor is the first one under the new key.
    at: UnitSeq,
    /// The link of that record: says whose journal this is about.
    link: Link,
    /// The key that signs what follows.
    key: SealingKey,
}

/// A [`Rotation`] as the file holds it.
#[derive(Serialize, Deserialize)]
struct Line {
    at: u64,
    link: String,
    key: String,
}

impl KeyHistory {
    /// Reads the file; `None` when it is about another journal, so the journal must be read from its start.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn open(
        path: &Path,
        first: SealingKey,
        mut link_of: impl FnMut(UnitSeq) -> Option<Link>,
    ) -> Result<Option<KeyHistory>, FileError> {
        let mut history = KeyHistory::new(path, first);
        let Some(bytes) = read_if_there(path)? else { return Ok(None) };
        let Ok(lines) = serde_json::from_slice::<Vec<Line>>(&bytes) else { return Ok(None) };
        for line in lines {
            let Some((link, key)) = line.link.parse().ok().zip(line.key.parse().ok()) else {
                return Ok(None);
            };
            let rotation = Rotation { at: UnitSeq(line.at), link, key };
            if link_of(rotation.at) != Some(link) {
                return Ok(None);
            }
            history.rotations.push(rotation);
        }
        Ok(Some(history))
    }

    /// No rotation yet; nothing is written.
    pub(crate) fn new(path: &Path, first: SealingKey) -> KeyHistory {
        KeyHistory { path: path.to_owned(), first, rotations: Vec::new() }
    }

    /// Forgets what the file says.
    ///
    /// # Errors
    /// The file cannot be removed.
    pub(crate) fn start_over(path: &Path, first: SealingKey) -> Result<KeyHistory, FileError> {
        remove_if_there(path)?;
        let history = KeyHistory::new(path, first);
        history.save()?;
        Ok(history)
    }

    /// Takes in a record of the journal, in order or again.
    ///
    /// # Errors
    /// The file cannot be written; the key is held all the same.
    pub(crate) fn take(&mut self, record: &Record) -> Result<(), FileError> {
        let at = record.header().seq;
        let Some(key) = new_key(record) else { return Ok(()) };
        if self.rotations.iter().any(|rotation| rotation.at == at) {
            return Ok(());
        }
        self.rotations.push(Rotation { at, link: record.link(), key });
        self.save()
    }

    /// The key that signs the next record after the newest one.
    pub fn newest(&self) -> SealingKey {
        self.rotations.last().map_or(self.first, |rotation| rotation.key)
    }

    /// The key that covers a record.
    pub fn covering(&self, seq: UnitSeq) -> SealingKey {
        let before = self.rotations.iter().rev().find(|rotation| rotation.at < seq);
        before.map_or(self.first, |rotation| rotation.key)
    }

    /// Every key, oldest first.
    pub fn all(&self) -> impl Iterator<Item = SealingKey> + '_ {
        std::iter::once(self.first).chain(self.rotations.iter().map(|rotation| rotation.key))
    }

    fn save(&self) -> Result<(), FileError> {
        let lines: Vec<Line> = self
            .rotations
            .iter()
            .map(|rotation| Line {
                at: rotation.at.0,
                link: rotation.link.to_string(),
                key: rotation.key.to_string(),
            })
            .collect();
        replace(&self.path, serde_json::to_string_pretty(&lines).unwrap_or_default().as_bytes())
    }
}
