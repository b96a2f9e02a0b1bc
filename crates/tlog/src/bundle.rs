//! Entry bundles: entries one after the other, each after its `u16` length (C2SP tlog-tiles).

use crate::malformed::Malformed;

/// Appends one entry to a bundle. Refuses an entry over 65,535 bytes; those of this ledger have at most 193.
pub fn push_bundled(bundle: &mut Vec<u8>, entry: &[u8]) -> Result<(), Malformed> {
    let limit = usize::from(u16::MAX);
    let got = entry.len();
    let len = u16::try_from(got).map_err(|_| Malformed::Oversize { what: "entry", got, limit })?;
    bundle.extend(len.to_be_bytes());
    bundle.extend(entry);
    Ok(())
}

/// The entries of a bundle in order; ends after the first error.
pub fn bundled(bundle: &[u8]) -> impl Iterator<Item = Result<&[u8], Malformed>> {
    Bundled { bundle, at: 0 }
}

struct Bundled<'a> {
    bundle: &'a [u8],
    at: usize,
}

impl<'a> Bundled<'a> {
    fn read(&mut self) -> Result<&'a [u8], Malformed> {
        let at = self.at;
        let rest = &self.bundle[at..];
        let cut = |need, have| Malformed::Truncated { what: "entry", at, need, have };
        let (len, rest) = rest.split_first_chunk().ok_or(cut(2, rest.len()))?;
        let len = usize::from(u16::from_be_bytes(*len));
        let entry = rest.get(..len).ok_or(cut(len, rest.len()))?;
        self.at = at + 2 + len;
        Ok(entry)
    }
}

impl<'a> Iterator for Bundled<'a> {
    type Item = Result<&'a [u8], Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at == self.bundle.len() {
            return None;
        }
        let entry = self.read();
        if entry.is_err() {
            self.at = self.bundle.len();
        }
        Some(entry)
    }
}
