//! What everybody may see of a ledger: verified from tiles alone, from a server that gives what it likes.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)] // a test says what went wrong by panicking

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

use crate::common::{Ledger, NOW_MS, operator, origin};
use socai_audit::{AuditError, Language, Report, Tiles, html, text, verify_public};
use socai_tlog::{
    Checkpoint, Completed, Entry, Frontier, Hash, Header, NoteKey, Origin, Policy, PolicyWitness, Tile,
    TileKind, TreeSize, UnitNo, WitnessKey, bundled, leaf_hash, push_bundled,
};

/// Files by path.
#[derive(Clone)]
struct Served(BTreeMap<String, Vec<u8>>);

impl Tiles for Served {
    fn get(&self, path: &str, max: usize) -> Result<Option<Vec<u8>>, String> {
        match self.0.get(path) {
            Some(bytes) if bytes.len() > max => Err("longer than it can be".to_owned()),
            found => Ok(found.cloned()),
        }
    }

    fn address(&self) -> &str {
        "https://so-cai.example"
    }
}

/// A log of 300 entries of three units, what it serves, and its entries.
struct World {
    _place: tempfile::TempDir,
    policy: PathBuf,
    served: Served,
    entries: Vec<Vec<u8>>,
}

fn world() -> World {
    let place = tempfile::tempdir().unwrap();
    let root = place.path();
    let mut ledger = Ledger::found(root, 1_000, &[0, 1, 2]);
    for round in 0..27 {
        ledger.publish(1, 1 + round % 9, false);
        ledger.publish(2, 6, true);
        ledger.commit();
    }
    let reader = ledger.reader();
    let committed = reader.committed().unwrap();
    let mut served = BTreeMap::from([("checkpoint".to_owned(), committed.checkpoint)]);
    for tile in Tile::tree(committed.size) {
        served.insert(tile.to_string(), reader.tile(&tile).unwrap().unwrap());
    }
    let bundles = Tile::all(TileKind::Entries, committed.size).map(|tile| served[&tile.to_string()].clone());
    let entries: Vec<Vec<u8>> = bundles
        .flat_map(|bytes| bundled(&bytes).map(|entry| entry.unwrap().to_vec()).collect::<Vec<_>>())
        .collect();
    assert_eq!(entries.len(), 300);
    World { policy: root.join("policy"), served: Served(served), entries, _place: place }
}

/// What a log of these entries serves when the operator signs it.
fn signed(entries: &[Vec<u8>]) -> Served {
    let mut levels: Vec<Vec<Hash>> = vec![vec![]; 8];
    let mut frontier = Frontier::default();
    for entry in entries {
        frontier.push_with(leaf_hash(entry), |Completed { level, hash, .. }| {
            if level % 8 == 0 {
                levels[usize::from(level / 8)].push(hash);
            }
        });
    }
    let size = TreeSize(entries.len() as u64);
    let checkpoint = Checkpoint { origin: origin(), size, root: frontier.root() }.sign(&operator());
    let mut served = BTreeMap::from([("checkpoint".to_owned(), checkpoint.to_string().into_bytes())]);
    for tile in Tile::tree(size) {
        let at = tile.positions().unwrap();
        let at = at.start as usize..at.end as usize;
        let bytes = match tile.kind() {
            TileKind::Hashes(level) => {
                levels[usize::from(level)][at].iter().flat_map(|hash| hash.0).collect()
            }
            TileKind::Entries => {
                let mut bundle = vec![];
                entries[at].iter().for_each(|entry| push_bundled(&mut bundle, entry).unwrap());
                bundle
            }
        };
        served.insert(tile.to_string(), bytes);
    }
    Served(served)
}

fn verified(served: &Served, policy: &Path) -> Report {
    verify_public(served, policy, None, &mut |_| ()).unwrap()
}

fn codes(report: &Report) -> Vec<&'static str> {
    report.faults.iter().map(|fault| fault.code).collect()
}

#[test]
fn everything_public_verifies_and_what_nobody_sees_is_said_with_its_reason() {
    let world = world();
    assert_eq!(signed(&world.entries).0, world.served.0, "the test serves what the log serves");
    let report = verified(&world.served, &world.policy);
    assert_eq!((codes(&report), report.exit_code(), report.size), (vec![], 0, 300));
    let public = report.public.as_ref().unwrap();
    // two bundles, two tiles of leaf hashes, one of the level above
    assert_eq!((public.tiles, public.units), (5, 3));
    assert_eq!((public.segments, public.segments_verified), (1 + 54, 1));
    for (page, words) in
        [(text(&report, Language::En), "NOT SEEN"), (text(&report, Language::Vi), "KHÔNG THẤY")]
    {
        assert_eq!(page.matches(words).count(), public.unseen.len(), "{page}");
        assert!(page.lines().all(|line| line.chars().count() <= 80), "{page}");
    }
    assert!(text(&report, Language::En).starts_with("VERIFIED WHAT IS PUBLIC"));
    assert!(html(&report, Language::En).contains("their keys are facts"));
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["public"]["unseen"].as_array().unwrap().len(), public.unseen.len());
}

#[test]
fn one_changed_bit_anywhere_is_told_with_the_path() {
    let world = world();
    for (path, bytes) in &world.served.0 {
        let stride = if path == "checkpoint" { 1 } else { bytes.len() / 12 };
        for at in (0..bytes.len()).step_by(stride.max(1)) {
            let mut lying = world.served.clone();
            lying.0.get_mut(path).unwrap()[at] ^= 1 << (at % 8);
            match verify_public(&lying, &world.policy, None, &mut |_| ()) {
                Ok(report) => {
                    assert_eq!(report.exit_code(), 1, "{path} {at}");
                    // of an entry the tile with its hash
                    let place = path.replace("tile/entries/", "tile/0/");
                    let told = |file: &Option<String>| {
                        file.as_ref().is_some_and(|file| [path, &place].contains(&file))
                    };
                    let is_told = report.faults.iter().any(|fault| told(&fault.file));
                    assert!(is_told, "{path} {at}: {:?}", report.faults);
                }
                Err(error) => panic!("{path} {at}: {error}"),
            }
        }
    }
}

#[test]
fn what_is_not_served_is_a_fault_and_a_partial_tile_is_taken_from_the_full_one() {
    let world = world();
    for path in world.served.0.keys().filter(|path| *path != "checkpoint") {
        let mut lying = world.served.clone();
        lying.0.remove(path);
        let report = verified(&lying, &world.policy);
        assert_eq!((codes(&report)[0], report.exit_code()), ("damaged", 1), "{path}");
        assert_eq!(report.faults[0].file.as_deref(), Some(path.as_str()));
    }
    // the checkpoint of some commit before with the tiles of 300: the server has forgotten partial ones
    let mut grown = world.served.clone();
    let unit = |entry: &Vec<u8>| Header::decode(&Entry::decode(entry).unwrap().header_bytes).unwrap().unit;
    let of_two = |entry: &Vec<u8>| unit(entry) == UnitNo(2) && entry.len() > 129;
    let size = world.entries[..250].iter().rposition(of_two).unwrap() + 1;
    grown.0.insert("checkpoint".to_owned(), signed(&world.entries[..size]).0["checkpoint"].clone());
    let report = verified(&grown, &world.policy);
    assert_eq!(codes(&report), [""; 0], "{:?}", report.faults);
    assert_eq!(report.size, size as u64);
}

#[test]
fn an_operator_who_signs_anew_is_caught_by_chains_order_and_seals() {
    let world = world();
    let with = |change: &dyn Fn(&mut Vec<Vec<u8>>)| {
        let mut entries = world.entries.clone();
        change(&mut entries);
        let report = verified(&signed(&entries), &world.policy);
        (codes(&report), report.exit_code())
    };
    let of_entry = |bytes: &[u8]| Entry::decode(bytes).unwrap();
    // a record of unit 2 is left out; one is put in twice; two of one unit change places
    assert_eq!(with(&|entries| drop(entries.remove(100))), (vec!["chain"], 1));
    assert_eq!(with(&|entries| entries.insert(100, entries[99].clone())), (vec!["chain"], 1));
    assert!(with(&|entries| entries.swap(100, 101)).0.contains(&"chain"));
    // a time of receipt is moved before the one before it
    let earlier = |entries: &mut Vec<Vec<u8>>| {
        let moved = Entry { received_at_ms: NOW_MS - 1, ..of_entry(&entries[50]) };
        entries[50] = moved.encode().to_vec();
    };
    assert_eq!(with(&earlier), (vec!["order"], 1));
    // the last seal is taken away; the operator's own is another
    let unsealed = |entries: &mut Vec<Vec<u8>>| {
        let last = entries.last_mut().unwrap();
        *last = Entry { signature: None, ..of_entry(last) }.encode().to_vec();
    };
    assert_eq!(with(&unsealed), (vec!["uncovered"], 1));
    let forged = |entries: &mut Vec<Vec<u8>>| {
        let at = entries.iter().position(|entry| of_entry(entry).signature.is_some()).unwrap();
        entries[at] = Entry { signature: Some([7; 64]), ..of_entry(&entries[at]) }.encode().to_vec();
    };
    assert_eq!(with(&forged), (vec!["signature"], 1));
    // another facts digest in the middle of a chain breaks the link after it
    let changed = |entries: &mut Vec<Vec<u8>>| {
        let mut entry = of_entry(&entries[100]);
        entry.header_bytes[60] ^= 1;
        entries[100] = entry.encode().to_vec();
    };
    assert_eq!(with(&changed), (vec!["chain"], 1));
}

#[test]
fn an_older_checkpoint_shows_a_log_that_was_rewritten_or_rolled_back() {
    let world = world();
    let kept = world.policy.with_file_name("kept");
    let since = |served: &Served| {
        let report = verify_public(served, &world.policy, Some(&kept), &mut |_| ()).unwrap();
        (codes(&report), report.exit_code())
    };
    fs::write(&kept, &signed(&world.entries[..200]).0["checkpoint"]).unwrap();
    assert_eq!(since(&world.served), (vec![], 0));
    assert!(since(&signed(&world.entries[..150])).0.contains(&"rolled_back"));
    let mut other = world.entries[..200].to_vec();
    let last = Entry::decode(&other[199]).unwrap();
    other[199] = Entry { received_at_ms: last.received_at_ms + 1, ..last }.encode().to_vec();
    fs::write(&kept, &signed(&other).0["checkpoint"]).unwrap();
    assert_eq!(since(&world.served), (vec!["rewritten"], 1));
}

#[test]
fn another_operator_and_an_address_without_a_ledger_are_told_apart() {
    let world = world();
    let other = world.policy.with_file_name("other");
    fs::create_dir(&other).unwrap();
    crate::common::write_policy(&other, &crate::common::secret(9));
    let report = verified(&world.served, &other.join("policy"));
    assert_eq!((codes(&report), report.exit_code()), (vec!["checkpoint"], 1));
    let nothing = verify_public(&Served(BTreeMap::new()), &world.policy, None, &mut |_| ());
    assert!(matches!(nothing, Err(AuditError::Unreachable { .. })));
    let asks = fs::read_to_string(&world.policy).unwrap();
    assert!(asks.contains("quorum none"));
}

/// A server that goes away once it has shown its checkpoint: cosignatures are not waited for.
struct Once(Served, AtomicBool);

impl Tiles for Once {
    fn get(&self, path: &str, max: usize) -> Result<Option<Vec<u8>>, String> {
        match path == "checkpoint" && self.1.swap(true, Ordering::SeqCst) {
            true => Err("gone".to_owned()),
            false => self.0.get(path, max),
        }
    }

    fn address(&self) -> &str {
        self.0.address()
    }
}

#[test]
fn a_checkpoint_that_nobody_cosigned_yet_is_a_fault_that_says_so_and_what_to_do() {
    let world = world();
    let log = Policy::parse(&fs::read(&world.policy).unwrap()).unwrap().logs()[0].clone();
    let name = Origin::new("socai.test/nhan-chung").unwrap();
    let key = NoteKey::witness(name, WitnessKey::of(&crate::common::secret(9)));
    let witness = PolicyWitness { name: "thanh-tra".into(), key, url: None };
    let policy = Policy::threshold(log, vec![witness], 1).unwrap();
    fs::write(&world.policy, policy.to_string()).unwrap();
    let served = Once(world.served.clone(), AtomicBool::default());
    let report = verify_public(&served, &world.policy, None, &mut |_| ()).unwrap();
    assert_eq!((codes(&report), report.exit_code(), report.size), (vec!["quorum"], 1, 300));
    let [fault] = report.faults.as_slice() else { panic!("{:?}", report.faults) };
    assert!(fault.what.ends_with("it has those of: nobody"), "{fault:?}");
    assert!(fault.remedy.starts_with("Verify again later"), "{fault:?}");
}
