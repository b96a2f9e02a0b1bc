//! `socai bench ingest`: segments through nats-server to signed checkpoints, beside raw JetStream publishing.

use std::{path::Path, time::Instant};

use anyhow::{Context as _, Result};
use bytes::Bytes;
use prost::Message as _;
use socai_bus::{
    LinkConfig, PublishError, Role, Subjects, TransportKey, UnitLink, User, bench,
    server::{Server, ServerConfig, free_port},
};
use socai_district::{District, LedgerDir};
use socai_proto::v1;
use socai_tlog::{TreeSize, UnitNo, VerifiedSegment};
use tokio::task::JoinSet;

use super::{
    facts::{Facts, WARDS},
    ground::Ground,
    result::Measured,
};
use crate::{demo::reference, signals};

/// Records of a segment, as a ward that catches up cuts them.
const PER_SEGMENT: usize = 512;
/// Messages under way: of segments for each unit, of single facts for the raw publisher.
const SEGMENTS_IN_FLIGHT: usize = 16;
const FACTS_IN_FLIGHT: usize = 1_024;

/// Measures ingest, then raw publishing of the same facts one by one on a fresh stream of the same server.
pub fn run(place: &Path, events: u64) -> Result<Vec<Measured>> {
    signals::runtime()?.block_on(async {
        let ours = segments(&place.join("segments"), events).await?;
        let raw = one_by_one(&place.join("raw"), events).await?;
        Ok(vec![ours, raw])
    })
}

/// A broker for a ledger, with a key for every ward.
pub struct Bus {
    /// The server; it ends with this.
    pub server: Server,
    /// The wards' keys, from unit 1 on.
    pub keys: Vec<TransportKey>,
    subjects: Subjects,
}

impl Bus {
    /// Starts a server on the port that the ledger's settings name.
    pub async fn start(dir: &Path, district: &TransportKey, port: u16) -> Result<Self> {
        let subjects = Subjects::new(reference::LEDGER)?;
        let keys = WARDS.iter().map(|_| TransportKey::generate()).collect::<Result<Vec<_>, _>>()?;
        let mut users = vec![User { public_key: district.public().to_owned(), role: Role::District }];
        for (no, key) in (1..).zip(&keys) {
            users.push(User { public_key: key.public().to_owned(), role: Role::Unit(UnitNo(no)) });
        }
        let mut config = ServerConfig::new(dir, subjects.clone(), users);
        config.port = port;
        Ok(Bus { server: Server::start(config).await?, keys, subjects })
    }

    async fn link(&self, ward: usize, in_flight: usize) -> Result<UnitLink> {
        let mut config = LinkConfig::new(&self.server.client_url(), self.keys[ward].clone());
        config.max_in_flight = in_flight;
        let link = UnitLink::open(&config, &self.subjects, UnitNo(ward as u32 + 1)).await?;
        link.ready(config.answer_within).await?;
        Ok(link)
    }
}

async fn segments(place: &Path, events: u64) -> Result<Measured> {
    let port = free_port().context("a port for the broker")?;
    let mut ground = Ground::found(place, &format!("nats://127.0.0.1:{port}"))?;
    let segments = ground.segments(events, PER_SEGMENT)?;
    let bytes = segments.iter().map(|segment| segment.bytes().len() as u64).sum();
    let bus = Bus::start(&place.join("broker"), &district_key(&ground.dir)?, port).await?;
    let district = District::start(ground.dir.clone()).await?;
    let mut committed = district.committed();
    let goal = TreeSize(committed.borrow().0 + events);
    let shares = share(segments);
    let mut links = Vec::new();
    for ward in 0..shares.len() {
        links.push(bus.link(ward, SEGMENTS_IN_FLIGHT).await?);
    }
    let started = Instant::now();
    let mut publishing = JoinSet::new();
    for (link, share) in links.into_iter().zip(shares) {
        publishing.spawn(publish(link, share));
    }
    committed.wait_for(|size| *size >= goal).await.context("the district ended")?;
    let took = started.elapsed();
    while let Some(published) = publishing.join_next().await {
        published??;
    }
    district.stop().await?;
    Ok(Measured::rate("ingest:segments-to-checkpoint", events, bytes, 2, took))
}

async fn publish(link: UnitLink, segments: Vec<Bytes>) -> Result<()> {
    for segment in segments {
        loop {
            match link.publish_when_room(segment.clone()).await {
                Ok(publishing) => {
                    tokio::spawn(publishing);
                    break;
                }
                Err(PublishError::QueueFull { .. }) => tokio::task::yield_now().await,
                Err(error) => return Err(error.into()),
            }
        }
    }
    link.close().await;
    Ok(())
}

/// The segments of each ward, as messages.
fn share(segments: Vec<VerifiedSegment>) -> Vec<Vec<Bytes>> {
    let mut shares = vec![Vec::new(); WARDS.len()];
    for segment in segments {
        let publish = v1::Publish { seen_size: 0, segment: segment.bytes().clone() };
        let up = v1::Up { message: Some(v1::up::Message::Publish(publish)) };
        shares[segment.unit().0 as usize - 1].push(Bytes::from(up.encode_to_vec()));
    }
    shares
}

async fn one_by_one(place: &Path, events: u64) -> Result<Measured> {
    let district = TransportKey::generate()?;
    let bus = Bus::start(place, &district, 0).await?;
    let mut config = LinkConfig::new(&bus.server.client_url(), district);
    config.max_in_flight = FACTS_IN_FLIGHT;
    let spec = socai_bus::StreamSpec::single(bus.subjects.clone());
    let reader = socai_bus::DistrictLink::open(&config, spec, true).await?;
    reader.ready(config.answer_within).await?;
    reader.ensure_stream().await?;
    let link = bus.link(0, FACTS_IN_FLIGHT).await?;
    let mut facts = Facts::new(1);
    let facts: Vec<Bytes> =
        (0..events).map(|at| facts.next_bytes(WARDS[at as usize / 256 % WARDS.len()])).collect();
    let bytes = facts.iter().map(|facts| facts.len() as u64).sum();
    let started = Instant::now();
    bench::publish_one_by_one(&link, facts, FACTS_IN_FLIGHT).await?;
    let took = started.elapsed();
    Ok(Measured::rate("ingest:raw-jetstream-one-by-one", events, bytes, 1, took))
}

/// The district's own key, as its directory holds it.
pub fn district_key(dir: &LedgerDir) -> Result<TransportKey> {
    let path = dir.key("transport");
    let seed = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    Ok(TransportKey::from_seed(&seed)?)
}
