//! Messages that are to be destroyed leave no byte in the broker's store, and everything else stays.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests

use std::path::{Path, PathBuf};

use crate::common::*;
use async_nats::jetstream::stream::Config;
use bytes::Bytes;
use socai_bus::{BusError, DistrictLink, ReaderConfig, StreamReport};
use socai_tlog::UnitNo;

const SECRET: &str = "a name that should not have been written";

fn secret() -> Bytes {
    Bytes::from(SECRET.repeat(3))
}

fn is_secret(_: UnitNo, message: &Bytes) -> bool {
    message.windows(SECRET.len()).any(|window| window == SECRET.as_bytes())
}

/// The files below a directory that hold the secret.
fn holding(dir: &Path) -> Vec<PathBuf> {
    let (mut found, mut dirs) = (Vec::new(), vec![dir.to_owned()]);
    while let Some(dir) = dirs.pop() {
        for entry in std::fs::read_dir(&dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                dirs.push(path);
            } else if is_secret(UnitNo(0), &std::fs::read(&path).unwrap_or_default().into()) {
                found.push(path);
            }
        }
    }
    found
}

#[tokio::test]
async fn an_erased_message_is_in_no_file_of_the_store_and_the_others_are_all_there() {
    let net = Net::start().await;
    let (district, unit) = (net.district().await, net.unit().await);
    publish_all(&unit, 0..20).await;
    publish(&unit, secret()).await.unwrap();
    publish_all(&unit, 20..40).await;
    publish(&unit, secret()).await.unwrap(); // the newest message of the store
    until("the secret is on the disk", async || !holding(net.dir.path()).is_empty()).await;

    assert_eq!(district.erase_all(is_secret).await, Ok(2));
    until("the secret is in no file", async || holding(net.dir.path()).is_empty()).await;
    assert_eq!(district.erase_all(is_secret).await, Ok(0), "there is nothing left to erase");

    let mut reader = district.reader(ReaderConfig::from(None));
    let mut read = Vec::new();
    while read.len() < 40 {
        if let socai_bus::Item::Message(arrived) = item(&mut reader).await {
            read.push(arrived.message);
        }
    }
    assert_eq!(read, (0..40).map(text).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_search_of_a_stream_that_holds_nothing_ends() {
    let net = Net::start().await;
    let (district, unit) = (net.district().await, net.unit().await);
    assert_eq!(district.erase_all(is_secret).await, Ok(0));
    publish(&unit, secret()).await.unwrap();
    assert_eq!(district.erase_all(is_secret).await, Ok(1));
    assert_eq!(district.erase_all(is_secret).await, Ok(0), "all that was there is erased");
    assert_eq!(district.erase(1).await, Ok(()), "once more is harmless");
    assert_eq!(district.erase(99).await, Ok(()));
}

#[tokio::test]
async fn a_stream_of_an_earlier_release_says_that_it_denies_erasure() {
    let net = Net::start().await;
    let config = Config {
        name: net.subjects.stream(),
        subjects: vec![net.subjects.all_segs()],
        deny_delete: true,
        ..Config::default()
    };
    net.admin().await.create_stream(config).await.unwrap();
    let district = DistrictLink::open(&net.link(&net.district), net.spec(), true).await.unwrap();
    district.ready(LONG).await.unwrap();
    let StreamReport { drift, .. } = district.ensure_stream().await.unwrap();
    assert!(drift.iter().any(|drift| drift.setting == "deny_delete"), "{drift:?}");
    publish(&net.unit().await, secret()).await.unwrap();
    let denied = district.erase_all(is_secret).await;
    assert!(matches!(denied, Err(BusError::Rejected { .. })), "{denied:?}");
}
