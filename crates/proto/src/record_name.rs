//! Names of records in text and on the wire: `17/42` is unit 17, sequence number 42.

use crate::v1::Ref;
use crate::wire::{Reader, Wire, put_number};

/// Reads `17/42`: two decimal numbers without sign or leading zeros, the second at most 2^63 - 1.
#[must_use]
pub fn parse(text: &str) -> Option<Ref> {
    let (unit, seq) = text.split_once('/')?;
    let number = |digits: &str| {
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit())
            && (digits.len() == 1 || !digits.starts_with('0'));
        if plain { digits.parse::<i64>().ok() } else { None }
    };
    Some(Ref { unit: u32::try_from(number(unit)?).ok()?, seq: u64::try_from(number(seq)?).ok()? })
}

/// Writes `17/42`.
#[must_use]
pub fn format(name: &Ref) -> String {
    format!("{}/{}", name.unit, name.seq)
}

/// The bytes of a `Ref`; empty for `0/0`.
pub(crate) fn to_wire(name: &Ref) -> Vec<u8> {
    let mut bytes = vec![];
    for (tag, number) in [(1, u64::from(name.unit)), (2, name.seq)] {
        if number != 0 {
            put_number(&mut bytes, tag, number);
        }
    }
    bytes
}

/// Reads the canonical bytes of a `Ref`; anything else is `None`.
pub(crate) fn from_wire(bytes: &[u8]) -> Option<Ref> {
    let (mut name, mut last, mut reader) = (Ref::default(), 0, Reader::new(bytes));
    while let Some((tag, wire)) = reader.next().ok()? {
        match (tag, wire) {
            (1, Wire::Varint(unit)) if last < 1 && unit > 0 => name.unit = u32::try_from(unit).ok()?,
            (2, Wire::Varint(seq)) if last < 2 && seq > 0 => name.seq = seq,
            _ => return None,
        }
        last = tag;
    }
    i64::try_from(name.seq).is_ok().then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_to_text_and_wire_and_back() {
        for (unit, seq) in [(0, 0), (17, 42), (u32::MAX, i64::MAX as u64), (0, 1), (1, 0)] {
            let name = Ref { unit, seq };
            assert_eq!(parse(&format(&name)), Some(name));
            assert_eq!(from_wire(&to_wire(&name)), Some(name));
        }
    }

    #[test]
    fn other_writings_of_a_name_are_refused() {
        for text in [
            "",
            "17",
            "17/",
            "/42",
            "+17/42",
            "017/42",
            "17/042",
            "17/42/1",
            "-1/2",
            "4294967296/1",
            "1/9223372036854775808",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        for bytes in
            [&[0x08, 0][..], &[0x10, 1, 0x08, 1], &[0x08, 1, 0x08, 1], &[0x1A, 0], &[0x0A, 0], &[0x08]]
        {
            assert_eq!(from_wire(bytes), None, "{bytes:02X?}");
        }
    }
}
