//! The three kinds of 32-byte hash, kept apart by type.

use std::{fmt, str::FromStr};

use crate::{
    hex,
    lanes::{self, Mode},
    names::BadName,
};

macro_rules! hash32 {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 32]);

        impl $name {
            /// Thirty-two zero bytes: "none" where a layout says so, never the hash of anything.
            pub const ZERO: $name = $name([0; 32]);

            /// The bytes, in the order they are stored and sent.
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl AsRef<[u8]> for $name {
            fn as_ref(&self) -> &[u8] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                hex::write(out, &self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(out, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = BadName;
            fn from_str(text: &str) -> Result<Self, BadName> {
                let bytes = hex::parse(text).map($name);
                bytes.ok_or_else(|| BadName { got: text.to_owned(), expected: "64 hexadecimal digits" })
            }
        }
    };
}

hash32!(
    /// The hash of a header, which the next header of the unit names as `prev`. See `proto/README.md`, Link.
    Link
);
hash32!(
    /// Plain BLAKE3 of a file's or field's bytes; `b3sum` checks it.
    Digest
);
hash32!(
    /// A node of the log's tree: SHA-256 as RFC 6962 section 2.1 builds it.
    Hash
);

impl Digest {
    /// BLAKE3 of `bytes`.
    pub fn of(bytes: &[u8]) -> Digest {
        Digest(*blake3::hash(bytes).as_bytes())
    }

    /// [`Digest::of`] each of many messages: sixteen at once where the processor can.
    pub fn of_each(messages: &[&[u8]]) -> Vec<Digest> {
        const PLAIN: Mode = Mode { start: lanes::IV, flag: 0, one: |message| Digest::of(message).0 };
        lanes::hash_each(&PLAIN, messages).into_iter().map(Digest).collect()
    }
}
