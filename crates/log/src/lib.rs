//! The log: framed append-only volumes, and a ward's journal in the same frames.
//!
//! In scope: one writer that commits batches with one sync and a signed checkpoint each, recovery, volumes, annexes that can be
//! erased in place, derived files from which every C2SP tile is a slice, readers that take no lock, verification of every byte
//! that needs no key; copies byte for byte; the checkpoints that witnesses cosigned, beside the log. Byte tables: `proto/README.md`, Frames.
//!
//! Out of scope: who may append (the district verifies segments before), what facts mean, network. A record reaches this
//! crate as a [`socai_tlog::Record`], whose digests hold by construction.
//!
//! What is trusted and what may be lost: the volumes are the truth; everything else in the directory is derived from them, written without
//! a sync and compared at the next start. A `checkpoint` file that is ahead of the volumes stops the writer, since the volumes then lost
//! something that was told to others.

mod annex;
mod annex_check;
mod annex_end;
mod blocks;
mod checkpoint;
mod chunk;
mod committed;
mod copy;
mod crc;
mod delta;
mod derived;
mod derived_check;
mod disk;
mod ending;
mod erase;
mod error;
mod frame;
mod hashed;
mod journal;
mod last;
mod lock;
mod lookup;
mod pipeline;
mod raw;
mod reader;
mod record;
mod recover;
mod replace;
mod replay;
mod scan;
mod stand;
mod state;
mod store;
mod tail;
mod tiles;
mod verify;
mod volume;
mod walk;
mod witnessed;
mod writer;

pub use annex::Annex;
pub use annex_check::AnnexesChecked;
pub use checkpoint::LogKey;
pub use chunk::{Chunk, Item, Items};
pub use committed::Committed;
pub use copy::{CopyDerived, CopyEnd, LogCopy};
pub use delta::{Delta, DerivedFile};
pub use derived_check::{DerivedCheck, DerivedFault, Wrong};
pub use disk::{Disk, Faults, Op, Verdict};
pub use ending::Ending;
pub use error::{Damage, LogError};
pub use hashed::HashedChunk;
pub use journal::{
    Journal, JournalOptions, JournalReader, JournalRecovery, JournalSegment, Owner, Segments, erase_annexes,
};
pub use lock::Lock;
pub use lookup::{Found, Stored};
pub use raw::{NoRawFile, Piece, RawFile};
pub use reader::Reader;
pub use record::{AnnexAt, RecordRef};
pub use recover::Recovery;
pub use replace::{Readers, replace_durably, replace_remakable};
pub use replay::{Replay, StoredAnnex};
pub use scan::{Scan, Tail};
pub use stand::Stand;
pub use state::{Leaf, Refused, State};
pub use verify::{Rebuilt, Verified, rebuild, verify};
pub use volume::{CommitRef, Cursor, VOLUME_RECORDS, VolumeEnd, VolumeHead};
pub use witnessed::{MAX_WITNESSED, WitnessedFile, WitnessedNotes};
pub use writer::{NewEntry, Options, Writer};
