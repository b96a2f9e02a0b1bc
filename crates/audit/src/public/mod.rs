//! What everybody may see of a ledger, verified without a token: its checkpoint, its tiles and its entries (C2SP tlog-tiles).
//!
//! In scope: signatures of the operator and of witnesses on the checkpoint, every entry and its leaf hash, every hash of every tile, the root, each
//! unit's chain of headers, the operator's own seals, an older checkpoint. Out of scope, and the report says so each time: whatever lies in facts,
//! annexes, models and files, which the public does not get. No more than a tile of each level is held.

pub(crate) mod answer;
mod fetch;
mod walk;

use std::{
    path::Path,
    thread,
    time::{Duration, Instant},
};

use socai_domain::time::vietnam_rfc3339;
use socai_follow::{Progress, Trust};
use socai_tlog::{Opened, SignedCheckpoint};

use crate::{
    fault_line::{FaultLine, Outcome},
    models::ModelsAnswer,
    place::AuditError,
    proof::{ledger_of, witnessed},
    report::{Counts, Report},
    said::Said,
    verify::{kept, now_ms, trusted},
    witnesses::{WitnessesAnswer, cosigners},
    words::Remedy,
};

use answer::UNSEEN;
pub use answer::{Public, Unseen};
pub use fetch::Tiles;
use walk::Walk;

/// The longest checkpoint that is read.
const MAX_CHECKPOINT: usize = socai_tlog::MAX_NOTE_LEN;
/// How long witnesses may take until the newest checkpoint is served with their cosignatures.
const WITNESSED_WITHIN: Duration = Duration::from_secs(10);
/// How often is asked meanwhile.
const ASK_EVERY: Duration = Duration::from_millis(200);

/// Verifies what a ledger shows everybody, under the keys of the policy that the auditor brings.
///
/// # Errors
/// There is nobody to believe, or nothing at the address; what is wrong with the ledger is in the report.
pub fn verify_public(
    tiles: &dyn Tiles,
    policy: &Path,
    since: Option<&Path>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report, AuditError> {
    let started = Instant::now();
    let note = checkpoint(tiles)?;
    let trust = Trust::pinned(policy, ledger_of(&note).as_deref())?;
    let kept = since.map(|since| kept(since, &trust)).transpose()?;
    let mut report = Report {
        tool: format!("socai {}", env!("CARGO_PKG_VERSION")),
        audited_at: String::new(),
        verified: false,
        outcome: Outcome::DoesNotVerify,
        ledger: trust.origin().to_string(),
        directory: tiles.address().to_owned(),
        size: 0,
        root: None,
        checkpoint: String::from_utf8_lossy(&note).into_owned(),
        received_at: vietnam_rfc3339(0),
        trust: trusted(&trust),
        since: kept.as_ref().map(|kept| kept.size().0),
        skipped: 0,
        witnesses: None,
        unwitnessed: None,
        sightings: None,
        public: Some(Public { unseen: UNSEEN.to_vec(), ..Public::default() }),
        counts: Counts::default(),
        key_changes: vec![],
        models: ModelsAnswer::Absent,
        reports: vec![],
        nil: None,
        faults: vec![],
        faults_found: 0,
        live: false,
        threads: 1,
        seconds: 0.0,
    };
    match open(tiles, &note, &trust) {
        Ok((note, opened)) => {
            report.checkpoint = String::from_utf8_lossy(&note).into_owned();
            over(tiles, &trust, &opened, kept.as_ref(), &mut report, progress);
        }
        Err(fault) => report.faults.push(*fault),
    }
    report.faults_found = report.faults_found.max(report.faults.len() as u64);
    report.outcome = Outcome::of(&report.faults);
    report.verified = report.outcome == Outcome::Verified;
    report.audited_at = vietnam_rfc3339(now_ms());
    report.seconds = started.elapsed().as_secs_f64();
    Ok(report)
}

fn checkpoint(tiles: &dyn Tiles) -> Result<Vec<u8>, AuditError> {
    let unreachable = |why: String| AuditError::Unreachable { address: tiles.address().to_owned(), why };
    let none = || "no checkpoint of a ledger here".to_owned();
    tiles.get("checkpoint", MAX_CHECKPOINT).and_then(|note| note.ok_or_else(none)).map_err(unreachable)
}

/// The checkpoint under the policy. Cosignatures follow the commit by some milliseconds: they are waited for.
fn open(tiles: &dyn Tiles, note: &[u8], trust: &Trust) -> Result<(Vec<u8>, Opened), Box<FaultLine>> {
    let of = |note: &[u8]| {
        trust.policy().open(note).map_err(|error| {
            let said = Said::new(
                format!("mốc không đúng: {error}"),
                format!("the checkpoint does not verify: {error}"),
            );
            Box::new(FaultLine {
                file: Some("checkpoint".to_owned()),
                ..FaultLine::new("checkpoint", said, Remedy::Key.said())
            })
        })
    };
    let (mut note, mut opened) = (note.to_vec(), of(note)?);
    let deadline = Instant::now() + WITNESSED_WITHIN;
    while trust.policy().asks_for_witnesses() && !opened.quorum_met && Instant::now() < deadline {
        thread::sleep(ASK_EVERY);
        let Ok(Some(newer)) = tiles.get("checkpoint", MAX_CHECKPOINT) else { break };
        opened = of(&newer)?;
        note = newer;
    }
    Ok((note, opened))
}

/// Goes over everything below the checkpoint.
fn over(
    tiles: &dyn Tiles,
    trust: &Trust,
    opened: &Opened,
    kept: Option<&SignedCheckpoint>,
    report: &mut Report,
    progress: &mut dyn FnMut(Progress),
) {
    let (size, root) = (opened.checkpoint.size(), *opened.checkpoint.root());
    let mut walk = Walk::new(tiles, trust, kept);
    walk.whole(size, &root, progress);
    if trust.policy().asks_for_witnesses() {
        match opened.quorum_met {
            true => report.witnesses = Some(WitnessesAnswer { size: size.0, by: witnessed(opened) }),
            false => walk.tell(too_few(opened)),
        }
    }
    report.size = walk.size().0;
    report.root = walk.is_whole().then(|| root.to_string());
    report.received_at = vietnam_rfc3339(walk.received_at_ms());
    report.faults_found = walk.faults_found();
    let (public, faults) = walk.end();
    report.public = Some(Public { unseen: UNSEEN.to_vec(), ..public });
    report.faults = faults;
}

fn too_few(opened: &Opened) -> FaultLine {
    let by = cosigners(opened);
    let said = Said::new(
        format!("mốc mới nhất chưa đủ chữ ký nhân chứng theo policy; đã có chữ ký của: {}", by.vi),
        format!(
            "the newest checkpoint lacks cosignatures that the policy asks for; it has those of: {}",
            by.en
        ),
    );
    FaultLine { file: Some("checkpoint".to_owned()), ..FaultLine::new("quorum", said, Remedy::Later.said()) }
}
