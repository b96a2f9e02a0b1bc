//! Segments and entries: what is accepted, what is refused and with which words.

use crate::common::*;
use bytes::Bytes;
use proptest::prelude::*;
use socai_tlog::*;

#[test]
fn a_segment_reads_back_as_it_was_sealed() {
    for count in [1, 2, 3, 511, 512] {
        let sealed = segment(count);
        let read = Segment::parse(sealed.bytes().clone()).unwrap();
        assert_eq!(read.records(), records(count));
        assert_eq!(read.continues(), ward_chain().head());
        assert_eq!(read.head().next_seq, UnitSeq(count as u64));
        assert_eq!(read.verify(&origin(), &SealingKey::of(&ward())), Ok(sealed));
    }
}

#[test]
fn reading_a_segment_shares_its_bytes() {
    let bytes = segment(3).bytes().clone();
    let read = Segment::parse(bytes.clone()).unwrap();
    for record in read.records() {
        assert!(bytes.as_ptr_range().contains(&record.facts().as_ptr()));
    }
}

#[test]
fn a_segment_is_only_valid_for_its_ledger_and_key() {
    let segment = Segment::parse(segment(3).bytes().clone()).unwrap();
    let other = Origin::new("so-cai.example/thanh-xuam").unwrap();
    assert!(segment.clone().verify(&other, &SealingKey::of(&ward())).is_err());
    let error = segment.verify(&origin(), &SealingKey::of(&operator())).unwrap_err();
    assert_eq!((error.first, error.last), (EventName::new(17, 0), EventName::new(17, 2)));
}

#[test]
fn no_bit_of_a_segment_can_be_changed() {
    let bytes = segment(3).bytes().clone();
    let key = SealingKey::of(&ward());
    for bit in 0..bytes.len() * 8 {
        let mut other = bytes.to_vec();
        other[bit / 8] ^= 1 << (bit % 8);
        let accepted = Segment::parse(other.into()).is_ok_and(|s| s.verify(&origin(), &key).is_ok());
        assert!(!accepted, "bit {bit} was changed unnoticed");
    }
}

#[test]
fn no_prefix_of_a_segment_is_a_segment() {
    let bytes = segment(3).bytes().clone();
    for len in 0..bytes.len() {
        assert!(
            matches!(Segment::parse(bytes.slice(..len)), Err(Malformed::Truncated { .. })),
            "length {len}"
        );
    }
}

#[test]
fn more_than_512_records_are_not_one_segment() {
    let signature = [0; 64];
    assert_eq!(encode_segment(&[], &signature), Err(Malformed::Count { got: 0, limit: 512 }));
    assert_eq!(encode_segment(&records(513), &signature), Err(Malformed::Count { got: 513, limit: 512 }));
}

#[test]
fn only_a_single_record_may_pass_512_kib() {
    let mut chain = ward_chain();
    let facts = Bytes::from(vec![0; MAX_SEGMENT_LEN / 2]);
    let records: Vec<_> = (0..2).map(|_| chain.seal(facts.clone(), Bytes::new(), 0, 0).unwrap()).collect();
    assert!(matches!(
        encode_segment(&records, &[0; 64]),
        Err(Malformed::Oversize { limit: MAX_SEGMENT_LEN, .. })
    ));
    assert_eq!(segment_fit(&records), 1);
    let big = ward_chain().seal(vec![0; MAX_FACTS].into(), Bytes::new(), 0, 0).unwrap();
    assert!(encode_segment(std::slice::from_ref(&big), &[0; 64]).is_ok());
    assert_eq!(segment_fit(&[big]), 1);
}

#[test]
fn nothing_follows_a_key_rotation_in_its_segment() {
    let mut chain = ward_chain();
    let records = [seal(&mut chain, 0, 0), seal(&mut chain, 1, Header::ROTATES_KEY), seal(&mut chain, 2, 0)];
    let name = EventName::new(17, 1);
    assert_eq!(encode_segment(&records, &[0; 64]), Err(Malformed::RotationNotLast { name }));
    assert_eq!(segment_fit(&records), 2);
    assert!(encode_segment(&records[..2], &[0; 64]).is_ok());
}

#[test]
fn records_that_do_not_follow_each_other_are_not_encoded() {
    let records = records(4);
    let skip = [records[0].clone(), records[2].clone()];
    let expected = Malformed::Seq { index: 1, got: UnitSeq(2), expected: UnitSeq(1) };
    assert_eq!(encode_segment(&skip, &[0; 64]), Err(expected));
    let mut other = Chain::new(UnitNo(18), ward_chain().head());
    seal(&mut other, 0, 0);
    let foreign = [records[0].clone(), seal(&mut other, 1, 0)];
    assert!(matches!(encode_segment(&foreign, &[0; 64]), Err(Malformed::Unit { index: 1, .. })));
}

#[test]
fn any_cut_of_a_long_chain_into_segments_keeps_the_links() {
    let all = records(1300);
    let mut rest = &all[..];
    let mut head = ward_chain().head();
    while !rest.is_empty() {
        let (now, later) = rest.split_at(segment_fit(rest));
        let segment = Segment::seal(now.to_vec(), &ward(), &origin()).unwrap();
        assert_eq!(segment.continues(), head);
        (head, rest) = (segment.head(), later);
    }
    assert_eq!(head, ChainHead::after(&all[1299]));
}

#[test]
fn an_erased_annex_is_accepted_from_a_log_but_not_from_a_unit() {
    let mut chain = ward_chain();
    let whole = [seal(&mut chain, 0, 0), seal(&mut chain, 1, 0)];
    let erased = Record::restored(*whole[1].header_bytes(), whole[1].facts().clone(), Bytes::new()).unwrap();
    assert!(erased.annex_erased());
    let signature = sign_segment(&ward(), &origin(), erased.link());
    let bytes = encode_segment(&[whole[0].clone(), erased], &signature).unwrap();
    assert!(matches!(Segment::parse(bytes.clone()), Err(Malformed::AnnexDigest { got: Digest::ZERO, .. })));
    let back = Segment::parse_restored(bytes).unwrap();
    assert!(back.verify(&origin(), &SealingKey::of(&ward())).is_ok());
}

#[test]
fn entries_read_back_and_have_no_second_form() {
    let header_bytes = *records(1)[0].header_bytes();
    for signature in [None, Some([5; 64])] {
        let entry = Entry { received_at_ms: 1_673_488_812_345, header_bytes, signature };
        let bytes = entry.encode();
        assert_eq!(bytes.len(), if signature.is_some() { SIGNED_ENTRY_LEN } else { ENTRY_LEN });
        assert_eq!(Entry::decode(&bytes), Ok(entry));
        for len in 0..bytes.len() {
            assert!(matches!(Entry::decode(&bytes[..len]), Err(Malformed::Truncated { .. })));
        }
        let longer = [&bytes[..], &[0]].concat();
        assert!(matches!(Entry::decode(&longer), Err(Malformed::Trailing { extra: 1, .. })));
    }
    let mut odd = Entry { received_at_ms: 0, header_bytes, signature: Some([5; 64]) }.encode().to_vec();
    odd[128] = 63;
    assert_eq!(Entry::decode(&odd), Err(Malformed::SignatureLength { got: 63 }));
}

proptest! {
    #[test]
    fn no_bytes_make_the_parsers_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = Entry::decode(&bytes);
        let _ = Segment::parse(bytes.clone().into());
        let mut framed = b"SG01".to_vec();
        framed.extend(bytes);
        let _ = Segment::parse_restored(framed.into());
    }

    #[test]
    fn no_damage_to_a_segment_makes_the_parser_panic(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = segment(3).bytes().to_vec();
        for (at, value) in edits {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        bytes.truncate(cut.index(bytes.len()) + 1);
        let _ = Segment::parse_restored(bytes.into());
    }
}
