//! Reading a layout from front to back without copying or running over the end.

use bytes::Bytes;

use crate::malformed::Malformed;

/// A position in bytes whose parts are named in errors.
pub(crate) struct Cursor<'a> {
    bytes: &'a Bytes,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(bytes: &'a Bytes) -> Self {
        Cursor { bytes, at: 0 }
    }

    pub(crate) fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    fn advance(&mut self, what: &'static str, need: usize) -> Result<usize, Malformed> {
        let (at, have) = (self.at, self.left());
        if need > have {
            return Err(Malformed::Truncated { what, at, need, have });
        }
        self.at += need;
        Ok(at)
    }

    /// The next `N` bytes, copied.
    pub(crate) fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], Malformed> {
        let at = self.advance(what, N)?;
        let mut out = [0; N];
        out.copy_from_slice(&self.bytes[at..at + N]);
        Ok(out)
    }

    /// A `u32` length and that many bytes, shared with the input.
    pub(crate) fn prefixed(&mut self, what: &'static str, limit: usize) -> Result<Bytes, Malformed> {
        let len = u32::from_be_bytes(self.array(what)?) as usize;
        if len > limit {
            return Err(Malformed::Oversize { what, got: len, limit });
        }
        self.bytes(what, len)
    }

    /// The next `len` bytes, shared with the input.
    pub(crate) fn bytes(&mut self, what: &'static str, len: usize) -> Result<Bytes, Malformed> {
        if len == 0 {
            return Ok(Bytes::new());
        }
        let at = self.advance(what, len)?;
        Ok(self.bytes.slice(at..at + len))
    }

    /// Nothing may follow.
    pub(crate) fn end(&self) -> Result<(), Malformed> {
        match self.left() {
            0 => Ok(()),
            extra => Err(Malformed::Trailing { at: self.at, extra }),
        }
    }
}
