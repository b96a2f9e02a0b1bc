//! Why a witness gave no cosignature.

use socai_log::LogError;
use socai_tlog::{Malformed, TreeSize};

/// Why a witness gave no cosignature.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotCosigned {
    /// It does not answer, or not as a witness does.
    #[error("{0}")]
    Http(Box<ureq::Error>),
    /// It refuses.
    #[error("answers {status}: {said}")]
    Refused { status: u16, said: String },
    /// It has seen more than the log has.
    #[error("has seen size {seen}, the log has {size}")]
    Ahead { seen: TreeSize, size: TreeSize },
    /// What it gives is not its cosignature of this checkpoint.
    #[error("gives no cosignature that verifies with its key")]
    NotItsOwn,
    /// It goes on naming other sizes.
    #[error("names another size each time")]
    Restless,
    /// Our own files.
    #[error(transparent)]
    Log(#[from] LogError),
    /// Entries of ours that have no request.
    #[error("the entries cannot be shown: {0}")]
    Shown(#[from] Malformed),
}

impl NotCosigned {
    /// Whether the witness knows a history that ours does not continue: somebody signed two, or our log is an old copy.
    pub(super) fn is_contradiction(&self) -> bool {
        matches!(self, NotCosigned::Ahead { .. } | NotCosigned::Refused { status: 422, .. })
    }
}
