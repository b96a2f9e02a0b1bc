//! The name of a ledger.

use std::{fmt, str::FromStr, sync::Arc};

/// The name of a ledger: the first line of its checkpoints and the name of its note key.
///
/// By C2SP tlog-checkpoint a schema-less URL without a slash at its end, such as `so-cai.example/thanh-xuan`. What is
/// enforced is what a note key name may be (C2SP signed-note) and a length that fits every layout: 1 to 255 bytes
/// of UTF-8 without spaces, control characters or `+`. Clones share one allocation.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(Arc<str>);

/// The text cannot name a ledger or a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{got}` cannot name a ledger or key: use 1 to 255 bytes without spaces, control characters or `+`")]
pub struct BadOrigin {
    /// The text that was given, cut to its first 64 characters.
    pub got: String,
}

/// Whether `text` may be the name in a note's signature line.
pub(crate) fn is_key_name(text: &str) -> bool {
    let banned = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    (1..=255).contains(&text.len()) && !text.contains(banned)
}

impl Origin {
    /// Checks `text` and makes it an origin.
    pub fn new(text: &str) -> Result<Self, BadOrigin> {
        if is_key_name(text) {
            return Ok(Origin(text.into()));
        }
        Err(BadOrigin { got: text.chars().take(64).collect() })
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `u16` length and text: how every signed or hashed message of the ledger names it.
    pub(crate) fn prefixed(&self) -> impl Iterator<Item = u8> + '_ {
        // 1..=255 bytes by construction
        [0, self.0.len() as u8].into_iter().chain(self.0.bytes())
    }
}

impl FromStr for Origin {
    type Err = BadOrigin;
    fn from_str(text: &str) -> Result<Self, BadOrigin> {
        Origin::new(text)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Origin({})", self.0)
    }
}
