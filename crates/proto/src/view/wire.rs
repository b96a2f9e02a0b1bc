//! The canonical protobuf encoding, read in place.

use super::reading::{Plainly, Reading, TextRule};

/// Why bytes are not the message they should be. Fields are given by their number in that message. Eight bytes small, because every
/// step of a reader returns one or a value: [`validate_facts`](crate::validate_facts) says more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotFacts {
    /// The bytes end inside a field.
    #[error("the bytes end inside a field")]
    Truncated,
    /// A varint is longer than ten bytes, or a field's key is not 32 bits.
    #[error("a number is longer than 64 bits")]
    Varint,
    /// The number does not fit its field.
    #[error("field {field}: the number does not fit")]
    TooLarge {
        /// The field.
        field: u32,
    },
    /// Not the canonical encoding: another order or wire type, a field twice, an unknown one, a longer number than need be, or a value that
    /// is left out when it says nothing.
    #[error("not the canonical encoding of fields this release knows")]
    NotCanonical,
    /// Text that is not UTF-8.
    #[error("field {field}: the text is not UTF-8")]
    NotUtf8 {
        /// The field.
        field: u32,
    },
    /// Readable, but against a rule of the schema. Only a reading that judges says so.
    #[error("a value breaks a rule of the schema")]
    Disobeys,
}

/// A message that can be read in place.
pub trait View<'a>: Sized + Copy + Default {
    /// Reads a message from exactly these bytes into a default one, which is of no use after an error. Everything in it is read, so
    /// nothing malformed is left for later. Filling in place spares large views the moves of returning them.
    fn fill<R: Reading>(&mut self, bytes: &'a [u8], reading: &mut R) -> Result<(), NotFacts>;

    /// Reads a message from exactly these bytes, whatever rules it breaks.
    #[inline]
    fn read(bytes: &'a [u8]) -> Result<Self, NotFacts> {
        let mut message = Self::default();
        message.fill(bytes, &mut Plainly)?;
        Ok(message)
    }
}

/// A position in the bytes of a message.
#[derive(Clone, Copy)]
pub struct Wire<'a> {
    rest: &'a [u8],
}

impl<'a> Wire<'a> {
    /// Starts before the first field.
    #[inline]
    pub fn new(bytes: &'a [u8]) -> Self {
        Wire { rest: bytes }
    }

    /// What is left.
    #[inline(always)]
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Passes over bytes that are known to be whole fields.
    #[inline(always)]
    pub(super) fn skip(&mut self, len: usize) {
        self.rest = self.rest.get(len..).unwrap_or_default();
    }

    /// Refuses whatever is left after the last field.
    #[inline]
    pub fn is_done(&self) -> Result<(), NotFacts> {
        if self.rest.is_empty() { Ok(()) } else { Err(NotFacts::NotCanonical) }
    }

    /// Passes over `key` if it is next. Keys are constants below 2^14, one or two bytes long.
    #[inline(always)]
    pub fn at(&mut self, key: u32) -> bool {
        let (low, high) = ((key & 0x7f) as u8, (key >> 7) as u8);
        let rest = match *self.rest {
            [one, ref rest @ ..] if high == 0 && one == low => rest,
            [first, second, ref rest @ ..] if high != 0 && first == low | 0x80 && second == high => rest,
            _ => return false,
        };
        self.rest = rest;
        true
    }

    /// The next key without passing over it; 0, which is no key, at the end and for keys above 2^14.
    #[inline(always)]
    pub fn peek(&self) -> u32 {
        match *self.rest {
            [one, ..] if one < 0x80 => u32::from(one),
            [low, high, ..] if high < 0x80 => u32::from(low & 0x7f) | u32::from(high) << 7,
            _ => 0,
        }
    }

    /// Passes over the key that [`Wire::peek`] has just returned.
    #[inline(always)]
    pub fn pass(&mut self, key: u32) {
        self.rest = &self.rest[if key < 0x80 { 1 } else { 2 }..];
    }

    /// A varint.
    #[inline]
    pub fn varint(&mut self) -> Result<u64, NotFacts> {
        match *self.rest {
            [one, ref rest @ ..] if one < 0x80 => {
                self.rest = rest;
                Ok(u64::from(one))
            }
            // lengths of payloads, numbers of records
            [low, high, ref rest @ ..] if high < 0x80 && high != 0 => {
                self.rest = rest;
                Ok(u64::from(low & 0x7f) | u64::from(high) << 7)
            }
            _ => self.long_varint(),
        }
    }

    /// A varint of three bytes or more: dates take four, amounts three to five.
    fn long_varint(&mut self) -> Result<u64, NotFacts> {
        let Some(word) = self.rest.first_chunk() else { return self.varint_by_bytes() };
        let word = u64::from_le_bytes(*word);
        let last_bytes = !word & (EVERY_BYTE * 0x80); // the high bit says that another byte follows
        if last_bytes == 0 {
            return self.varint_by_bytes();
        }
        let len = last_bytes.trailing_zeros() as usize / 8 + 1;
        let groups = word & (last_bytes ^ (last_bytes - 1)) & (EVERY_BYTE * 0x7f);
        if groups >> (8 * (len - 1)) == 0 {
            return Err(NotFacts::NotCanonical);
        }
        self.rest = &self.rest[len..];
        Ok(joined(groups))
    }

    /// Near the end of a message. Three and four bytes, which are most, cost no loop.
    fn varint_by_bytes(&mut self) -> Result<u64, NotFacts> {
        let group = |byte: u8, at: u32| u64::from(byte & 0x7f) << (7 * at);
        match *self.rest {
            [a, b, c, ref rest @ ..] if a & b >= 0x80 && (1..0x80).contains(&c) => {
                self.rest = rest;
                return Ok(group(a, 0) | group(b, 1) | group(c, 2));
            }
            [a, b, c, d, ref rest @ ..] if a & b & c >= 0x80 && (1..0x80).contains(&d) => {
                self.rest = rest;
                return Ok(group(a, 0) | group(b, 1) | group(c, 2) | group(d, 3));
            }
            _ => {}
        }
        let mut value = 0;
        for (at, &byte) in self.rest.iter().take(10).enumerate() {
            if at == 9 && byte > 1 {
                return Err(NotFacts::Varint);
            }
            value |= u64::from(byte & 0x7f) << (7 * at);
            if byte < 0x80 {
                self.rest = &self.rest[at + 1..];
                return if byte == 0 && at > 0 { Err(NotFacts::NotCanonical) } else { Ok(value) };
            }
        }
        Err(if self.rest.len() < 10 { NotFacts::Truncated } else { NotFacts::Varint })
    }

    /// An `int32` or enum number; negative ones are sign-extended to 64 bits on the wire.
    #[inline]
    pub fn int32(&mut self, field: u32) -> Result<i32, NotFacts> {
        let got = self.varint()?;
        i32::try_from(got.cast_signed()).map_err(|_| NotFacts::TooLarge { field })
    }

    /// An `int64`.
    #[inline]
    pub fn int64(&mut self) -> Result<i64, NotFacts> {
        self.varint().map(u64::cast_signed)
    }

    /// A `uint32`.
    #[inline]
    pub fn uint32(&mut self, field: u32) -> Result<u32, NotFacts> {
        let got = self.varint()?;
        u32::try_from(got).map_err(|_| NotFacts::TooLarge { field })
    }

    /// A `bool`, 0 or 1.
    #[inline]
    pub fn bool(&mut self, field: u32) -> Result<bool, NotFacts> {
        match self.varint()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(NotFacts::TooLarge { field }),
        }
    }

    /// A length and as many bytes.
    #[inline(always)]
    pub fn bytes(&mut self) -> Result<&'a [u8], NotFacts> {
        if let [len, ref rest @ ..] = *self.rest
            && len < 0x80
            && let Some((bytes, rest)) = rest.split_at_checked(len.into())
        {
            self.rest = rest;
            return Ok(bytes);
        }
        self.many_bytes()
    }

    /// As [`Wire::bytes`] for a length of more than one byte.
    #[inline(never)]
    fn many_bytes(&mut self) -> Result<&'a [u8], NotFacts> {
        let len = self.varint()?;
        let split = usize::try_from(len).ok().and_then(|len| self.rest.split_at_checked(len));
        let (bytes, rest) = split.ok_or(NotFacts::Truncated)?;
        self.rest = rest;
        Ok(bytes)
    }

    /// A length and as many bytes of text, by its rule.
    #[inline(always)]
    pub fn text<R: Reading>(&mut self, rule: TextRule, reading: &mut R) -> Result<&'a str, NotFacts> {
        reading.text(rule, self.bytes()?)
    }
}

/// One in every byte of a word.
const EVERY_BYTE: u64 = 0x0101_0101_0101_0101;

/// Eight groups of seven bits, one in each byte, moved together: pairs, then fours, then all.
#[inline(always)]
const fn joined(groups: u64) -> u64 {
    let pairs = groups & 0x007f_007f_007f_007f | (groups & 0x7f00_7f00_7f00_7f00) >> 1;
    let fours = pairs & 0x0000_3fff_0000_3fff | (pairs & 0x3fff_0000_3fff_0000) >> 2;
    fours & 0x0fff_ffff | (fours & 0x0fff_ffff_0000_0000) >> 4
}

/// A value that stands in the bytes although a field of its sort is left out when it says nothing.
#[inline(always)]
pub fn stated<T: Default + PartialEq>(value: T) -> Result<T, NotFacts> {
    if value == T::default() { Err(NotFacts::NotCanonical) } else { Ok(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(value: u64) -> Vec<u8> {
        let mut bytes = vec![];
        prost::encoding::encode_varint(value, &mut bytes);
        bytes
    }

    #[test]
    fn numbers_of_every_length_read_the_same_in_the_middle_and_at_the_end() {
        let edges =
            (0..64).flat_map(|bit| [1_u64 << bit, (1 << bit) - 1, (1 << bit) | 0x55, u64::MAX >> bit]);
        for value in edges {
            for after in [0_usize, 1, 7, 8, 20] {
                for filler in [0x00, 0x7f, 0x80, 0xff] {
                    let mut bytes = encoded(value);
                    bytes.resize(bytes.len() + after, filler);
                    let mut wire = Wire::new(&bytes);
                    assert_eq!(wire.varint(), Ok(value), "{bytes:x?}");
                    assert_eq!(wire.rest.len(), after);
                }
            }
        }
    }

    #[test]
    fn longer_numbers_than_need_be_are_refused_wherever_they_stand() {
        for len in 1..10 {
            for after in [0_usize, 8] {
                let mut bytes = vec![0x81; len];
                bytes.push(0);
                bytes.resize(bytes.len() + after, 0xff);
                assert_eq!(Wire::new(&bytes).varint(), Err(NotFacts::NotCanonical), "{len}");
            }
        }
        assert_eq!(Wire::new(&[0xff; 12]).varint(), Err(NotFacts::Varint));
        assert_eq!(Wire::new(&[0xff; 9]).varint(), Err(NotFacts::Truncated));
        assert_eq!(Wire::new(&[]).varint(), Err(NotFacts::Truncated));
    }
}
