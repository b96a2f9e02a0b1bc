//! The part of a verification that takes records one after another and knows keys.

use std::{path::Path, sync::Arc};

use socai_log::{CommitRef, Item, LogError, RecordRef, State, StoredAnnex, VolumeHead};
use socai_tlog::{Digest, EventName, Link, TreeSize, UnitNo};

use crate::{
    claim::{Claim, Signed},
    coverage::{Coverage, Open},
    fault::Fault,
    faults::{Faults, Place},
    keys::Keys,
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
    /// Signatures found since they were last taken.
    pub(crate) claims: Vec<Claim>,
    /// Annexes pointed to since they were last taken.
    pub(crate) annexes: Vec<(Place, StoredAnnex)>,
    pub(crate) faults: Faults,
    pub(crate) commits: u64,
    pub(crate) signatures: u64,
    pub(crate) absent_annexes: u64,
    pub(crate) absent: Vec<Unkept>,
}

impl<'a> Order<'a> {
    pub(crate) fn new(trust: &'a Trust) -> Self {
        Order {
            trust,
            origin_mark: Digest::of(trust.origin().as_str().as_bytes()),
            keys: Keys::new(),
            coverage: Coverage::default(),
            volume: 0,
            path: Arc::from(Path::new("")),
            claims: Vec::new(),
            annexes: Vec::new(),
            faults: Faults::default(),
            commits: 0,
            signatures: 0,
            absent_annexes: 0,
            absent: Vec::new(),
        }
    }

    /// Units registered so far.
    pub(crate) fn units(&self) -> u64 {
        self.keys.units()
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
        self.claim(place, signed);
        self.signatures += 1;
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
        let signed = Signed::Checkpoint { size: commit.size, note: commit.checkpoint.to_vec() };
        self.claim(place, signed);
        // the key and the ledger's name stand or fall with the first checkpoint, so nobody waits for the others
        match self.commits {
            1 => self.claims.pop().and_then(|first| first.fault(self.trust)).map_or(Ok(()), Err),
            _ => Ok(()),
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
            self.claim(self.place(offset), Signed::Checkpoint { size, note });
        }
        Ok(())
    }

    fn claim(&mut self, place: Place, signed: Signed) {
        self.claims.push(Claim { path: self.path.clone(), place, signed });
    }
}
