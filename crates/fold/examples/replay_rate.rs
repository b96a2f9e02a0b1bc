//! How fast records are replayed, part by part:
//! `cargo run --release -p socai-fold --example replay_rate [EVENTS [read|check|fold|rows]]`.
//!
//! Two rates are printed: over the whole run, and of the best stretch of 16,384 events, which is what the machine does when nobody
//! else has it.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::panic)] // a measurement, not a service

use std::{cell::Cell, time::Instant};

use socai_domain::Event;
use socai_fold::{
    Fold, NoFacts, Recorded, StateDigest, Verdict,
    sample::{Places, Sample},
};
use socai_proto::validate_facts;
use socai_tlog::UnitNo;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const RULES: &str = include_str!("../../../deploy/thanh-xuan/rules/indicators.toml");

fn main() {
    println!("event {} bytes", size_of::<Event>());
    let events: usize = std::env::args().nth(1).map_or(1_000_000, |text| text.parse().unwrap());
    // Facts lie one after the other, as a reader of volumes hands them over.
    let (mut bytes, mut spans) = (vec![], vec![]);
    for fact in Sample::new(1).take(events.min(1_000_000)) {
        spans.push((fact.unit, fact.received_at_ms, bytes.len()..bytes.len() + fact.facts.len()));
        bytes.extend(fact.facts);
    }
    let mean = bytes.len() / spans.len();
    let best = Cell::new(u64::MAX);
    let facts = || {
        let facts =
            spans.iter().cycle().take(events).map(|(unit, ms, span)| (*unit, *ms, &bytes[span.clone()]));
        timed(facts, &best)
    };

    let only = std::env::args().nth(2);
    let rate = |name: &str, what: &str, run: &dyn Fn() -> usize| {
        if only.as_deref().is_none_or(|only| only == name) {
            rate(what, mean, events, &best, run);
        }
    };
    rate("read", "read in place", &|| {
        facts().map(|(_, _, facts)| Event::decode(facts).unwrap().tag() as usize).sum()
    });
    rate("check", "descriptor rules", &|| {
        facts().filter(|(_, _, facts)| !validate_facts(facts).is_empty()).count()
    });
    rate("fold", "decode and fold", &|| replay(false, facts()));
    rate("rows", "the same with rows and digest", &|| replay(true, facts()));
}

fn replay<'a>(capture: bool, facts: impl Iterator<Item = (UnitNo, u64, &'a [u8])>) -> usize {
    let (mut fold, mut places, mut digest) = (Fold::new(), Places::default(), StateDigest::default());
    fold.capture(capture);
    let founding = Sample::founding(RULES);
    let mut rejected = 0;
    let mut take = |unit, received_at_ms, facts: &[u8]| {
        let record = Recorded { at: places.next(unit, received_at_ms), facts };
        match fold.apply(&record, &NoFacts).unwrap() {
            Verdict::Counts => {}
            Verdict::Rejected(rejection) => {
                if rejected == 0 {
                    println!("{rejection:?}");
                }
                rejected += 1;
            }
        }
        if capture && fold.size().0.is_multiple_of(4_096) {
            fold.drain().iter().for_each(|change| digest.apply(change));
        }
    };
    founding.iter().for_each(|fact| take(fact.unit, fact.received_at_ms, &fact.facts));
    facts.for_each(|(unit, ms, facts)| take(unit, ms, facts));
    rejected
}

fn rate(what: &str, mean: usize, events: usize, best: &Cell<u64>, run: &dyn Fn() -> usize) {
    for _ in 0..3 {
        best.set(u64::MAX);
        let start = Instant::now();
        let outcome = run();
        let rate = events as f64 / start.elapsed().as_secs_f64() / 1e6;
        let per_event = best.get() as f64 / STRETCH as f64;
        let best = 1e3 / per_event;
        println!(
            "{what}: {rate:.2} M/s; at best {best:.2} M/s, {per_event:.0} ns an event of {mean} bytes ({outcome})"
        );
    }
}

const STRETCH: usize = 16_384;

/// Passes items on and notes the shortest time in which a stretch of them was taken.
fn timed<'a, T: 'a>(
    items: impl Iterator<Item = T> + 'a,
    best: &'a Cell<u64>,
) -> impl Iterator<Item = T> + 'a {
    let mut start = Instant::now();
    items.enumerate().map(move |(at, item)| {
        if at.is_multiple_of(STRETCH) {
            if at > 0 {
                best.set(best.get().min(start.elapsed().as_nanos() as u64));
            }
            start = Instant::now();
        }
        item
    })
}
