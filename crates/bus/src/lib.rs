//! Segments up, receipts down: everything socai says to NATS and JetStream, and the private server that tests and the demo run.
//!
//! In scope: subjects and permissions, the one stream of a ledger and its drift, publishing with bounded flight and typed
//! outcomes ([`UnitLink`]), reading in order from a cursor of our own ([`DistrictLink`], [`Reader`]), finding or fetching
//! nats-server ([`server`]).
//!
//! Out of scope: what the bytes mean (they enter and leave as [`bytes::Bytes`]), signatures, chains, and any guarantee. The broker
//! is not trusted: an acknowledgement says *in transit*, never *recorded*; a message may come twice, late or not at all; the
//! stream may be wiped under us. Chains and receipts, which live above, make exactly-once of it.
//!
//! This is the only crate that names `async-nats`.

mod ack;
pub mod bench;
mod cursor;
mod district;
mod erase;
mod error;
mod keys;
mod link;
mod order;
mod permissions;
mod publish;
mod reader;
mod refusal;
pub mod server;
mod stream;
mod subjects;
mod unit;

pub use ack::PubAck;
pub use cursor::{Cursor, Gap, ResetCause, StreamReset};
pub use district::{DistrictLink, provision};
pub use error::{BusError, PublishError, ReadError};
pub use keys::{BadKey, TransportKey};
pub use link::{LinkConfig, LinkEvent, LinkState, Tls};
pub use permissions::{Grant, Role, User, users_conf};
pub use publish::Publishing;
pub use reader::{Arrived, Item, Reader, ReaderConfig};
pub use refusal::Refusal;
pub use stream::{Drift, StreamReport, StreamSpec};
pub use subjects::{BadLedger, Subjects};
pub use unit::{Downs, UnitLink};

/// The largest message the bus carries, in bytes: a single record of 1 MiB of facts with its annex and envelope, and room to grow.
pub const MAX_MESSAGE_BYTES: usize = 2 * 1024 * 1024;
