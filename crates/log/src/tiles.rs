//! C2SP tiles and proofs, read from the derived files.

use socai_tlog::{
    Hash, HashSource, LeafIndex, ProveError, Tile, TileKind, TreeSize, entry_hash, prove_consistency,
    prove_inclusion, root_at, verify_consistency, verify_inclusion,
};

use crate::{
    delta::{DerivedFile, HASH_LEN, NUMBER_LEN, TILE_WIDTH},
    disk,
    error::{Damage, LogError},
    reader::{Reader, damaged},
};

/// The most bytes of a bundle: 256 signed entries with their lengths.
const MAX_BUNDLE: u64 = TILE_WIDTH * (2 + socai_tlog::SIGNED_ENTRY_LEN as u64);

impl HashSource for Reader {
    type Error = LogError;

    fn read_hashes(&self, tile_level: u8, first: u64, out: &mut [Hash]) -> Result<(), LogError> {
        let mut bytes = [0; 256 * HASH_LEN as usize];
        let bytes = &mut bytes[..out.len() * HASH_LEN as usize]; // the source is asked for at most a tile
        self.read_derived(DerivedFile::Hashes(tile_level), first * HASH_LEN, bytes)?;
        for (hash, bytes) in out.iter_mut().zip(bytes.chunks_exact(HASH_LEN as usize)) {
            hash.0.copy_from_slice(bytes);
        }
        Ok(())
    }
}

impl Reader {
    /// The bytes of a tile or entry bundle of the committed tree; `None` when the tree does not have it (yet).
    pub fn tile(&self, tile: &Tile) -> Result<Option<Vec<u8>>, LogError> {
        let size = self.committed()?.size;
        if !tile.is_within(size) {
            return Ok(None);
        }
        match (tile.kind(), tile.byte_range()) {
            (TileKind::Hashes(level), Some(range)) => {
                let mut bytes = vec![0; (range.end - range.start) as usize];
                self.read_derived(DerivedFile::Hashes(level), range.start, &mut bytes)?;
                Ok(Some(bytes))
            }
            _ => self.bundle(tile.index(), tile.width()).map(Some),
        }
    }

    /// The first `width` entries of a bundle, each after its length.
    fn bundle(&self, index: u64, width: u16) -> Result<Vec<u8>, LogError> {
        let mut start = [0; NUMBER_LEN as usize];
        self.read_derived(DerivedFile::EntriesIndex, index * NUMBER_LEN, &mut start)?;
        let start = u64::from_be_bytes(start);
        let path = DerivedFile::Entries.path(self.dir());
        let have = match self.derived(DerivedFile::Entries)? {
            Some(file) => disk::file_len(&file, &path)?,
            None => 0,
        };
        let mut bytes = vec![0; have.saturating_sub(start).min(MAX_BUNDLE) as usize];
        self.read_derived(DerivedFile::Entries, start, &mut bytes)?;
        let len = bundle_len(&bytes, width);
        bytes.truncate(len.ok_or_else(|| damaged(&path, start, Damage::Layout("an entry bundle")))?);
        Ok(bytes)
    }

    /// The proof that `leaf` is in the tree of `size`, verified before it is given out.
    pub fn prove_inclusion(&self, leaf: LeafIndex, size: TreeSize) -> Result<Vec<Hash>, LogError> {
        let root = self.root_at(size)?;
        let stored = self.record(leaf)?;
        let header = stored.record.header_bytes();
        let hash = entry_hash(stored.received_at_ms, header, stored.signature.as_ref());
        let proof = prove_inclusion(self, leaf, size).map_err(|error| outside(error, leaf.0, size))?;
        match verify_inclusion(leaf, &hash, size, &root, &proof) {
            Ok(()) => Ok(proof),
            Err(_) => Err(self.wrong_hashes(0, leaf.0)),
        }
    }

    /// The proof that the tree of `new` begins with the one of `old`, verified before it is given out.
    pub fn prove_consistency(&self, old: TreeSize, new: TreeSize) -> Result<Vec<Hash>, LogError> {
        let new_root = self.root_at(new)?;
        let old_root = root_at(self, old)?;
        let proof = prove_consistency(self, old, new).map_err(|error| outside(error, old.0, new))?;
        match verify_consistency(old, &old_root, new, &new_root, &proof) {
            Ok(()) => Ok(proof),
            Err(_) => Err(self.wrong_hashes(0, old.0)),
        }
    }

    /// The root of the tree at `size`, verified to be a beginning of the committed one.
    pub fn root_at(&self, size: TreeSize) -> Result<Hash, LogError> {
        let newest = self.committed()?;
        if size > newest.size {
            return Err(LogError::Outside { what: "tree size", got: size.0, end: newest.size.0 + 1 });
        }
        let root = root_at(self, size)?;
        let proof = prove_consistency(self, size, newest.size)
            .map_err(|error| outside(error, size.0, newest.size))?;
        match verify_consistency(size, &root, newest.size, &newest.root, &proof) {
            Ok(()) => Ok(root),
            Err(_) => Err(self.wrong_hashes(0, size.0)),
        }
    }

    /// Stored hashes do not lead to the committed root. Which one is wrong takes a full check to tell.
    fn wrong_hashes(&self, level: u8, index: u64) -> LogError {
        let path = DerivedFile::Hashes(level).path(self.dir());
        damaged(&path, index * HASH_LEN, Damage::Layout("this derived file (rebuild it)"))
    }
}

fn outside(error: ProveError<LogError>, got: u64, size: TreeSize) -> LogError {
    match error {
        ProveError::Source(error) => error,
        ProveError::Impossible(_) => LogError::Outside { what: "leaf or size", got, end: size.0 },
    }
}

/// Length of the first `width` entries; `None` when they are not all there.
fn bundle_len(bytes: &[u8], width: u16) -> Option<usize> {
    (0..width).try_fold(0, |at, _| {
        let len = bytes.get(at..at + 2)?;
        let end = at + 2 + usize::from(u16::from_be_bytes([len[0], len[1]]));
        (end <= bytes.len()).then_some(end)
    })
}
