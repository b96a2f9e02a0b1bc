//! The audit itself: find, follow, replay, report.

use std::{path::Path, time::Instant};

use socai_domain::time::vietnam_rfc3339;
use socai_follow::{Fault, Options, Progress, Trust, Verified};
use socai_log::Reader;

use crate::{
    models::{self, ModelsAnswer},
    place::{AuditError, Place},
    proof::ledger_of,
    report::{Counts, FaultLine, Outcome, Report, Trusted},
    witnesses,
    words::{Said, words},
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
    let stated = std::fs::read(place.log().join("checkpoint")).ok().and_then(|note| ledger_of(&note));
    let trust = match policy {
        Some(policy) => Trust::pinned(policy, stated.as_deref())?,
        None => Trust::found_with(&place.policy(), stated.as_deref())?,
    };
    let live = place.is_live();
    // read before the log, which can only grow meanwhile: models are never ahead of it
    let published = place.models().map(|dir| models::published(&dir));
    let (verified, models, witnesses) = match Reader::open(place.log()) {
        Ok(reader) => {
            let options = Options { threads, is_live: live };
            let verified = socai_follow::verify(&reader, &trust, options, progress);
            let models = match published {
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
    let faults_found = verified.faults_found + more.len() as u64;
    faults.extend(more);
    let outcome = Outcome::of(&faults);
    Ok(Report {
        verified: outcome == Outcome::Verified,
        outcome,
        ledger: trust.origin().to_string(),
        directory: place.log().display().to_string(),
        size: verified.size.0,
        root: verified.root.map(|root| root.to_string()),
        checkpoint: String::from_utf8_lossy(&verified.checkpoint).into_owned(),
        received_at: vietnam_rfc3339(verified.received_at_ms),
        trust: trusted(&trust),
        witnesses,
        counts: counts(&verified),
        models,
        faults,
        faults_found,
        live,
        threads: threads.max(1),
        seconds: started.elapsed().as_secs_f64(),
    })
}

/// Whether the record itself holds, so that it is worth replaying.
fn is_sound(verified: &Verified) -> bool {
    verified.faults.iter().all(|fault| matches!(fault, Fault::Derived(_) | Fault::Tail { .. }))
}

fn not_compared(vi: &str, en: &str) -> (ModelsAnswer, Option<FaultLine>) {
    ModelsAnswer::not_compared(Said::new(vi, en)).alone()
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
