//! Which cosigned checkpoints are kept when a newer one takes their place: enough to say, to the minute, when a record came into the log.
//!
//! Of a tree two moments matter: when it was first seen, which bounds the records in it from above, and when it was last seen before it grew, which
//! bounds the next records from below. So the first sight of a tree is kept before it is seen again after a pause, the last sight before it grows
//! after one, and while records come all the time one checkpoint each [`SPACING_S`]. That is two notes a minute at most.

use std::fs;

use socai_log::{Disk, WitnessedFile};
use socai_tlog::{Opened, Policy};

use crate::config::LedgerDir;

/// Seconds between two sights that differ.
const SPACING_S: u64 = 60;

/// The newest cosigned checkpoint and the file of those before it.
pub(super) struct Kept {
    /// None when it cannot be written, which was told: cosignatures are collected all the same.
    file: Option<WitnessedFile>,
    newest: Option<(Vec<u8>, Sight)>,
    last: Option<Sight>,
}

/// A tree and when it was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sight {
    size: u64,
    /// The latest of the witnesses' times, seconds since 1970.
    at_s: u64,
}

impl Sight {
    fn of(opened: &Opened) -> Self {
        let latest = opened.witnessed_by.iter().map(|by| by.time_s).max();
        Sight { size: opened.checkpoint.size().0, at_s: latest.unwrap_or_default() }
    }

    fn of_note(policy: &Policy, note: &[u8]) -> Option<Self> {
        policy
            .open(note)
            .ok()
            .filter(|opened| !opened.witnessed_by.is_empty())
            .map(|opened| Sight::of(&opened))
    }
}

impl Kept {
    /// Goes on from what lies in the ledger's directory.
    pub(super) fn open(dir: &LedgerDir, policy: &Policy) -> Self {
        let path = dir.witnessed();
        let origin = policy.logs().first().map(|log| log.key.name());
        let file = origin.and_then(|origin| match WitnessedFile::open(&path, origin, &Disk::default()) {
            Ok((file, None)) => Some(file),
            Ok((file, Some(damage))) => {
                tracing::error!(%damage, "what witnesses saw before is damaged: put aside as witnessed.damaged, begun anew");
                Some(file)
            }
            Err(error) => {
                tracing::error!(%error, "what witnesses see is not kept");
                None
            }
        });
        let last = file.as_ref().and_then(WitnessedFile::last).and_then(|note| Sight::of_note(policy, note));
        let newest = fs::read(dir.cosigned()).ok();
        let newest = newest.and_then(|note| Sight::of_note(policy, &note).map(|sight| (note, sight)));
        Kept { file, newest, last }
    }

    /// A newer note takes the place of the newest one, which is kept if it says what no other does. A crash before the newer one is stored keeps the
    /// older one twice.
    pub(super) fn replace(&mut self, note: &[u8], opened: &Opened) {
        let sight = Sight::of(opened);
        if let (Some(file), Some((replaced, of))) = (&mut self.file, &self.newest)
            && is_worth(*of, sight, self.last)
        {
            match file.keep(replaced) {
                Ok(()) => self.last = Some(*of),
                Err(error) => {
                    tracing::error!(%error, "what witnesses see is no longer kept");
                    self.file = None;
                }
            }
        }
        self.newest = Some((note.to_vec(), sight));
    }
}

/// Whether what is replaced should be kept, after the one that was kept last.
fn is_worth(replaced: Sight, by: Sight, last: Option<Sight>) -> bool {
    let has_grown = by.size > replaced.size;
    let after_a_pause = by.at_s.saturating_sub(replaced.at_s) >= SPACING_S;
    let is_kept = last == Some(replaced);
    let is_first_sight = last.is_none_or(|last| last.size < replaced.size);
    let is_far = last.is_none_or(|last| replaced.at_s.saturating_sub(last.at_s) >= SPACING_S);
    match (has_grown, after_a_pause) {
        (true, true) => !is_kept,
        (true, false) => is_far,
        (false, true) => is_first_sight,
        // more cosignatures of the same
        (false, false) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is kept of sights in order, by their size and time.
    fn kept(sights: &[(u64, u64)]) -> Vec<(u64, u64)> {
        let sight = |&(size, at_s): &(u64, u64)| Sight { size, at_s };
        let (mut kept, mut last) = (vec![], None);
        for two in sights.windows(2) {
            if is_worth(sight(&two[0]), sight(&two[1]), last) {
                last = Some(sight(&two[0]));
                kept.push(two[0]);
            }
        }
        kept
    }

    #[test]
    fn while_records_come_all_the_time_a_checkpoint_a_minute_is_kept() {
        let busy: Vec<_> = (0..600).map(|second| (10 + second, 1_000 + second)).collect();
        let times: Vec<u64> = kept(&busy).into_iter().map(|(_, at)| at).collect();
        assert_eq!(times, (0..10).map(|minute| 1_000 + minute * 60).collect::<Vec<_>>());
    }

    #[test]
    fn of_a_tree_that_rests_the_first_sight_and_the_last_one_before_it_grows_are_kept() {
        let mut rests: Vec<_> = (0..100).map(|ten_minutes| (10, 1_000 + ten_minutes * 600)).collect();
        rests.extend([(11, 70_000), (11, 70_001), (12, 70_002), (12, 80_000)]);
        assert_eq!(kept(&rests), [(10, 1_000), (10, 60_400), (11, 70_001), (12, 70_002)]);
    }

    #[test]
    fn a_burst_after_a_pause_is_bounded_on_both_sides() {
        let sights = [(10, 1_000), (11, 2_000), (12, 2_001), (13, 2_030), (14, 9_000), (14, 9_700)];
        assert_eq!(kept(&sights), [(10, 1_000), (11, 2_000), (13, 2_030), (14, 9_000)]);
    }

    #[test]
    fn whatever_comes_no_more_than_two_notes_a_minute_are_kept() {
        let mut chance = 12_345_u64;
        let mut next = |below: u64| {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (chance >> 33) % below
        };
        let (mut sights, mut now) = (vec![(1, 0)], 0);
        for _ in 0..5_000 {
            now += next(40) + next(2) * next(90);
            let size = sights.last().map_or(1, |(size, _): &(u64, u64)| size + next(2));
            sights.push((size, now));
        }
        let kept = kept(&sights);
        assert!(kept.len() > 100, "{}", kept.len());
        for (at, (_, begin)) in kept.iter().enumerate() {
            let within = kept[at..].iter().take_while(|(_, time)| *time < begin + SPACING_S).count();
            assert!(within <= 2, "{:?}", &kept[at..at + within]);
        }
    }
}
