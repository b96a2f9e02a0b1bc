//! Why a copy does not go on, by remedy.

use std::{io, path::PathBuf};

use socai_follow::{ReplayError, TrustError};
use socai_log::LogError;

/// Why a copy does not go on.
#[derive(Debug, thiserror::Error)]
pub enum MirrorError {
    /// The source contradicts its operator's key or what the copy holds. Nothing of it was kept.
    #[error("refused: {0}. This copy keeps what it had; compare before you believe either")]
    Refused(String),
    /// The copy itself is damaged, not the source.
    #[error(
        "this copy is damaged: {0}. Put it aside and make another, or restore the file; nothing was copied"
    )]
    Damaged(String),
    /// The source cannot be read now.
    #[error("{0}")]
    Unreachable(String),
    /// Whoever runs it does not want to wait any longer. What came so far is kept.
    #[error("asked to stop")]
    Stopped,
    /// The directory is none of ours.
    #[error("{}: {why}", dir.display())]
    NotOurs {
        /// The directory.
        dir: PathBuf,
        /// What is there.
        why: &'static str,
    },
    /// Nobody to believe.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// The copy's own files.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The copy cannot be replayed.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// A small file of the copy.
    #[error("{}: {cause}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

impl MirrorError {
    /// Whether asking again later may help.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self, MirrorError::Unreachable(_) | MirrorError::Stopped)
    }

    /// Whether another process works on the copy.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        matches!(self, MirrorError::Log(LogError::Locked { .. }))
    }

    /// Whether something is wrong with the ledger or the copy, not with the use of it.
    #[must_use]
    pub fn is_verdict(&self) -> bool {
        matches!(self, MirrorError::Refused(_) | MirrorError::Damaged(_))
    }

    pub(crate) fn io(path: &std::path::Path) -> impl FnOnce(io::Error) -> MirrorError + '_ {
        move |cause| MirrorError::Io { path: path.to_owned(), cause }
    }
}
