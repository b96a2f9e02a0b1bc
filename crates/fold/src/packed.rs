//! Bytes inside values of rows: written as one run, not one by one. The encoding is that of a list of bytes: length, then bytes.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, Visitor},
};

/// A run of bytes, for `#[serde(with)]` of a field.
pub(crate) mod run {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(bytes)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        from.deserialize_byte_buf(Run)
    }
}

/// A run of bytes that may be missing.
pub(crate) mod maybe {
    use super::*;

    #[derive(Serialize, Deserialize)]
    struct Bytes(#[serde(with = "run")] Vec<u8>);

    #[derive(Serialize)]
    struct Borrowed<'a>(#[serde(with = "run")] &'a [u8]);

    pub(crate) fn serialize<S: Serializer>(bytes: &Option<Vec<u8>>, to: S) -> Result<S::Ok, S::Error> {
        bytes.as_deref().map(Borrowed).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<u8>>, D::Error> {
        Ok(Option::<Bytes>::deserialize(from)?.map(|bytes| bytes.0))
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
    use crate::rows::{decode, encode};

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct OneByOne {
        bytes: Vec<u8>,
        more: Option<Vec<u8>>,
        none: Option<Vec<u8>>,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct AtOnce {
        #[serde(with = "run")]
        bytes: Vec<u8>,
        #[serde(with = "maybe")]
        more: Option<Vec<u8>>,
        #[serde(with = "maybe")]
        none: Option<Vec<u8>>,
    }

    #[test]
    fn a_run_is_stored_as_a_list_of_bytes_is() {
        let (bytes, more) = (vec![1, 2, 3], Some(vec![0; 300]));
        let list = encode(&OneByOne { bytes: bytes.clone(), more: more.clone(), none: None });
        let run = AtOnce { bytes, more, none: None };
        assert_eq!(encode(&run), list);
        assert_eq!(decode::<AtOnce>(&[], &list), Ok(run));
        assert!(decode::<AtOnce>(&[], &list[..list.len() - 1]).is_err());
    }
}
