//! The rows of a fold in a database that may break at any time.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod common;

use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use common::{advance, facts, noting, replayed, root};
use socai_fold::{Change, Fold, Table};
use socai_models::{Models, ModelsError, Opened, Place, Published};
use socai_tlog::TreeSize;

fn empty(place: &Place) -> Models {
    match Models::open(place).unwrap() {
        Opened::Empty { models, aside: None } => models,
        _ => panic!("an empty directory holds nothing"),
    }
}

fn ready(place: &Place) -> Models {
    // The threads of a database that was closed a moment ago let go of its lock when they next run.
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        match Models::open(place) {
            Ok(Opened::Ready(models)) => return models,
            Ok(Opened::Empty { aside, .. }) => panic!("the models were lost: {aside:?}"),
            Err(ModelsError::InUse { .. }) if Instant::now() < deadline => thread::yield_now(),
            Err(error) => panic!("{error}"),
        }
    }
}

/// The database at `path` for a test to damage, once the threads of who closed it last have let go of its lock.
fn closed(path: &Path) -> sled::Db {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        match sled::open(path) {
            Ok(db) => return db,
            Err(sled::Error::Io(_)) if Instant::now() < deadline => thread::yield_now(),
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn rows_are_there_again_after_a_restart_and_the_fold_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let (place, facts) = (Place::new(dir.path()), facts(2_000));
    let mut models = empty(&place);
    advance(&mut models, &mut noting(), &facts[..900], 128);
    drop(models);

    let mut models = ready(&place);
    assert_eq!(models.applied(), TreeSize(900));
    let mut fold = models.fold().unwrap();
    fold.capture(true);
    advance(&mut models, &mut fold, &facts, 128);
    assert_eq!((models.applied(), models.digest()), (TreeSize(2_000), replayed(&facts)));
    models.check().unwrap();
}

#[test]
fn what_is_published_is_what_a_replay_of_the_log_gives() {
    let dir = tempfile::tempdir().unwrap();
    let (place, facts) = (Place::new(dir.path()), facts(700));
    assert_eq!(Published::read(&place).unwrap(), None);
    advance(&mut empty(&place), &mut noting(), &facts, 100);
    let published = Published::read(&place).unwrap().unwrap();
    assert_eq!((published.size, published.root), (TreeSize(700), root(TreeSize(700))));
    assert_eq!(published.digest, replayed(&facts));
    fs::write(place.published(), "socai models 1\nsize many\n").unwrap();
    assert!(matches!(Published::read(&place), Err(ModelsError::Unusable { .. })));
}

#[test]
fn a_database_that_does_not_open_is_moved_aside_and_an_empty_one_begins() {
    let dir = tempfile::tempdir().unwrap();
    let place = Place::new(dir.path());
    advance(&mut empty(&place), &mut noting(), &facts(500), 100);
    for entry in fs::read_dir(dir.path().join("db.0")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let len = fs::metadata(&path).unwrap().len() as usize;
            fs::write(&path, vec![0xa5; len.max(64)]).unwrap();
        }
    }
    let Opened::Empty { models, aside: Some((aside, reason)) } = Models::open(&place).unwrap() else {
        panic!("a broken database was opened")
    };
    assert_eq!(models.applied(), TreeSize(0));
    assert!(aside.exists() && !reason.is_empty(), "{reason}");
    drop(models);
    assert!(matches!(Models::open(&place).unwrap(), Opened::Empty { aside: None, .. }));
}

#[test]
fn a_database_that_is_in_use_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let place = Place::new(dir.path());
    let mut models = empty(&place);
    advance(&mut models, &mut noting(), &facts(200), 100);
    assert!(matches!(Models::open(&place), Err(ModelsError::InUse { .. })));
    drop(models);
    assert_eq!(ready(&place).applied(), TreeSize(200));
}

#[test]
fn rows_that_changed_behind_our_back_are_noticed_before_the_fold_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let place = Place::new(dir.path());
    advance(&mut empty(&place), &mut noting(), &facts(500), 100);
    let damage = |table: Table| {
        let db = closed(&dir.path().join("db.0"));
        let (key, value) = db.scan_prefix([table as u8]).next().unwrap().unwrap();
        let mut damaged = value.to_vec();
        *damaged.last_mut().unwrap() ^= 1;
        db.insert(&key, damaged).unwrap();
        db.flush().unwrap();
        drop(db);
        let models = ready(&place);
        let outcome = (models.fold().is_ok(), models.check().is_ok());
        drop(models);
        let db = closed(&dir.path().join("db.0"));
        db.insert(key, value).unwrap();
        outcome
    };
    assert_eq!(damage(Table::Cube), (false, false));
    assert_eq!(damage(Table::Activity), (false, false));
    assert_eq!(damage(Table::Case), (true, false), "cases are not read at start-up; a full check finds it");
    assert!(ready(&place).fold().is_ok());
}

#[test]
fn a_rebuild_beside_takes_over_and_agrees_with_what_was_there() {
    let dir = tempfile::tempdir().unwrap();
    let (place, facts) = (Place::new(dir.path()), facts(600));
    let mut models = empty(&place);
    advance(&mut models, &mut noting(), &facts, 100);
    let mut beside = Models::beside(&place).unwrap();
    advance(&mut beside, &mut noting(), &facts, 250);
    assert_eq!(beside.digest(), models.digest());
    drop(models);
    beside.take_over().unwrap();
    drop(beside);
    assert_eq!(ready(&place).applied(), TreeSize(600));
    assert!(!dir.path().join("db.0").exists());
}

#[test]
fn a_rebuild_that_was_broken_off_leaves_the_one_in_use() {
    let dir = tempfile::tempdir().unwrap();
    let (place, facts) = (Place::new(dir.path()), facts(600));
    advance(&mut empty(&place), &mut noting(), &facts, 100);
    for _ in 0..2 {
        advance(&mut Models::beside(&place).unwrap(), &mut noting(), &facts[..300], 100);
    }
    assert_eq!(ready(&place).applied(), TreeSize(600));
}

#[test]
fn a_batch_that_does_not_go_on_from_what_is_there_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let mut models = empty(&Place::new(dir.path()));
    advance(&mut models, &mut noting(), &facts(100), 100);
    let digest = models.digest();
    let change = Change { key: vec![5, 1], old: None, new: Some(vec![1]) };
    assert!(matches!(
        models.apply(std::slice::from_ref(&change), TreeSize(99)),
        Err(ModelsError::OutOfOrder { .. })
    ));
    assert!(matches!(models.apply(&[change], TreeSize(100)), Err(ModelsError::OutOfOrder { .. })));
    assert_eq!(models.digest(), digest);
}

#[test]
fn readers_see_one_state_at_a_time_while_batches_are_written() {
    let dir = tempfile::tempdir().unwrap();
    let facts = facts(3_000);
    let mut models = empty(&Place::new(dir.path()));
    let (views, done) = (models.views(), AtomicBool::new(false));
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut seen = 0;
            while !done.load(Ordering::Relaxed) || seen < 2 {
                let snapshot = views.snapshot();
                let (size, rows) = (snapshot.size(), snapshot.with_prefix(&[]));
                let rows: Vec<_> = rows.map(Result::unwrap).collect();
                drop(snapshot); // the writer waits for readers, and reading the rules back takes a while
                let held = rows.into_iter().filter(|(key, _)| Fold::holds(key));
                let fold = Fold::from_rows(held).unwrap();
                assert_eq!(fold.size(), size, "rows of one state only");
                seen += 1;
            }
        });
        advance(&mut models, &mut noting(), &facts, 50);
        done.store(true, Ordering::Relaxed);
        reader.join().unwrap();
    });
    assert_eq!(views.snapshot().digest(), models.digest());
}

#[test]
fn cases_rejections_and_late_facts_are_found_by_key() {
    let dir = tempfile::tempdir().unwrap();
    let facts = facts(1_500);
    let mut models = empty(&Place::new(dir.path()));
    let mut fold = noting();
    advance(&mut models, &mut fold, &facts, 500);
    let views = models.views();
    let snapshot = views.snapshot();
    let row = snapshot.with_prefix(&[Table::Case as u8]).next().unwrap().unwrap();
    let len = usize::from(u16::from_be_bytes([row.0[1], row.0[2]]));
    let case = std::str::from_utf8(&row.0[3..3 + len]).unwrap();
    let found = snapshot.case(case).unwrap();
    assert!(!found.is_empty() && found.windows(2).all(|pair| pair[0].occurred_on <= pair[1].occurred_on));
    assert_eq!(snapshot.case("no such case").unwrap(), []);
    assert_eq!(snapshot.rejections().unwrap().len() as u64, fold.rejected());
    assert_eq!(snapshot.late().unwrap(), []);
}
