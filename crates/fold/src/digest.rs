//! The digest of the whole state, kept up to date row by row.
//!
//! LtHash (Bellare and Micciancio 1997; "lthash16" of Facebook's folly): each row is expanded to 1,024 numbers of 16 bits, and the
//! state is their sum, lane by lane, modulo 2^16. A sum has no order and every term can be taken out again, so the
//! digest of millions of rows follows a change of one at the cost of that one. What is published is BLAKE3 of the lanes.

use socai_tlog::Digest;

use crate::rows::Change;

/// Numbers of 16 bits a row is expanded to; 1,024 of them give more than 200 bits against collisions (Lewi et al. 2019).
const LANES: usize = 1024;

/// Length of the lanes in bytes, little-endian.
pub const LANES_LEN: usize = LANES * 2;

/// The sum of all rows of a state. The empty state has all lanes zero.
#[derive(Clone, PartialEq, Eq)]
pub struct StateDigest {
    lanes: Box<[u16; LANES]>,
}

impl Default for StateDigest {
    fn default() -> Self {
        StateDigest { lanes: Box::new([0; LANES]) }
    }
}

impl StateDigest {
    /// Adds a row that the state has gained.
    pub fn add(&mut self, key: &[u8], value: &[u8]) {
        let row = expand(key, value);
        self.lanes.iter_mut().zip(row).for_each(|(lane, term)| *lane = lane.wrapping_add(term));
    }

    /// Takes out a row that the state has lost.
    pub fn remove(&mut self, key: &[u8], value: &[u8]) {
        let row = expand(key, value);
        self.lanes.iter_mut().zip(row).for_each(|(lane, term)| *lane = lane.wrapping_sub(term));
    }

    /// Follows a change of one row.
    pub fn apply(&mut self, change: &Change) {
        if let Some(old) = &change.old {
            self.remove(&change.key, old);
        }
        if let Some(new) = &change.new {
            self.add(&change.key, new);
        }
    }

    /// The digest of the rows of both states together, which must have no row in common.
    #[must_use]
    pub fn with(&self, other: &StateDigest) -> StateDigest {
        let mut both = self.clone();
        both.lanes
            .iter_mut()
            .zip(other.lanes.iter())
            .for_each(|(lane, more)| *lane = lane.wrapping_add(*more));
        both
    }

    /// What is published and compared: BLAKE3 of the lanes.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.to_bytes())
    }

    /// The lanes, each little-endian.
    pub fn to_bytes(&self) -> [u8; LANES_LEN] {
        let mut bytes = [0; LANES_LEN];
        bytes
            .chunks_exact_mut(2)
            .zip(self.lanes.iter())
            .for_each(|(to, lane)| to.copy_from_slice(&lane.to_le_bytes()));
        bytes
    }

    /// The lanes of [`StateDigest::to_bytes`].
    pub fn from_bytes(bytes: &[u8; LANES_LEN]) -> Self {
        let mut state = StateDigest::default();
        let pairs = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
        state.lanes.iter_mut().zip(pairs).for_each(|(lane, value)| *lane = value);
        state
    }
}

impl std::fmt::Debug for StateDigest {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "StateDigest({})", self.digest())
    }
}

/// A row as 1,024 numbers: the BLAKE3 output stream over key length (u32, big-endian), key and value.
fn expand(key: &[u8], value: &[u8]) -> impl Iterator<Item = u16> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(key.len() as u32).to_be_bytes()).update(key).update(value);
    let mut stream = [0; LANES_LEN];
    hasher.finalize_xof().fill(&mut stream);
    (0..LANES).map(move |lane| u16::from_le_bytes([stream[2 * lane], stream[2 * lane + 1]]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rows: &[(&str, &str)]) -> StateDigest {
        let mut state = StateDigest::default();
        rows.iter().for_each(|(key, value)| state.add(key.as_bytes(), value.as_bytes()));
        state
    }

    #[test]
    fn the_order_of_rows_does_not_matter_but_every_row_does() {
        let state = of(&[("a", "1"), ("b", "2"), ("c", "3")]);
        assert_eq!(state, of(&[("c", "3"), ("a", "1"), ("b", "2")]));
        assert_ne!(state.digest(), of(&[("a", "1"), ("b", "2")]).digest());
        assert_ne!(state.digest(), of(&[("a", "1"), ("b", "2"), ("c", "4")]).digest());
    }

    #[test]
    fn a_row_taken_out_leaves_no_trace() {
        let mut state = of(&[("a", "1"), ("b", "2")]);
        state.remove(b"b", b"2");
        assert_eq!(state, of(&[("a", "1")]));
        state.remove(b"a", b"1");
        assert_eq!(state, StateDigest::default());
    }

    #[test]
    fn the_digest_of_two_halves_is_that_of_the_whole() {
        let (one, other) = (of(&[("a", "1")]), of(&[("b", "2"), ("c", "3")]));
        assert_eq!(one.with(&other), of(&[("a", "1"), ("b", "2"), ("c", "3")]));
    }

    #[test]
    fn key_and_value_are_told_apart() {
        assert_ne!(of(&[("ab", "c")]).digest(), of(&[("a", "bc")]).digest());
    }

    #[test]
    fn the_lanes_survive_being_stored() {
        let state = of(&[("a", "1"), ("b", "2")]);
        assert_eq!(StateDigest::from_bytes(&state.to_bytes()), state);
    }

    #[test]
    fn the_published_digest_of_a_known_state_never_moves() {
        let known = "the digest of one row is part of what audits compare across releases";
        let digest = of(&[("key", known)]).digest().to_string();
        assert_eq!(digest, GOLDEN, "a change of this value is a change of the models' version");
    }

    const GOLDEN: &str = "787ada0181a83cac8eae9099a9f699a90c539b64c757c79a1b7b256fa6018bec";
}
