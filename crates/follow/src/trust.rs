//! Whom a verification believes: one ledger and one operator's key.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use socai_tlog::{BadPolicy, NoteKey, Origin, Policy, SealingKey};

/// The key everything else hangs on, and where it came from.
#[derive(Clone, Debug)]
pub struct Trust {
    key: NoteKey,
    operator: SealingKey,
    /// The policy file that named it.
    source: PathBuf,
    pinned: bool,
}

/// Why there is nobody to believe.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// The policy cannot be read.
    #[error("{}: {cause}; name the operator's key with --policy FILE", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// It is not a policy.
    #[error("{}: {cause}", path.display())]
    Policy {
        /// The file.
        path: PathBuf,
        /// Line and reason.
        cause: BadPolicy,
    },
    /// It names another ledger, or several.
    #[error("{}: names {got} log keys, one is expected", path.display())]
    Logs {
        /// The file.
        path: PathBuf,
        /// How many.
        got: usize,
    },
}

impl Trust {
    /// Believes the key in a policy that the auditor brought along.
    ///
    /// # Errors
    /// The file cannot be read, is no policy, or does not name exactly one log.
    pub fn pinned(policy: &Path) -> Result<Self, TrustError> {
        Self::read(policy, true)
    }

    /// Believes the key that lies beside the ledger: proves consistency, not whose ledger it is.
    ///
    /// # Errors
    /// As for [`Trust::pinned`].
    pub fn found_with(policy: &Path) -> Result<Self, TrustError> {
        Self::read(policy, false)
    }

    fn read(path: &Path, pinned: bool) -> Result<Self, TrustError> {
        let bytes = fs::read(path).map_err(|cause| TrustError::Io { path: path.to_owned(), cause })?;
        let policy =
            Policy::parse(&bytes).map_err(|cause| TrustError::Policy { path: path.to_owned(), cause })?;
        let wrong = |got| TrustError::Logs { path: path.to_owned(), got };
        let [log] = policy.logs() else { return Err(wrong(policy.logs().len())) };
        let operator = *log.key.log_key().ok_or_else(|| wrong(0))?;
        Ok(Trust { key: log.key.clone(), operator, source: path.to_owned(), pinned })
    }

    /// The ledger.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        self.key.name()
    }

    /// The operator's key.
    #[must_use]
    pub fn operator(&self) -> &SealingKey {
        &self.operator
    }

    /// The same key as the signer of checkpoints.
    #[must_use]
    pub fn note_key(&self) -> &NoteKey {
        &self.key
    }

    /// The policy file.
    #[must_use]
    pub fn source(&self) -> &Path {
        &self.source
    }

    /// Whether the auditor brought the key, or it was found with the ledger.
    #[must_use]
    pub fn is_pinned(&self) -> bool {
        self.pinned
    }
}
