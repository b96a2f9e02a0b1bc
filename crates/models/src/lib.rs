//! The read models: the fold's rows in sled, beside the log and disposable.
//!
//! In scope: one tree in one database, one batch of changed rows with its size and state digest as one atom, readers that see one
//! state at a time, the published digest, putting a database aside that does not open, swapping in one that was built beside; snapshots
//! of the rows at older sizes, as files. Out of scope: what rows mean (`fold`), the log they come from. This is the only crate that
//! names sled.
//!
//! Nothing here is the only copy of anything: sled's `flush` is not an fsync and its authors call it beta, so a database that does not
//! open, or does not say what it should, is moved aside and folded again from the log.

mod error;
mod head;
mod models;
mod place;
mod published;
mod snapshots;
mod views;

pub use error::ModelsError;
pub use models::{Models, Opened};
pub use place::Place;
pub use published::Published;
pub use snapshots::{Keeper, Snapshots};
pub use views::{Row, Snapshot, Views};
