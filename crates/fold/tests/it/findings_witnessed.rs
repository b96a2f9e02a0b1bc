//! Backdating by the witnesses' clocks: which times they allow for a record, and what is found when another one is claimed.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::{Ledger, inspect::given};
use socai_fold::findings::{Sighting, Sightings};
use socai_tlog::{EventName, LeafIndex, TreeSize};

const ON: &str = "2023-02-08";
const NOON: u64 = 12 * 60;

/// A district of which everything is received at noon of the day, with two records; the first leaf of them.
fn two_records() -> (Ledger, u64, [EventName; 2]) {
    let mut ledger = given();
    let first = ledger.records.len() as u64;
    let names = [1_000, 2_000].map(|amount| ledger.revenue("2023-02-07", 2023, amount));
    (ledger, first, names)
}

#[test]
fn a_record_came_in_between_the_last_tree_without_it_and_the_first_tree_with_it() {
    let told = |size, by: &str, first_s, last_s| Sighting {
        size: TreeSize(size),
        by: by.to_owned(),
        first_s,
        last_s,
    };
    // in any order; of each checkpoint the first time counts for what it lacks, the last for what it holds
    let seen = Sightings::of(vec![
        told(20, "a, c", 500, 510),
        told(10, "a, b", 100, 130),
        told(10, "a", 300, 310),
        // a smaller tree shown later than a larger one: a witness far away
        told(15, "c", 600, 700),
    ]);
    let bounds = |leaf| {
        let time =
            |seen: Option<socai_fold::findings::Seen<'_>>| seen.map(|seen| (seen.size.0, seen.at_ms / 1_000));
        (time(seen.without(LeafIndex(leaf))), time(seen.with(LeafIndex(leaf))))
    };
    for (leaf, expected) in [
        (0, (None, Some((10, 130)))),
        (9, (None, Some((10, 130)))),
        (10, (Some((10, 300)), Some((20, 510)))),
        (14, (Some((10, 300)), Some((20, 510)))),
        (15, (Some((15, 600)), Some((20, 510)))),
        (20, (Some((15, 600)), None)),
    ] {
        assert_eq!(bounds(leaf), expected, "leaf {leaf}");
    }
    assert_eq!(seen.with(LeafIndex(0)).unwrap().by, "a, b");
    assert_eq!((seen.len(), Sightings::NONE.is_empty()), (4, true));
    assert_eq!(Sightings::NONE.with(LeafIndex(0)), None);
}

#[test]
fn a_time_of_receipt_is_refuted_by_a_later_tree_without_the_record_and_by_an_earlier_one_with_it() {
    // minutes of the day at which a tree with the first record alone was seen, then what is found of each rule
    for (minute, before, after) in [
        (NOON - 11, vec![], vec![0]),
        (NOON - 10, vec![], vec![]),
        (NOON, vec![], vec![]),
        (NOON + 15, vec![], vec![]),
        (NOON + 16, vec![1], vec![]),
    ] {
        let (mut ledger, first, names) = two_records();
        ledger.seen(first + 1, "phường 1, phường 2", ON, (minute, minute));
        let of = |places: Vec<usize>| places.into_iter().map(|at| vec![names[at]]).collect::<Vec<_>>();
        assert_eq!(ledger.facts_found("received_before_witnessed", ON), of(before), "{minute}");
        // everything before the first record is in the tree too, and was received by the operator at noon of another day
        let later: Vec<_> = ledger.facts_found("received_after_witnessed", ON);
        let later: Vec<_> = later.into_iter().filter(|facts| names.contains(&facts[0])).collect();
        assert_eq!(later, of(after), "{minute}");
    }
}

#[test]
fn the_witness_who_allows_more_decides_and_nobody_who_saw_nothing_accuses() {
    let (mut ledger, first, _) = two_records();
    assert_eq!(ledger.found("received_before_witnessed", ON), []);
    ledger.seen(first + 1, "a, b", ON, (NOON + 15, NOON + 300));
    assert_eq!(ledger.found("received_before_witnessed", ON), [], "one of two says fifteen minutes");
    ledger.seen(first + 1, "a, b", ON, (NOON + 20, NOON + 21));
    let found = ledger.found("received_before_witnessed", ON);
    assert_eq!(
        found[0].says,
        format!(
            "1 record is dated earlier than witnesses allow; the worst, {}: received 2023-02-08 12:00:00, and at \
             2023-02-08 12:20:00 a, b still cosigned size {} without it, 20 minutes apart",
            found[0].facts[0],
            first + 1
        )
    );
}

#[test]
fn a_seal_dated_after_witnesses_saw_it_and_one_dated_long_before_they_did_not_are_found() {
    let (mut ledger, first, [early, late]) = two_records();
    ledger.seen(first + 1, "a", ON, (NOON, NOON));
    ledger.sealed(early, ON, NOON + 10);
    ledger.sealed(late, "2023-02-01", NOON);
    assert_eq!(ledger.found("sealed_after_witnessed", ON), []);
    assert_eq!(ledger.found("sealed_long_unseen", ON), [], "seven days");
    ledger.sealed(early, ON, NOON + 11);
    ledger.sealed(late, "2023-02-01", NOON - 1);
    assert_eq!(ledger.facts_found("sealed_after_witnessed", ON), [[early]]);
    assert_eq!(ledger.facts_found("sealed_long_unseen", ON), [[late]]);
}

#[test]
fn a_fact_of_a_day_that_had_not_begun_when_witnesses_saw_it_is_found() {
    for (minute, is_found) in [(24 * 60 - 10, false), (24 * 60 - 11, true)] {
        let (mut ledger, first, [fact, _]) = two_records();
        ledger.seen(first + 2, "a", "2023-02-06", (minute, minute));
        let found = ledger.found("fact_after_witnessed", ON);
        assert_eq!(!found.is_empty(), is_found, "{minute}");
        if is_found {
            assert_eq!((found[0].facts[0], found[0].in_all), (fact, 2));
            assert!(
                found[0].says.contains("of the day 2023-02-07, and at 2023-02-06 23:49:00 a had cosigned"),
                "{}",
                found[0].says
            );
        }
    }
}
