//! BLAKE3 of sixteen short messages at once, for verifiers that have thousands of them.
//!
//! The `blake3` crate hashes one message of some hundred bytes as fast as its chain of blocks allows, which leaves most of a
//! processor with 512-bit registers idle. Here each of the sixteen columns of a register is another message (BLAKE3
//! specification, 2.2 compression function, 2.4 chunks). Measured on 206-byte facts: a third of the time, and a verification of a
//! whole log goes from 0.89 to well above 1 M records/s. Nothing is decided here that is not compared afterwards: a wrong
//! hash could only raise a false alarm, and tests compare every length with the `blake3` crate.
//!
//! Processors without these registers, and messages longer than a chunk, take the `blake3` crate one by one.
#![cfg_attr(not(target_arch = "x86_64"), allow(dead_code))] // the columns are for tests only there

/// Messages hashed together.
const LANES: usize = 16;
/// Bytes of a block, and blocks of the one chunk that is hashed here.
const BLOCK_LEN: usize = 64;
const MAX_BLOCKS: usize = 16;
/// Below that many messages the empty columns cost more than they save.
const MIN_TOGETHER: usize = 6;

/// Flags of a compression: first and last block of a chunk, root of the tree.
const CHUNK_START: u32 = 1;
const CHUNK_END: u32 = 2;
const ROOT: u32 = 8;

/// The words of SHA-256's initial state, as in the specification.
pub(crate) const IV: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// Which message words each round takes: the permutation of the specification, applied again and again.
const SCHEDULE: [[usize; 16]; 7] = schedule();

/// One word of sixteen messages.
type Words = [u32; LANES];

/// A hash mode: plain, or keyed for a context.
pub(crate) struct Mode {
    /// The chaining value that a message starts from.
    pub(crate) start: [u32; 8],
    /// The mode's flag.
    pub(crate) flag: u32,
    /// The same hash of one message by the `blake3` crate.
    pub(crate) one: fn(&[u8]) -> [u8; 32],
}

/// Hashes each of `messages`, in order.
pub(crate) fn hash_each(mode: &Mode, messages: &[&[u8]]) -> Vec<[u8; 32]> {
    match together() {
        Some(together) => hash_grouped(mode, messages, together),
        None => messages.iter().map(|message| (mode.one)(message)).collect(),
    }
}

/// Hashes sixteen messages of so many blocks.
type Together = fn(&Mode, &[&[u8]; LANES], usize) -> [[u8; 32]; LANES];

/// The fast way, if this processor has it.
#[cfg(target_arch = "x86_64")]
fn together() -> Option<Together> {
    let has_registers = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl");
    has_registers.then_some(together_avx512 as Together)
}

#[cfg(not(target_arch = "x86_64"))]
fn together() -> Option<Together> {
    None
}

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)] // measured above; the proof is below
fn together_avx512(mode: &Mode, messages: &[&[u8]; LANES], blocks: usize) -> [[u8; 32]; LANES] {
    #[target_feature(enable = "avx512f,avx512vl")]
    fn with_registers(mode: &Mode, messages: &[&[u8]; LANES], blocks: usize) -> [[u8; 32]; LANES] {
        hash_columns(mode, messages, blocks)
    }
    // SAFETY: the function is safe but for the instructions it is compiled to, and `together` gives it out only where
    // the processor has them.
    unsafe { with_registers(mode, messages, blocks) }
}

/// Groups messages by their number of blocks, so that no column waits for another.
fn hash_grouped(mode: &Mode, messages: &[&[u8]], together: Together) -> Vec<[u8; 32]> {
    let mut hashes = vec![[0; 32]; messages.len()];
    let mut groups: [Vec<usize>; MAX_BLOCKS] = Default::default();
    for (place, message) in messages.iter().enumerate() {
        match message.len().div_ceil(BLOCK_LEN).max(1) {
            blocks @ 1..=MAX_BLOCKS => groups[blocks - 1].push(place),
            _ => hashes[place] = (mode.one)(message),
        }
    }
    for (group, blocks) in groups.iter().zip(1..) {
        for places in group.chunks(LANES) {
            if places.len() < MIN_TOGETHER {
                places.iter().for_each(|place| hashes[*place] = (mode.one)(messages[*place]));
                continue;
            }
            let columns = std::array::from_fn(|lane| messages[places[lane.min(places.len() - 1)]]);
            let together = together(mode, &columns, blocks);
            places.iter().zip(together).for_each(|(place, hash)| hashes[*place] = hash);
        }
    }
    hashes
}

/// Hashes sixteen messages of `blocks` blocks each, the last of which may be short.
#[inline(always)]
fn hash_columns(mode: &Mode, messages: &[&[u8]; LANES], blocks: usize) -> [[u8; 32]; LANES] {
    let mut chain = mode.start.map(|word| [word; LANES]);
    for block in 0..blocks {
        let (words, lens) = load(messages, block);
        let first = if block == 0 { CHUNK_START } else { 0 };
        let last = if block + 1 == blocks { CHUNK_END | ROOT } else { 0 };
        compress(&mut chain, &words, lens, mode.flag | first | last);
    }
    std::array::from_fn(|lane| {
        let mut hash = [0; 32];
        for (bytes, word) in hash.chunks_exact_mut(4).zip(&chain) {
            bytes.copy_from_slice(&word[lane].to_le_bytes());
        }
        hash
    })
}

/// The words of one block of each message, and its length in bytes; what is missing of the last one is zero.
#[inline(always)]
fn load(messages: &[&[u8]; LANES], block: usize) -> ([Words; 16], Words) {
    let (mut words, mut lens) = ([[0; LANES]; 16], [BLOCK_LEN as u32; LANES]);
    for (lane, message) in messages.iter().enumerate() {
        let rest = &message[block * BLOCK_LEN..];
        let mut short = [0; BLOCK_LEN];
        let bytes = rest.first_chunk().unwrap_or_else(|| {
            short[..rest.len()].copy_from_slice(rest);
            lens[lane] = rest.len() as u32;
            &short
        });
        for (word, bytes) in words.iter_mut().zip(bytes.chunks_exact(4)) {
            word[lane] = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        }
    }
    (words, lens)
}

/// The compression function, with counter 0: there is one chunk.
#[inline(always)]
fn compress(chain: &mut [Words; 8], words: &[Words; 16], lens: Words, flags: u32) {
    let mut v = [[0; LANES]; 16];
    v[..8].copy_from_slice(chain);
    for (state, iv) in v[8..12].iter_mut().zip(IV) {
        *state = [iv; LANES];
    }
    (v[14], v[15]) = (lens, [flags; LANES]);
    for w in &SCHEDULE {
        mix(&mut v, [0, 4, 8, 12], &words[w[0]], &words[w[1]]);
        mix(&mut v, [1, 5, 9, 13], &words[w[2]], &words[w[3]]);
        mix(&mut v, [2, 6, 10, 14], &words[w[4]], &words[w[5]]);
        mix(&mut v, [3, 7, 11, 15], &words[w[6]], &words[w[7]]);
        mix(&mut v, [0, 5, 10, 15], &words[w[8]], &words[w[9]]);
        mix(&mut v, [1, 6, 11, 12], &words[w[10]], &words[w[11]]);
        mix(&mut v, [2, 7, 8, 13], &words[w[12]], &words[w[13]]);
        mix(&mut v, [3, 4, 9, 14], &words[w[14]], &words[w[15]]);
    }
    for (i, chain) in chain.iter_mut().enumerate() {
        *chain = std::array::from_fn(|lane| v[i][lane] ^ v[i + 8][lane]);
    }
}

/// The quarter-round G.
#[inline(always)]
fn mix(v: &mut [Words; 16], [a, b, c, d]: [usize; 4], x: &Words, y: &Words) {
    v[a] = add(&add(&v[a], &v[b]), x);
    v[d] = xor_rotate(&v[d], &v[a], 16);
    v[c] = add(&v[c], &v[d]);
    v[b] = xor_rotate(&v[b], &v[c], 12);
    v[a] = add(&add(&v[a], &v[b]), y);
    v[d] = xor_rotate(&v[d], &v[a], 8);
    v[c] = add(&v[c], &v[d]);
    v[b] = xor_rotate(&v[b], &v[c], 7);
}

#[inline(always)]
fn add(a: &Words, b: &Words) -> Words {
    std::array::from_fn(|lane| a[lane].wrapping_add(b[lane]))
}

#[inline(always)]
fn xor_rotate(a: &Words, b: &Words, by: u32) -> Words {
    std::array::from_fn(|lane| (a[lane] ^ b[lane]).rotate_right(by))
}

const fn schedule() -> [[usize; 16]; 7] {
    const PERMUTATION: [usize; 16] = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];
    let mut schedule = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]; 7];
    let mut round = 1;
    while round < 7 {
        let mut word = 0;
        while word < 16 {
            schedule[round][word] = schedule[round - 1][PERMUTATION[word]];
            word += 1;
        }
        round += 1;
    }
    schedule
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain() -> Mode {
        Mode { start: IV, flag: 0, one: |message| *blake3::hash(message).as_bytes() }
    }

    /// The columns in portable code, for processors of any kind.
    fn portable(mode: &Mode, messages: &[&[u8]; LANES], blocks: usize) -> [[u8; 32]; LANES] {
        hash_columns(mode, messages, blocks)
    }

    fn assert_same(messages: &[&[u8]]) {
        let expected: Vec<_> = messages.iter().map(|message| *blake3::hash(message).as_bytes()).collect();
        assert_eq!(hash_each(&plain(), messages), expected);
        assert_eq!(hash_grouped(&plain(), messages, portable), expected);
    }

    #[test]
    fn every_length_gives_what_the_blake3_crate_gives() {
        let bytes: Vec<u8> = (0..1_200_u32).map(|i| (i * i / 7) as u8).collect();
        for len in 0..bytes.len() {
            // sixteen messages of this length, all different
            let messages: Vec<&[u8]> =
                (0..LANES).map(|lane| &bytes[lane.min(bytes.len() - len)..][..len]).collect();
            assert_same(&messages);
        }
    }

    #[test]
    fn messages_of_all_lengths_together_keep_their_order() {
        let bytes: Vec<u8> = (0..3_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let lens = (0..700_usize).map(|i| i * 7_919 % 1_100);
        let messages: Vec<&[u8]> = lens.enumerate().map(|(i, len)| &bytes[i..i + len]).collect();
        assert_same(&messages);
        for count in 0..40 {
            assert_same(&messages[..count]);
        }
    }
}
