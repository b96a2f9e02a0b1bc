//! What a witness decides about a checkpoint that it is shown (C2SP tlog-witness), before it stores and answers.

use crate::{
    add_checkpoint::AddCheckpoint,
    checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint},
    names::TreeSize,
    note::{Note, NoteError},
    note_key::NoteKey,
    proof_file::BadProofFile,
    tree::{ProofError, empty_root, verify_consistency},
};

/// Why a witness does not cosign, by the specification's status codes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotWitnessed {
    /// 400: not a request.
    #[error(transparent)]
    Request(#[from] BadProofFile),
    /// 400: not a checkpoint.
    #[error("the request holds no checkpoint: {0}")]
    Note(#[from] NoteError),
    /// 400: not a checkpoint, or one with more than a witness signs.
    #[error("the request holds no checkpoint: {0}")]
    Checkpoint(CheckpointError),
    /// 400: a proof cannot lead backwards.
    #[error("the proof starts from size {old}, the checkpoint is of size {size}")]
    Backwards {
        /// Where the proof starts.
        old: TreeSize,
        /// Size of the checkpoint.
        size: TreeSize,
    },
    /// 404: a log that this witness does not follow.
    #[error("this witness does not follow {origin}")]
    UnknownLog {
        /// The log.
        origin: String,
    },
    /// 403: signed by nobody who may.
    #[error("the checkpoint is not signed by its log: {0}")]
    Unsigned(CheckpointError),
    /// 409: the witness has seen another size; ask again from there.
    #[error("this witness has seen size {seen}")]
    Seen {
        /// The size that the proof must start from.
        seen: TreeSize,
    },
    /// 422: the log shows another history than before. Keep both checkpoints: they are evidence.
    #[error(
        "the checkpoint of size {size} does not continue the one of size {seen} that this witness saw: {cause}"
    )]
    Forked {
        /// Size that was seen.
        seen: TreeSize,
        /// Size of the checkpoint shown.
        size: TreeSize,
        /// What does not hold.
        cause: ProofError,
    },
}

impl NotWitnessed {
    /// The HTTP status that the specification asks for.
    pub const fn status(&self) -> u16 {
        match self {
            NotWitnessed::Request(_)
            | NotWitnessed::Note(_)
            | NotWitnessed::Checkpoint(_)
            | NotWitnessed::Backwards { .. } => 400,
            NotWitnessed::Unsigned(_) => 403,
            NotWitnessed::UnknownLog { .. } => 404,
            NotWitnessed::Seen { .. } => 409,
            NotWitnessed::Forked { .. } => 422,
        }
    }
}

/// Judges a request about `log`, of which the witness last cosigned `seen`; none when it has seen nothing.
///
/// What is given back may be cosigned, but only once it is stored: who answers first and crashes then may sign two histories. The caller
/// must let nobody else decide about the log between reading `seen` and storing.
pub fn judge_checkpoint(
    request: &[u8],
    log: &NoteKey,
    seen: Option<&SignedCheckpoint>,
) -> Result<SignedCheckpoint, NotWitnessed> {
    let request = AddCheckpoint::parse(request)?;
    let note = Note::parse(request.checkpoint.as_bytes())?;
    let stated = Checkpoint::parse(note.text()).map_err(NotWitnessed::Checkpoint)?;
    if stated.origin != *log.name() {
        return Err(NotWitnessed::UnknownLog { origin: stated.origin.to_string() });
    }
    let shown =
        SignedCheckpoint::open(request.checkpoint.as_bytes(), [log]).map_err(NotWitnessed::Unsigned)?;
    let (old, size) = (request.old, shown.size());
    if old > size {
        return Err(NotWitnessed::Backwards { old, size });
    }
    let (seen, root) = seen.map_or((TreeSize(0), empty_root()), |seen| (seen.size(), *seen.root()));
    if old != seen {
        return Err(NotWitnessed::Seen { seen });
    }
    verify_consistency(seen, &root, size, shown.root(), &request.proof)
        .map_err(|cause| NotWitnessed::Forked { seen, size, cause })?;
    Ok(shown)
}
