//! The directory of the snapshots, and the nearest one that is of a log.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use socai_fold::{Fold, Restoring, Scope, StateDigest, Table};
use socai_tlog::{Hash, TreeSize};

use super::{
    file::{self, Head, Unusable},
    rows::{Chunk, Plain},
};
use crate::error::ModelsError;

/// Newest snapshots that are all kept: a cut-off among their 16 million entries replays 2^18 at most.
const NEWEST: u64 = 64;
/// Of older ones, every so many are kept.
const OLDER_EVERY: u64 = 8;

/// The snapshots of a ledger.
#[derive(Clone, Debug)]
pub struct Snapshots {
    dir: PathBuf,
    every: u64,
}

impl Snapshots {
    /// Entries between two snapshots.
    pub const EVERY: u64 = 1 << 18;

    /// Names the directory; nothing is read or made.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Snapshots { dir: dir.into(), every: Self::EVERY }
    }

    /// Where a ledger has them: `snapshots` beside its `log`. None for a log that lies somewhere under another name.
    #[must_use]
    pub fn beside(log: &Path) -> Option<Self> {
        let ledger = log.parent().filter(|_| log.ends_with("log"))?;
        Some(Snapshots::new(ledger.join("snapshots")))
    }

    /// The same directory with snapshots this many entries apart: for tests, which have no millions of entries.
    #[must_use]
    pub fn every(self, entries: u64) -> Self {
        Snapshots { every: entries.max(1), ..self }
    }

    /// The directory itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.dir
    }

    /// The state, and its digest, of the nearest snapshot at or below `at` that is of the log whose roots `root_at` gives. It goes on exactly as a
    /// replay that stopped there. Files that will not do are named in the traces and left alone.
    pub fn nearest(
        &self,
        at: TreeSize,
        root_at: impl Fn(TreeSize) -> Option<Hash>,
    ) -> Option<(Fold, StateDigest)> {
        let opened = self.nearest_for(None, at, root_at)?;
        Some((opened.1, opened.0.digests.whole()))
    }

    /// The same, as far as a scope needs it: what it does not need is not unpacked.
    pub fn nearest_about(
        &self,
        scope: &Scope,
        at: TreeSize,
        root_at: impl Fn(TreeSize) -> Option<Hash>,
    ) -> Option<Fold> {
        self.nearest_for(Some(scope), at, root_at).map(|(_, fold)| fold)
    }

    fn nearest_for(
        &self,
        scope: Option<&Scope>,
        at: TreeSize,
        root_at: impl Fn(TreeSize) -> Option<Hash>,
    ) -> Option<(Head, Fold)> {
        self.below(at).into_iter().rev().find_map(|size| match self.open(size, scope, &root_at) {
            Ok(opened) => Some(opened),
            Err(reason) => {
                let path = self.file(size);
                tracing::warn!(%reason, path = %path.display(), "a snapshot of the fold is not used");
                None
            }
        })
    }

    /// The newest size that is due at `end`, if there is no file for it yet.
    #[must_use]
    pub fn due(&self, end: TreeSize) -> Option<TreeSize> {
        let newest = TreeSize(end.0 / self.every * self.every);
        (newest.0 > 0 && !self.file(newest).exists()).then_some(newest)
    }

    /// The first size above `size` that there should be a file for at `end`.
    pub(super) fn next(&self, size: TreeSize, end: TreeSize) -> Option<TreeSize> {
        let (number, last) = (size.0 / self.every, end.0 / self.every);
        let next = (number + 1..=last).find(|number| !is_spare(*number, last));
        next.map(|number| TreeSize(number * self.every))
    }

    /// Sizes at or below `at` that have a file, ascending; none when the directory cannot be read.
    #[must_use]
    pub fn below(&self, at: TreeSize) -> Vec<TreeSize> {
        let entries = fs::read_dir(&self.dir).into_iter().flatten().flatten();
        let sizes = entries.filter_map(|entry| self.size_of(entry.file_name().to_str()?));
        let mut sizes: Vec<_> = sizes.filter(|size| *size <= at).collect();
        sizes.sort_unstable();
        sizes
    }

    pub(super) fn open(
        &self,
        size: TreeSize,
        scope: Option<&Scope>,
        root_at: &impl Fn(TreeSize) -> Option<Hash>,
    ) -> Result<(Head, Fold), Unusable> {
        let (head, body) = file::read(&self.file(size), size)?;
        if root_at(size) != Some(head.root) {
            return Err(Unusable::Foreign(size));
        }
        let mut restoring = Restoring::new(scope.cloned());
        let take = |restoring: &mut Restoring, chunk: Option<&Plain>| {
            let is_whole = chunk.ok_or(Unusable::Rows)?.each(|key, value| restoring.row(key, value))?;
            if is_whole { Ok(()) } else { Err(Unusable::Rows) }
        };
        // what the scope needs is told by the rules, which come first
        let is_cell = |chunk: &&Chunk| {
            body.keys(chunk)
                .0
                .first()
                .and_then(|byte| Table::of(*byte))
                .is_none_or(|table| table >= Table::Cube)
        };
        let rules = body.chunks().iter().take_while(|chunk| !is_cell(chunk)).count();
        let (rules, others) = body.chunks().split_at(rules);
        rules.iter().try_for_each(|chunk| take(&mut restoring, body.unpacked(chunk).as_ref()))?;
        let mut wanted = Vec::with_capacity(others.len());
        for chunk in others {
            let (first, last) = body.keys(chunk);
            if restoring.needs(first, last)? {
                wanted.push(chunk.clone());
            }
        }
        let mut left = wanted.len();
        let mut ahead = body.ahead(wanted);
        while let Some(taken) = ahead.next(|chunk| take(&mut restoring, chunk)) {
            taken?;
            left -= 1;
        }
        let fold = restoring.done();
        if left == 0 && fold.size() == size { Ok((head, fold)) } else { Err(Unusable::Rows) }
    }

    /// Compares a file with its digest and the log, without making a state of it.
    pub(super) fn look(
        &self,
        size: TreeSize,
        root_at: &impl Fn(TreeSize) -> Option<Hash>,
    ) -> Result<(), Unusable> {
        let (head, _) = file::read(&self.file(size), size)?;
        if root_at(size) == Some(head.root) { Ok(()) } else { Err(Unusable::Foreign(size)) }
    }

    pub(super) fn file(&self, size: TreeSize) -> PathBuf {
        self.dir.join(format!("{:020}", size.0))
    }

    /// Moves a file that will not do out of the way of the next one; the last of them stays to be looked at.
    pub(super) fn put_aside(&self, size: TreeSize) -> Result<PathBuf, ModelsError> {
        let (from, to) = (self.file(size), self.dir.join("aside"));
        fs::rename(&from, &to).map_err(|cause| ModelsError::Io { path: from, cause })?;
        Ok(to)
    }

    /// Removes what need not be kept beside a newest one.
    pub(super) fn thin(&self, newest: TreeSize) -> Result<(), ModelsError> {
        let number = |size: TreeSize| size.0 / self.every;
        for size in self.below(newest).into_iter().filter(|size| is_spare(number(*size), number(newest))) {
            let path = self.file(size);
            match fs::remove_file(&path) {
                Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
                    return Err(ModelsError::Io { path, cause });
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The size that a file is named after: a multiple of what they are apart, in twenty digits.
    fn size_of(&self, name: &str) -> Option<TreeSize> {
        let is_number = name.len() == 20 && name.bytes().all(|byte| byte.is_ascii_digit());
        let size: u64 = name.parse().ok().filter(|_| is_number)?;
        (size > 0 && size.is_multiple_of(self.every)).then_some(TreeSize(size))
    }
}

/// Whether the snapshot of a number need not be kept beside the last one.
fn is_spare(number: u64, last: u64) -> bool {
    last.saturating_sub(number) >= NEWEST && !number.is_multiple_of(OLDER_EVERY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_sizes_are_snapshots() {
        let place = Snapshots::new("nowhere");
        assert_eq!(place.size_of("00000000000000262144"), Some(TreeSize(262_144)));
        for name in
            ["262144", "00000000000000262145", "00000000000000000000", "+0000000000000262144", "aside"]
        {
            assert_eq!(place.size_of(name), None, "{name}");
        }
    }

    #[test]
    fn a_log_has_its_snapshots_beside_it() {
        let beside = |log: &str| Snapshots::beside(Path::new(log)).map(|place| place.dir);
        assert_eq!(beside("ledger/log"), Some("ledger/snapshots".into()));
        assert_eq!(beside("log"), Some("snapshots".into()));
        assert_eq!(beside("somewhere/else"), None);
    }

    #[test]
    fn sixty_four_are_kept_and_of_older_ones_every_eighth() {
        let place = Snapshots::new("nowhere").every(10);
        let end = TreeSize(1_007);
        let kept = std::iter::successors(place.next(TreeSize(0), end), |size| place.next(*size, end));
        let kept: Vec<_> = kept.map(|size| size.0 / 10).collect();
        assert_eq!(kept, [8, 16, 24, 32].into_iter().chain(37..=100).collect::<Vec<_>>());
    }
}
