//! What the district sends down, and what a unit sees of its connection.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on stops")]

use crate::common::{LONG, Net, U17, U18, until};
use bytes::Bytes;
use socai_bus::{BusError, LinkEvent, MAX_MESSAGE_BYTES};

#[tokio::test]
async fn an_answer_reaches_its_unit_also_after_the_server_was_restarted() {
    let mut net = Net::start().await;
    let district = net.district().await;
    let unit = net.unit().await;
    let mut downs = unit.downs().await.unwrap();
    let mut events = unit.events();
    for round in ["before", "after"] {
        let answer = Bytes::from(round);
        // an answer may be lost while a subscription is under way: it is sent again until it is heard, as the district does
        let mut heard = None;
        until("an answer", async || {
            district.send_down(U17, answer.clone()).await.unwrap();
            heard =
                tokio::time::timeout(std::time::Duration::from_millis(50), downs.next()).await.ok().flatten();
            heard.as_ref() == Some(&answer)
        })
        .await;
        if round == "before" {
            net.server.restart().await.unwrap();
            for expected in [LinkEvent::Disconnected, LinkEvent::Connected] {
                let seen = async { while events.recv().await.unwrap() != expected {} };
                tokio::time::timeout(LONG, seen).await.unwrap();
            }
            district.ready(LONG).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_large_answer_passes_and_a_larger_one_is_refused_here() {
    let net = Net::start().await;
    let district = net.district().await;
    let unit = net.unit().await;
    let mut downs = unit.downs().await.unwrap();
    // the broker has the subscription once it has answered something later on the same connection
    let _ = crate::common::publish(&unit, Bytes::from_static(b"x")).await.unwrap();
    district.send_down(U17, Bytes::from(vec![3; MAX_MESSAGE_BYTES])).await.unwrap();
    assert_eq!(downs.next().await.unwrap().len(), MAX_MESSAGE_BYTES);
    let over = district.send_down(U17, Bytes::from(vec![3; MAX_MESSAGE_BYTES + 1])).await;
    assert_eq!(over, Err(BusError::TooLarge { got: MAX_MESSAGE_BYTES + 1, max: MAX_MESSAGE_BYTES }));
}

#[tokio::test]
async fn an_answer_to_nobody_is_no_error_and_one_without_a_server_does_not_block() {
    let mut net = Net::start().await;
    let district = net.district().await;
    district.send_down(U18, Bytes::from_static(b"nobody listens")).await.unwrap();
    net.server.kill();
    let mut refused = 0;
    // more than the connection's queue holds: a district that answers on must not stand still
    for _ in 0..5000 {
        if district.send_down(U17, Bytes::from_static(b"x")).await.is_err() {
            refused += 1;
        }
    }
    assert!(refused > 0);
}

#[tokio::test]
async fn a_unit_closes_in_order_and_its_answers_end() {
    let net = Net::start().await;
    let _district = net.district().await;
    let unit = net.unit().await;
    let mut downs = unit.downs().await.unwrap();
    let under_way = unit.publish(Bytes::from_static(b"last")).await.unwrap();
    unit.close().await;
    assert_eq!(under_way.await.unwrap().stream_seq, 1, "what was under way was waited for");
    let ended = tokio::time::timeout(LONG, downs.next()).await.unwrap();
    assert_eq!(ended, None);
}
