//! Annexes that are gone, against the erasures that count: what was destroyed otherwise does not verify.

use std::collections::HashMap;

use socai_fold::Fold;
use socai_follow::{ReplayError, Unkept, Verified, replay};
use socai_log::{Annex, Reader};
use socai_tlog::{EventName, TreeSize};

use crate::{fault_line::FaultLine, said::Said, words::Remedy};

/// Faults, of which the first are kept.
#[derive(Default)]
pub(crate) struct Erasures {
    /// How many there are.
    pub found: usize,
    /// The first of them, in the order of the log.
    pub first: Vec<FaultLine>,
}

/// The faults: annexes destroyed outside the procedure and, unless a writer is at work, those the procedure should have destroyed by now; the first
/// `limit` in words. `fold` is the replay up to the end of what was verified, if there was one.
pub(crate) fn faults(
    reader: &Reader,
    log: &Verified,
    is_live: bool,
    fold: Option<&Fold>,
    limit: usize,
) -> Erasures {
    // of what is new: whether older annexes are as they have to be takes a verification of everything
    let is_new_alone = log.skipped.0 > 0;
    if log.unkept.is_empty() && (is_new_alone || log.annexes == 0) {
        return Erasures::default();
    }
    // an annex that went while we read may have been ordered behind the end we verified
    let to = match reader.committed() {
        Ok(committed) if is_live => committed.size.max(log.size),
        _ => log.size,
    };
    let known = fold.filter(|fold| fold.size() == to).map(of);
    let ordered = match known.map_or_else(|| ordered(reader, to), Ok) {
        Ok(ordered) => ordered,
        // a replay looks records up by the derived files, which are told already
        Err(_) if !log.holds() => return Erasures::default(),
        Err(error) => {
            let first = vec![FaultLine::new("other", Said::same(error), Remedy::Restore.said())];
            return Erasures { found: 1, first };
        }
    };
    let destroyed = || log.unkept.iter().filter(|unkept| !ordered.contains_key(&unkept.name));
    let mut found = destroyed().count();
    let mut first: Vec<FaultLine> =
        destroyed().take(limit).map(|unkept| of_destroyed(reader, unkept)).collect();
    if !is_live && !is_new_alone {
        let mut due: Vec<_> = ordered.into_iter().filter(|(target, _)| is_there(reader, *target)).collect();
        due.sort_unstable();
        found += due.len();
        first.extend(due.into_iter().take(limit - first.len()).map(|(target, by)| of_due(target, by)));
    }
    Erasures { found, first }
}

/// What is to be destroyed, by which record, as the fold knows it at a size.
fn ordered(reader: &Reader, to: TreeSize) -> Result<HashMap<EventName, EventName>, ReplayError> {
    let mut fold = Fold::new();
    replay(reader, &mut fold, to, |_, _| ())?;
    Ok(of(&fold))
}

fn of(fold: &Fold) -> HashMap<EventName, EventName> {
    fold.erasures().iter().rev().map(|erasure| (erasure.target, erasure.by)).collect()
}

fn is_there(reader: &Reader, target: EventName) -> bool {
    let annex = reader.leaf_of(target).and_then(|leaf| reader.annex(leaf));
    matches!(annex, Ok(Annex::Present(_)))
}

fn of_destroyed(reader: &Reader, unkept: &Unkept) -> FaultLine {
    let said = match unkept.was_there {
        true => Said::new(
            "phụ lục đã bị ghi đè mà không có quyết định tiêu hủy (annex.erased) nào có hiệu lực",
            "the annex was overwritten, and no annex.erased that counts orders it",
        ),
        false => Said::new(
            "tiêu đề cam kết một phụ lục mà sổ cái không có, và không có quyết định tiêu hủy (annex.erased) nào có hiệu lực",
            "the header commits to an annex that the log does not have, and no annex.erased that counts orders it",
        ),
    };
    FaultLine {
        file: Some(unkept.path(reader).display().to_string()),
        offset: Some(unkept.offset),
        record: Some(unkept.name.to_string()),
        ..FaultLine::new("destroyed", said, Remedy::Destroyed.said())
    }
}

fn of_due(target: EventName, by: EventName) -> FaultLine {
    let said = Said::new(
        format!("phụ lục phải được tiêu hủy theo bản ghi {by} và vẫn còn đây"),
        format!("the annex is to be destroyed by record {by} and is still there"),
    );
    FaultLine {
        record: Some(target.to_string()),
        repaired_by_start: true,
        ..FaultLine::new("unerased", said, Remedy::Erase.said())
    }
}
