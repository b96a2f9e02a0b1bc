//! The audit itself: find, follow, replay, report.

use std::{path::Path, time::Instant};

use socai_domain::time::vietnam_rfc3339;
use socai_follow::{Fault, Options, Progress, Trust, Verified};
use socai_log::Reader;

use crate::{
    models::{self, ModelsAnswer},
    place::{AuditError, Place},
    report::{Counts, FaultLine, Report, Trusted},
};

/// Verifies everything there is of a ledger: its log, and its models' published digest.
///
/// `policy` is what the auditor brought along; without it the key found with the ledger is believed, and the report says so.
///
/// # Errors
/// There is no ledger or nobody to believe; what is wrong with the ledger itself is in the report.
pub fn verify(
    ledger: &Path,
    policy: Option<&Path>,
    threads: usize,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report, AuditError> {
    let started = Instant::now();
    let place = Place::find(ledger)?;
    let trust = match policy {
        Some(policy) => Trust::pinned(policy)?,
        None => Trust::found_with(&place.policy())?,
    };
    let live = place.is_live();
    let (verified, models, extra) = match Reader::open(place.log()) {
        Ok(reader) => {
            let verified =
                socai_follow::verify(&reader, &trust, Options { threads, is_live: live }, progress);
            let (models, extra) = models_of(&place, &reader, &verified, live);
            (verified, models, extra)
        }
        Err(error) => {
            let faults = vec![Fault::from(error)];
            (Verified { faults, faults_found: 1, ..Verified::default() }, ModelsAnswer::Absent, None)
        }
    };
    let mut report = report(&trust, &verified, models, live);
    report.faults.extend(extra);
    report.faults_found = report.faults_found.max(report.faults.len() as u64);
    report.verified = report.faults.is_empty();
    report.seconds = started.elapsed().as_secs_f64();
    Ok(report)
}

/// The models against a replay; only a log that verifies is worth replaying.
fn models_of(
    place: &Place,
    reader: &Reader,
    verified: &Verified,
    live: bool,
) -> (ModelsAnswer, Option<FaultLine>) {
    let whole = verified.faults.iter().all(Fault::is_repaired_by_start);
    let Some(dir) = place.models().filter(|_| whole) else { return (ModelsAnswer::Absent, None) };
    let file = Some(dir.join("published").display().to_string());
    let fault =
        |what: String| FaultLine { what, file, offset: None, repaired_by_start: true, unreadable: false };
    match models::compare(reader, &dir, verified.size, live) {
        Ok(Ok(answer)) => (answer, None),
        Ok(Err(differs)) => (ModelsAnswer::Differs, Some(fault(differs.to_string()))),
        Err(error) => (ModelsAnswer::Differs, Some(fault(error.to_string()))),
    }
}

fn report(trust: &Trust, verified: &Verified, models: ModelsAnswer, live: bool) -> Report {
    Report {
        verified: verified.holds(),
        ledger: trust.origin().to_string(),
        size: verified.size.0,
        root: verified.root.map(|root| root.to_string()),
        checkpoint: String::from_utf8_lossy(&verified.checkpoint).into_owned(),
        received_at: vietnam_rfc3339(verified.received_at_ms),
        trust: Trusted {
            operator: trust.note_key().to_string(),
            policy: trust.source().display().to_string(),
            pinned: trust.is_pinned(),
        },
        counts: Counts {
            units: verified.units,
            commits: verified.commits,
            signatures: verified.signatures,
            annexes: verified.annexes,
            erased_annexes: verified.erased_annexes,
            absent_annexes: verified.absent_annexes,
            volume_bytes: verified.volume_bytes,
            annex_bytes: verified.annex_bytes,
            derived_bytes: verified.derived_bytes,
        },
        models,
        faults: verified.faults.iter().map(line).collect(),
        faults_found: verified.faults_found,
        live,
        seconds: 0.0,
    }
}

fn line(fault: &Fault) -> FaultLine {
    FaultLine {
        what: fault.to_string(),
        file: fault.path().map(|path| path.display().to_string()),
        offset: fault.offset(),
        repaired_by_start: fault.is_repaired_by_start(),
        unreadable: fault.is_unreadable(),
    }
}
