//! The audit itself: find, follow, replay, report.

use std::{fs, path::Path, time::Instant};

use socai_domain::time::vietnam_rfc3339;
use socai_follow::{
    Fault, Kept, KeyChange, KeyChanged, Options, Progress, Signatures, Standing, Trust, Verified,
};
use socai_log::Reader;
use socai_tlog::{SignedCheckpoint, TreeSize};

use crate::{
    erasures,
    models::{self, ModelsAnswer},
    place::{AuditError, Place},
    proof::ledger_of,
    report::{Counts, FaultLine, KeyLine, Outcome, Report, Trusted},
    witnesses,
    words::{Said, words},
};

/// What an auditor brought along, and how thorough to be.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The policy that pins the operator's key; without it the key found with the ledger is believed, and the report says so.
    pub policy: Option<&'a Path>,
    /// An older checkpoint that the log must still agree with: a signed note, as `log/checkpoint` is.
    pub since: Option<&'a Path>,
    /// Which signatures of units are verified.
    pub signatures: Signatures,
    /// Threads, at least one.
    pub threads: usize,
    /// What an earlier verification left: what it went over is not read again, and the report says so.
    pub standing: Option<&'a Standing>,
}

impl Default for Asked<'_> {
    /// Nothing brought along, one thread.
    fn default() -> Self {
        Asked { policy: None, since: None, signatures: Signatures::Covering, threads: 1, standing: None }
    }
}

/// The most annexes that are told one by one, as of the log's own faults.
const MAX_ERASURES: usize = 100;

/// Verifies everything there is of a ledger: its log, and its models' published digest.
///
/// # Errors
/// There is no ledger or nobody to believe; what is wrong with the ledger itself is in the report.
pub fn verify(
    ledger: &Path,
    asked: Asked<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report, AuditError> {
    verify_on(ledger, asked, progress).map(|(report, _)| report)
}

/// The same, with what the next verification needs to go on from there; nothing when the ledger does not verify.
///
/// # Errors
/// Those of [`verify`].
pub fn verify_on(
    ledger: &Path,
    asked: Asked<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<(Report, Option<Standing>), AuditError> {
    let started = Instant::now();
    let place = Place::find(ledger)?;
    let stated = fs::read(place.log().join("checkpoint")).ok().and_then(|note| ledger_of(&note));
    let trust = match asked.policy {
        Some(policy) => Trust::pinned(policy, stated.as_deref())?,
        None => Trust::found_with(&place.policy(), stated.as_deref())?,
    };
    let kept = asked.since.map(|since| kept(since, &trust)).transpose()?;
    let live = place.is_live();
    // read before the log, which can only grow meanwhile: models are never ahead of it
    let published = place.models().map(|dir| models::published(&dir));
    let mut erasures = Vec::new();
    let (verified, models, witnesses) = match Reader::open(place.log()) {
        Ok(reader) => {
            let options = Options {
                threads: asked.threads,
                is_live: live,
                signatures: asked.signatures,
                kept: kept.as_ref().map(|kept| Kept { size: kept.size(), root: *kept.root() }),
            };
            let verified = match asked.standing {
                Some(from) => socai_follow::verify_new(&reader, &trust, options, from, progress),
                None => socai_follow::verify(&reader, &trust, options, progress),
            };
            if is_sound(&verified) {
                erasures = erasures::faults(&reader, &verified, live);
            }
            let models = match published {
                Some(_) if verified.skipped.0 > 0 => {
                    not_compared("chỉ kiểm phần mới", "only what is new was gone over")
                }
                Some(published) if is_sound(&verified) => models::compare(published, &reader, &verified),
                Some(_) => not_compared("sổ cái không đạt", "the log does not verify"),
                None => ModelsAnswer::Absent.alone(),
            };
            let witnesses = match is_sound(&verified) {
                true => witnesses::judge(&place, &trust, &reader, &verified),
                false => (None, None), // there is no history to be witnessed
            };
            (verified, models, witnesses)
        }
        Err(error) => {
            let faults = vec![Fault::from(error)];
            let verified = Verified { faults, faults_found: 1, ..Verified::default() };
            (verified, not_compared("không mở được sổ cái", "the log cannot be opened"), (None, None))
        }
    };
    let ((models, models_fault), (witnesses, witnesses_fault)) = (models, witnesses);
    let more: Vec<FaultLine> = witnesses_fault.into_iter().chain(models_fault).collect();
    let mut faults: Vec<FaultLine> = verified.faults.iter().map(line).collect();
    let faults_found = verified.faults_found + (erasures.len() + more.len()) as u64;
    faults.extend(erasures.into_iter().take(MAX_ERASURES));
    faults.extend(more);
    let outcome = Outcome::of(&faults);
    let report = Report {
        verified: outcome == Outcome::Verified,
        outcome,
        ledger: trust.origin().to_string(),
        directory: place.log().display().to_string(),
        size: verified.size.0,
        root: verified.root.map(|root| root.to_string()),
        checkpoint: String::from_utf8_lossy(&verified.checkpoint).into_owned(),
        received_at: vietnam_rfc3339(verified.received_at_ms),
        trust: trusted(&trust),
        since: kept.as_ref().map(|kept| kept.size().0),
        skipped: verified.skipped.0,
        witnesses,
        counts: counts(&verified),
        key_changes: key_changes(&verified, kept.as_ref().map(SignedCheckpoint::size)),
        models,
        faults,
        faults_found,
        live,
        threads: asked.threads.max(1),
        seconds: started.elapsed().as_secs_f64(),
    };
    let standing = verified.standing.filter(|_| report.verified);
    Ok((report, standing))
}

/// The checkpoint that the auditor kept, if the same operator signed it.
fn kept(since: &Path, trust: &Trust) -> Result<SignedCheckpoint, AuditError> {
    let unusable = |cause: String| AuditError::Since { path: since.to_owned(), cause };
    let note = fs::read(since).map_err(|error| unusable(error.to_string()))?;
    SignedCheckpoint::open(&note, [trust.note_key()]).map_err(|error| unusable(error.to_string()))
}

/// Whether the record itself holds, so that it is worth replaying.
fn is_sound(verified: &Verified) -> bool {
    verified.faults.iter().all(|fault| matches!(fault, Fault::Derived(_) | Fault::Tail { .. }))
}

fn not_compared(vi: &str, en: &str) -> (ModelsAnswer, Option<FaultLine>) {
    ModelsAnswer::not_compared(Said::new(vi, en)).alone()
}

/// What an auditor should compare with papers: everything new since the last audit, else what only the operator vouches for.
fn key_changes(verified: &Verified, since: Option<TreeSize>) -> Vec<KeyLine> {
    let is_listed = |change: &&KeyChange| match since {
        Some(size) => change.leaf.0 >= size.0,
        None => change.what == KeyChanged::ByOperator,
    };
    let line = |change: &KeyChange| KeyLine {
        unit: change.unit.clone(),
        what: match change.what {
            KeyChanged::Registered => "registered",
            KeyChanged::ByUnit => "replaced_by_unit",
            KeyChanged::ByOperator => "replaced_by_operator",
        },
        record: change.name.to_string(),
        leaf: change.leaf.0,
    };
    verified.key_changes.iter().filter(is_listed).map(line).collect()
}

fn trusted(trust: &Trust) -> Trusted {
    Trusted {
        operator: trust.note_key().to_string(),
        policy: trust.source().display().to_string(),
        pinned: trust.is_pinned(),
    }
}

fn counts(verified: &Verified) -> Counts {
    Counts {
        units: verified.units,
        commits: verified.commits,
        signatures: verified.signatures,
        signatures_verified: verified.signatures_verified,
        annexes: verified.annexes,
        erased_annexes: verified.erased_annexes,
        absent_annexes: verified.absent_annexes,
        volume_bytes: verified.volume_bytes,
        annex_bytes: verified.annex_bytes,
        derived_bytes: verified.derived_bytes,
    }
}

fn line(fault: &Fault) -> FaultLine {
    let (code, what, remedy) = words(fault);
    FaultLine {
        file: fault.path().map(|path| path.display().to_string()),
        offset: fault.offset(),
        record: fault.name().map(|name| name.to_string()),
        repaired_by_start: fault.is_repaired_by_start(),
        unreadable: fault.is_unreadable(),
        ..FaultLine::new(code, what, remedy.said())
    }
}
