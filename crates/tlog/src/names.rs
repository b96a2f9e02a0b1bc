//! Numbers that name things: units, records, leaves and trees.
//!
//! Each is its own type, because a leaf index given where a tree size is asked for would compile as `u64`
//! and prove something else.

use std::{fmt, str::FromStr};

/// A name or number could not be read from text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{got}` is not {expected}")]
pub struct BadName {
    /// The text that was given.
    pub got: String,
    /// What would have been accepted, with an example.
    pub expected: &'static str,
}

/// Decimal without sign, spaces or leading zeros: one text for each number.
pub(crate) fn parse_decimal<T: FromStr>(text: &str) -> Option<T> {
    let canonical = text == "0" || (!text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit()));
    if canonical { text.parse().ok() } else { None }
}

macro_rules! number {
    ($(#[$doc:meta])* $name:ident($int:ty), $expected:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $int);

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(out)
            }
        }

        impl FromStr for $name {
            type Err = BadName;
            fn from_str(text: &str) -> Result<Self, BadName> {
                let number = parse_decimal(text).map($name);
                number.ok_or_else(|| BadName { got: text.to_owned(), expected: $expected })
            }
        }
    };
}

number!(
    /// The number of a unit (an office that publishes) in its ledger. Unit 0 is the operator.
    UnitNo(u32),
    "a unit number such as 17"
);
number!(
    /// The place of a record in its unit's chain, from 0.
    UnitSeq(u64),
    "a record number such as 42"
);
number!(
    /// The place of an entry in the log, from 0 (RFC 6962 leaf index).
    LeafIndex(u64),
    "a leaf index such as 1041"
);
number!(
    /// A count of entries: the tree of size `n` holds leaves `0..n`. As a cut-off it names a moment of the log.
    TreeSize(u64),
    "a tree size such as 1042"
);

impl UnitNo {
    /// The operator of the ledger, whose sealing key also signs the checkpoints.
    pub const OPERATOR: UnitNo = UnitNo(0);
}

impl UnitSeq {
    /// The number of the record after this one; `None` after the last number there is.
    pub fn next(self) -> Option<UnitSeq> {
        self.0.checked_add(1).map(UnitSeq)
    }
}

/// The permanent name of a fact: its unit and its number there, printed `17/42`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventName {
    /// The unit that sealed the record.
    pub unit: UnitNo,
    /// Its place in that unit's chain.
    pub seq: UnitSeq,
}

impl EventName {
    /// The name `unit/seq`.
    pub const fn new(unit: u32, seq: u64) -> Self {
        EventName { unit: UnitNo(unit), seq: UnitSeq(seq) }
    }
}

impl fmt::Display for EventName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.unit, self.seq)
    }
}

impl FromStr for EventName {
    type Err = BadName;
    fn from_str(text: &str) -> Result<Self, BadName> {
        let parts = text.split_once('/');
        let name =
            parts.and_then(|(unit, seq)| Some(EventName::new(parse_decimal(unit)?, parse_decimal(seq)?)));
        name.ok_or_else(|| BadName { got: text.to_owned(), expected: "the name of a record such as 17/42" })
    }
}
