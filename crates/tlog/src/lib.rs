//! The formats of a ledger that an outsider must be able to check: records chained per unit, signed segments, the entries of
//! the log, its tree, proofs, checkpoints and cosignatures.
//!
//! In scope: bytes in, typed values or a reason out; hashing, signing with a key that the caller holds, verifying. Byte tables are
//! in `proto/README.md`, golden bytes in `proto/vectors/tlog/`. Hashing of the tree, tiles, notes, checkpoints, cosignatures, proofs and
//! policies are RFC 6962 and C2SP exactly, so outside tools verify the log unchanged.
//!
//! Out of scope: files, network, clock and randomness; what facts mean; which key a unit has at a moment.

mod add_checkpoint;
mod bundle;
mod chain;
mod checkpoint;
mod cosignature;
mod cursor;
mod digest;
mod entry;
mod evidence;
mod header;
mod hex;
mod key;
mod lanes;
mod link;
mod malformed;
mod names;
mod note;
mod note_key;
mod origin;
mod policy;
mod proof_file;
mod record;
mod segment;
mod shown_entries;
mod statement;
mod tile;
mod tree;
mod witness;

pub use add_checkpoint::AddCheckpoint;
pub use bundle::{bundled, push_bundled};
pub use chain::{Chain, ChainHead};
pub use checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint};
pub use cosignature::cosign;
pub use digest::{Digest, Hash, Link};
pub use ed25519_dalek::SigningKey;
pub use entry::{ENTRY_LEN, Entry, EntryBytes, SIGNED_ENTRY_LEN};
pub use evidence::{BadEvidence, Covering, Evidence, KeyEvidence};
pub use header::{HEADER_LEN, Header};
pub use key::{BadKey, SealingKey, WitnessKey};
pub use link::{GENESIS_CONTEXT, LINK_CONTEXT, genesis, link, links};
pub use malformed::Malformed;
pub use names::{BadName, EventName, LeafIndex, TreeSize, UnitNo, UnitSeq};
pub use note::{MAX_NOTE_LEN, MAX_SIGNATURES, Note, NoteError, NoteSignature, Verified};
pub use note_key::{BadNoteKey, NoteKey};
pub use origin::{BadOrigin, Origin};
pub use policy::{BadPolicy, Cosigned, Opened, Policy, PolicyError, PolicyFault, PolicyLog, PolicyWitness};
pub use proof_file::{BadProofFile, ProofFile, Unproven};
pub use record::{MAX_FACTS, Record};
pub use segment::{
    BadSignature, MAX_RECORDS, MAX_SEGMENT_LEN, MAX_SINGLE_LEN, SEGMENT_OVERHEAD, Segment, VerifiedSegment,
    encode_segment, segment_fit, segment_message, sign_segment,
};
pub use shown_entries::{BadShown, MAX_SHOWN_LEN, ShownEntries};
pub use statement::{ErasureStatement, HeadStatement, ReceiptStatement, RefusalStatement, StatedRun};
pub use tile::{TILE_WIDTH, Tile, TileKind};
pub use tree::{
    BadFrontier, Completed, Frontier, HashSource, MemoryTree, NotHeld, ProofError, ProveError, empty_root,
    entry_hash, leaf_hash, node_hash, prove_consistency, prove_inclusion, root_at, root_from_inclusion,
    verify_consistency, verify_inclusion,
};
pub use witness::{NotWitnessed, judge_checkpoint};
