//! The bytes that a run of leaves adds to each derived file.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use socai_tlog::{Completed, ENTRY_LEN, SIGNED_ENTRY_LEN, UnitNo};

use crate::state::Leaf;

/// Entries in a bundle and hashes in a tile.
pub(crate) const TILE_WIDTH: u64 = socai_tlog::TILE_WIDTH as u64;
/// Bytes of a hash.
pub(crate) const HASH_LEN: u64 = 32;
/// Bytes of an index number.
pub(crate) const NUMBER_LEN: u64 = 8;

/// A derived file. Layouts: `proto/README.md`, Derived files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DerivedFile {
    /// Every entry after its `u16` length: entry bundles are slices.
    Entries,
    /// `u64` position in `entries` of each bundle of 256.
    EntriesIndex,
    /// `u64` position in its volume of each record frame.
    Positions,
    /// Hashes of one tile level, 32 bytes each: tiles are slices.
    Hashes(u8),
    /// `u64` leaf index of each record of one unit.
    Unit(UnitNo),
}

impl DerivedFile {
    /// Path in the log directory `dir`.
    pub fn path(self, dir: &Path) -> PathBuf {
        match self {
            DerivedFile::Entries => dir.join("entries"),
            DerivedFile::EntriesIndex => dir.join("entries.idx"),
            DerivedFile::Positions => dir.join("positions"),
            DerivedFile::Hashes(level) => dir.join(format!("hashes.{level}")),
            DerivedFile::Unit(unit) => dir.join("units").join(unit.to_string()),
        }
    }
}

/// Neighbouring bytes of one file.
#[derive(Clone, Debug, Default)]
struct Piece {
    offset: u64,
    bytes: Vec<u8>,
}

impl Piece {
    /// Appends; the first bytes after a `clear` say where the piece starts.
    #[inline]
    fn push(&mut self, offset: u64, bytes: &[u8]) {
        if self.bytes.is_empty() {
            self.offset = offset;
        }
        self.bytes.extend_from_slice(bytes);
    }
}

/// What consecutive leaves add to the derived files. Cleared and used again, so its buffers are allocated once.
#[derive(Clone, Debug, Default)]
pub struct Delta {
    leaves: u64,
    entries: Piece,
    bundles: Piece,
    positions: Piece,
    hashes: Vec<Piece>,
    /// The first `units.len()` of `unit_pieces` are in use.
    units: HashMap<UnitNo, usize>,
    unit_pieces: Vec<(UnitNo, Piece)>,
    last_unit: Option<(UnitNo, usize)>,
}

impl Delta {
    /// Leaves since the last clear.
    pub fn leaves(&self) -> u64 {
        self.leaves
    }

    /// Forgets the bytes and keeps the buffers.
    pub fn clear(&mut self) {
        self.leaves = 0;
        let flat = [&mut self.entries, &mut self.bundles, &mut self.positions];
        flat.into_iter().chain(&mut self.hashes).for_each(|piece| piece.bytes.clear());
        self.unit_pieces.iter_mut().for_each(|(_, piece)| piece.bytes.clear());
        self.units.clear();
        self.last_unit = None;
    }

    #[inline]
    pub(crate) fn push(&mut self, leaf: &Leaf<'_>, index: u64, entries_len: u64) {
        self.leaves += 1;
        if index.is_multiple_of(TILE_WIDTH) {
            self.bundles.push(index / TILE_WIDTH * NUMBER_LEN, &entries_len.to_be_bytes());
        }
        self.positions.push(index * NUMBER_LEN, &leaf.position.to_be_bytes());
        self.push_entry(leaf, entries_len);
        let piece = self.unit_piece(leaf.name.unit);
        piece.push(leaf.name.seq.0 * NUMBER_LEN, &index.to_be_bytes());
    }

    #[inline]
    fn push_entry(&mut self, leaf: &Leaf<'_>, at: u64) {
        let len = if leaf.signature.is_some() { SIGNED_ENTRY_LEN } else { ENTRY_LEN };
        let mut entry = [0; 2 + SIGNED_ENTRY_LEN];
        entry[..2].copy_from_slice(&(len as u16).to_be_bytes());
        entry[2..10].copy_from_slice(&leaf.received_at_ms.to_be_bytes());
        entry[10..130].copy_from_slice(leaf.header_bytes);
        if let Some(signature) = leaf.signature {
            entry[130] = 64;
            entry[131..].copy_from_slice(signature);
        }
        self.entries.push(at, &entry[..2 + len]);
    }

    fn unit_piece(&mut self, unit: UnitNo) -> &mut Piece {
        let index = match self.last_unit {
            Some((last, index)) if last == unit => index,
            _ => self.find_unit(unit),
        };
        self.last_unit = Some((unit, index));
        &mut self.unit_pieces[index].1
    }

    fn find_unit(&mut self, unit: UnitNo) -> usize {
        let used = self.units.len();
        let index = *self.units.entry(unit).or_insert(used);
        match self.unit_pieces.get_mut(index) {
            Some(taken) => taken.0 = unit,
            None => self.unit_pieces.push((unit, Piece::default())),
        }
        index
    }

    /// Takes a subtree hash; whole tile levels are kept.
    #[inline]
    pub(crate) fn hash(&mut self, done: Completed) {
        if !done.level.is_multiple_of(8) {
            return;
        }
        let level = usize::from(done.level / 8);
        if level >= self.hashes.len() {
            self.hashes.resize_with(level + 1, Piece::default);
        }
        self.hashes[level].push(done.index * HASH_LEN, &done.hash.0);
    }

    /// Each file that gets bytes, with the position of the first.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = (DerivedFile, u64, &[u8])> {
        let flat = [
            (DerivedFile::Entries, &self.entries),
            (DerivedFile::EntriesIndex, &self.bundles),
            (DerivedFile::Positions, &self.positions),
        ];
        let hashes = self.hashes.iter().zip(0..).map(|(piece, level)| (DerivedFile::Hashes(level), piece));
        let units = self.unit_pieces[..self.units.len()].iter();
        let units = units.map(|(unit, piece)| (DerivedFile::Unit(*unit), piece));
        let pieces = flat.into_iter().chain(hashes).chain(units);
        pieces
            .filter(|(_, piece)| !piece.bytes.is_empty())
            .map(|(file, piece)| (file, piece.offset, &piece.bytes[..]))
    }
}
