//! CRC-32C of several byte strings at once (RFC 3720 § 12.1, as [`crc32c`] computes it of one).
//!
//! Each step of a checksum waits for the one before; the processor can take the steps of three in that time. Of records' frames, some 220
//! bytes long, this takes half as long as one after the other, and checksums were 7 % of a replay.

/// How many go side by side: more would not be quicker, since they are of different lengths.
pub(crate) const SIDE_BY_SIDE: usize = 3;

/// The checksum of each.
pub(crate) fn crc32c_of(bodies: [&[u8]; SIDE_BY_SIDE]) -> [u32; SIDE_BY_SIDE] {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("sse4.2") {
        // SAFETY: the function is safe but for the instructions it needs, and the line above found that this processor has them.
        #[allow(unsafe_code)]
        return unsafe { side_by_side(bodies) };
    }
    bodies.map(crc32c::crc32c)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "sse4.2")]
fn side_by_side(bodies: [&[u8]; SIDE_BY_SIDE]) -> [u32; SIDE_BY_SIDE] {
    use std::arch::x86_64::_mm_crc32_u64;

    if bodies.iter().any(|body| body.len() < WORD) {
        return bodies.map(crc32c::crc32c);
    }
    let [one, two, three] = bodies.map(words_of);
    let start = |(before, first, _): (u32, u64, _)| _mm_crc32_u64(before.into(), first);
    let step = |crc, word: &[u8; WORD]| _mm_crc32_u64(crc, u64::from_le_bytes(*word));
    let mut crcs = (start(one), start(two), start(three));
    let together = one.2.len().min(two.2.len()).min(three.2.len());
    let ((one, one_on), (two, two_on)) = (one.2.split_at(together), two.2.split_at(together));
    let (three, three_on) = three.2.split_at(together);
    for ((one, two), three) in one.iter().zip(two).zip(three) {
        crcs = (step(crcs.0, one), step(crcs.1, two), step(crcs.2, three));
    }
    let crcs = [(crcs.0, one_on), (crcs.1, two_on), (crcs.2, three_on)];
    let crcs = crcs.map(|(crc, on)| on.iter().fold(crc, step));
    crcs.map(|crc| !(crc as u32))
}

const WORD: usize = 8;

/// A body of whole words and the bytes before them, which are made a word by zeros in front; and the checksum to start with so that it is, behind
/// those zeros, what a checksum starts with. One step does for the odd bytes what would take a loop that nobody can predict.
fn words_of(body: &[u8]) -> (u32, u64, &[[u8; WORD]]) {
    let zeros = (WORD - body.len() % WORD) % WORD;
    let (words, _) = body[WORD - zeros..].as_chunks();
    let first = body.first_chunk().map_or(0, |first| u64::from_le_bytes(*first));
    (BEFORE_ZEROS[zeros], first << (8 * zeros), words)
}

/// What is the checksum's start behind so many zeros.
const BEFORE_ZEROS: [u32; WORD] = {
    let mut starts = [u32::MAX; WORD];
    let mut zeros = 1;
    while zeros < WORD {
        starts[zeros] = before_zero(starts[zeros - 1]);
        zeros += 1;
    }
    starts
};

/// The checksum that a byte of zeros makes this one: its eight steps taken back.
const fn before_zero(mut crc: u32) -> u32 {
    const REVERSED_POLYNOMIAL: u32 = 0x82f6_3b78;
    let mut bit = 0;
    while bit < 8 {
        crc = match crc >> 31 {
            0 => crc << 1,
            _ => (crc ^ REVERSED_POLYNOMIAL) << 1 | 1,
        };
        bit += 1;
    }
    crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_the_checksum_it_has_alone() {
        let bytes: Vec<u8> = (0..2_000_u32).map(|at| (at * at / 7) as u8).collect();
        let lens = [0, 1, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 100, 223, 256, 500];
        for one in lens {
            for two in lens {
                for three in [0, 8, 13, 77, 400] {
                    let bodies = [&bytes[..one], &bytes[3..3 + two], &bytes[1_000..1_000 + three]];
                    assert_eq!(crc32c_of(bodies), bodies.map(crc32c::crc32c), "{one} {two} {three}");
                }
            }
        }
        // RFC 3720 § B.4: 32 bytes of zeros, of ones, and ascending
        let ascending: Vec<u8> = (0..32).collect();
        let known = [&[0; 32][..], &[0xff; 32], &ascending];
        assert_eq!(crc32c_of(known), [0x8a91_36aa, 0x62a8_ab43, 0x46dd_794e]);
    }
}
