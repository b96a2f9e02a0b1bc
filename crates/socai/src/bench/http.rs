//! `socai bench http`: what a browser waits for, and how many may ask at once.

use std::{
    io::Read as _,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use socai_web::{Access, Board, serve_dashboard};
use tokio_util::sync::CancellationToken;

use super::{fold::log, result::Measured};
use crate::cmd::serve::Printed;

/// Requests of each client.
const TIMES: usize = 500;
/// Longest wait for one answer: the first asks for figures that nobody has computed yet.
const LONGEST: Duration = Duration::from_secs(120);
/// The month that is asked for; the facts of benchmarks are of January to March.
const MONTH: &str = "2023-02";

/// Serves a ledger of `events` facts and asks for it over loopback: the first page, the same with what had to be read again, then figures from
/// `threads` clients at once. Events are requests here, bytes those of compressed bodies.
pub fn run(place: &Path, events: u64, threads: usize) -> Result<Vec<Measured>> {
    log(place, events)?;
    let dir = place.join("district");
    let started = Instant::now();
    let board = Board::open(&dir, Printed, CancellationToken::new())?;
    let mut measured = vec![Measured::rate("http:open", events, 0, 1, started.elapsed())];
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let access = Access { rate_per_s: 0, ..Access::default() };
    let served = runtime.block_on(serve_dashboard(board, access, "127.0.0.1:0"))?;
    let url = format!("http://{}", served.address());
    let page = format!("{url}/?period={MONTH}");
    let figures = format!("{url}/api/v1/figures?period={MONTH}");
    let first = Instant::now();
    measured.push(asked("http:first-page-ever", &page, 1, 1)?);
    let bytes = until_whole(&page)?;
    measured.push(Measured::rate("http:first-page-whole", 1, bytes, 1, first.elapsed()));
    measured.push(asked("http:page", &page, 1, TIMES / 5)?);
    measured.push(asked("http:first-figures", &figures, 1, 1)?);
    measured.push(asked("http:figures", &figures, threads, TIMES)?);
    measured.push(asked("http:past-figures", &format!("{figures}&as_of={}", events / 2), 1, 1)?);
    runtime.block_on(served.stop());
    Ok(measured)
}

/// Looks again, as a browser would, until a page says nothing of figures that are being computed; its compressed bytes.
fn until_whole(url: &str) -> Result<u64> {
    let agent = ureq::Agent::from(ureq::Agent::config_builder().timeout_global(Some(LONGEST)).build());
    let deadline = Instant::now() + LONGEST;
    loop {
        let mut answer = agent.get(url).header("Accept-Encoding", "gzip").call()?;
        let body = answer.body_mut().read_to_vec()?;
        if !answer.headers().contains_key("refresh") {
            return Ok(body.len() as u64);
        }
        ensure!(Instant::now() < deadline, "{url} does not become whole");
    }
}

/// So many clients that each ask again and again, on a connection of their own.
fn asked(name: &str, url: &str, clients: usize, times: usize) -> Result<Measured> {
    let started = Instant::now();
    let each: Result<Vec<_>> = thread::scope(|scope| {
        let clients: Vec<_> = (0..clients.max(1)).map(|_| scope.spawn(|| client(url, times))).collect();
        clients.into_iter().map(|client| client.join().ok().context("a client ends")?).collect()
    });
    let (mut latencies, mut bytes) = (Vec::new(), 0);
    for (took, read) in each? {
        latencies.extend(took);
        bytes += read;
    }
    let requests = latencies.len() as u64;
    Ok(Measured::rate(name, requests, bytes, clients, started.elapsed()).with_latencies(latencies))
}

fn client(url: &str, times: usize) -> Result<(Vec<Duration>, u64)> {
    let agent = ureq::Agent::from(ureq::Agent::config_builder().timeout_global(Some(LONGEST)).build());
    let (mut took, mut bytes) = (Vec::with_capacity(times), 0);
    for _ in 0..times {
        let started = Instant::now();
        let mut answer = agent.get(url).header("Accept-Encoding", "gzip").call()?;
        let mut body = Vec::new();
        answer.body_mut().as_reader().read_to_end(&mut body)?;
        ensure!(!body.is_empty(), "{url} answers nothing");
        took.push(started.elapsed());
        bytes += body.len() as u64;
    }
    Ok((took, bytes))
}
