//! Checking a proof with the file, a policy and no network.

use std::path::Path;

use prost::Message as _;
use socai_domain::time::vietnam_rfc3339;
use socai_follow::Trust;
use socai_proto::{json, v1};
use socai_tlog::{
    AddCheckpoint, Checkpoint, Evidence, Note, NoteKey, Opened, Policy, PolicyLog, ProofFile, SealingKey,
    SignedCheckpoint, link,
};

use super::{
    Continued, NotProven, Proven, ProvenRecord, Witnessed,
    proven::not_signed_vi,
    signer::{OPERATOR, signer},
};
use crate::report::Trusted;

/// Whether a file is a consistency proof rather than a record's.
#[must_use]
pub fn is_consistency(file: &[u8]) -> bool {
    file.starts_with(b"old ")
}

/// Checks a record's proof file. Without a policy the key in the file is believed, and the answer says so.
///
/// # Errors
/// What does not hold.
pub fn check_record(file: &[u8], trust: Option<&Trust>) -> Result<Proven, NotProven> {
    let proof = ProofFile::parse(file)?;
    let evidence = Evidence::parse(proof.extra.clone().unwrap_or_default().into())?;
    let believed = match trust {
        Some(trust) => trust.policy().clone(),
        None => own_policy(&proof, &evidence)?,
    };
    let opened = proof.verify(&evidence.entry.leaf_hash(), &believed)?;
    let operator = operator_of(&believed, &opened)?;
    let header = evidence.header()?;
    let covering = evidence.covering()?;
    let signer = signer(&evidence, &header, proof.index, &opened.checkpoint, &operator)?;
    let origin = &opened.checkpoint.checkpoint().origin;
    if !covering.is_by(origin, &signer.key) {
        let (name, last) = (header.name(), covering.last);
        return Err(NotProven::new(
            "signature",
            format!(
                "chữ ký ở bản ghi {last}, bao trùm {name}, không phải của khóa {} của đơn vị",
                signer.key
            ),
            format!(
                "the signature with {last}, which covers {name}, was not made with the key {} of its unit",
                signer.key
            ),
        ));
    }
    let key = NoteKey::log(origin.clone(), operator);
    Ok(Proven {
        ledger: origin.to_string(),
        trust: trusted(&key, trust),
        size: opened.checkpoint.size().0,
        root: opened.checkpoint.root().to_string(),
        witnessed_by: witnessed(&opened),
        record: ProvenRecord {
            name: header.name().to_string(),
            leaf: proof.index.0,
            received_at: vietnam_rfc3339(evidence.entry.received_at_ms),
            recorded_at: vietnam_rfc3339(header.recorded_at_ms),
            event: event(&evidence, &signer.id),
            unit: signer.id,
            sealing_key: signer.key.to_string(),
            signed_with: covering.last.to_string(),
            link: link(&evidence.entry.header_bytes).to_string(),
        },
    })
}

/// Checks that the checkpoint of a consistency proof continues `older`, a checkpoint that the reader kept.
///
/// # Errors
/// What does not hold.
pub fn check_consistency(file: &[u8], older: &[u8], trust: &Trust) -> Result<Continued, NotProven> {
    let proof = AddCheckpoint::parse(file)?;
    let older = trust.policy().open(older).map_err(|error| {
        let vi = format!("mốc cũ: {}", not_signed_vi(&error));
        NotProven::new("checkpoint", vi, format!("the older checkpoint: {error}"))
    })?;
    let opened = proof.verify(&older.checkpoint, trust.policy())?;
    let origin = &opened.checkpoint.checkpoint().origin;
    let key = NoteKey::log(origin.clone(), operator_of(trust.policy(), &opened)?);
    Ok(Continued {
        ledger: origin.to_string(),
        trust: trusted(&key, Some(trust)),
        old_size: older.checkpoint.size().0,
        old_root: older.checkpoint.root().to_string(),
        size: opened.checkpoint.size().0,
        root: opened.checkpoint.root().to_string(),
        witnessed_by: witnessed(&opened),
    })
}

/// Believes the key that the file itself names.
fn own_policy(proof: &ProofFile, evidence: &Evidence) -> Result<Policy, NotProven> {
    let no_checkpoint = |error: &dyn std::fmt::Display| {
        NotProven::new("checkpoint", "không phải một mốc đã ký", format!("no checkpoint: {error}"))
    };
    let note = Note::parse(proof.checkpoint.as_bytes()).map_err(|error| no_checkpoint(&error))?;
    let origin = Checkpoint::parse(note.text()).map_err(|error| no_checkpoint(&error))?.origin;
    let key = SealingKey::from_bytes(&evidence.operator).map_err(|error| no_checkpoint(&error))?;
    let log = PolicyLog { key: NoteKey::log(origin, key), url: None };
    Policy::threshold(log, Vec::new(), 0).map_err(|error| no_checkpoint(&error))
}

/// The key of the log that signed the checkpoint.
fn operator_of(policy: &Policy, opened: &Opened) -> Result<SealingKey, NotProven> {
    let origin = &opened.checkpoint.checkpoint().origin;
    let signed = |key: &NoteKey| {
        key.name() == origin
            && SignedCheckpoint::open(opened.checkpoint.to_string().as_bytes(), [key]).is_ok()
    };
    let log = policy.logs().iter().map(|log| &log.key).find(|key| signed(key));
    let unsigned = || {
        NotProven::new(
            "checkpoint",
            "mốc không do sổ cái nào của policy ký",
            "no log of the policy signed it",
        )
    };
    log.and_then(NoteKey::log_key).copied().ok_or_else(unsigned)
}

fn trusted(key: &NoteKey, trust: Option<&Trust>) -> Trusted {
    Trusted {
        operator: key.to_string(),
        policy: trust.map_or_else(String::new, |trust| trust.source().display().to_string()),
        pinned: trust.is_some_and(Trust::is_pinned),
    }
}

pub(crate) fn witnessed(opened: &Opened) -> Vec<Witnessed> {
    let word = |by: &socai_tlog::Cosigned| Witnessed {
        witness: by.witness.clone(),
        at: vietnam_rfc3339(by.time_s.saturating_mul(1000)),
    };
    opened.witnessed_by.iter().map(word).collect()
}

fn event(evidence: &Evidence, unit: &str) -> Option<serde_json::Value> {
    if evidence.facts.is_empty() {
        return None;
    }
    let event = v1::Event::decode(evidence.facts.clone()).ok()?;
    Some(json::event_to_json(&event, None, Some(unit).filter(|unit| *unit != OPERATOR)))
}

/// The name a checkpoint gives its ledger; nothing is verified.
pub(crate) fn ledger_of(note: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(note).ok()?;
    Some(text.lines().next()?.to_owned())
}

/// The policy in a file, for the ledger that a proof is of.
///
/// # Errors
/// The file cannot be read, is no policy, or names no such log.
pub fn policy_for(file: &[u8], policy: &Path) -> Result<Trust, socai_follow::TrustError> {
    let text = std::str::from_utf8(file).unwrap_or_default();
    let ledger = text.split_once("\n\n").and_then(|(_, note)| ledger_of(note.as_bytes()));
    Trust::pinned(policy, ledger.as_deref())
}
