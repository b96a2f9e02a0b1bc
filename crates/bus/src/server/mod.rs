//! A private nats-server: found or fetched, configured, started, watched and stopped. The demo, the bench and the tests use it;
//! a district in earnest runs its own servers from `deploy/nats`.

mod command;
mod config;
mod fetch;
mod find;
mod found;
mod guard;
mod port;
mod process;
mod version;

pub use config::{Limits, ServerConfig, SyncMode};
pub use fetch::Fetch;
pub use find::{FindError, Finder};
pub use found::{Found, Source, Tried};
pub use port::free_port;
pub use process::{Server, ServerError};
pub use version::{OLDEST, Version};
