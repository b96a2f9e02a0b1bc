//! Trust policies and proof files.
#![allow(clippy::unwrap_used)] // helpers of tests

use crate::common::*;
use proptest::prelude::*;
use socai_tlog::*;

fn log() -> NoteKey {
    NoteKey::log(origin(), SealingKey::of(&operator()))
}

/// Witness `i` of the tests: its name, secret key and public key.
fn witness(i: u8) -> (Origin, SigningKey, NoteKey) {
    let name = Origin::new(&format!("witness.example/w{i}")).unwrap();
    let secret = key(0x40 + i);
    let public = NoteKey::witness(name.clone(), WitnessKey::of(&secret));
    (name, secret, public)
}

/// The two-level example of C2SP tlog-policy: two of X1 X2 X3, and any of Y1 Y2 Y3.
fn example() -> String {
    let keys: Vec<_> = (1..=6).map(|i| witness(i).2.to_string()).collect();
    format!(
        "# comment\n\tlog {} https://log.example/ \n\nwitness X1 {} \nwitness X2\t{}\nwitness X3 {}\n\
         group X-witnesses 2 X1 X2 X3\nwitness Y1 {}\nwitness Y2 {} https://y2.example/\nwitness Y3 {}\n  # another\n\
         group Y-witnesses any Y1 Y2 Y3\ngroup X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n",
        log(),
        keys[0],
        keys[1],
        keys[2],
        keys[3],
        keys[4],
        keys[5],
    )
}

fn tree() -> MemoryTree {
    let mut tree = MemoryTree::default();
    tree.extend((0..10_u64).map(|i| leaf_hash(&i.to_be_bytes())));
    tree
}

fn signed() -> SignedCheckpoint {
    let (size, root) = (tree().size(), tree().root());
    Checkpoint { origin: origin(), size, root }.sign(&operator())
}

fn cosigned(by: &[u8]) -> SignedCheckpoint {
    let mut checkpoint = signed();
    for &i in by {
        let (name, secret, _) = witness(i);
        checkpoint.add(cosign(&checkpoint, &name, &secret, 1_676_000_000 + u64::from(i)).unwrap());
    }
    checkpoint
}

#[test]
fn every_set_of_cosignatures_is_judged_as_the_example_says() {
    let policy = Policy::parse(example().as_bytes()).unwrap();
    for set in 0..64_u8 {
        let by: Vec<u8> = (0..6).filter(|i| set >> i & 1 == 1).map(|i| i + 1).collect();
        let enough = (set & 0b111).count_ones() >= 2 && set >> 3 != 0;
        let note = cosigned(&by).to_string();
        let opened = policy.open(note.as_bytes()).unwrap();
        assert_eq!(opened.quorum_met, enough, "{by:?}");
        assert_eq!(opened.witnessed_by.len(), by.len());
        assert_eq!(policy.verify(note.as_bytes()).is_ok(), enough);
    }
}

#[test]
fn a_policy_tells_who_cosigned_and_when() {
    let policy = Policy::parse(example().as_bytes()).unwrap();
    let opened = policy.open(cosigned(&[5, 1]).to_string().as_bytes()).unwrap();
    let expected = [("X1", 1_676_000_001), ("Y2", 1_676_000_005)];
    assert!(opened.witnessed_by.iter().map(|by| (by.witness.as_str(), by.time_s)).eq(expected));
    let error = policy.verify(cosigned(&[5, 1]).to_string().as_bytes()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the checkpoint of size 10 has too few cosignatures for the policy, only of: [X1, Y2]"
    );
    assert_eq!(policy.logs()[0].url.as_deref(), Some("https://log.example/"));
    assert_eq!(policy.witnesses()[4].url.as_deref(), Some("https://y2.example/"));
}

#[test]
fn a_policy_prints_as_a_file_that_means_the_same() {
    let policy = Policy::parse(example().as_bytes()).unwrap();
    let printed = policy.to_string();
    let again = Policy::parse(printed.as_bytes()).unwrap();
    assert_eq!(again.to_string(), printed);
    assert_eq!((again.logs(), again.witnesses()), (policy.logs(), policy.witnesses()));
    let note = cosigned(&[1, 2, 4]).to_string();
    assert_eq!(again.open(note.as_bytes()), policy.open(note.as_bytes()));
}

#[test]
fn without_a_quorum_the_log_s_signature_is_enough() {
    let policy = Policy::parse(format!("log {}\nquorum none", log()).as_bytes()).unwrap();
    assert!(policy.verify(signed().to_string().as_bytes()).is_ok());
    let other = NoteKey::log(origin(), SealingKey::of(&ward()));
    let policy = Policy::parse(format!("log {other}\nquorum none").as_bytes()).unwrap();
    let error = policy.verify(signed().to_string().as_bytes());
    assert!(matches!(
        error,
        Err(PolicyError::Checkpoint(CheckpointError::Note(NoteError::Untrusted { .. })))
    ));
}

#[test]
fn a_threshold_policy_is_built_from_names_that_stay_on_their_line() {
    let log = PolicyLog { key: log(), url: None };
    let witnesses = |name: &str| {
        let first = PolicyWitness { name: name.to_owned(), key: witness(1).2, url: None };
        vec![
            first,
            PolicyWitness { name: "w2".to_owned(), key: witness(2).2, url: Some("https://w2/".to_owned()) },
        ]
    };
    let policy = Policy::threshold(log.clone(), witnesses("w1"), 2).unwrap();
    assert!(policy.verify(cosigned(&[1, 2]).to_string().as_bytes()).is_ok());
    assert!(policy.verify(cosigned(&[1]).to_string().as_bytes()).is_err());
    assert_eq!(Policy::parse(policy.to_string().as_bytes()), Ok(policy));
    let none = Policy::threshold(log.clone(), witnesses("w1"), 0).unwrap();
    assert!(none.verify(signed().to_string().as_bytes()).is_ok());
    for bad in ["", "a b", "none", "w2", "witnesses", "#", "x\nquorum none\n#"] {
        let policy = Policy::threshold(log.clone(), witnesses(bad), 2);
        assert!(policy.is_err() || bad == "#", "{bad:?}: {policy:?}");
    }
    assert!(Policy::threshold(log, witnesses("w1"), 3).is_err());
}

#[test]
fn lines_that_break_a_rule_are_refused_with_their_number() {
    let (l, a, b) = (log(), witness(1).2, witness(2).2);
    let two = format!("witness A {a}\nwitness B {b}\n");
    let cases = [
        ("no quorum line", format!("log {l}\n")),
        ("a second quorum", "quorum none\nquorum none\n".to_owned()),
        ("no line before defines A", format!("quorum A\nwitness A {a}\n")),
        ("no line before defines g", format!("{two}group g any A g\nquorum none\n")),
        ("no line before defines none", format!("{two}group g any none\nquorum none\n")),
        ("the name A is taken", format!("{two}group A any B\nquorum none\n")),
        ("the name none is taken", format!("witness none {a}\nquorum none\n")),
        ("A is a member of a group already", format!("{two}group g any A A\nquorum none\n")),
        ("A is a member of a group already", format!("{two}group g any A\ngroup h any A B\nquorum none\n")),
        ("got 0", format!("{two}group g 0 A B\nquorum none\n")),
        ("got 3", format!("{two}group g 3 A B\nquorum none\n")),
        ("got +1", format!("{two}group g +1 A B\nquorum none\n")),
        ("got most", format!("{two}group g most A B\nquorum none\n")),
        ("expected `log", format!("{two}group g any\nquorum none\n")),
        ("expected `log", format!("log {l} url more\nquorum none\n")),
        ("expected `log", "log\nquorum none\n".to_owned()),
        ("expected `log", "Quorum none\n".to_owned()),
        ("is listed twice", format!("witness A {a}\nwitness B {a}\nquorum none\n")),
        ("is listed twice", format!("log {l}\nlog {l}\nquorum none\n")),
        ("the type of the other role", format!("witness A {l}\nquorum none\n")),
        ("the type of the other role", format!("log {a}\nquorum none\n")),
        ("is not a verifier key", "log key\nquorum none\n".to_owned()),
        ("byte 0x0d is not allowed", "quorum none\r\n".to_owned()),
        ("byte 0x7f is not allowed", "quorum none\x7f\n".to_owned()),
    ];
    for (reason, file) in cases {
        let error = Policy::parse(file.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(reason), "{file}: {error}");
    }
    let long = vec![b'\n'; (256 << 10) + 1];
    assert!(matches!(Policy::parse(&long).unwrap_err().fault, PolicyFault::TooLong { .. }));
}

#[test]
fn names_are_bytes_and_need_not_be_utf_8() {
    let mut file =
        format!("log {}\nwitness W\u{e9} {}\n", log(), witness(1).2).replace('é', "?").into_bytes();
    let at = file.iter().rposition(|&byte| byte == b'?').unwrap();
    file[at] = 0xe9;
    file.extend(b"quorum W\xe9\n# \xff\n");
    let policy = Policy::parse(&file).unwrap();
    assert!(policy.verify(cosigned(&[1]).to_string().as_bytes()).is_ok());
    assert!(policy.verify(signed().to_string().as_bytes()).is_err());
}

#[test]
fn thirty_two_of_everything_is_read() {
    let mut file = String::new();
    for i in 0..32 {
        let seeds = [key(100 + i), key(150 + i)];
        let name = Origin::new(&format!("n{i}")).unwrap();
        file += &format!("log {}\n", NoteKey::log(name.clone(), SealingKey::of(&seeds[0])));
        file += &format!("witness w{i} {}\n", NoteKey::witness(name, WitnessKey::of(&seeds[1])));
        file += &format!("group g{i} any w{i}\n");
    }
    assert!(Policy::parse((file + "quorum g31\n").as_bytes()).is_ok());
}

fn proof_file(leaf: u64) -> ProofFile {
    let proof = prove_inclusion(&tree(), LeafIndex(leaf), TreeSize(10)).unwrap();
    ProofFile { extra: None, index: LeafIndex(leaf), proof, checkpoint: cosigned(&[1, 2, 4]).to_string() }
}

#[test]
fn a_proof_file_convinces_whoever_holds_the_policy() {
    let policy = Policy::parse(example().as_bytes()).unwrap();
    for leaf in 0..10 {
        let extra = (leaf % 2 == 1).then(|| b"extra".to_vec());
        let file = ProofFile { extra, ..proof_file(leaf) };
        let read = ProofFile::parse(file.to_string().as_bytes()).unwrap();
        assert_eq!(read, file);
        assert!(read.verify(&leaf_hash(&leaf.to_be_bytes()), &policy).unwrap().quorum_met);
        let other = read.verify(&leaf_hash(b"other"), &policy);
        assert!(matches!(other, Err(Unproven::Inclusion(ProofError::Root { .. }))));
    }
    let mut unwitnessed = proof_file(3);
    unwitnessed.checkpoint = signed().to_string();
    let verified = unwitnessed.verify(&leaf_hash(&3_u64.to_be_bytes()), &policy);
    assert!(matches!(verified, Err(Unproven::Policy(PolicyError::Quorum { .. }))));
}

#[test]
fn no_byte_of_a_proof_file_can_be_changed() {
    let policy = Policy::parse(format!("log {}\nquorum none\n", log()).as_bytes()).unwrap();
    let file = ProofFile { checkpoint: signed().to_string(), ..proof_file(3) }.to_string();
    let leaf = leaf_hash(&3_u64.to_be_bytes());
    for at in 0..file.len() {
        let mut bytes = file.clone().into_bytes();
        bytes[at] ^= 1;
        let proven = ProofFile::parse(&bytes).is_ok_and(|file| file.verify(&leaf, &policy).is_ok());
        assert!(!proven, "byte {at} was changed unnoticed");
    }
}

#[test]
fn what_is_not_a_proof_file_is_refused_with_its_line() {
    let hash = "A".repeat(43) + "=";
    let cases = [
        (1, "".to_owned()),
        (1, "c2sp.org/tlog-proof@v1\nindex 0\n".to_owned()),
        (1, "c2sp.org/tlog-proof@v2\nindex 0\n\nnote\n".to_owned()),
        (2, "c2sp.org/tlog-proof@v1\n\nnote\n".to_owned()),
        (2, "c2sp.org/tlog-proof@v1\nextra A\nindex 0\n\nnote\n".to_owned()),
        (2, "c2sp.org/tlog-proof@v1\nindex 00\n\nnote\n".to_owned()),
        (2, "c2sp.org/tlog-proof@v1\nindex -1\n\nnote\n".to_owned()),
        (3, "c2sp.org/tlog-proof@v1\nextra AAAA\nindex 1 \n\nnote\n".to_owned()),
        (4, format!("c2sp.org/tlog-proof@v1\nindex 1\n{hash}\n{}\n\nnote\n", &hash[1..])),
        (3, "c2sp.org/tlog-proof@v1\nindex 1\nextra AAAA\n\nnote\n".to_owned()),
    ];
    for (at, file) in cases {
        let error = ProofFile::parse(file.as_bytes()).unwrap_err();
        assert!(matches!(error, BadProofFile::Line { line, .. } if line == at), "{file:?}: {error}");
    }
    let many = format!("c2sp.org/tlog-proof@v1\nindex 1\n{}\nnote\n", format!("{hash}\n").repeat(65));
    assert!(matches!(ProofFile::parse(many.as_bytes()), Err(BadProofFile::TooMuch { got: 65, .. })));
    let long = vec![b'a'; (2 << 20) + 1];
    assert!(matches!(ProofFile::parse(&long), Err(BadProofFile::TooMuch { .. })));
}

proptest! {
    #[test]
    fn no_text_makes_the_readers_panic(
        policy in "((log|witness|group|quorum|any|all|none|#|[a-c0-3])[ \t\n]{0,2}){0,20}",
        head in "(c2sp.org/tlog-proof@v1\n)?(extra [A-Za-z=]{0,4}\n)?(index [0-9]{0,4}\n)?([A-Za-z0-9=]{0,44}\n){0,3}\n?.{0,9}",
        bytes in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let _ = Policy::parse(policy.as_bytes());
        let _ = Policy::parse(&bytes);
        let _ = ProofFile::parse(&bytes);
        if let Ok(file) = ProofFile::parse(head.as_bytes()) {
            prop_assert_eq!(file.to_string(), head, "a proof file has one form");
        }
    }
}
