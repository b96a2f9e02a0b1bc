//! Bytes inside values of rows: written as one run, not one by one. The encoding is that of a list of bytes: length, then bytes.

use std::fmt;

use serde::{
    Deserializer, Serializer,
    de::{Error, Visitor},
};

/// A run of bytes, for `#[serde(with)]` of a field.
pub(crate) mod run {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(bytes)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>, B: From<Vec<u8>>>(from: D) -> Result<B, D::Error> {
        from.deserialize_byte_buf(Run).map(B::from)
    }
}

struct Run;

impl Visitor<'_> for Run {
    type Value = Vec<u8>;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("bytes")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
        Ok(bytes.to_vec())
    }

    fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use crate::rows::{decode, encode};

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct OneByOne {
        bytes: Vec<u8>,
        more: Vec<u8>,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct AtOnce {
        #[serde(with = "run")]
        bytes: Vec<u8>,
        #[serde(with = "run")]
        more: Box<[u8]>,
    }

    #[test]
    fn a_run_is_stored_as_a_list_of_bytes_is() {
        let (bytes, more) = (vec![1, 2, 3], vec![0; 300]);
        let list = encode(&OneByOne { bytes: bytes.clone(), more: more.clone() });
        let run = AtOnce { bytes, more: more.into() };
        assert_eq!(encode(&run), list);
        assert_eq!(decode::<AtOnce>(&[], &list), Ok(run));
        assert!(decode::<AtOnce>(&[], &list[..list.len() - 1]).is_err());
    }
}
