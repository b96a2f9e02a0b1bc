//! Which version counts: the cases of the catalogue, and small worlds against a plain reading of the rules.

use proptest::prelude::*;
use socai_domain::corrections::Standing::{self, Counts, Pending, Refused};
use socai_domain::corrections::{Amendment, Effect, Effect::*, Idle, Version, idle, standing, version_of};
use socai_proto::v1::Answer;
use socai_tlog::{EventName, LeafIndex, UnitSeq};

const RECORD: u64 = 0;

fn name(seq: u64) -> EventName {
    EventName::new(7, seq)
}

fn amendment(seq: u64, target: u64, effect: Effect, standing: Standing) -> Amendment {
    Amendment { name: name(seq), leaf: LeafIndex(seq), target: name(target), effect, standing }
}

fn corrects(seq: u64, target: u64) -> Amendment {
    amendment(seq, target, Corrects, Counts)
}

fn voids(seq: u64, target: u64) -> Amendment {
    amendment(seq, target, Voids, Counts)
}

fn corrected(seqs: &[u64]) -> Version {
    Version::Corrected(seqs.iter().map(|seq| name(*seq)).collect())
}

/// Given these amendments of record 0, then this version counts and these amendments are idle.
fn then(given: &[Amendment], version: Version, idles: &[(u64, Idle)]) {
    assert_eq!(version_of(name(RECORD), given), version, "{given:?}");
    let expected: Vec<_> = idles.iter().map(|(seq, why)| (name(*seq), *why)).collect();
    assert_eq!(idle(name(RECORD), given), expected, "{given:?}");
}

#[test]
fn a_record_without_amendments_counts_as_it_was() {
    then(&[], corrected(&[]), &[]);
}

#[test]
fn corrections_form_a_chain_and_the_last_one_counts() {
    then(&[corrects(1, 0), corrects(2, 1), corrects(5, 2)], corrected(&[1, 2, 5]), &[]);
}

#[test]
fn a_correction_of_an_old_version_is_stale() {
    then(&[corrects(1, 0), corrects(2, 0)], corrected(&[1]), &[(2, Idle::Stale)]);
}

#[test]
fn voiding_a_correction_restores_the_version_before_it() {
    then(&[corrects(1, 0), voids(2, 1)], corrected(&[]), &[(1, Idle::Voided)]);
    then(&[corrects(1, 0), corrects(2, 1), voids(3, 2)], corrected(&[1]), &[(2, Idle::Voided)]);
    then(&[corrects(1, 0), voids(2, 1), corrects(3, 0)], corrected(&[3]), &[(1, Idle::Voided)]);
    then(
        &[corrects(1, 0), corrects(2, 1), voids(3, 2), voids(4, 1)],
        corrected(&[]),
        &[(1, Idle::Voided), (2, Idle::Voided)],
    );
}

#[test]
fn a_correction_that_was_corrected_is_not_the_current_version_and_cannot_be_voided() {
    then(&[corrects(1, 0), corrects(2, 1), voids(3, 1)], corrected(&[1, 2]), &[(3, Idle::Stale)]);
}

#[test]
fn voiding_the_record_takes_the_whole_fact_out() {
    then(&[corrects(1, 0), voids(2, 0)], Version::Voided(name(2)), &[(1, Idle::Voided)]);
    then(&[voids(1, 0), voids(2, 0)], Version::Voided(name(1)), &[(2, Idle::Voided)]);
    then(&[voids(1, 0), voids(2, 1)], Version::Voided(name(1)), &[(2, Idle::Voided)]);
}

#[test]
fn a_pending_or_refused_correction_changes_nothing_and_what_stands_on_it_is_stale() {
    let pending = amendment(1, 0, Corrects, Pending);
    then(&[pending], corrected(&[]), &[(1, Idle::Pending)]);
    then(&[pending, corrects(2, 1)], corrected(&[]), &[(1, Idle::Pending), (2, Idle::Stale)]);
    then(&[amendment(1, 0, Corrects, Refused), corrects(2, 0)], corrected(&[2]), &[(1, Idle::Refused)]);
    then(&[amendment(1, 0, Voids, Pending)], corrected(&[]), &[(1, Idle::Pending)]);
}

#[test]
fn corrections_that_name_each_other_are_not_followed_in_a_circle() {
    then(&[corrects(1, 2), corrects(2, 1)], corrected(&[]), &[(1, Idle::Stale), (2, Idle::Stale)]);
    then(&[corrects(1, 1)], corrected(&[]), &[(1, Idle::Stale)]);
    then(
        &[corrects(1, 0), corrects(2, 3), corrects(3, 2)],
        corrected(&[1]),
        &[(2, Idle::Stale), (3, Idle::Stale)],
    );
}

#[test]
fn after_the_closing_an_amendment_counts_once_the_aggregator_confirmed_it() {
    for (seq, closed_at, answer, expected) in [
        (5, None, None, Counts),
        (5, Some(9), None, Counts),
        (5, Some(9), Some(Answer::Refused), Counts),
        (12, Some(9), None, Pending),
        (12, Some(9), Some(Answer::Confirmed), Counts),
        (12, Some(9), Some(Answer::Refused), Refused),
        (12, Some(9), Some(Answer::Unspecified), Pending),
    ] {
        assert_eq!(
            standing(name(seq), closed_at.map(UnitSeq), answer),
            expected,
            "{seq} {closed_at:?} {answer:?}"
        );
    }
}

fn small_world() -> impl Strategy<Value = Vec<Amendment>> {
    let one = (0u64..9, prop::bool::weighted(0.3), 0u8..8);
    prop::collection::vec(one, 0..9).prop_map(|rows| {
        let amendments = rows.into_iter().enumerate().map(|(i, (target, is_void, luck))| {
            let standing = match luck {
                0 => Pending,
                1 => Refused,
                _ => Counts,
            };
            amendment(i as u64 + 1, target, if is_void { Voids } else { Corrects }, standing)
        });
        amendments.collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn the_version_is_a_chain_of_counting_corrections_each_of_the_one_before(given in small_world()) {
        if let Version::Corrected(applied) = version_of(name(RECORD), &given) {
            let mut current = name(RECORD);
            for next in applied {
                let amendment = given.iter().find(|a| a.name == next).unwrap();
                prop_assert_eq!((amendment.target, amendment.effect, amendment.standing), (current, Corrects, Counts));
                current = next;
            }
        }
    }

    #[test]
    fn an_amendment_that_does_not_count_is_as_if_it_were_not_there(given in small_world()) {
        let counting: Vec<_> = given.iter().filter(|a| a.standing == Counts).copied().collect();
        prop_assert_eq!(version_of(name(RECORD), &given), version_of(name(RECORD), &counting));
    }

    #[test]
    fn every_correction_either_shapes_the_version_or_is_listed_as_idle(given in small_world()) {
        let idles = idle(name(RECORD), &given);
        let applied = match version_of(name(RECORD), &given) {
            Version::Corrected(applied) => applied,
            Version::Voided(_) => vec![],
        };
        for a in given.iter().filter(|a| a.effect == Corrects) {
            prop_assert!(applied.contains(&a.name) != idles.iter().any(|(idle, _)| *idle == a.name));
        }
    }

}
