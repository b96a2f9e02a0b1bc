//! The unit as a witness of its ledger (C2SP tlog-witness): it cosigns a checkpoint that continues everything it cosigned before.
//!
//! In scope: deciding, storing, cosigning with the unit's witnessing key, one request after another. What is cosigned is on the disk before the
//! cosignature leaves: after a crash the witness has seen at least what it vouched for. Out of scope: HTTP (`socai-web`), asking for
//! cosignatures (`socai-district`).

use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use sha2::{Digest as _, Sha256};
use socai_tlog::{
    NotWitnessed, NoteKey, NoteSignature, Origin, SignedCheckpoint, SigningKey, TreeSize, WitnessKey, cosign,
    judge_checkpoint,
};

use crate::{
    clock,
    config::Unit,
    dir::{FileError, UnitDir, make_dir, read_if_there, replace},
    keys::{KeyError, Keys},
};

/// Before this time, 2020-01-01 in seconds, a clock is not set: a cosignature would be dated wrong for ever.
const CLOCK_IS_SET_AFTER_S: u64 = 1_577_836_800;

/// The unit's word on its ledger's checkpoints.
pub struct Witness {
    name: Origin,
    key: SigningKey,
    log: NoteKey,
    /// The newest checkpoint that was cosigned, with the cosignature.
    file: PathBuf,
    /// The newest checkpoint that came with a receipt: never contradicted.
    received: PathBuf,
    /// Held from reading what was seen until what is new is stored.
    deciding: Mutex<()>,
}

/// Why a checkpoint was not cosigned.
#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    /// The request, or the log behind it.
    #[error(transparent)]
    Refused(#[from] NotWitnessed),
    /// The log shows another tree than the one in this unit's receipts.
    #[error(
        "the checkpoint of size {size} has another root than the one in this unit's receipts: keep both, they are evidence of two histories"
    )]
    AgainstReceipts {
        /// The size both are of.
        size: TreeSize,
    },
    /// What was seen cannot be read, or what is new cannot be stored.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file holds something else than the unit stored.
    #[error("{}: not a checkpoint of {ledger}; bring it back from a backup, never delete it: it keeps this unit from vouching for two histories", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// The ledger.
        ledger: String,
    },
    /// A time that cannot be.
    #[error("the clock says {0} s since 1970: set it, a cosignature states the time")]
    Clock(u64),
}

impl Witness {
    /// The witness of a unit. Its name is the ledger's, a slash and the unit's number.
    ///
    /// # Errors
    /// The keys cannot be read.
    pub fn open(dir: &UnitDir, unit: &Unit) -> Result<Witness, KeyError> {
        let name = format!("{}/{}", unit.origin, unit.no);
        // an origin that leaves no room for a number names itself
        let name = Origin::new(&name).unwrap_or_else(|_| unit.origin.clone());
        let folder = dir.witness();
        make_dir(&folder)?;
        Ok(Witness {
            name,
            key: Keys::read(dir)?.witnessing().clone(),
            log: NoteKey::log(unit.origin.clone(), unit.operator),
            file: folder.join(origin_hash(&unit.origin)),
            received: dir.checkpoint(),
            deciding: Mutex::default(),
        })
    }

    /// The key that verifies its cosignatures, for policies.
    pub fn vkey(&self) -> NoteKey {
        NoteKey::witness(self.name.clone(), WitnessKey::of(&self.key))
    }

    /// Decides about a request, stores, then cosigns. Blocks on the disk.
    ///
    /// # Errors
    /// See [`WitnessError`]; nothing was cosigned.
    pub fn add_checkpoint(&self, request: &[u8]) -> Result<NoteSignature, WitnessError> {
        let _alone = self.deciding.lock().unwrap_or_else(PoisonError::into_inner); // it guards a file, whole at any time
        let mut shown = judge_checkpoint(request, &self.log, self.seen()?.as_ref())?;
        if let Some(received) = self.received()?
            && received.size() == shown.size()
            && received.root() != shown.root()
        {
            return Err(WitnessError::AgainstReceipts { size: shown.size() });
        }
        let now_s = clock::now_ms() / 1000;
        let cosigned = cosign(&shown, &self.name, &self.key, now_s);
        let cosignature =
            cosigned.filter(|_| now_s > CLOCK_IS_SET_AFTER_S).ok_or(WitnessError::Clock(now_s))?;
        shown.add(cosignature.clone());
        // a crash before this line vouches for nothing; after it, the next request is judged by what is stored here
        replace(&self.file, shown.to_string().as_bytes())?;
        Ok(cosignature)
    }

    /// The newest cosigned checkpoint of the log whose origin has this SHA-256 in hex; none if it is another log, or none was cosigned.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn newest(&self, origin_sha256: &str) -> Result<Option<Vec<u8>>, FileError> {
        match self.file.file_name().is_some_and(|name| name == origin_sha256) {
            true => read_if_there(&self.file),
            false => Ok(None),
        }
    }

    /// What was cosigned last. A witness that starts goes on from the newest checkpoint of the unit's own receipts.
    fn seen(&self) -> Result<Option<SignedCheckpoint>, WitnessError> {
        match read_if_there(&self.file)? {
            Some(note) => Ok(Some(SignedCheckpoint::open(&note, [&self.log]).map_err(|_| {
                WitnessError::Content { path: self.file.clone(), ledger: self.log.name().to_string() }
            })?)),
            None => self.received(),
        }
    }

    /// The newest checkpoint that came with a receipt. One that cannot be read says nothing: the node mends it.
    fn received(&self) -> Result<Option<SignedCheckpoint>, WitnessError> {
        let note = read_if_there(&self.received)?;
        Ok(note.and_then(|note| SignedCheckpoint::open(&note, [&self.log]).ok()))
    }
}

/// SHA-256 of an origin in hex, by which witnesses name logs.
fn origin_hash(origin: &Origin) -> String {
    hex::encode(Sha256::digest(origin.as_str()))
}

#[cfg(test)]
mod tests {
    use socai_tlog::{AddCheckpoint, Checkpoint, MemoryTree, SealingKey, leaf_hash, prove_consistency};

    use super::*;
    use crate::keys::generate;

    fn operator() -> SigningKey {
        SigningKey::from_bytes(&[1; 32])
    }

    fn origin() -> Origin {
        Origin::new("so-cai.example/thu").unwrap()
    }

    fn tree_of(size: u64) -> MemoryTree {
        let mut tree = MemoryTree::default();
        tree.extend((0..size).map(|i| leaf_hash(&i.to_be_bytes())));
        tree
    }

    fn checkpoint(size: u64) -> SignedCheckpoint {
        Checkpoint { origin: origin(), size: TreeSize(size), root: tree_of(size).root() }.sign(&operator())
    }

    fn request(old: u64, checkpoint: &SignedCheckpoint) -> Vec<u8> {
        let size = checkpoint.size();
        let proof = prove_consistency(&tree_of(size.0), TreeSize(old), size).unwrap();
        AddCheckpoint { old: TreeSize(old), proof, checkpoint: checkpoint.to_string() }
            .to_string()
            .into_bytes()
    }

    fn unit() -> (tempfile::TempDir, UnitDir, Unit) {
        let place = tempfile::tempdir().unwrap();
        let dir = UnitDir::new(place.path());
        let keys = generate(&dir).unwrap();
        let config = crate::UnitConfig {
            unit: "hn.tx.ha-dinh.1".into(),
            no: 7,
            origin: origin().to_string(),
            ledger: "thu".into(),
            operator: NoteKey::log(origin(), SealingKey::of(&operator())).to_string(),
            first_key: keys.sealing_key,
            nats: "nats://127.0.0.1:1".into(),
            listen: "127.0.0.1:0".into(),
            token: "0123456789abcdef-token".into(),
        };
        (place, dir, config.check().unwrap())
    }

    #[test]
    fn what_is_cosigned_is_stored_first_and_known_after_a_start() {
        let (_place, dir, unit) = unit();
        let witness = Witness::open(&dir, &unit).unwrap();
        let policy = format!("log {}\nwitness w {}\nquorum w\n", unit.config.operator, witness.vkey());
        let policy = socai_tlog::Policy::parse(policy.as_bytes()).unwrap();
        for (old, new) in [(0, 3), (3, 3), (3, 9)] {
            let mut cosigned = checkpoint(new);
            cosigned.add(witness.add_checkpoint(&request(old, &checkpoint(new))).unwrap());
            assert!(policy.verify(cosigned.to_string().as_bytes()).is_ok());
        }
        let again = Witness::open(&dir, &unit).unwrap();
        let refused = again.add_checkpoint(&request(3, &checkpoint(12))).unwrap_err();
        assert!(matches!(refused, WitnessError::Refused(NotWitnessed::Seen { seen: TreeSize(9) })));
        let newest = again.newest(&origin_hash(&origin())).unwrap().unwrap();
        assert_eq!(policy.verify(&newest).unwrap().checkpoint.size(), TreeSize(9));
        assert_eq!(again.newest("00").unwrap(), None);
    }

    #[test]
    fn nothing_is_cosigned_that_cannot_be_stored() {
        let (_place, dir, unit) = unit();
        let witness = Witness::open(&dir, &unit).unwrap();
        std::fs::remove_dir(dir.witness()).unwrap();
        std::fs::write(dir.witness(), "in the way").unwrap();
        let refused = witness.add_checkpoint(&request(0, &checkpoint(3))).unwrap_err();
        assert!(matches!(refused, WitnessError::File(_)), "{refused}");
    }

    #[test]
    fn a_file_that_is_damaged_stops_the_witness_rather_than_starting_anew() {
        let (_place, dir, unit) = unit();
        let witness = Witness::open(&dir, &unit).unwrap();
        witness.add_checkpoint(&request(0, &checkpoint(3))).unwrap();
        std::fs::write(&witness.file, "nonsense").unwrap();
        let refused = witness.add_checkpoint(&request(3, &checkpoint(4))).unwrap_err();
        assert!(matches!(refused, WitnessError::Content { .. }), "{refused}");
    }

    #[test]
    fn the_receipts_of_the_unit_are_never_contradicted() {
        let (_place, dir, unit) = unit();
        let witness = Witness::open(&dir, &unit).unwrap();
        // a first request goes on from what the receipts say
        std::fs::write(dir.checkpoint(), checkpoint(5).to_string()).unwrap();
        let refused = witness.add_checkpoint(&request(0, &checkpoint(6))).unwrap_err();
        assert!(matches!(refused, WitnessError::Refused(NotWitnessed::Seen { seen: TreeSize(5) })));
        witness.add_checkpoint(&request(5, &checkpoint(6))).unwrap();
        // later a receipt of another history at the size that is shown
        let other = Checkpoint { origin: origin(), size: TreeSize(8), root: leaf_hash(b"other") };
        std::fs::write(dir.checkpoint(), other.sign(&operator()).to_string()).unwrap();
        let refused = witness.add_checkpoint(&request(6, &checkpoint(8))).unwrap_err();
        assert!(matches!(refused, WitnessError::AgainstReceipts { size: TreeSize(8) }), "{refused}");
        witness.add_checkpoint(&request(6, &checkpoint(7))).unwrap();
    }

    #[test]
    fn of_many_requests_at_once_each_continues_the_one_before() {
        let (_place, dir, unit) = unit();
        let witness = Witness::open(&dir, &unit).unwrap();
        let (first, second) = (request(0, &checkpoint(3)), request(0, &checkpoint(4)));
        let witness = &witness;
        let answers: Vec<bool> = std::thread::scope(|scope| {
            let requests = [&first, &second].into_iter().cycle().take(16);
            let asked: Vec<_> = requests
                .map(|request| scope.spawn(move || witness.add_checkpoint(request).is_ok()))
                .collect();
            asked.into_iter().map(|asked| asked.join().unwrap()).collect()
        });
        assert_eq!(answers.iter().filter(|cosigned| **cosigned).count(), 1, "both are from size 0");
    }
}
