//! Reading the stream in order from our own cursor, whatever is done to the broker.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on stops")]

use crate::common::{AT_ONCE, LONG, Net, item, message, nothing_left, publish, publish_all, text, until};
use bytes::Bytes;
use socai_bus::{Cursor, DistrictLink, Gap, Item, ReadError, Reader, ReaderConfig, ResetCause, StreamReset};
use std::time::{Duration, Instant};

fn from_start(district: &DistrictLink) -> Reader {
    district.reader(ReaderConfig::from(None))
}

/// Reads messages `numbers`, each once and in order, and nothing else.
async fn expect(reader: &mut Reader, numbers: std::ops::Range<usize>) -> Cursor {
    let mut cursor = None;
    for number in numbers {
        let arrived = message(reader).await;
        assert_eq!(arrived.message, text(number));
        cursor = Some(arrived.cursor);
    }
    cursor.unwrap()
}

#[tokio::test]
async fn a_reader_continues_after_the_cursor_it_is_given() {
    let net = Net::start().await;
    let district = net.district().await;
    let unit = net.unit().await;
    publish_all(&unit, 0..50).await;
    let cursor = expect(&mut from_start(&district), 0..20).await;
    assert_eq!(cursor.stream_seq, 20);
    let mut later = district.reader(ReaderConfig::from(Some(cursor)));
    expect(&mut later, 20..50).await;
    nothing_left(&unit, &mut later).await;
    publish_all(&unit, 50..51).await;
    expect(&mut later, 50..51).await;
}

#[tokio::test]
async fn a_batch_takes_what_is_there_within_its_bounds() {
    let net = Net::start().await;
    let district = net.district().await;
    let unit = net.unit().await;
    publish_all(&unit, 0..40).await;
    let mut reader = from_start(&district);
    let mut got = Vec::new();
    while got.len() < 40 {
        let batch = reader.next_batch(16, usize::MAX).await.unwrap();
        assert!(!batch.is_empty() && batch.len() <= 16);
        got.extend(batch);
    }
    let mut again = from_start(&district);
    let one = again.next_batch(16, 1).await.unwrap();
    assert_eq!(one.len(), 1, "the byte bound ends a batch with the message that exceeds it");
}

#[tokio::test]
async fn the_pending_count_falls_to_nothing_when_the_reader_has_caught_up() {
    let net = Net::start().await;
    let district = net.district().await;
    let unit = net.unit().await;
    publish_all(&unit, 0..5).await;
    let mut reader = from_start(&district);
    for left in [4, 3, 2, 1, 0] {
        assert_eq!(message(&mut reader).await.pending, left);
    }
}

#[tokio::test]
async fn a_server_killed_and_restarted_under_the_reader_costs_no_message_and_repeats_none() {
    let mut net = Net::start().await;
    let district = net.district().await;
    let unit = net.unit().await;
    let mut reader = from_start(&district);
    for round in 0..4 {
        publish_all(&unit, round * 10..round * 10 + 10).await;
        expect(&mut reader, round * 10..round * 10 + 5).await;
        net.server.restart().await.unwrap();
        expect(&mut reader, round * 10 + 5..round * 10 + 10).await;
        unit.ready(LONG).await.unwrap();
    }
    nothing_left(&unit, &mut reader).await;
}

#[tokio::test]
async fn while_the_server_is_away_the_reader_says_so_within_two_seconds_each_time() {
    let mut net = Net::start().await;
    let district = net.district_over(net.patient(&net.district)).await;
    let unit = net.unit().await;
    publish_all(&unit, 0..1).await;
    let mut reader = from_start(&district);
    expect(&mut reader, 0..1).await;
    net.server.kill();
    let mut took = Vec::new();
    for _ in 0..3 {
        let start = Instant::now();
        let next = reader.next().await;
        assert!(matches!(next, Err(ReadError::Unavailable { .. })), "{next:?}");
        took.push(start.elapsed());
    }
    // a busy machine may hold up any of them, though never for as long as an answer is waited for
    assert!(took.iter().all(|took| *took < AT_ONCE), "{took:?}");
    assert!(took.iter().any(|took| *took < Duration::from_secs(2)), "{took:?}");
    net.server.restart().await.unwrap();
    unit.ready(LONG).await.unwrap();
    publish_all(&unit, 1..2).await;
    expect(&mut reader, 1..2).await;
}

#[tokio::test]
async fn a_wiped_jetstream_is_noticed_by_a_live_reader_made_again_and_read_from_its_start() {
    let mut net = Net::start().await;
    let district = net.district().await;
    let unit = net.unit().await;
    publish_all(&unit, 0..10).await;
    let mut reader = from_start(&district);
    let was = expect(&mut reader, 0..10).await;
    net.server.wipe_jetstream().unwrap();
    net.server.restart().await.unwrap();
    let reset = item(&mut reader).await;
    let Item::Reset(StreamReset { was: seen, now_created_ns, now_last_seq: 0, cause: ResetCause::Recreated }) =
        reset
    else {
        panic!("{reset:?}")
    };
    assert_eq!(seen, was);
    assert!(now_created_ns > was.stream_created_ns);
    unit.ready(LONG).await.unwrap();
    publish_all(&unit, 10..13).await;
    let cursor = expect(&mut reader, 10..13).await;
    assert_eq!(cursor, Cursor { stream_created_ns: now_created_ns, stream_seq: 3 });
}

#[tokio::test]
async fn a_stream_deleted_and_made_again_longer_than_before_is_read_from_its_start_after_a_restart() {
    let net = Net::start().await;
    let district = net.district().await;
    let unit = net.unit().await;
    publish_all(&unit, 0..3).await;
    let was = expect(&mut from_start(&district), 0..3).await;
    net.admin().await.delete_stream(net.subjects.stream()).await.unwrap();
    district.ensure_stream().await.unwrap();
    publish_all(&unit, 0..20).await;
    // the district was down meanwhile: it has only its cursor
    let mut reader = district.reader(ReaderConfig::from(Some(was)));
    assert!(matches!(item(&mut reader).await, Item::Reset(StreamReset { cause: ResetCause::Recreated, .. })));
    expect(&mut reader, 0..20).await;
    nothing_left(&unit, &mut reader).await;
}

#[tokio::test]
async fn a_stream_deleted_under_a_live_reader_is_noticed_at_once() {
    let net = Net::start().await;
    let district = net.district_over(net.patient(&net.district)).await;
    let unit = net.unit().await;
    publish_all(&unit, 0..3).await;
    // a silent broker would be noticed after two heartbeats
    let heartbeat = Duration::from_secs(14);
    let mut reader = district.reader(ReaderConfig { heartbeat, ..ReaderConfig::from(None) });
    expect(&mut reader, 0..3).await;
    net.admin().await.delete_stream(net.subjects.stream()).await.unwrap();
    let start = Instant::now();
    assert!(matches!(item(&mut reader).await, Item::Reset(_)));
    assert!(start.elapsed() < AT_ONCE, "{:?}", start.elapsed());
    publish_all(&unit, 3..4).await;
    expect(&mut reader, 3..4).await;
}

/// JetStream's files as they were: what a power failure with the default sync leaves.
fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Publishes 0..10, then goes back to a copy of JetStream's files taken after message 4.
async fn rolled_back(net: &mut Net, district: &DistrictLink) -> Reader {
    let unit = net.unit().await;
    publish_all(&unit, 0..5).await;
    net.server.stop().await.unwrap();
    let old = net.dir.path().join("old");
    copy(&net.server.store_dir(), &old);
    net.server.restart().await.unwrap();
    unit.ready(LONG).await.unwrap();
    publish_all(&unit, 5..10).await;
    let mut reader = from_start(district);
    expect(&mut reader, 0..10).await;
    net.server.wipe_jetstream().unwrap();
    copy(&old, &net.server.store_dir());
    reader
}

#[tokio::test]
async fn a_stream_that_lost_its_tail_is_noticed_and_read_from_its_start() {
    let mut net = Net::start().await;
    let district = net.district().await;
    let mut reader = rolled_back(&mut net, &district).await;
    net.server.restart().await.unwrap();
    let reset = item(&mut reader).await;
    let expected = ResetCause::RolledBack;
    assert!(
        matches!(reset, Item::Reset(StreamReset { cause, now_last_seq: 5, .. }) if cause == expected),
        "{reset:?}"
    );
    expect(&mut reader, 0..5).await;
}

#[tokio::test]
async fn a_stream_that_lost_its_tail_and_grew_past_the_cursor_before_we_looked_is_noticed_too() {
    let mut net = Net::start().await;
    let district = net.district().await;
    let mut reader = rolled_back(&mut net, &district).await;
    net.server.restart().await.unwrap();
    // the reader is not asked until another unit has refilled the numbers that were lost
    let unit = net.unit().await;
    publish_all(&unit, 100..110).await;
    let reset = item(&mut reader).await;
    let expected = ResetCause::Rewritten;
    assert!(
        matches!(reset, Item::Reset(StreamReset { cause, now_last_seq: 15, .. }) if cause == expected),
        "{reset:?}"
    );
    expect(&mut reader, 0..5).await;
    expect(&mut reader, 100..110).await;
}

#[tokio::test]
async fn messages_that_an_administrator_made_the_broker_forget_are_reported_as_a_gap() {
    let net = Net::start().await;
    let district = net.district().await;
    let unit = net.unit().await;
    publish_all(&unit, 0..100).await;
    let cursor = expect(&mut from_start(&district), 0..10).await;
    let js = net.admin().await;
    let mut config = js.get_stream(net.subjects.stream()).await.unwrap().cached_info().config.clone();
    config.max_messages = 5;
    config.discard = async_nats::jetstream::stream::DiscardPolicy::Old;
    js.update_stream(config).await.unwrap();
    let mut reader = district.reader(ReaderConfig::from(Some(cursor)));
    assert_eq!(item(&mut reader).await, Item::Gap(Gap { first_seq: 11, last_seq: 95 }));
    expect(&mut reader, 95..100).await;

    let report = district.ensure_stream().await.unwrap();
    let mut settings: Vec<&str> = report.drift.iter().map(|drift| drift.setting.as_str()).collect();
    settings.sort_unstable();
    assert_eq!(settings, ["discard", "max_msgs"], "and the changed settings are named: {report:?}");
}

#[tokio::test]
async fn a_consumer_deleted_by_an_administrator_is_made_again_where_it_was() {
    let net = Net::start().await;
    let district = net.district().await;
    let unit = net.unit().await;
    publish_all(&unit, 0..3).await;
    let mut reader = from_start(&district);
    expect(&mut reader, 0..3).await;
    let stream = net.admin().await.get_stream(net.subjects.stream()).await.unwrap();
    use futures_util::TryStreamExt as _;
    let names: Vec<String> = stream.consumer_names().try_collect().await.unwrap();
    for name in names {
        stream.delete_consumer(&name).await.unwrap();
    }
    publish_all(&unit, 3..6).await;
    expect(&mut reader, 3..6).await;
    nothing_left(&unit, &mut reader).await;
}

#[tokio::test]
async fn without_leave_to_create_a_missing_stream_is_named_and_waited_for() {
    let net = Net::start().await;
    let district = DistrictLink::open(&net.link(&net.district), net.spec(), false).await.unwrap();
    district.ready(LONG).await.unwrap();
    let mut reader = from_start(&district);
    for _ in 0..2 {
        let next = reader.next().await;
        assert_eq!(next, Err(ReadError::NoStream { stream: "SOCAI_test".to_owned() }));
    }
    socai_bus::provision(&net.link(&net.admin), &net.spec()).await.unwrap();
    publish_all(&net.unit().await, 0..1).await;
    expect(&mut reader, 0..1).await;
}

#[tokio::test]
async fn a_reader_that_is_cancelled_at_any_moment_loses_and_repeats_nothing() {
    let net = Net::start().await;
    let district = net.district().await;
    let unit = net.unit().await;
    publish_all(&unit, 0..60).await;
    let mut reader = from_start(&district);
    let mut got = 0;
    let mut patience = Duration::ZERO;
    until("sixty messages", async || {
        patience += Duration::from_micros(20);
        if let Ok(Ok(Item::Message(arrived))) = tokio::time::timeout(patience, reader.next()).await {
            assert_eq!(arrived.message, text(got));
            got += 1;
        }
        got == 60
    })
    .await;
    nothing_left(&unit, &mut reader).await;
}

#[tokio::test]
async fn a_backlog_of_large_messages_streams_through_small_batches_in_order() {
    let net = Net::start().await;
    let district = net.district().await;
    let unit = net.unit().await;
    // 60 MiB of backlog through pulls of 4 MiB, each with room for two of the largest messages
    let sizes: Vec<usize> =
        (0..60).map(|n| if n % 3 == 0 { 2 * 1024 * 1024 } else { 512 * 1024 + n }).collect();
    for size in &sizes {
        publish(&unit, Bytes::from(vec![1; *size])).await.unwrap();
    }
    let config = ReaderConfig { max_bytes: 4 * 1024 * 1024, ..ReaderConfig::from(None) };
    let mut reader = district.reader(config);
    for size in sizes {
        let start = Instant::now();
        assert_eq!(message(&mut reader).await.message.len(), size);
        // a pull without room for a message would have to run out first, which takes half a minute
        assert!(start.elapsed() < 2 * AT_ONCE, "it stalled: {:?}", start.elapsed());
    }
}
