//! The unit of every file that is written once: a length, a kind, a payload and a checksum.
//!
//! Layout: `proto/README.md`, Frames. All numbers are big-endian.

use crate::{
    crc::{SIDE_BY_SIDE, crc32c_of},
    error::Damage,
};

/// Bytes of a frame before its payload: length, kind.
pub(crate) const BEFORE_PAYLOAD: usize = 4 + 1;
/// Bytes of a frame besides its payload: those, and the checksum.
pub(crate) const OVERHEAD: usize = BEFORE_PAYLOAD + 4;
/// The most bytes of a payload: a volume head with 380,000 units.
pub(crate) const MAX_PAYLOAD: usize = 16 << 20;

/// What a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    /// First frame of a volume of the log.
    VolumeHead = 1,
    /// One record of the log.
    Record = 2,
    /// End of a batch: checkpoint and cursor.
    Commit = 3,
    /// Last frame of a volume: nothing follows, here.
    End = 4,
    /// An annex.
    Annex = 5,
    /// An annex that was erased: zeros in its place.
    ErasedAnnex = 6,
    /// First frame of an annex volume.
    AnnexHead = 7,
    /// First frame of a journal file.
    JournalHead = 8,
    /// One sealed record of a journal.
    SealedRecord = 9,
    /// End of a segment of a journal: its signature.
    Seal = 10,
    /// The note a journal keeps of its own end.
    JournalEnd = 11,
    /// The note of an annex being erased.
    Erasure = 12,
    /// First frame of the file of witnessed checkpoints.
    WitnessedHead = 13,
    /// A checkpoint with cosignatures.
    Cosigned = 14,
}

impl Kind {
    fn of(byte: u8) -> Option<Kind> {
        const KINDS: [Kind; 14] = [
            Kind::VolumeHead,
            Kind::Record,
            Kind::Commit,
            Kind::End,
            Kind::Annex,
            Kind::ErasedAnnex,
            Kind::AnnexHead,
            Kind::JournalHead,
            Kind::SealedRecord,
            Kind::Seal,
            Kind::JournalEnd,
            Kind::Erasure,
            Kind::WitnessedHead,
            Kind::Cosigned,
        ];
        KINDS.into_iter().find(|kind| *kind as u8 == byte)
    }
}

/// A frame whose checksum holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame<'a> {
    pub(crate) kind: Kind,
    pub(crate) payload: &'a [u8],
}

impl Frame<'_> {
    /// Length with length field, kind and checksum.
    pub(crate) fn encoded_len(&self) -> usize {
        OVERHEAD + self.payload.len()
    }
}

/// Appends a frame whose payload `write` appends, and returns its length.
pub(crate) fn push(out: &mut Vec<u8>, kind: Kind, write: impl FnOnce(&mut Vec<u8>)) -> usize {
    let start = out.len();
    out.extend([0, 0, 0, 0, kind as u8]);
    write(out);
    let payload = out.len() - start - BEFORE_PAYLOAD;
    out[start..start + 4].copy_from_slice(&(payload as u32).to_be_bytes());
    let crc = crc32c::crc32c(&out[start..]);
    out.extend(crc.to_be_bytes());
    out.len() - start
}

/// Length of the frame that starts with `bytes`; `None` when even its length field is not all there.
pub(crate) fn stated_len(bytes: &[u8]) -> Option<usize> {
    let len = bytes.first_chunk::<4>()?;
    Some(u32::from_be_bytes(*len) as usize + OVERHEAD)
}

/// Reads the frame at the start of `bytes`; what follows it is not looked at.
pub(crate) fn parse(bytes: &[u8]) -> Result<Frame<'_>, Damage> {
    let len = check_len(bytes)?;
    let (body, crc) = bytes[..len].split_at(len - 4);
    let got = u32::from_be_bytes([crc[0], crc[1], crc[2], crc[3]]);
    let expected = crc32c::crc32c(body);
    if got != expected {
        return Err(Damage::Checksum { got, expected });
    }
    of_body(body)
}

/// Length of the frames at the start of `bytes`, as many as are checked at once, if they are all there and their checksums hold.
pub(crate) fn verified_len(bytes: &[u8]) -> Option<usize> {
    let mut frames = [(&[][..], 0); SIDE_BY_SIDE];
    let mut len = 0;
    for frame in &mut frames {
        let next = bytes.get(len..)?;
        let (body, crc) = next[..check_len(next).ok()?].split_last_chunk()?;
        *frame = (body, u32::from_be_bytes(*crc));
        len += body.len() + crc.len();
    }
    (crc32c_of(frames.map(|(body, _)| body)) == frames.map(|(_, crc)| crc)).then_some(len)
}

/// As [`parse`] for a frame that was parsed before: its checksum is not computed again.
pub(crate) fn parse_again(bytes: &[u8]) -> Result<Frame<'_>, Damage> {
    of_body(&bytes[..check_len(bytes)? - 4])
}

/// The frame with these bytes before its checksum.
fn of_body(body: &[u8]) -> Result<Frame<'_>, Damage> {
    match Kind::of(body[4]) {
        Some(kind) => Ok(Frame { kind, payload: &body[BEFORE_PAYLOAD..] }),
        None => Err(Damage::FrameKind { got: body[4], expected: "a kind of this version" }),
    }
}

/// Length of the frame at the start of `bytes`, all of which is there.
pub(crate) fn check_len(bytes: &[u8]) -> Result<usize, Damage> {
    let have = bytes.len() as u64;
    let len = stated_len(bytes).ok_or(Damage::Truncated { need: OVERHEAD as u64, have })?;
    if len > OVERHEAD + MAX_PAYLOAD {
        return Err(Damage::FrameLength { got: len as u64, limit: (OVERHEAD + MAX_PAYLOAD) as u64 });
    }
    if len > bytes.len() {
        return Err(Damage::Truncated { need: len as u64, have });
    }
    Ok(len)
}

/// Reads the parts of a payload from front to back.
pub(crate) struct Parts<'a> {
    rest: &'a [u8],
    what: &'static str,
}

impl<'a> Parts<'a> {
    /// `what` names the layout in errors.
    pub(crate) fn new(payload: &'a [u8], what: &'static str) -> Self {
        Parts { rest: payload, what }
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<&'a [u8; N], Damage> {
        let (part, rest) = self.rest.split_first_chunk().ok_or(Damage::Layout(self.what))?;
        self.rest = rest;
        Ok(part)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, Damage> {
        Ok(self.array::<1>()?[0])
    }

    pub(crate) fn u16(&mut self) -> Result<u16, Damage> {
        Ok(u16::from_be_bytes(*self.array()?))
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Damage> {
        Ok(u32::from_be_bytes(*self.array()?))
    }

    pub(crate) fn u64(&mut self) -> Result<u64, Damage> {
        Ok(u64::from_be_bytes(*self.array()?))
    }

    pub(crate) fn bytes(&mut self, len: usize) -> Result<&'a [u8], Damage> {
        let (part, rest) = self.rest.split_at_checked(len).ok_or(Damage::Layout(self.what))?;
        self.rest = rest;
        Ok(part)
    }

    /// All that is left.
    pub(crate) fn rest(self) -> &'a [u8] {
        self.rest
    }

    /// Nothing may be left.
    pub(crate) fn end(self) -> Result<(), Damage> {
        if self.rest.is_empty() { Ok(()) } else { Err(Damage::Layout(self.what)) }
    }
}
