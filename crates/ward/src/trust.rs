//! Where a unit's trust starts: the ledger's name and the operator's key, pinned at enrolment.

use bytes::Bytes;
use socai_proto::v1;
use socai_tlog::{
    ChainHead, CheckpointError, ErasureStatement, Hash, HeadStatement, LeafIndex, Link, NoteKey, Origin,
    ReceiptStatement, RefusalStatement, SealingKey, SignedCheckpoint, StatedRun, TreeSize, UnitNo, UnitSeq,
};

/// Verifies what the district signs. Everything that comes over the bus goes through here before it counts.
#[derive(Clone, Debug)]
pub struct Trust {
    origin: Origin,
    operator: SealingKey,
    note_key: NoteKey,
}

impl Trust {
    /// Trusts `operator` to speak for the ledger `origin`.
    pub fn new(origin: Origin, operator: SealingKey) -> Trust {
        Trust { note_key: NoteKey::log(origin.clone(), operator), origin, operator }
    }

    /// The ledger's name.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Reads a checkpoint of this ledger and verifies the operator's signature.
    ///
    /// # Errors
    /// It is no checkpoint, or not one of this ledger's operator.
    pub fn open_checkpoint(&self, note: &str) -> Result<SignedCheckpoint, CheckpointError> {
        SignedCheckpoint::open(note.as_bytes(), [&self.note_key])
    }

    /// Whether the operator signed this head.
    pub fn signed_head(&self, head: &v1::Head) -> bool {
        let Some((link, signature)) = sized(&head.link).zip(sized(&head.signature)) else { return false };
        let statement = HeadStatement {
            unit: UnitNo(head.unit),
            head: ChainHead { next_seq: UnitSeq(head.next_seq), link: Link(link) },
            reason: head.reason.cast_unsigned(),
            nonce: sized(&head.nonce).unwrap_or_default(),
            checkpoint: &head.checkpoint,
        };
        statement.verify(&self.origin, &self.operator, &signature)
    }

    /// Whether the operator signed this receipt. Without that its proofs prove nothing against the operator when they fail.
    pub fn signed_receipt(&self, receipt: &v1::Receipt) -> bool {
        self.check_receipt(receipt).unwrap_or(false)
    }

    /// `None` when a part has a length it cannot have.
    fn check_receipt(&self, receipt: &v1::Receipt) -> Option<bool> {
        let run = |run: &v1::Run| StatedRun {
            first: UnitSeq(run.first_seq),
            leaf: LeafIndex(run.first_leaf),
            count: run.count,
        };
        let runs: Vec<StatedRun> = receipt.runs.iter().map(run).collect();
        let statement = ReceiptStatement {
            unit: UnitNo(receipt.unit),
            first: UnitSeq(receipt.first_seq),
            last: UnitSeq(receipt.last_seq),
            link: Link(sized(&receipt.head)?),
            received_at_ms: receipt.received_at_ms,
            runs: &runs,
            checkpoint: &receipt.checkpoint,
            inclusion: &hashes(&receipt.inclusion)?,
            consistency_from: TreeSize(receipt.consistency_from_size),
            consistency: &hashes(&receipt.consistency)?,
        };
        Some(statement.verify(&self.origin, &self.operator, &sized(&receipt.signature)?))
    }

    /// Whether the operator signed this order to destroy an annex.
    pub fn signed_erasure(&self, statement: &ErasureStatement<'_>, signature: &[u8; 64]) -> bool {
        statement.verify(&self.origin, &self.operator, signature)
    }

    /// Whether the operator signed this refusal.
    pub fn signed_refusal(&self, refusal: &v1::Refusal) -> bool {
        let Some(signature) = sized(&refusal.signature) else { return false };
        let statement = RefusalStatement {
            unit: UnitNo(refusal.unit),
            first: UnitSeq(refusal.first_seq),
            last: UnitSeq(refusal.last_seq),
            code: refusal.code.cast_unsigned(),
            text: &refusal.text,
        };
        statement.verify(&self.origin, &self.operator, &signature)
    }
}

/// The hashes of a proof; `None` when one is not 32 bytes.
pub(crate) fn hashes(parts: &[Bytes]) -> Option<Vec<Hash>> {
    parts.iter().map(|part| sized(part).map(Hash)).collect()
}

pub(crate) fn sized<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    bytes.try_into().ok()
}
