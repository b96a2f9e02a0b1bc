//! Showing a unit the entries below a checkpoint before it is asked to cosign it: each entry, and the facts of the operator's own records, which
//! say whose keys are whose.

use std::sync::atomic::{AtomicU64, Ordering};

use socai_log::{Committed, LogError, Reader};
use socai_tlog::{AddCheckpoint, LeafIndex, MAX_SHOWN_LEN, NoteKey, ShownEntries, TreeSize, UnitNo};

use super::not_cosigned::NotCosigned;

/// Entries of one request: at most 195 bytes each, and the operator's facts, of which the last may be long.
const MAX_ENTRIES: u64 = 8_192;
/// The facts of a request after which no more entries are added.
const ENOUGH_FACTS_LEN: usize = MAX_SHOWN_LEN / 2;
/// The most requests for one checkpoint; a unit that begins anew goes on with the next one.
const MAX_REQUESTS: usize = 64;

/// How far a unit was shown the log.
pub(super) struct Shown {
    url: String,
    /// How many entries it has looked at, as far as we know.
    looked: AtomicU64,
}

/// Whoever posts: address and body, status and answer.
type Post<'p> = &'p dyn Fn(&str, &[u8]) -> Result<(u16, String), NotCosigned>;

impl Shown {
    /// For a unit of the ledger, whose witness is named by the origin, a slash and its number; none for others, who get no entries.
    pub(super) fn of(key: &NoteKey, base: &str) -> Option<Self> {
        let (_, number) = key.name().as_str().rsplit_once('/')?;
        number.parse::<u32>().ok()?;
        Some(Shown { url: format!("{base}/log-entries"), looked: AtomicU64::new(0) })
    }

    /// Shows everything below the checkpoint that the unit has not looked at.
    pub(super) fn up_to(
        &self,
        reader: &Reader,
        committed: &Committed,
        post: impl Fn(&str, &[u8]) -> Result<(u16, String), NotCosigned>,
    ) -> Result<(), NotCosigned> {
        let post: Post<'_> = &post;
        for _ in 0..MAX_REQUESTS {
            let from = TreeSize(self.looked.load(Ordering::Relaxed));
            if from == committed.size {
                return Ok(());
            }
            if from > committed.size {
                return Err(NotCosigned::Ahead { seen: from, size: committed.size });
            }
            let request = request(reader, from, committed)?;
            let (status, said) = post(&self.url, &request.encode()?)?;
            match (status, said.trim_end().parse::<u64>()) {
                // the unit says where it is, in both cases
                (200 | 409, Ok(looked)) => self.looked.store(looked, Ordering::Relaxed),
                // a witness by such a name that is no unit of ours
                (404 | 405, _) => return Ok(()),
                _ => return Err(NotCosigned::Refused { status, said: said.trim_end().to_owned() }),
            }
        }
        Err(NotCosigned::Restless)
    }
}

/// The entries from a leaf on, as many as one request takes.
fn request(reader: &Reader, from: TreeSize, committed: &Committed) -> Result<ShownEntries, NotCosigned> {
    let to = TreeSize(committed.size.0.min(from.0 + MAX_ENTRIES));
    let (mut entries, mut facts_len) = (Vec::new(), 0);
    reader.for_each(LeafIndex(from.0), to, |record| -> Result<(), LogError> {
        if facts_len <= ENOUGH_FACTS_LEN {
            let facts = match record.name().unit {
                UnitNo::OPERATOR => record.facts().to_vec(),
                _ => Vec::new(),
            };
            facts_len += facts.len();
            entries.push((record.entry(), facts));
        }
        Ok(())
    })?;
    let to = TreeSize(from.0 + entries.len() as u64);
    let proof = reader.prove_consistency(to, committed.size)?;
    let checkpoint = String::from_utf8_lossy(&committed.checkpoint).into_owned();
    Ok(ShownEntries { from, reached: AddCheckpoint { old: to, proof, checkpoint }, entries })
}
