//! `socai bench append`: sealed records into the log, commits of 4,096, one fsync each.

use std::{path::Path, time::Instant};

use anyhow::Result;
use socai_district::Operator;
use socai_log::{Cursor, Lock, LogKey, NewEntry, Options, Writer};
use socai_tlog::{Origin, VerifiedSegment};

use super::{
    ground::{Ground, RECORDED_AT_MS},
    result::Measured,
};
use crate::demo::reference;

/// Records of one commit.
pub const COMMIT: usize = 4_096;

/// Measures appending alone: the records are sealed before the clock starts.
pub fn run(place: &Path, events: u64) -> Result<Vec<Measured>> {
    let mut ground = Ground::found(place, "nats://127.0.0.1:4222")?;
    let segments = ground.segments(events, 256)?;
    let bytes = segments.iter().map(|segment| segment.bytes().len() as u64).sum();
    let mut writer = writer(&ground)?;
    let started = Instant::now();
    let mut commits = Vec::new();
    write(&mut writer, &segments, &mut commits)?;
    let took = started.elapsed();
    Ok(vec![Measured::rate("append:commits-of-4096", events, bytes, 1, took).with_latencies(commits)])
}

/// The writer of a founded ledger.
pub fn writer(ground: &Ground) -> Result<Writer> {
    let origin = Origin::new(reference::ORIGIN)?;
    let operator = Operator::load(&ground.dir, origin.clone())?;
    let key = LogKey::new(origin, operator.secret().clone());
    let lock = Lock::acquire(&ground.dir.lock())?;
    Ok(Writer::open(&ground.dir.log(), key, &lock, Options::default())?.0)
}

/// Fills the log with `events` facts in segments of `per_segment`, a part at a time.
pub fn fill(ground: &mut Ground, events: u64, per_segment: usize) -> Result<()> {
    let mut writer = writer(ground)?;
    let mut left = events;
    while left > 0 {
        let part = left.min(1 << 18);
        write(&mut writer, &ground.segments(part, per_segment)?, &mut Vec::new())?;
        left -= part;
    }
    Ok(())
}

/// Appends segments in commits of [`COMMIT`] records; while one commit waits for the disk the next is built.
pub fn write(
    writer: &mut Writer,
    segments: &[VerifiedSegment],
    commits: &mut Vec<std::time::Duration>,
) -> Result<()> {
    let (mut pending, mut begun) = (0, None);
    let received_at_ms = RECORDED_AT_MS.max(writer.received_at_ms());
    for segment in segments {
        let last = segment.records().len() - 1;
        for (place, record) in segment.records().iter().enumerate() {
            let signature = (place == last).then_some(segment.signature());
            writer.append(&NewEntry { received_at_ms, record, signature })?;
        }
        pending += segment.records().len();
        if pending >= COMMIT {
            finish(writer, &mut begun, commits)?;
            begun = Some(Instant::now());
            writer.begin_commit(Cursor::default())?;
            pending = 0;
        }
    }
    finish(writer, &mut begun, commits)?;
    if pending > 0 {
        writer.commit(Cursor::default())?;
    }
    Ok(())
}

fn finish(
    writer: &mut Writer,
    begun: &mut Option<Instant>,
    commits: &mut Vec<std::time::Duration>,
) -> Result<()> {
    if let Some(begun) = begun.take() {
        writer.finish_commit()?;
        commits.push(begun.elapsed());
    }
    Ok(())
}
