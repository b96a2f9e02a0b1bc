//! Judging a receipt: is our record, as we sealed it, in a log that contains the one we saw before?

use socai_proto::v1;
use socai_tlog::{HEADER_LEN, Hash, LeafIndex, Link, SignedCheckpoint, TreeSize, UnitSeq, entry_hash};

use super::alarm::{Alarm, AlarmKind};
use crate::trust::{Trust, hashes};

/// What the journal holds at the place a message is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Own {
    /// The header as sealed.
    pub header_bytes: [u8; HEADER_LEN],
    /// Its link.
    pub link: Link,
    /// The signature its entry carries if a segment ended with it; one signature per link, since Ed25519 is deterministic.
    pub signature: Option<[u8; 64]>,
}

/// A receipt that was verified, to be kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Proven {
    /// The last record, whose entry is proven to be in the log; its header's chain commits to all before it.
    pub last: UnitSeq,
    /// The link of that record.
    pub link: Link,
    /// The leaf of that record.
    pub leaf: LeafIndex,
    /// Whether the entry carries the segment's signature.
    pub signed: bool,
    /// The receipt as it came.
    pub receipt: v1::Receipt,
    /// The checkpoint that covers it.
    pub checkpoint: SignedCheckpoint,
    /// Whether that checkpoint is newer than the one held before.
    pub advances: bool,
}

/// The newest checkpoint a unit has verified, if any.
pub type Held<'a> = Option<&'a SignedCheckpoint>;

/// What a receipt is worth.
#[derive(Debug)]
pub(super) enum Judgement {
    /// Proven, and linked to the checkpoint held.
    Proven(Box<Proven>),
    /// Its proof starts at another checkpoint than the newest one held: to be asked for again.
    Unlinked,
    /// Signed by the operator, and not readable.
    Worthless(String),
    /// Signed by the operator and contradicted by its own proofs.
    Contradiction(Alarm),
}

/// Judges `receipt`, which the operator has signed, for our own record `own` at its last number.
pub(super) fn judge(trust: &Trust, held: Held<'_>, receipt: &v1::Receipt, own: &Own) -> Judgement {
    let seen = match trust.open_checkpoint(&receipt.checkpoint) {
        Ok(seen) => seen,
        Err(error) => return Judgement::Worthless(error.to_string()),
    };
    let leaf = match leaf_of_last(&receipt.runs, receipt.first_seq, receipt.last_seq) {
        Ok(leaf) => leaf,
        Err(why) => return Judgement::Worthless(why.to_owned()),
    };
    let (Some(inclusion), Some(consistency)) = (hashes(&receipt.inclusion), hashes(&receipt.consistency))
    else {
        return Judgement::Worthless("a proof holds a hash that is not 32 bytes".to_owned());
    };
    let last = UnitSeq(receipt.last_seq);
    let advances = match relation(held, &seen, receipt.consistency_from_size, &consistency) {
        Relation::Same => false,
        Relation::Extends => true,
        Relation::Elsewhere => return Judgement::Unlinked,
        Relation::Contradicts(kind, detail) => {
            return Judgement::Contradiction(Alarm::new(kind, last, held, Some(&seen), detail));
        }
    };
    let Some(signed) = included(&seen, leaf, &inclusion, receipt.received_at_ms, own) else {
        let detail = format!("leaf {leaf} of tree size {}", seen.size());
        return Judgement::Contradiction(Alarm::new(AlarmKind::NotIncluded, last, held, Some(&seen), detail));
    };
    let (link, receipt) = (own.link, receipt.clone());
    Judgement::Proven(Box::new(Proven { last, link, leaf, signed, receipt, checkpoint: seen, advances }))
}

/// How a checkpoint relates to the one held.
enum Relation {
    Same,
    Extends,
    Elsewhere,
    Contradicts(AlarmKind, String),
}

fn relation(held: Held<'_>, seen: &SignedCheckpoint, from: u64, proof: &[Hash]) -> Relation {
    let Some(held) = held else { return Relation::Extends };
    if seen.size() == held.size() {
        return two_roots(held, seen)
            .map_or(Relation::Same, |detail| Relation::Contradicts(AlarmKind::TwoRoots, detail));
    }
    if seen.size() < held.size() || from != held.size().0 {
        return Relation::Elsewhere;
    }
    match held.verify_consistency(seen, proof) {
        Ok(()) => Relation::Extends,
        Err(error) => Relation::Contradicts(
            AlarmKind::NotConsistent,
            format!("from size {} to {}: {error}", held.size(), seen.size()),
        ),
    }
}

/// What is wrong with two checkpoints of one size whose roots differ.
pub(super) fn two_roots(held: &SignedCheckpoint, seen: &SignedCheckpoint) -> Option<String> {
    let differ = held.size() == seen.size() && held.root() != seen.root();
    differ.then(|| format!("size {}: {} and {}", seen.size(), held.root(), seen.root()))
}

/// The runs must name every record of the range once, in order; the last record's leaf is what is proven.
fn leaf_of_last(runs: &[v1::Run], first: u64, last: u64) -> Result<LeafIndex, &'static str> {
    let (mut next, mut leaf, mut free) = (first, None, 0);
    for run in runs {
        if run.count == 0 || run.first_seq != next || run.first_leaf < free {
            return Err("its runs do not cover its range in order");
        }
        next = next.checked_add(run.count).ok_or("its runs do not end")?;
        free = run.first_leaf.checked_add(run.count).ok_or("its runs do not end")?;
        leaf = Some(LeafIndex(free - 1)); // count is at least one
    }
    match (leaf, last.checked_add(1)) {
        (Some(leaf), Some(end)) if end == next => Ok(leaf),
        _ => Err("its runs do not cover its range in order"),
    }
}

/// Rebuilds the entry from our own record and says whether the one that the tree holds at `leaf` is signed; `None` when it holds
/// neither.
fn included(
    seen: &SignedCheckpoint,
    leaf: LeafIndex,
    proof: &[Hash],
    received_at_ms: u64,
    own: &Own,
) -> Option<bool> {
    let holds = |signature: Option<&[u8; 64]>| {
        let hash = entry_hash(received_at_ms, &own.header_bytes, signature);
        seen.verify_inclusion(leaf, &hash, proof).is_ok()
    };
    match &own.signature {
        Some(signature) if holds(Some(signature)) => Some(true),
        _ => holds(None).then_some(false),
    }
}

/// The size of the newest checkpoint held, 0 for none.
pub(super) fn seen_size(held: Held<'_>) -> TreeSize {
    held.map_or(TreeSize(0), SignedCheckpoint::size)
}
