//! What can go wrong with the models; the remedy is always the same: fold them again from the log.

use std::{io, path::PathBuf};

use socai_fold::BadRow;
use socai_tlog::TreeSize;

/// Why the models cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelsError {
    /// The database refused.
    #[error("{}: {cause}; stop the district and run `socai rebuild`", path.display())]
    Sled {
        /// Its directory.
        path: PathBuf,
        /// What sled said.
        cause: sled::Error,
    },
    /// Another process has the database open; sled lets one in.
    #[error("{}: another process has the models open; stop it first, or read the log", path.display())]
    InUse {
        /// Its directory.
        path: PathBuf,
    },
    /// The database panicked while it was opened.
    #[error("{}: the database panicked while it was opened", path.display())]
    Panicked {
        /// Its directory.
        path: PathBuf,
    },
    /// The directory cannot be used.
    #[error("{}: {cause}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// The rows are of another version, or not all of a state.
    #[error("{}: {reason}; the models are folded again from the log", path.display())]
    Unusable {
        /// The database's directory.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A row that the fold did not write.
    #[error(transparent)]
    Row(#[from] BadRow),
    /// A batch that does not go on from what is there.
    #[error("a batch for size {got} was given to models of size {applied}")]
    OutOfOrder {
        /// The batch's size.
        got: TreeSize,
        /// What is applied.
        applied: TreeSize,
    },
}

impl ModelsError {
    /// What sled said, told apart by remedy. Its lock has no error of its own, only these words (0.34.7, `config.rs`, `try_lock`).
    pub(crate) fn of(path: PathBuf, cause: sled::Error) -> Self {
        match cause {
            sled::Error::Io(io) if io.to_string().contains("could not acquire lock") => {
                ModelsError::InUse { path }
            }
            cause => ModelsError::Sled { path, cause },
        }
    }

    pub(crate) fn unusable(path: PathBuf, reason: &str) -> Self {
        ModelsError::Unusable { path, reason: reason.to_owned() }
    }
}
