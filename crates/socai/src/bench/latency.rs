//! `socai bench latency`: one fact at a time, from the call that seals it to the verified receipt.

use std::{path::Path, time::Instant};

use anyhow::Result;
use serde_json::json;
use socai_ward::Ward;

use super::result::Measured;
use crate::{
    signals,
    stage::{self, Place, Stage},
};

/// Measures single facts through a whole district: journal, broker, log, receipt.
pub fn run(place: &Path, events: u64) -> Result<Vec<Measured>> {
    let place = Place::new(place);
    stage::found(&place, 0)?;
    signals::runtime()?.block_on(async {
        let stage = Stage::start(&place).await?;
        let ward = &stage.wards[0];
        once(ward, 0).await?; // the first waits for the connection
        let (started, mut each) = (Instant::now(), Vec::new());
        for number in 1..=events {
            let begun = Instant::now();
            once(ward, number).await?;
            each.push(begun.elapsed());
        }
        let measured = Measured::rate("latency:sealed-to-recorded", events, 0, 1, started.elapsed());
        stage.stop().await?;
        Ok(vec![measured.with_latencies(each)])
    })
}

pub(super) async fn once(ward: &Ward, number: u64) -> Result<()> {
    let form = json!({
        "kind": "inspection.conducted",
        "occurred_on": "2023-01-12",
        "level": "internal",
        "entered_by": "bench",
        "source": {"kind": "system", "system": "bench"},
        "data": {
            "field": "food_safety", "facility": format!("tbench{number:08}x"), "facility_kind": "catering",
            "planned": true, "lead_unit": ward.unit().config.unit, "result": "pass", "shortcomings": 0,
            "suspension": "none", "samples_taken": 0, "samples_failed": 0,
        },
    });
    let sealed = ward.record(vec![form], None).await?;
    let goal = sealed.last().map_or(0, |sealed| sealed.name.seq.0 + 1);
    ward.until_recorded(goal).await;
    Ok(())
}
