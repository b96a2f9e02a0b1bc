//! Cosignatures of the log's checkpoints: asked of the witnesses that `policy` names with an address, until its quorum is met.
//!
//! Units are shown every entry first (`show`): they vouch for nothing that they have not looked at. Work never waits for a witness. Each round takes the newest checkpoint, asks every witness at once and gives them [`ROUND_WITHIN`]; a
//! checkpoint with the quorum is kept in the file `cosigned` and may be relied on from then on; what it replaces goes into `witnessed` (`kept`).
//! The newest checkpoint is asked about again and again, since until when a log had not grown is worth knowing too. While there is none, what is
//! recorded is *unwitnessed since* the last one, which is told once.

mod ask;
mod kept;
mod not_cosigned;
mod show;

use std::{path::PathBuf, sync::Arc, time::Duration};

use socai_log::{Committed, LogKey, Reader};
use socai_tlog::{Checkpoint, Note, NoteSignature, Policy, SignedCheckpoint, TreeSize};
use tokio::{sync::watch, task::JoinSet, time::Instant};
use tokio_util::sync::CancellationToken;

use crate::{
    config::{ConfigError, LedgerDir, replace},
    error::DistrictError,
};
use ask::Asked;
use kept::Kept;
use not_cosigned::NotCosigned;

/// How long witnesses have to answer about one checkpoint.
const ROUND_WITHIN: Duration = Duration::from_secs(5);
/// Pause before asking again about a checkpoint that has no quorum.
const ASK_AGAIN: Duration = Duration::from_secs(2);

/// Pause before asking again about a checkpoint that everybody cosigned, while nothing new is recorded.
const ASK_ANEW: Duration = Duration::from_secs(600);

/// Those who are asked, and what they are asked for.
pub(crate) struct Witnesses {
    policy: Arc<Policy>,
    reader: Reader,
    /// The newest checkpoint with the quorum.
    cosigned: PathBuf,
    /// Those before it.
    kept: Kept,
    asked: Vec<Arc<Asked>>,
    /// Whether the last round found no quorum.
    unwitnessed: bool,
    /// The size of the newest checkpoint with the quorum.
    witnessed: watch::Sender<TreeSize>,
}

impl Witnesses {
    /// The witnesses of the ledger's policy; none when it asks for no quorum, or names nobody's address.
    ///
    /// # Errors
    /// The policy cannot be read.
    pub(crate) fn of(dir: &LedgerDir, reader: &Reader) -> Result<Option<Self>, DistrictError> {
        let path = dir.policy();
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            // it is for readers; a district can do without
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(ConfigError::io(&path)(error).into()),
        };
        let policy = Policy::parse(&bytes).map_err(|error| ConfigError::content(&path, error.to_string()))?;
        let asked = policy.witnesses().iter().filter_map(Asked::new).map(Arc::new);
        let asked: Vec<_> = asked.collect();
        let wanted = policy.asks_for_witnesses() && !asked.is_empty();
        Ok(wanted.then(|| Witnesses {
            reader: reader.clone(),
            witnessed: watch::Sender::new(cosigned_size(&dir.cosigned())),
            kept: Kept::open(dir, &policy),
            cosigned: dir.cosigned(),
            asked,
            policy: Arc::new(policy),
            unwitnessed: false,
        }))
    }

    /// The size of the newest checkpoint with the quorum, as it grows; 0 before the first.
    pub(crate) fn witnessed(&self) -> watch::Receiver<TreeSize> {
        self.witnessed.subscribe()
    }

    /// Asks about every checkpoint that is the newest when the one before is settled, until told to stop or the writer has gone.
    pub(crate) async fn collect(mut self, mut committed: watch::Receiver<TreeSize>, stop: CancellationToken) {
        loop {
            committed.borrow_and_update();
            let is_settled = tokio::select! {
                is_settled = self.round(committed.clone()) => is_settled,
                () = stop.cancelled() => return,
            };
            tokio::select! {
                changed = committed.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(if is_settled { ASK_ANEW } else { ASK_AGAIN }) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    /// One checkpoint, asked of everybody; whether it has the quorum and everybody's word.
    async fn round(&mut self, news: watch::Receiver<TreeSize>) -> bool {
        let reader = self.reader.clone();
        let committed = match tokio::task::spawn_blocking(move || reader.committed()).await {
            Ok(Ok(committed)) => Arc::new(committed),
            _ => return false, // the projector meets the same and says so
        };
        let mut rounds = JoinSet::new();
        for asked in &self.asked {
            // who has not answered the last question yet is not asked the next one
            let Ok(place) = asked.free.clone().try_acquire_owned() else { continue };
            let (asked, committed) = (asked.clone(), committed.clone());
            let (reader, policy) = (self.reader.clone(), self.policy.clone());
            rounds.spawn_blocking(move || {
                let _place = place;
                let answer = asked.ask(&reader, &committed, &policy);
                (asked, answer)
            });
        }
        self.gather(&committed, rounds, news).await
    }

    /// Takes answers as they come; stores the checkpoint from the one on that makes the quorum. Once there is one, who is slow is not waited
    /// for while a newer checkpoint is there to be asked about.
    async fn gather(
        &mut self,
        committed: &Committed,
        mut rounds: JoinSet<(Arc<Asked>, Result<NoteSignature, NotCosigned>)>,
        mut news: watch::Receiver<TreeSize>,
    ) -> bool {
        let logs = self.policy.logs().iter().map(|log| &log.key);
        let Ok(mut signed) = SignedCheckpoint::open(&committed.checkpoint, logs) else {
            tracing::error!("the policy does not name the key of this log: nobody can witness it");
            return true; // asking again changes nothing
        };
        let (mut met, mut given, mut reasons) = (false, 0, Vec::new());
        let deadline = Instant::now() + ROUND_WITHIN;
        loop {
            let answered = tokio::select! {
                answered = tokio::time::timeout_at(deadline, rounds.join_next()) => answered,
                Ok(()) = news.changed(), if met => break,
            };
            let Ok(Some(answered)) = answered else { break };
            match answered {
                Ok((_, Ok(cosignature))) => {
                    given += 1;
                    signed.add(cosignature);
                    met |= self.store_if_quorum(&signed);
                }
                Ok((asked, Err(why))) => {
                    if why.is_contradiction() {
                        tracing::error!(witness = asked.name, %why, "a witness has seen another history of this log");
                    }
                    reasons.push(format!("{}: {why}", asked.name));
                }
                Err(_) => {} // a thread that panicked gave no answer
            }
        }
        self.tell(signed.size(), met, &reasons);
        met && given == self.asked.len()
    }

    /// Keeps a checkpoint that has its quorum. A crash before this line keeps the older one, which is as true.
    fn store_if_quorum(&mut self, signed: &SignedCheckpoint) -> bool {
        let note = signed.to_string();
        let opened = self.policy.open(note.as_bytes()).ok().filter(|opened| opened.quorum_met);
        let Some(opened) = opened else { return false };
        self.kept.replace(note.as_bytes(), &opened);
        match replace(&self.cosigned, note.as_bytes()) {
            Ok(()) => {
                self.witnessed.send_replace(signed.size());
                true
            }
            Err(error) => {
                tracing::error!(%error, "the cosigned checkpoint is not stored");
                false
            }
        }
    }

    /// Says once that there is no quorum, and once that there is one again.
    fn tell(&mut self, size: TreeSize, met: bool, reasons: &[String]) {
        let was = std::mem::replace(&mut self.unwitnessed, !met);
        match (was, met) {
            (false, false) => {
                let reasons =
                    if reasons.is_empty() { "no answer in time".to_owned() } else { reasons.join("; ") };
                tracing::warn!(%size, reasons, "unwitnessed since the checkpoint of this size; recording goes on");
            }
            (true, true) => tracing::warn!(%size, "witnessed again"),
            _ => {}
        }
    }
}

/// The size that a kept checkpoint states; 0 when there is none.
/// The newest cosigned checkpoint beside a log, if it is of this operator: what units and the broker remember is heard only once they are there.
pub(crate) struct Held {
    cosigned: PathBuf,
    log: PathBuf,
    size: TreeSize,
}

impl Held {
    /// Reads it; size 0 when there is none.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn of(dir: &LedgerDir, key: &LogKey) -> Result<Self, ConfigError> {
        let (cosigned, log) = (dir.cosigned(), dir.log());
        let size = match std::fs::read(&cosigned) {
            // one that does not open under our key says nothing about our log
            Ok(note) => {
                SignedCheckpoint::open(&note, [key.note_key()]).map_or(TreeSize(0), |signed| signed.size())
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => TreeSize(0),
            Err(error) => return Err(ConfigError::io(&cosigned)(error)),
        };
        Ok(Held { cosigned, log, size })
    }

    /// An error when the log that readers find does not reach it. One that they cannot read is for recovery to judge.
    ///
    /// # Errors
    /// [`DistrictError::BehindWitnesses`].
    pub(crate) fn refuse_behind_readers(&self) -> Result<(), DistrictError> {
        let found = Reader::open(&self.log).and_then(|reader| reader.committed());
        found.map_or(Ok(()), |committed| self.refuse_behind(committed.size))
    }

    /// An error when a log of this size does not reach it.
    ///
    /// # Errors
    /// [`DistrictError::BehindWitnesses`].
    pub(crate) fn refuse_behind(&self, size: TreeSize) -> Result<(), DistrictError> {
        if self.size <= size {
            return Ok(());
        }
        let (cosigned, log) = (self.cosigned.clone(), self.log.clone());
        Err(DistrictError::BehindWitnesses { cosigned, held: self.size, size, log })
    }
}

fn cosigned_size(path: &std::path::Path) -> TreeSize {
    let note = std::fs::read(path).ok().and_then(|note| Note::parse(&note).ok());
    let stated = note.and_then(|note| Checkpoint::parse(note.text()).ok());
    stated.map_or(TreeSize(0), |stated| stated.size)
}
