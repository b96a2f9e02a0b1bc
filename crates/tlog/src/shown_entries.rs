//! What a log shows a witness that looks at its entries before it cosigns: the entries behind the last ones it was shown, the facts of the
//! operator's own records among them, and the proof that a signed checkpoint continues the tree that they make. Layout: `proto/README.md`,
//! Shown entries.

use std::ops::Range;

use crate::{
    add_checkpoint::AddCheckpoint, entry::Entry, malformed::Malformed, names::TreeSize,
    proof_file::BadProofFile, record::MAX_FACTS,
};

/// The most bytes of a request. Who shows stops adding entries at half of it, so that one with the longest facts still fits.
pub const MAX_SHOWN_LEN: usize = 6 << 20;

/// Entries that are shown together. Nothing is verified yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownEntries {
    /// The leaf of the first entry.
    pub from: TreeSize,
    /// The tree that ends with the last one (`old`), and the signed checkpoint that continues it.
    pub reached: AddCheckpoint,
    /// The entries, each with facts; empty but for the operator's records.
    pub entries: Vec<(Entry, Vec<u8>)>,
}

/// Why bytes are no request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadShown {
    /// Longer than [`MAX_SHOWN_LEN`].
    #[error("{got} bytes of shown entries, at most {MAX_SHOWN_LEN} are read")]
    TooLong {
        /// Length.
        got: usize,
    },
    /// The head is no proof.
    #[error(transparent)]
    Head(#[from] BadProofFile),
    /// A length or an entry does not fit.
    #[error(transparent)]
    Entry(#[from] Malformed),
    /// The entries do not fill the range that the head states.
    #[error("{got} entries shown for leaves {} to {}", range.start, range.end)]
    Count {
        /// How many there are.
        got: u64,
        /// What the head states.
        range: Range<u64>,
    },
}

impl ShownEntries {
    /// The bytes of a request.
    ///
    /// # Errors
    /// Facts or head longer than their lengths can say.
    pub fn encode(&self) -> Result<Vec<u8>, Malformed> {
        let head = self.reached.to_string();
        let mut bytes = self.from.0.to_be_bytes().to_vec();
        push(&mut bytes, "head", head.as_bytes())?;
        for (entry, facts) in &self.entries {
            crate::bundle::push_bundled(&mut bytes, &entry.encode())?;
            push(&mut bytes, "facts", facts)?;
        }
        Ok(bytes)
    }

    /// Reads a request.
    ///
    /// # Errors
    /// See [`BadShown`]; the place is in the bytes as given.
    pub fn parse(bytes: &[u8]) -> Result<Self, BadShown> {
        if bytes.len() > MAX_SHOWN_LEN {
            return Err(BadShown::TooLong { got: bytes.len() });
        }
        let mut reader = Reader { bytes, at: 0 };
        let from = TreeSize(u64::from_be_bytes(reader.array("first leaf")?));
        let head = reader.lengthened("head", MAX_SHOWN_LEN)?;
        let reached = AddCheckpoint::parse(head)?;
        let mut entries = Vec::new();
        while reader.at < bytes.len() {
            let len = usize::from(u16::from_be_bytes(reader.array("entry length")?));
            let entry = Entry::decode(reader.take("entry", len)?)?;
            entries.push((entry, reader.lengthened("facts", MAX_FACTS)?.to_vec()));
        }
        let (got, range) = (entries.len() as u64, from.0..reached.old.0);
        if from.0.checked_add(got) != Some(reached.old.0) {
            return Err(BadShown::Count { got, range });
        }
        Ok(ShownEntries { from, reached, entries })
    }
}

fn push(bytes: &mut Vec<u8>, what: &'static str, part: &[u8]) -> Result<(), Malformed> {
    let (got, limit) = (part.len(), MAX_SHOWN_LEN);
    let len = u32::try_from(got).map_err(|_| Malformed::Oversize { what, got, limit })?;
    bytes.extend(len.to_be_bytes());
    bytes.extend(part);
    Ok(())
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, what: &'static str, need: usize) -> Result<&'a [u8], Malformed> {
        let at = self.at;
        let rest = self.bytes.get(at..).unwrap_or_default();
        let part = rest.get(..need).ok_or(Malformed::Truncated { what, at, need, have: rest.len() })?;
        self.at = at + need;
        Ok(part)
    }

    fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], Malformed> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(what, N)?);
        Ok(array)
    }

    /// A part after its `u32` length.
    fn lengthened(&mut self, what: &'static str, limit: usize) -> Result<&'a [u8], Malformed> {
        let got = u32::from_be_bytes(self.array(what)?) as usize;
        if got > limit {
            return Err(Malformed::Oversize { what, got, limit });
        }
        self.take(what, got)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::HEADER_LEN;

    fn shown() -> ShownEntries {
        let entry = |byte: u8, signature| Entry {
            received_at_ms: u64::from(byte),
            header_bytes: [byte; HEADER_LEN],
            signature,
        };
        ShownEntries {
            from: TreeSize(7),
            reached: AddCheckpoint {
                old: TreeSize(9),
                proof: vec![crate::Hash([3; 32])],
                checkpoint: "so-cai.example/thu\n9\nAAAA\n\n— a b\n".to_owned(),
            },
            entries: vec![(entry(1, None), vec![]), (entry(2, Some([5; 64])), b"facts".to_vec())],
        }
    }

    #[test]
    fn what_is_written_is_read() {
        assert_eq!(ShownEntries::parse(&shown().encode().unwrap()), Ok(shown()));
    }

    #[test]
    fn bytes_cut_short_anywhere_or_changed_are_refused_or_read_as_something_else_and_nothing_panics() {
        let bytes = shown().encode().unwrap();
        for len in 0..bytes.len() {
            assert!(ShownEntries::parse(&bytes[..len]).is_err(), "cut to {len}");
        }
        for at in 0..bytes.len() * 8 {
            let mut bytes = bytes.clone();
            bytes[at / 8] ^= 1 << (at % 8);
            assert_ne!(ShownEntries::parse(&bytes), Ok(shown()), "bit {at}");
        }
    }
}
