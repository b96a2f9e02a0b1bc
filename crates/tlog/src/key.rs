//! Public keys that were looked at before anything is verified with them.

use std::{fmt, str::FromStr};

use ed25519_dalek::{Signature, SigningKey, VerifyingKey};

use crate::{hex, names::BadName};

/// Why 32 bytes are not a key that signatures may be verified with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    /// The bytes do not decode to a point of the curve.
    #[error("these 32 bytes are not an Ed25519 public key")]
    NotAPoint,
    /// The same point has another, shorter encoding; RFC 8032 section 5.1.3 refuses this one.
    #[error("this Ed25519 public key is not in its canonical encoding")]
    NotCanonical,
    /// A point of small order, for which anyone can make signatures.
    #[error("this Ed25519 public key is weak (of small order): anybody can sign for it; make a new key")]
    Weak,
}

/// Reads a key as RFC 8032 encodes it, refusing weak and non-canonical ones.
fn strict(bytes: &[u8; 32]) -> Result<VerifyingKey, BadKey> {
    let key = VerifyingKey::from_bytes(bytes).map_err(|_| BadKey::NotAPoint)?;
    // the only points with x = 0, whose sign could be either, are weak: their encoding is compared as a whole
    let is_weak = key.is_weak();
    if !is_reduced(bytes) || is_weak && key.to_edwards().compress().to_bytes() != *bytes {
        return Err(BadKey::NotCanonical);
    }
    if is_weak { Err(BadKey::Weak) } else { Ok(key) }
}

/// Whether the y-coordinate, the lower 255 bits little-endian, is below the field's order 2^255 - 19.
fn is_reduced(bytes: &[u8; 32]) -> bool {
    let [low, middle @ .., high] = bytes;
    high & 0x7f != 0x7f || middle.iter().any(|byte| *byte != 0xff) || *low < 0xed
}

macro_rules! public_key {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// Canonical and strong: `from_bytes` refuses the others. Printed as 64 hex digits.
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $name(VerifyingKey);

        impl $name {
            /// Reads a key as RFC 8032 encodes it, refusing weak and non-canonical ones.
            pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, BadKey> {
                strict(bytes).map($name)
            }

            /// The public half of `secret`.
            pub fn of(secret: &SigningKey) -> Self {
                $name(secret.verifying_key())
            }

            /// The 32 bytes of RFC 8032.
            pub fn as_bytes(&self) -> &[u8; 32] {
                self.0.as_bytes()
            }

            /// Whether `signature` over `message` was made with this key, by the strict rules that leave one signature form.
            pub fn verifies(&self, message: &[u8], signature: &[u8; 64]) -> bool {
                self.0.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                hex::write(out, self.as_bytes())
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
                let key = hex::parse(text).and_then(|bytes| $name::from_bytes(&bytes).ok());
                key.ok_or_else(|| BadName { got: text.to_owned(), expected: "a strong Ed25519 public key of 64 hex digits" })
            }
        }
    };
}

public_key!(
    /// The Ed25519 public key a unit's segments are verified with; unit 0's also verifies the checkpoints.
    SealingKey
);
public_key!(
    /// The Ed25519 public key a unit's or an outsider's cosignatures are verified with. Never a sealing key.
    WitnessKey
);
