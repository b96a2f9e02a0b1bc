//! The part of a verification that takes records one after another and knows keys.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use socai_log::{CommitRef, Item, LogError, RecordRef, State, StoredAnnex, VolumeHead};
use socai_tlog::{Checkpoint, Digest, EventName, Hash, Link, Note, TreeSize, UnitNo};

use crate::{
    claim::{Claim, Signed},
    coverage::{Coverage, Open},
    fault::Fault,
    faults::{Faults, Place},
    keys::{KeyChange, Keys},
    options::{Kept, Options, Signatures},
    trust::Trust,
    unkept::Unkept,
};

/// What the log crate cannot verify because it takes keys; everything it passes comes by here in order.
pub(crate) struct Order<'a> {
    trust: &'a Trust,
    origin_mark: Digest,
    keys: Keys,
    coverage: Coverage,
    /// Volume and path of the chunk that is passed.
    volume: u64,
    path: Arc<Path>,
    which: Signatures,
    /// The older checkpoint, until the log was found to hold it.
    kept: Option<Kept>,
    /// For each unit its last signature, while a later one may vouch for the same records.
    covering: BTreeMap<UnitNo, Claim>,
    /// Signatures to verify, since they were last taken.
    pub(crate) claims: Vec<Claim>,
    /// Annexes pointed to since they were last taken.
    pub(crate) annexes: Vec<(Place, StoredAnnex)>,
    pub(crate) faults: Faults,
    pub(crate) commits: u64,
    pub(crate) signatures: u64,
    pub(crate) signatures_verified: u64,
    pub(crate) absent_annexes: u64,
    pub(crate) absent: Vec<Unkept>,
}

impl<'a> Order<'a> {
    /// With the keys that are known where it starts.
    pub(crate) fn new(trust: &'a Trust, options: Options, keys: Keys) -> Self {
        Order {
            trust,
            origin_mark: Digest::of(trust.origin().as_str().as_bytes()),
            keys,
            coverage: Coverage::default(),
            volume: 0,
            path: Arc::from(Path::new("")),
            which: options.signatures,
            kept: options.kept,
            covering: BTreeMap::new(),
            claims: Vec::new(),
            annexes: Vec::new(),
            faults: Faults::default(),
            commits: 0,
            signatures: 0,
            signatures_verified: 0,
            absent_annexes: 0,
            absent: Vec::new(),
        }
    }

    /// Units registered so far.
    pub(crate) fn units(&self) -> u64 {
        self.keys.units()
    }

    /// The keys that are known where it ended.
    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }

    /// What the log said about units and keys.
    pub(crate) fn take_key_changes(&mut self) -> Vec<KeyChange> {
        std::mem::take(&mut self.keys.changes)
    }

    /// Says which volume the next items are of. No batch goes on from one volume into the next.
    pub(crate) fn enter(&mut self, volume: u64, path: &Path) {
        if *self.path != *path {
            self.close();
            (self.volume, self.path) = (volume, path.into());
        }
    }

    /// The end of a batch: every record of it is covered by now.
    fn close(&mut self) {
        for open in self.coverage.close() {
            self.uncovered(open);
        }
    }

    /// The volume that is passed.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn place(&self, offset: u64) -> Place {
        Place { volume: self.volume, offset }
    }

    /// Takes the next item; an error when nothing behind it can be believed.
    #[inline]
    pub(crate) fn item(&mut self, state: &State, offset: u64, item: &Item<'_>) -> Result<(), Fault> {
        match item {
            Item::Record(record) => {
                self.record(state, offset, record);
                Ok(())
            }
            Item::Commit(commit) => self.commit(offset, commit),
            Item::Head(head) => self.head(offset, head),
            Item::End(_) => Ok(()),
        }
    }

    #[inline]
    fn record(&mut self, state: &State, offset: u64, record: &RecordRef<'_>) {
        let (name, place) = (record.name(), self.place(offset));
        if name.seq.0 == 0 {
            self.first_of_unit(place, record);
        }
        if let Some(first) = self.coverage.record(name, place, record.signature().is_some())
            && let (Some(signature), Some(head)) = (record.signature(), state.head(name.unit))
        {
            self.signed(place, name, (head.link, signature), first);
        }
        if record.has_annex() {
            match record.annex_at() {
                Some(at) => {
                    let (leaf, digest) = (record.leaf(), record.annex_digest());
                    self.annexes.push((place, StoredAnnex { leaf, name, at, digest }));
                }
                None => {
                    self.absent_annexes += 1;
                    self.absent.push(Unkept::absent(place, name));
                }
            }
        }
        if (name.unit == UnitNo::OPERATOR || record.rotates_key())
            && let Some(reason) = self.keys.follow(record, state, self.trust)
        {
            let path = self.path.to_path_buf();
            self.faults.add(place, Fault::Evidence { path, offset, name, reason });
        }
    }

    /// A chain begins at the genesis of this ledger, for a key that was registered before.
    #[cold]
    fn first_of_unit(&mut self, place: Place, record: &RecordRef<'_>) {
        let (name, path, offset) = (record.name(), self.path.to_path_buf(), place.offset);
        match self.keys.genesis(name.unit, self.trust) {
            None => self.faults.add(place, Fault::Unregistered { path, offset, name, unit: name.unit }),
            Some(genesis) if genesis != record.prev() => {
                let origin = self.trust.origin().to_string();
                self.faults.add(place, Fault::Genesis { path, offset, name, origin });
            }
            Some(_) => {}
        }
    }

    /// A signature covers everything of its unit since the one before, if one key covers all of it: a new key does not vouch
    /// for the record that brought it in.
    fn signed(&mut self, place: Place, name: EventName, (link, signature): (Link, &[u8; 64]), first: Open) {
        let Some(key) = self.keys.covering(name, self.trust) else {
            if name.seq.0 > 0 {
                let (path, offset) = (self.path.to_path_buf(), place.offset);
                self.faults.add(place, Fault::Unregistered { path, offset, name, unit: name.unit });
            }
            return;
        };
        if first.name != name && self.keys.covering(first.name, self.trust) != Some(key) {
            self.uncovered(first);
        }
        let signed = Signed::Segment { name, link, signature: Box::new(*signature), key: Box::new(key) };
        self.signatures += 1;
        let claim = self.claim(place, signed);
        if self.which == Signatures::Every {
            return self.verify(claim);
        }
        let is_of_another_key =
            self.covering.insert(name.unit, claim).filter(|before| before.key() != Some(&key));
        if let Some(last_of_its_key) = is_of_another_key {
            self.verify(last_of_its_key);
        }
    }

    /// The end of the log: the last signature of each unit is the one that covers.
    pub(crate) fn cover(&mut self) {
        for (_, claim) in std::mem::take(&mut self.covering) {
            self.verify(claim);
        }
    }

    fn verify(&mut self, claim: Claim) {
        self.signatures_verified += 1;
        self.claims.push(claim);
    }

    #[cold]
    fn uncovered(&mut self, open: Open) {
        let (path, offset) = (self.path.to_path_buf(), open.place.offset);
        self.faults.add(open.place, Fault::Uncovered { path, offset, name: open.name });
    }

    fn commit(&mut self, offset: u64, commit: &CommitRef<'_>) -> Result<(), Fault> {
        self.close();
        self.commits += 1;
        let place = self.place(offset);
        if let Some(kept) = self.kept.take_if(|kept| kept.size <= commit.size) {
            self.compare(kept, offset, commit);
        }
        let signed = Signed::Checkpoint { size: commit.size, note: commit.checkpoint.to_vec() };
        let claim = self.claim(place, signed);
        self.claims.push(claim);
        // the key and the ledger's name stand or fall with the first checkpoint, so nobody waits for the others
        match self.commits {
            1 => self.claims.pop().and_then(|first| first.fault(self.trust)).map_or(Ok(()), Err),
            _ => Ok(()),
        }
    }

    /// Every checkpoint is of a commit, so the one that was kept must be met again, with the same root.
    #[cold]
    fn compare(&mut self, kept: Kept, offset: u64, commit: &CommitRef<'_>) {
        let found = root_of(commit.checkpoint).filter(|_| commit.size == kept.size);
        if found != Some(kept.root) {
            let (path, place) = (self.path.to_path_buf(), self.place(offset));
            self.faults.add(place, Fault::Rewritten { path, offset, kept });
        }
    }

    /// After the last commit: the log may not be shorter than what was kept of it.
    pub(crate) fn check_kept(&mut self, found: TreeSize) {
        if let Some(kept) = self.kept {
            let path = self.path.to_path_buf();
            self.faults.add(Place::BEHIND, Fault::RolledBack { path, kept: kept.size, found });
        }
    }

    fn head(&mut self, offset: u64, head: &VolumeHead) -> Result<(), Fault> {
        if head.origin != self.origin_mark {
            let expected = format!("{} ({})", self.origin_mark, self.trust.origin());
            let (path, got) = (self.path.to_path_buf(), head.origin.to_string());
            return Err(LogError::Foreign { path, what: "the ledger with origin hash", got, expected }.into());
        }
        if head.volume > 0 {
            let (size, note) = (TreeSize(head.first.0), head.checkpoint.clone());
            let claim = self.claim(self.place(offset), Signed::Checkpoint { size, note });
            self.claims.push(claim);
        }
        Ok(())
    }

    fn claim(&self, place: Place, signed: Signed) -> Claim {
        Claim { path: self.path.clone(), place, signed }
    }
}

/// The root that a checkpoint states; the replay compared it with its own.
pub(crate) fn root_of(checkpoint: &[u8]) -> Option<Hash> {
    let note = Note::parse(checkpoint).ok()?;
    Some(Checkpoint::parse(note.text()).ok()?.root)
}
