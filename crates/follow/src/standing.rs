//! What a verification leaves for the next one, which then goes over what is new alone.
//!
//! It holds everything that the records behind it depend on: the tree, the chains, the keys. So nothing before it is read again, and nothing
//! before it is known to be still as it was: that takes a verification from the first leaf on.

use serde::{Deserialize, Serialize};
use socai_log::{Reader, Stand};
use socai_tlog::{Hash, SignedCheckpoint, TreeSize};

use crate::{
    keys::{KeyRecord, Keys},
    options::Kept,
    trust::Trust,
};

/// Of the saved form; another version's is not read.
const VERSION: u32 = 1;

/// Where a verification ended that found nothing wrong with the record.
#[derive(Clone, Debug)]
pub struct Standing {
    stand: Stand,
    keys: Keys,
    /// The key it was verified under, as a vkey.
    operator: String,
}

/// Why what was kept of a verification is of no use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadStanding {
    /// Not written by this version of the program, or not whole.
    #[error("what was kept of the last verification cannot be read: {0}")]
    Unreadable(String),
    /// Of another ledger, or signed by somebody else.
    #[error("what was kept of the last verification is not signed by the key that the policy names")]
    Foreign,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved {
    version: u32,
    operator: String,
    stand: String,
    keys: Vec<KeyRecord>,
}

impl Standing {
    pub(crate) fn new(stand: Stand, mut keys: Keys, trust: &Trust) -> Self {
        keys.changes.clear(); // told by the verification that met them
        Standing { stand, keys, operator: trust.note_key().to_string() }
    }

    /// Number of entries that were verified.
    #[must_use]
    pub fn size(&self) -> TreeSize {
        self.stand.size()
    }

    /// The checkpoint over them, a signed note.
    #[must_use]
    pub fn checkpoint(&self) -> &[u8] {
        self.stand.checkpoint()
    }

    /// The root over them.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.stand.state().root()
    }

    /// The place in the log.
    #[must_use]
    pub fn stand(&self) -> &Stand {
        &self.stand
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }

    /// As text, to be kept where only the verifier writes: whoever changes it decides what the next verification believes. JSON with
    /// `version`, `operator` (vkey), `stand` ([`Stand::to_bytes`] in hex) and `keys` (the facts that changed units and keys, in order).
    ///
    /// # Errors
    /// None that memory allows.
    pub fn save(&self) -> Result<Vec<u8>, BadStanding> {
        let (operator, stand) = (self.operator.clone(), hex::encode(self.stand.to_bytes()));
        let keys = self.keys.records().to_vec();
        let saved = Saved { version: VERSION, operator, stand, keys };
        serde_json::to_vec(&saved).map_err(|error| BadStanding::Unreadable(error.to_string()))
    }

    /// Reads it again, and verifies that the operator signed the tree in it.
    ///
    /// # Errors
    /// It is not whole, of another version, or of another ledger or key.
    pub fn load(bytes: &[u8], trust: &Trust) -> Result<Self, BadStanding> {
        let unreadable = |why: String| BadStanding::Unreadable(why);
        let saved: Saved = serde_json::from_slice(bytes).map_err(|error| unreadable(error.to_string()))?;
        if saved.version != VERSION {
            return Err(unreadable(format!("version {}, this program writes {VERSION}", saved.version)));
        }
        let stand = hex::decode(&saved.stand).map_err(|error| unreadable(error.to_string()))?;
        let stand = Stand::from_bytes(&stand).map_err(|what| unreadable(what.to_string()))?;
        let keys = Keys::from_records(saved.keys)
            .ok_or_else(|| unreadable("a key that was accepted breaks a rule now".to_owned()))?;
        let signed = SignedCheckpoint::open(stand.checkpoint(), [trust.note_key()]);
        let is_theirs = signed
            .is_ok_and(|signed| signed.size() == stand.size() && *signed.root() == stand.state().root());
        match is_theirs && saved.operator == trust.note_key().to_string() {
            true => Ok(Standing { stand, keys, operator: saved.operator }),
            false => Err(BadStanding::Foreign),
        }
    }

    /// Whether a verification may go on from here: the same key, the commit is still where it was, and the older checkpoint that the log is
    /// held against is this one or a later one.
    pub(crate) fn leads_on(&self, reader: &Reader, trust: &Trust, kept: Option<Kept>) -> bool {
        let is_kept = |kept: Kept| kept.size > self.size() || kept == self.as_kept();
        self.operator == trust.note_key().to_string() && kept.is_none_or(is_kept) && reader.holds(&self.stand)
    }

    pub(crate) fn as_kept(&self) -> Kept {
        Kept { size: self.size(), root: self.root() }
    }
}
