//! `socai bench witness`: one fact at a time, until its checkpoint is cosigned by the quorum of three units that look at every entry first.

use std::{path::Path, time::Instant};

use anyhow::{Context as _, Result};
use socai_tlog::TreeSize;

use super::{latency::once, result::Measured};
use crate::{
    signals,
    stage::{self, Place, Stage},
};

/// Real witnesses over the loopback, of which two make the quorum.
const WITNESSES: usize = 3;

/// Measures from the call that seals a fact to its receipt, and from its receipt to the cosigned checkpoint that covers it.
pub fn run(place: &Path, events: u64) -> Result<Vec<Measured>> {
    let place = Place::new(place);
    stage::found(&place, WITNESSES)?;
    signals::runtime()?.block_on(async {
        let stage = Stage::start(&place).await?;
        let ward = &stage.wards[0]; // witnesses come last
        let mut witnessed = stage.district.witnessed().context("the policy names witnesses")?;
        once(ward, 0).await?; // the first waits for the connection
        until(&mut witnessed, *stage.district.committed().borrow()).await?;
        let (started, mut after, mut whole) = (Instant::now(), Vec::new(), Vec::new());
        for number in 1..=events {
            let begun = Instant::now();
            once(ward, number).await?;
            let recorded = Instant::now();
            until(&mut witnessed, *stage.district.committed().borrow()).await?;
            after.push(recorded.elapsed());
            whole.push(begun.elapsed());
        }
        let took = started.elapsed();
        stage.stop().await?;
        Ok(vec![
            Measured::rate("witness:recorded-to-cosigned", events, 0, 1, took).with_latencies(after),
            Measured::rate("witness:sealed-to-cosigned", events, 0, 1, took).with_latencies(whole),
        ])
    })
}

async fn until(witnessed: &mut tokio::sync::watch::Receiver<TreeSize>, size: TreeSize) -> Result<()> {
    witnessed
        .wait_for(|witnessed| *witnessed >= size)
        .await
        .context("the collector of cosignatures ended")?;
    Ok(())
}
