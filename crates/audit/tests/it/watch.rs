//! A watch look after look: everything once, then what is new, and nothing raised that a second look does not confirm.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)] // a test says what went wrong by panicking

use std::{cell::Cell, fs, time::Duration};

use crate::common::Ledger;
use socai_audit::{Look, Watch};

#[test]
fn looks_go_on_from_what_was_verified_and_everything_is_verified_when_it_is_time_or_something_is_odd() {
    let place = tempfile::tempdir().unwrap();
    let (root, state) = (place.path().join("ledger"), place.path().join("state"));
    fs::create_dir(&root).unwrap();
    let mut ledger = Ledger::found(&root, 9, &[0, 1, 2]);
    ledger.publish(1, 20, false);
    ledger.commit();
    let (waits, is_asked) = (Cell::new(0), Cell::new(false));
    let wait = |time: Duration| {
        assert_eq!(time, Duration::from_secs(3));
        waits.set(waits.get() + 1);
        is_asked.get()
    };
    let mut watch = Watch::new(&root, Some(&root.join("policy")), &state).unwrap();
    let skipped = |watch: &mut Watch| match watch.look(&wait).unwrap() {
        Look::Verified(report) => Some((report.size, report.skipped)),
        Look::Continues => None,
        other => panic!("{other:?}"),
    };
    assert_eq!(skipped(&mut watch), Some((23, 0)));
    assert_eq!(skipped(&mut watch), None);
    for size in [27, 31, 35] {
        ledger.publish(2, 4, false);
        ledger.commit();
        assert_eq!(skipped(&mut watch), Some((size, size - 4)));
        assert_eq!(skipped(&mut watch), None);
    }
    // another process begins with everything, and so does one whose time has come
    let again = || Watch::new(&root, Some(&root.join("policy")), &state).unwrap();
    assert_eq!(skipped(&mut again()), Some((35, 0)));
    let mut always = again().whole_every(Duration::ZERO);
    assert_eq!(skipped(&mut always), Some((35, 0)));
    let rested = std::time::Instant::now();
    while skipped(&mut always).is_none() {
        assert!(rested.elapsed() < Duration::from_secs(60), "nine times as long as the whole look took");
    }
    assert_eq!(waits.get(), 0);

    // what no unit signed is an alarm at the second look, which nobody has to wait for who is asked to stop
    let (records, mut signature) = ledger.unit(1).segment(2, false);
    signature[7] ^= 1;
    ledger.append(&(records, signature));
    ledger.commit();
    is_asked.set(true);
    assert!(matches!(watch.look(&wait).unwrap(), Look::Stopped));
    is_asked.set(false);
    assert!(
        matches!(watch.look(&wait).unwrap(), Look::Alarm(report) if report.faults[0].code == "signature")
    );
    assert_eq!(waits.get(), 2);
    let kept = fs::read_to_string(state.join("checkpoint")).unwrap();
    assert!(kept.lines().nth(1) == Some("35"), "a bad checkpoint is not kept: {kept}");
}
