//! The row that makes a batch an atom: how far the models are, and the digest of everything else in the tree.

use bincode::config::{BigEndian, Configuration, Fixint, Limit};
use serde::{Deserialize, Serialize};
use socai_fold::{LANES_LEN, ROWS_VERSION, StateDigest};

/// Key of the row; no table of the fold begins with a zero byte.
pub(crate) const KEY: &[u8] = &[0];

/// More than a head takes, and nothing larger is ever read.
const LIMIT: usize = 4_096;

const fn config() -> Configuration<BigEndian, Fixint, Limit<LIMIT>> {
    bincode::config::standard().with_big_endian().with_fixed_int_encoding().with_limit::<LIMIT>()
}

/// What the row holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Head {
    /// Version of rows and of this head.
    pub(crate) version: u32,
    /// Entries folded.
    pub(crate) size: u64,
    /// Lanes of the state digest.
    lanes: Vec<u8>,
}

impl Head {
    pub(crate) fn new(size: u64, digest: &StateDigest) -> Self {
        Head { version: ROWS_VERSION, size, lanes: digest.to_bytes().to_vec() }
    }

    /// The digest; none if the row is not of this version.
    pub(crate) fn digest(&self) -> Option<StateDigest> {
        let lanes: &[u8; LANES_LEN] = self.lanes.as_slice().try_into().ok()?;
        (self.version == ROWS_VERSION).then(|| StateDigest::from_bytes(lanes))
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        // lanes have a fixed length below the limit, so encoding cannot fail
        bincode::serde::encode_to_vec(self, config()).unwrap_or_default()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (head, used) = bincode::serde::decode_from_slice(bytes, config()).ok()?;
        (used == bytes.len()).then_some(head)
    }
}
