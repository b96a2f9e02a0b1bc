//! Where a unit's trust starts: the ledger's name and the operator's key, pinned at enrolment.

use socai_proto::v1;
use socai_tlog::{
    ChainHead, CheckpointError, HeadStatement, Link, NoteKey, Origin, RefusalStatement, SealingKey,
    SignedCheckpoint, UnitNo, UnitSeq,
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

fn sized<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    bytes.try_into().ok()
}
