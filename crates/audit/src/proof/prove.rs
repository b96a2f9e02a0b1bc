//! Making proofs from a ledger. Everything is checked before it is given out, by the code that its reader will use.

use std::{collections::HashMap, path::Path};

use bytes::Bytes;
use socai_domain::{Event, Position, Registry};
use socai_log::{LogError, Reader, Stored};
use socai_tlog::{
    AddCheckpoint, Checkpoint, Entry, EventName, Evidence, KeyEvidence, LeafIndex, Note, ProofFile, TreeSize,
    UnitNo, UnitSeq,
};

use super::{
    NotProven, check_record,
    keys::{History, KeyBook, covered},
};
use crate::place::{AuditError, Place};

/// Why no proof was made.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// No ledger, no such record, or files that cannot be read.
    #[error(transparent)]
    Ledger(#[from] AuditError),
    /// The ledger says that the older checkpoint is of another history: keep both, it is evidence of a fork.
    #[error(
        "the checkpoint of size {size} has root {theirs}, this log had {ours} at that size: two histories were signed"
    )]
    Forked {
        /// The size of the older checkpoint.
        size: TreeSize,
        /// Its root.
        theirs: String,
        /// The root this log had.
        ours: String,
    },
    /// What the ledger gives proves nothing.
    #[error("the ledger gives no proof that holds ({}); see what `socai audit verify` says", .0.what)]
    Broken(NotProven),
}

impl From<LogError> for ProveError {
    fn from(error: LogError) -> Self {
        ProveError::Ledger(error.into())
    }
}

/// The older tree that a consistency proof starts from.
#[derive(Clone, Copy, Debug)]
pub enum OlderCheckpoint<'a> {
    /// By its size alone.
    Size(TreeSize),
    /// A checkpoint that somebody kept.
    Note(&'a [u8]),
}

/// Makes proofs of a ledger's records, one after the other. What the operator recorded about keys is read once.
pub struct Prover {
    place: Place,
    reader: Reader,
    keys: KeyBook,
    passes: u64,
}

impl Prover {
    /// Opens a ledger and reads the operator's chain.
    ///
    /// # Errors
    /// There is no such ledger, or its files cannot be read.
    pub fn open(ledger: &Path) -> Result<Self, ProveError> {
        let place = Place::find(ledger)?;
        let reader = Reader::open(place.log())?;
        let mut keys = KeyBook::new();
        keys.catch_up(&reader)?;
        Ok(Prover { place, reader, keys, passes: 0 })
    }

    /// The proof file of a record under the newest checkpoint, with its facts unless they are to be left out.
    ///
    /// Costs some reads for each level of the tree and for the record's segment, whatever the size of the log. A unit that replaced its key by
    /// itself costs a search in its own chain; a log that is not in order, a pass over it.
    ///
    /// # Errors
    /// There is no such record, or it does not hold.
    pub fn record(&mut self, name: EventName, with_facts: bool) -> Result<String, ProveError> {
        let reader = &self.reader;
        let leaf = reader.leaf_of(name)?;
        let under = Under::newest(&self.place, reader, TreeSize(leaf.0 + 1))?;
        let stored = reader.record(leaf)?;
        let covered = covered(reader, &stored)?.ok_or_else(|| uncovered(name))?;
        self.keys.catch_up(reader)?;
        let origin =
            Note::parse(under.note.as_bytes()).ok().and_then(|note| Checkpoint::parse(note.text()).ok());
        let known = match origin {
            Some(stated) => self.keys.history(reader, &stated.origin, name, leaf, &covered)?,
            None => None,
        };
        let history = match known {
            Some(history) => history,
            None => {
                self.passes += 1;
                replayed(reader, name, leaf)?
            }
        };
        let keys = history.key_records.into_iter().map(|leaf| key_evidence(reader, leaf, under.size));
        let evidence = Evidence {
            operator: history.operator.map_or([0; 32], |key| *key.as_bytes()),
            entry: entry_of(&stored),
            facts: if with_facts { stored.record.facts().clone() } else { Bytes::new() },
            later: covered.later,
            signature: covered.signature,
            keys: keys.collect::<Result<_, _>>()?,
        };
        let proof = ProofFile {
            extra: Some(evidence.to_bytes()),
            index: leaf,
            proof: reader.prove_inclusion(leaf, under.size)?,
            checkpoint: under.note,
        };
        let file = proof.to_string();
        check_record(file.as_bytes(), None).map_err(ProveError::Broken)?;
        Ok(file)
    }
}

impl Prover {
    /// How many proofs needed a pass over the log, because the operator's and the unit's chain did not tell the keys.
    #[must_use]
    pub fn passes(&self) -> u64 {
        self.passes
    }
}

/// The proof file of one record: [`Prover::record`].
///
/// # Errors
/// There is no such ledger or record, or it does not hold.
pub fn prove_record(ledger: &Path, name: EventName, with_facts: bool) -> Result<String, ProveError> {
    Prover::open(ledger)?.record(name, with_facts)
}

/// A proof file made by [`prove_record`] in the short form for paper, at most `most` bytes long; of the cosignatures as many as there is room for. None
/// when there is no room.
pub fn for_paper(file: &str, most: usize) -> Option<String> {
    let proof = ProofFile::parse(file.as_bytes()).ok()?;
    let evidence = Evidence::parse(Bytes::from(proof.extra?)).ok()?;
    let mut short =
        ProofFile { extra: Some(evidence.to_paper_bytes()), ..ProofFile::parse(file.as_bytes()).ok()? };
    loop {
        let text = short.to_string();
        if text.len() <= most {
            return Some(text);
        }
        // the operator's line is the first; without one there is no checkpoint
        let (rest, _) = short.checkpoint.strip_suffix('\n')?.rsplit_once('\n')?;
        if rest.ends_with('\n') {
            return None;
        }
        short.checkpoint = format!("{rest}\n");
    }
}

/// The proof that the newest checkpoint continues an older one: a request of C2SP tlog-witness.
///
/// # Errors
/// The older one is of another history, or larger than this log.
pub fn prove_consistency(ledger: &Path, older: OlderCheckpoint<'_>) -> Result<String, ProveError> {
    let place = Place::find(ledger)?;
    let reader = Reader::open(place.log())?;
    let old = match older {
        OlderCheckpoint::Size(size) => size,
        OlderCheckpoint::Note(note) => {
            let stated = stated(note).ok_or(AuditError::NoCheckpoint)?;
            let ours = reader.root_at(stated.size)?;
            if ours != stated.root {
                let (theirs, ours) = (stated.root.to_string(), ours.to_string());
                return Err(ProveError::Forked { size: stated.size, theirs, ours });
            }
            stated.size
        }
    };
    let under = Under::newest(&place, &reader, old)?;
    let proof = reader.prove_consistency(old, under.size)?;
    Ok(AddCheckpoint { old, proof, checkpoint: under.note }.to_string())
}

/// The checkpoint that a proof leads to.
struct Under {
    size: TreeSize,
    note: String,
}

impl Under {
    /// The newest one that witnesses cosigned if it reaches far enough, since it convinces more readers; else the newest.
    fn newest(place: &Place, reader: &Reader, at_least: TreeSize) -> Result<Self, LogError> {
        let committed = reader.committed()?;
        let cosigned = std::fs::read(place.cosigned()).unwrap_or_default();
        let fits = |stated: &socai_tlog::Checkpoint| {
            let within = at_least <= stated.size && stated.size <= committed.size;
            within && reader.root_at(stated.size).is_ok_and(|ours| ours == stated.root)
        };
        Ok(match stated(&cosigned).filter(fits) {
            Some(stated) => Under { size: stated.size, note: text_of(&cosigned) },
            None => Under { size: committed.size, note: text_of(&committed.checkpoint) },
        })
    }
}

fn stated(note: &[u8]) -> Option<socai_tlog::Checkpoint> {
    let note = socai_tlog::Note::parse(note).ok()?;
    socai_tlog::Checkpoint::parse(note.text()).ok()
}

fn text_of(note: &[u8]) -> String {
    String::from_utf8_lossy(note).into_owned() // a note is UTF-8, else its check fails
}

fn entry_of(stored: &Stored) -> Entry {
    Entry {
        received_at_ms: stored.received_at_ms,
        header_bytes: *stored.record.header_bytes(),
        signature: stored.signature,
    }
}

fn uncovered(name: EventName) -> ProveError {
    ProveError::Broken(NotProven::new(
        "signature",
        format!("không chữ ký nào bao trùm bản ghi {name}"),
        format!("no signature covers record {name}"),
    ))
}

fn key_evidence(reader: &Reader, leaf: LeafIndex, size: TreeSize) -> Result<KeyEvidence, ProveError> {
    let stored = reader.record(leaf)?;
    let (entry, facts) = (entry_of(&stored), stored.record.facts().clone());
    Ok(KeyEvidence { leaf, entry, facts, proof: reader.prove_inclusion(leaf, size)? })
}

/// The same from everything that changes keys up to the record's own leaf: right in any log, and a pass over it.
fn replayed(reader: &Reader, name: EventName, leaf: LeafIndex) -> Result<History, ProveError> {
    let mut registry = Registry::new();
    let mut next: HashMap<UnitNo, UnitSeq> = HashMap::new();
    // the first record is the operator's registration, which its own proof needs too
    let end = TreeSize(leaf.0.max(1));
    reader.for_each(LeafIndex(0), end, |record| -> Result<(), LogError> {
        let name = record.name();
        if name.unit == UnitNo::OPERATOR || record.rotates_key() {
            let at = Position {
                name,
                leaf: record.leaf(),
                received_at_ms: record.received_at_ms(),
                rotates_key: record.rotates_key(),
            };
            if let Ok(event) = Event::decode(record.facts()) {
                // what breaks a rule changes no key, here as in the gate
                let _ = registry.apply(&event, &at, |unit| next.get(&unit).copied().unwrap_or_default());
            }
        }
        next.insert(name.unit, UnitSeq(name.seq.0 + 1));
        Ok(())
    })?;
    let epochs = registry.unit(name.unit).filter(|_| name.unit != UnitNo::OPERATOR);
    let epochs = epochs.map_or(&[][..], |unit| unit.sealing.all());
    let key_records =
        epochs.iter().filter(|epoch| epoch.from_seq <= name.seq).map(|epoch| epoch.made_known_at);
    Ok(History { operator: registry.first_sealing_key(UnitNo::OPERATOR), key_records: key_records.collect() })
}
