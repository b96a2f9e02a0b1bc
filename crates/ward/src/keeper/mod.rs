//! The one owner of a unit's journal: seals, rotates keys, joins what comes back from the district.
//!
//! Everything here blocks and belongs to one thread ([`crate::desk`]), so two requests never seal at once. What is derived
//! from the journal (ids, key history) is brought up to it at every start and after every failure.

mod erase;
mod lookup;
mod rejoin;
mod rotate;
mod seal;

use std::collections::VecDeque;

use socai_log::{Disk, Journal, JournalReader, Lock, LogError, Owner};
use socai_tlog::{ChainHead, EventName, Link, Record, SealingKey, UnitSeq};

use crate::{
    config::{ConfigError, Unit, UnitConfig},
    dir::{FileError, UnitDir, make_dir},
    draft::Draft,
    entropy::{EventId, NoEntropy},
    generation::{self, Generations, JournalError},
    history::KeyHistory,
    ids::IdIndex,
    keys::{KeyError, Keys},
};
use lookup::Lookup;
pub use rejoin::RejoinError;
pub(crate) use rotate::Judge;
pub use seal::{Known, Sealed};

/// The owner of the journal.
pub(crate) struct Keeper {
    dir: UnitDir,
    unit: Unit,
    lock: Lock,
    keys: Keys,
    generations: Generations,
    generation: u64,
    /// `None` after a failure, until it could be opened again.
    journal: Option<Journal>,
    reader: JournalReader,
    lookup: Lookup,
    ids: IdIndex,
    history: KeyHistory,
    /// Whether another generation may be in use than the one that ids and history are about.
    is_stale: bool,
    /// The time of the last record: a clock that goes back does not go back in the chain.
    floor_ms: u64,
    restoring: Option<rejoin::Restoring>,
    disk: Disk,
}

/// Why a unit could not be opened for sealing.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// `unit.toml` is missing or wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A key is missing or wrong.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The journal cannot be opened; [`LogError::Locked`] when another process seals for this unit.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A derived file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A record of the journal holds no event.
    #[error(
        "record {seq} of the journal holds no event: it was written by another program; restore the journal from a backup"
    )]
    NotAnEvent {
        /// The record.
        seq: UnitSeq,
    },
}

/// Why nothing was sealed, or what is not known about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// An event with this id is sealed and says something else.
    #[error(
        "event {index}: its id belongs to record {name}, which says something else; use another id, or correct that record"
    )]
    Conflict {
        /// The event's place in the request.
        index: usize,
        /// The record.
        name: EventName,
    },
    /// More than one segment holds.
    #[error(
        "{got} bytes or {count} events are more than is sealed at once: send at most 512 events and 512 KiB together"
    )]
    TooLarge {
        /// Bytes of facts and annexes.
        got: usize,
        /// Events.
        count: usize,
    },
    /// The journal could not be written or a key not be replaced, and nothing of the request is in it. Send it again when the cause is gone.
    #[error("not sealed: {why}")]
    NotSealed {
        /// What the disk or the rules said.
        why: String,
    },
    /// The journal could not be written nor read back: whether the request is sealed is known after the next start.
    /// Send it again with the same ids.
    #[error("outcome unknown: {why}; send it again with the same id or Idempotency-Key")]
    Unknown {
        /// What the disk said.
        why: String,
    },
    /// The secret of the key that the chain continues with is not in this directory.
    #[error(
        "the secret of sealing key {key} is not here: bring it back from the backup, or have the operator replace the key"
    )]
    NoKey {
        /// The key.
        key: Box<SealingKey>,
    },
    /// The system gave no random bytes.
    #[error(transparent)]
    Entropy(#[from] NoEntropy),
    /// The node is stopping.
    #[error("the node is stopping; send it again when it runs")]
    Stopping,
}

impl Keeper {
    /// Opens the unit in `dir`, taking its lock.
    ///
    /// # Errors
    /// See [`OpenError`]; another process that seals for the unit is one of them.
    pub(crate) fn open(dir: &UnitDir, disk: Disk) -> Result<Keeper, OpenError> {
        let unit = UnitConfig::read(dir)?;
        make_dir(dir.path())?;
        let lock = Lock::acquire(&dir.lock()).map_err(JournalError::Log)?;
        let keys = Keys::read(dir)?;
        let generations = Generations::new(dir.journal());
        let generation = generations.current()?;
        let owner = owner(&unit);
        let journal = generation::open(&generations.path(generation), owner, &lock, &disk)
            .map_err(JournalError::Log)?;
        let reader = journal.reader();
        let (ids, history) = open_derived(dir, &unit, &reader)?;
        let mut keeper = Keeper {
            dir: dir.clone(),
            unit,
            lock,
            keys,
            generations,
            generation,
            journal: Some(journal),
            lookup: Lookup::new(reader.clone()),
            reader,
            ids,
            history,
            is_stale: false,
            floor_ms: 0,
            restoring: None,
            disk,
        };
        keeper.catch_up()?;
        Ok(keeper)
    }

    /// What the next record continues, as far as it is sealed for certain.
    pub(crate) fn head(&self) -> ChainHead {
        self.journal.as_ref().map_or(self.unit.genesis(), Journal::head)
    }

    /// Reads the journal from any thread. Another one after [`Keeper::rejoin`].
    pub(crate) fn reader(&self) -> JournalReader {
        self.reader.clone()
    }

    /// The unit's settings.
    pub(crate) fn unit(&self) -> &Unit {
        &self.unit
    }

    /// The unit's secrets.
    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Whether a request could be sealed now.
    pub(crate) fn can_seal(&self) -> bool {
        self.journal.is_some() && self.keys.sealing(&self.history.newest()).is_some()
    }

    /// Every sealing key this unit has had or holds a secret of.
    pub(crate) fn sealing_keys(&self) -> Vec<SealingKey> {
        let mut keys: Vec<SealingKey> = self.history.all().collect();
        for key in self.keys.sealing_keys() {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        keys
    }

    /// Takes records into what is derived, that are in the journal and not there yet.
    fn catch_up(&mut self) -> Result<(), OpenError> {
        let next = self.reader.next_seq();
        // the last record's time is needed even when every id is in a run
        let from = UnitSeq(self.ids.covers().0.min(next.0.saturating_sub(1)));
        for segment in self.reader.segments(from).map_err(JournalError::Log)? {
            for record in segment.map_err(JournalError::Log)?.records {
                self.take(&record)?;
            }
        }
        Ok(())
    }

    /// Takes one record of the journal into what is derived.
    fn take(&mut self, record: &Record) -> Result<(), OpenError> {
        let seq = record.header().seq;
        self.floor_ms = self.floor_ms.max(record.header().recorded_at_ms);
        if seq < self.ids.covers() {
            return Ok(());
        }
        self.history.take(record)?;
        let id = id_of(record).ok_or(OpenError::NotAnEvent { seq })?;
        Ok(self.ids.insert(id, seq, record.link())?)
    }

    /// Opens the journal again after a failure, if it has to be.
    fn revive(&mut self) -> Result<(), SealError> {
        self.reopen().map_err(|error| SealError::NotSealed { why: error.to_string() })
    }

    /// Opens the journal in use and what is derived from it, if one of them is not. Until it succeeds nothing is looked up, sealed or restored.
    fn reopen(&mut self) -> Result<(), OpenError> {
        if self.journal.is_some() {
            return Ok(());
        }
        if self.is_stale {
            self.generation = self.generations.current()?;
            // a swap that was reported to have failed may be one that a crash undoes: it is made certain
            self.generations.put_in_use(self.generation)?;
        }
        let path = self.generations.path(self.generation);
        let journal =
            generation::open(&path, owner(&self.unit), &self.lock, &self.disk).map_err(JournalError::Log)?;
        if self.is_stale {
            (self.ids, self.history) = open_derived(&self.dir, &self.unit, &journal.reader())?;
        }
        self.take_in_use(journal);
        let caught_up = self.catch_up();
        self.is_stale = self.is_stale && caught_up.is_err();
        if caught_up.is_err() {
            self.journal = None;
        }
        caught_up
    }

    /// From now on this is the journal.
    fn take_in_use(&mut self, journal: Journal) {
        self.reader = journal.reader();
        self.lookup = Lookup::new(self.reader.clone());
        self.journal = Some(journal);
    }
}

/// The record with this number, if it is sealed.
pub(crate) fn record_at(reader: &JournalReader, seq: UnitSeq) -> Result<Option<Record>, LogError> {
    if seq >= reader.next_seq() {
        return Ok(None);
    }
    let segment = reader.segments(seq)?.next().transpose()?;
    Ok(segment.and_then(|segment| VecDeque::from(segment.records).pop_front()))
}

/// Ids and key history, both about this journal, or both empty.
fn open_derived(
    dir: &UnitDir,
    unit: &Unit,
    reader: &JournalReader,
) -> Result<(IdIndex, KeyHistory), OpenError> {
    let link_of =
        |seq: UnitSeq| -> Option<Link> { record_at(reader, seq).ok().flatten().map(|record| record.link()) };
    make_dir(&dir.ids())?;
    let path = dir.ids().join("rotations.json");
    match KeyHistory::open(&path, unit.first_key, link_of)? {
        Some(history) => Ok((IdIndex::open(dir.ids(), link_of)?, history)),
        // without the history nobody knows whether the runs passed over a rotation
        None => Ok((IdIndex::open(dir.ids(), |_| None)?, KeyHistory::start_over(&path, unit.first_key)?)),
    }
}

/// Whose journal it is.
fn owner(unit: &Unit) -> Owner {
    Owner { origin: unit.origin.clone(), unit: unit.no, genesis: unit.genesis().link }
}

/// The id of the event in a record.
pub(crate) fn id_of(record: &Record) -> Option<EventId> {
    socai_domain::Event::decode(record.facts()).ok().map(|event| event.id())
}

/// Bytes of a draft in a segment besides its header.
fn content_len(draft: &Draft) -> usize {
    draft.facts.len() + draft.annex.len()
}
