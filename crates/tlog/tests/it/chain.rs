//! Names, keys, headers, links and sealing.

use crate::common::*;
use bytes::Bytes;
use socai_tlog::*;

#[test]
fn names_have_one_text_each() {
    let name: EventName = "17/42".parse().unwrap();
    assert_eq!((name, name.to_string()), (EventName::new(17, 42), "17/42".to_owned()));
    for bad in
        ["", "17", "17/", "/42", "017/42", "17/042", "+17/42", "17/-1", "17/42/1", " 17/42", "4294967296/0"]
    {
        assert!(bad.parse::<EventName>().is_err(), "{bad:?} was accepted");
    }
    assert_eq!("18446744073709551615".parse(), Ok(TreeSize(u64::MAX)));
    assert!("18446744073709551616".parse::<TreeSize>().is_err());
}

#[test]
fn hashes_print_as_hex_and_read_back() {
    let digest = Digest::of(b"socai");
    assert_eq!(digest.to_string().parse(), Ok(digest));
    assert!(digest.to_string()[1..].parse::<Digest>().is_err());
    assert!("é".repeat(32).parse::<Digest>().is_err(), "two-byte letters are not digits");
}

#[test]
fn origins_may_be_note_key_names_only() {
    for bad in ["", "a b", "a+b", "a\u{a0}b", "a\nb", "a\u{7f}", &"x".repeat(256)] {
        assert!(Origin::new(bad).is_err(), "{bad:?} was accepted");
    }
    assert!(Origin::new(&"x".repeat(255)).is_ok());
}

#[test]
fn weak_and_non_canonical_keys_are_refused() {
    let order_8 = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a";
    let mut weak = vec![[0; 32], hex::decode(order_8).unwrap().try_into().unwrap()];
    weak.push([0; 32]);
    weak[2][0] = 1; // the neutral element
    for bytes in weak {
        assert_eq!(SealingKey::from_bytes(&bytes), Err(BadKey::Weak));
    }
    // y = p + 3 encodes the point with y = 3 a second time
    let mut twice = [0xff; 32];
    (twice[0], twice[31]) = (0xf0, 0x7f);
    assert_eq!(SealingKey::from_bytes(&twice), Err(BadKey::NotCanonical));
    let mut off_curve = [0; 32];
    off_curve[0] = 2;
    assert_eq!(SealingKey::from_bytes(&off_curve), Err(BadKey::NotAPoint));
    let key = SealingKey::of(&ward());
    assert_eq!(SealingKey::from_bytes(key.as_bytes()), Ok(key));
    assert_eq!(key.to_string().parse(), Ok(key));
}

#[test]
fn no_point_of_the_curve_has_two_encodings_that_are_read() {
    // every y-coordinate from the field's order 2^255 - 19 on, and the two of x = 0, with either sign
    let above = (0xed..=0xff_u8).map(|low| {
        let mut y = [0xff; 32];
        (y[0], y[31]) = (low, 0x7f);
        y
    });
    let mut one = [0; 32];
    one[0] = 1;
    let mut minus_one = [0xff; 32];
    (minus_one[0], minus_one[31]) = (0xec, 0x7f);
    let (mut points, mut refused) = (0, 0);
    for y in above.chain([one, minus_one]) {
        for sign in [0, 0x80] {
            let mut bytes = y;
            bytes[31] |= sign;
            let Ok(key) = ed25519_dalek::VerifyingKey::from_bytes(&bytes) else { continue };
            let is_canonical = key.to_edwards().compress().to_bytes() == bytes;
            let expected = if is_canonical { BadKey::Weak } else { BadKey::NotCanonical };
            assert_eq!(SealingKey::from_bytes(&bytes), Err(expected), "{bytes:02x?}");
            points += 1;
            refused += u32::from(!is_canonical);
        }
    }
    assert!(points > 10 && refused > 8, "{points} points, {refused} of them twice");
}

#[test]
fn a_signature_with_a_second_form_of_its_scalar_is_refused() {
    let key = SealingKey::of(&ward());
    let good = sign_segment(&ward(), &origin(), Link([7; 32]));
    let message = segment_message(&origin(), Link([7; 32]));
    assert!(key.verifies(&message, &good));
    // s + L is the same scalar; a lenient verifier would take it
    let order = hex::decode("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010").unwrap();
    let (mut other, mut carry) = (good, 0);
    for (byte, add) in other[32..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        (*byte, carry) = (sum as u8, sum >> 8);
    }
    assert!(!key.verifies(&message, &other));
}

#[test]
fn headers_decode_to_the_same_bytes_or_not_at_all() {
    let header = *records(2)[1].header();
    let bytes = header.encode();
    assert_eq!(Header::decode(&bytes), Ok(header));
    let mut other = bytes;
    other[0] = 2;
    assert_eq!(Header::decode(&other), Err(Malformed::Version { got: 2, expected: 1 }));
    for flags in 2..=255 {
        (other[0], other[1]) = (1, flags);
        assert_eq!(Header::decode(&other), Err(Malformed::Flags { got: flags }));
    }
    (other[1], other[3]) = (1, 9);
    assert_eq!(Header::decode(&other), Err(Malformed::Reserved { got: 9 }));
}

#[test]
fn every_bit_of_a_header_moves_its_link() {
    let bytes = *records(1)[0].header_bytes();
    let mut seen = std::collections::HashSet::from([link(&bytes)]);
    for bit in 0..HEADER_LEN * 8 {
        let mut other = bytes;
        other[bit / 8] ^= 1 << (bit % 8);
        assert!(seen.insert(link(&other)), "bit {bit} does not matter");
    }
    assert_eq!(link(&bytes), Link(blake3::derive_key(LINK_CONTEXT, &bytes)));
}

#[test]
fn genesis_differs_by_every_part() {
    let (op, key) = (SealingKey::of(&operator()), SealingKey::of(&ward()));
    let other = Origin::new("so-cai.example/thanh-xuam").unwrap();
    let all = [
        genesis(&origin(), &op, UnitNo(17), &key),
        genesis(&other, &op, UnitNo(17), &key),
        genesis(&origin(), &key, UnitNo(17), &key),
        genesis(&origin(), &op, UnitNo(18), &key),
        genesis(&origin(), &op, UnitNo(17), &op),
    ];
    let distinct: std::collections::HashSet<_> = all.iter().collect();
    assert_eq!(distinct.len(), all.len());
}

#[test]
fn a_chain_numbers_and_links_what_it_seals() {
    let (mut chain, start) = (ward_chain(), ward_chain().head());
    let first = seal(&mut chain, 0, 0);
    let second = seal(&mut chain, 1, Header::ROTATES_KEY);
    assert_eq!((first.header().seq, first.header().prev), (UnitSeq(0), start.link));
    assert_eq!((second.header().seq, second.header().prev), (UnitSeq(1), first.link()));
    assert_eq!(chain.head(), ChainHead { next_seq: UnitSeq(2), link: second.link() });
    assert_eq!(chain.head(), ChainHead::after(&second));
    assert_eq!(first.header().annex, Digest::ZERO);
    assert_eq!(second.header().annex, Digest::of(second.annex()));
    assert!(second.header().rotates_key() && !second.annex_erased());
}

#[test]
fn a_chain_refuses_what_no_segment_could_carry_and_stays_where_it_was() {
    let head = ChainHead { next_seq: UnitSeq(u64::MAX), link: Link::ZERO };
    let mut full = Chain::new(WARD, head);
    let sealed = full.seal(Bytes::new(), Bytes::new(), 0, 0);
    assert_eq!(sealed, Err(Malformed::SeqExhausted { first: UnitSeq(u64::MAX), count: 1 }));
    let mut chain = ward_chain();
    let big = Bytes::from(vec![1; MAX_FACTS]);
    let room = MAX_SINGLE_LEN - SEGMENT_OVERHEAD - Record::FRAMING - MAX_FACTS;
    let annex = Bytes::from(vec![2; room + 1]);
    assert!(matches!(chain.seal(big.clone(), annex.clone(), 0, 0), Err(Malformed::Oversize { .. })));
    assert!(matches!(
        chain.seal(vec![1; MAX_FACTS + 1].into(), Bytes::new(), 0, 0),
        Err(Malformed::Oversize { .. })
    ));
    assert_eq!(chain.seal(Bytes::new(), Bytes::new(), 0, 2), Err(Malformed::Flags { got: 2 }));
    assert_eq!(chain, ward_chain());
    let largest = chain.seal(big, annex.slice(1..), 0, 0).unwrap();
    let segment = Segment::seal(vec![largest], &ward(), &origin()).unwrap();
    assert_eq!(segment.bytes().len(), MAX_SINGLE_LEN);
    assert!(Segment::parse(segment.bytes().clone()).is_ok());
}
