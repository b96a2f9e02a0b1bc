//! Leading a verification: reading ahead, taking results in order, handing out what they turn up.

use socai_log::{Chunk, Committed, Damage, Delta, DerivedCheck, HashedChunk, LogError, Reader, Replay, Scan};

use crate::{
    claim::Claim,
    crew::Crew,
    fault::Fault,
    faults::Place,
    keys::Keys,
    options::{Options, Progress},
    order::{Order, root_of},
    standing::Standing,
    trust::Trust,
    verified::Verified,
    work::{Done, Work},
};

/// Takes what leaves add to derived files, instead of a comparison with them.
pub(crate) type Written<'w> = &'w dyn Fn(&Delta);

/// Chunks under way for each thread: enough that nobody waits, few enough to stay small.
const CHUNKS_PER_THREAD: usize = 3;
/// Signatures handed to a thread at once: some milliseconds.
const CLAIMS_TOGETHER: usize = 32;

/// A verification under way.
pub(crate) struct Pass<'a> {
    reader: &'a Reader,
    replay: Replay,
    order: Order<'a>,
    derived: DerivedCheck,
    /// Takes the derived bytes of a copy under way, which are not compared then.
    written: Option<Written<'a>>,
    found: Verified,
    /// What was verified before and is not gone over again.
    from: Option<&'a Standing>,
    /// Volume of the last chunk and where its annexes end.
    annexes: (u64, u64),
    /// Where the annexes of that volume began that were not verified before.
    annexes_from: u64,
    /// Whether nothing stopped the pass so far.
    is_whole: bool,
}

/// Chunks read one after another until there are no more or one cannot be read.
struct Chunks<'s> {
    scan: &'s mut Scan,
    /// Room of chunks that were passed.
    spare: Vec<(Chunk, HashedChunk)>,
    /// Why reading ended early; counts once everything before it was passed.
    failed: Option<LogError>,
}

impl Chunks<'_> {
    fn next(&mut self) -> Option<Work> {
        if self.failed.is_some() {
            return None;
        }
        let (mut chunk, room) = self.spare.pop().unwrap_or_default();
        match self.scan.next_into(&mut chunk) {
            Ok(true) => Some(Work::Hash(chunk, room)),
            Ok(false) => None,
            Err(error) => {
                self.failed = Some(error);
                None
            }
        }
    }
}

impl<'a> Pass<'a> {
    pub(crate) fn new(
        reader: &'a Reader,
        trust: &'a Trust,
        options: Options,
        from: Option<&'a Standing>,
        written: Option<Written<'a>>,
    ) -> Self {
        let annexes = from.map_or((0, 0), |from| (from.stand().volume(), from.stand().annex_end()));
        let skipped = from.map(Standing::size).unwrap_or_default();
        Pass {
            reader,
            replay: from.map_or_else(Replay::from_start, |from| Replay::from_stand(from.stand())),
            order: Order::new(trust, options, from.map_or_else(Keys::new, |from| from.keys().clone())),
            derived: DerivedCheck::new(reader),
            written,
            found: Verified { skipped, ..Verified::default() },
            from,
            annexes,
            annexes_from: annexes.1,
            is_whole: true,
        }
    }

    /// Whether every frame up to the end was passed.
    pub(crate) fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Goes over every frame up to `end`.
    pub(crate) fn lead(
        &mut self,
        crew: &mut Crew<'_, Work, Done>,
        end: &Committed,
        threads: usize,
        progress: &mut dyn FnMut(Progress),
    ) {
        let frames = match self.from {
            Some(from) => self.reader.frames_behind(from.stand(), end),
            None => self.reader.every_frame(end),
        };
        let mut scan = match frames {
            Ok(scan) => scan,
            Err(error) => return self.stop(Place { volume: 0, offset: 0 }, error.into()),
        };
        let mut chunks = Chunks { scan: &mut scan, spare: Vec::new(), failed: None };
        (0..CHUNKS_PER_THREAD * threads).map_while(|_| chunks.next()).for_each(|work| crew.give(work));
        loop {
            let Some(done) = crew.take() else {
                // nothing comes any more: what was put off until now is all that is left
                self.order.cover();
                if self.order.claims.is_empty() {
                    break;
                }
                self.hand_out(crew);
                continue;
            };
            match done {
                Done::Hashed(..) if !self.is_whole => {}
                Done::Hashed(chunk, hashed) => {
                    self.chunk(&chunk, &hashed);
                    self.hand_out(crew);
                    chunks.spare.push((chunk, hashed));
                    if let Some(next) = chunks.next().filter(|_| self.is_whole) {
                        crew.give(next);
                    }
                    progress(Progress { done: self.replay.state().size().0, of: end.size.0 });
                }
                Done::Verified(faults) => {
                    faults.into_iter().for_each(|(place, fault)| self.add(place, fault))
                }
                Done::Annexes { present, erased, faults } => {
                    self.found.annexes += present;
                    self.found.erased_annexes += erased.len() as u64;
                    self.found.unkept.extend(erased);
                    faults.into_iter().for_each(|(place, fault)| self.add(place, fault));
                }
            }
        }
        if let Some(error) = chunks.failed.filter(|_| self.is_whole) {
            let fault = Fault::from(error);
            self.stop(self.place_of(&fault), fault);
        }
        self.check_last_commit(end);
        if self.is_whole {
            self.order.check_kept(end.size);
        }
    }

    /// Takes a hashed chunk in order.
    fn chunk(&mut self, chunk: &Chunk, hashed: &HashedChunk) {
        if chunk.volume() != self.annexes.0 {
            let (volume, end) = self.annexes;
            if let Err(error) = self.reader.check_sealed_annex_volume(volume, end) {
                self.add(Place { volume, offset: u64::MAX }, error.into());
            }
            self.found.annex_bytes += end - std::mem::take(&mut self.annexes_from);
        }
        self.order.enter(chunk.volume(), chunk.path());
        let (order, derived, written) = (&mut self.order, &mut self.derived, self.written);
        let passed = self.replay.hashed(
            chunk,
            hashed,
            |state, offset, item| order.item(state, offset, item),
            |delta| match written {
                Some(write) => {
                    write(delta);
                    Ok(())
                }
                None => derived.compare(delta),
            },
        );
        self.annexes = (chunk.volume(), self.replay.annex_end());
        match passed {
            Ok(()) => self.found.volume_bytes += chunk.len() as u64,
            Err(fault) => {
                let place = self.place_of(&fault);
                if place.offset < u64::MAX {
                    self.found.volume_bytes += place.offset.saturating_sub(chunk.offset());
                }
                self.stop(place, fault);
            }
        }
    }

    /// Gives the crew the signatures and annexes that the last chunk turned up.
    fn hand_out(&mut self, crew: &mut Crew<'_, Work, Done>) {
        let mut claims = std::mem::take(&mut self.order.claims).into_iter().peekable();
        while claims.peek().is_some() {
            let together: Vec<Claim> = claims.by_ref().take(CLAIMS_TOGETHER).collect();
            crew.give(Work::Verify(together));
        }
        if !self.order.annexes.is_empty() {
            crew.give(Work::Annexes(self.annexes.0, std::mem::take(&mut self.order.annexes)));
        }
    }

    /// The frames must lead to the commit that a reader found.
    fn check_last_commit(&mut self, end: &Committed) {
        let is_there = match self.replay.last_commit() {
            Some((size, _)) => size == end.size,
            None => end.end == 0,
        };
        if self.is_whole && !is_there {
            let (path, offset) = (self.order.path().to_path_buf(), end.end);
            let what = Box::new(Damage::Layout("the last commit"));
            self.stop(self.order.place(offset), LogError::Damaged { path, offset, what }.into());
        }
    }

    /// What concerns the directory as a whole; only when the volumes hold.
    pub(crate) fn check_directory(&mut self, end: &Committed, is_live: bool) {
        let (volume, annex_end) = self.annexes;
        self.found.annex_bytes += annex_end - self.annexes_from;
        match self.reader.check_annex_volume(volume, annex_end) {
            Ok(Some(tail)) if !is_live => self.add(Place { volume, offset: u64::MAX }, Fault::tail(tail)),
            Ok(_) => {}
            Err(error) => self.add(Place { volume, offset: u64::MAX }, error.into()),
        }
        if self.written.is_some() {
            return;
        }
        let derived = std::mem::replace(&mut self.derived, DerivedCheck::new(self.reader));
        self.found.derived_bytes = derived.compared() + end.checkpoint.len() as u64;
        match derived.finish(self.replay.state(), &end.checkpoint, end.volume, is_live) {
            Ok(faults) => faults.into_iter().for_each(|fault| self.add(Place::BEHIND, fault.into())),
            Err(error) => self.add(Place::BEHIND, error.into()),
        }
    }

    pub(crate) fn add(&mut self, place: Place, fault: Fault) {
        self.order.faults.add(place, fault);
    }

    fn stop(&mut self, place: Place, fault: Fault) {
        self.is_whole = false;
        self.add(place, fault);
    }

    /// Where a fault that stops the pass stands; what is of no volume comes behind everything that was passed.
    fn place_of(&self, fault: &Fault) -> Place {
        let is_here = fault.path() == Some(self.order.path());
        let (volume, _) = self.annexes;
        match (is_here, fault.offset()) {
            (true, Some(offset)) => self.order.place(offset),
            _ => Place { volume, offset: u64::MAX },
        }
    }

    /// What was found, up to `end`.
    pub(crate) fn finish(self, trust: &Trust, end: &Committed) -> Verified {
        let (state, mut order) = (self.replay.state(), self.order);
        let standing = self.replay.stand(end).filter(|_| self.is_whole && order.faults.are_of_copies());
        let standing = standing.map(|stand| Standing::new(stand, order.keys().clone(), trust));
        let mut unkept = self.found.unkept;
        unkept.extend(&order.absent);
        unkept.sort_unstable_by_key(|unkept| (unkept.volume, unkept.record));
        let (size, checkpoint) = self.replay.last_commit().unwrap_or_default();
        Verified {
            size,
            root: root_of(checkpoint),
            checkpoint: checkpoint.to_vec(),
            received_at_ms: state.received_at_ms(),
            commits: order.commits,
            signatures: order.signatures,
            signatures_verified: order.signatures_verified,
            units: order.units(),
            key_changes: order.take_key_changes(),
            absent_annexes: order.absent_annexes,
            unkept,
            standing,
            end: Some(end.clone()),
            faults_found: order.faults.found(),
            faults: order.faults.into_vec(),
            ..self.found
        }
    }
}
