//! How fast records become rows: `cargo run --release -p socai-models --example models_rate [EVENTS]`.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::panic)] // a measurement, not a service

use std::{env, fs, time::Instant};

use socai_fold::{
    Fold, NoFacts, Recorded,
    sample::{Places, Sample},
};
use socai_models::{Models, Opened, Place};

const RULES: &str = include_str!("../../../deploy/thanh-xuan/rules/indicators.toml");
const BATCH: u64 = 8_192;

fn main() {
    let events: usize = env::args().nth(1).map_or(200_000, |text| text.parse().unwrap());
    let facts: Vec<_> = Sample::founding(RULES).into_iter().chain(Sample::new(1)).take(events).collect();
    let dir = env::temp_dir().join(format!("socai-models-rate-{}", std::process::id()));
    let Opened::Empty { mut models, .. } = Models::open(&Place::new(&dir)).unwrap() else {
        panic!("{} is in use", dir.display())
    };
    let (mut fold, mut places, mut rows) = (Fold::new(), Places::default(), 0);
    fold.capture(true);
    let start = Instant::now();
    for fact in &facts {
        let at = places.next(fact.unit, fact.received_at_ms);
        fold.apply(&Recorded { at, facts: &fact.facts }, &NoFacts).unwrap();
        if fold.size().0.is_multiple_of(BATCH) {
            let changes = fold.drain();
            rows += changes.len();
            models.apply(&changes, fold.size()).unwrap();
        }
    }
    let changes = fold.drain();
    models.apply(&changes, fold.size()).unwrap();
    models.flush().unwrap();
    let seconds = start.elapsed().as_secs_f64();
    println!("{events} records, {rows} rows: {:.0} k records/s", events as f64 / seconds / 1e3);
    let start = Instant::now();
    models.fold().unwrap();
    println!("the fold from its rows, compared with their digest: {:.2} s", start.elapsed().as_secs_f64());
    drop(models);
    fs::remove_dir_all(dir).unwrap();
}
