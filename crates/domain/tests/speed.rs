//! What reading and judging one event costs, printed:
//! `cargo test --release -p socai-domain --test speed -- --ignored --nocapture`
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::panic)] // its output is its purpose

mod common;

use std::{hint::black_box, time::Instant};

use common::*;
use serde_json::json;
use socai_domain::rules::{self, Ctx};
use socai_domain::{CivilDate, Event, identity, search, time};
use socai_proto::view::{self, View as _};

/// The best of many batches: what it costs when nobody else has the machine.
fn nanoseconds<T>(what: &str, mut run: impl FnMut() -> T) {
    let mut batch = || {
        let start = Instant::now();
        for _ in 0..1_000 {
            black_box(run());
        }
        start.elapsed().as_nanos() / 1_000
    };
    let best_ns = (0..300).map(|_| batch()).min();
    println!("{what:<44} {:>6} ns", best_ns.unwrap_or_default());
}

#[test]
#[ignore = "a measurement: run it in release, alone"]
fn an_event_is_read_and_judged_in_well_under_a_microsecond() {
    let world = World::new();
    for kind in [
        "penalty.decided",
        "gift.delivered",
        "health.visits_reported",
        "budget.revenue_posted",
        "inspection.conducted",
    ] {
        let facts = facts(&with(example(kind), "refs", json!(null)));
        println!("{kind}, {} bytes", facts.len());
        nanoseconds("  read in place", || view::Event::read(black_box(&facts)).map(|event| event.tag()));
        nanoseconds("  read and judged", || Event::decode(black_box(&facts)).map(|event| event.tag()));
        nanoseconds("  descriptor rules", || socai_proto::validate_facts(black_box(&facts)));
        let at = world.position(HA_DINH, "2023-07-15", false);
        nanoseconds("  read and every rule", || {
            let event = Event::decode(black_box(&facts)).unwrap();
            assert!(rules::check(&event, HA_DINH, &Ctx::recorded(&world.registry, &at)).is_empty());
        });
    }
    nanoseconds("date of a time in Viet Nam", || time::vietnam_date(black_box(1_675_184_400_000)));
    nanoseconds("date of an integer", || CivilDate::from_yyyymmdd(black_box(20_230_208)));
    let act = "115/2018/NĐ-CP:15.1.a";
    nanoseconds("guard on an act", || identity::find(black_box(act), identity::Strictness::Code));
    let text = "Thu đủ 1.005.123.000.000 đồng theo 3225/QĐ-UBND ngày 08/12/2022";
    nanoseconds("guard on a line of text", || identity::find(black_box(text), identity::Strictness::Text));
    nanoseconds("search key of a name", || search::search_key(black_box("Phường Hạ Đình")));
}
