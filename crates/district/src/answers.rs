//! What goes back to a ward once a round is committed: receipts, signed heads, missing records, refusals.
//!
//! Each answer proves itself (a proof under a checkpoint, or the operator's signature) and may be lost: a ward
//! that hears nothing sends again and is answered again.

use bytes::Bytes;
use prost::Message as _;
use socai_fold::Erasure;
use socai_log::{Annex, Reader};
use socai_proto::v1;
use socai_tlog::{
    ChainHead, ErasureStatement, EventName, HeadStatement, LeafIndex, ReceiptStatement, Record,
    RefusalStatement, SignedCheckpoint, StatedRun, TreeSize, UnitNo, UnitSeq, encode_segment, entry_hash,
};

use crate::{error::DistrictError, gate::Refused, operator::Operator};

/// Bytes of missing records that one hello is answered with: what a ward can take in without pausing.
const MAX_RESTORE_BYTES: usize = 32 << 20;
/// The same of all hellos of a round together: they wait in memory until they are sent. Who gets less asks for more with the next hello.
const MAX_RESTORED_BYTES: usize = 2 * MAX_RESTORE_BYTES;

/// An answer that waits for the commit of its round.
#[derive(Debug)]
pub enum Answer {
    /// Every record of the range is in the log.
    Receipt {
        /// The unit.
        unit: UnitNo,
        /// First record of the range.
        first: UnitSeq,
        /// Last record of the range.
        last: UnitSeq,
        /// The leaf of the first record, when this round appended the whole range.
        first_leaf: Option<LeafIndex>,
        /// The tree size the ward has seen.
        seen: TreeSize,
    },
    /// Where the unit's chain ends here.
    Head {
        /// The unit.
        unit: UnitNo,
        /// The chain's end when the message was judged.
        head: ChainHead,
        /// Why it is told.
        reason: v1::HeadReason,
        /// The hello's nonce, or empty.
        nonce: Bytes,
        /// The first record the ward lacks: sent before the head.
        restore_from: Option<UnitSeq>,
    },
    /// Not recorded.
    Refusal(Refused),
    /// An annex of the unit's is to be destroyed.
    Erasure {
        /// The erasure, which counts and is in the log.
        erasure: Erasure,
        /// The tree size after the unit's erasure before this one; above its leaf when nothing is said of others.
        from: TreeSize,
    },
}

/// One message for one unit's inbox.
#[derive(Debug)]
pub struct Outgoing {
    /// The unit.
    pub unit: UnitNo,
    /// An encoded `Down`.
    pub payload: Bytes,
}

/// Writes answers from what is committed.
pub struct Answerer<'a> {
    /// Signs receipts, heads and refusals.
    pub operator: &'a Operator,
    /// The committed log.
    pub reader: &'a Reader,
    /// Its newest checkpoint.
    pub checkpoint: &'a SignedCheckpoint,
    /// How many bytes of missing records may still be written; a unit is given its next segment at least.
    room: usize,
}

impl<'a> Answerer<'a> {
    /// For the answers of one round.
    pub fn new(operator: &'a Operator, reader: &'a Reader, checkpoint: &'a SignedCheckpoint) -> Self {
        Answerer { operator, reader, checkpoint, room: MAX_RESTORED_BYTES }
    }

    /// The messages of one answer, in the order they are sent.
    ///
    /// # Errors
    /// The log could not be read.
    pub fn write(&mut self, answer: Answer) -> Result<Vec<Outgoing>, DistrictError> {
        match answer {
            Answer::Receipt { unit, first, last, first_leaf, seen } => {
                let runs = match first_leaf {
                    Some(leaf) => vec![run(first, leaf, last.0 - first.0 + 1)],
                    None => self.runs(unit, first, last)?,
                };
                let receipt = self.receipt(unit, runs, seen)?;
                Ok(vec![outgoing(unit, v1::down::Message::Receipt(receipt))])
            }
            Answer::Head { unit, head, reason, nonce, restore_from } => {
                let mut messages = match restore_from {
                    Some(first) => self.restore(unit, first, head.next_seq)?,
                    None => Vec::new(),
                };
                messages.push(outgoing(unit, v1::down::Message::Head(self.head(unit, head, reason, nonce))));
                Ok(messages)
            }
            Answer::Refusal(refused) => {
                Ok(vec![outgoing(refused.unit, v1::down::Message::Refusal(self.refusal(&refused)))])
            }
            Answer::Erasure { erasure, from } => {
                let told = v1::down::Message::Erasure(self.erasure(&erasure, from)?);
                Ok(vec![outgoing(erasure.target.unit, told)])
            }
        }
    }

    /// Proves that the runs of a unit's records are in the log, and that the log only grew since `seen`.
    fn receipt(
        &self,
        unit: UnitNo,
        runs: Vec<v1::Run>,
        seen: TreeSize,
    ) -> Result<v1::Receipt, DistrictError> {
        let size = self.checkpoint.size();
        let (first_seq, last_seq, leaf) = match (runs.first(), runs.last()) {
            (Some(first), Some(run)) => {
                (first.first_seq, run.first_seq + run.count - 1, LeafIndex(run.first_leaf + run.count - 1))
            }
            _ => (0, 0, LeafIndex(0)), // a range has at least one record
        };
        let stored = self.reader.record(leaf)?;
        let seen = if seen <= size { seen } else { TreeSize(0) };
        let consistency = match seen {
            TreeSize(0) => Vec::new(),
            seen => self.reader.prove_consistency(seen, size)?,
        };
        let (checkpoint, inclusion) = (self.checkpoint.to_string(), self.reader.prove_inclusion(leaf, size)?);
        let stated: Vec<StatedRun> = runs.iter().map(stated).collect();
        let statement = ReceiptStatement {
            unit,
            first: UnitSeq(first_seq),
            last: UnitSeq(last_seq),
            link: stored.record.link(),
            received_at_ms: stored.received_at_ms,
            runs: &stated,
            checkpoint: &checkpoint,
            inclusion: &inclusion,
            consistency_from: seen,
            consistency: &consistency,
        };
        let signature = statement.sign(self.operator.origin(), self.operator.secret());
        Ok(v1::Receipt {
            unit: unit.0,
            first_seq,
            last_seq,
            runs,
            head: Bytes::copy_from_slice(&stored.record.link().0),
            checkpoint,
            received_at_ms: stored.received_at_ms,
            inclusion: hashes(inclusion),
            consistency_from_size: seen.0,
            consistency: hashes(consistency),
            signature: Bytes::copy_from_slice(&signature),
        })
    }

    /// Where the range lies in the tree, as runs of consecutive leaves.
    fn runs(&self, unit: UnitNo, first: UnitSeq, last: UnitSeq) -> Result<Vec<v1::Run>, DistrictError> {
        let mut runs: Vec<v1::Run> = Vec::new();
        for seq in (first.0..=last.0).map(UnitSeq) {
            let leaf = self.reader.leaf_of(EventName { unit, seq })?;
            match runs.last_mut() {
                Some(run) if run.first_leaf + run.count == leaf.0 => run.count += 1,
                _ => runs.push(run(seq, leaf, 1)),
            }
        }
        Ok(runs)
    }

    /// A signed head.
    fn head(&self, unit: UnitNo, head: ChainHead, reason: v1::HeadReason, nonce: Bytes) -> v1::Head {
        let checkpoint = self.checkpoint.to_string();
        let statement = HeadStatement {
            unit,
            head,
            reason: i32::from(reason) as u32,
            nonce: nonce[..].try_into().unwrap_or_default(),
            checkpoint: &checkpoint,
        };
        let signature = statement.sign(self.operator.origin(), self.operator.secret());
        v1::Head {
            unit: unit.0,
            next_seq: head.next_seq.0,
            link: Bytes::copy_from_slice(&head.link.0),
            reason: reason.into(),
            nonce,
            checkpoint,
            signature: Bytes::copy_from_slice(&signature),
        }
    }

    /// The record that orders an erasure, proven to be in the log.
    fn erasure(&self, erasure: &Erasure, from: TreeSize) -> Result<v1::Erasure, DistrictError> {
        let stored = self.reader.record(erasure.leaf)?;
        let (received_at_ms, header) = (stored.received_at_ms, *stored.record.header_bytes());
        let (checkpoint, size) = (self.checkpoint.to_string(), self.checkpoint.size());
        let inclusion = self.reader.prove_inclusion(erasure.leaf, size)?;
        let (unit, seq) = (erasure.target.unit, erasure.target.seq);
        let annex = self.reader.record(self.reader.leaf_of(erasure.target)?)?.record.header().annex;
        let statement = ErasureStatement {
            unit,
            seq,
            from,
            leaf: erasure.leaf,
            entry: entry_hash(received_at_ms, &header, stored.signature.as_ref()),
            annex,
            checkpoint: &checkpoint,
            inclusion: &inclusion,
        };
        let signature = statement.sign(self.operator.origin(), self.operator.secret());
        let entry_signature = stored.signature.map_or_else(Bytes::new, |by| Bytes::copy_from_slice(&by));
        Ok(v1::Erasure {
            unit: unit.0,
            seq: seq.0,
            from_size: from.0,
            leaf: erasure.leaf.0,
            header: Bytes::copy_from_slice(&header),
            received_at_ms,
            entry_signature,
            facts: stored.record.facts().clone(),
            checkpoint,
            inclusion: hashes(inclusion),
            annex: Bytes::copy_from_slice(&annex.0),
            signature: Bytes::copy_from_slice(&signature),
        })
    }

    /// A signed refusal.
    fn refusal(&self, refused: &Refused) -> v1::Refusal {
        let statement = RefusalStatement {
            unit: refused.unit,
            first: refused.first,
            last: refused.last,
            code: i32::from(refused.code) as u32,
            text: &refused.text,
        };
        let signature = statement.sign(self.operator.origin(), self.operator.secret());
        v1::Refusal {
            unit: refused.unit.0,
            first_seq: refused.first.0,
            last_seq: refused.last.0,
            code: refused.code.into(),
            text: refused.text.clone(),
            signature: Bytes::copy_from_slice(&signature),
        }
    }

    /// The records `first..end` of a unit as the segments they came in, one message each, up to a bound: a ward
    /// that lacks more says hello again.
    ///
    /// A range that begins inside a segment is sent from there: the signature covers the last link, so it
    /// covers the rest as well.
    fn restore(
        &mut self,
        unit: UnitNo,
        first: UnitSeq,
        end: UnitSeq,
    ) -> Result<Vec<Outgoing>, DistrictError> {
        let mut messages = Vec::new();
        let (mut pending, mut room) = (Vec::new(), self.room.min(MAX_RESTORE_BYTES));
        for seq in (first.0..end.0).map(UnitSeq) {
            let stored = self.reader.record(self.reader.leaf_of(EventName { unit, seq })?)?;
            let annex = match self.reader.annex(stored.leaf)? {
                Annex::Present(annex) => Bytes::from(annex),
                Annex::None | Annex::Erased => Bytes::new(),
            };
            let (header, facts) = (*stored.record.header_bytes(), stored.record.facts().clone());
            pending.push(Record::restored(header, facts, annex)?);
            let Some(signature) = &stored.signature else { continue };
            let segment = encode_segment(&pending, signature)?;
            let len = segment.len();
            let first_seq = pending[0].name().seq.0; // pushed above
            let restore = v1::Restore { unit: unit.0, first_seq, segments: vec![segment] };
            messages.push(outgoing(unit, v1::down::Message::Restore(restore)));
            pending.clear();
            self.room = self.room.saturating_sub(len);
            room = room.saturating_sub(len);
            if room == 0 {
                break;
            }
        }
        Ok(messages)
    }
}

/// A run of consecutive leaves.
fn run(first: UnitSeq, leaf: LeafIndex, count: u64) -> v1::Run {
    v1::Run { first_seq: first.0, first_leaf: leaf.0, count }
}

fn stated(run: &v1::Run) -> StatedRun {
    StatedRun { first: UnitSeq(run.first_seq), leaf: LeafIndex(run.first_leaf), count: run.count }
}

fn outgoing(unit: UnitNo, message: v1::down::Message) -> Outgoing {
    let down = v1::Down { message: Some(message) };
    Outgoing { unit, payload: Bytes::from(down.encode_to_vec()) }
}

fn hashes(proof: Vec<socai_tlog::Hash>) -> Vec<Bytes> {
    proof.iter().map(|hash| Bytes::copy_from_slice(&hash.0)).collect()
}
