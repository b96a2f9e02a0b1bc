//! One snapshot file: written whole, read only if every byte is as it was written.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Seek as _, Write as _},
    path::Path,
};

use socai_fold::{LANES_LEN, ROWS_VERSION, StateDigest};
use socai_tlog::{Hash, TreeSize};

use super::rows::{Body, Packing};
use crate::head::Digests;

const MAGIC: &[u8; 16] = b"socai snapshot 2";
/// Everything before the digest.
const HEAD_LEN: usize = 16 + 4 + 8 + 32 + 2 * LANES_LEN + 8;
/// Where the body begins.
const BODY_AT: usize = HEAD_LEN + 32;

/// What a snapshot says of itself.
#[derive(Clone, Debug)]
pub(super) struct Head {
    pub size: TreeSize,
    pub root: Hash,
    pub digests: Digests,
}

/// Why a file is not used.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unusable {
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("it is torn or altered: its digest is not that of its bytes")]
    Torn,
    #[error("its rows are of version {0}, these are of {ROWS_VERSION}")]
    Version(u32),
    #[error("it is of another log: its root at {0} entries is not this log's")]
    Foreign(TreeSize),
    #[error("it says that it has {got} entries, its name says {expected}")]
    Misnamed { got: TreeSize, expected: TreeSize },
    #[error("{0}")]
    Row(#[from] socai_fold::BadRow),
    #[error("its rows are not those of its head")]
    Rows,
}

/// Writes a file beside its place, row by row.
pub(super) struct Writing {
    file: BufWriter<File>,
    body: blake3::Hasher,
    packing: Packing,
}

impl Writing {
    pub(super) fn begin(path: &Path) -> io::Result<Self> {
        let mut file = BufWriter::with_capacity(1 << 16, File::create(path)?);
        file.write_all(&[0; BODY_AT])?;
        Ok(Writing { file, body: blake3::Hasher::new(), packing: Packing::default() })
    }

    /// Adds a row; keys ascend.
    pub(super) fn row(&mut self, key: &[u8], value: &[u8]) -> io::Result<()> {
        let (file, body) = (&mut self.file, &mut self.body);
        self.packing.add(key, value, |chunk| {
            body.update(chunk);
            file.write_all(chunk)
        })
    }

    /// Writes the head in front. A crash before it leaves a file whose digest is not that of its bytes.
    pub(super) fn end(mut self, head: &Head) -> io::Result<()> {
        let rest = self.packing.rest();
        self.body.update(&rest);
        self.file.write_all(&rest)?;
        let mut bytes = Vec::with_capacity(BODY_AT);
        bytes.extend_from_slice(MAGIC);
        bytes.extend(ROWS_VERSION.to_be_bytes());
        bytes.extend(head.size.0.to_be_bytes());
        bytes.extend(head.root.0);
        bytes.extend(head.digests.held.to_bytes());
        bytes.extend(head.digests.listed.to_bytes());
        bytes.extend(self.packing.count().to_be_bytes());
        let digest = digest(&bytes, &self.body.finalize());
        bytes.extend(digest.as_bytes());
        self.file.rewind()?;
        self.file.write_all(&bytes)?;
        self.file.flush()
    }
}

/// Reads a file and compares every byte with its digest; then its head and the chunks of its rows.
pub(super) fn read(path: &Path, expected: TreeSize) -> Result<(Head, Body), Unusable> {
    let bytes = fs::read(path)?;
    let (head, count) = checked(&bytes, expected)?;
    Ok((head, Body::of(bytes, BODY_AT, count).ok_or(Unusable::Rows)?))
}

fn checked(bytes: &[u8], expected: TreeSize) -> Result<(Head, u64), Unusable> {
    let (before, body) = bytes.split_at_checked(BODY_AT).ok_or(Unusable::Torn)?;
    let (head, stated) = before.split_at(HEAD_LEN);
    let mut at = 0;
    let mut part = |len: usize| {
        at += len;
        &head[at - len..at]
    };
    if part(16) != MAGIC || digest(head, &blake3::hash(body)).as_bytes() != stated {
        return Err(Unusable::Torn);
    }
    let version = part(4).iter().fold(0, |number, byte| number << 8 | u32::from(*byte));
    if version != ROWS_VERSION {
        return Err(Unusable::Version(version));
    }
    let number = |bytes: &[u8]| bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
    let size = TreeSize(number(part(8)));
    if size != expected {
        return Err(Unusable::Misnamed { got: size, expected });
    }
    let mut root = Hash([0; 32]);
    root.0.copy_from_slice(part(32));
    let mut lanes = || {
        let mut bytes = [0; LANES_LEN];
        bytes.copy_from_slice(part(LANES_LEN));
        StateDigest::from_bytes(&bytes)
    };
    let digests = Digests { held: lanes(), listed: lanes() };
    Ok((Head { size, root, digests }, number(part(8))))
}

fn digest(head: &[u8], body: &blake3::Hash) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(head).update(body.as_bytes());
    hasher.finalize()
}
