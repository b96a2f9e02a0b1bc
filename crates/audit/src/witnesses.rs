//! What the witnesses of a policy say of a ledger: the newest checkpoint that enough of them cosigned.

use std::io;

use serde::Serialize;
use socai_domain::time::vietnam_rfc3339;
use socai_follow::{Trust, Verified};
use socai_log::Reader;
use socai_tlog::{LeafIndex, Opened, TreeSize};

use crate::{
    place::Place,
    proof::{Witnessed, witnessed},
    report::FaultLine,
    words::{Remedy, Said},
};

/// Up to where a ledger is witnessed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WitnessesAnswer {
    /// Entries of the cosigned checkpoint. What came later is not witnessed yet.
    pub size: u64,
    /// Who cosigned it.
    pub by: Vec<Witnessed>,
}

/// What no quorum of witnesses has cosigned yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unwitnessed {
    /// The first entry of it, which is the size that is witnessed.
    pub from: u64,
    /// When the operator received that entry, in Viet Nam.
    pub since: String,
}

/// From where on nothing is witnessed, under a policy that asks for witnesses.
pub(crate) fn unwitnessed(
    trust: &Trust,
    reader: &Reader,
    log: &Verified,
    answer: Option<&WitnessesAnswer>,
) -> Option<Unwitnessed> {
    let from = answer.map_or(0, |answer| answer.size);
    if !trust.policy().asks_for_witnesses() || from >= log.size.0 {
        return None;
    }
    let received = reader.record(LeafIndex(from)).map(|stored| vietnam_rfc3339(stored.received_at_ms));
    Some(Unwitnessed { from, since: received.unwrap_or_else(|_| "?".to_owned()) })
}

/// Looks for a checkpoint with the quorum of the policy: the one the district keeps in `cosigned`, or the log's own.
///
/// A policy without witnesses asks for nothing.
pub(crate) fn judge(
    place: &Place,
    trust: &Trust,
    reader: &Reader,
    log: &Verified,
) -> (Option<WitnessesAnswer>, Option<FaultLine>) {
    if !trust.policy().asks_for_witnesses() {
        return (None, None);
    }
    let path = place.cosigned();
    let note = match std::fs::read(&path) {
        Ok(note) => note,
        Err(error) if error.kind() == io::ErrorKind::NotFound => log.checkpoint.clone(),
        Err(error) => {
            let said = Said::new(format!("không đọc được: {error}"), format!("cannot be read: {error}"));
            let fault = FaultLine::new("unreadable", said, Remedy::Read.said());
            return (
                None,
                Some(FaultLine { file: Some(path.display().to_string()), unreadable: true, ..fault }),
            );
        }
    };
    let flaw = match trust.policy().open(&note) {
        Ok(opened) => match flaw(&opened, reader, log) {
            None => {
                let size = opened.checkpoint.size().0;
                return (Some(WitnessesAnswer { size, by: witnessed(&opened) }), None);
            }
            Some(flaw) => flaw,
        },
        Err(error) => (
            "checkpoint",
            Said::new(
                format!("mốc có chữ ký nhân chứng không đúng: {error}"),
                format!("the cosigned checkpoint does not verify: {error}"),
            ),
            Remedy::Key,
        ),
    };
    let (code, said, remedy) = flaw;
    (
        None,
        Some(FaultLine {
            file: Some(path.display().to_string()),
            ..FaultLine::new(code, said, remedy.said())
        }),
    )
}

/// What a cosigned checkpoint has against the log of size `ours`; a larger one that is published by now is none of it where the log may
/// grow meanwhile.
pub(crate) fn against_log(opened: &Opened, reader: &Reader, ours: TreeSize, grows: bool) -> Option<Flaw> {
    let (size, root) = (opened.checkpoint.size(), opened.checkpoint.root());
    let is_published = || reader.committed().is_ok_and(|now| size <= now.size);
    if size > ours && !(grows && is_published()) {
        let said = Said::new(
            format!("nhân chứng đã thấy {size} mục, sổ cái chỉ có {ours}"),
            format!("witnesses saw {size} entries, the log has {ours}"),
        );
        return Some(("ahead", said, Remedy::Restore));
    }
    if reader.root_at(size).is_ok_and(|ours| ours == *root) {
        return None;
    }
    let said = Said::new(
        format!("nhân chứng đã thấy một lịch sử khác: gốc cây ở {size} mục không phải của sổ cái này"),
        format!("witnesses saw another history: the root at size {size} is not this log's"),
    );
    Some(("forked", said, Remedy::Compare))
}

/// What does not hold of a cosigned checkpoint: code, words, remedy.
pub(crate) type Flaw = (&'static str, Said, Remedy);

fn flaw(opened: &Opened, reader: &Reader, log: &Verified) -> Option<Flaw> {
    // beside a writer the log may have grown since it was verified
    if let Some(flaw) = against_log(opened, reader, log.size, true) {
        return Some(flaw);
    }
    if !opened.quorum_met {
        let got: Vec<&str> = opened.witnessed_by.iter().map(|by| by.witness.as_str()).collect();
        return Some((
            "quorum",
            Said::new(
                format!("không mốc nào đủ chữ ký nhân chứng theo policy, chỉ có: [{}]", got.join(", ")),
                format!(
                    "no checkpoint has the cosignatures that the policy asks for, only: [{}]",
                    got.join(", ")
                ),
            ),
            Remedy::Witnesses,
        ));
    }
    None
}
