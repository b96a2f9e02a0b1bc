//! The answer does not depend on the number of threads, nor on which of them found what first.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests

use std::{fs, path::Path};

use crate::common::{Ledger, alone, check, secret, trust};
use socai_fold::Fold;
use socai_follow::{Options, Signatures, replay_on, verify};
use socai_tlog::sign_segment;

/// Some megabytes, so that there are many chunks; segments whose place in `forged` is named are signed with a wrong key.
fn long_log(root: &Path, segments: usize, forged: impl Fn(usize) -> bool) {
    let mut ledger = Ledger::found(root, 6_000, &[0, 1, 2, 3]);
    for place in 0..segments {
        let unit = ledger.unit(1 + place as u32 % 3);
        let records: Vec<_> = (0..16_u32)
            .map(|i| {
                let annex = if i == 3 { format!("annex {place}") } else { String::new() };
                unit.seal_bytes(vec![i as u8; 300], annex, 0)
            })
            .collect();
        let key = if forged(place) { secret(99) } else { unit.key.clone() };
        let signature = sign_segment(&key, &crate::common::origin(), records[15].link());
        ledger.append(&(records, signature));
        if place % 20 == 19 {
            ledger.commit();
        }
    }
    ledger.commit();
}

/// Every signature, so that each forged one is told.
fn every() -> Options {
    Options { signatures: Signatures::Every, ..alone() }
}

fn told(root: &Path) {
    for signatures in [Signatures::Covering, Signatures::Every] {
        let told = [1, 2, 3, 4]
            .map(|threads| format!("{:#?}", check(root, Options { threads, signatures, ..alone() })));
        assert!(told.windows(2).all(|pair| pair[0] == pair[1]), "{} {}", told[0], told[1]);
    }
}

#[test]
fn an_honest_log_has_the_same_counts_on_any_number_of_threads() {
    let root = tempfile::tempdir().unwrap();
    long_log(root.path(), 900, |_| false);
    told(root.path());
    let mut last = 0;
    let verified =
        verify(&crate::common::reader(root.path()), &trust(root.path()), alone(), &mut |progress| {
            assert!(progress.done >= last && progress.done <= progress.of);
            last = progress.done;
        });
    assert!(verified.holds());
    assert_eq!((verified.size.0, verified.signatures, verified.annexes), (900 * 16 + 4, 901, 900));
    assert_eq!(last, verified.size.0);
}

#[test]
fn a_replay_has_the_same_verdicts_and_rows_with_a_thread_that_reads_ahead() {
    let root = tempfile::tempdir().unwrap();
    long_log(root.path(), 200, |_| false);
    let reader = crate::common::reader(root.path());
    let size = reader.committed().unwrap().size;
    let replayed = |threads| {
        let (mut fold, mut verdicts) = (Fold::new(), vec![]);
        fold.capture(true);
        replay_on(threads, &reader, &mut fold, size, |record, verdict| {
            verdicts.push((record.leaf(), format!("{verdict:?}")));
        })
        .unwrap();
        (fold.drain(), verdicts)
    };
    let alone = replayed(1);
    assert_eq!(alone.1.len() as u64, size.0);
    assert_eq!(replayed(2), alone);
    assert_eq!(replayed(7), alone);
}

#[test]
fn faults_are_told_in_the_order_of_the_log_on_any_number_of_threads() {
    let root = tempfile::tempdir().unwrap();
    long_log(root.path(), 900, |place| [7, 300, 301, 880].contains(&place));
    let forged = check(root.path(), every());
    let ends: Vec<_> = forged.faults.iter().map(|fault| fault.name().unwrap().to_string()).collect();
    // segment n is number n / 3 of unit 1 + n % 3, and ends with its record 16 (n / 3) + 15
    assert_eq!(ends, ["2/47", "1/1615", "2/1615", "2/4703"]);
    told(root.path());
    // damage in between: what comes before it is still told, what comes behind is not
    let volume = root.path().join("log/volumes/0000000001.vol");
    let mut bytes = fs::read(&volume).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&volume, &bytes).unwrap();
    let damaged = check(root.path(), every());
    assert_eq!(damaged.faults.len(), 4, "{:?}", damaged.faults);
    assert_eq!(damaged.faults[3].path(), Some(volume.as_path()));
    assert_eq!(damaged.faults[0].name().unwrap().to_string(), "2/47");
    told(root.path());
}

#[test]
fn many_faults_are_counted_and_the_first_hundred_kept() {
    let root = tempfile::tempdir().unwrap();
    long_log(root.path(), 400, |place| place % 2 == 1);
    let verified = check(root.path(), every());
    assert_eq!((verified.faults_found, verified.faults.len()), (200, 100));
    assert_eq!(verified.faults[0].name().unwrap().to_string(), "2/15");
    assert_eq!(verified.size.0, 400 * 16 + 4);
    told(root.path());
}
