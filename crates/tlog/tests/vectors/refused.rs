//! The same ledger with one thing wrong each time.

use socai_tlog::*;

use crate::{
    Files,
    accepted::{checkpoint, cosigned, entries, entry_parts, header_parts, policy, proof_file, segment_parts},
    common::*,
    hex_lines, note_keys,
};

/// Parts of a segment of three records with the first part called `name`, from the `skip`th on, replaced.
fn segment_with(name: &str, skip: usize, bytes: &[u8]) -> String {
    let segment = segment(3);
    let mut parts = segment_parts(segment.records(), segment.signature());
    let at = parts.iter().enumerate().filter(|(_, part)| part.0 == name).nth(skip).unwrap().0;
    parts[at].1 = bytes.to_vec();
    hex_lines(parts)
}

fn header_with(name: &str, bytes: &[u8]) -> String {
    let mut parts = header_parts(records(1)[0].header_bytes());
    parts.iter_mut().find(|part| part.0 == name).unwrap().1 = bytes.to_vec();
    hex_lines(parts)
}

/// A sealed segment that only its signature or run is wrong with.
fn segment_of(records: &[Record], signature: [u8; 64]) -> String {
    hex_lines(segment_parts(records, &signature))
}

fn segments() -> Vec<(&'static str, String)> {
    let (whole, records) = (segment(3), records(3));
    let other = Origin::new("so-cai.example/dong-da").unwrap();
    let elsewhere = sign_segment(&ward(), &other, records[2].link());
    let by_operator = sign_segment(&operator(), &origin(), records[2].link());
    let mut rotating = ward_chain();
    let rotating = [seal(&mut rotating, 0, Header::ROTATES_KEY), seal(&mut rotating, 1, 0)];
    let good = hex_lines(segment_parts(&records, whole.signature()));
    vec![
        ("segment-wrong-magic.hex", segment_with("magic", 0, b"SG02")),
        ("segment-count-0.hex", segment_with("count", 0, &[0, 0])),
        ("segment-count-513.hex", segment_with("count", 0, &513_u16.to_be_bytes())),
        ("segment-count-too-high.hex", segment_with("count", 0, &4_u16.to_be_bytes())),
        ("segment-wrong-version.hex", segment_with("version", 1, &[2])),
        ("segment-unknown-flag.hex", segment_with("flags", 1, &[2])),
        ("segment-reserved-set.hex", segment_with("reserved", 1, &[0, 1])),
        ("segment-other-unit.hex", segment_with("unit", 0, &18_u32.to_be_bytes())),
        (
            "segment-number-skipped.hex",
            segment_of(&[records[0].clone(), records[2].clone()], *whole.signature()),
        ),
        ("segment-numbers-overflow.hex", segment_with("first number", 0, &[0xff; 8])),
        ("segment-broken-link.hex", segment_with("link before", 1, &[7; 32])),
        ("segment-other-facts.hex", segment_with("facts", 0, b"Facts of record 0")),
        (
            "segment-facts-over-1-mib.hex",
            segment_with("length of the facts", 0, &((1 << 20) + 1_u32).to_be_bytes()),
        ),
        ("segment-other-annex.hex", segment_with("annex", 1, b"Annex of record 1")),
        ("segment-annex-without-digest.hex", segment_with("BLAKE3 of the annex, zero if none", 1, &[0; 32])),
        ("segment-digest-without-annex.hex", segment_with("BLAKE3 of the annex, zero if none", 0, &[7; 32])),
        ("segment-record-after-rotation.hex", segment_of(&rotating, *whole.signature())),
        ("segment-trailing-byte.hex", format!("{good}00 # one byte too many\n")),
        ("segment-cut.hex", segment_with("signature", 0, &whole.signature()[..63])),
        ("segment-of-another-ledger.hex", segment_of(&records, elsewhere)),
        ("segment-by-another-key.hex", segment_of(&records, by_operator)),
    ]
}

fn others() -> Vec<(&'static str, String)> {
    let mut odd_length = entry_parts(&entries()[2]);
    odd_length[10].1 = vec![63];
    let mut longer = entry_parts(&entries()[0]);
    longer.push(("one byte too many", vec![0]));
    let mut identity = [0; 32];
    identity[0] = 1;
    let order_8 = hex::decode("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a").unwrap();
    let mut second_encoding = [0xff; 32];
    (second_encoding[0], second_encoding[31]) = (0xf0, 0x7f);
    vec![
        ("header-wrong-version.hex", header_with("version", &[0])),
        ("header-unknown-flag.hex", header_with("flags", &[0x81])),
        ("header-reserved-set.hex", header_with("reserved", &[1, 0])),
        ("entry-signature-of-63-bytes.hex", hex_lines(odd_length)),
        ("entry-trailing-byte.hex", hex_lines(longer)),
        ("entry-cut.hex", hex_lines([("128 bytes", entries()[0].encode()[..128].to_vec())])),
        ("key-neutral-element.hex", hex_lines([("of order 1", identity.to_vec())])),
        ("key-small-order.hex", hex_lines([("of order 8", order_8)])),
        ("key-second-encoding.hex", hex_lines([("y is p + 3", second_encoding.to_vec())])),
        ("key-not-a-point.hex", hex_lines([("y is 2", [&[2][..], &[0; 31]].concat())])),
        (
            "frontier-cut.hex",
            hex_lines([("of three leaves, one peak", [&3_u64.to_be_bytes()[..], &[7; 32]].concat())]),
        ),
    ]
}

fn texts() -> Vec<(&'static str, String)> {
    let (signed, cosigned, proof) = (checkpoint().to_string(), cosigned().to_string(), proof_file());
    let resigned = |text: String| {
        let mut note = Note::new(&text).unwrap();
        note.add(checkpoint().note().signatures()[0].clone());
        note.to_string()
    };
    let text = checkpoint().checkpoint().text();
    // the last digit of the cosignature's time, in base64 of key ID, time and signature
    let mut later = crate::accepted::cosigned().note().signatures()[1].clone();
    later.signature[7] += 1;
    let mut moved = crate::accepted::cosigned();
    moved.add(later);
    let mut damaged = proof.clone();
    damaged.proof[0].0[31] ^= 1;
    let shorter = ProofFile { proof: proof.proof[1..].to_vec(), ..proof.clone() };
    let elsewhere = ProofFile { index: LeafIndex(0), ..proof.clone() };
    let unwitnessed = ProofFile { checkpoint: signed.clone(), ..proof.clone() };
    let witness = &note_keys()[1];
    vec![
        ("checkpoint-other-size.txt", signed.replacen("\n3\n", "\n4\n", 1)),
        ("checkpoint-leading-zero.txt", resigned(text.replacen("\n3\n", "\n03\n", 1))),
        ("checkpoint-extension-line.txt", resigned(format!("{text}extension\n"))),
        ("checkpoint-without-signature.txt", format!("{text}\n")),
        (
            "checkpoint-only-cosigned.txt",
            cosigned
                .lines()
                .filter(|line| !line.starts_with("— so-cai.example/thanh-xuan "))
                .map(|line| format!("{line}\n"))
                .collect(),
        ),
        ("checkpoint-cosignature-later.txt", moved.to_string()),
        ("checkpoint-carriage-return.txt", signed.replacen('\n', "\r\n", 1)),
        ("proof-other-hash.tlog-proof", damaged.to_string()),
        ("proof-hash-missing.tlog-proof", shorter.to_string()),
        ("proof-other-leaf.tlog-proof", elsewhere.to_string()),
        ("proof-unwitnessed.tlog-proof", unwitnessed.to_string()),
        ("request-other-hash.txt", {
            let mut request = crate::accepted::add_checkpoint();
            request.proof[0].0[0] ^= 1;
            request.to_string()
        }),
        (
            "request-leading-zero.txt",
            crate::accepted::add_checkpoint().to_string().replacen("old 2", "old 02", 1),
        ),
        ("request-hash-cut.txt", crate::accepted::add_checkpoint().to_string().replacen('=', "", 1)),
        ("proof-version-2.tlog-proof", proof.to_string().replacen("@v1", "@v2", 1)),
        (
            "policy-without-quorum.policy",
            policy()
                .to_string()
                .lines()
                .filter(|line| !line.starts_with("quorum"))
                .map(|line| format!("{line}\n"))
                .collect(),
        ),
        ("policy-witness-as-log.policy", format!("log {witness}\nquorum none\n")),
        (
            "policy-witness-counted-twice.policy",
            format!("witness a {witness}\ngroup g any a\ngroup h all a g\nquorum h\n"),
        ),
    ]
}

/// Evidence with the first part called `name` replaced.
fn evidence_with(name: &str, bytes: &[u8]) -> String {
    let mut parts = crate::accepted::evidence_parts(&crate::accepted::evidence());
    parts.iter_mut().find(|part| part.0 == name).unwrap().1 = bytes.to_vec();
    hex_lines(parts)
}

fn evidences() -> Vec<(&'static str, String)> {
    vec![
        ("evidence-wrong-magic.hex", evidence_with("magic", b"EV02")),
        ("evidence-other-facts.hex", evidence_with("facts", b"Facts of record 1")),
        ("evidence-header-of-another.hex", evidence_with("header", records(1)[0].header_bytes())),
        ("evidence-count-512.hex", evidence_with("count of headers", &512_u16.to_be_bytes())),
        ("evidence-without-headers.hex", evidence_with("count of headers", &[0, 0])),
        ("evidence-key-record-missing.hex", evidence_with("count of key records", &[0, 2])),
        ("evidence-trailing-byte.hex", {
            let mut parts = crate::accepted::evidence_parts(&crate::accepted::evidence());
            parts.push(("too much", vec![0]));
            hex_lines(parts)
        }),
    ]
}

/// Every file, and `reasons.txt` with the words of each refusal.
pub fn files() -> Files {
    let all = [segments(), others(), texts(), evidences()].concat();
    let mut files: Files = all.into_iter().map(|(name, content)| (name.to_owned(), content)).collect();
    let reasons = files
        .iter()
        .map(|(name, content)| format!("{name}: {}\n", reason(name, &crate::bytes_of(name, content))));
    let reasons = reasons.collect();
    files.insert("reasons.txt".to_owned(), reasons);
    files
}

/// Why the bytes of a vector are refused, by the reader its name asks for.
pub fn reason(name: &str, bytes: &[u8]) -> String {
    let (format, _) = name.split_once('-').unwrap();
    match format {
        "segment" => match Segment::parse(bytes.to_vec().into()) {
            Ok(segment) => segment.verify(&origin(), &SealingKey::of(&ward())).unwrap_err().to_string(),
            Err(error) => error.to_string(),
        },
        "header" => Header::decode(bytes.try_into().unwrap()).unwrap_err().to_string(),
        "entry" => Entry::decode(bytes).unwrap_err().to_string(),
        "key" => SealingKey::from_bytes(bytes.try_into().unwrap()).unwrap_err().to_string(),
        "frontier" => Frontier::from_bytes(bytes).unwrap_err().to_string(),
        "checkpoint" => SignedCheckpoint::open(bytes, &note_keys()).unwrap_err().to_string(),
        "policy" => Policy::parse(bytes).unwrap_err().to_string(),
        "proof" => match ProofFile::parse(bytes) {
            Ok(proof) => proof.verify(&entries()[1].leaf_hash(), &policy()).unwrap_err().to_string(),
            Err(error) => error.to_string(),
        },
        "evidence" => match Evidence::parse(bytes.to_vec().into()) {
            Ok(evidence) => match (evidence.header(), evidence.covering()) {
                (Err(error), _) | (_, Err(error)) => error.to_string(),
                _ => unreachable!("{name} is accepted"),
            },
            Err(error) => error.to_string(),
        },
        "request" => match AddCheckpoint::parse(bytes) {
            Ok(request) => {
                let size = TreeSize(2);
                let root = root_at(&crate::accepted::tree(), size).unwrap();
                let older = Checkpoint { origin: origin(), size, root }.sign(&operator());
                let log = &note_keys()[0];
                let policy = Policy::parse(format!("log {log}\nquorum none\n").as_bytes()).unwrap();
                request.verify(&older, &policy).unwrap_err().to_string()
            }
            Err(error) => error.to_string(),
        },
        other => unreachable!("no reader for {other}"),
    }
}
