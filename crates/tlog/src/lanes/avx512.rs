//! The compression function on sixteen messages: a register holds one word of each.
//!
//! Written with the processor's instructions by name, since a compiler left to find them by itself may or may not. They are
//! safe to use in functions that ask for them; only the way to memory and the call into here need a proof.
#![allow(unsafe_code)] // measured: see the module above; each use has its proof

use std::arch::x86_64::{
    __m512i, _mm512_add_epi32, _mm512_loadu_si512, _mm512_ror_epi32, _mm512_set1_epi32, _mm512_shuffle_i32x4,
    _mm512_storeu_si512, _mm512_unpackhi_epi32, _mm512_unpackhi_epi64, _mm512_unpacklo_epi32,
    _mm512_unpacklo_epi64, _mm512_xor_si512,
};

use super::{BLOCK_LEN, IV, LANES, Mode};

/// Flags of a compression: first and last block of a chunk, root of the tree.
const CHUNK_START: u32 = 1;
const CHUNK_END: u32 = 2;
const ROOT: u32 = 8;

/// Which message words each round takes: the permutation of the specification, applied again and again.
const SCHEDULE: [[usize; 16]; 7] = schedule();

/// One word of each message.
type Words = __m512i;

/// Hashes sixteen messages of `blocks` blocks each, 1 to 16, the last of which may be short.
#[target_feature(enable = "avx512f")]
pub(super) fn hash(mode: &Mode, messages: &[&[u8]; LANES], blocks: usize) -> [[u8; 32]; LANES] {
    let mut chain = mode.start.map(|word| _mm512_set1_epi32(word.cast_signed()));
    for block in 0..blocks {
        let (words, lens) = read(messages, block);
        let first = if block == 0 { CHUNK_START } else { 0 };
        let last = if block + 1 == blocks { CHUNK_END | ROOT } else { 0 };
        compress(&mut chain, &words, lens, mode.flag | first | last);
    }
    let chain = chain.map(|words| store(words));
    std::array::from_fn(|lane| {
        let mut hash = [0; 32];
        for (bytes, word) in hash.chunks_exact_mut(4).zip(&chain) {
            bytes.copy_from_slice(&word[lane].to_le_bytes());
        }
        hash
    })
}

/// The words of one block of each message, and its length in bytes; what is missing of the last one is zero.
#[target_feature(enable = "avx512f")]
#[inline]
fn read(messages: &[&[u8]; LANES], block: usize) -> ([Words; 16], Words) {
    let mut lens = [BLOCK_LEN as u32; LANES];
    let rows = std::array::from_fn(|lane| {
        let rest = &messages[lane][block * BLOCK_LEN..];
        match rest.first_chunk() {
            Some(bytes) => load(bytes),
            None => {
                let mut short = [0; BLOCK_LEN];
                short[..rest.len()].copy_from_slice(rest);
                lens[lane] = rest.len() as u32;
                load(&short)
            }
        }
    });
    (transpose(rows), load_words(&lens))
}

/// The compression function, with counter 0: there is one chunk.
#[target_feature(enable = "avx512f")]
#[inline]
fn compress(chain: &mut [Words; 8], words: &[Words; 16], lens: Words, flags: u32) {
    let zero = _mm512_set1_epi32(0);
    let iv = |i: usize| _mm512_set1_epi32(IV[i].cast_signed());
    let [a, b, c, d, e, f, g, h] = *chain;
    let flags = _mm512_set1_epi32(flags.cast_signed());
    let mut v = [a, b, c, d, e, f, g, h, iv(0), iv(1), iv(2), iv(3), zero, zero, lens, flags];
    for w in &SCHEDULE {
        mix(&mut v, [0, 4, 8, 12], words[w[0]], words[w[1]]);
        mix(&mut v, [1, 5, 9, 13], words[w[2]], words[w[3]]);
        mix(&mut v, [2, 6, 10, 14], words[w[4]], words[w[5]]);
        mix(&mut v, [3, 7, 11, 15], words[w[6]], words[w[7]]);
        mix(&mut v, [0, 5, 10, 15], words[w[8]], words[w[9]]);
        mix(&mut v, [1, 6, 11, 12], words[w[10]], words[w[11]]);
        mix(&mut v, [2, 7, 8, 13], words[w[12]], words[w[13]]);
        mix(&mut v, [3, 4, 9, 14], words[w[14]], words[w[15]]);
    }
    for (i, chain) in chain.iter_mut().enumerate() {
        *chain = _mm512_xor_si512(v[i], v[i + 8]);
    }
}

/// The quarter-round G.
#[target_feature(enable = "avx512f")]
#[inline]
fn mix(v: &mut [Words; 16], [a, b, c, d]: [usize; 4], x: Words, y: Words) {
    v[a] = _mm512_add_epi32(_mm512_add_epi32(v[a], v[b]), x);
    v[d] = _mm512_ror_epi32::<16>(_mm512_xor_si512(v[d], v[a]));
    v[c] = _mm512_add_epi32(v[c], v[d]);
    v[b] = _mm512_ror_epi32::<12>(_mm512_xor_si512(v[b], v[c]));
    v[a] = _mm512_add_epi32(_mm512_add_epi32(v[a], v[b]), y);
    v[d] = _mm512_ror_epi32::<8>(_mm512_xor_si512(v[d], v[a]));
    v[c] = _mm512_add_epi32(v[c], v[d]);
    v[b] = _mm512_ror_epi32::<7>(_mm512_xor_si512(v[b], v[c]));
}

/// Rows of one message's words become columns of one word each.
#[target_feature(enable = "avx512f")]
#[inline]
fn transpose(r: [Words; 16]) -> [Words; 16] {
    // words of four neighbouring rows come together in each quarter of a register, ...
    let mut q = r;
    for i in (0..16).step_by(4) {
        let (ab, cd) = (_mm512_unpacklo_epi32(r[i], r[i + 1]), _mm512_unpacklo_epi32(r[i + 2], r[i + 3]));
        (q[i], q[i + 1]) = (_mm512_unpacklo_epi64(ab, cd), _mm512_unpackhi_epi64(ab, cd));
        let (ab, cd) = (_mm512_unpackhi_epi32(r[i], r[i + 1]), _mm512_unpackhi_epi32(r[i + 2], r[i + 3]));
        (q[i + 2], q[i + 3]) = (_mm512_unpacklo_epi64(ab, cd), _mm512_unpackhi_epi64(ab, cd));
    }
    // ... then the quarters of four registers change places
    let mut columns = q;
    for i in 0..4 {
        let (a, b, c, d) = (q[i], q[i + 4], q[i + 8], q[i + 12]);
        let (even, odd) = (_mm512_shuffle_i32x4::<0x88>(a, b), _mm512_shuffle_i32x4::<0xdd>(a, b));
        let (even2, odd2) = (_mm512_shuffle_i32x4::<0x88>(c, d), _mm512_shuffle_i32x4::<0xdd>(c, d));
        columns[i] = _mm512_shuffle_i32x4::<0x88>(even, even2);
        columns[i + 4] = _mm512_shuffle_i32x4::<0x88>(odd, odd2);
        columns[i + 8] = _mm512_shuffle_i32x4::<0xdd>(even, even2);
        columns[i + 12] = _mm512_shuffle_i32x4::<0xdd>(odd, odd2);
    }
    columns
}

#[target_feature(enable = "avx512f")]
#[inline]
fn load(bytes: &[u8; BLOCK_LEN]) -> Words {
    // SAFETY: reads the 64 bytes that the reference holds; the instruction asks for no alignment.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}

#[target_feature(enable = "avx512f")]
#[inline]
fn load_words(words: &[u32; LANES]) -> Words {
    // SAFETY: reads the 64 bytes that the reference holds; the instruction asks for no alignment.
    unsafe { _mm512_loadu_si512(words.as_ptr().cast()) }
}

#[target_feature(enable = "avx512f")]
#[inline]
fn store(words: Words) -> [u32; LANES] {
    let mut out = [0; LANES];
    // SAFETY: writes the 64 bytes of an array of its own; the instruction asks for no alignment.
    unsafe { _mm512_storeu_si512(out.as_mut_ptr().cast(), words) };
    out
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
