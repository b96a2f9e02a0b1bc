//! How fast the log takes records: `cargo run --release -p socai-log --example append -- [DIR] [EVENTS]`.
//!
//! One thread seals (two BLAKE3 a record) and appends, or appends what was sealed before; segments of 256, commits of 4,096, one
//! sync each, which the writer's second thread waits for while the next batch is built. Prints the median and the range of five
//! runs, then what bounds it: time spent in each part.
#![allow(clippy::print_stdout)] // it is its output

use std::{
    error::Error,
    path::Path,
    time::{Duration, Instant},
};

use bytes::Bytes;
use socai_log::{Chunk, Cursor, Lock, LogKey, NewEntry, Options, Reader, Writer};
use socai_tlog::{Chain, ChainHead, LeafIndex, Link, Origin, Record, SigningKey, UnitNo, sign_segment};

const FACTS_LEN: usize = 206;
const SEGMENT: usize = 256;
const COMMIT: usize = 4_096;
const UNITS: u32 = 30;
const RUNS: usize = 5;

type Failure = Box<dyn Error>;
type Segment = (Vec<Record>, [u8; 64]);

/// Units that take turns in sealing a segment.
struct Sealers {
    chains: Vec<Chain>,
    key: SigningKey,
    origin: Origin,
    turn: usize,
    sealed: u64,
}

impl Sealers {
    fn new(origin: &Origin) -> Self {
        let chain = |unit| Chain::new(UnitNo(unit), ChainHead::genesis(Link([unit as u8; 32])));
        let chains = (0..UNITS).map(chain).collect();
        Sealers { chains, key: SigningKey::from_bytes(&[9; 32]), origin: origin.clone(), turn: 0, sealed: 0 }
    }

    fn segment(&mut self) -> Result<Segment, Failure> {
        self.turn = (self.turn + 1) % self.chains.len();
        let chain = &mut self.chains[self.turn];
        let mut records = Vec::with_capacity(SEGMENT);
        for _ in 0..SEGMENT {
            let mut facts = vec![0x5a; FACTS_LEN];
            facts[..8].copy_from_slice(&self.sealed.to_be_bytes());
            records.push(chain.seal(facts.into(), Bytes::new(), 1_700_000_000_000, 0)?);
            self.sealed += 1;
        }
        let signature = sign_segment(&self.key, &self.origin, records[SEGMENT - 1].link());
        Ok((records, signature))
    }
}

fn append(writer: &mut Writer, (records, signature): &Segment) -> Result<(), Failure> {
    let last = records.len() - 1;
    for (i, record) in records.iter().enumerate() {
        let signature = (i == last).then_some(signature);
        writer.append(&NewEntry { received_at_ms: 1_700_000_000_001, record, signature })?;
    }
    Ok(())
}

/// Seconds for all segments, and how long of it the thread waited for commits.
fn write(
    writer: &mut Writer,
    mut next: impl FnMut() -> Result<Option<Segment>, Failure>,
) -> Result<(Duration, Duration), Failure> {
    let (started, mut waited, mut under_way) = (Instant::now(), Duration::ZERO, false);
    let mut wait = |writer: &mut Writer| -> Result<(), Failure> {
        let waiting = Instant::now();
        writer.finish_commit()?;
        waited += waiting.elapsed();
        Ok(())
    };
    let mut records = 0;
    while let Some(segment) = next()? {
        append(writer, &segment)?;
        records += segment.0.len();
        if records.is_multiple_of(COMMIT) {
            if under_way {
                wait(writer)?;
            }
            writer.begin_commit(Cursor { stream_created_ns: 1, stream_seq: records as u64 })?;
            under_way = true;
        }
    }
    wait(writer)?;
    Ok((started.elapsed(), waited))
}

fn fresh(dir: &Path, origin: &Origin) -> Result<(Writer, Lock), Failure> {
    let _ = std::fs::remove_dir_all(dir);
    std::fs::create_dir_all(dir)?;
    let lock = Lock::acquire(&dir.join("lock"))?;
    let key = LogKey::new(origin.clone(), SigningKey::from_bytes(&[7; 32]));
    Ok((Writer::open(&dir.join("log"), key, &lock, Options::default())?.0, lock))
}

fn report(name: &str, events: usize, mut runs: Vec<(Duration, Duration)>) {
    runs.sort_unstable();
    let rate = |took: Duration| events as f64 / took.as_secs_f64() / 1e6;
    let (median, waited) = runs[runs.len() / 2];
    println!(
        "{name:16} {:.2} M events/s (of {} runs {:.2} to {:.2}); waited for commits {:.0} % of the time",
        rate(median),
        runs.len(),
        rate(runs[runs.len() - 1].0),
        rate(runs[0].0),
        100.0 * waited.as_secs_f64() / median.as_secs_f64(),
    );
}

fn main() -> Result<(), Failure> {
    let mut args = std::env::args().skip(1);
    let dir = std::path::PathBuf::from(args.next().unwrap_or("target/append".to_owned()));
    let events = args.next().map_or(Ok(1 << 20), |events| events.parse::<usize>())? / COMMIT * COMMIT;
    let origin = Origin::new("so-cai.example/do")?;

    let mut runs = Vec::new();
    for _ in 0..RUNS {
        let (mut writer, _lock) = fresh(&dir, &origin)?;
        let (mut sealers, mut left) = (Sealers::new(&origin), events / SEGMENT);
        runs.push(write(&mut writer, || {
            left = left.saturating_sub(1);
            Ok(if left > 0 { Some(sealers.segment()?) } else { None })
        })?);
    }
    report("seal and append", events, runs);

    let mut runs = Vec::new();
    for _ in 0..RUNS {
        let mut sealers = Sealers::new(&origin);
        let sealed = (0..events / SEGMENT).map(|_| sealers.segment()).collect::<Result<Vec<_>, _>>()?;
        let (mut writer, _lock) = fresh(&dir, &origin)?;
        let mut sealed = sealed.into_iter();
        runs.push(write(&mut writer, || Ok(sealed.next()))?);
    }
    report("append", events, runs);

    let reader = Reader::open(&dir.join("log"))?;
    let (size, mut chunk, mut facts) = (reader.committed()?.size, Chunk::default(), 0);
    let mut runs = Vec::new();
    for _ in 0..RUNS {
        let (started, mut scan) = (Instant::now(), reader.scan(LeafIndex(0), size)?);
        while scan.next_into(&mut chunk)? {
            for record in chunk.records() {
                facts += record?.facts().len();
            }
        }
        runs.push((started.elapsed(), Duration::ZERO));
    }
    report("scan", size.0 as usize, runs);
    assert_eq!(facts, size.0 as usize * FACTS_LEN * RUNS);
    let started = Instant::now();
    let key = LogKey::new(origin, SigningKey::from_bytes(&[7; 32]));
    let lock = Lock::acquire(&dir.join("lock"))?;
    let (_, recovery) = Writer::open(&dir.join("log"), key, &lock, Options::default())?;
    println!("start after {} entries: {:.2} s", recovery.size, started.elapsed().as_secs_f64());
    Ok(())
}
