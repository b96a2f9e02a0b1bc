//! What the bus alone does on this machine, on a private server: latency of one message from a unit to the district's reader,
//! large and small messages a second. `cargo run --release -p socai-bus --example bus_speed [always]`
#![allow(clippy::print_stdout, reason = "its output is its purpose")]

use bytes::Bytes;
use socai_bus::{
    DistrictLink, Item, LinkConfig, ReaderConfig, Role, StreamSpec, Subjects, TransportKey, UnitLink, User,
    bench,
    server::{Server, ServerConfig, SyncMode},
};
use socai_tlog::UnitNo;
use std::{
    error::Error,
    time::{Duration, Instant},
};

type Outcome<T> = Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Outcome<()> {
    let sync = if std::env::args().any(|word| word == "always") {
        SyncMode::Always
    } else {
        SyncMode::ServerDefault
    };
    let dir = std::env::temp_dir().join(format!("socai-bus-speed-{}", std::process::id()));
    let (u1, district) = (TransportKey::generate()?, TransportKey::generate()?);
    let subjects = Subjects::new("speed")?;
    let user = |key: &TransportKey, role| User { public_key: key.public().to_owned(), role };
    let users = vec![user(&u1, Role::Unit(UnitNo(1))), user(&district, Role::District)];
    let mut config = ServerConfig::new(&dir, subjects.clone(), users);
    config.sync = sync;
    let mut server = Server::start(config).await?;
    println!("sync {sync:?}");

    let link = LinkConfig { max_in_flight: 1024, ..LinkConfig::new(&server.client_url(), u1) };
    let unit = UnitLink::open(&link, &subjects, UnitNo(1)).await?;
    let link = LinkConfig::new(&server.client_url(), district);
    let district = DistrictLink::open(&link, StreamSpec::single(subjects), true).await?;
    unit.ready(Duration::from_secs(5)).await?;
    district.ready(Duration::from_secs(5)).await?;
    district.ensure_stream().await?;

    latency(&unit, &district, 2000).await?;
    rate("segments of 150 KB, 64 in flight", &unit, &district, 150_000, 3000, 64).await?;
    rate("messages of 300 B, 1024 in flight", &unit, &district, 300, 100_000, 1024).await?;
    let facts = std::iter::repeat_n(Bytes::from(vec![7; 300]), 100_000);
    let published = bench::publish_one_by_one(&unit, facts, 1024).await?;
    per_second("bench::publish_one_by_one, 300 B", published.messages, published.elapsed);

    server.stop().await?;
    std::fs::remove_dir_all(dir)?;
    Ok(())
}

/// One message at a time: until it is acknowledged, and until the district's idle reader has it.
async fn latency(unit: &UnitLink, district: &DistrictLink, rounds: usize) -> Outcome<()> {
    let mut reader = district.reader(ReaderConfig::from(None));
    let (mut acked, mut read) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        let start = Instant::now();
        let publishing = unit.publish(Bytes::from(vec![7; 600])).await?;
        let (ack, item) = tokio::join!(async { publishing.await.map(|_| start.elapsed()) }, async {
            reader.next().await.map(|item| (item, start.elapsed()))
        });
        let (item, elapsed) = item?;
        assert!(matches!(item, Item::Message(_)));
        // the first rounds open the reader
        if round >= 100 {
            acked.push(ack?);
            read.push(elapsed);
        }
    }
    for (what, mut times) in [("publish to ack", acked), ("publish to reader", read)] {
        times.sort_unstable();
        let at = |percent: usize| times[times.len() * percent / 100];
        println!("{what:34} p50 {:?} p99 {:?}", at(50), at(99));
    }
    Ok(())
}

/// Publishes and reads at the same time; the clock stops when the last is read.
async fn rate(
    what: &str,
    unit: &UnitLink,
    district: &DistrictLink,
    size: usize,
    messages: u64,
    in_flight: usize,
) -> Outcome<()> {
    let before = district.ensure_stream().await?;
    let from = socai_bus::Cursor { stream_created_ns: before.created_ns, stream_seq: before.last_seq };
    let message = Bytes::from(vec![7; size]);
    let start = Instant::now();
    let publish = async {
        let mut under_way = std::collections::VecDeque::new();
        for _ in 0..messages {
            if under_way.len() == in_flight
                && let Some(oldest) = under_way.pop_front()
            {
                oldest.await?;
            }
            under_way.push_back(unit.publish_when_room(message.clone()).await?);
        }
        for publishing in under_way {
            publishing.await?;
        }
        per_second(&format!("{what}: acknowledged"), messages, start.elapsed());
        Outcome::Ok(())
    };
    let read = async {
        let mut reader = district.reader(ReaderConfig::from(Some(from)));
        let mut read = 0;
        while read < messages {
            read += reader.next_batch(1000, usize::MAX).await?.len() as u64;
        }
        per_second(&format!("{what}: read"), messages, start.elapsed());
        Outcome::Ok(())
    };
    let (published, read) = tokio::join!(publish, read);
    published.and(read)?;
    let start = Instant::now();
    let mut reader = district.reader(ReaderConfig::from(Some(from)));
    let mut read = 0;
    while read < messages {
        read += reader.next_batch(1000, usize::MAX).await?.len() as u64;
    }
    per_second(&format!("{what}: backlog"), messages, start.elapsed());
    Ok(())
}

fn per_second(what: &str, messages: u64, elapsed: Duration) {
    let rate = u128::from(messages) * 1_000_000 / elapsed.as_micros().max(1);
    println!("{what:60} {rate:>8}/s");
}
