//! Watching a live ledger: look after look against the last checkpoint that was good.
//!
//! A *whole* look verifies every byte, with the kept checkpoint as `--since`; between two of them the watch rests nine times as long as the last
//! one took, so that it costs at most a tenth of one core. A *light* look in the meantime compares the published checkpoint, its signature and
//! the tree at the kept size; what it finds odd brings the whole look forward.

use std::{
    fs, io,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use socai_follow::Trust;
use socai_log::Reader;
use socai_tlog::SignedCheckpoint;

use crate::{
    place::{AuditError, Place},
    report::Report,
    verify::{Asked, verify},
};

/// Before a second look at what did not verify: a start reads the newest volume in about a second.
const SECOND_LOOK: Duration = Duration::from_secs(3);
/// Rest after a whole look, in times of what it took.
const REST: u32 = 9;

/// A watch over one ledger. What it keeps is in a directory of its own: `checkpoint`, and `policy` when nobody brought one.
#[derive(Debug)]
pub struct Watch {
    ledger: PathBuf,
    policy: PathBuf,
    kept: PathBuf,
    rest_until: Option<Instant>,
}

/// What one look gave.
#[derive(Debug)]
pub enum Look {
    /// A light look: the published checkpoint is signed and continues the kept one.
    Continues,
    /// Everything verified; the kept checkpoint is the newest now.
    Verified(Box<Report>),
    /// Nobody writes, and the next start repairs what is wrong: a crash left it. Nothing was kept.
    Repairable(Box<Report>),
    /// Not everything can be read; nothing is known to be wrong.
    Unreadable(Box<Report>),
    /// It does not verify, and did not a second time. Nothing was kept.
    Alarm(Box<Report>),
}

impl Watch {
    /// A watch that keeps its state in `state`, which is made when missing. Without a policy the one that lies beside the ledger is kept there at
    /// the first time and believed from then on, whatever becomes of the ledger's own.
    ///
    /// # Errors
    /// There is no ledger, or the state cannot be kept.
    pub fn new(ledger: &Path, policy: Option<&Path>, state: &Path) -> Result<Self, AuditError> {
        fs::create_dir_all(state).map_err(|cause| keeping(state, cause))?;
        let own = state.join("policy");
        if policy.is_none() && !own.exists() {
            let found = Place::find(ledger)?.policy();
            let bytes = fs::read(&found).map_err(|cause| keeping(&found, cause))?;
            keep(&own, &bytes)?;
        }
        Ok(Watch {
            ledger: ledger.to_owned(),
            policy: policy.map_or(own, Path::to_owned),
            kept: state.join("checkpoint"),
            rest_until: None,
        })
    }

    /// The last good checkpoint, a signed note; none before the first good look.
    #[must_use]
    pub fn kept(&self) -> Option<String> {
        fs::read_to_string(&self.kept).ok()
    }

    /// Looks once.
    ///
    /// # Errors
    /// There is no ledger any more, or the state or policy is of no use.
    pub fn look(&mut self) -> Result<Look, AuditError> {
        let is_resting = self.rest_until.is_some_and(|until| Instant::now() < until);
        if is_resting && self.continues() {
            return Ok(Look::Continues);
        }
        let mut report = self.verified()?;
        if !report.verified {
            // whoever starts, stops or erases just now is done by the second time: a start after a power cut publishes the newest checkpoint again
            thread::sleep(SECOND_LOOK);
            report = self.verified()?;
        }
        let report = Box::new(report);
        if report.verified {
            keep(&self.kept, report.checkpoint.as_bytes())?;
            return Ok(Look::Verified(report));
        }
        Ok(if report.faults.iter().all(|fault| fault.unreadable) {
            Look::Unreadable(report)
        } else if !report.live && report.faults.iter().all(|fault| fault.repaired_by_start) {
            Look::Repairable(report)
        } else {
            Look::Alarm(report)
        })
    }

    fn verified(&mut self) -> Result<Report, AuditError> {
        let begun = Instant::now();
        let since = self.kept.exists().then_some(self.kept.as_path());
        let asked = Asked { policy: Some(&self.policy), since, ..Asked::default() };
        let report = verify(&self.ledger, asked, &mut |_| ());
        self.rest_until = Some(Instant::now() + (begun.elapsed() * REST).min(Duration::from_secs(24 * 3600)));
        report
    }

    /// Whether the published checkpoint is signed and its tree goes on from the kept one, by the derived files alone.
    fn continues(&self) -> bool {
        let look = || -> Option<bool> {
            let log = Place::find(&self.ledger).ok()?.log().to_owned();
            let published = fs::read(log.join("checkpoint")).ok()?;
            let kept = fs::read(&self.kept).ok()?;
            let trust = Trust::pinned(&self.policy, None).ok()?;
            let open = |note: &[u8]| SignedCheckpoint::open(note, [trust.note_key()]).ok();
            let (published, kept) = (open(&published)?, open(&kept)?);
            let reader = Reader::open(&log).ok()?;
            Some(published.size() >= kept.size() && reader.root_at(kept.size()).ok()? == *kept.root())
        };
        look().unwrap_or(false)
    }
}

fn keeping(path: &Path, cause: io::Error) -> AuditError {
    AuditError::Kept { path: path.to_owned(), cause }
}

/// Replaces a small file whole, so that a crash leaves the one before.
fn keep(path: &Path, bytes: &[u8]) -> Result<(), AuditError> {
    let beside = path.with_extension("new");
    let write = || {
        let mut file = fs::File::create(&beside)?;
        io::Write::write_all(&mut file, bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    };
    write().map_err(|cause| keeping(path, cause))
}
