//! Verifications that go on where the last one ended: the same verdict, of what is new alone, and never of a log that does not go on from there.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)] // a test says what went wrong by panicking

use std::{fs, path::Path};

use crate::common::{Ledger, alone, check, files, live, reader, secret, trust};
use socai_follow::{BadStanding, Kept, Options, Standing, Verified, verify_new};
use socai_tlog::TreeSize;

/// Many small volumes, annexes, and keys that change.
fn grown(root: &Path) -> Ledger {
    let mut ledger = Ledger::found(root, 9, &[0, 1, 2, 3]);
    ledger.publish(1, 4, true);
    ledger.publish(2, 3, false);
    ledger.commit();
    ledger.rotate(1, secret(41));
    ledger.publish(1, 2, true);
    ledger.commit();
    ledger
}

fn go_on(root: &Path, from: &Standing, options: Options) -> Verified {
    verify_new(&reader(root), &trust(root), options, from, &mut |_| ())
}

fn standing(root: &Path) -> Standing {
    let verified = check(root, alone());
    assert!(verified.holds(), "{:?}", verified.faults);
    verified.standing.unwrap()
}

#[test]
fn going_on_at_every_commit_gives_the_verdict_of_a_whole_verification() {
    let place = tempfile::tempdir().unwrap();
    let root = place.path();
    let mut ledger = grown(root);
    let (first, mut last) = (standing(root), standing(root));
    for round in 0..25_u8 {
        ledger.publish(1 + u32::from(round) % 3, 1 + usize::from(round) * 5 % 11, round % 3 == 0);
        if round % 7 == 3 {
            ledger.rotate(1 + u32::from(round) % 3, secret(50 + round));
            ledger.publish(1 + u32::from(round) % 3, 2, false);
        }
        ledger.commit();
        let whole = check(root, alone());
        assert!(whole.holds(), "{:?}", whole.faults);
        // kept as text in between, as another process would find it
        last = Standing::load(&last.save().unwrap(), &trust(root)).unwrap();
        for from in [&first, &last] {
            for options in [alone(), live(), Options { threads: 3, ..alone() }] {
                let new = go_on(root, from, options);
                assert!(new.holds(), "round {round}: {:?}", new.faults);
                assert_eq!(new.skipped, from.size());
                assert_eq!((new.size, new.root, new.units), (whole.size, whole.root, whole.units));
                assert_eq!(new.standing.unwrap().save(), whole.standing.as_ref().unwrap().save());
            }
        }
        let nothing = go_on(root, whole.standing.as_ref().unwrap(), alone());
        assert!(nothing.holds() && nothing.commits == 0 && nothing.skipped == whole.size);
        last = go_on(root, &last, alone()).standing.unwrap();
    }
    let (whole, new) = (check(root, alone()), go_on(root, &first, alone()));
    let before = first.size();
    assert!(new.volume_bytes < whole.volume_bytes && new.annex_bytes < whole.annex_bytes);
    assert!(new.annexes > 0 && new.annexes < whole.annexes);
    assert!(new.key_changes.iter().all(|change| change.leaf.0 >= before.0) && !new.key_changes.is_empty());
}

#[test]
fn every_flipped_byte_of_what_is_new_is_found_and_none_of_what_was_verified_is_read() {
    let place = tempfile::tempdir().unwrap();
    let root = place.path();
    let mut ledger = grown(root);
    let before = files(&root.join("log"));
    let from = standing(root);
    ledger.publish(3, 6, true);
    ledger.rotate(2, secret(42));
    ledger.commit();
    drop(ledger);
    let volumes = root.join("log/volumes");
    for (path, bytes) in files(&root.join("log")).into_iter().filter(|(path, _)| path.starts_with(&volumes)) {
        let old = before.iter().find(|(old, _)| *old == path).map_or(0, |(_, bytes)| bytes.len());
        for at in (old..bytes.len()).step_by(3) {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << (at % 8);
            fs::write(&path, &changed).unwrap();
            let found = go_on(root, &from, alone());
            assert!(!found.holds(), "{} byte {at}", path.display());
        }
        fs::write(&path, &bytes).unwrap();
    }
    assert!(go_on(root, &from, alone()).holds());
    // that is the price: a whole verification has to be made now and then
    let oldest = volumes.join("0000000000.vol");
    let mut bytes = fs::read(&oldest).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&oldest, bytes).unwrap();
    assert!(go_on(root, &from, alone()).holds());
    assert!(!check(root, alone()).holds());
}

#[test]
fn a_log_that_was_rolled_back_or_rewritten_is_gone_over_whole_and_found_out() {
    let place = tempfile::tempdir().unwrap();
    let (root, old, twin) = (place.path().join("one"), place.path().join("old"), place.path().join("twin"));
    for dir in [&root, &old, &twin] {
        fs::create_dir(dir).unwrap();
    }
    let mut ledger = grown(&root);
    drop(grown(&old));
    let mut other = grown(&twin);
    ledger.publish(3, 5, false);
    ledger.commit();
    other.publish(2, 5, false);
    other.commit();
    other.publish(2, 5, false);
    other.commit();
    drop((ledger, other));
    let from = standing(&root);
    let kept = Some(Kept { size: from.size(), root: from.root() });
    let code = |dir: &Path| {
        let found = go_on(dir, &from, Options { kept, ..alone() });
        assert_eq!(found.skipped, TreeSize(0));
        found.faults.first().map(ToString::to_string).unwrap_or_default()
    };
    assert!(code(&old).contains("old copy"), "{}", code(&old));
    assert!(code(&twin).contains("rewritten"), "{}", code(&twin));
}

#[test]
fn what_was_kept_is_of_use_whole_and_under_the_same_key_alone() {
    let place = tempfile::tempdir().unwrap();
    let root = place.path();
    drop(grown(root));
    let saved = standing(root).save().unwrap();
    let text = String::from_utf8(saved.clone()).unwrap();
    assert!(Standing::load(&saved, &trust(root)).is_ok());
    for wrong in ["", "{}", "null", &text[..text.len() / 2], &text.replace("\"version\":1", "\"version\":2")]
    {
        assert!(matches!(Standing::load(wrong.as_bytes(), &trust(root)), Err(BadStanding::Unreadable(_))));
    }
    // one digit of the state at a time: never another tree than the one that was signed
    let begin = text.find("\"stand\":\"").unwrap() + 9;
    for at in (begin..begin + 600).step_by(7) {
        let digit = if &text[at..=at] == "0" { "1" } else { "0" };
        let changed = format!("{}{digit}{}", &text[..at], &text[at + 1..]);
        assert!(Standing::load(changed.as_bytes(), &trust(root)).is_err(), "digit {at}");
    }
    crate::common::write_policy(root, &secret(9));
    assert_eq!(Standing::load(&saved, &trust(root)).unwrap_err(), BadStanding::Foreign);
}
