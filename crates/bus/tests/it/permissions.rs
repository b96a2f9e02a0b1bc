//! What a unit's key may do on a real server, and how fast it learns what it may not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on stops")]

use crate::common::{AT_ONCE, LONG, Net, U17, U18, item, message, nothing_left, publish, text, until, user};
use bytes::Bytes;
use futures_util::StreamExt as _;
use socai_bus::{
    BusError, DistrictLink, Item, LinkState, PublishError, ReaderConfig, Refusal, Role, TransportKey,
    UnitLink,
};
use socai_tlog::UnitNo;
use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

/// A client with unit 17's key that keeps what the server denies it.
async fn intruder(net: &Net) -> (async_nats::Client, Arc<Mutex<Vec<String>>>) {
    let denied: Arc<Mutex<Vec<String>>> = Arc::default();
    let list = denied.clone();
    let options = async_nats::ConnectOptions::new()
        .nkey(net.u17.seed().to_owned())
        .custom_inbox_prefix(net.subjects.inbox(U17))
        .event_callback(move |event| {
            if let async_nats::Event::ServerError(error) = event {
                list.lock().unwrap().push(error.to_string());
            }
            std::future::ready(())
        });
    (options.connect(net.server.client_url()).await.unwrap(), denied)
}

#[tokio::test]
async fn a_unit_may_publish_on_its_own_subject_and_nowhere_else() {
    let net = Net::start().await;
    let district = net.district().await;
    let (client, denied) = intruder(&net).await;
    let foreign = [
        net.subjects.seg(U18),
        net.subjects.down(U18),
        net.subjects.down(U17),
        "socai.other.seg.17".to_owned(),
        "socai.test.seg.17.x".to_owned(),
        "$JS.API.STREAM.INFO.SOCAI_test".to_owned(),
        "$JS.API.STREAM.DELETE.SOCAI_test".to_owned(),
        "$JS.API.STREAM.PURGE.SOCAI_test".to_owned(),
        "$JS.API.STREAM.CREATE.MINE".to_owned(),
        "$JS.API.CONSUMER.CREATE.SOCAI_test.mine".to_owned(),
        "$JS.API.INFO".to_owned(),
        "$SYS.REQ.SERVER.PING".to_owned(),
        "anything".to_owned(),
    ];
    for subject in &foreign {
        client.publish(subject.clone(), Bytes::from_static(b"{}")).await.unwrap();
    }
    client.publish(net.subjects.seg(U17), Bytes::from_static(b"mine")).await.unwrap();
    let arrived = message(&mut district.reader(ReaderConfig::from(None))).await;
    assert_eq!(arrived.message, Bytes::from_static(b"mine"), "only the message on its own subject was taken");
    until("all denials", async || denied.lock().unwrap().len() == foreign.len()).await;
    for (said, subject) in denied.lock().unwrap().iter().zip(&foreign) {
        assert!(said.contains(&format!("\"{subject}\"")), "{said} for {subject}");
    }
}

#[tokio::test]
async fn a_unit_may_listen_to_its_own_inbox_and_nothing_else() {
    let net = Net::start().await;
    let district = net.district().await;
    let (client, denied) = intruder(&net).await;
    let foreign = [
        ">".to_owned(),
        "_INBOX.>".to_owned(),
        net.subjects.down(U18),
        "_INBOX.test.*.down".to_owned(),
        net.subjects.seg(U18),
    ];
    let mut overheard = Vec::new();
    for subject in &foreign {
        overheard.push(client.subscribe(subject.clone()).await.unwrap());
    }
    let mut own = client.subscribe(net.subjects.down(U17)).await.unwrap();
    until("all denials", async || denied.lock().unwrap().len() == foreign.len()).await;
    client.flush().await.unwrap();
    district.send_down(U18, Bytes::from_static(b"for 18 alone")).await.unwrap();
    district.send_down(U17, Bytes::from_static(b"for 17")).await.unwrap();
    assert_eq!(own.next().await.unwrap().payload, Bytes::from_static(b"for 17"));
    for mut subscription in overheard {
        // what the server sent before `for 17` was read is here by now
        let heard = futures_util::FutureExt::now_or_never(subscription.next());
        assert!(!matches!(heard, Some(Some(_))), "{heard:?}");
    }
}

#[tokio::test]
async fn an_answer_of_the_broker_cannot_be_turned_against_the_stream() {
    // JetStream acknowledges to whatever reply subject a message names: the unit tries to make it delete and purge for it
    let net = Net::start().await;
    let district = net.district().await;
    let (client, _) = intruder(&net).await;
    for verb in ["STREAM.DELETE", "STREAM.PURGE", "STREAM.UPDATE", "STREAM.MSG.DELETE"] {
        let reply = format!("$JS.API.{verb}.SOCAI_test");
        client.publish_with_reply(net.subjects.seg(U17), reply, Bytes::from_static(b"x")).await.unwrap();
    }
    publish(&net.unit().await, text(0)).await.unwrap();
    let mut js = net.admin().await.get_stream(net.subjects.stream()).await.unwrap();
    assert_eq!(js.info().await.unwrap().state.messages, 5);
    assert_eq!(district.ensure_stream().await.unwrap().drift, []);
}

#[tokio::test]
async fn a_unit_that_publishes_on_another_units_subject_is_told_at_once() {
    let net = Net::start().await;
    let _district = net.district().await;
    // unit 18's number with unit 17's key: a configuration mixed up
    let unit = UnitLink::open(&net.patient(&net.u17), &net.subjects, U18).await.unwrap();
    let start = Instant::now();
    let refused = unit.ready(LONG).await;
    let outcome = publish(&unit, text(0)).await;
    assert!(start.elapsed() < AT_ONCE, "{:?}", start.elapsed());
    let denied = matches!(outcome, Err(PublishError::Denied(_) | PublishError::OutcomeUnknown { .. }));
    assert!(denied, "{refused:?} {outcome:?}");
    // the inbox is denied as well, and that stands as the state of the link
    let mut state = unit.state();
    let stands = state.wait_for(|state| matches!(state, LinkState::Refused(Refusal::Subscribe { .. })));
    tokio::time::timeout(LONG, stands).await.unwrap().unwrap();
    assert!(matches!(unit.publish(text(0)).await, Err(PublishError::Denied(Refusal::Subscribe { .. }))));
}

#[tokio::test]
async fn a_denied_publish_alone_is_told_at_once_and_leaves_the_link_up() {
    let mut net = Net::start().await;
    let _district = net.district().await;
    // the server lets the key use unit 17's inbox, but knows it by another ledger's subject
    let unit = net.patient_unit().await;
    publish(&unit, text(0)).await.unwrap();
    let conf = net.dir.path().join("nats.conf");
    let changed = std::fs::read_to_string(&conf).unwrap().replace("socai.test.seg.17", "socai.other.seg.17");
    std::fs::write(&conf, changed).unwrap();
    let pid = net.server.pid().unwrap();
    let signalled = std::process::Command::new("kill").args(["-HUP", &pid.to_string()]).status().unwrap();
    assert!(signalled.success());
    let mut fastest = None;
    until("a denial", async || {
        let start = Instant::now();
        match publish(&unit, text(1)).await {
            Err(PublishError::Denied(Refusal::Publish { subject })) => {
                fastest = Some((subject, start.elapsed()));
                true
            }
            _ => false,
        }
    })
    .await;
    let (subject, elapsed) = fastest.unwrap();
    assert_eq!(subject, "socai.test.seg.17");
    assert!(elapsed < AT_ONCE, "{elapsed:?}");
    assert_eq!(*unit.state().borrow(), LinkState::Up);
    assert!(net.server.is_running());
}

#[tokio::test]
async fn an_unknown_key_is_told_at_once_and_heals_when_it_is_let_in() {
    let mut net = Net::start().await;
    let _district = net.district().await;
    let stranger = TransportKey::generate().unwrap();
    let unit = UnitLink::open(&net.patient(&stranger), &net.subjects, U18).await.unwrap();
    let start = Instant::now();
    let refused = unit.ready(LONG).await;
    assert!(matches!(refused, Err(BusError::Refused(Refusal::Credentials { .. }))), "{refused:?}");
    assert!(start.elapsed() < AT_ONCE, "{:?}", start.elapsed());
    assert!(matches!(unit.publish(text(0)).await, Err(PublishError::Denied(Refusal::Credentials { .. }))));

    let users = vec![user(&stranger, Role::Unit(U18)), user(&net.district, Role::District)];
    net.server.set_users(users).await.unwrap();
    let mut state = unit.state();
    tokio::time::timeout(LONG, state.wait_for(|state| *state == LinkState::Up)).await.unwrap().unwrap();
    publish(&unit, text(0)).await.unwrap();
}

#[tokio::test]
async fn a_key_that_is_taken_away_is_told_at_once() {
    let mut net = Net::start().await;
    let _district = net.district().await;
    let unit = net.patient_unit().await;
    publish(&unit, text(0)).await.unwrap();
    net.server.set_users(vec![user(&net.district, Role::District)]).await.unwrap();
    let start = Instant::now();
    let mut state = unit.state();
    let refused = state.wait_for(|state| matches!(state, LinkState::Refused(Refusal::Credentials { .. })));
    tokio::time::timeout(LONG, refused).await.unwrap().unwrap();
    assert!(start.elapsed() < AT_ONCE, "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_district_with_a_units_key_is_told_at_once_that_it_may_not_read() {
    let net = Net::start().await;
    let _district = net.district().await;
    let district = DistrictLink::open(&net.patient(&net.u17), net.spec(), true).await.unwrap();
    let start = Instant::now();
    let _ = district.ready(LONG).await;
    let looked = district.ensure_stream().await;
    assert!(matches!(looked, Err(BusError::Refused(_))), "{looked:?}");
    let next = district.reader(ReaderConfig::from(None)).next().await;
    assert!(matches!(next, Err(socai_bus::ReadError::Refused(_))), "{next:?}");
    assert!(start.elapsed() < AT_ONCE, "{:?}", start.elapsed());
}

#[tokio::test]
async fn the_district_may_not_change_purge_or_delete_its_stream_nor_publish_as_a_unit() {
    let net = Net::start().await;
    let district = net.district().await;
    let mut reader = district.reader(ReaderConfig::from(None));
    let client = net.raw(&net.district, &net.subjects.district_inbox()).await;
    let stream = net.subjects.stream();
    for subject in [
        format!("$JS.API.STREAM.UPDATE.{stream}"),
        format!("$JS.API.STREAM.DELETE.{stream}"),
        format!("$JS.API.STREAM.PURGE.{stream}"),
        "$JS.API.STREAM.CREATE.OTHER".to_owned(),
        net.subjects.seg(U17),
    ] {
        let answer = client.request(subject.clone(), Bytes::from_static(b"{}"));
        let answer = tokio::time::timeout(Duration::from_millis(100), answer).await;
        assert!(!matches!(answer, Ok(Ok(_))), "{subject} was answered: {answer:?}");
    }
    publish(&net.unit().await, text(0)).await.unwrap();
    assert!(matches!(item(&mut reader).await, Item::Message(arrived) if arrived.message == text(0)));
}

#[tokio::test]
async fn what_the_district_leaves_in_the_stream_is_read_back_in_its_place() {
    let net = Net::start().await;
    let district = net.district().await;
    publish(&net.unit().await, text(0)).await.unwrap();
    district.leave(text(1)).await.unwrap();
    let mut reader = district.reader(ReaderConfig::from(None));
    assert_eq!(message(&mut reader).await.unit, U17);
    let left = message(&mut reader).await;
    assert_eq!((left.unit, left.message), (UnitNo::OPERATOR, text(1)));
    let unit = net.raw(&net.u17, &net.subjects.inbox(U17)).await;
    unit.publish(net.subjects.seg(UnitNo::OPERATOR), text(2)).await.unwrap();
    nothing_left(&net.unit().await, &mut reader).await;
}
