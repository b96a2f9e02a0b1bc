//! Snapshots of the fold: the rows of its state at sizes 2^18 apart, so that a question about the past replays no more than
//! that many entries. Files beside the models, one for each size; nothing in them is the only copy of anything.
//!
//! ```text
//! snapshots/00000000000000262144      the state after 262,144 entries
//! snapshots/00000000000000524288      …
//! snapshots/aside                     the last file that turned out to be wrong, for whoever wants to look
//!
//! offset  bytes
//!      0     16  "socai snapshot 2"
//!     16      4  version of the rows
//!     20      8  tree size
//!     28     32  root of the log at that size
//!     60  2,048  digest of the rows that a fold holds: 1,024 lanes of 16 bits, little-endian
//!  2,108  2,048  digest of the rows that it only lists (cases, late facts), which are not in the file
//!  4,156      8  number of rows
//!  4,164     32  BLAKE3 of bytes 0 to 4,164 and the BLAKE3 of the body
//!  4,196      …  the body: chunks of rows in ascending order of keys
//! ```
//!
//! A chunk:
//!
//! ```text
//! offset  bytes
//!      0      4  length of the packed rows
//!      4      4  length of the rows when unpacked
//!      8      4  number of rows
//!     12      4  length of the first key
//!     16      4  length of the last key
//!     20      …  first key, last key, packed rows
//! ```
//!
//! Numbers are big-endian unless said otherwise. Packed rows are zstd over rows: key length (u32), value length (u32), key, value. A chunk has rows
//! of one table only, and cells of one layout of one indicator, so that a question about few of them passes over the others unread. The state
//! digest that the models publish at that size is the BLAKE3 of the sum of both digests, lane by lane.
//!
//! Whoever holds the ledger's lock makes them: the district beside its work, and `socai rebuild`. Readers write none; they
//! open the nearest one at or below their cut-off whose root is the log's. One that is torn, altered, of another log or
//! of another version is not used, and said so in the traces; the next maker moves it aside and makes it anew. An audit uses none.

mod file;
mod keep;
mod place;
mod rows;

pub use keep::Keeper;
pub use place::Snapshots;
