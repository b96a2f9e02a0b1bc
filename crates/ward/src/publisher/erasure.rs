//! Judging an order to destroy an annex: it cannot be undone, so nothing is believed that does not prove itself.

use prost::Message as _;
use socai_proto::v1::{self, event::Kind};
use socai_tlog::{
    Digest, ErasureStatement, HEADER_LEN, LeafIndex, Record, TreeSize, UnitNo, UnitSeq, entry_hash,
};

use super::{
    messages::Output,
    state::{Phase, Publisher},
};
use crate::trust::{Trust, hashes, sized};

/// An erasure that the district proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ordered {
    /// The record whose annex it is.
    pub seq: UnitSeq,
    /// BLAKE3 of the annex.
    pub annex: Digest,
    /// The tree size up to which every erasure is carried out once this one is; none when it says nothing of others.
    pub size: Option<TreeSize>,
}

impl Publisher {
    /// The district orders an erasure.
    pub(super) fn erasure(&mut self, now_ms: u64, erasure: &v1::Erasure) -> Vec<Output> {
        if let Err(why) = verify(&self.trust, self.unit, erasure) {
            return vec![Output::Ignored(format!("an erasure of record {}: {why}", erasure.seq))];
        }
        let says_nothing_of_others = erasure.from_size > erasure.leaf;
        let size = (!says_nothing_of_others).then_some(TreeSize(erasure.leaf + 1));
        let is_done = size.is_some_and(|size| size <= self.erased);
        let has_gap = !says_nothing_of_others && erasure.from_size > self.erased.0;
        if is_done || has_gap {
            // told again although it is done: the district has not heard so; or one before it was lost on the way
            return match self.phase {
                Phase::Publishing { .. } => self.greet(now_ms, self.journal),
                _ => Vec::new(),
            };
        }
        // its length was verified
        let annex = Digest(sized(&erasure.annex).unwrap_or_default());
        vec![Output::Erase(Ordered { seq: UnitSeq(erasure.seq), annex, size })]
    }
}

/// Whether the operator stated it, for this unit, and the log holds the `annex.erased` that names the record.
fn verify(trust: &Trust, unit: UnitNo, erasure: &v1::Erasure) -> Result<(), &'static str> {
    let wrong = "a part of it has a length it cannot have";
    let header: [u8; HEADER_LEN] = sized(&erasure.header).ok_or(wrong)?;
    let annex = Digest(sized(&erasure.annex).ok_or(wrong)?);
    let signature: [u8; 64] = sized(&erasure.signature).ok_or(wrong)?;
    let entry_signature: Option<[u8; 64]> = match erasure.entry_signature.is_empty() {
        true => None,
        false => Some(sized(&erasure.entry_signature).ok_or(wrong)?),
    };
    let inclusion = hashes(&erasure.inclusion).ok_or(wrong)?;
    let leaf = LeafIndex(erasure.leaf);
    let entry = entry_hash(erasure.received_at_ms, &header, entry_signature.as_ref());
    let statement = ErasureStatement {
        unit,
        seq: UnitSeq(erasure.seq),
        from: TreeSize(erasure.from_size),
        leaf,
        entry,
        annex,
        checkpoint: &erasure.checkpoint,
        inclusion: &inclusion,
    };
    if erasure.unit != unit.0 || !trust.signed_erasure(&statement, &signature) {
        return Err("the operator did not sign it for us");
    }
    let seen =
        trust.open_checkpoint(&erasure.checkpoint).map_err(|_| "its checkpoint is not the operator's")?;
    seen.verify_inclusion(leaf, &entry, &inclusion).map_err(|_| "its record is not in the log")?;
    let record = Record::restored(header, erasure.facts.clone(), bytes::Bytes::new());
    let record = record.map_err(|_| "its facts are not those of its header")?;
    let event = v1::Event::decode(record.facts().clone()).map_err(|_| "its facts hold no event")?;
    match event.kind {
        Some(Kind::AnnexErased(v1::AnnexErased { target: Some(target), .. }))
            if (target.unit, target.seq) == (unit.0, erasure.seq) =>
        {
            Ok(())
        }
        _ => Err("its record does not order it"),
    }
}
