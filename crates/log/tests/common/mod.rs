//! A small ledger for tests: units that seal, and a log that takes what they seal.
#![allow(dead_code)] // each test file uses a part

use std::{
    fs,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use socai_log::{Cursor, Lock, LogError, LogKey, NewEntry, Options, Reader, Recovery, Writer};
use socai_tlog::{
    Chain, ChainHead, Link, Origin, Record, SealingKey, SigningKey, TreeSize, UnitNo, genesis, sign_segment,
};

/// A directory in memory where there is one: thousands of logs are opened and synced.
pub fn scratch() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

pub fn origin() -> Origin {
    Origin::new("so-cai.example/thu").unwrap()
}

pub fn operator() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

pub fn key() -> LogKey {
    LogKey::new(origin(), operator())
}

pub fn unit_genesis(unit: u32) -> Link {
    let sealing = SigningKey::from_bytes(&[unit as u8 + 1; 32]);
    genesis(&origin(), &SealingKey::of(&operator()), UnitNo(unit), &SealingKey::of(&sealing))
}

/// A unit that seals records with facts that differ in content and length.
#[derive(Clone)]
pub struct Unit {
    pub chain: Chain,
    key: SigningKey,
}

impl Unit {
    pub fn new(unit: u32) -> Self {
        let head = ChainHead::genesis(unit_genesis(unit));
        Unit { chain: Chain::new(UnitNo(unit), head), key: SigningKey::from_bytes(&[unit as u8 + 1; 32]) }
    }

    pub fn seal(&mut self, with_annex: bool) -> Record {
        let ChainHead { next_seq, .. } = self.chain.head();
        let text = format!(
            "facts {} of unit {} {}",
            next_seq,
            self.chain.unit(),
            "·".repeat(next_seq.0 as usize % 5)
        );
        let annex =
            if with_annex { format!("annex {next_seq} of {}", self.chain.unit()) } else { String::new() };
        self.chain.seal(Bytes::from(text), Bytes::from(annex), 1_000 + next_seq.0, 0).unwrap()
    }

    pub fn segment(&mut self, count: usize, with_annex: bool) -> (Vec<Record>, [u8; 64]) {
        let records: Vec<Record> = (0..count).map(|i| self.seal(with_annex && i % 2 == 0)).collect();
        let signature = sign_segment(&self.key, &origin(), records[count - 1].link());
        (records, signature)
    }
}

/// Options with small volumes.
pub fn small(volume_records: u32) -> Options {
    Options { volume_records, ..Options::default() }
}

pub fn log_dir(root: &Path) -> PathBuf {
    root.join("log")
}

pub fn open(root: &Path, options: Options) -> Result<(Writer, Recovery), LogError> {
    let lock = Lock::acquire(&root.join("lock"))?;
    Writer::open(&log_dir(root), key(), &lock, options)
}

/// Appends a segment without committing.
pub fn append(writer: &mut Writer, (records, signature): &(Vec<Record>, [u8; 64])) -> Result<(), LogError> {
    for (i, record) in records.iter().enumerate() {
        let signature = (i + 1 == records.len()).then_some(signature);
        let received_at_ms = writer.received_at_ms().max(5_000) + 1;
        writer.append(&NewEntry { received_at_ms, record, signature })?;
    }
    Ok(())
}

pub fn cursor(stream_seq: u64) -> Cursor {
    Cursor { stream_created_ns: 77, stream_seq }
}

/// The segments of the standard small log: three units, segments of one to four records, some with annexes.
pub fn segments(count: usize) -> Vec<(Vec<Record>, [u8; 64])> {
    let mut units = [Unit::new(0), Unit::new(3), Unit::new(9)];
    (0..count).map(|i| units[i * 7 % 3].segment(1 + i % 4, i % 3 == 1)).collect()
}

/// Writes a log of `commits` commits of two segments each and returns all its records.
pub fn small_log(root: &Path, commits: usize, volume_records: u32) -> Vec<Record> {
    let (mut writer, _) = open(root, small(volume_records)).unwrap();
    let segments = segments(2 * commits);
    for (i, pair) in segments.chunks(2).enumerate() {
        pair.iter().for_each(|segment| append(&mut writer, segment).unwrap());
        writer.commit(cursor(i as u64 + 1)).unwrap();
    }
    segments.into_iter().flat_map(|(records, _)| records).collect()
}

/// Names and facts of every committed record, by reading the log from the front.
pub fn contents(reader: &Reader) -> Vec<(String, Vec<u8>)> {
    let size = reader.committed().unwrap().size;
    let mut all = Vec::new();
    reader
        .for_each(socai_tlog::LeafIndex(0), size, |record| {
            all.push((record.name().to_string(), record.facts().to_vec()));
            Ok::<_, LogError>(())
        })
        .unwrap();
    all
}

pub fn expected(records: &[Record]) -> Vec<(String, Vec<u8>)> {
    records.iter().map(|record| (record.name().to_string(), record.facts().to_vec())).collect()
}

pub fn size(reader: &Reader) -> TreeSize {
    reader.committed().unwrap().size
}

/// Every file under `dir`, by path, with its bytes.
pub fn files(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push((path.clone(), fs::read(&path).unwrap())),
        }
    }
    found.sort();
    found
}

/// A copy of a directory tree.
pub fn copy(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        match path.is_dir() {
            true => copy(&path, &target),
            false => {
                fs::copy(&path, &target).unwrap();
            }
        }
    }
}
