//! The state as rows: what the models store, what the state digest covers, what start-up reads back.
//!
//! A key is a table's byte and big-endian parts, so that a range of keys is a question people ask ("this case", "this
//! indicator"). A value is bincode of the fixed configuration below: internal, thrown away and rebuilt when it changes.

use bincode::config::{BigEndian, Configuration, Fixint, Limit};
use serde::{Serialize, de::DeserializeOwned};

/// The version of keys and values, of the kinds that count, and of the rules by which they do. Stored rows of another version are thrown away and
/// rebuilt from the log: a record whose kind was not known when it came, or that broke a rule which is a finding now, was rejected, and counts
/// now.
pub const ROWS_VERSION: u32 = 7;

/// Largest value in bytes: rules are at most 1 MiB of facts, and a row holds little more than one record.
const MAX_VALUE: usize = 2 << 20;

const CONFIG: Configuration<BigEndian, Fixint, Limit<MAX_VALUE>> =
    bincode::config::standard().with_big_endian().with_fixed_int_encoding().with_limit();

/// The tables, by the first byte of their keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Table {
    /// One row: how far the fold has come.
    Head = 1,
    /// leaf → a ledger fact that the state is rebuilt from (units, rules, closings, baselines, reports).
    Ledger = 2,
    /// unit no → what the unit has sent.
    Activity = 3,
    /// leaf → why a record does not count.
    Rejection = 4,
    /// indicator, day, publisher, place, axis values → sum and count.
    Cube = 5,
    /// as the cube, with a value → how many facts hold it.
    Distinct = 6,
    /// indicator, year or occasion, authority, part, day, unit, seq → a planned value.
    Plan = 7,
    /// record → its corrections and voidings.
    Amended = 8,
    /// record → the answer of a counterpart.
    Answer = 9,
    /// directive, number → the task and its progress.
    Directive = 10,
    /// case, day, unit, seq → one fact of the case. Not held in memory.
    Case = 11,
    /// leaf of a closing, leaf → a fact that came after it. Not held in memory.
    Late = 12,
    /// indicator, slice, span, leaf → a comparative value from before the ledger.
    Baseline = 13,
    /// as the cube, with a case and seq → what that fact adds while it is the latest of its case.
    Latest = 14,
    /// project, day, unit, seq → its official name.
    Project = 15,
}

impl Table {
    const ALL: [Table; 15] = [
        Table::Head,
        Table::Ledger,
        Table::Activity,
        Table::Rejection,
        Table::Cube,
        Table::Distinct,
        Table::Plan,
        Table::Amended,
        Table::Answer,
        Table::Directive,
        Table::Case,
        Table::Late,
        Table::Baseline,
        Table::Latest,
        Table::Project,
    ];

    /// The table of a key's first byte.
    pub fn of(byte: u8) -> Option<Table> {
        Table::ALL.into_iter().find(|table| *table as u8 == byte)
    }
}

/// A row that changed. At least one of `old` and `new` is there, and they differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Table byte and key parts.
    pub key: Vec<u8>,
    /// The value before, none for a new row.
    pub old: Option<Vec<u8>>,
    /// The value now, none for a row that is gone.
    pub new: Option<Vec<u8>>,
}

/// A stored row is not of this version: the models are to be rebuilt from the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("row {key}: {why}; rebuild the models from the log")]
pub struct BadRow {
    /// The key in hexadecimal.
    pub key: String,
    /// What is wrong with it.
    pub why: String,
}

impl BadRow {
    pub(crate) fn new(key: &[u8], why: impl ToString) -> Self {
        BadRow { key: key.iter().map(|byte| format!("{byte:02x}")).collect(), why: why.to_string() }
    }
}

/// The value bytes of a row.
pub(crate) fn encode<V: Serialize>(value: &V) -> Vec<u8> {
    bincode::serde::encode_to_vec(value, CONFIG).expect("rows are plain structs below the limit")
}

/// Reads a value and refuses bytes left over.
pub(crate) fn decode<V: DeserializeOwned>(key: &[u8], bytes: &[u8]) -> Result<V, BadRow> {
    match bincode::serde::decode_from_slice(bytes, CONFIG) {
        Ok((value, read)) if read == bytes.len() => Ok(value),
        Ok((_, read)) => Err(BadRow::new(key, format!("{} bytes after the value", bytes.len() - read))),
        Err(error) => Err(BadRow::new(key, error)),
    }
}

/// Builds a key part by part.
#[derive(Clone, Debug)]
pub struct Key(Vec<u8>);

impl Key {
    /// The common start of all keys of a table.
    pub fn table(table: Table) -> Self {
        Key(vec![table as u8])
    }

    /// Appends a byte.
    #[must_use]
    pub fn u8(mut self, byte: u8) -> Self {
        self.0.push(byte);
        self
    }

    /// Appends a number.
    #[must_use]
    pub fn u32(mut self, number: u32) -> Self {
        self.0.extend(number.to_be_bytes());
        self
    }

    /// Appends a number.
    #[must_use]
    pub fn u64(mut self, number: u64) -> Self {
        self.0.extend(number.to_be_bytes());
        self
    }

    /// Appends a number so that negative ones sort first.
    #[must_use]
    pub fn i64(mut self, number: i64) -> Self {
        self.0.extend((number.cast_unsigned() ^ 1 << 63).to_be_bytes());
        self
    }

    /// Appends a length (u16) and text, so that one text is never the start of another. Facts' texts are shorter than 64 KiB.
    #[must_use]
    pub fn text(mut self, text: &str) -> Self {
        debug_assert!(text.len() <= usize::from(u16::MAX));
        self.0.extend((text.len() as u16).to_be_bytes());
        self.0.extend(text.as_bytes());
        self
    }

    /// The bytes.
    pub fn done(self) -> Vec<u8> {
        self.0
    }
}

/// Takes a key apart again.
pub(crate) struct Parts<'a> {
    key: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Parts<'a> {
    pub(crate) fn of(key: &'a [u8]) -> Self {
        Parts { key, rest: key.get(1..).unwrap_or_default() }
    }

    /// The error that this key is not what it should be.
    pub(crate) fn bad(&self, why: impl ToString) -> BadRow {
        BadRow::new(self.key, why)
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8], BadRow> {
        let (part, rest) = self.rest.split_at_checked(len).ok_or_else(|| self.bad("the key is cut short"))?;
        self.rest = rest;
        Ok(part)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], BadRow> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, BadRow> {
        self.array().map(|[byte]| byte)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, BadRow> {
        self.array().map(u32::from_be_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, BadRow> {
        self.array().map(u64::from_be_bytes)
    }

    pub(crate) fn i64(&mut self) -> Result<i64, BadRow> {
        self.u64().map(|number| (number ^ 1 << 63).cast_signed())
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, BadRow> {
        let len = u16::from_be_bytes(self.array()?);
        let text = self.take(usize::from(len))?;
        std::str::from_utf8(text).map_err(|error| BadRow::new(self.key, error))
    }

    /// Refuses whatever follows the last part.
    pub(crate) fn end(self) -> Result<(), BadRow> {
        if self.rest.is_empty() { Ok(()) } else { Err(self.bad("the key is too long")) }
    }
}
