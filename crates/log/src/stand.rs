//! A place of a log up to which everything was passed, with all that the frames behind it depend on.
//!
//! Whoever holds one goes on from there instead of from the first leaf. It stands at a commit, at the end frame behind it or at the next
//! volume's head; never inside a batch.

use socai_tlog::{Digest, LeafIndex, TreeSize};

use crate::{
    committed::Committed,
    error::{Damage, LogError},
    frame::{self, Kind, Parts},
    reader::Reader,
    replay::{Last, Replay, Roots},
    scan::{Scan, Target},
    state::State,
    volume::VolumeHead,
};

/// Where a replay stood, and what it knew.
#[derive(Clone, Debug)]
pub struct Stand {
    origin: Digest,
    state: State,
    last: Last,
    /// The volume it stands in, and where, in bytes.
    volume: u64,
    end: u64,
}

impl Stand {
    /// The number of entries before it.
    pub fn size(&self) -> TreeSize {
        self.state.size()
    }

    /// The tree and the chains before it.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The checkpoint of the commit before it, a signed note; empty before the first.
    pub fn checkpoint(&self) -> &[u8] {
        self.last.commit.as_ref().map_or(&[], |(_, _, note)| note)
    }

    /// The volume it stands in.
    pub fn volume(&self) -> u64 {
        self.volume
    }

    /// Where the annexes of that volume end, in bytes.
    pub fn annex_end(&self) -> u64 {
        self.last.annex_end
    }

    /// As bytes, for whoever keeps it where nobody else writes: the frame of a volume head with the state here; then `u64` position, `u32` records
    /// of the volume before it, `u64` end of its annexes, `u8` whether its end frame was passed. Big-endian.
    pub fn to_bytes(&self) -> Vec<u8> {
        let (cursor, note) =
            self.last.commit.as_ref().map(|(_, cursor, note)| (*cursor, &note[..])).unwrap_or_default();
        let mut bytes = Vec::new();
        self.state.head_of(self.origin, self.volume, cursor, note).push(&mut bytes);
        bytes.extend(self.end.to_be_bytes());
        bytes.extend(self.last.records.to_be_bytes());
        bytes.extend(self.last.annex_end.to_be_bytes());
        bytes.push(self.last.ended.into());
        bytes
    }

    /// Reads it again.
    ///
    /// # Errors
    /// The bytes are none of [`Stand::to_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Damage> {
        let frame = frame::parse(bytes)?;
        if frame.kind != Kind::VolumeHead {
            return Err(Damage::FrameKind { got: frame.kind as u8, expected: "the head of a volume" });
        }
        let head = VolumeHead::parse(frame.payload)?;
        let mut parts = Parts::new(&bytes[frame.encoded_len()..], "a place in a log");
        let (end, records, annex_end, ended) = (parts.u64()?, parts.u32()?, parts.u64()?, parts.u8()? != 0);
        parts.end()?;
        let state = State::at(&head);
        if u64::from(records) > state.size().0 {
            let (got, expected) = (records.into(), state.size().0);
            return Err(Damage::Number { what: "the records of the volume (at most)", got, expected });
        }
        let commit = Some((state.size(), head.cursor, head.checkpoint));
        let last = Last { commit, records, annex_end, ended, batch: None };
        Ok(Stand { origin: head.origin, state, last, volume: head.volume, end })
    }
}

impl Replay {
    /// Where this replay stands, if that is at `end` and everything up to there was committed.
    pub fn stand(&self, end: &Committed) -> Option<Stand> {
        let (size, ..) = self.last.commit.as_ref()?;
        let is_at_end = *size == end.size && self.state.size() == end.size && self.last.batch.is_none();
        let origin = self.origin.filter(|_| is_at_end)?;
        let (state, last) = (self.state.clone(), self.last.clone());
        Some(Stand { origin, state, last, volume: end.volume, end: end.end })
    }

    /// Goes on from there, with every commit's root recomputed.
    pub fn from_stand(stand: &Stand) -> Self {
        let mut replay = Replay::new(stand.state.clone(), Roots::All);
        replay.last = stand.last.clone();
        replay.origin = Some(stand.origin);
        replay
    }
}

impl Reader {
    /// Whether the commit before `stand` is where it was and says the same, by the derived files. Nothing before it is looked at.
    pub fn holds(&self, stand: &Stand) -> bool {
        let commit = self.published(stand.checkpoint());
        commit.is_some_and(|commit| (commit.volume, commit.end) >= (stand.volume, stand.end))
    }

    /// Every frame behind `stand` up to `end`, which [`Reader::committed`] or [`Reader::ending`] gave.
    ///
    /// # Errors
    /// The volume it stands in cannot be read.
    pub fn frames_behind(&self, stand: &Stand, end: &Committed) -> Result<Scan, LogError> {
        let records = stand.last.records;
        let first = LeafIndex(stand.size().0 - u64::from(records)); // no volume has more records than the log
        Scan::behind(
            self.clone(),
            (stand.volume, stand.end),
            (first, records),
            stand.last.ended,
            Target::within(end.size, end),
        )
    }
}
