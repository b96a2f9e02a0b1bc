//! What becomes of a published message, on a real server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on stops")]

use crate::common::{AT_ONCE, LONG, Net, U17, message, publish, publish_all, text};
use bytes::Bytes;
use futures_util::future::join_all;
use socai_bus::{LinkState, MAX_MESSAGE_BYTES, PublishError, ReaderConfig, StreamSpec, UnitLink};
use std::time::{Duration, Instant};

#[tokio::test]
async fn a_message_is_acknowledged_and_reaches_the_district_with_its_unit() {
    let net = Net::start().await;
    let district = net.district().await;
    let mut reader = district.reader(ReaderConfig::from(None));
    let unit = net.unit().await;
    let ack = publish(&unit, Bytes::from_static(b"sealed")).await.unwrap();
    let arrived = message(&mut reader).await;
    assert_eq!((arrived.unit, &arrived.message[..]), (U17, &b"sealed"[..]));
    assert_eq!(arrived.cursor.stream_seq, ack.stream_seq);
}

#[tokio::test]
async fn many_messages_are_under_way_at_once_and_keep_their_order() {
    let net = Net::start().await;
    let district = net.district().await;
    let unit = net.unit_with(|config| config.max_in_flight = 500).await;
    let mut under_way = Vec::new();
    for number in 0..500 {
        under_way.push(unit.publish(text(number)).await.unwrap());
    }
    let acks = join_all(under_way).await;
    let seqs: Vec<u64> = acks.into_iter().map(|ack| ack.unwrap().stream_seq).collect();
    assert!(seqs.iter().copied().eq(1..=500), "{seqs:?}");
    let mut reader = district.reader(ReaderConfig::from(None));
    for number in 0..500 {
        assert_eq!(message(&mut reader).await.message, text(number));
    }
}

#[tokio::test]
async fn a_full_queue_says_so_and_takes_more_when_an_answer_came() {
    let net = Net::start().await;
    let _district = net.district().await;
    let unit = net.unit_with(|config| config.max_in_flight = 2).await;
    let first = unit.publish(text(0)).await.unwrap();
    let second = unit.publish(text(1)).await.unwrap();
    // the answers cannot have been read: this task has not yielded to the listener since, on a single thread
    assert_eq!(unit.publish(text(2)).await.unwrap_err(), PublishError::QueueFull { in_flight: 2 });
    let third = unit.publish_when_room(text(2)).await.unwrap();
    for publishing in [first, second, third] {
        publishing.await.unwrap();
    }
    publish(&unit, text(3)).await.unwrap();
}

#[tokio::test]
async fn a_message_nobody_waits_for_gives_its_place_back() {
    let net = Net::start().await;
    let _district = net.district().await;
    let unit = net.unit_with(|config| config.max_in_flight = 1).await;
    for number in 0..20 {
        drop(unit.publish(text(number)).await.unwrap());
    }
    publish(&unit, text(20)).await.unwrap();
}

#[tokio::test]
async fn the_largest_message_passes_and_one_byte_more_is_refused_before_it_is_sent() {
    let net = Net::start().await;
    let district = net.district().await;
    let unit = net.unit().await;
    let largest = Bytes::from(vec![7; MAX_MESSAGE_BYTES]);
    publish(&unit, largest.clone()).await.unwrap();
    let over = publish(&unit, Bytes::from(vec![7; MAX_MESSAGE_BYTES + 1])).await;
    assert_eq!(over, Err(PublishError::TooLarge { got: MAX_MESSAGE_BYTES + 1, max: MAX_MESSAGE_BYTES }));
    assert_eq!(message(&mut district.reader(ReaderConfig::from(None))).await.message, largest);
}

#[tokio::test]
async fn without_a_stream_the_unit_is_told_at_once() {
    let net = Net::start().await;
    let unit = net.patient_unit().await;
    let start = Instant::now();
    let outcome = publish(&unit, text(0)).await;
    assert_eq!(outcome, Err(PublishError::NoStream { subject: "socai.test.seg.17".to_owned() }));
    assert!(start.elapsed() < AT_ONCE, "{:?}", start.elapsed());
    net.district().await;
    publish(&unit, text(0)).await.unwrap();
}

#[tokio::test]
async fn a_full_stream_refuses_the_new_and_keeps_the_old() {
    let net = Net::start().await;
    let spec = StreamSpec { max_bytes: Some(4096), ..net.spec() };
    let report = socai_bus::provision(&net.link(&net.admin), &spec).await.unwrap();
    assert!(report.created && report.drift.is_empty(), "{report:?}");
    let unit = net.unit().await;
    let message = Bytes::from(vec![1; 1000]);
    let mut taken = 0;
    let full = loop {
        match publish(&unit, message.clone()).await {
            Ok(_) => taken += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(full, PublishError::StreamFull { .. }), "{full:?}");
    let mut js = net.admin().await.get_stream(net.subjects.stream()).await.unwrap();
    assert_eq!(js.info().await.unwrap().state.messages, taken);
}

#[tokio::test]
async fn messages_under_way_when_the_server_dies_are_unknown_at_once_and_later_ones_unavailable() {
    let mut net = Net::start().await;
    let _district = net.district().await;
    let unit = net.patient_unit().await;
    let mut under_way = Vec::new();
    for number in 0..200 {
        under_way.push(unit.publish(text(number)).await.unwrap());
    }
    net.server.kill();
    let start = Instant::now();
    for outcome in join_all(under_way).await {
        assert!(matches!(outcome, Ok(_) | Err(PublishError::OutcomeUnknown { .. })), "{outcome:?}");
    }
    assert!(start.elapsed() < AT_ONCE, "not by time-out: {:?}", start.elapsed());
    let mut state = unit.state();
    tokio::time::timeout(LONG, state.wait_for(|state| matches!(state, LinkState::Down(_))))
        .await
        .unwrap()
        .unwrap();
    assert!(matches!(unit.publish(text(0)).await, Err(PublishError::Unavailable { .. })));
}

#[tokio::test]
async fn a_server_that_does_not_answer_leaves_the_outcome_unknown_after_the_time_set() {
    // a listener that speaks just enough of the protocol to be connected to, and never acknowledges
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("nats://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let (mut socket, _) = listener.accept().await.unwrap();
        let info = "INFO {\"server_id\":\"x\",\"nonce\":\"abc\",\"max_payload\":4194304,\"headers\":true}\r\nPONG\r\n";
        socket.write_all(info.as_bytes()).await.unwrap();
        let mut sink = [0; 4096];
        while socket.read(&mut sink).await.is_ok_and(|read| read > 0) {}
    });
    let key = socai_bus::TransportKey::generate().unwrap();
    let mut config = socai_bus::LinkConfig::new(&url, key);
    config.answer_within = Duration::from_millis(200);
    config.max_in_flight = 1;
    let unit = UnitLink::open(&config, &socai_bus::Subjects::new("test").unwrap(), U17).await.unwrap();
    unit.ready(LONG).await.unwrap();
    for _ in 0..3 {
        let start = Instant::now();
        let outcome = publish(&unit, text(0)).await;
        assert!(matches!(outcome, Err(PublishError::OutcomeUnknown { .. })), "{outcome:?}");
        assert!(start.elapsed() >= Duration::from_millis(200), "and its place is free again each time");
    }
}

#[tokio::test]
async fn what_was_acknowledged_survives_kill_9_of_the_server_and_the_rest_can_be_sent_again() {
    let mut net = Net::start().await;
    let district = net.district().await;
    let unit = net.unit().await;
    let mut acknowledged = Vec::new();
    for round in 0..5 {
        let mut under_way = Vec::new();
        for number in 0..100 {
            let number = round * 100 + number;
            match unit.publish(text(number)).await {
                Ok(publishing) => under_way.push((number, publishing)),
                Err(error) => assert!(matches!(error, PublishError::Unavailable { .. }), "{error:?}"),
            }
        }
        if round < 4 {
            net.server.restart().await.unwrap();
        }
        for (number, publishing) in under_way {
            if publishing.await.is_ok() {
                acknowledged.push(number);
            }
        }
        unit.ready(LONG).await.unwrap();
    }
    publish_all(&unit, 1000..1001).await;
    acknowledged.push(1000);
    let mut reader = district.reader(ReaderConfig::from(None));
    let mut got = Vec::new();
    while got.last() != Some(&text(1000)) {
        got.push(message(&mut reader).await.message);
    }
    for number in acknowledged {
        assert!(got.contains(&text(number)), "message {number} was acknowledged and is gone");
    }
}
