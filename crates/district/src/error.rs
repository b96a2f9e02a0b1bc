//! Why the district cannot go on, and what may be done about it.

use std::{io::ErrorKind, path::PathBuf};

use socai_fold::Reason;
use socai_log::LogError;
use socai_tlog::{TreeSize, UnitNo};

use crate::{config::ConfigError, draft::DraftError, spec::SpecError};

/// Why the district cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum DistrictError {
    /// The log refused; opening it again re-reads what is on the disk.
    #[error(transparent)]
    Log(#[from] LogError),
    /// Records of the log or of the operator do not fit their format.
    #[error(transparent)]
    Malformed(#[from] socai_tlog::Malformed),
    /// Settings or keys are missing or wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The log could not be replayed.
    #[error(transparent)]
    Replay(#[from] socai_follow::ReplayError),
    /// The read models cannot be made.
    #[error(transparent)]
    Models(#[from] socai_models::ModelsError),
    /// A ward, or the broker, holds a checkpoint of ours that our log does not lead to.
    #[error(
        "{} holds a checkpoint of this ledger at size {held}, but the log here ends at size {size}: the log was \
         restored from an old copy. Nothing was signed. Restore {} from a mirror or backup that reaches size {held}",
        holder(*unit), log.display()
    )]
    BehindWard {
        /// The unit that told us; the operator's own number when it was the broker.
        unit: UnitNo,
        /// The size it can prove.
        held: u64,
        /// Our size.
        size: TreeSize,
        /// The log directory.
        log: PathBuf,
    },
    /// Witnesses cosigned a checkpoint of ours that our log does not lead to.
    #[error(
        "{} is a checkpoint of this ledger at size {held}, but the log here ends at size {size}: the log was restored from an old copy. \
         Nothing was signed. Restore {} from a mirror or backup that reaches size {held}; never delete the checkpoint to go on, that \
         would sign a second history",
        cosigned.display(), log.display()
    )]
    BehindWitnesses {
        /// The file with the cosigned checkpoint.
        cosigned: PathBuf,
        /// Its size.
        held: TreeSize,
        /// Our size.
        size: TreeSize,
        /// The log directory.
        log: PathBuf,
    },
    /// A unit or rule of the operator is not what it should be.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// What a ledger was to begin with would not count.
    #[error("{what}, {}: {} [{}]; nothing was founded", reason.field, reason.message_en, reason.code)]
    Rejected {
        /// The unit, or the rules by their name.
        what: String,
        /// What is wrong.
        reason: Reason,
    },
    /// An event of the operator is not sealed.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// A thread or task of ours ended early.
    #[error("{0} ended early; see the error before this one")]
    Ended(&'static str),
    /// The broker refused or is not there.
    #[error(transparent)]
    Bus(#[from] socai_bus::BusError),
}

impl DistrictError {
    /// Whether starting again, which re-reads the disk, can mend it: a full disk, a failed write, a lost connection.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            DistrictError::Log(error) => matches!(error, LogError::Io { .. } | LogError::Poisoned { .. }),
            DistrictError::Bus(error) => matches!(error, socai_bus::BusError::Unavailable { .. }),
            // no file handle left, a failing disk; a file that is missing or not ours to read does not come by itself
            DistrictError::Config(ConfigError::Io { cause, .. }) => {
                !matches!(cause.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied)
            }
            DistrictError::Models(_) => true,
            _ => false,
        }
    }

    /// Whether another process may find it mended: somebody else has the ledger for a while, or a part of this process broke.
    #[must_use]
    pub fn may_be_gone_later(&self) -> bool {
        matches!(self, DistrictError::Log(LogError::Locked { .. }) | DistrictError::Ended(_))
    }
}

fn holder(unit: UnitNo) -> String {
    if unit == UnitNo::OPERATOR { "the broker".to_owned() } else { format!("unit {unit}") }
}
