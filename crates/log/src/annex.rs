//! Annexes: frames that can be overwritten in place without moving anything else.
//!
//! Layout: `proto/README.md`, Annex volume. An annex is stored once, apart from the record that commits to it, so erasing it touches
//! no byte that a proof or a figure depends on.

use std::path::{Path, PathBuf};

use socai_tlog::Digest;

use crate::{
    error::Damage,
    frame::{self, Frame, Kind, Parts},
};

const MAGIC: [u8; 8] = *b"socaianx";
const VERSION: u16 = 1;
/// Bytes of the head of an annex volume, where the first annex lies.
pub(crate) const HEAD_LEN: u64 = frame::OVERHEAD as u64 + 8 + 2 + 32 + 8;
/// Bytes of an annex frame besides the annex: the frame's own and its owner's number.
pub(crate) const OVERHEAD: usize = frame::OVERHEAD + 8;

/// An annex as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Annex {
    /// The record has none, or this log never had it.
    None,
    /// Its bytes; verified against the header by whoever asked.
    Present(Vec<u8>),
    /// It was overwritten with zeros.
    Erased,
}

/// Directory of the annex volumes of the log in `dir`.
pub(crate) fn annex_dir(dir: &Path) -> PathBuf {
    dir.join("annex")
}

/// Path of annex volume `number` in that directory.
pub(crate) fn annex_file(annexes: &Path, number: u64) -> PathBuf {
    annexes.join(format!("{number:010}.anx"))
}

/// Path of annex volume `number` of the log in `dir`.
pub(crate) fn annex_path(dir: &Path, number: u64) -> PathBuf {
    annex_file(&annex_dir(dir), number)
}

/// Appends the frame of an annex of record `owner`: a leaf index in a log, a number in a journal.
pub(crate) fn push(out: &mut Vec<u8>, owner: u64, annex: &[u8]) -> usize {
    frame::push(out, Kind::Annex, |out| {
        out.extend(owner.to_be_bytes());
        out.extend_from_slice(annex);
    })
}

/// Appends the first frame of an annex volume.
pub(crate) fn push_head(out: &mut Vec<u8>, origin: Digest, volume: u64) -> usize {
    frame::push(out, Kind::AnnexHead, |out| {
        out.extend(MAGIC);
        out.extend(VERSION.to_be_bytes());
        out.extend(origin.0);
        out.extend(volume.to_be_bytes());
    })
}

/// Reads the first frame of an annex volume: whose it is and its number.
pub(crate) fn parse_head(frame: &Frame<'_>) -> Result<(Digest, u64), Damage> {
    if frame.kind != Kind::AnnexHead {
        return Err(Damage::FrameKind { got: frame.kind as u8, expected: "the head of an annex volume" });
    }
    let mut parts = Parts::new(frame.payload, "an annex head");
    if *parts.array()? != MAGIC || parts.u16()? != VERSION {
        return Err(Damage::Layout("the magic or version of an annex head"));
    }
    let head = (Digest(*parts.array()?), parts.u64()?);
    parts.end()?;
    Ok(head)
}

/// Reads an annex frame of record `owner`.
pub(crate) fn parse(frame: &Frame<'_>, owner: u64) -> Result<Annex, Damage> {
    let mut parts = Parts::new(frame.payload, "an annex frame");
    let got = parts.u64()?;
    if got != owner {
        return Err(Damage::Number { what: "the owner of an annex", got, expected: owner });
    }
    let bytes = parts.rest();
    match frame.kind {
        Kind::Annex => Ok(Annex::Present(bytes.to_vec())),
        Kind::ErasedAnnex if bytes.iter().all(|byte| *byte == 0) => Ok(Annex::Erased),
        Kind::ErasedAnnex => Err(Damage::Layout("an erased annex")),
        other => Err(Damage::FrameKind { got: other as u8, expected: "an annex" }),
    }
}
