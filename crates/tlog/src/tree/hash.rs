//! Leaf and node hashes.
//!
//! A node is 65 bytes and an entry 129 or 193, so the padded blocks are laid out on the stack and given to the compression
//! function directly; the buffering of a general hasher would cost a third of the time. SHA extensions are found at run time.

use sha2::{Digest as _, Sha256, block_api::compress256};

use crate::{
    digest::Hash,
    entry::{ENTRY_LEN, SIGNED_ENTRY_LEN},
    header::HEADER_LEN,
};

/// FIPS 180-4 section 5.3.3.
const START: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// The first byte of what is hashed for a leaf and for a node, so that one can never pass for the other.
const LEAF: u8 = 0;
const NODE: u8 = 1;

/// A message of at most `64 * N - 9` bytes in its padded blocks.
struct Blocks<const N: usize>([[u8; 64]; N]);

impl<const N: usize> Blocks<N> {
    fn message(&mut self) -> &mut [u8] {
        self.0.as_flattened_mut()
    }

    /// Pads `len` bytes (FIPS 180-4 section 5.1.1) and hashes them.
    fn hash(mut self, len: usize) -> Hash {
        let count = (len + 9).div_ceil(64);
        let message = self.message();
        message[len] = 0x80;
        message[count * 64 - 8..count * 64].copy_from_slice(&(8 * len as u64).to_be_bytes());
        let mut state = START;
        compress256(&mut state, &self.0[..count]);
        let mut hash = [0; 32];
        for (bytes, word) in hash.chunks_exact_mut(4).zip(state) {
            bytes.copy_from_slice(&word.to_be_bytes());
        }
        Hash(hash)
    }
}

/// The root of a tree without leaves: SHA-256 of nothing.
pub fn empty_root() -> Hash {
    Hash(Sha256::digest([]).into())
}

/// SHA-256 of `00` and the leaf's bytes, of any length.
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    if leaf.len() > SIGNED_ENTRY_LEN {
        return Hash(Sha256::new().chain_update([LEAF]).chain_update(leaf).finalize().into());
    }
    let mut blocks = Blocks([[0; 64]; 4]); // 1 + 193 + 9 bytes fit 256
    let message = blocks.message();
    message[0] = LEAF;
    message[1..=leaf.len()].copy_from_slice(leaf);
    blocks.hash(1 + leaf.len())
}

/// The leaf hash of the entry with these parts, without encoding it first.
pub fn entry_hash(received_at_ms: u64, header: &[u8; HEADER_LEN], signature: Option<&[u8; 64]>) -> Hash {
    let mut blocks = Blocks([[0; 64]; 4]);
    let message = blocks.message();
    message[0] = LEAF;
    message[1..9].copy_from_slice(&received_at_ms.to_be_bytes());
    message[9..129].copy_from_slice(header);
    let Some(signature) = signature else { return blocks.hash(1 + ENTRY_LEN) };
    message[129] = 64;
    message[130..194].copy_from_slice(signature);
    blocks.hash(1 + SIGNED_ENTRY_LEN)
}

/// SHA-256 of `01` and both children.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut blocks = Blocks([[0; 64]; 2]);
    let message = blocks.message();
    message[0] = NODE;
    message[1..33].copy_from_slice(&left.0);
    message[33..65].copy_from_slice(&right.0);
    blocks.hash(65)
}
