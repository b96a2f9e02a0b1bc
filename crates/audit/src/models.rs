//! The digest that the read models told others, against a replay.

use serde::Serialize;
use socai_fold::{Fold, ROWS_VERSION, StateDigest};
use socai_follow::{ReplayError, replay};
use socai_log::{LogError, Reader};
use socai_models::{ModelsError, Published};
use socai_tlog::{Digest, TreeSize};

/// Entries folded before their rows go into the digest.
const BATCH: u64 = 8_192;

/// What was found out about the models.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum ModelsAnswer {
    /// A log alone, or models that have told nothing yet.
    Absent,
    /// The published digest is that of a replay.
    Match {
        /// Entries replayed.
        size: u64,
        /// The digest, 64 hex digits.
        digest: String,
    },
    /// Published by another version of the rows, or for more entries than were verified here.
    NotCompared {
        /// Why, in words.
        reason: String,
    },
    /// Not what a replay gives.
    Differs,
}

/// Why the models are not those of the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelsFault {
    /// The digest differs.
    #[error(
        "models/published: digest {published} at size {size}, a replay of the log gives {replayed}; `socai rebuild` makes the models anew"
    )]
    Digest {
        /// The size it is for.
        size: TreeSize,
        /// As published.
        published: Digest,
        /// As replayed.
        replayed: Digest,
    },
    /// It names another log.
    #[error(
        "models/published: another root than the log's at size {size}; `socai rebuild` makes the models anew"
    )]
    Root {
        /// The size it is for.
        size: TreeSize,
    },
    /// More entries than the log has.
    #[error("models/published: {size} entries are folded, the log has {end}: the log was cut or replaced")]
    Ahead {
        /// What the models say.
        size: TreeSize,
        /// Where the log ends.
        end: TreeSize,
    },
    /// The file is not as it was written.
    #[error("{0}")]
    Unreadable(String),
}

/// Compares what the models of `dir` published with a replay of the log up to `end`.
///
/// # Errors
/// The log cannot be replayed.
pub(crate) fn compare(
    reader: &Reader,
    dir: &std::path::Path,
    end: TreeSize,
    is_live: bool,
) -> Result<Result<ModelsAnswer, ModelsFault>, ReplayError> {
    let published = match Published::read(&socai_models::Place::new(dir)) {
        Ok(Some(published)) => published,
        Ok(None) => return Ok(Ok(ModelsAnswer::Absent)),
        Err(error @ (ModelsError::Unusable { .. } | ModelsError::Io { .. })) => {
            return Ok(Err(ModelsFault::Unreadable(error.to_string())));
        }
        Err(error) => return Ok(Err(ModelsFault::Unreadable(error.to_string()))),
    };
    let Published { version, size, root, digest } = published;
    if version != ROWS_VERSION {
        let reason = format!("published by version {version} of the rows, this program knows {ROWS_VERSION}");
        return Ok(Ok(ModelsAnswer::NotCompared { reason }));
    }
    if size > end {
        let reason = format!("published at size {size}, while {end} entries were verified");
        return Ok(if is_live {
            Ok(ModelsAnswer::NotCompared { reason })
        } else {
            Err(ModelsFault::Ahead { size, end })
        });
    }
    if root_at(reader, size)? != Some(root) {
        return Ok(Err(ModelsFault::Root { size }));
    }
    let replayed = replayed(reader, size)?;
    if replayed != digest {
        return Ok(Err(ModelsFault::Digest { size, published: digest, replayed }));
    }
    Ok(Ok(ModelsAnswer::Match { size: size.0, digest: digest.to_string() }))
}

fn root_at(reader: &Reader, size: TreeSize) -> Result<Option<socai_tlog::Hash>, LogError> {
    match size {
        TreeSize(0) => Ok(None),
        size => reader.root_at(size).map(Some),
    }
}

/// The digest of the state that a replay of the first `size` entries gives.
fn replayed(reader: &Reader, size: TreeSize) -> Result<Digest, ReplayError> {
    let (mut fold, mut digest) = (Fold::new(), StateDigest::default());
    fold.capture(true);
    while fold.size() < size {
        let next = TreeSize(size.0.min(fold.size().0 + BATCH));
        replay(reader, &mut fold, next, |_, _| ())?;
        fold.drain().iter().for_each(|change| digest.apply(change));
    }
    Ok(digest.digest())
}
