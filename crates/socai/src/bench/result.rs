//! One measurement, as a line for people or one JSON object.

use std::{fs, time::Duration};

use serde::Serialize;

/// What a benchmark measured.
#[derive(Clone, Debug, Serialize)]
pub struct Measured {
    /// Which benchmark, with the variant after a colon.
    pub name: String,
    /// Events handled.
    pub events: u64,
    /// Bytes of what was handled; each benchmark says of what.
    pub bytes: u64,
    /// Threads that did the work.
    pub threads: usize,
    /// Wall time.
    pub seconds: f64,
    /// Events for each second of wall time.
    pub events_per_s: f64,
    /// Median of single operations, where one operation has a meaning.
    pub p50_ms: Option<f64>,
    /// 99th percentile of the same.
    pub p99_ms: Option<f64>,
    /// The rate as a percentage of that of the bare hashing of the same bytes on one thread, where there is such a line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of_bare_pct: Option<f64>,
    /// The process's peak resident memory so far, as the kernel counts it.
    pub peak_rss_mb: f64,
}

impl Measured {
    /// A rate: so many events in so much time.
    pub fn rate(name: &str, events: u64, bytes: u64, threads: usize, took: Duration) -> Self {
        let seconds = took.as_secs_f64();
        Measured {
            name: name.to_owned(),
            events,
            bytes,
            threads,
            seconds,
            events_per_s: events as f64 / seconds,
            p50_ms: None,
            p99_ms: None,
            of_bare_pct: None,
            peak_rss_mb: peak_rss_mb(),
        }
    }

    /// The same with the distribution of single operations; `each` is sorted here.
    pub fn with_latencies(mut self, mut each: Vec<Duration>) -> Self {
        each.sort_unstable();
        let at = |share: f64| {
            let index = ((each.len().checked_sub(1)?) as f64 * share).round() as usize;
            each.get(index).map(|took| took.as_secs_f64() * 1e3)
        };
        self.p50_ms = at(0.50);
        self.p99_ms = at(0.99);
        self
    }

    /// The same beside a rate that nothing can be faster than.
    pub fn beside(mut self, bare_per_s: f64) -> Self {
        self.of_bare_pct = Some(self.events_per_s / bare_per_s * 100.0);
        self
    }

    /// One line for people.
    pub fn line(&self) -> String {
        let mut line = format!(
            "{:<34} {:>11.0} events/s   {:>9} events  {:>8.3} s  {:>7.1} MB/s  {} thread(s)  peak {:.0} MB",
            self.name,
            self.events_per_s,
            self.events,
            self.seconds,
            self.bytes as f64 / self.seconds / 1e6,
            self.threads,
            self.peak_rss_mb,
        );
        if let (Some(p50), Some(p99)) = (self.p50_ms, self.p99_ms) {
            line.push_str(&format!("  p50 {p50:.2} ms  p99 {p99:.2} ms"));
        }
        if let Some(of_bare) = self.of_bare_pct {
            line.push_str(&format!("  {of_bare:.0} % of bare hashing"));
        }
        line
    }
}

/// `VmHWM` of this process in MB; 0 where the kernel does not say.
fn peak_rss_mb() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:")?.trim().split(' ').next()?.parse::<f64>().ok());
    kib.unwrap_or(0.0) / 1024.0
}
