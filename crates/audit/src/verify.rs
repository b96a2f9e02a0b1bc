//! The audit itself: find, follow, replay, report.

use std::{
    fs,
    path::Path,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use socai_domain::time::vietnam_rfc3339;
use socai_fold::FoldError;
use socai_follow::{
    Fault, Kept, KeyChange, KeyChanged, Options, Progress, ReplayError, Signatures, Standing, Trust, Verified,
};
use socai_log::Reader;
use socai_tlog::{SignedCheckpoint, TreeSize};

use crate::{
    erasures,
    fault_line::{FaultLine, Outcome},
    issued::{self, ReportLine},
    models::{self, ModelsAnswer, Told},
    nil::{self, NilAnswer},
    place::{AuditError, Place},
    proof::ledger_of,
    replayed::Replayed,
    report::{Counts, KeyLine, Report, Trusted},
    said::Said,
    sightings::{KeptSightings, Reading, gather},
    witnesses::{self, OwnRoots, Unwitnessed, WitnessesAnswer},
    words::Remedy,
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
    let (verified, judged) = match Reader::open(place.log()) {
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
            let (place, trust, threads) = (&place, &trust, asked.threads);
            let ground = Ground { place, trust, reader: &reader, log: &verified, live, threads };
            let judged = match is_sound(&verified) {
                true => judged(ground, published),
                false => Judged::nothing(published, Said::new("sổ cái không đạt", "the log does not verify")),
            };
            (verified, judged)
        }
        Err(error) => {
            let faults = vec![Fault::from(error)];
            let verified = Verified { faults, faults_found: 1, ..Verified::default() };
            let why = Said::new("không mở được sổ cái", "the log cannot be opened");
            (verified, Judged { models: ModelsAnswer::not_compared(why), ..Judged::default() })
        }
    };
    let mut faults: Vec<FaultLine> = verified.faults.iter().map(FaultLine::of).collect();
    let faults_found = verified.faults_found + judged.faults_found;
    faults.extend(judged.faults);
    let outcome = Outcome::of(&faults);
    let report = Report {
        tool: format!("socai {}", env!("CARGO_PKG_VERSION")),
        audited_at: vietnam_rfc3339(now_ms()),
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
        witnesses: judged.witnesses,
        unwitnessed: judged.unwitnessed,
        sightings: judged.sightings,
        public: None,
        counts: counts(&verified),
        key_changes: key_changes(&verified, kept.as_ref().map(SignedCheckpoint::size)),
        models: judged.models,
        reports: judged.reports,
        nil: judged.nil,
        faults,
        faults_found,
        live,
        threads: asked.threads.max(1),
        seconds: started.elapsed().as_secs_f64(),
    };
    let standing = verified.standing.filter(|_| report.verified);
    Ok((report, standing))
}

/// Now, ms UTC; 0 by a clock that stands before 1970.
pub(crate) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or_default()
}

/// The checkpoint that the auditor kept, if the same operator signed it.
pub(crate) fn kept(since: &Path, trust: &Trust) -> Result<SignedCheckpoint, AuditError> {
    let unusable = |cause: String| AuditError::Since { path: since.to_owned(), cause };
    let note = fs::read(since).map_err(|error| unusable(error.to_string()))?;
    SignedCheckpoint::open(&note, [trust.note_key()]).map_err(|error| unusable(error.to_string()))
}

/// Whether the record itself holds, so that it is worth replaying.
fn is_sound(verified: &Verified) -> bool {
    verified.faults.iter().all(|fault| matches!(fault, Fault::Derived(_) | Fault::Tail { .. }))
}

/// What is judged of a record that holds: beside it, and by replaying it.
struct Judged {
    models: ModelsAnswer,
    witnesses: Option<WitnessesAnswer>,
    unwitnessed: Option<Unwitnessed>,
    sightings: Option<KeptSightings>,
    reports: Vec<ReportLine>,
    nil: Option<NilAnswer>,
    /// Of each sort at most so many as are told.
    faults: Vec<FaultLine>,
    faults_found: u64,
}

impl Default for Judged {
    fn default() -> Self {
        Judged {
            models: ModelsAnswer::Absent,
            witnesses: None,
            unwitnessed: None,
            sightings: None,
            reports: vec![],
            nil: None,
            faults: vec![],
            faults_found: 0,
        }
    }
}

impl Judged {
    /// Nothing can be judged, and why.
    fn nothing(published: Option<Told>, why: Said) -> Self {
        let models = published.map_or(ModelsAnswer::Absent, |_| ModelsAnswer::not_compared(why));
        Judged { models, ..Judged::default() }
    }

    /// Adds faults; of those found perhaps not all are told.
    fn tell(&mut self, found: usize, told: impl Iterator<Item = FaultLine>) {
        self.faults_found += found as u64;
        self.faults.extend(told);
    }
}

/// What is judged, and how far it was verified.
#[derive(Clone, Copy)]
struct Ground<'a> {
    place: &'a Place,
    trust: &'a Trust,
    reader: &'a Reader,
    log: &'a Verified,
    live: bool,
    threads: usize,
}

/// Judges a record that holds. After a verification of what is new alone nothing is replayed: erasures and witnesses are judged as ever.
fn judged(ground: Ground<'_>, published: Option<Told>) -> Judged {
    let Ground { place, trust, reader, log, live, .. } = ground;
    let digest_at = published.as_ref().and_then(|told| told.digest_at(log.size));
    let mut again = (log.skipped == TreeSize(0)).then(|| {
        let mut replayed = Replayed::new(reader, digest_at);
        let reports = issued::recompute(reader, &mut replayed, log.size);
        (replayed, reports)
    });
    let known = again.as_ref().filter(|(_, reports)| reports.is_ok()).map(|(replayed, _)| replayed.fold());
    let nil = known.map(|fold| nil::judge(reader, fold)).transpose();
    let erasures = erasures::faults(reader, log, live, known, MAX_ERASURES);
    let (models, models_fault) = match (published, &again) {
        (None, _) => ModelsAnswer::Absent.alone(),
        (Some(published), Some((replayed, reports))) => {
            models::compare(published, reader, log, reports.as_ref().map(|_| replayed.digest()))
        }
        (Some(_), None) => {
            let why = Said::new("chỉ kiểm phần mới", "only what is new was gone over");
            ModelsAnswer::not_compared(why).alone()
        }
    };
    let own = OwnRoots::new(reader, place, trust.origin(), ground.threads);
    let (witnesses, witnesses_fault) = witnesses::judge(place, trust, &own, log);
    let unwitnessed = witnesses::unwitnessed(trust, reader, log, witnesses.as_ref());
    let mut judged = Judged { models, witnesses, unwitnessed, ..Judged::default() };
    judged.tell(erasures.found, erasures.first.into_iter());
    if trust.policy().asks_for_witnesses() {
        let seen = gather(place, ground.reading(&own));
        judged.tell(seen.faults_found as usize, seen.faults.into_iter());
        judged.sightings = Some(seen.kept);
    }
    let more: Vec<FaultLine> = witnesses_fault.into_iter().chain(models_fault).collect();
    judged.tell(more.len(), more.into_iter());
    match (again.take().map(|(_, reports)| reports), nil) {
        (Some(Ok(reports)), Ok(nil)) => {
            let more: Vec<FaultLine> = reports.iter().flat_map(ReportLine::faults).collect();
            judged.tell(more.len(), more.into_iter());
            (judged.reports, judged.nil) = (reports, nil);
        }
        // whatever else was told: nobody would know otherwise why there is nothing about reports
        (Some(Err(error)), _) | (_, Err(error)) => judged.tell(1, [not_replayed(error, log)].into_iter()),
        (None, Ok(_)) => {}
    }
    judged
}

/// That the record could not be replayed, so that nothing is said of reports and declarations. A replay looks records up by the derived files: where those are
/// faulty, which is told already, what mends them mends this too.
fn not_replayed(error: ReplayError, log: &Verified) -> FaultLine {
    let said = Said::new(
        format!("không phát lại được, nên chưa đối chiếu báo cáo và khai báo không phát sinh: {error}"),
        format!("cannot be replayed, so that reports and nil declarations were not compared: {error}"),
    );
    let by_lookup = matches!(error, ReplayError::Log(_) | ReplayError::Fold(FoldError::Facts(_)));
    let mends = |fault: &Fault| matches!(fault, Fault::Derived(fault) if fault.what.is_repaired_by_start());
    let by_derived = by_lookup && log.faults.iter().any(mends);
    let fault = match error {
        ReplayError::Log(error) => FaultLine::of(&Fault::from(error)),
        other => FaultLine::new("replay", Said::same(other), Remedy::Restore.said()),
    };
    let remedy = match (by_derived, fault.unreadable) {
        (true, _) => Remedy::Start,
        (false, true) => Remedy::Read,
        (false, false) => Remedy::Restore,
    };
    FaultLine {
        file: fault.file,
        offset: fault.offset,
        record: fault.record,
        repaired_by_start: by_derived,
        unreadable: fault.unreadable,
        ..FaultLine::new("replay", said, remedy.said())
    }
}

impl<'a> Ground<'a> {
    fn reading(self, own: &'a OwnRoots<'a>) -> Reading<'a> {
        let Ground { trust, log, live, threads, .. } = self;
        let (policy, origin) = (trust.policy(), trust.origin());
        Reading { own, policy, origin, size: log.size, from: log.skipped, threads, live }
    }
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

pub(crate) fn trusted(trust: &Trust) -> Trusted {
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
