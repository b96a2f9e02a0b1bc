//! What may enter the log: integrity alone, decided for one message at a time.
//!
//! The gate knows every unit's head and keys and nothing else. It reads no clock and touches no file: the
//! projector hands it messages in stream order, does what the verdict says and lets the gate's heads move on.
//! Business rules have no say here: what a unit signed is recorded, and the fold decides what counts.
//!
//! A round that fails to commit leaves the gate ahead of the log, so the projector throws the gate away with
//! the round and starts again from the log.

use std::collections::HashMap;

use bytes::Bytes;
use prost::Message as _;
use socai_log::LogError;
use socai_proto::v1;
use socai_tlog::{
    ChainHead, Checkpoint, EventName, Hash, LeafIndex, Link, NoteKey, Origin, Record, SealingKey, Segment,
    SignedCheckpoint, TreeSize, UnitNo, UnitSeq, VerifiedSegment, genesis,
};

use crate::standing::{Standing, Units};

/// What the gate asks of the log: the links of records that are already in it.
pub trait Past {
    /// The link of a recorded header, or the reason the log could not be read.
    ///
    /// # Errors
    /// The log could not be read: the round is given up.
    fn link_of(&self, name: EventName) -> Result<Link, LogError>;

    /// The root of the committed log at a size up to its own.
    ///
    /// # Errors
    /// The log could not be read.
    fn root_at(&self, size: TreeSize) -> Result<Hash, LogError>;
}

/// How far the log reaches while a message is judged.
#[derive(Clone, Copy, Debug)]
pub struct Reach {
    /// Entries that a checkpoint covers.
    pub committed: TreeSize,
    /// The leaf that the next record would take.
    pub next: LeafIndex,
}

/// What is to be done with one message.
#[derive(Debug)]
pub enum Verdict {
    /// These records continue the chain: append them, the signature with the last, then send a receipt for
    /// the whole range of the segment.
    Append {
        /// The segment, its signature verified.
        segment: VerifiedSegment,
        /// How many of its first records the log already holds.
        known: usize,
        /// The tree size the ward has seen, for the consistency proof.
        seen_size: u64,
    },
    /// Every record of this range is in the log: send its receipt again.
    Duplicate {
        /// The unit.
        unit: UnitNo,
        /// The first record of the range.
        first: UnitSeq,
        /// The last one.
        last: UnitSeq,
        /// The tree size the ward has seen.
        seen_size: u64,
    },
    /// The ward is told where its chain ends here.
    Head {
        /// The unit.
        unit: UnitNo,
        /// Why it is told.
        reason: v1::HeadReason,
        /// The nonce of the hello this answers, else empty.
        nonce: Bytes,
        /// The first record the ward lacks, when the district holds more than it does.
        restore_from: Option<UnitSeq>,
        /// How far the unit says it has carried out erasures; in answer to a hello only.
        erased: Option<TreeSize>,
    },
    /// The unit signed two records with one number: evidence for the log, then the unit is suspended.
    Fork {
        /// The name both records claim.
        name: EventName,
        /// The segment that holds the second one, its signature verified.
        segment: VerifiedSegment,
    },
    /// The message cannot be recorded and sending it again will not help.
    Refuse(Refused),
    /// A checkpoint that the district left in the stream, and that its log leads to.
    OwnTrace,
    /// The ward holds a checkpoint of ours that our log does not lead to: we were restored from an old copy.
    BehindWard {
        /// The unit that told us.
        unit: UnitNo,
        /// The size of the checkpoint it holds.
        held: TreeSize,
    },
}

/// A message that was not recorded, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The unit that is told.
    pub unit: UnitNo,
    /// The first record of the refused range; 0 when the message could not be read so far.
    pub first: UnitSeq,
    /// The last one.
    pub last: UnitSeq,
    /// The class of reason.
    pub code: v1::RefusalCode,
    /// The reason in words: what was found and what was expected.
    pub text: String,
}

/// Heads, keys and suspensions as of everything appended so far.
pub struct Gate {
    origin: Origin,
    operator: SealingKey,
    units: Units,
    heads: HashMap<UnitNo, ChainHead>,
}

impl Gate {
    /// A gate that continues the chains at `heads`.
    pub fn new(
        origin: Origin,
        operator: SealingKey,
        units: Units,
        heads: HashMap<UnitNo, ChainHead>,
    ) -> Self {
        Gate { origin, operator, units, heads }
    }

    /// Where a unit's chain stands, the genesis if nothing is recorded; none for a unit nobody registered.
    pub fn head(&self, unit: UnitNo) -> Option<ChainHead> {
        let first_key = self.units.first_sealing_key(unit)?;
        Some(
            self.heads.get(&unit).copied().unwrap_or_else(|| {
                ChainHead::genesis(genesis(&self.origin, &self.operator, unit, &first_key))
            }),
        )
    }

    /// Judges the message that arrived on `subject`.
    ///
    /// # Errors
    /// The log could not be read to compare a record that was sent before.
    pub fn consider(
        &self,
        subject: UnitNo,
        payload: Bytes,
        reach: Reach,
        past: &impl Past,
    ) -> Result<Verdict, LogError> {
        let refuse = |code, text: String| {
            Ok(Verdict::Refuse(Refused { unit: subject, first: UnitSeq(0), last: UnitSeq(0), code, text }))
        };
        let up = match v1::Up::decode(payload) {
            Ok(v1::Up { message: Some(message) }) => message,
            Ok(v1::Up { message: None }) => {
                return refuse(v1::RefusalCode::Malformed, "the message is empty".into());
            }
            Err(error) => return refuse(v1::RefusalCode::Malformed, error.to_string()),
        };
        match up {
            v1::up::Message::Hello(hello) => self.greet(subject, hello, reach, past),
            v1::up::Message::Publish(publish) => match Segment::parse_restored(publish.segment) {
                Ok(segment) if segment.unit() != subject => refuse(
                    v1::RefusalCode::WrongUnit,
                    format!("a segment of unit {} came on the subject of unit {subject}", segment.unit()),
                ),
                // it has seen more of this ledger than there is here: its hello will prove it
                Ok(_) if publish.seen_size > reach.committed.0 => Ok(tell(subject, v1::HeadReason::Gap)),
                Ok(segment) => self.admit(segment, publish.seen_size, reach, past),
                Err(error) => refuse(v1::RefusalCode::Malformed, error.to_string()),
            },
        }
    }

    /// Answers a hello: everything before it in the stream is settled by the time the answer is sent.
    fn greet(
        &self,
        subject: UnitNo,
        hello: v1::Hello,
        reach: Reach,
        past: &impl Past,
    ) -> Result<Verdict, LogError> {
        if let Some(held) = self.proven(&hello.checkpoint)
            && (held.size > reach.committed || past.root_at(held.size)? != held.root)
        {
            return Ok(Verdict::BehindWard { unit: subject, held: held.size });
        }
        if subject == UnitNo::OPERATOR {
            return Ok(Verdict::OwnTrace);
        }
        let refuse = |code, text| {
            let (first, last) = (UnitSeq(0), UnitSeq(0));
            Ok(Verdict::Refuse(Refused { unit: subject, first, last, code, text }))
        };
        let Some(head) = self.head(subject) else {
            return refuse(
                v1::RefusalCode::UnknownUnit,
                format!("unit {subject} is not registered in {}", self.origin),
            );
        };
        if hello.unit != subject.0 {
            return refuse(
                v1::RefusalCode::WrongUnit,
                format!("a hello of unit {} came on the subject of unit {subject}", hello.unit),
            );
        }
        let reason = match self.units.standing(subject, reach.next) {
            Standing::Suspended => v1::HeadReason::Suspended,
            _ => v1::HeadReason::Hello,
        };
        let lacks = hello.sealed_next_seq < head.next_seq.0;
        let restore_from = lacks.then_some(UnitSeq(hello.next_seq));
        let erased = Some(TreeSize(hello.erased_size));
        Ok(Verdict::Head { unit: subject, reason, nonce: hello.nonce, restore_from, erased })
    }

    /// A checkpoint of ours; none if the note is empty or not signed by us.
    fn proven(&self, note: &str) -> Option<Checkpoint> {
        let own = NoteKey::log(self.origin.clone(), self.operator);
        let signed = SignedCheckpoint::open(note.as_bytes(), [&own]).ok()?;
        Some(signed.checkpoint().clone()).filter(|checkpoint| checkpoint.size.0 > 0)
    }

    /// Units, keys and suspensions at the end of the log.
    pub fn units(&self) -> &Units {
        &self.units
    }

    /// Holds a segment against the unit's chain, keys and standing.
    fn admit(
        &self,
        segment: Segment,
        seen_size: u64,
        reach: Reach,
        past: &impl Past,
    ) -> Result<Verdict, LogError> {
        let (unit, first, last) = (segment.unit(), segment.continues().next_seq, segment.last().name().seq);
        let refuse = |code, text: String| Ok(Verdict::Refuse(Refused { unit, first, last, code, text }));
        let Some(head) = self.head(unit).filter(|_| unit != UnitNo::OPERATOR) else {
            let text = format!("unit {unit} does not publish in {} over the broker", self.origin);
            return refuse(v1::RefusalCode::UnknownUnit, text);
        };
        if first > head.next_seq {
            return Ok(tell(unit, v1::HeadReason::Gap));
        }
        if last < head.next_seq && past.link_of(EventName { unit, seq: last })? == segment.head().link {
            return Ok(Verdict::Duplicate { unit, first, last, seen_size });
        }
        if self.units.standing(unit, reach.next) == Standing::Suspended {
            return Ok(tell(unit, v1::HeadReason::Suspended));
        }
        let known = (head.next_seq.0 - first.0) as usize;
        let continues = match known.checked_sub(1) {
            None => segment.continues() == head,
            Some(before) => segment.records().get(before).is_some_and(|record| record.link() == head.link),
        };
        if known == 0 && !continues {
            return match first {
                UnitSeq(0) => refuse(
                    v1::RefusalCode::WrongLedger,
                    format!("record {unit}/0 does not begin at the genesis of {} for this key", self.origin),
                ),
                // Sealed on a record we never saw: the ward compares the head and takes its chain back from us.
                _ => Ok(tell(unit, v1::HeadReason::Gap)),
            };
        }
        let Some(key) = self.units.sealing_key(unit, last) else {
            return refuse(v1::RefusalCode::UnknownUnit, format!("unit {unit} has no key for record {last}"));
        };
        let segment = match segment.verify(&self.origin, &key) {
            Ok(segment) => segment,
            Err(error) => return refuse(v1::RefusalCode::BadSignature, error.to_string()),
        };
        if !continues {
            let name = first_difference(&segment, head, past)?;
            let link = segment.records().iter().find(|record| record.name() == name).map(Record::link);
            let is_known = link.is_some_and(|link| self.units.registry().is_evidenced(&link));
            if is_known || !self.units.is_newest_key(unit, &key) {
                // told already, or signed with a key the unit has replaced: proof of nothing new
                return Ok(tell(unit, v1::HeadReason::Gap));
            }
            return Ok(Verdict::Fork { name, segment });
        }
        // what is recorded already may come without an annex that was erased meanwhile; what is new may not
        if let Some(bare) = segment.records().iter().skip(known).find(|record| record.annex_erased()) {
            let text = format!("record {} comes without the annex its header commits to", bare.name());
            return refuse(v1::RefusalCode::Malformed, text);
        }
        Ok(Verdict::Append { segment, known, seen_size })
    }

    /// Takes a record into account that is about to be appended at `leaf`: the chain's head, and units and keys
    /// when it is about those.
    pub fn follow(&mut self, record: &Record, leaf: LeafIndex, received_at_ms: u64) {
        let heads = &self.heads;
        let next_seq = |unit| heads.get(&unit).map_or(UnitSeq(0), |head| head.next_seq);
        self.units.follow(record, leaf, received_at_ms, next_seq);
        self.heads.insert(record.name().unit, ChainHead::after(record));
    }
}

/// The answer that states the head and nothing else.
fn tell(unit: UnitNo, reason: v1::HeadReason) -> Verdict {
    Verdict::Head { unit, reason, nonce: Bytes::new(), restore_from: None, erased: None }
}

/// The first record of the segment that the log holds with another link.
fn first_difference(
    segment: &VerifiedSegment,
    head: ChainHead,
    past: &impl Past,
) -> Result<EventName, LogError> {
    for record in segment.records().iter().take_while(|record| record.name().seq < head.next_seq) {
        if past.link_of(record.name())? != record.link() {
            return Ok(record.name());
        }
    }
    // the caller saw a difference below the head; were the log to change under us, its head names it
    Ok(EventName { unit: segment.unit(), seq: UnitSeq(head.next_seq.0.saturating_sub(1)) })
}
