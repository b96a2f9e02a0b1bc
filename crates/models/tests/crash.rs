//! kill -9 in the middle of batches: what opens again is a whole state of the log, or nothing.
//!
//! The test runs its own binary as the victim. Processes die, not the machine: what a power cut does to sled nobody promises, and the log is
//! there for that.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod common;

use std::{
    env,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use common::{advance, facts, noting, replayed};
use socai_models::{Models, Opened, Place, Published};
use socai_tlog::TreeSize;

/// Set in the victim to the directory it writes.
const VICTIM: &str = "SOCAI_MODELS_VICTIM";
const FACTS: usize = 6_000;
const KILLS: u64 = 12;

/// Not a test of its own: the victim, which goes on from what it finds and writes until it is killed.
#[test]
fn victim() {
    let Ok(dir) = env::var(VICTIM) else { return };
    let place = Place::new(&dir);
    let (mut models, mut fold) = match Models::open(&place).unwrap() {
        Opened::Ready(models) => {
            let fold = models.fold().unwrap();
            (models, fold)
        }
        Opened::Empty { models, aside } => {
            assert_eq!(aside, None, "a kill broke the database");
            (models, noting())
        }
    };
    fold.capture(true);
    let facts = facts(FACTS);
    println!("writing from {}", models.applied());
    advance(&mut models, &mut fold, &facts, 25);
}

#[test]
fn killed_at_any_moment_it_opens_with_a_whole_state() {
    let dir = tempfile::tempdir().unwrap();
    let place = Place::new(dir.path());
    let facts = facts(FACTS);
    let mut last = TreeSize(0);
    for kill in 0.. {
        assert!(kill < 20 * KILLS, "the victim never wrote anything");
        // where all kills came before anything was written, the machine is slow
        let later = 20 * kill.saturating_sub(KILLS);
        kill_while_writing(dir.path(), Duration::from_millis(5 + 17 * kill % 120 + later));
        let Opened::Ready(models) = Models::open(&place).unwrap() else { continue };
        let size = models.applied();
        assert!(size >= last, "kill {kill}: {size} after {last}");
        models.check().unwrap();
        assert_eq!(models.fold().unwrap().size(), size);
        assert_eq!(models.digest(), replayed(&facts[..size.0 as usize]), "kill {kill} at {size}");
        if let Some(published) = Published::read(&place).unwrap() {
            assert_eq!(published.digest, replayed(&facts[..published.size.0 as usize]));
        }
        last = size;
        if size.0 as usize == FACTS || kill + 1 >= KILLS && last.0 > 0 {
            break;
        }
    }
}

/// Starts the victim, waits until it writes and a little longer, and kills it.
fn kill_while_writing(dir: &Path, after: Duration) {
    let mut victim = Command::new(env::current_exe().unwrap())
        .args(["--exact", "victim", "--nocapture"])
        .env(VICTIM, dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(victim.stdout.take().unwrap()).lines();
    let started = lines.map(Result::unwrap).find(|line| line.starts_with("writing from"));
    assert!(started.is_some(), "the victim did not start");
    std::thread::sleep(after);
    victim.kill().unwrap();
    victim.wait().unwrap();
}
