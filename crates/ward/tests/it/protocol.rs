//! The protocol between a ward and its district, case by case, on the machine alone.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail loudly

use crate::common::{
    district::FakeDistrict,
    ward::{Disk, FakeWard, facts},
    world,
};
use socai_proto::v1::{self, down, up};
use socai_tlog::{Hash, SigningKey, UnitSeq};
use socai_ward::publisher::{AlarmKind, FIRST_WAIT_MS, Input, LONGEST_WAIT_MS, Pause, Standing};

fn started() -> (FakeDistrict, FakeWard) {
    let (district, disk) = world();
    let ward = FakeWard::start(disk, &district, 1);
    (district, ward)
}

/// A ward with `count` records, all recorded.
fn settled(count: u64) -> (FakeDistrict, FakeWard) {
    let (mut district, mut ward) = started();
    for number in 0..count {
        ward.seal(0, facts(number));
    }
    let ups = ward.handle(0, Input::Connected);
    ward.settle(0, &mut district, ups);
    assert_eq!(ward.machine.recorded(), UnitSeq(count));
    (district, ward)
}

fn hello(up: &v1::Up) -> &v1::Hello {
    match up.message.as_ref().unwrap() {
        up::Message::Hello(hello) => hello,
        other => panic!("not a hello: {other:?}"),
    }
}

fn is_publish(up: &v1::Up) -> bool {
    matches!(up.message, Some(up::Message::Publish(_)))
}

fn receipt(down: &mut v1::Down) -> &mut v1::Receipt {
    match down.message.as_mut().unwrap() {
        down::Message::Receipt(receipt) => receipt,
        other => panic!("not a receipt: {other:?}"),
    }
}

#[test]
fn the_first_message_after_a_start_is_a_hello_and_nothing_is_published_before_its_answer() {
    let (mut district, mut ward) = started();
    ward.seal(0, facts(1));
    assert!(ward.machine.next_send().is_none(), "not even connected");
    let ups = ward.handle(0, Input::Connected);
    assert_eq!(ups.len(), 1);
    let said = hello(&ups[0]);
    assert_eq!((said.next_seq, said.sealed_next_seq), (1, 1));
    assert!(said.checkpoint.is_empty());
    assert!(ward.machine.next_send().is_none());

    ward.settle(0, &mut district, ups);
    assert_eq!(ward.standing(), Standing::Publishing);
    assert_eq!(ward.machine.recorded(), UnitSeq(1));
    assert_eq!(district.links(), [ward.disk.records[0].link()]);
}

#[test]
fn thousands_of_records_are_published_in_a_window_and_each_receipt_is_kept() {
    let (district, ward) = settled(2_000);
    assert_eq!(district.links(), ward.disk.records.iter().map(|r| r.link()).collect::<Vec<_>>());
    assert_eq!(ward.disk.checkpoint.as_ref().unwrap().size(), district.tree.size());
    assert_eq!(ward.disk.receipts.last().unwrap().last, UnitSeq(1_999));
}

#[test]
fn the_next_start_shows_the_newest_checkpoint_and_publishes_nothing_twice() {
    let (district, ward) = settled(5);
    let mut again = FakeWard::start(ward.disk, &district, 2);
    let ups = again.handle(0, Input::Connected);
    assert_eq!(hello(&ups[0]).checkpoint, district.checkpoint().to_string());
    let mut district = district;
    let before = district.tree.size();
    again.settle(0, &mut district, ups);
    assert_eq!(again.standing(), Standing::Publishing);
    assert_eq!(district.tree.size(), before);
}

#[test]
fn a_ward_restored_from_an_old_disk_takes_its_records_back_and_forks_nothing() {
    let (mut district, mut ward) = settled(5);
    let backup = ward.disk.clone();
    for number in 5..12 {
        ward.seal(0, facts(number));
    }
    let ups = ward.handle(0, Input::Tick);
    ward.settle(0, &mut district, ups);
    assert_eq!(district.records.len(), 12);

    let mut stale = FakeWard::start(backup, &district, 2);
    let ups = stale.handle(0, Input::Connected);
    stale.settle(0, &mut district, ups);
    assert_eq!(stale.rejoined, 1);
    assert_eq!(stale.disk.records, ward.disk.records, "record for record what was lost");
    assert_eq!(stale.machine.recorded(), UnitSeq(12), "and proven");
}

#[test]
fn facts_sealed_on_a_stale_journal_are_sealed_again_after_the_restored_ones() {
    let (mut district, mut ward) = settled(5);
    let backup = ward.disk.clone();
    for number in 5..10 {
        ward.seal(0, facts(number));
    }
    let ups = ward.handle(0, Input::Tick);
    ward.settle(0, &mut district, ups);

    for sealed_offline in [1, 5, 9] {
        // fewer, as many and more than what was lost: the district is ahead of, at and behind our end
        let (mut district, mut stale) = (district.clone(), FakeWard::start(backup.clone(), &district, 2));
        for number in 0..sealed_offline {
            stale.seal(0, facts(100 + number));
        }
        let ups = stale.handle(0, Input::Connected);
        stale.settle(0, &mut district, ups);
        assert_eq!(stale.rejoined, 1);
        assert_eq!(district.records.len() as u64, 10 + sealed_offline);
        assert!(district.facts().values().all(|count| *count == 1), "nothing lost, nothing twice");
        assert_eq!(stale.machine.recorded(), UnitSeq(10 + sealed_offline));
        assert_eq!(district.links(), stale.disk.records.iter().map(|r| r.link()).collect::<Vec<_>>());
    }
}

#[test]
fn an_event_that_was_recorded_before_the_disk_was_lost_is_not_sealed_again() {
    let (mut district, mut ward) = settled(3);
    let backup = ward.disk.clone();
    ward.seal(0, facts(3));
    let ups = ward.handle(0, Input::Tick);
    ward.settle(0, &mut district, ups);
    let mut stale = FakeWard::start(backup, &district, 2);
    stale.seal(5, facts(50));
    stale.seal(6, facts(3)); // imported again from the same file: the same id
    let ups = stale.handle(0, Input::Connected);
    stale.settle(0, &mut district, ups);
    assert_eq!(district.records.len(), 5);
    assert!(district.facts().values().all(|count| *count == 1));
}

#[test]
fn a_lost_part_of_a_restore_is_asked_for_again_from_where_it_broke() {
    let (mut district, ward) = settled(100);
    let mut empty = FakeWard::start(
        Disk { records: Vec::new(), receipts: Vec::new(), ..ward.disk.clone() },
        &district,
        2,
    );
    empty.disk.checkpoint = None;
    let mut now = 0;
    let mut ups = empty.handle(now, Input::Connected);
    for round in 0..50 {
        let mut downs: Vec<_> = ups.drain(..).flat_map(|up| district.take(up)).collect();
        if round < 40 && downs.len() > 2 {
            downs.remove(1 + round % (downs.len() - 2)); // one in the middle is lost
        }
        ups = downs.into_iter().flat_map(|down| empty.hear(now, down)).collect();
        if ups.is_empty() {
            now += LONGEST_WAIT_MS;
            ups = empty.handle(now, Input::Tick);
        }
        if empty.machine.recorded() == UnitSeq(100) {
            break;
        }
    }
    assert_eq!(empty.disk.records, ward.disk.records);
    assert_eq!(empty.machine.recorded(), UnitSeq(100));
}

#[test]
fn a_restore_that_somebody_else_made_is_not_taken() {
    let (mut district, ward) = settled(6);
    let stranger = district.clone();
    let mut stale = FakeWard::start(
        Disk { records: Vec::new(), receipts: Vec::new(), ..ward.disk.clone() },
        &district,
        2,
    );
    let _ = stale.handle(0, Input::Connected);
    let mut downs = stranger.restore(UnitSeq(0));
    for down in &mut downs {
        let Some(down::Message::Restore(restore)) = &mut down.message else { panic!() };
        let mut bytes = restore.segments[0].to_vec();
        let end = bytes.len() - 1;
        bytes[end] ^= 1; // in the signature
        restore.segments = vec![bytes.into()];
    }
    for down in downs {
        assert!(stale.hear(0, down).is_empty());
    }
    assert!(
        stale.ignored.iter().any(|why| why.contains("signed by none of our keys")),
        "{:?}",
        stale.ignored
    );
    let ups = stale.handle(FIRST_WAIT_MS, Input::Tick);
    stale.settle(FIRST_WAIT_MS, &mut district, ups);
    assert_eq!(stale.disk.records, ward.disk.records, "the real ones are");
}

#[test]
fn a_chain_of_another_ledger_waits_and_says_so() {
    let (district, disk) = world();
    let mut other = district.clone();
    other.keys = vec![socai_tlog::SealingKey::of(&SigningKey::from_bytes(&[77; 32]))];
    let mut ward = FakeWard::start(disk, &district, 1);
    ward.seal(0, facts(1));
    let ups = ward.handle(0, Input::Connected);
    ward.settle(0, &mut other, ups);
    assert_eq!(ward.standing(), Standing::Waiting(Pause::OtherGenesis));
}

#[test]
fn lost_receipts_heal_because_a_hello_asks_and_one_record_goes_along_again() {
    let (mut district, mut ward) = started();
    for number in 0..20 {
        ward.seal(0, facts(number));
    }
    let hellos = ward.handle(0, Input::Connected);
    let heads = hellos.into_iter().flat_map(|up| district.take(up));
    let publishes: Vec<_> = heads.flat_map(|down| ward.hear(0, down)).collect();
    assert_eq!(publishes.len(), 3);
    for up in publishes {
        let _lost = district.take(up);
    }
    assert_eq!(ward.machine.recorded(), UnitSeq(0));
    assert_eq!(ward.machine.wake_at(), Some(FIRST_WAIT_MS));
    let ups = ward.handle(FIRST_WAIT_MS, Input::Tick);
    ward.settle(FIRST_WAIT_MS, &mut district, ups);
    assert_eq!(ward.machine.recorded(), UnitSeq(20));
    assert_eq!(district.records.len(), 20);
}

#[test]
fn a_lost_segment_is_answered_by_a_gap_and_sent_again() {
    let (mut district, mut ward) = settled(1);
    for number in 1..40 {
        ward.seal(0, facts(number));
    }
    let mut ups = ward.handle(0, Input::Tick);
    assert!(ups.len() > 3 && ups.iter().all(is_publish));
    ups.remove(1);
    ward.settle(0, &mut district, ups);
    assert_eq!(ward.machine.recorded(), UnitSeq(40));
    assert_eq!(ward.standing(), Standing::Publishing);
}

#[test]
fn a_stream_that_was_wiped_is_healed_by_waiting() {
    let (mut district, mut ward) = settled(1);
    for number in 1..40 {
        ward.seal(0, facts(number));
    }
    let _wiped = ward.handle(0, Input::Tick);
    let ups = ward.handle(FIRST_WAIT_MS, Input::Tick);
    ward.settle(FIRST_WAIT_MS, &mut district, ups);
    assert_eq!(ward.machine.recorded(), UnitSeq(40));
}

#[test]
fn receipts_whose_proofs_start_elsewhere_are_asked_for_again_once_a_window() {
    for follows_sent in [false, true] {
        let (mut district, mut ward) = started();
        district.follows_sent = follows_sent;
        for number in 0..100 {
            ward.seal(0, facts(number));
        }
        let ups = ward.handle(0, Input::Connected);
        let ups: Vec<_> = ups.into_iter().flat_map(|up| district.take(up)).collect();
        let ups: Vec<_> = ups.into_iter().flat_map(|down| ward.hear(0, down)).collect();
        assert_eq!(ups.len(), 13);
        // every segment is committed on its own, with other units' entries between, before the ward hears anything
        let mut downs = Vec::new();
        for up in ups {
            downs.extend(district.take(up));
            district.noise(1);
        }
        let mut again = Vec::new();
        for down in downs {
            again.extend(ward.hear(1, down));
        }
        assert_eq!(
            again.len(),
            usize::from(!follows_sent),
            "the last segment, if its receipt was not linked"
        );
        ward.settle(1, &mut district, again);
        assert_eq!(ward.machine.recorded(), UnitSeq(100));
        assert_eq!(district.records.len(), 100);
    }
}

#[test]
fn a_late_receipt_and_one_that_comes_twice_change_nothing() {
    let (mut district, mut ward) = settled(4);
    let again = district.say_receipt(UnitSeq(1), UnitSeq(2), 0);
    let kept = ward.disk.receipts.len();
    assert!(ward.hear(0, again).is_empty());
    assert_eq!(ward.disk.receipts.len(), kept);
    assert_eq!(ward.standing(), Standing::Publishing);
}

/// The ward has one record on its way; its receipt is changed by the operator before it is heard.
fn spoiled(spoil: impl FnOnce(&mut v1::Receipt)) -> FakeWard {
    let (district, mut ward, mut down) = on_its_way();
    spoil(receipt(&mut down));
    district.sign_receipt(receipt(&mut down));
    ward.hear(0, down);
    ward
}

/// A ward with four proven records and a fifth one whose receipt has not arrived.
fn on_its_way() -> (FakeDistrict, FakeWard, v1::Down) {
    let (mut district, mut ward) = settled(4);
    district.noise(5);
    ward.seal(0, facts(9));
    let ups = ward.handle(0, Input::Tick);
    let down = ups.into_iter().flat_map(|up| district.take(up)).next().unwrap();
    (district, ward, down)
}

#[test]
fn a_wrong_inclusion_proof_is_an_alarm_that_stops_publishing_until_it_is_cleared() {
    let mut ward = spoiled(|receipt| {
        let mut hash = Hash::ZERO.0;
        hash[0] = 1;
        receipt.inclusion[0] = hash.to_vec().into();
    });
    let Standing::Halted(alarm) = ward.standing() else { panic!("{:?}", ward.standing()) };
    assert_eq!(alarm.kind, AlarmKind::NotIncluded);
    assert!(alarm.held.contains("so-cai.example/thu") && alarm.given.contains("so-cai.example/thu"));
    assert_eq!(ward.machine.recorded(), UnitSeq(4));
    ward.seal(0, facts(10));
    assert!(ward.machine.next_send().is_none());
    assert_eq!(ward.machine.wake_at(), None);
    assert!(ward.handle(0, Input::Connected).is_empty(), "not even a hello");

    let (district, _) = world();
    let mut again = FakeWard::start(ward.disk.clone(), &district, 3);
    again.handle(0, Input::Connected);
    assert!(matches!(again.standing(), Standing::Halted(_)), "a restart forgets nothing");
    let ups = again.handle(0, Input::Cleared);
    assert_eq!(ups.len(), 1);
    hello(&ups[0]);
}

#[test]
fn a_wrong_consistency_proof_is_an_alarm() {
    let ward = spoiled(|receipt| {
        let mut hash = receipt.consistency[0].to_vec();
        hash[0] ^= 1;
        receipt.consistency[0] = hash.into();
    });
    assert!(matches!(ward.standing(), Standing::Halted(alarm) if alarm.kind == AlarmKind::NotConsistent));
}

#[test]
fn a_second_tree_of_one_size_is_an_alarm_with_both_notes() {
    let (mut district, mut ward) = settled(4);
    let mut liar = district.clone();
    district.noise(1);
    ward.seal(0, facts(4));
    let publishes = ward.handle(0, Input::Tick);
    for up in publishes.clone() {
        let downs = district.take(up);
        downs.into_iter().for_each(|down| drop(ward.hear(0, down)));
    }
    // the liar has another leaf where the honest log has noise, and a tree of the same size
    liar.tree.push(socai_tlog::leaf_hash(b"another"));
    for up in publishes {
        liar.take(up);
    }
    assert_eq!(liar.tree.size(), district.tree.size());
    ward.seal(0, facts(5));
    let answer = liar.say_head(v1::HeadReason::Gap, &[]);
    ward.hear(0, answer);
    let Standing::Halted(alarm) = ward.standing() else { panic!("{:?}", ward.standing()) };
    assert_eq!(alarm.kind, AlarmKind::TwoRoots);
    assert_ne!(alarm.held, alarm.given);
}

#[test]
fn a_receipt_that_the_operator_signed_and_nobody_can_read_is_passed_over() {
    let spoils: [fn(&mut v1::Receipt); 7] = [
        |receipt| receipt.checkpoint = receipt.checkpoint.replace("\n\n— so-cai", "\n\n— another"),
        |receipt| receipt.checkpoint.clear(),
        |receipt| receipt.runs.clear(),
        |receipt| receipt.runs[0].count = u64::MAX,
        |receipt| receipt.runs[0].first_seq += 1,
        |receipt| receipt.inclusion[0] = vec![1; 31].into(),
        |receipt| receipt.last_seq = u64::MAX,
    ];
    for (number, spoil) in spoils.into_iter().enumerate() {
        let ward = spoiled(spoil);
        assert!(!matches!(ward.standing(), Standing::Halted(_)), "{number}: {:?}", ward.standing());
        assert_eq!(ward.machine.recorded(), UnitSeq(4), "{number}");
        assert!(!ward.ignored.is_empty(), "{number}");
    }
}

#[test]
fn a_receipt_that_the_operator_did_not_sign_changes_nothing_and_is_no_alarm() {
    type Spoil = fn(&mut v1::Receipt);
    let false_proofs: [Spoil; 4] = [
        |receipt| receipt.inclusion[0] = vec![1; 32].into(),
        |receipt| receipt.inclusion.clear(),
        |receipt| receipt.consistency[0] = vec![1; 32].into(),
        |receipt| receipt.head = vec![1; 32].into(),
    ];
    let signatures: [fn(&FakeDistrict, &mut v1::Receipt); 5] = [
        |_, _| {}, // the genuine one, of what it said before
        |_, receipt| receipt.signature.clear(),
        |_, receipt| receipt.signature = vec![0; 64].into(),
        |_, receipt| receipt.signature = vec![7; 63].into(),
        |district, receipt| {
            let operator = SigningKey::from_bytes(&[66; 32]);
            FakeDistrict { operator, ..district.clone() }.sign_receipt(receipt);
        },
    ];
    for (proof, signature) in (0..4).flat_map(|proof| (0..5).map(move |signature| (proof, signature))) {
        let (mut district, mut ward, genuine) = on_its_way();
        let mut forged = genuine.clone();
        false_proofs[proof](receipt(&mut forged));
        signatures[signature](&district, receipt(&mut forged));
        let (held, kept) = (ward.disk.checkpoint.clone(), ward.disk.receipts.len());
        let wake_at = ward.machine.wake_at();
        assert!(ward.hear(0, forged).is_empty(), "{proof} {signature}: nothing is said");
        assert_eq!(ward.ignored.len(), 1, "{proof} {signature}");
        assert_eq!(ward.standing(), Standing::Publishing, "{proof} {signature}");
        assert_eq!((ward.disk.checkpoint.clone(), ward.disk.receipts.len()), (held, kept));
        assert_eq!((ward.machine.recorded(), ward.machine.wake_at()), (UnitSeq(4), wake_at));

        if signature == 0 {
            ward.hear(0, genuine); // comes after all
        } else {
            let ups = ward.handle(wake_at.unwrap(), Input::Tick);
            hello(&ups[0]); // asked for again, as for one that was lost
            ward.settle(0, &mut district, ups);
        }
        assert_eq!(ward.machine.recorded(), UnitSeq(5), "{proof} {signature}");
    }
}

#[test]
fn a_signed_receipt_for_another_unit_is_not_ours_to_judge() {
    let (district, mut ward, mut down) = on_its_way();
    receipt(&mut down).unit = 8;
    receipt(&mut down).inclusion[0] = vec![1; 32].into();
    district.sign_receipt(receipt(&mut down));
    assert!(ward.hear(0, down).is_empty());
    assert_eq!((ward.standing(), ward.ignored.len()), (Standing::Publishing, 1));
}

#[test]
fn heads_and_refusals_count_only_with_the_operators_signature() {
    let (mut district, mut ward) = settled(4);
    district.operator = SigningKey::from_bytes(&[66; 32]);
    let forged = [
        district.say_head(v1::HeadReason::Suspended, &[]),
        district.say_head(v1::HeadReason::Gap, &[]),
        district.say_refusal(UnitSeq(4), UnitSeq(4), v1::RefusalCode::Malformed, "no"),
    ];
    for down in forged {
        assert!(ward.hear(0, down).is_empty());
        assert_eq!(ward.standing(), Standing::Publishing);
    }
    assert_eq!(ward.ignored.len(), 3);
}

#[test]
fn an_old_answer_to_an_earlier_hello_agrees_on_nothing() {
    let (district, mut ward) = started();
    let ups = ward.handle(0, Input::Connected);
    let first = hello(&ups[0]).nonce.clone();
    ward.handle(1, Input::Disconnected);
    let ups = ward.handle(2, Input::Connected);
    let second = hello(&ups[0]).nonce.clone();
    assert_ne!(first, second);
    let old = district.say_head(v1::HeadReason::Hello, &first);
    assert!(ward.hear(3, old).is_empty());
    assert!(matches!(ward.standing(), Standing::Greeting { .. }));
    let new = district.say_head(v1::HeadReason::Hello, &second);
    ward.hear(4, new);
    assert_eq!(ward.standing(), Standing::Publishing);
}

#[test]
fn hellos_without_an_answer_come_ever_more_seldom() {
    let (_district, mut ward) = started();
    let mut now = 0;
    let nonce = hello(&ward.handle(now, Input::Connected)[0]).nonce.clone();
    let mut waits = Vec::new();
    for _ in 0..6 {
        let at = ward.machine.wake_at().unwrap();
        assert!(ward.handle(at - 1, Input::Tick).is_empty(), "not before it is due");
        waits.push(at - now);
        now = at;
        let ups = ward.handle(now, Input::Tick);
        assert_eq!(hello(&ups[0]).nonce, nonce, "the same question");
    }
    assert_eq!(waits, [2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    assert_eq!(ward.standing(), Standing::Greeting { unanswered: 7 });
}

#[test]
fn a_broker_that_takes_nothing_is_not_asked_in_a_loop() {
    let (mut district, mut ward) = settled(1);
    ward.seal(0, facts(1));
    assert_eq!(ward.handle(0, Input::Tick).len(), 1);
    assert!(ward.handle(10, Input::NotTaken).is_empty());
    assert!(ward.handle(11, Input::NotTaken).is_empty());
    let at = ward.machine.wake_at().unwrap();
    assert!(at >= FIRST_WAIT_MS, "{at}");
    let ups = ward.handle(at, Input::Tick);
    hello(&ups[0]);
    assert!(ward.handle(at, Input::NotTaken).is_empty());
    assert!(ward.machine.wake_at().unwrap() >= at + FIRST_WAIT_MS);
    ward.settle(at, &mut district, ups);
    assert_eq!(ward.machine.recorded(), UnitSeq(2));
}

#[test]
fn a_suspended_unit_goes_on_sealing_and_publishes_when_it_is_resumed() {
    let (mut district, mut ward) = settled(2);
    district.suspended = true;
    ward.seal(0, facts(2));
    let ups = ward.handle(0, Input::Tick);
    ward.settle(0, &mut district, ups);
    assert_eq!(ward.standing(), Standing::Waiting(Pause::Suspended));
    ward.seal(1, facts(3));
    assert!(ward.machine.next_send().is_none());
    let ups = ward.handle(LONGEST_WAIT_MS, Input::Tick);
    ward.settle(LONGEST_WAIT_MS, &mut district, ups);
    assert_eq!(ward.standing(), Standing::Waiting(Pause::Suspended), "still");
    district.suspended = false;
    let ups = ward.handle(2 * LONGEST_WAIT_MS, Input::Tick);
    ward.settle(2 * LONGEST_WAIT_MS, &mut district, ups);
    assert_eq!(ward.machine.recorded(), UnitSeq(4));
}

#[test]
fn a_refusal_is_shown_and_tried_again_seldom() {
    let (mut district, mut ward) = settled(2);
    district.refuses = Some(v1::RefusalCode::UnknownUnit);
    ward.seal(0, facts(2));
    let ups = ward.handle(0, Input::Tick);
    ward.settle(0, &mut district, ups);
    let refused = Pause::Refused { code: "UNKNOWN_UNIT".into(), text: "because".into() };
    assert_eq!(ward.standing(), Standing::Waiting(refused));
    district.refuses = None;
    let ups = ward.handle(LONGEST_WAIT_MS, Input::Tick);
    ward.settle(LONGEST_WAIT_MS, &mut district, ups);
    assert_eq!(ward.machine.recorded(), UnitSeq(3));
}

#[test]
fn a_district_restored_from_an_old_backup_learns_it_from_the_hello_and_stops() {
    let (mut district, mut ward) = settled(2);
    let backup = district.clone();
    ward.seal(0, facts(2));
    let ups = ward.handle(0, Input::Tick);
    ward.settle(0, &mut district, ups);
    let mut old = backup;
    let ups = ward.handle(0, Input::Connected);
    ward.settle(0, &mut old, ups);
    assert!(old.stopped);
    assert!(matches!(ward.standing(), Standing::Greeting { .. }));
}

#[test]
fn a_district_that_answers_from_behind_our_receipts_is_given_nothing() {
    let (mut district, mut ward) = settled(2);
    let old = district.clone();
    ward.seal(0, facts(2));
    let ups = ward.handle(0, Input::Tick);
    ward.settle(0, &mut district, ups);
    let ups = ward.handle(0, Input::Connected);
    let answer = old.say_head(v1::HeadReason::Hello, &hello(&ups[0]).nonce);
    assert!(ward.hear(0, answer).is_empty());
    let behind = Pause::DistrictBehind { theirs: UnitSeq(2), ours: UnitSeq(3) };
    assert_eq!(ward.standing(), Standing::Waiting(behind));
}

#[test]
fn a_district_with_another_chain_than_it_receipted_is_an_alarm() {
    let (mut district, mut ward) = settled(3);
    let mut liar = FakeDistrict { records: Vec::new(), ..district.clone() };
    let (_, disk) = world();
    let mut twin = FakeWard::start(disk, &liar, 9);
    for number in 50..54 {
        twin.seal(0, facts(number));
    }
    let ups = twin.handle(0, Input::Connected);
    twin.settle(0, &mut liar, ups);
    ward.seal(0, facts(3));
    let ups = ward.handle(0, Input::Connected);
    ward.settle(0, &mut liar, ups);
    assert!(
        matches!(ward.standing(), Standing::Halted(alarm) if alarm.kind == AlarmKind::OtherChain),
        "{:?}",
        ward.standing()
    );
    let _ = &mut district;
}

#[test]
fn records_around_a_key_rotation_are_signed_by_the_key_of_their_time() {
    let (mut district, mut ward) = settled(2);
    ward.seal(0, facts(2));
    ward.rotate(0, SigningKey::from_bytes(&[4; 32]));
    ward.seal(0, facts(3));
    let ups = ward.handle(0, Input::Tick);
    assert_eq!(ups.len(), 2, "the rotation ends its segment");
    ward.settle(0, &mut district, ups);
    assert_eq!(ward.machine.recorded(), UnitSeq(5));
    assert_eq!(district.keys.len(), 2);
}

#[test]
fn a_rotation_that_was_lost_with_the_disk_comes_back_and_what_follows_it_verifies() {
    let (mut district, mut ward) = settled(2);
    let backup = ward.disk.clone();
    ward.rotate(0, SigningKey::from_bytes(&[4; 32]));
    ward.seal(0, facts(3));
    let ups = ward.handle(0, Input::Tick);
    ward.settle(0, &mut district, ups);
    let mut stale = FakeWard::start(backup, &district, 2);
    let ups = stale.handle(0, Input::Connected);
    // the machine knows the public key only from the restored rotation
    let ups = ups.into_iter().flat_map(|up| district.take(up)).collect::<Vec<_>>();
    stale.disk.keys = ward.disk.keys.clone();
    let ups = ups.into_iter().flat_map(|down| stale.hear(0, down)).collect::<Vec<_>>();
    stale.settle(0, &mut district, ups);
    assert_eq!(stale.disk.records, ward.disk.records);
}

#[test]
fn an_outage_in_mid_publish_says_hello_again_before_anything_else() {
    let (mut district, mut ward) = settled(1);
    for number in 1..30 {
        ward.seal(0, facts(number));
    }
    let ups = ward.handle(0, Input::Tick);
    let arrived: Vec<_> = ups.into_iter().take(2).collect();
    ward.handle(1, Input::Disconnected);
    assert_eq!(ward.standing(), Standing::Offline);
    ward.seal(2, facts(30));
    assert!(ward.machine.next_send().is_none());
    for up in arrived {
        district.take(up); // stored by the broker, its acks and receipts lost
    }
    let ups = ward.handle(3, Input::Connected);
    hello(&ups[0]);
    ward.settle(3, &mut district, ups);
    assert_eq!(district.records.len(), 31);
    assert_eq!(ward.machine.recorded(), UnitSeq(31));
}
