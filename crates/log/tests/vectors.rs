//! Golden bytes of every stored file. `SOCAI_WRITE_VECTORS=1` writes them anew, for a change of format.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests

mod common;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use common::*;
use socai_log::{Disk, Journal, JournalOptions, Lock, Owner, Reader, WitnessedFile, verify};
use socai_tlog::{LeafIndex, Origin, SigningKey, UnitNo, UnitSeq, cosign};

fn vectors(part: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto/vectors").join(part)
}

/// Thirty-two bytes a line, in hex.
fn to_hex(bytes: &[u8]) -> String {
    let line = |line: &[u8]| line.iter().map(|byte| format!("{byte:02x}")).collect::<String>() + "\n";
    bytes.chunks(32).map(line).collect()
}

fn from_hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let nibble = |digit: u8| char::from(digit).to_digit(16).unwrap() as u8;
    digits.chunks(2).map(|pair| nibble(pair[0]) << 4 | nibble(pair[1])).collect()
}

/// Files by their path below the directory.
fn below(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let name = |path: PathBuf| path.strip_prefix(dir).unwrap().to_str().unwrap().to_owned();
    files(dir).into_iter().map(|(path, bytes)| (name(path), bytes)).collect()
}

fn assert_golden(part: &str, made: &BTreeMap<String, Vec<u8>>) {
    let dir = vectors(part);
    if std::env::var_os("SOCAI_WRITE_VECTORS").is_some() {
        let _ = fs::remove_dir_all(&dir);
        for (name, bytes) in made {
            let path = dir.join(format!("{name}.hex"));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, to_hex(bytes)).unwrap();
        }
    }
    let golden: BTreeMap<String, Vec<u8>> = below(&dir)
        .into_iter()
        .map(|(name, text)| {
            (name.trim_end_matches(".hex").to_owned(), from_hex(std::str::from_utf8(&text).unwrap()))
        })
        .collect();
    assert_eq!(golden.keys().collect::<Vec<_>>(), made.keys().collect::<Vec<_>>());
    for (name, bytes) in &golden {
        let at = bytes.iter().zip(&made[name]).position(|(a, b)| a != b);
        assert!(
            *bytes == made[name],
            "{name} moved at byte {at:?} ({} -> {})",
            bytes.len(),
            made[name].len()
        );
    }
}

#[test]
fn the_files_of_a_log_are_the_golden_ones() {
    let root = scratch();
    let (mut writer, _) = open(root.path(), small(6)).unwrap();
    for (i, pair) in segments(6).chunks(2).enumerate() {
        pair.iter().for_each(|segment| append(&mut writer, segment).unwrap());
        writer.commit(cursor(i as u64 + 1)).unwrap();
    }
    writer.erase_annex(LeafIndex(1)).unwrap();
    drop(writer);
    assert_golden("log", &below(&log_dir(root.path())));
}

#[test]
fn the_golden_log_verifies_and_can_be_gone_on_with() {
    let root = scratch();
    for (name, text) in below(&vectors("log")) {
        let path = log_dir(root.path()).join(name.trim_end_matches(".hex"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, from_hex(std::str::from_utf8(&text).unwrap())).unwrap();
    }
    let verified = verify(&Reader::open(&log_dir(root.path())).unwrap()).unwrap();
    assert_eq!((verified.derived, verified.annexes, verified.erased), (vec![], 1, 1));
    let (mut writer, _) = open(root.path(), small(6)).unwrap();
    append(&mut writer, &Unit::new(12).segment(2, true)).unwrap();
    writer.commit(cursor(9)).unwrap();
}

#[test]
fn the_file_of_witnessed_checkpoints_is_the_golden_one() {
    let root = scratch();
    let (mut writer, _) = open(root.path(), small(6)).unwrap();
    let path = root.path().join("golden/witnessed");
    fs::create_dir(root.path().join("golden")).unwrap();
    let (mut file, _) = WitnessedFile::open(&path, &origin(), &Disk::default()).unwrap();
    let (name, key) = (Origin::new("nhan-chung.example").unwrap(), SigningKey::from_bytes(&[0x33; 32]));
    for (i, segment) in segments(2).iter().enumerate() {
        append(&mut writer, segment).unwrap();
        writer.commit(cursor(i as u64 + 1)).unwrap();
        let mut note = writer.checkpoint().clone();
        note.add(cosign(&note, &name, &key, 1_700_000_000 + i as u64 * 60).unwrap());
        file.keep(note.to_string().as_bytes()).unwrap();
    }
    drop(file);
    assert_golden("witnessed", &below(&root.path().join("golden")));
}

#[test]
fn the_files_of_a_journal_are_the_golden_ones() {
    let root = scratch();
    let owner = Owner { origin: origin(), unit: UnitNo(4), genesis: unit_genesis(4) };
    let lock = Lock::acquire(&root.path().join("lock")).unwrap();
    let dir = root.path().join("journal");
    let options = JournalOptions { file_records: 3, ..JournalOptions::default() };
    let (mut journal, _) = Journal::open(&dir, owner, &lock, options).unwrap();
    let mut unit = Unit::new(4);
    for count in [2, 1, 3] {
        let (records, signature) = unit.segment(count, true);
        journal.append(&records, &signature).unwrap();
    }
    journal.erase_annex(UnitSeq(0)).unwrap();
    drop(journal);
    assert_golden("journal", &below(&dir));
}
