//! What the witnesses of a policy say of a ledger: the newest checkpoint that enough of them cosigned.

use std::{collections::BTreeMap, io, sync::OnceLock};

use serde::Serialize;
use socai_domain::time::vietnam_rfc3339;
use socai_follow::{Trust, Verified};
use socai_log::{LogError, Reader, WitnessedNotes};
use socai_tlog::{Checkpoint, Hash, LeafIndex, Note, Opened, Origin, TreeSize};

use crate::{
    fault_line::FaultLine,
    place::Place,
    proof::{Witnessed, witnessed},
    said::Said,
    words::Remedy,
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
    own: &OwnRoots<'_>,
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
        Ok(opened) => match flaw(&opened, own, log) {
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
            unreadable: code == "unreadable",
            ..FaultLine::new(code, said, remedy.said())
        }),
    )
}

/// The log's own roots at the sizes that witnesses state.
pub(crate) struct OwnRoots<'a> {
    reader: &'a Reader,
    place: &'a Place,
    origin: &'a Origin,
    threads: usize,
    /// Those from the records, once a root could not be had by the derived hashes.
    of_records: OnceLock<Result<BTreeMap<TreeSize, Hash>, LogError>>,
}

impl<'a> OwnRoots<'a> {
    pub(crate) fn new(reader: &'a Reader, place: &'a Place, origin: &'a Origin, threads: usize) -> Self {
        OwnRoots { reader, place, origin, threads, of_records: OnceLock::new() }
    }

    /// The root at a size. The derived hashes give it only where they lead to the committed root; where they are damaged, the records do, in
    /// one pass for every size that is stated.
    fn at(&self, size: TreeSize) -> Result<Hash, LogError> {
        self.reader.root_at(size).or_else(|error| {
            match self
                .of_records
                .get_or_init(|| socai_follow::roots(self.reader, &self.stated(), self.threads))
            {
                Ok(roots) => roots.get(&size).copied().ok_or(error),
                Err(error) => Err(error.clone()),
            }
        })
    }

    /// Sizes that notes beside the log state, whoever signed them, as far as they are in the log.
    fn stated(&self) -> Vec<TreeSize> {
        let end = self.reader.committed().map_or(TreeSize(0), |end| end.size);
        let newest = std::fs::read(self.place.cosigned())
            .or_else(|_| std::fs::read(self.place.log().join("checkpoint")));
        let mut sizes: Vec<TreeSize> = newest.ok().and_then(|note| size_of(&note)).into_iter().collect();
        if let Ok(Some(mut notes)) = WitnessedNotes::open(&self.place.witnessed(), self.origin) {
            while let Ok(Some(note)) = notes.next_note() {
                sizes.extend(size_of(note));
            }
        }
        sizes.push(end);
        sizes.retain(|size| *size <= end);
        sizes.sort_unstable();
        sizes.dedup();
        sizes
    }
}

/// The size that a note states, unverified.
pub(crate) fn size_of(note: &[u8]) -> Option<TreeSize> {
    let note = Note::parse(note).ok()?;
    Checkpoint::parse(note.text()).ok().map(|stated| stated.size)
}

/// What a cosigned checkpoint has against the log of size `ours`; a larger one that is published by now is none of it where the log may
/// grow meanwhile.
pub(crate) fn against_log(opened: &Opened, own: &OwnRoots<'_>, ours: TreeSize, grows: bool) -> Option<Flaw> {
    let (size, root) = (opened.checkpoint.size(), opened.checkpoint.root());
    let is_published = || own.reader.committed().is_ok_and(|now| size <= now.size);
    if size > ours && !(grows && is_published()) {
        let said = Said::new(
            format!("nhân chứng đã thấy {size} mục, sổ cái chỉ có {ours}"),
            format!("witnesses saw {size} entries, the log has {ours}"),
        );
        return Some(("ahead", said, Remedy::Restore));
    }
    match own.at(size) {
        Ok(ours) if ours == *root => return None,
        Ok(_) => {}
        // no statement about the history: the log could not be read to there
        Err(error) => {
            let said = Said::new(
                format!("không đọc được gốc cây ở {size} mục của sổ cái để so với mốc này: {error}"),
                format!("the log's root at size {size} cannot be read to compare: {error}"),
            );
            return Some(("unreadable", said, Remedy::Read));
        }
    }
    let said = Said::new(
        format!("nhân chứng đã thấy một lịch sử khác: gốc cây ở {size} mục không phải của sổ cái này"),
        format!("witnesses saw another history: the root at size {size} is not this log's"),
    );
    Some(("forked", said, Remedy::Compare))
}

/// The witnesses of a checkpoint, where they are too few.
pub(crate) fn cosigners(opened: &Opened) -> Said {
    let by: Vec<&str> = opened.witnessed_by.iter().map(|by| by.witness.as_str()).collect();
    if by.is_empty() { Said::new("chưa ai", "nobody") } else { Said::same(by.join(", ")) }
}

/// What does not hold of a cosigned checkpoint: code, words, remedy.
pub(crate) type Flaw = (&'static str, Said, Remedy);

fn flaw(opened: &Opened, own: &OwnRoots<'_>, log: &Verified) -> Option<Flaw> {
    // beside a writer the log may have grown since it was verified
    if let Some(flaw) = against_log(opened, own, log.size, true) {
        return Some(flaw);
    }
    if !opened.quorum_met {
        let by = cosigners(opened);
        let said = Said::new(
            format!("không mốc nào đủ chữ ký nhân chứng theo policy; mốc mới nhất có chữ ký của: {}", by.vi),
            format!(
                "no checkpoint has the cosignatures that the policy asks for; the newest has those of: {}",
                by.en
            ),
        );
        return Some(("quorum", said, Remedy::Witnesses));
    }
    None
}
