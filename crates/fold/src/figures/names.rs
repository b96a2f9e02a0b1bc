//! The names of the facts behind a figure: unit u32, seq u64, big-endian, in leaf order.

use socai_tlog::{Digest, EventName};

/// Bytes of a name.
const NAME: usize = 12;
/// Names that are hashed together: some chunks of BLAKE3, which the processor hashes side by side.
const TOGETHER: usize = 340;

/// The names, as far as somebody wants them.
pub(super) enum Names {
    Unwanted,
    Digested(Box<blake3::Hasher>, Vec<u8>),
    /// To be digested after those of earlier records.
    Kept(Vec<u8>),
}

impl Names {
    /// None yet, to be digested.
    pub fn digested() -> Self {
        Names::Digested(Box::default(), Vec::new())
    }

    /// None yet, to be digested by whoever has those of earlier records.
    pub fn kept() -> Self {
        Names::Kept(Vec::new())
    }

    pub fn is_wanted(&self) -> bool {
        !matches!(self, Names::Unwanted)
    }

    #[inline]
    pub fn take(&mut self, name: EventName) {
        let waiting = match self {
            Names::Unwanted => return,
            Names::Digested(_, waiting) => waiting,
            Names::Kept(kept) => kept,
        };
        let mut bytes = [0; NAME];
        bytes[..4].copy_from_slice(&name.unit.0.to_be_bytes());
        bytes[4..].copy_from_slice(&name.seq.0.to_be_bytes());
        waiting.extend(bytes);
        if let Names::Digested(hasher, waiting) = self
            && waiting.len() == TOGETHER * NAME
        {
            hasher.update(waiting);
            waiting.clear();
        }
    }

    /// Goes on with the names of later records.
    pub fn append(&mut self, later: &Names) {
        match (self, later) {
            (Names::Digested(hasher, waiting), Names::Kept(later)) => {
                hasher.update(waiting).update(later);
                waiting.clear();
            }
            (Names::Kept(kept), Names::Kept(later)) => kept.extend(later),
            // nobody wants those of either
            _ => {}
        }
    }

    pub fn digest(mut self) -> Option<Digest> {
        match &mut self {
            Names::Digested(hasher, waiting) => Some(Digest(*hasher.update(waiting).finalize().as_bytes())),
            Names::Kept(_) | Names::Unwanted => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_that_of_all_names_however_they_came_together() {
        for (first, then) in [(0, 0), (1, 0), (TOGETHER, 1), (3 * TOGETHER + 7, 500), (5, TOGETHER)] {
            let name = |at: usize| EventName::new(at as u32 % 7, at as u64);
            let bytes: Vec<u8> = (0..first + then + 1)
                .map(name)
                .flat_map(|name| [&name.unit.0.to_be_bytes()[..], &name.seq.0.to_be_bytes()].concat())
                .collect();
            let (mut names, mut later) = (Names::digested(), Names::kept());
            (0..first).for_each(|at| names.take(name(at)));
            (first..first + then).for_each(|at| later.take(name(at)));
            names.append(&later);
            names.take(name(first + then));
            assert_eq!(names.digest(), Some(Digest::of(&bytes)), "{first} and {then}");
        }
        assert_eq!((Names::Unwanted.digest(), Names::kept().digest()), (None, None));
    }
}
