//! Which event ids are sealed, and where: what makes sealing idempotent.
//!
//! Derived from the journal and never trusted beyond it. The newest ids are in memory; each time there are enough of them they become a *run*, a
//! sorted file that never changes. A run names the link of the last record it covers, so a run of another
//! journal (a new generation, a restored disk) is recognised and deleted, and the journal is read again from there.
//!
//! A look-up costs one read of 6 KiB per run; neighbouring runs of similar size are merged, so there are about
//! log₂(records / 65,536) of them. Memory is 24 bytes for each of the newest 65,536 ids and 16 for every 256th other.

mod run;

use std::{collections::HashMap, fs, path::PathBuf};

use socai_tlog::{Link, UnitSeq};

use crate::{
    dir::{FileError, make_dir, remove_if_there},
    entropy::EventId,
};
use run::Run;

/// How many ids stay in memory before they become a run.
const RECENT: usize = 1 << 16;

/// Where every sealed event is.
pub struct IdIndex {
    dir: PathBuf,
    runs: Vec<Run>,
    recent: HashMap<EventId, UnitSeq>,
    spill_at: usize,
    next: UnitSeq,
}

impl IdIndex {
    /// Opens what is on disk. `link_of` tells the link of a record of the journal, if it has that record.
    ///
    /// The caller then inserts the journal's records from [`IdIndex::covers`] on.
    ///
    /// # Errors
    /// The directory or a file in it cannot be read or removed. A run that does not verify is removed, which is no error.
    pub fn open(dir: PathBuf, link_of: impl FnMut(UnitSeq) -> Option<Link>) -> Result<IdIndex, FileError> {
        IdIndex::with_memory(dir, RECENT, link_of)
    }

    fn with_memory(
        dir: PathBuf,
        spill_at: usize,
        mut link_of: impl FnMut(UnitSeq) -> Option<Link>,
    ) -> Result<IdIndex, FileError> {
        make_dir(&dir)?;
        let mut index = IdIndex { dir, runs: Vec::new(), recent: HashMap::new(), spill_at, next: UnitSeq(0) };
        let mut names = Vec::new();
        for entry in fs::read_dir(&index.dir).map_err(FileError::at(&index.dir))? {
            names.push(entry.map_err(FileError::at(&index.dir))?.path());
        }
        let mut runs: Vec<_> = names.iter().map(|path| (path, Run::open(path).ok())).collect();
        // a merged run stands before the parts it replaces
        runs.sort_by_key(|(_, run)| run.as_ref().map(|run| (run.first, std::cmp::Reverse(run.end))));
        for (path, run) in runs {
            match run {
                Some(run) if run.first == index.next && link_of(run.last()) == Some(run.link) => {
                    index.next = run.end;
                    index.runs.push(run);
                }
                _ => remove_if_there(path)?,
            }
        }
        Ok(index)
    }

    /// The first record whose id is not in the index.
    pub fn covers(&self) -> UnitSeq {
        self.next
    }

    /// Takes in the next record of the journal.
    ///
    /// # Errors
    /// A run cannot be written. The id is held all the same.
    pub fn insert(&mut self, id: EventId, seq: UnitSeq, link: Link) -> Result<(), FileError> {
        self.recent.insert(id, seq);
        self.next = UnitSeq(seq.0 + 1);
        if self.recent.len() >= self.spill_at { self.spill(link) } else { Ok(()) }
    }

    /// The record with this id.
    ///
    /// # Errors
    /// A run cannot be read.
    pub fn find(&self, id: &EventId) -> Result<Option<UnitSeq>, FileError> {
        if let Some(seq) = self.recent.get(id) {
            return Ok(Some(*seq));
        }
        for run in self.runs.iter().rev() {
            if let Some(seq) = run.find(id)? {
                return Ok(Some(seq));
            }
        }
        Ok(None)
    }

    /// The newest ids become a run; runs that are no longer much larger than their neighbour are merged.
    fn spill(&mut self, link: Link) -> Result<(), FileError> {
        let first = self.runs.last().map_or(UnitSeq(0), |run| run.end);
        let mut entries: Vec<_> = self.recent.iter().map(|(id, seq)| (*id, *seq)).collect();
        entries.sort_unstable();
        let entries = entries.into_iter().map(Ok);
        self.runs.push(Run::write(&self.dir, first, self.next, link, entries)?);
        self.recent.clear();
        while let [.., before, last] = &self.runs[..]
            && before.count() < 2 * last.count()
        {
            let merged = Run::merge(&self.dir, before, last)?;
            for part in self.runs.split_off(self.runs.len() - 2) {
                remove_if_there(part.path())?;
            }
            self.runs.push(merged);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u64) -> EventId {
        *blake3::hash(&number.to_be_bytes()).as_bytes().first_chunk().unwrap()
    }

    fn link(seq: UnitSeq) -> Link {
        Link(*blake3::hash(format!("link {seq}").as_bytes()).as_bytes())
    }

    fn fill(index: &mut IdIndex, to: u64) {
        for number in index.covers().0..to {
            index.insert(id(number), UnitSeq(number), link(UnitSeq(number))).unwrap();
        }
    }

    #[test]
    fn every_id_is_found_in_memory_and_in_runs_and_after_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let open = || IdIndex::with_memory(dir.path().into(), 64, |seq| Some(link(seq))).unwrap();
        let mut index = open();
        fill(&mut index, 5_000);
        for number in 0..5_000 {
            assert_eq!(index.find(&id(number)).unwrap(), Some(UnitSeq(number)));
        }
        assert_eq!(index.find(&id(5_000)).unwrap(), None);
        assert!(index.runs.len() <= 8, "{} runs", index.runs.len());

        let mut again = open();
        assert_eq!(again.covers(), UnitSeq(5_000 / 64 * 64), "only the tail is read again");
        fill(&mut again, 5_000);
        assert!((0..5_000).all(|number| again.find(&id(number)).unwrap() == Some(UnitSeq(number))));
    }

    #[test]
    fn runs_of_another_journal_are_dropped_from_where_it_differs() {
        let dir = tempfile::tempdir().unwrap();
        let mut index = IdIndex::with_memory(dir.path().into(), 64, |seq| Some(link(seq))).unwrap();
        fill(&mut index, 64 * 7);
        let ends: Vec<_> = index.runs.iter().map(|run| run.end).collect();
        assert_eq!(ends, [UnitSeq(256), UnitSeq(384), UnitSeq(448)]);
        drop(index);
        let other = |seq: UnitSeq| (seq.0 < 300).then(|| link(seq));
        let index = IdIndex::with_memory(dir.path().into(), 64, other).unwrap();
        assert_eq!(index.covers(), UnitSeq(256));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        assert_eq!(index.find(&id(300)).unwrap(), None);
    }

    #[test]
    fn a_flipped_byte_anywhere_in_a_run_has_it_rebuilt() {
        let dir = tempfile::tempdir().unwrap();
        let open = || IdIndex::with_memory(dir.path().into(), 16, |seq| Some(link(seq))).unwrap();
        fill(&mut open(), 16);
        let path = fs::read_dir(dir.path()).unwrap().next().unwrap().unwrap().path();
        let whole = fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x40;
            fs::write(&path, &bytes).unwrap();
            assert_eq!(open().covers(), UnitSeq(0), "byte {at}");
            assert!(!path.exists());
        }
        fs::write(&path, &whole[..whole.len() - 1]).unwrap();
        assert_eq!(open().covers(), UnitSeq(0));
        fs::write(&path, &whole).unwrap();
        assert_eq!(open().covers(), UnitSeq(16));
    }

    #[test]
    fn a_crash_between_merging_and_deleting_leaves_one_answer() {
        let dir = tempfile::tempdir().unwrap();
        let open = || IdIndex::with_memory(dir.path().into(), 16, |seq| Some(link(seq))).unwrap();
        let mut index = open();
        fill(&mut index, 16);
        let part = index.runs[0].path().to_owned();
        let kept = fs::read(&part).unwrap();
        fill(&mut index, 32);
        fs::write(&part, kept).unwrap();
        fs::write(dir.path().join("0-99.new"), b"half a run").unwrap();
        let index = open();
        assert_eq!(index.covers(), UnitSeq(32));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
