//! Whom a verification believes: one ledger and one operator's key.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use socai_tlog::{BadPolicy, NoteKey, Origin, Policy, SealingKey};

/// The key everything else hangs on, and where it came from.
#[derive(Clone, Debug)]
pub struct Trust {
    policy: Policy,
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
    /// It names no ledger, or several and none of them is the one at hand.
    #[error(
        "{}: names {got} log keys, none of them of {}: bring a policy that names this ledger",
        path.display(), ledger.as_deref().unwrap_or("this ledger")
    )]
    Logs {
        /// The file.
        path: PathBuf,
        /// How many.
        got: usize,
        /// The ledger's name, as far as it says one.
        ledger: Option<String>,
    },
}

impl Trust {
    /// Believes the key in a policy that the auditor brought along.
    ///
    /// A policy of several logs is asked for the one that says it is `ledger`, as the ledger's checkpoint names itself. The only log of a
    /// policy is believed whatever the ledger says: then a verification tells that it is another one.
    ///
    /// # Errors
    /// The file cannot be read, is no policy, or names no such log.
    pub fn pinned(policy: &Path, ledger: Option<&str>) -> Result<Self, TrustError> {
        Self::read(policy, ledger, true)
    }

    /// Believes the key that lies beside the ledger: proves consistency, not whose ledger it is.
    ///
    /// # Errors
    /// As for [`Trust::pinned`].
    pub fn found_with(policy: &Path, ledger: Option<&str>) -> Result<Self, TrustError> {
        Self::read(policy, ledger, false)
    }

    fn read(path: &Path, ledger: Option<&str>, pinned: bool) -> Result<Self, TrustError> {
        let bytes = fs::read(path).map_err(|cause| TrustError::Io { path: path.to_owned(), cause })?;
        let policy =
            Policy::parse(&bytes).map_err(|cause| TrustError::Policy { path: path.to_owned(), cause })?;
        let log = match policy.logs() {
            [only] => Some(only),
            logs => logs.iter().find(|log| Some(log.key.name().as_str()) == ledger),
        };
        let named = log.and_then(|log| Some((log.key.clone(), *log.key.log_key()?)));
        let Some((key, operator)) = named else {
            let (path, got, ledger) = (path.to_owned(), policy.logs().len(), ledger.map(str::to_owned));
            return Err(TrustError::Logs { path, got, ledger });
        };
        Ok(Trust { policy, key, operator, source: path.to_owned(), pinned })
    }

    /// Everything the policy says: the log, and the witnesses that are asked for.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
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
