//! The unit as a witness of its ledger (C2SP tlog-witness): it cosigns a checkpoint that continues everything it cosigned before, and of which it
//! has looked at every entry ([`crate::NotPassed`] says what it does not pass).
//!
//! In scope: deciding, storing, cosigning with the unit's witnessing key, one request after another. What is cosigned is on the disk before the
//! cosignature leaves: after a crash the witness has seen at least what it vouched for. What the operator signed against it is on the disk before
//! the refusal leaves, and stops the witness until the office has looked. Out of scope: HTTP (`socai-web`), asking for cosignatures
//! (`socai-district`).

use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use socai_tlog::{
    AddCheckpoint, Checkpoint, Link, NotWitnessed, Note, NoteKey, NoteSignature, Origin, SignedCheckpoint,
    SigningKey, TreeSize, UnitSeq, WitnessKey, cosign, judge_checkpoint,
};

use crate::{
    clock,
    config::{Unit, WITNESS_CLOCK_TOLERANCE_S},
    dir::{FileError, UnitDir, make_dir, read_if_there, remove_if_there, replace},
    evidence::{self, Evidence, EvidenceLine},
    keeper::record_at,
    keys::{KeyError, Keys},
    looked::{Looked, Looking, NotPassed},
    ward::Ward,
};

/// Before this time, 2020-01-01 in seconds, a clock is not set: a cosignature would be dated wrong for ever.
const CLOCK_IS_SET_AFTER_S: u64 = 1_577_836_800;

/// The unit's word on its ledger's checkpoints.
pub struct Witness {
    name: Origin,
    key: SigningKey,
    log: NoteKey,
    dir: UnitDir,
    unit: Unit,
    /// The newest checkpoint that was cosigned, with the cosignature.
    file: PathBuf,
    /// The newest checkpoint that came with a receipt: never contradicted.
    received: PathBuf,
    /// How far the log's entries were looked at.
    looked: PathBuf,
    /// What the journal says of the unit's own records.
    own_link: Box<OwnLink>,
    /// Held from reading what was seen until what is new is stored.
    deciding: Mutex<()>,
}

type OwnLink = dyn Fn(UnitSeq) -> Result<Option<Link>, String> + Send + Sync;

/// How the unit stands as a witness, for `ward status`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct WitnessStanding {
    /// Size of the newest checkpoint that it cosigned.
    pub cosigned: Option<u64>,
    /// Why it cosigns no more, in words, until the log is as it should be and somebody has looked at what is evidence.
    pub refused: Option<String>,
    /// What the operator signed and cannot be, oldest first, until somebody has looked ([`crate::Ward::clear_alarm`]).
    pub evidence: Vec<EvidenceLine>,
}

impl WitnessStanding {
    /// What lies on the disk. A file that cannot be read says so.
    pub(crate) fn read(dir: &UnitDir, unit: &Unit) -> Self {
        let note = read_if_there(&dir.witness().join(origin_hash(&unit.origin))).ok().flatten();
        let stated = note.and_then(|note| Note::parse(&note).ok());
        let stated = stated.and_then(|note| Checkpoint::parse(note.text()).ok());
        let refused =
            read_if_there(&refusal(dir)).map(|why| why.map(|why| String::from_utf8_lossy(&why).into()));
        let (evidence, unread) = match evidence::lines(dir) {
            Ok(lines) => (lines, None),
            Err(error) => (Vec::new(), Some(error.to_string())),
        };
        let refused = refused.unwrap_or_else(|error| Some(error.to_string())).or(unread);
        WitnessStanding {
            cosigned: stated.map(|stated| stated.size.0),
            refused: refused.or_else(|| evidence.last().map(|line| line.why.clone())),
            evidence,
        }
    }
}

/// Somebody has looked at why the unit cosigns nothing: the evidence is put aside, and the log is asked for anew.
pub(crate) fn acknowledge(dir: &UnitDir, now_ms: u64) -> Result<(), FileError> {
    evidence::put_aside(dir, now_ms)?;
    remove_if_there(&refusal(dir))
}

/// Where the reason of a refusal is kept.
fn refusal(dir: &UnitDir) -> PathBuf {
    dir.witness().join("refused")
}

/// Why a checkpoint was not cosigned.
#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    /// The request, or the log behind it.
    #[error(transparent)]
    Refused(#[from] NotWitnessed),
    /// The log shows another tree than the one in this unit's receipts.
    #[error(
        "the checkpoint of size {size} has another root than the one in this unit's receipts: keep both, they are evidence of two histories"
    )]
    AgainstReceipts {
        /// The size both are of.
        size: TreeSize,
    },
    /// The entries below the checkpoint were not shown: the unit does not vouch for what it has not looked at.
    #[error(
        "this unit has looked at the entries up to {looked}, the checkpoint is of size {size}: show them first (POST /log-entries)"
    )]
    NotLooked {
        /// How far it looked.
        looked: TreeSize,
        /// The size shown.
        size: TreeSize,
    },
    /// The unit looked, and what it saw is not what it can vouch for.
    #[error("{0}")]
    Contradicted(String),
    /// What was seen cannot be read, or what is new cannot be stored.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file holds something else than the unit stored.
    #[error("{}: not a checkpoint of {ledger}; bring it back from a backup, never delete it: it keeps this unit from vouching for two histories", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// The ledger.
        ledger: String,
    },
    /// A time that cannot be.
    #[error("the clock says {0} s since 1970: set it, a cosignature states the time")]
    Clock(u64),
}

impl Witness {
    /// The witness of a unit that seals. Its name is the ledger's, a slash and the unit's number.
    ///
    /// # Errors
    /// The keys cannot be read.
    pub fn of(ward: &Ward) -> Result<Witness, KeyError> {
        let sealing = ward.clone();
        let own_link = move |seq| {
            let reader = sealing.desk().shelf().borrow().reader.clone();
            let record = record_at(&reader, seq).map_err(|error| error.to_string())?;
            Ok(record.map(|record| record.link()))
        };
        Witness::open(ward.dir(), ward.unit(), Box::new(own_link))
    }

    /// The key that verifies a unit's cosignatures, for policies.
    ///
    /// # Errors
    /// The keys cannot be read.
    pub fn vkey_of(dir: &UnitDir, unit: &Unit) -> Result<NoteKey, KeyError> {
        Ok(Witness::open(dir, unit, Box::new(|_| Ok(None)))?.vkey())
    }

    fn open(dir: &UnitDir, unit: &Unit, own_link: Box<OwnLink>) -> Result<Witness, KeyError> {
        let name = format!("{}/{}", unit.origin, unit.no);
        // an origin that leaves no room for a number names itself
        let name = Origin::new(&name).unwrap_or_else(|_| unit.origin.clone());
        let folder = dir.witness();
        make_dir(&folder)?;
        Ok(Witness {
            name,
            key: Keys::read(dir)?.witnessing().clone(),
            log: NoteKey::log(unit.origin.clone(), unit.operator),
            dir: dir.clone(),
            unit: unit.clone(),
            file: folder.join(origin_hash(&unit.origin)),
            received: dir.checkpoint(),
            looked: folder.join("looked"),
            own_link,
            deciding: Mutex::default(),
        })
    }

    /// The key that verifies its cosignatures, for policies.
    pub fn vkey(&self) -> NoteKey {
        NoteKey::witness(self.name.clone(), WitnessKey::of(&self.key))
    }

    /// Looks at entries that the district shows, against the journal, the keys and the clock; gives how far it has looked now. Blocks on the
    /// disk: what was looked at is stored before the answer.
    ///
    /// # Errors
    /// See [`NotPassed`]; nothing changed, and a contradiction is kept for `ward status`, with the operator's note where that is evidence.
    pub fn look(&self, request: &[u8]) -> Result<TreeSize, NotPassed> {
        let _alone = self.deciding.lock().unwrap_or_else(PoisonError::into_inner); // it guards files, whole at any time
        let looked = Looked::read(&self.looked, &self.unit)?;
        let own = |error: WitnessError| NotPassed::Own(error.to_string());
        let held = [self.seen().map_err(own)?, self.received().map_err(own)?];
        let held: Vec<SignedCheckpoint> = held.into_iter().flatten().collect();
        let keys = || Keys::read(&self.dir);
        let looking = Looking {
            unit: &self.unit,
            log: &self.log,
            keys: &keys,
            own_link: &self.own_link,
            held: &held,
            now_ms: clock::now_ms(),
            tolerance_s: self.unit.config.witness_clock_tolerance_s.unwrap_or(WITNESS_CLOCK_TOLERANCE_S),
        };
        let passed = looked.pass(request, &looking);
        if let Err(why) = &passed
            && why.is_contradiction()
        {
            if why.is_lasting() {
                Evidence::of_entries(why, request, &held).keep(&self.dir)?;
            }
            replace(&refusal(&self.dir), why.to_string().as_bytes())?;
        }
        let passed = passed?;
        passed.store(&self.looked)?;
        // what was refused before is as it should be now: a clock was set, a journal brought back. What was evidence stays
        remove_if_there(&refusal(&self.dir))?;
        evidence::heal(&self.dir, &self.own_link)?;
        Ok(passed.size())
    }

    /// Whether everything below a checkpoint was looked at and is its tree.
    fn has_looked(&self, shown: &SignedCheckpoint) -> Result<(), WitnessError> {
        if let Some(why) = read_if_there(&refusal(&self.dir))? {
            return Err(WitnessError::Contradicted(String::from_utf8_lossy(&why).into()));
        }
        if let Some(line) = evidence::lines(&self.dir)?.first() {
            return Err(WitnessError::Contradicted(format!(
                "{}: kept in {}, this unit cosigns nothing until its office has looked at it",
                line.why, line.file
            )));
        }
        let looked = Looked::read(&self.looked, &self.unit)?;
        if looked.size() != shown.size() || looked.root() != *shown.root() {
            return Err(WitnessError::NotLooked { looked: looked.size(), size: shown.size() });
        }
        Ok(())
    }

    /// Decides about a request, stores, then cosigns. Blocks on the disk.
    ///
    /// # Errors
    /// See [`WitnessError`]; nothing was cosigned.
    pub fn add_checkpoint(&self, request: &[u8]) -> Result<NoteSignature, WitnessError> {
        let _alone = self.deciding.lock().unwrap_or_else(PoisonError::into_inner); // it guards a file, whole at any time
        let seen = self.seen()?;
        let mut shown = match judge_checkpoint(request, &self.log, seen.as_ref()) {
            Err(why @ NotWitnessed::Forked { .. }) => {
                self.keep_forked(&why, request, seen.as_ref())?;
                return Err(why.into());
            }
            judged => judged?,
        };
        if let Some(received) = self.received()?
            && received.size() == shown.size()
            && received.root() != shown.root()
        {
            let why = WitnessError::AgainstReceipts { size: shown.size() };
            Evidence::new(why.to_string(), shown.to_string(), Some(&received)).keep(&self.dir)?;
            return Err(why);
        }
        self.has_looked(&shown)?;
        let now_s = clock::now_ms() / 1000;
        let cosigned = cosign(&shown, &self.name, &self.key, now_s);
        let cosignature =
            cosigned.filter(|_| now_s > CLOCK_IS_SET_AFTER_S).ok_or(WitnessError::Clock(now_s))?;
        shown.add(cosignature.clone());
        // a crash before this line vouches for nothing; after it, the next request is judged by what is stored here
        replace(&self.file, shown.to_string().as_bytes())?;
        Ok(cosignature)
    }

    /// Keeps two checkpoints of one size. A proof that leads from one size to another nowhere is no evidence: anybody may have spoilt it.
    fn keep_forked(
        &self,
        why: &NotWitnessed,
        request: &[u8],
        seen: Option<&SignedCheckpoint>,
    ) -> Result<(), FileError> {
        let shown = AddCheckpoint::parse(request).ok();
        let shown =
            shown.and_then(|shown| SignedCheckpoint::open(shown.checkpoint.as_bytes(), [&self.log]).ok());
        match (shown, seen) {
            (Some(shown), Some(seen)) if shown.size() == seen.size() && shown.root() != seen.root() => {
                Evidence::new(why.to_string(), shown.to_string(), Some(seen)).keep(&self.dir)
            }
            _ => Ok(()),
        }
    }

    /// The newest cosigned checkpoint of the log whose origin has this SHA-256 in hex; none if it is another log, or none was cosigned.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn newest(&self, origin_sha256: &str) -> Result<Option<Vec<u8>>, FileError> {
        match self.file.file_name().is_some_and(|name| name == origin_sha256) {
            true => read_if_there(&self.file),
            false => Ok(None),
        }
    }

    /// What was cosigned last. A witness that starts goes on from the newest checkpoint of the unit's own receipts.
    fn seen(&self) -> Result<Option<SignedCheckpoint>, WitnessError> {
        match read_if_there(&self.file)? {
            Some(note) => Ok(Some(SignedCheckpoint::open(&note, [&self.log]).map_err(|_| {
                WitnessError::Content { path: self.file.clone(), ledger: self.log.name().to_string() }
            })?)),
            None => self.received(),
        }
    }

    /// The newest checkpoint that came with a receipt. One that cannot be read says nothing: the node mends it.
    fn received(&self) -> Result<Option<SignedCheckpoint>, WitnessError> {
        let note = read_if_there(&self.received)?;
        Ok(note.and_then(|note| SignedCheckpoint::open(&note, [&self.log]).ok()))
    }
}

/// SHA-256 of an origin in hex, by which witnesses name logs.
fn origin_hash(origin: &Origin) -> String {
    hex::encode(Sha256::digest(origin.as_str()))
}

#[cfg(test)]
#[path = "witness_tests.rs"]
mod tests;
