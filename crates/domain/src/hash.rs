//! The hash of tables that are asked for every fact: a multiply and a fold per 64 bits, fixed for ever.
//!
//! It has no random state: it is for keys that nobody outside chooses, such as numbers handed out here and ids that the operator gives, and for
//! texts of facts, where whoever aims at collisions has signed them.

use std::hash::{BuildHasherDefault, Hash, Hasher};

/// A map whose look-up costs a few nanoseconds.
pub type FastMap<K, V> = std::collections::HashMap<K, V, BuildHasherDefault<Mix>>;

/// The hash of a text.
#[inline]
#[must_use]
pub fn hash_of(text: &str) -> u64 {
    let mut hash = Mix(text.len() as u64);
    hash.write(text.as_bytes());
    hash.finish()
}

/// The hash of a key, for tables that are told the hash.
#[inline]
#[must_use]
pub fn hash_of_key(key: &impl Hash) -> u64 {
    let mut hash = Mix::default();
    key.hash(&mut hash);
    hash.finish()
}

/// State of the hash: each word is added and multiplied to 128 bits, whose halves are folded together.
#[derive(Clone, Debug, Default)]
pub struct Mix(u64);

/// An odd number with even bits: the golden ratio's.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

impl Hasher for Mix {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        words.iter().for_each(|word| self.write_u64(u64::from_le_bytes(*word)));
        match bytes.last_chunk::<8>() {
            _ if rest.is_empty() => {}
            // the last eight bytes without those already taken, which is what zeros behind the rest make of it
            Some(last) => self.write_u64(u64::from_le_bytes(*last) >> (8 * (8 - rest.len()))),
            None => self.write_u64(rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))),
        }
    }

    #[inline]
    fn write_u64(&mut self, word: u64) {
        let product = u128::from(self.0 ^ word ^ FACTOR) * u128::from(FACTOR);
        self.0 = product as u64 ^ (product >> 64) as u64;
    }

    #[inline]
    fn write_u8(&mut self, byte: u8) {
        self.write_u64(u64::from(byte));
    }

    #[inline]
    fn write_u16(&mut self, word: u16) {
        self.write_u64(u64::from(word));
    }

    #[inline]
    fn write_u32(&mut self, word: u32) {
        self.write_u64(u64::from(word));
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_hashed_in_words_of_eight_bytes_the_last_filled_up_with_zeros() {
        let text = "chủ tịch uỷ ban nhân dân phường";
        for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
            let mut expected = Mix(end as u64);
            for chunk in text.as_bytes()[..end].chunks(8) {
                let mut word = [0; 8];
                word[..chunk.len()].copy_from_slice(chunk);
                expected.write_u64(u64::from_le_bytes(word));
            }
            assert_eq!(hash_of(&text[..end]), expected.finish(), "{end}");
        }
    }
}
