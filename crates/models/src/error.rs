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
