//! A verified copy of a ledger's log, byte for byte, that serves readers and can take the ledger's place.
//!
//! In scope: reading a log from a directory or from a district's HTTP side, following it, verifying what comes before readers see it,
//! refusing what contradicts the copy, erasing what is erased by procedure. Out of scope: the verification itself (`follow`), writing volumes
//! (`log`), signing: a mirror holds no key.
//!
//! A copy's directory:
//!
//! | file | what |
//! |---|---|
//! | `log/` | the log; volumes and annexes are the source's bytes, the rest is derived from them here |
//! | `policy` | whom the copy was made under |
//! | `held` | up to where it was verified; everything behind is cut at a start |
//! | `verified` | what verifying left for whoever trusts this disk; disposable |
//! | `cosigned` | the newest checkpoint that witnesses cosigned, as the source gave it, where the policy asks for witnesses |
//! | `witnessed` | the cosigned checkpoints before it, byte for byte, likewise |
//! | `lock` | held while the mirror works, and by a district once the copy is promoted |

mod ask;
mod error;
mod fetch;
mod held;
mod judge;
mod mirror;
mod settled;
mod source;

pub use ask::Wait;
pub use error::MirrorError;
pub use mirror::{Mirror, Round};
pub use source::{MAX_PIECE, Source};
