//! `socai bench tail`: how far a live replay is behind the commits that it follows.

use std::{
    env,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};

use super::{append, ground::Ground, result::Measured};

/// Pause between two commits, so that the follower waits for each.
const PAUSE: Duration = Duration::from_millis(25);
/// Longest that a line may take.
const WITHIN: Duration = Duration::from_secs(10);

/// Commits one record after another and measures from the end of the commit, when the checkpoint is there, to the line that a
/// `replay --follow` of its own process prints.
pub fn run(place: &Path, events: u64) -> Result<Vec<Measured>> {
    let mut ground = Ground::found(place, "nats://127.0.0.1:4222")?;
    let mut writer = append::writer(&ground)?;
    let mut program = Command::new(env::current_exe().context("this program")?);
    program.args(["replay", "--follow", "--format", "jsonl"]).arg(ground.dir.path());
    let child = program.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut child = Ended(child.context("replay --follow")?);
    let lines = lines(&mut child.0)?;
    let founded = socai_log::Reader::open(&ground.dir.log())?.committed()?.size;
    for _ in 0..founded.0 {
        lines.recv_timeout(WITHIN).context("the lines of the founding")?;
    }
    let mut behind = Vec::new();
    let mut seconds = Duration::ZERO;
    for _ in 0..events {
        append::write(&mut writer, &ground.segments(1, 1)?, &mut Vec::new())?;
        let committed = Instant::now();
        let printed = lines.recv_timeout(WITHIN).context("a line of the live replay")?;
        let late = printed.saturating_duration_since(committed);
        seconds += late;
        behind.push(late);
        thread::sleep(PAUSE);
    }
    ensure!(!behind.is_empty(), "--events 1 at least");
    Ok(vec![Measured::rate("tail:behind-the-checkpoint", events, 0, 1, seconds).with_latencies(behind)])
}

/// A process that is ended with this.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        // it may have ended by itself
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// When each line came.
fn lines(child: &mut Child) -> Result<Receiver<Instant>> {
    let out = child.stdout.take().context("its output")?;
    let (tell, lines) = mpsc::channel();
    thread::spawn(move || {
        for _ in BufReader::new(out).lines().map_while(Result::ok) {
            if tell.send(Instant::now()).is_err() {
                return;
            }
        }
    });
    Ok(lines)
}
