//! The answer does not depend on the number of threads, nor on which of them found what first.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests

use std::{fs, path::Path};

use crate::common::{Ledger, alone, check, secret, trust};
use socai_fold::{
    Change, Fold, Verdict,
    sample::{self, Sample},
};
use socai_follow::{LogFacts, Options, ReplayError, Signatures, recorded, replay_on, verify};
use socai_log::Reader;
use socai_proto::v1::{self, event::Kind};
use socai_tlog::{LeafIndex, TreeSize, sign_segment};

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

/// What a replay tells: the verdicts as they fall, the rows at the end, and how it ends.
type Told = (Vec<(LeafIndex, Verdict)>, Vec<Change>, Result<(), String>);

/// A replay up to `to`, chunk by chunk on so many threads, or without any, record after record.
fn replayed(reader: &Reader, to: TreeSize, threads: Option<usize>) -> Told {
    let (mut fold, mut verdicts) = (Fold::new(), vec![]);
    fold.capture(true);
    let ended = match threads {
        Some(threads) => replay_on(threads, reader, &mut fold, to, |record, verdict| {
            verdicts.push((record.at.leaf, verdict.clone()));
        }),
        None => reader.for_each(LeafIndex(0), to, |record| {
            let verdict = fold.apply(&recorded(&record)?, &LogFacts { reader, within: to })?;
            verdicts.push((record.leaf(), verdict));
            Ok(())
        }),
    };
    (verdicts, fold.drain(), ended.map_err(|error: ReplayError| error.to_string()))
}

/// A log of facts that count, of which some are voided, answered and out of order; the indicators are adopted again in the middle of them.
fn counted_log(root: &Path, facts: usize) {
    const RULES: &str = include_str!("../../../../deploy/thanh-xuan/rules/indicators.toml");
    let mut ledger = Ledger::empty(root, 4_000);
    ledger.units.extend((0..=sample::TREASURY.0).map(|no| (no, crate::common::Unit::new(no))));
    let sealed = |ledger: &mut Ledger, unit: u32, facts: Vec<u8>| {
        let segment = {
            let unit = ledger.unit(unit);
            let record = unit.seal_bytes(facts, "", 0);
            unit.sign(vec![record])
        };
        ledger.append(&segment);
        segment.0[0].name()
    };
    let founding = Sample::founding(RULES);
    for fact in founding.clone() {
        sealed(&mut ledger, fact.unit.0, fact.facts);
    }
    for (at, fact) in Sample::new(3).take(facts).enumerate() {
        let unit = fact.unit.0;
        let name = sealed(&mut ledger, unit, fact.facts);
        if at % 9 == 4 {
            let target = v1::Ref { unit, seq: name.seq.0.saturating_sub(at as u64 % 5) };
            let reason = v1::VoidReason::Duplicate.into();
            let void = Kind::EventVoided(v1::EventVoided { target: Some(target), reason });
            let void = ledger.unit(unit).seal_event(void, 0);
            let segment = ledger.unit(unit).sign(vec![void]);
            ledger.append(&segment);
        }
        if at % 50 == 49 {
            sealed(&mut ledger, unit, vec![at as u8; 40]);
        }
        if at == facts / 2 {
            let again = founding.last().cloned().unwrap();
            sealed(&mut ledger, again.unit.0, again.facts);
        }
        if at % 300 == 299 {
            ledger.commit();
        }
    }
    ledger.commit();
}

#[test]
fn a_replay_tells_the_same_on_any_number_of_threads_as_record_after_record() {
    let root = tempfile::tempdir().unwrap();
    counted_log(root.path(), 9_000);
    let reader = crate::common::reader(root.path());
    let size = reader.committed().unwrap().size;
    for to in [size, TreeSize(size.0 - 1), TreeSize(4_000), TreeSize(700), TreeSize(40), TreeSize(0)] {
        let expected = replayed(&reader, to, None);
        let rejected =
            expected.0.iter().filter(|(_, verdict)| matches!(verdict, Verdict::Rejected(_))).count();
        assert_eq!((expected.0.len() as u64, &expected.2), (to.0, &Ok(())));
        assert!(rejected * 10 < expected.0.len().max(1), "{rejected} of {to}");
        for threads in [0, 1, 2, 7] {
            assert!(replayed(&reader, to, Some(threads)) == expected, "{threads} threads to {to}");
        }
    }
    assert!(
        replayed(&reader, TreeSize(size.0 + 1), Some(2)) == replayed(&reader, TreeSize(size.0 + 1), None)
    );
}

#[test]
fn a_replay_goes_on_from_where_a_fold_is_whatever_took_it_there() {
    let root = tempfile::tempdir().unwrap();
    counted_log(root.path(), 3_000);
    let reader = crate::common::reader(root.path());
    let size = reader.committed().unwrap().size;
    let (_, rows, _) = replayed(&reader, size, None);
    let mut fold = Fold::new();
    fold.capture(true);
    for (threads, to) in [(2, 900), (1, 1_000), (3, 2_300), (1, size.0)] {
        replay_on(threads, &reader, &mut fold, TreeSize(to), |_, _| ()).unwrap();
        assert_eq!(fold.size(), TreeSize(to));
    }
    assert!(fold.drain() == rows);
}

#[test]
fn a_replay_tells_of_a_flipped_byte_at_the_same_record_on_any_number_of_threads() {
    let root = tempfile::tempdir().unwrap();
    counted_log(root.path(), 600);
    let path = root.path().join("log/volumes/0000000000.vol");
    let bytes = fs::read(&path).unwrap();
    let size = crate::common::reader(root.path()).committed().unwrap().size;
    let mut damaged = 0;
    for at in (0..bytes.len()).step_by(bytes.len() / 60) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 4;
        fs::write(&path, &flipped).unwrap();
        // a flipped byte of the volume's head or the newest commit is told before
        let Ok(reader) = Reader::open(&root.path().join("log")) else { continue };
        let expected = replayed(&reader, size, None);
        damaged += u32::from(expected.2.is_err());
        for threads in [1, 3] {
            assert!(replayed(&reader, size, Some(threads)) == expected, "byte {at}, {threads} threads");
        }
    }
    assert!(damaged > 40, "{damaged}");
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
