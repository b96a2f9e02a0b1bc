//! The row that makes a batch an atom: how far the models are, and the digest of everything else in the tree.

use bincode::config::{BigEndian, Configuration, Fixint, Limit};
use serde::{Deserialize, Serialize};
use socai_fold::{Change, Fold, LANES_LEN, ROWS_VERSION, StateDigest};

/// Key of the row; no table of the fold begins with a zero byte.
pub(crate) const KEY: &[u8] = &[0];

/// More than a head takes (two times 2,048 bytes of lanes), and nothing larger is ever read.
const LIMIT: usize = 8_192;

const fn config() -> Configuration<BigEndian, Fixint, Limit<LIMIT>> {
    bincode::config::standard().with_big_endian().with_fixed_int_encoding().with_limit::<LIMIT>()
}

/// What the row holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Head {
    /// Version of rows and of this head.
    version: u32,
    /// Entries folded.
    pub(crate) size: u64,
    held: Vec<u8>,
    listed: Vec<u8>,
}

/// The digest in two parts, because start-up reads only the first: rows that the fold holds in memory, and rows that it
/// only lists (cases, late facts), of which there are as many as records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Digests {
    pub(crate) held: StateDigest,
    pub(crate) listed: StateDigest,
}

impl Digests {
    /// The digest of the whole state.
    pub(crate) fn whole(&self) -> StateDigest {
        self.held.with(&self.listed)
    }

    pub(crate) fn apply(&mut self, change: &Change) {
        self.of(&change.key).apply(change);
    }

    pub(crate) fn add(&mut self, key: &[u8], value: &[u8]) {
        self.of(key).add(key, value);
    }

    fn of(&mut self, key: &[u8]) -> &mut StateDigest {
        if Fold::holds(key) { &mut self.held } else { &mut self.listed }
    }
}

impl Head {
    pub(crate) fn new(size: u64, digests: &Digests) -> Self {
        let (held, listed) = (digests.held.to_bytes().to_vec(), digests.listed.to_bytes().to_vec());
        Head { version: ROWS_VERSION, size, held, listed }
    }

    /// The digests; none if the row is not of this version.
    pub(crate) fn digests(&self) -> Option<Digests> {
        let lanes = |bytes: &[u8]| Some(StateDigest::from_bytes(<&[u8; LANES_LEN]>::try_from(bytes).ok()?));
        let digests = Digests { held: lanes(&self.held)?, listed: lanes(&self.listed)? };
        (self.version == ROWS_VERSION).then_some(digests)
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        bincode::serde::encode_to_vec(self, config()).expect("lanes have a fixed length below the limit")
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (head, used) = bincode::serde::decode_from_slice(bytes, config()).ok()?;
        (used == bytes.len()).then_some(head)
    }
}
