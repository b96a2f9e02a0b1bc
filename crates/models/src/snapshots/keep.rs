//! Making snapshots: a fold that follows the log and leaves one at every size that is due.
//!
//! A new file is the rows of the one before with what changed since, merged on the way from file to file, so memory is what the fold
//! holds and the changes of 2^18 entries.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use socai_fold::{Change, Fold};
use socai_tlog::{Hash, TreeSize};

use super::{
    file::{self, Head, Writing},
    place::Snapshots,
};
use crate::{error::ModelsError, head::Digests};

/// Follows a log to make the snapshots that are missing up to a size.
pub struct Keeper {
    place: Snapshots,
    fold: Fold,
    digests: Digests,
    /// The size of the file that the fold started from or passed last.
    last: Option<TreeSize>,
    /// Sizes that need a file.
    missing: BTreeSet<TreeSize>,
    end: TreeSize,
}

impl Keeper {
    /// Looks at every file of a log of `end` entries: those that will not do, and those of entries that the log does not have, are
    /// moved aside. None when no other is missing.
    ///
    /// # Errors
    /// The directory cannot be made or written.
    pub fn open(
        place: Snapshots,
        end: TreeSize,
        root_at: impl Fn(TreeSize) -> Option<Hash>,
    ) -> Result<Option<Self>, ModelsError> {
        let io = |cause| ModelsError::Io { path: place.path().to_owned(), cause };
        fs::create_dir_all(place.path()).map_err(io)?;
        for size in place.below(TreeSize(u64::MAX)) {
            if let Err(reason) = place.look(size, &root_at) {
                let aside = place.put_aside(size)?;
                tracing::warn!(%reason, %size, aside = %aside.display(), "a snapshot of the fold is moved aside");
            }
        }
        let there: BTreeSet<_> = place.below(end).into_iter().collect();
        let due = std::iter::successors(place.next(TreeSize(0), end), |size| place.next(*size, end));
        let missing: BTreeSet<_> = due.filter(|size| !there.contains(size)).collect();
        let Some(first) = missing.first().copied() else { return Ok(None) };
        let mut keeper =
            Keeper { place, fold: Fold::new(), digests: Digests::default(), last: None, missing, end };
        for size in there.into_iter().rev().filter(|size| *size < first) {
            match keeper.place.open(size, None, &root_at) {
                Ok((head, fold)) => {
                    (keeper.fold, keeper.digests, keeper.last) = (fold, head.digests, Some(size));
                    break;
                }
                Err(reason) => {
                    tracing::warn!(%reason, %size, "a snapshot of the fold cannot be gone on from");
                    keeper.missing.insert(size);
                }
            }
        }
        keeper.fold.capture(true);
        Ok(Some(keeper))
    }

    /// Where the fold is to stop next; none when every missing snapshot is made.
    #[must_use]
    pub fn due(&self) -> Option<TreeSize> {
        let newest = *self.missing.last()?;
        self.place.next(self.fold.size(), self.end).filter(|size| *size <= newest)
    }

    /// The fold, which the caller takes to the size that is due.
    pub fn fold(&mut self) -> &mut Fold {
        &mut self.fold
    }

    /// Leaves a snapshot of the fold at the size that was due, unless there is one; `root` is the log's.
    ///
    /// # Errors
    /// The file cannot be written, or the one before cannot be read: open again, which starts from what is good.
    pub fn keep(&mut self, root: Hash) -> Result<(), ModelsError> {
        let size = self.fold.size();
        let mut changed = BTreeMap::new();
        for change in self.fold.drain() {
            self.digests.apply(&change);
            if Fold::holds(&change.key) {
                let Change { key, new, .. } = change;
                changed.insert(key, new);
            }
        }
        if self.missing.remove(&size) {
            let path = self.place.file(size);
            let beside = path.with_extension("next");
            let head = Head { size, root, digests: self.digests.clone() };
            self.merge(&beside, &head, changed)?;
            fs::rename(&beside, &path).map_err(|cause| ModelsError::Io { path, cause })?;
        }
        // a file that was there already has the same rows
        self.last = Some(size);
        self.place.thin(self.end)
    }

    /// The rows of the file before, with what changed, into a new file.
    fn merge(
        &self,
        to: &Path,
        head: &Head,
        changed: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    ) -> Result<(), ModelsError> {
        let io = |cause| ModelsError::Io { path: to.to_owned(), cause };
        let mut writing = Writing::begin(to).map_err(io)?;
        let mut changed = changed.into_iter().peekable();
        if let Some(last) = self.last {
            let path = self.place.file(last);
            let unusable = |reason: &dyn ToString| ModelsError::unusable(path.clone(), &reason.to_string());
            let (_, body) = file::read(&path, last).map_err(|reason| unusable(&reason))?;
            let mut left = body.chunks().len();
            let mut ahead = body.ahead(body.chunks().to_vec());
            let mut row = |key: &[u8], value: &[u8]| {
                let mut is_kept = true;
                while let Some((new, _)) = changed.peek() {
                    match new.as_slice().cmp(key) {
                        Ordering::Greater => break,
                        Ordering::Equal => is_kept = false,
                        Ordering::Less => {}
                    }
                    if let Some((new, Some(value))) = changed.next() {
                        writing.row(&new, &value)?;
                    }
                }
                if is_kept { writing.row(key, value) } else { Ok(()) }
            };
            while let Some(taken) = ahead.next(|chunk| chunk.map(|chunk| chunk.each(&mut row))) {
                if !taken.transpose().map_err(io)?.unwrap_or_default() {
                    break;
                }
                left -= 1;
            }
            if left > 0 {
                return Err(unusable(&"its rows are not those of its head"));
            }
        }
        for (key, value) in changed {
            if let Some(value) = value {
                writing.row(&key, &value).map_err(io)?;
            }
        }
        writing.end(head).map_err(io)
    }
}
