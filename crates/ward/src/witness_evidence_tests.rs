//! What stays of a log that a unit did not pass.

use serde_json::Value;

use super::*;

impl Place {
    /// The files in `witness/` whose name begins so, by name.
    fn kept(&self, prefix: &str) -> Vec<(String, Value)> {
        let entries = std::fs::read_dir(self.dir.witness()).unwrap().map(|entry| entry.unwrap().path());
        let name = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
        let found = entries.filter(|path| name(path).starts_with(prefix));
        let read =
            |path: PathBuf| (name(&path), serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap());
        let mut found: Vec<_> = found.map(read).collect();
        found.sort_by(|(one, _), (other, _)| one.cmp(other));
        found
    }
}

fn opened(note: &Value) -> SignedCheckpoint {
    let key = NoteKey::log(origin(), socai_tlog::SealingKey::of(&operator()));
    SignedCheckpoint::open(note.as_str().unwrap().as_bytes(), [&key]).unwrap()
}

#[test]
fn an_operator_that_shows_a_forged_log_and_then_the_honest_one_leaves_its_signed_note_until_the_office_has_looked()
 {
    let place = Place::new();
    let mut log = place.log();
    log.says(v1::event::Kind::UnitRegistered(place.registration()));
    place.seal(&mut log);
    let size = log.size();
    log.ask(&place.witness(), 0).unwrap();
    let mut forged = log.clone();
    let key = Bytes::from_static(&[0x66; 32]);
    forged.says(v1::event::Kind::UnitRegistered(v1::UnitRegistered {
        sealing_key: key,
        ..place.registration()
    }));
    let why = place.refuses(&forged, size).to_string();
    log.others(2).show(&place.witness(), size).unwrap();

    let kept = place.kept("refused-");
    let [(name, evidence)] = &kept[..] else { panic!("{kept:?}") };
    assert_eq!((name.as_str(), evidence["why"].as_str()), ("refused-3.json", Some(&*why)));
    let given = opened(&evidence["given"]);
    assert_eq!((given.size(), *given.root()), (TreeSize(3), forged.root(3)), "signed by the operator");
    assert_ne!(forged.root(3), log.root(3));
    let (entry, facts) = &forged.entries[2];
    assert_eq!(evidence["entry"]["leaf"], 2);
    assert_eq!(evidence["entry"]["entry"], hex::encode(&*entry.encode()));
    assert_eq!(evidence["entry"]["facts"], hex::encode(facts));
    // it shows, nothing is cosigned, and a start forgets none of it
    let standing = place.standing();
    assert_eq!((standing.refused, standing.cosigned), (Some(why.clone()), Some(size)));
    assert_eq!(standing.evidence.iter().map(|line| &*line.file).collect::<Vec<_>>(), ["refused-3.json"]);
    let refused = place.witness().add_checkpoint(&log.request(size, log.size())).unwrap_err();
    assert!(
        matches!(&refused, WitnessError::Contradicted(said) if said.starts_with(&why) && said.contains(name)),
        "{refused}"
    );
    // the office has looked: the file stays beside, the honest log goes on
    acknowledge(&place.dir, 77).unwrap();
    assert_eq!(place.kept("refused-"), []);
    assert_eq!(place.kept("seen-"), [("seen-77-refused-3.json".to_owned(), evidence.clone())]);
    place.witness().add_checkpoint(&log.request(size, log.size())).unwrap();
    assert_eq!(place.standing().refused, None);
    // and a log that is still forged is told again
    let end = log.size();
    log.add(7, b"made up");
    place.refuses(&log, end);
    assert_eq!(place.kept("refused-").len(), 1);
}

#[test]
fn an_own_journal_that_is_brought_back_clears_what_was_taken_for_an_invention() {
    let place = Place::new();
    let mut log = place.log();
    place.seal(&mut log);
    let size = log.others(1).size();
    log.ask(&place.witness(), 0).unwrap();
    place.seal(&mut log);
    log.others(1);
    let last = place.journal.lock().unwrap().pop().unwrap();
    let why = place.refuses(&log, size);
    assert!(
        matches!(why, NotPassed::Invented { leaf: socai_tlog::LeafIndex(2), unknown: Some(_), .. }),
        "{why}"
    );
    assert_eq!(place.kept("refused-")[0].1["entry"]["leaf"], 2);
    place.journal.lock().unwrap().push(last);
    log.ask(&place.witness(), size).unwrap();
    assert_eq!((place.standing().refused, place.kept("refused-")), (None, vec![]));
}

#[test]
fn of_two_checkpoints_of_one_size_both_are_kept() {
    let both = |place: &Place, size: u64| {
        let kept = place.kept("refused-");
        let [(_, evidence)] = &kept[..] else { panic!("{kept:?}") };
        let (given, held) = (opened(&evidence["given"]), opened(&evidence["held"]));
        assert_eq!((given.size(), held.size()), (TreeSize(size), TreeSize(size)));
        assert_ne!(given.root(), held.root());
    };
    let other = |size| Checkpoint { origin: origin(), size: TreeSize(size), root: leaf_hash(b"other") };
    let other = |size| other(size).sign(&operator()).to_string();
    // shown with its entries, against a receipt
    let place = Place::new();
    let mut log = place.log();
    log.others(3).ask(&place.witness(), 0).unwrap();
    std::fs::write(place.dir.checkpoint(), other(5)).unwrap();
    place.refuses_to_look(log.others(2), 3);
    both(&place, 5);
    // for a cosignature, against a receipt
    let place = Place::new();
    let mut log = place.log();
    log.others(3).ask(&place.witness(), 0).unwrap();
    log.others(2).show(&place.witness(), 3).unwrap();
    std::fs::write(place.dir.checkpoint(), other(5)).unwrap();
    let refused = place.witness().add_checkpoint(&log.request(3, 5)).unwrap_err();
    assert!(matches!(refused, WitnessError::AgainstReceipts { .. }), "{refused}");
    both(&place, 5);
    // for a cosignature, against what was cosigned
    let place = Place::new();
    let mut log = place.log();
    log.others(3).ask(&place.witness(), 0).unwrap();
    let forked = AddCheckpoint { old: TreeSize(3), proof: vec![], checkpoint: other(3) };
    let refused = place.witness().add_checkpoint(forked.to_string().as_bytes()).unwrap_err();
    assert!(matches!(refused, WitnessError::Refused(NotWitnessed::Forked { .. })), "{refused}");
    both(&place, 3);
    // a proof that somebody spoilt accuses nobody
    let place = Place::new();
    let mut log = place.log();
    log.others(3).ask(&place.witness(), 0).unwrap();
    let mut spoilt = log.others(2).reached(3, 5);
    spoilt.proof[0] = leaf_hash(b"spoilt");
    let refused = place.witness().add_checkpoint(spoilt.to_string().as_bytes()).unwrap_err();
    assert!(matches!(refused, WitnessError::Refused(NotWitnessed::Forked { .. })), "{refused}");
    assert_eq!(place.kept("refused-"), []);
}

#[test]
fn of_a_forged_log_that_is_shown_again_and_again_the_first_eight_are_kept_each_once() {
    let place = Place::new();
    let mut log = place.log();
    let size = log.others(2).size();
    log.ask(&place.witness(), 0).unwrap();
    let mut once = log.clone();
    log.add(7, b"made up");
    for _ in 0..12 {
        place.refuses(&log, size);
        place.refuses(&log, size);
        log.others(1);
    }
    let kept = place.kept("refused-");
    let sizes: Vec<u64> = kept.iter().map(|(_, evidence)| opened(&evidence["given"]).size().0).collect();
    assert_eq!(kept.len(), 8);
    assert!(sizes.iter().all(|size| (3..11).contains(size)), "{sizes:?}");
    once.add(7, b"made up otherwise");
    place.refuses(&once, size);
    assert_eq!(place.kept("refused-"), kept);
    // a file that cannot be read was looked at by nobody
    std::fs::write(place.dir.witness().join("refused-3.json"), "{").unwrap();
    assert_eq!(place.standing().evidence.len(), 8);
}
