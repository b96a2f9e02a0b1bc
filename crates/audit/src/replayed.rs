//! The one replay of an audit: what the fold knows at the end, the models' digest where they told theirs, what issued reports saw.

use socai_fold::{Fold, StateDigest, figures::Kept};
use socai_follow::{ReplayError, replay};
use socai_log::Reader;
use socai_tlog::{Digest, TreeSize};

/// Entries folded before their rows go into the digest.
const BATCH: u64 = 8_192;

/// A replay under way.
pub(crate) struct Replayed<'r> {
    reader: &'r Reader,
    fold: Fold,
    /// The size at which the digest is asked for, and what there is of it.
    digest: Option<(TreeSize, StateDigest)>,
}

impl<'r> Replayed<'r> {
    /// Nothing replayed yet; the digest of the state will be known at `digest_at`.
    pub(crate) fn new(reader: &'r Reader, digest_at: Option<TreeSize>) -> Self {
        let mut fold = Fold::new();
        fold.capture(digest_at.is_some());
        Replayed { reader, fold, digest: digest_at.map(|size| (size, StateDigest::default())) }
    }

    /// Takes the fold on to a size.
    pub(crate) fn to(&mut self, size: TreeSize) -> Result<&Fold, ReplayError> {
        if let Some((at, digest)) = &mut self.digest {
            while self.fold.size() < size.min(*at) {
                let next = TreeSize(size.min(*at).0.min(self.fold.size().0 + BATCH));
                replay(self.reader, &mut self.fold, next, |_, _| ())?;
                self.fold.drain().iter().for_each(|change| digest.apply(change));
            }
            if self.fold.size() >= *at {
                self.fold.capture(false);
            }
        }
        replay(self.reader, &mut self.fold, size, |_, _| ())?;
        Ok(&self.fold)
    }

    /// The state so far.
    pub(crate) fn fold(&self) -> &Fold {
        &self.fold
    }

    /// The digest that was asked for, once the replay is past its size.
    pub(crate) fn digest(&self) -> Option<Digest> {
        self.digest.as_ref().filter(|(at, _)| *at <= self.fold.size()).map(|(_, digest)| digest.digest())
    }

    /// What the questions of a report come to here.
    pub(crate) fn keep(&self, asked: socai_fold::figures::Asked) -> Kept {
        self.fold.keep(asked)
    }
}
