//! Signed notes, checkpoints and cosignatures: against the specification, another implementation and a public log.
#![allow(clippy::unwrap_used)] // helpers of tests

use crate::common::*;
use proptest::prelude::*;
use signed_note::{Signer as _, Verifier as _};
use socai_tlog::*;

const EXAMPLE_KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const EXAMPLE: &str = "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

/// A checkpoint of a public Certificate Transparency log, with signatures of types 1, 4 and 5.
const PUBLIC: &str = "arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
";
const PUBLIC_LOG: &str =
    "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f";
const PUBLIC_WITNESS: &str = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";

fn vkey(text: &str) -> NoteKey {
    text.parse().unwrap()
}

fn log_key() -> NoteKey {
    NoteKey::log(origin(), SealingKey::of(&operator()))
}

fn witness_name() -> Origin {
    Origin::new("so-cai.example/thanh-xuan/ha-dinh").unwrap()
}

fn witness_key() -> NoteKey {
    NoteKey::witness(witness_name(), WitnessKey::of(&key(0x33)))
}

fn checkpoint() -> Checkpoint {
    Checkpoint { origin: origin(), size: TreeSize(1), root: leaf_hash(b"one") }
}

#[test]
fn the_specification_s_example_verifies_and_is_signed_the_same() {
    let key = vkey(EXAMPLE_KEY);
    assert_eq!((key.to_string().as_str(), key.id()), (EXAMPLE_KEY, 0x530d_903a));
    let note = Note::parse(EXAMPLE.as_bytes()).unwrap();
    assert_eq!(note.text(), "This is an example message.\n");
    assert_eq!(note.verify([&key]), Ok(vec![Verified { key: &key, time_s: None }]));
    assert_eq!(note.to_string(), EXAMPLE);
}

#[test]
fn a_public_log_s_checkpoint_and_cosignature_verify() {
    let keys = [vkey(PUBLIC_LOG), vkey(PUBLIC_WITNESS)];
    let (signed, verified) = SignedCheckpoint::open_verified(PUBLIC.as_bytes(), &keys).unwrap();
    assert_eq!((signed.size(), signed.to_string().as_str()), (TreeSize(1_432_088_532), PUBLIC));
    let times: Vec<_> = verified.iter().map(|by| by.time_s).collect();
    assert_eq!(times, [None, Some(1_779_573_024)]);
    let altered = PUBLIC.replacen("1432088532", "1432088533", 1);
    for key in &keys {
        let error = SignedCheckpoint::open(altered.as_bytes(), [key]).unwrap_err();
        assert!(matches!(error, CheckpointError::Note(NoteError::BadSignature { .. })), "{error}");
    }
}

#[test]
fn another_implementation_reads_our_notes_and_we_read_theirs() {
    let ours = checkpoint().sign(&operator()).to_string();
    let verifier = signed_note::StandardVerifier::new(&log_key().to_string()).unwrap();
    assert_eq!(verifier.key_id(), log_key().id());
    let note = signed_note::Note::from_bytes(ours.as_bytes()).unwrap();
    assert!(verifier.verify(note.text(), note_signature(&note)));

    // a private key in their form, of the same seed
    let secret = [&[1], &operator().to_bytes()[..]].concat();
    let secret = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, secret);
    let secret = format!("PRIVATE+KEY+{}+{:08x}+{secret}", origin(), log_key().id());
    let signer = signed_note::StandardSigner::new(&secret).unwrap();
    let mut theirs = signed_note::Note::new(checkpoint().text().as_bytes(), &[]).unwrap();
    theirs.add_sigs(&[&signer]).unwrap();
    assert_eq!(signer.name(), origin().as_str());
    assert_eq!(String::from_utf8(theirs.to_bytes()).unwrap(), ours, "Ed25519 is deterministic");
}

/// Their note keeps its signatures private; the bytes of its only line are what our reader sees.
fn note_signature(note: &signed_note::Note) -> &'static [u8] {
    let ours = Note::parse(&note.to_bytes()).unwrap();
    ours.signatures()[0].signature.clone().leak()
}

#[test]
fn a_text_with_blank_lines_is_split_at_the_last_one() {
    let note = Note::parse("one\n\ntwo\n\n\n— a AAAAAQI=\n".as_bytes()).unwrap();
    assert_eq!(note.text(), "one\n\ntwo\n\n");
    assert_eq!(note.signatures(), [NoteSignature { name: "a".into(), id: 1, signature: vec![2] }]);
}

#[test]
fn what_is_not_a_note_is_refused() {
    let line = "— a AAAAAQI=\n";
    for bad in ["", "\n", "text\n", "text\n\n", "text\n\n— a AAAAAQI=", "text\n\n— a AAAAAQI=\n\n", line]
    {
        assert_eq!(Note::parse(bad.as_bytes()), Err(NoteError::Structure), "{bad:?}");
    }
    for bad in [
        "- a AAAAAQI=",
        "—  AAAAAQI=",
        "— a",
        "— a+b AAAAAQI=",
        "— a\u{2003}b AAAAAQI=",
        "— a AAAAAQI",
        "— a AAAAAQJ=",
        "— a AAAAAQ==",
        "— a  AAAAAQI=",
        "— a AAAAAQI= ",
    ] {
        let note = format!("text\n\n{line}{bad}\n");
        assert_eq!(Note::parse(note.as_bytes()), Err(NoteError::SignatureLine { line: 2 }), "{bad:?}");
    }
    assert_eq!(Note::parse(b"te\rxt\n\n"), Err(NoteError::NotText { at: 2 }));
    assert_eq!(Note::parse(b"te\xffxt\n\n"), Err(NoteError::NotText { at: 2 }));
    assert!(Note::new("no newline").is_err() && Note::new("tab\t\n").is_err());
    let lines = |count| format!("text\n\n{}", line.repeat(count));
    assert!(Note::parse(lines(MAX_SIGNATURES).as_bytes()).is_ok());
    assert!(matches!(
        Note::parse(lines(MAX_SIGNATURES + 1).as_bytes()),
        Err(NoteError::TooMuch { got: 257, .. })
    ));
    let long = vec![b'a'; MAX_NOTE_LEN + 1];
    assert!(matches!(Note::parse(&long), Err(NoteError::TooMuch { .. })));
}

#[test]
fn unknown_keys_are_ignored_and_known_ones_must_verify() {
    let mut note = checkpoint().sign(&operator()).note().clone();
    assert!(
        matches!(note.verify([&witness_key()]), Err(NoteError::Untrusted { signers }) if signers == [origin().as_str()])
    );
    let stranger = NoteSignature { name: origin().to_string(), id: 7, signature: vec![1; 64] };
    note.add(stranger);
    assert_eq!(note.verify([&log_key()]).unwrap().len(), 1);
    let forged =
        NoteSignature { name: witness_name().to_string(), id: witness_key().id(), signature: vec![1; 72] };
    note.add(forged);
    assert_eq!(note.verify([&log_key()]).unwrap().len(), 1);
    let error = note.verify([&log_key(), &witness_key()]).unwrap_err();
    assert!(matches!(error, NoteError::BadSignature { .. }));
}

#[test]
fn a_key_is_read_only_if_its_id_and_type_are_right() {
    let same = |text: &str| text.parse::<NoteKey>().is_ok_and(|key| key.to_string() == text);
    assert!(same(EXAMPLE_KEY) && same(PUBLIC_WITNESS) && same(&witness_key().to_string()));
    let structure = ["", "a", "a+b", "a+530d903a", "a+530d903+AA==", "a+530d903a+A", "a+530d903a+"];
    for bad in structure {
        assert!(matches!(bad.parse::<NoteKey>(), Err(BadNoteKey::Structure { .. })), "{bad:?}");
    }
    let capitals = EXAMPLE_KEY.replace("530d903a", "530D903a");
    assert!(capitals != EXAMPLE_KEY);
    assert!(matches!(capitals.parse::<NoteKey>(), Err(BadNoteKey::Structure { .. })), "a key has one form");
    let name = EXAMPLE_KEY.replace("example.com/foo", "example.com/fog").parse::<NoteKey>();
    assert!(matches!(name, Err(BadNoteKey::Id { got: 0x530d_903a, .. })));
    let ecdsa = EXAMPLE_KEY.replace("+Aek", "+Auk").parse::<NoteKey>();
    assert!(matches!(ecdsa, Err(BadNoteKey::Type { got: 2, .. })));
    let weak = format!("a+00000000+AQ{}", "A".repeat(42)).parse::<NoteKey>();
    assert!(matches!(weak, Err(BadNoteKey::Key { reason: BadKey::Weak, .. })), "{weak:?}");
    assert!(matches!("a+00000000+AQ==".parse::<NoteKey>(), Err(BadNoteKey::Key { .. })));
}

#[test]
fn a_checkpoint_has_exactly_three_lines_of_one_form() {
    let text = checkpoint().text();
    assert_eq!(Checkpoint::parse(&text), Ok(checkpoint()));
    let root = text.lines().nth(2).unwrap();
    let bad = [
        (1, String::new()),
        (1, format!("a b\n1\n{root}\n")),
        (2, format!("a\n\n{root}\n")),
        (2, format!("a\n01\n{root}\n")),
        (2, format!("a\n+1\n{root}\n")),
        (2, format!("a\n9223372036854775808\n{root}\n")),
        (3, "a\n1\n".to_owned()),
        (3, "a\n1\nAAAA\n".to_owned()),
        (3, format!("a\n1\n{}\n", &root[..43])),
        (4, format!("a\n1\n{root}\nextension\n")),
        (4, format!("a\n1\n{root}\n\n")),
        (1, format!("a\n1\n{root}")),
    ];
    for (at, text) in bad {
        let error = Checkpoint::parse(&text).unwrap_err();
        assert!(matches!(error, CheckpointError::Line { line, .. } if line == at), "{text:?}: {error}");
    }
}

#[test]
fn only_the_log_itself_can_sign_its_checkpoint() {
    let signed = checkpoint().sign(&operator());
    assert_eq!(SignedCheckpoint::open(signed.to_string().as_bytes(), [&log_key()]), Ok(signed.clone()));
    // another trusted log signs under this origin
    let other = Origin::new("so-cai.example/dong-da").unwrap();
    let mut note = Note::new(signed.note().text()).unwrap();
    let foreign = Checkpoint { origin: other.clone(), ..checkpoint() }.sign(&key(0x44));
    note.add(foreign.note().signatures()[0].clone());
    let other_key = NoteKey::log(other, SealingKey::of(&key(0x44)));
    assert!(SignedCheckpoint::open(note.to_string().as_bytes(), [&log_key(), &other_key]).is_err());
    // a witness alone
    let mut note = Note::new(signed.note().text()).unwrap();
    note.add(cosign(&signed, &witness_name(), &key(0x33), 1).unwrap());
    let opened = SignedCheckpoint::open(note.to_string().as_bytes(), [&log_key(), &witness_key()]);
    assert_eq!(opened, Err(CheckpointError::NotByLog { origin: origin() }));
}

#[test]
fn a_cosignature_states_its_time_and_replaces_the_earlier_one() {
    let mut signed = checkpoint().sign(&operator());
    for time_s in [1_676_000_000, 1_676_000_060] {
        signed.add(cosign(&signed, &witness_name(), &key(0x33), time_s).unwrap());
        let keys = [log_key(), witness_key()];
        let verified = signed.note().verify(&keys).unwrap();
        assert_eq!(verified[1].time_s, Some(time_s));
        assert_eq!(signed.note().signatures().len(), 2);
    }
    assert_eq!(signed.note().signatures()[1].signature.len(), 72);
    let mut moved = signed.note().signatures()[1].clone();
    moved.signature[7] ^= 1;
    signed.add(moved);
    assert!(signed.note().verify([&witness_key()]).is_err(), "the time is signed");
    assert_eq!(cosign(&signed, &witness_name(), &key(0x33), 1 << 63), None);
}

#[test]
fn heads_and_refusals_are_signed_for_every_one_of_their_parts() {
    let head = HeadStatement {
        unit: WARD,
        head: ward_chain().head(),
        reason: 1,
        nonce: [7; 16],
        checkpoint: "note",
    };
    let other = Origin::new("so-cai.example/dong-da").unwrap();
    let key = SealingKey::of(&operator());
    let signature = head.sign(&origin(), &operator());
    assert!(head.verify(&origin(), &key, &signature) && !head.verify(&other, &key, &signature));
    let next = ChainHead { next_seq: UnitSeq(1), ..head.head };
    let moved = ChainHead { link: Link::ZERO, ..head.head };
    let others = [
        HeadStatement { unit: UnitNo(18), ..head },
        HeadStatement { head: next, ..head },
        HeadStatement { head: moved, ..head },
        HeadStatement { reason: 2, ..head },
        HeadStatement { nonce: [8; 16], ..head },
        HeadStatement { checkpoint: "other", ..head },
    ];
    assert!(others.iter().all(|other| !other.verify(&origin(), &key, &signature)));

    let refusal =
        RefusalStatement { unit: WARD, first: UnitSeq(3), last: UnitSeq(9), code: 4, text: "suspended" };
    let signature = refusal.sign(&origin(), &operator());
    assert!(refusal.verify(&origin(), &key, &signature) && !refusal.verify(&other, &key, &signature));
    let others = [
        RefusalStatement { unit: UnitNo(18), ..refusal },
        RefusalStatement { first: UnitSeq(4), ..refusal },
        RefusalStatement { last: UnitSeq(8), ..refusal },
        RefusalStatement { code: 5, ..refusal },
        RefusalStatement { text: "suspende", ..refusal },
    ];
    assert!(others.iter().all(|other| !other.verify(&origin(), &key, &signature)));
}

#[test]
fn erasures_are_signed_for_every_one_of_their_parts() {
    let (a, b) = (Hash([1; 32]), Hash([2; 32]));
    let erasure = ErasureStatement {
        unit: WARD,
        seq: UnitSeq(3),
        from: TreeSize(9),
        leaf: LeafIndex(20),
        entry: a,
        annex: Digest([3; 32]),
        checkpoint: "note",
        inclusion: &[a, b],
    };
    let other = Origin::new("so-cai.example/dong-da").unwrap();
    let key = SealingKey::of(&operator());
    let signature = erasure.sign(&origin(), &operator());
    assert!(erasure.verify(&origin(), &key, &signature) && !erasure.verify(&other, &key, &signature));
    let others = [
        ErasureStatement { unit: UnitNo(18), ..erasure },
        ErasureStatement { seq: UnitSeq(4), ..erasure },
        ErasureStatement { from: TreeSize(0), ..erasure },
        ErasureStatement { leaf: LeafIndex(21), ..erasure },
        ErasureStatement { entry: b, ..erasure },
        ErasureStatement { annex: Digest([4; 32]), ..erasure },
        ErasureStatement { checkpoint: "not", ..erasure },
        ErasureStatement { inclusion: &[a], ..erasure },
    ];
    assert!(others.iter().all(|other| !other.verify(&origin(), &key, &signature)));
}

#[test]
fn receipts_are_signed_for_every_one_of_their_parts() {
    let run = |first, leaf, count| StatedRun { first: UnitSeq(first), leaf: LeafIndex(leaf), count };
    let (a, b) = (Hash([1; 32]), Hash([2; 32]));
    let runs = [run(3, 10, 2), run(5, 20, 1)];
    let receipt = ReceiptStatement {
        unit: WARD,
        first: UnitSeq(3),
        last: UnitSeq(5),
        link: Link([9; 32]),
        received_at_ms: 1_673_488_960_123,
        runs: &runs,
        checkpoint: "note",
        inclusion: &[a, b],
        consistency_from: TreeSize(4),
        consistency: &[b],
    };
    let other = Origin::new("so-cai.example/dong-da").unwrap();
    let key = SealingKey::of(&operator());
    let signature = receipt.sign(&origin(), &operator());
    assert!(receipt.verify(&origin(), &key, &signature) && !receipt.verify(&other, &key, &signature));
    let others = [
        ReceiptStatement { unit: UnitNo(18), ..receipt },
        ReceiptStatement { first: UnitSeq(4), ..receipt },
        ReceiptStatement { last: UnitSeq(6), ..receipt },
        ReceiptStatement { link: Link([8; 32]), ..receipt },
        ReceiptStatement { received_at_ms: 0, ..receipt },
        ReceiptStatement { runs: &runs[..1], ..receipt },
        ReceiptStatement { runs: &[run(3, 10, 2), run(5, 21, 1)], ..receipt },
        ReceiptStatement { runs: &[run(3, 10, 1), run(5, 20, 1)], ..receipt },
        ReceiptStatement { checkpoint: "not", ..receipt },
        ReceiptStatement { inclusion: &[b, a], ..receipt },
        // the same hashes, parted elsewhere between the two proofs
        ReceiptStatement { inclusion: &[a], consistency: &[b, b], ..receipt },
        ReceiptStatement { consistency_from: TreeSize(0), ..receipt },
        ReceiptStatement { consistency: &[], ..receipt },
    ];
    assert!(others.iter().all(|other| !other.verify(&origin(), &key, &signature)));
}

#[test]
fn no_two_kinds_of_message_can_be_the_same_bytes() {
    let head =
        HeadStatement { unit: WARD, head: ward_chain().head(), reason: 0, nonce: [0; 16], checkpoint: "" };
    let refusal = RefusalStatement { unit: WARD, first: UnitSeq(0), last: UnitSeq(0), code: 0, text: "" };
    let receipt = ReceiptStatement {
        unit: WARD,
        first: UnitSeq(0),
        last: UnitSeq(0),
        link: Link::ZERO,
        received_at_ms: 0,
        runs: &[],
        checkpoint: "",
        inclusion: &[],
        consistency_from: TreeSize(0),
        consistency: &[],
    };
    let messages = [
        segment_message(&origin(), Link::ZERO),
        head.message(&origin()),
        refusal.message(&origin()),
        receipt.message(&origin()),
    ];
    for (i, message) in messages.iter().enumerate() {
        assert_eq!(message[0], 0);
        assert!(Note::new(&String::from_utf8_lossy(message)).is_err(), "a note's text has no zero byte");
        let tag = &message[..13]; // the shortest, "\0socai.v1 head"
        assert!(messages.iter().skip(i + 1).all(|other| !other.starts_with(tag)));
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_readers_panic(text in "(.|\n){0,80}(\n\n(— \\PC{0,10} [A-Za-z0-9+/=]{0,12}\n){0,3})?", key in "[a-z]{0,3}\\+[0-9a-f]{0,9}\\+[A-Za-z0-9+/=]{0,60}") {
        let _ = Checkpoint::parse(&text);
        let _ = key.parse::<NoteKey>();
        if let Ok(note) = Note::parse(text.as_bytes()) {
            prop_assert_eq!(note.to_string(), text, "a note has one form");
        }
    }

    #[test]
    fn no_bytes_make_the_note_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Note::parse(&bytes);
    }

    #[test]
    fn no_byte_of_a_signed_checkpoint_can_be_changed(at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let signed = checkpoint().sign(&operator());
        let mut bytes = signed.to_string().into_bytes();
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != to);
        bytes[at] = to;
        prop_assert!(SignedCheckpoint::open(&bytes, [&log_key()]).is_err());
    }
}
