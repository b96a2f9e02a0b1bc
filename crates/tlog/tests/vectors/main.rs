//! Golden bytes in `proto/vectors/tlog/`: formats that live for ever must not move unnoticed.
//!
//! After a deliberate change, `SOCAI_WRITE_VECTORS=1 cargo test -p socai-tlog --test vectors` writes the files anew; a byte of
//! `accepted/` that changes breaks every ledger there is.
#![allow(clippy::unwrap_used)] // helpers of tests

mod accepted;
#[path = "../common/mod.rs"]
mod common;
mod refused;

use std::{collections::BTreeMap, fs, path::PathBuf};

use socai_tlog::*;

/// File name and content.
type Files = BTreeMap<String, String>;

fn folder(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "../../proto/vectors/tlog", name].iter().collect()
}

/// The files of a folder as they are in the repository, after writing `made` there if asked to.
fn stored(name: &str, made: &Files) -> Files {
    let folder = folder(name);
    if std::env::var_os("SOCAI_WRITE_VECTORS").is_some() {
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        made.iter().for_each(|(name, content)| fs::write(folder.join(name), content).unwrap());
    }
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files
        .map(|path| {
            (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap())
        })
        .collect()
}

fn assert_same(made: &Files, stored: &Files) {
    assert!(made.keys().eq(stored.keys()), "made {:?}, stored {:?}", made.keys(), stored.keys());
    for (name, content) in made {
        assert_eq!(content, &stored[name], "{name} moved");
    }
}

/// Hex of each part on a line, its meaning after a `#`.
fn hex_lines<'a>(parts: impl IntoIterator<Item = (&'a str, Vec<u8>)>) -> String {
    parts.into_iter().map(|(meaning, bytes)| format!("{} # {meaning}\n", hex::encode(bytes))).collect()
}

/// The bytes of a vector: hex without comments, or the text itself.
fn bytes_of(name: &str, content: &str) -> Vec<u8> {
    if !name.ends_with(".hex") {
        return content.as_bytes().to_vec();
    }
    let digits: String = content.lines().filter_map(|line| line.split('#').next()).map(str::trim).collect();
    hex::decode(digits).unwrap()
}

#[test]
fn what_is_written_now_is_what_was_written_before() {
    let made = accepted::files();
    assert_same(&made, &stored("accepted", &made));
}

#[test]
fn accepted_files_are_read_and_verified() {
    let files = stored("accepted", &accepted::files());
    accepted::read(|name| bytes_of(name, &files[name]));
}

#[test]
fn refused_files_are_refused_for_the_stated_reason() {
    let made = refused::files();
    let stored = stored("refused", &made);
    assert_same(&made, &stored);
    let reasons: BTreeMap<_, _> =
        stored["reasons.txt"].lines().map(|line| line.split_once(": ").unwrap()).collect();
    for (name, content) in stored.iter().filter(|(name, _)| *name != "reasons.txt") {
        assert_eq!(refused::reason(name, &bytes_of(name, content)), reasons[name.as_str()], "{name}");
    }
    assert_eq!(reasons.len() + 1, stored.len());
}

/// The log key and the witness key of the vectors.
fn note_keys() -> [NoteKey; 2] {
    let witness = Origin::new("so-cai.example/thanh-xuan/17").unwrap();
    [
        NoteKey::log(common::origin(), SealingKey::of(&common::operator())),
        NoteKey::witness(witness, WitnessKey::of(&common::key(0x33))),
    ]
}
