//! One pass over a log, every byte and every signature, in memory that does not grow with the records: but for some 40 bytes for each annex that is not kept
//! any more, erased or absent, which [`Verified::unkept`] names.
//!
//! ```text
//!            ┌▶ hash a chunk ─┐                ┌▶ verify signatures ─┐
//! read chunks┼▶ hash a chunk ─┼▶ take in order ┼▶ verify signatures ─┼▶ faults, in the order of the log
//!            └▶ hash a chunk ─┘  (one thread)  └▶ verify annexes ────┘
//! ```
//!
//! Links, keys, tree and derived files need the records in order; the rest is shared among threads. Results come back in the
//! order of the work, so the answer is the same on any number of threads.

use std::cell::RefCell;

use socai_log::{Committed, Delta, Ending, LogError, Reader};
use socai_tlog::{SignedCheckpoint, TreeSize};

use crate::{
    crew::with_crew,
    fault::Fault,
    faults::Place,
    options::{Kept, Options, Progress, Signatures},
    pass::{Pass, Written},
    standing::Standing,
    trust::Trust,
    verified::Verified,
    work::Work,
};

/// Verifies every byte of a log: volumes, annexes and derived files.
///
/// Damage of the record ends the pass, since what comes later hangs on it; other faults are collected.
pub fn verify(
    reader: &Reader,
    trust: &Trust,
    options: Options,
    progress: &mut dyn FnMut(Progress),
) -> Verified {
    thorough(reader, trust, options, None, None, progress)
}

/// Verifies what is behind `from`, which an earlier verification left: its frames, annexes and derived bytes, and what concerns the directory
/// as a whole. Everything, when the log does not go on from there.
///
/// Bytes before it may have changed since; [`Verified::skipped`] says how many entries that is about.
pub fn verify_new(
    reader: &Reader,
    trust: &Trust,
    options: Options,
    from: &Standing,
    progress: &mut dyn FnMut(Progress),
) -> Verified {
    if !from.leads_on(reader, trust, options.kept) {
        return verify(reader, trust, options, progress);
    }
    thorough(reader, trust, options, Some(from), None, progress)
}

/// Verifies a copy whose derived files are being made: they are not compared, and `write` gets what they have to be, leaf after leaf. What is
/// behind `from` if that is given, as [`verify_new`] does.
///
/// # Errors
/// What `write` refuses; what is wrong with the log is in the answer.
pub fn verify_copy(
    reader: &Reader,
    trust: &Trust,
    options: Options,
    from: Option<&Standing>,
    write: &mut dyn FnMut(&Delta) -> Result<(), LogError>,
) -> Result<Verified, LogError> {
    let from = from.filter(|from| from.leads_on(reader, trust, options.kept));
    let writing = RefCell::new(Ok(write));
    let noted = |delta: &Delta| {
        let mut writing = writing.borrow_mut();
        let failed = writing.as_mut().ok().and_then(|write| write(delta).err());
        if let Some(failed) = failed {
            *writing = Err(failed);
        }
    };
    let verified = thorough(reader, trust, options, from, Some(&noted), &mut |_| ());
    writing.into_inner().map(|_| verified)
}

/// A signature that does not hold is looked for among all of them.
fn thorough(
    reader: &Reader,
    trust: &Trust,
    options: Options,
    from: Option<&Standing>,
    written: Option<Written<'_>>,
    progress: &mut dyn FnMut(Progress),
) -> Verified {
    let verified = once(reader, trust, options, from, written, progress);
    let is_forged = verified.faults.iter().any(|fault| matches!(fault, Fault::Signature { .. }));
    if is_forged && options.signatures == Signatures::Covering {
        return once(
            reader,
            trust,
            Options { signatures: Signatures::Every, ..options },
            from,
            written,
            progress,
        );
    }
    verified
}

fn once(
    reader: &Reader,
    trust: &Trust,
    options: Options,
    from: Option<&Standing>,
    written: Option<Written<'_>>,
    progress: &mut dyn FnMut(Progress),
) -> Verified {
    let end = match End::find(reader, trust, options.is_live) {
        Ok(end) => end,
        Err(error) => return Verified { faults: vec![error.into()], faults_found: 1, ..Verified::default() },
    };
    // a log that ends before is gone over whole, which says how it came about
    let from = from.filter(|from| from.size() <= end.committed.size);
    let is_held = |kept: &Kept| from.is_some_and(|from| from.as_kept() == *kept);
    let options = Options { kept: options.kept.filter(|kept| !is_held(kept)), ..options };
    let mut pass = Pass::new(reader, trust, options, from, written);
    with_crew(
        options.threads.max(1),
        || |work: Work| work.run(reader, trust),
        |crew| pass.lead(crew, &end.committed, options.threads.max(1), progress),
    );
    if pass.is_whole() {
        end.check_behind(reader, trust, &mut pass, options.is_live);
        pass.check_directory(&end.committed, options.is_live);
    }
    pass.finish(trust, &end.committed)
}

/// Where the log ends, by what can be read and by what the operator signed.
struct End {
    committed: Committed,
    /// What stands behind, when nobody writes or something is missing.
    behind: Option<Ending>,
    /// The checkpoint of the file `checkpoint`, if the operator signed it.
    published: Option<TreeSize>,
}

impl End {
    fn find(reader: &Reader, trust: &Trust, is_live: bool) -> Result<Self, LogError> {
        // read before the log, which can only grow meanwhile
        let published = match reader.checkpoint_file() {
            Ok(note) => size_of(&note, trust),
            Err(_) => None, // missing or unreadable: the comparison of derived files will say so
        };
        let committed = match reader.committed() {
            Ok(committed) => committed,
            Err(error) if error.is_damage() => Committed::nothing(), // the pass will come to it, or to something before
            Err(error) => return Err(error),
        };
        if is_live && committed.end > 0 && published.is_none_or(|published| published <= committed.size) {
            return Ok(End { committed, behind: None, published });
        }
        let behind = reader.ending(committed)?;
        Ok(End { committed: behind.committed.clone(), behind: Some(behind), published })
    }

    /// Judges what stands behind the last commit: a batch that a crash left, or damage of what the operator signed.
    fn check_behind(&self, reader: &Reader, trust: &Trust, pass: &mut Pass<'_>, is_live: bool) {
        let Some(behind) = &self.behind else { return };
        let found = self.committed.size;
        let ahead = self.published.filter(|published| *published > found);
        let was_signed = |note: &[u8]| size_of(note, trust).is_some();
        let was_synced = match reader.was_synced(behind, was_signed) {
            Ok(was_synced) => was_synced,
            Err(error) => return pass.add(behind_of(&self.committed), error.into()),
        };
        match (&behind.damage, &behind.tail) {
            (Some(damage), _) if ahead.is_some() || was_synced => {
                pass.add(behind_of(&self.committed), damage.clone().into());
            }
            (_, Some(tail)) if !is_live => pass.add(behind_of(&self.committed), Fault::tail(tail.clone())),
            _ => {}
        }
        if let Some(published) = ahead {
            let path = reader.dir().join("checkpoint");
            pass.add(Place::BEHIND, Fault::Ahead { path, published, found });
        }
    }
}

fn behind_of(committed: &Committed) -> Place {
    Place { volume: committed.volume, offset: committed.end }
}

/// The size a note is for, if the operator signed it.
fn size_of(note: &[u8], trust: &Trust) -> Option<TreeSize> {
    SignedCheckpoint::open(note, [trust.note_key()]).ok().map(|signed| signed.size())
}
