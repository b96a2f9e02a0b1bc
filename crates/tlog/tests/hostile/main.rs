//! Hostile notes, proofs, policies, tiles, paths and segments never panic a reader, and have one form.
//!
//! The corpus and the targets are those of `cargo fuzz` (`crates/tlog/fuzz`), which goes on for as long as one likes but needs a nightly
//! compiler; here every seed is read and spoilt some thousand times, with any compiler. `SOCAI_SEED` repeats a run that failed.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::print_stderr)] // test code

mod targets;

use std::{
    fs,
    path::PathBuf,
    time::{SystemTime, UNIX_EPOCH},
};

/// How often each seed is spoilt.
const TIMES: usize = 400;

/// Numbers that break arithmetic, and pieces of the formats.
const PIECES: [&[u8]; 14] = [
    b"18446744073709551615",
    b"18446744073709551616",
    b"9223372036854775808",
    b"-1",
    b"00",
    b"\n\n",
    b"\n",
    b"\xe2\x80\x94 ",
    b" ",
    b"old 0\n",
    b"=",
    b"\xff\xff\xff\xff",
    b"/../",
    b"+",
];

/// Numbers that follow from a seed (SplitMix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) as usize % end.max(1)
    }
}

fn corpus(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "fuzz", "corpus", target].iter().collect();
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut seeds: Vec<_> =
        files.map(|file| file.unwrap().path()).map(|path| (path.clone(), fs::read(path).unwrap())).collect();
    seeds.sort();
    seeds
}

/// Changes some bytes, cuts, repeats, or puts pieces in.
fn spoil(bytes: &mut Vec<u8>, other: &[u8], chance: &mut Chance) {
    for _ in 0..1 + chance.below(4) {
        let at = chance.below(bytes.len() + 1);
        let end = (at + chance.below(40)).min(bytes.len());
        match chance.below(8) {
            0 if !bytes.is_empty() => {
                let at = at.min(bytes.len() - 1);
                bytes[at] ^= 1 << chance.below(8);
            }
            1 if !bytes.is_empty() => {
                let at = at.min(bytes.len() - 1);
                bytes[at] = chance.below(256) as u8;
            }
            2 => bytes.truncate(at),
            3 => drop(bytes.drain(at..end)),
            4 => {
                let again = bytes[at..end].to_vec();
                bytes.splice(at..at, again);
            }
            5 => {
                let from = chance.below(other.len() + 1);
                bytes.splice(at.., other[from..].iter().copied());
            }
            6 => {
                let piece = PIECES[chance.below(PIECES.len())];
                bytes.splice(at..end, piece.iter().copied());
            }
            _ => {
                let piece = PIECES[chance.below(PIECES.len())];
                bytes.splice(at..at, piece.iter().copied());
            }
        }
    }
}

#[test]
fn no_seed_and_nothing_like_it_makes_a_reader_panic() {
    let clock = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_nanos() as u64);
    let seed = std::env::var("SOCAI_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(clock);
    eprintln!("SOCAI_SEED={seed}");
    for (name, target) in targets::TARGETS {
        let seeds = corpus(name);
        assert!(!seeds.is_empty(), "{name} has no corpus");
        let mut chance = Chance(seed);
        for (path, bytes) in &seeds {
            eprintln!("{}", path.display()); // told when a later line of this test panics
            target(bytes);
            for _ in 0..TIMES {
                let mut spoilt = bytes.clone();
                let other = chance.below(seeds.len());
                spoil(&mut spoilt, &seeds[other].1, &mut chance);
                target(&spoilt);
            }
        }
    }
}

#[test]
fn every_corpus_has_a_target_and_every_target_a_program_for_cargo_fuzz() {
    let fuzz: PathBuf = [env!("CARGO_MANIFEST_DIR"), "fuzz"].iter().collect();
    let mut names: Vec<_> = targets::TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let list = |folder: &str| {
        let files = fs::read_dir(fuzz.join(folder)).unwrap().map(|file| file.unwrap().path());
        let mut names: Vec<_> =
            files.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
        names.sort();
        names
    };
    names.sort();
    assert_eq!(list("corpus"), names);
    assert_eq!(list("fuzz_targets"), names);
    let manifest = fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
    for name in names {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name} is not in fuzz/Cargo.toml");
    }
}
