//! A unit at work in this process: what the HTTP API and the command line call.

use std::{
    io::Read,
    path::Path,
    sync::{Arc, PoisonError, RwLock},
};

use serde_json::Value;
use socai_log::{Disk, LogError};
use socai_proto::{KindInfo, v1};
use socai_tlog::{MAX_RECORDS, SealingKey};

use crate::{
    clock,
    config::Unit,
    desk::{Desk, DeskThread},
    dir::{FileError, UnitDir},
    draft::{Draft, Drafter, Given},
    entropy::IdMaker,
    generation::JournalError,
    import::{self, Format, ImportError, Imported, Order, Spool, Spooling},
    keeper::{Judge, Keeper, OpenError, SealError, Sealed},
    problem::Problem,
    registry::{self, RegistryError},
    status::{Live, Status},
    vault::{self, Trial, Vault, VaultError, Where},
    witness::{self, WitnessStanding},
};

/// The most events of one request: they are sealed as one segment, so all of them or none.
pub const MAX_EVENTS: usize = MAX_RECORDS;

/// One unit, open for sealing. Only one process at a time has it; clones are the same one.
#[derive(Clone)]
pub struct Ward {
    inner: Arc<Inner>,
}

struct Inner {
    dir: UnitDir,
    unit: Unit,
    transport_seed: String,
    drafter: RwLock<Arc<Drafter>>,
    ids: IdMaker,
    vault: Arc<Vault>,
    spool: Spool,
    live: Live,
    desk: Desk,
    /// Waited for on drop, after the desk.
    _thread: DeskThread,
}

/// Why events were not recorded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// They are wrong: mend them and send them again.
    #[error(
        "{} problem{}, the first: {}", .0.len(), if .0.len() == 1 { "" } else { "s" },
        .0.first().map(ToString::to_string).unwrap_or_default()
    )]
    Wrong(Vec<Problem>),
    /// More events than are sealed at once.
    #[error("{got} events, at most {MAX_EVENTS} are sealed together: send several requests")]
    TooMany {
        /// Events in the request.
        got: usize,
    },
    /// None at all.
    #[error("no event was sent")]
    Nothing,
    /// They could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The vault cannot keep who their tokens are: nothing was sealed.
    #[error("nothing was sealed, the vault cannot keep the tokens: {0}")]
    Vault(String),
}

impl From<VaultError> for RecordError {
    fn from(error: VaultError) -> Self {
        RecordError::Vault(error.to_string())
    }
}

/// Why a unit could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum WardError {
    /// Settings, keys or journal.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// `registry.json` cannot be used.
    #[error("registry.json: {0}")]
    Registry(#[from] RegistryError),
    /// The system gave no thread.
    #[error("no thread for sealing: {0}")]
    Thread(#[from] std::io::Error),
}

impl WardError {
    /// Whether another process has the unit's directory: a node, or for a while a command.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        matches!(self, WardError::Open(OpenError::Journal(JournalError::Log(LogError::Locked { .. }))))
    }
}

impl Ward {
    /// Opens the unit in `dir`: takes its lock, recovers its journal and brings what is derived up to it.
    ///
    /// # Errors
    /// See [`WardError`]; a node that runs for the unit holds its lock.
    pub fn open(dir: &Path) -> Result<Ward, WardError> {
        Ward::open_on(dir, Disk::default())
    }

    /// The same with a journal on a disk that may fail, for tests.
    ///
    /// # Errors
    /// As [`Ward::open`].
    pub fn open_on(dir: &Path, disk: Disk) -> Result<Ward, WardError> {
        let dir = UnitDir::new(dir);
        let keeper = Keeper::open(&dir, disk)?;
        let (unit, keys) = (keeper.unit().clone(), keeper.keys());
        let ids = IdMaker::new(keys.ids());
        let transport_seed = keys.transport_seed().map_err(OpenError::Key)?;
        let registry = registry::read(&dir)?;
        let spool = Spool::open(dir.spool()).map_err(OpenError::File)?;
        let vault = Arc::new(Vault::of(&dir));
        let drafter = Drafter::new(&unit.config.unit, unit.no, ids, registry, Arc::clone(&vault));
        let live = Live::open(&dir, &unit, &keeper.reader()).map_err(OpenError::File)?;
        let (desk, thread) = Desk::open(keeper)?;
        let inner = Inner {
            dir,
            unit,
            transport_seed,
            drafter: RwLock::new(Arc::new(drafter)),
            ids,
            vault,
            spool,
            live,
            desk,
            _thread: thread,
        };
        Ok(Ward { inner: Arc::new(inner) })
    }

    /// The unit's settings.
    pub fn unit(&self) -> &Unit {
        &self.inner.unit
    }

    /// The unit's directory.
    pub fn dir(&self) -> &UnitDir {
        &self.inner.dir
    }

    /// How things stand now.
    pub fn status(&self) -> Status {
        let witness = WitnessStanding::read(&self.inner.dir, &self.inner.unit);
        let sealed = self.inner.desk.shelf().borrow().head;
        self.inner.live.status(&self.inner.unit, sealed, self.knows_units(), witness)
    }

    /// Waits until the first `records` records of the chain have receipts. Only a running node brings them.
    pub async fn until_recorded(&self, records: u64) {
        let mut proven = self.inner.live.proven();
        // the sender lives as long as this ward
        let _ = proven.wait_for(|proven| *proven >= records).await;
    }

    /// Whether facts can be sealed now: the journal is open and the secret of the chain's key is here.
    pub fn can_seal(&self) -> bool {
        self.inner.desk.shelf().borrow().can_seal
    }

    /// How things stand, kept up by the node.
    pub(crate) fn live(&self) -> &Live {
        &self.inner.live
    }

    /// Somebody has looked at the alarm, and at what the unit as a witness has evidence of: the files are put aside, publishing begins again, and
    /// checkpoints of a log that is as it should be are cosigned.
    ///
    /// # Errors
    /// A file cannot be renamed.
    pub fn clear_alarm(&self) -> Result<(), FileError> {
        let now_ms = clock::now_ms();
        witness::acknowledge(&self.inner.dir, now_ms)?;
        self.inner.live.clear_alarm(&self.inner.dir, now_ms)
    }

    pub(crate) fn desk(&self) -> &Desk {
        &self.inner.desk
    }

    pub(crate) fn transport_seed(&self) -> &str {
        &self.inner.transport_seed
    }

    /// Whether the units of the ledger are known here, so that drafts are held against them.
    pub fn knows_units(&self) -> bool {
        self.drafter().knows_units()
    }

    /// Checks events and seals them together: when this returns they are on the disk. Their names are in the order of the forms.
    ///
    /// `request_key` makes the request repeatable: the same key with the same events names the same records.
    ///
    /// # Errors
    /// Nothing was sealed, except when the outcome is unknown ([`SealError::Unknown`]).
    pub async fn record(
        &self,
        forms: Vec<Value>,
        request_key: Option<String>,
    ) -> Result<Vec<Sealed>, RecordError> {
        // who is in them goes into the vault: its lock and its disk are waited for beside the runtime's threads
        let ward = self.clone();
        let drafted = tokio::task::spawn_blocking(move || ward.draft(&forms, request_key.as_deref()));
        let drafts = drafted.await.map_err(|_| SealError::Stopping)??;
        Ok(self.inner.desk.seal(drafts).await?)
    }

    /// The same, for threads that may block.
    ///
    /// # Errors
    /// As [`Ward::record`].
    pub fn record_blocking(
        &self,
        forms: &[Value],
        request_key: Option<&str>,
    ) -> Result<Vec<Sealed>, RecordError> {
        let drafts = self.draft(forms, request_key)?;
        Ok(import::Seals::seal(&self.inner.desk, drafts)?)
    }

    fn draft(&self, forms: &[Value], request_key: Option<&str>) -> Result<Vec<Draft>, RecordError> {
        match forms.len() {
            0 => return Err(RecordError::Nothing),
            got if got > MAX_EVENTS => return Err(RecordError::TooMany { got }),
            _ => {}
        }
        let drafter = self.drafter();
        if forms.iter().any(|form| form.get(vault::MEMBER).is_some()) {
            // nobody is put into the vault by a request that is refused
            drafted(&drafter, forms, request_key, Some(&Trial::default()))?;
        }
        let drafts = drafted(&drafter, forms, request_key, None)?;
        drafter.settle()?;
        Ok(drafts)
    }

    /// Begins a private copy of a file to import, to be filled piece by piece.
    ///
    /// # Errors
    /// The copy cannot be made.
    pub fn begin_import(&self) -> Result<Spooling, ImportError> {
        Ok(self.inner.spool.begin()?)
    }

    /// Imports a copied file, all of it or nothing. Blocks.
    ///
    /// # Errors
    /// See [`ImportError`].
    pub fn finish_import(
        &self,
        copy: Spooling,
        format: Format,
        kind: Option<&'static KindInfo>,
    ) -> Result<Imported, ImportError> {
        let order = Order { format, kind, today: clock::today() };
        import::import(&copy.finish(), &order, &self.drafter(), &self.inner.desk)
    }

    /// Copies what a reader gives and imports it. Blocks.
    ///
    /// # Errors
    /// See [`ImportError`].
    pub fn import(
        &self,
        from: impl Read,
        name: &Path,
        format: Format,
        kind: Option<&'static KindInfo>,
    ) -> Result<Imported, ImportError> {
        let copy = self.inner.spool.copy(from, name)?;
        let order = Order { format, kind, today: clock::today() };
        import::import(&copy, &order, &self.drafter(), &self.inner.desk)
    }

    /// Replaces the sealing key and seals the rotation, if the rules allow it on the district's day.
    ///
    /// # Errors
    /// See [`SealError`].
    pub async fn rotate_key(&self, ground: v1::KeyGround) -> Result<(SealingKey, Sealed), SealError> {
        let reader = self.inner.desk.shelf().borrow().reader.clone();
        let today = self.inner.live.district_day(&reader, clock::now_ms());
        let judge = Judge { drafter: self.drafter(), today };
        self.inner.desk.rotate(ground, &self.inner.unit.config.unit, judge).await
    }

    /// Takes a newer snapshot of the ledger's units.
    ///
    /// # Errors
    /// It cannot be used; the one held before stays.
    pub fn adopt_registry(&self, bytes: &[u8]) -> Result<(), RegistryError> {
        let known = registry::keep(&self.inner.dir, bytes)?;
        let unit = &self.inner.unit;
        let vault = Arc::clone(&self.inner.vault);
        let drafter = Drafter::new(&unit.config.unit, unit.no, self.inner.ids, Some(known), vault);
        *self.inner.drafter.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(drafter);
        Ok(())
    }

    fn drafter(&self) -> Arc<Drafter> {
        self.inner.drafter.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Drafts of a request's events, or everything that is wrong with them.
fn drafted(
    drafter: &Drafter,
    forms: &[Value],
    request_key: Option<&str>,
    trial: Option<&Trial>,
) -> Result<Vec<Draft>, RecordError> {
    let today = clock::today();
    let (mut drafts, mut wrong) = (Vec::with_capacity(forms.len()), Vec::new());
    for (index, form) in forms.iter().enumerate() {
        let id = request_key.map(|key| drafter.ids().of_request(key, index as u32)); // below MAX_EVENTS
        let trial = trial.map(|trial| (trial, Where::Event(index as u32)));
        match drafter.draft(form, &Given { id, trial, ..Given::default() }, today) {
            Ok(draft) => drafts.push(draft),
            Err(problems) if forms.len() == 1 => wrong.extend(problems),
            Err(problems) => wrong.extend(problems.into_iter().map(|problem| problem.in_item(index))),
        }
    }
    if wrong.is_empty() { Ok(drafts) } else { Err(RecordError::Wrong(wrong)) }
}
