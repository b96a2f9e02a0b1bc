//! Watching a live ledger: look after look against the last checkpoint that was good.
//!
//! A *whole* look verifies every byte, with the kept checkpoint as `--since`: the first one, and one every so often, after at least nine times as
//! long as the last took. In the meantime a look goes on from what the last one left: it verifies what is new, and compares the published checkpoint
//! and the tree at the kept size when nothing is. What it finds odd brings the whole look forward, which alone raises an alarm.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use socai_follow::{Standing, Trust};
use socai_log::{Reader, Readers, replace_durably};
use socai_tlog::SignedCheckpoint;

use crate::{
    place::{AuditError, Place},
    report::Report,
    verify::{Asked, verify_on},
};

/// Before a second look at what did not verify: a start reads the newest volume in about a second.
const SECOND_LOOK: Duration = Duration::from_secs(3);
/// How often every byte is verified again.
const WHOLE_EVERY: Duration = Duration::from_secs(3600);
/// The least rest after a whole look, in times of what it took.
const REST: u32 = 9;

/// A watch over one ledger. What it keeps is in a directory of its own: `checkpoint`, and `policy` when nobody brought one.
#[derive(Debug)]
pub struct Watch {
    ledger: PathBuf,
    policy: PathBuf,
    kept: PathBuf,
    whole_every: Duration,
    /// When the next whole look is due; none before the first.
    whole_at: Option<Instant>,
    /// What the last good look left.
    standing: Option<Standing>,
}

/// What one look gave.
#[derive(Debug)]
pub enum Look {
    /// Nothing is new: the published checkpoint is the kept one, and the tree is still its.
    Continues,
    /// It was asked to stop before it came to a verdict.
    Stopped,
    /// What it went over verified; the kept checkpoint is the newest now.
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
            whole_every: WHOLE_EVERY,
            whole_at: None,
            standing: None,
        })
    }

    /// Verifies every byte again after this time.
    #[must_use]
    pub fn whole_every(mut self, time: Duration) -> Self {
        self.whole_every = time;
        self
    }

    /// The last good checkpoint, a signed note; none before the first good look.
    #[must_use]
    pub fn kept(&self) -> Option<String> {
        fs::read_to_string(&self.kept).ok()
    }

    /// Looks once. `wait` waits so long and says whether it was asked to stop meanwhile.
    ///
    /// # Errors
    /// There is no ledger any more, or the state or policy is of no use.
    pub fn look(&mut self, wait: &dyn Fn(Duration) -> bool) -> Result<Look, AuditError> {
        if self.whole_at.is_some_and(|at| Instant::now() < at) {
            if self.continues() {
                return Ok(Look::Continues);
            }
            if let Some(report) = self.new_alone()? {
                return Ok(Look::Verified(report));
            }
        }
        let mut report = self.whole()?;
        if !report.verified {
            // whoever starts, stops or erases just now is done by the second time: a start after a power cut publishes the newest checkpoint again
            if wait(SECOND_LOOK) {
                return Ok(Look::Stopped);
            }
            report = self.whole()?;
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

    fn whole(&mut self) -> Result<Report, AuditError> {
        let begun = Instant::now();
        let since = self.kept.exists().then_some(self.kept.as_path());
        let asked = Asked { policy: Some(&self.policy), since, ..Asked::default() };
        let verified = verify_on(&self.ledger, asked, &mut |_| ());
        let rest = (begun.elapsed() * REST).max(self.whole_every);
        self.whole_at = Some(Instant::now() + rest.min(Duration::from_secs(24 * 3600)));
        let (report, standing) = verified?;
        self.standing = standing;
        Ok(report)
    }

    /// Verifies what is new; nothing when there is no place to go on from, or something is odd.
    fn new_alone(&mut self) -> Result<Option<Box<Report>>, AuditError> {
        let Some(from) = self.standing.take() else { return Ok(None) };
        let asked = Asked {
            policy: Some(&self.policy),
            since: Some(&self.kept),
            standing: Some(&from),
            ..Asked::default()
        };
        let (report, standing) = verify_on(&self.ledger, asked, &mut |_| ())?;
        if !report.verified {
            return Ok(None);
        }
        keep(&self.kept, report.checkpoint.as_bytes())?;
        self.standing = standing;
        Ok(Some(Box::new(report)))
    }

    /// Whether the published checkpoint is the kept one and the derived files still give its tree.
    fn continues(&self) -> bool {
        let look = || -> Option<bool> {
            let log = Place::find(&self.ledger).ok()?.log().to_owned();
            let published = fs::read(log.join("checkpoint")).ok()?;
            let kept = fs::read(&self.kept).ok()?;
            let trust = Trust::pinned(&self.policy, None).ok()?;
            let signed = SignedCheckpoint::open(&kept, [trust.note_key()]).ok()?;
            let reader = Reader::open(&log).ok()?;
            let is_tree = || Some(reader.root_at(signed.size()).ok()? == *signed.root());
            Some(published == kept && reader.committed().ok()?.checkpoint == kept && is_tree()?)
        };
        look().unwrap_or(false)
    }
}

fn keeping(path: &Path, cause: io::Error) -> AuditError {
    AuditError::Kept { path: path.to_owned(), cause }
}

/// Replaces a small file whole and durably: what was pinned stays pinned.
fn keep(path: &Path, bytes: &[u8]) -> Result<(), AuditError> {
    replace_durably(path, bytes, Readers::Others).map_err(|cause| keeping(path, cause))
}
