//! Where a ledger's parts are, below what the auditor named.

use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
};

use socai_follow::TrustError;
use socai_log::LogError;

/// Why nothing could be verified: usage or the file system, not the ledger.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// There is no ledger where one was named.
    #[error("{}: no ledger here (looked for log/volumes, district/log/volumes and volumes)", .0.display())]
    NoLedger(PathBuf),
    /// Nobody to believe.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// The older checkpoint is of no use.
    #[error("{}: {cause}; --since takes a checkpoint of this ledger that was kept before", path.display())]
    Since {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        cause: String,
    },
    /// Nothing is to be had at an address.
    #[error("{address}: {why}")]
    Unreachable {
        /// The address.
        address: String,
        /// What it answered.
        why: String,
    },
    /// What a watch keeps cannot be read or written.
    #[error("{}: {cause}", path.display())]
    Kept {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// A file that was named as a checkpoint is none.
    #[error("the older checkpoint is no signed note of a tree; name its file, or a tree size such as 1041")]
    NoCheckpoint,
    /// The log cannot be opened at all.
    #[error(transparent)]
    Log(#[from] LogError),
}

/// The parts of a ledger on a disk.
#[derive(Clone, Debug)]
pub struct Place {
    log: PathBuf,
    district: Option<PathBuf>,
}

impl Place {
    /// Finds the log in `DIR/log`, `DIR/district/log`, or `DIR` itself.
    ///
    /// # Errors
    /// There is no log in any of them.
    pub fn find(ledger: &Path) -> Result<Self, AuditError> {
        for district in [ledger.to_owned(), ledger.join("district")] {
            let log = district.join("log");
            if log.join("volumes").is_dir() {
                return Ok(Place { log, district: Some(district) });
            }
        }
        match ledger.join("volumes").is_dir() {
            true => Ok(Place { log: ledger.to_owned(), district: None }),
            false => Err(AuditError::NoLedger(ledger.to_owned())),
        }
    }

    /// Around a log that was found before.
    pub(crate) fn of_log(log: &Path) -> Self {
        Place { log: log.to_owned(), district: None }
    }

    /// The log directory.
    #[must_use]
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// The policy that lies beside the ledger.
    #[must_use]
    pub fn policy(&self) -> PathBuf {
        self.beside().join("policy")
    }

    /// The newest checkpoint that witnesses cosigned, if the district collected any.
    #[must_use]
    pub fn cosigned(&self) -> PathBuf {
        self.beside().join("cosigned")
    }

    /// The cosigned checkpoints before that one.
    #[must_use]
    pub fn witnessed(&self) -> PathBuf {
        self.beside().join("witnessed")
    }

    /// The models' directory; none for a log alone.
    #[must_use]
    pub fn models(&self) -> Option<PathBuf> {
        self.district.as_ref().map(|district| district.join("models"))
    }

    /// Whether somebody holds the writer's lock.
    #[must_use]
    pub fn is_live(&self) -> bool {
        let Ok(lock) = File::open(self.beside().join("lock")) else { return false };
        matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock))
    }

    fn beside(&self) -> &Path {
        self.district.as_deref().or_else(|| self.log.parent()).unwrap_or(&self.log)
    }
}
