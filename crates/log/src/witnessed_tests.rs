#![allow(clippy::unwrap_used, clippy::panic)] // a test says what went wrong by panicking

use std::fs;

use super::*;

fn origin() -> Origin {
    Origin::new("socai.test/nhan-chung").unwrap()
}

fn file(notes: &[&str]) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("witnessed");
    let (mut file, damage) = WitnessedFile::open(&path, &origin(), &Disk::default()).unwrap();
    assert!(damage.is_none() && file.last().is_none());
    notes.iter().for_each(|note| file.keep(note.as_bytes()).unwrap());
    (dir, path)
}

/// The notes up to the end, and whether a torn frame stands there.
fn read(path: &Path) -> Result<(Vec<String>, bool), LogError> {
    let mut notes = WitnessedNotes::open(path, &origin())?.unwrap();
    let mut read = vec![];
    while let Some(note) = notes.next_note()? {
        read.push(String::from_utf8(note.to_vec()).unwrap());
    }
    Ok((read, notes.is_torn()))
}

#[test]
fn notes_come_back_in_the_order_they_were_kept_and_the_last_one_is_known_after_a_start() {
    let (_dir, path) = file(&["một\n", "hai\n"]);
    let (mut file, _) = WitnessedFile::open(&path, &origin(), &Disk::default()).unwrap();
    assert_eq!(file.last(), Some("hai\n".as_bytes()));
    file.keep(b"ba\n").unwrap();
    assert_eq!(read(&path).unwrap(), (vec!["một\n".into(), "hai\n".into(), "ba\n".into()], false));
    assert!(WitnessedNotes::open(&path.with_extension("none"), &origin()).unwrap().is_none());
}

#[test]
fn wherever_a_crash_tears_the_last_note_the_ones_before_are_read_and_the_next_one_follows_them() {
    let (_dir, path) = file(&["một\n", "hai\n"]);
    let whole = fs::read(&path).unwrap();
    let first = whole.len() - (OVERHEAD + 4);
    for len in first..whole.len() {
        fs::write(&path, &whole[..len]).unwrap();
        assert_eq!(read(&path).unwrap(), (vec!["một\n".into()], len > first), "{len}");
        let (mut file, damage) = WitnessedFile::open(&path, &origin(), &Disk::default()).unwrap();
        assert!(damage.is_none(), "{len}");
        file.keep(b"ba\n").unwrap();
        assert_eq!(read(&path).unwrap(), (vec!["một\n".into(), "ba\n".into()], false), "{len}");
    }
}

#[test]
fn every_flipped_bit_is_damage_or_a_torn_end_and_a_damaged_file_is_put_aside() {
    let (_dir, path) = file(&["một\n", "hai\n"]);
    let whole = fs::read(&path).unwrap();
    for bit in 0..whole.len() * 8 {
        let mut flipped = whole.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        fs::write(&path, &flipped).unwrap();
        match read(&path) {
            Err(error) => assert!(error.is_damage(), "{bit}: {error}"),
            Ok((notes, torn)) => assert!(torn && notes.len() < 2, "{bit}: {notes:?}"),
        }
    }
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    fs::write(&path, &flipped).unwrap();
    let (file, damage) = WitnessedFile::open(&path, &origin(), &Disk::default()).unwrap();
    assert!(damage.unwrap().is_damage() && file.last().is_none());
    assert_eq!(fs::read(path.with_extension("damaged")).unwrap(), flipped);
    assert_eq!(read(&path).unwrap(), (vec![], false));
}

#[test]
fn a_file_of_another_ledger_is_not_read() {
    let (_dir, path) = file(&["một\n"]);
    let other = Origin::new("socai.test/khac").unwrap();
    assert!(WitnessedNotes::open(&path, &other).unwrap().unwrap().next_note().unwrap_err().is_damage());
}

#[test]
fn a_copy_takes_whole_notes_alone_and_goes_on_from_there() {
    let note = |size: u64| {
        let root = socai_tlog::empty_root();
        let checkpoint = socai_tlog::Checkpoint { origin: origin(), size: TreeSize(size), root };
        checkpoint.sign(&socai_tlog::SigningKey::from_bytes(&[7; 32])).to_string()
    };
    let (one, two, three) = (note(1), note(2), note(3));
    let (_dir, source) = file(&[&one, &two, &three]);
    let (_other, path) = file(&[]);
    let bytes = fs::read(&source).unwrap();
    let (mut copy, _) = WitnessedFile::open(&path, &origin(), &Disk::default()).unwrap();
    let begin = copy.end() as usize;
    let torn = bytes.len() - 1;
    assert_eq!(copy.take(&bytes[begin..torn], TreeSize(1)).unwrap(), OVERHEAD + one.len());
    assert_eq!(copy.take(&bytes[copy.end() as usize..torn], TreeSize(9)).unwrap(), OVERHEAD + two.len());
    let rest = copy.end() as usize;
    assert_eq!(copy.take(&bytes[rest..], TreeSize(2)).unwrap(), 0, "the copy's log is not that long yet");
    assert_eq!(copy.take(b"what is no frame at all", TreeSize(9)).unwrap(), 0);
    assert_eq!(copy.take(&bytes[rest..], TreeSize(3)).unwrap(), OVERHEAD + three.len());
    assert_eq!(copy.last(), Some(three.as_bytes()));
    assert_eq!(fs::read(&path).unwrap(), bytes);
}
