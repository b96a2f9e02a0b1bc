//! The protobuf wire format in its canonical form: what prost writes, and nothing else.
//!
//! Canonical means ascending tags, shortest varints, no zero or empty value of a field that needs none. Then two different byte
//! strings never say the same, and re-encoding what was read gives the bytes back.

/// What stands behind a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wire<'a> {
    Varint(u64),
    Bytes(&'a [u8]),
}

impl Wire<'_> {
    /// In words, for an error.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Varint(_) => "a number",
            Self::Bytes(_) => "bytes",
        }
    }
}

/// Why bytes could not be read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// The bytes end in the middle, or hold no protobuf.
    Malformed,
    /// A varint is longer than it need be.
    NotCanonical,
    /// Fixed-width numbers and groups, which the contracts never use.
    WireType,
}

/// The fields of a message, in the order of its bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// How many bytes are still to be read.
    pub(crate) const fn left(&self) -> usize {
        self.rest.len()
    }

    /// The next field, `None` at the end. After an error the rest is meaningless.
    #[inline]
    pub(crate) fn next(&mut self) -> Result<Option<(u32, Wire<'a>)>, Broken> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let key = self.varint()?;
        let tag =
            u32::try_from(key >> 3).ok().filter(|&tag| tag > 0 && tag < 1 << 29).ok_or(Broken::Malformed)?;
        match key & 7 {
            0 => Ok(Some((tag, Wire::Varint(self.varint()?)))),
            2 => {
                let len = usize::try_from(self.varint()?).map_err(|_| Broken::Malformed)?;
                let (bytes, rest) = self.rest.split_at_checked(len).ok_or(Broken::Malformed)?;
                self.rest = rest;
                Ok(Some((tag, Wire::Bytes(bytes))))
            }
            1 | 3 | 4 | 5 => Err(Broken::WireType),
            _ => Err(Broken::Malformed),
        }
    }

    #[inline]
    fn varint(&mut self) -> Result<u64, Broken> {
        match self.rest {
            [byte, rest @ ..] if *byte < 0x80 => {
                self.rest = rest;
                Ok(u64::from(*byte))
            }
            _ => self.long_varint(),
        }
    }

    fn long_varint(&mut self) -> Result<u64, Broken> {
        let mut value = 0;
        for (at, &byte) in self.rest.iter().take(10).enumerate() {
            if at == 9 && byte > 1 {
                return Err(Broken::Malformed); // more than 64 bits
            }
            value |= u64::from(byte & 0x7F) << (7 * at);
            if byte < 0x80 {
                self.rest = &self.rest[at + 1..];
                return if byte == 0 { Err(Broken::NotCanonical) } else { Ok(value) };
            }
        }
        Err(Broken::Malformed)
    }
}

pub(crate) fn put_varint(into: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        into.push(value as u8 | 0x80);
        value >>= 7;
    }
    into.push(value as u8);
}

pub(crate) fn put_number(into: &mut Vec<u8>, tag: u32, value: u64) {
    put_varint(into, u64::from(tag) << 3);
    put_varint(into, value);
}

pub(crate) fn put_bytes(into: &mut Vec<u8>, tag: u32, bytes: &[u8]) {
    put_varint(into, u64::from(tag) << 3 | 2);
    put_varint(into, bytes.len() as u64);
    into.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        for value in [0, 1, 127, 128, 300, 20_230_208, u64::from(u32::MAX), 1 << 62, u64::MAX] {
            let mut bytes = vec![];
            put_number(&mut bytes, 262, value);
            put_bytes(&mut bytes, 3, b"abc");
            let mut reader = Reader::new(&bytes);
            assert_eq!(reader.next(), Ok(Some((262, Wire::Varint(value)))));
            assert_eq!(reader.next(), Ok(Some((3, Wire::Bytes(b"abc")))));
            assert_eq!(reader.next(), Ok(None));
        }
    }

    #[test]
    fn broken_bytes_are_told_apart() {
        let cases: &[(&[u8], Broken)] = &[
            (&[0x08], Broken::Malformed),
            (&[0x08, 0x80], Broken::Malformed),
            (&[0x08, 0x80, 0x00], Broken::NotCanonical),
            (&[0x88, 0x00, 0x01], Broken::NotCanonical),
            (&[0x08, 255, 255, 255, 255, 255, 255, 255, 255, 255, 2], Broken::Malformed),
            (&[0x0A, 2, 1], Broken::Malformed),
            (&[0x00, 1], Broken::Malformed),
            (&[0x0D, 0, 0, 0, 0], Broken::WireType),
            (&[0x0B], Broken::WireType),
            (&[0x0F], Broken::Malformed),
        ];
        for (bytes, expected) in cases {
            assert_eq!(Reader::new(bytes).next(), Err(*expected), "{bytes:02X?}");
        }
    }
}
