//! Cut-offs: a tree size, or the last entry received at or before a time.

use anyhow::{Context as _, Result, bail};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use socai_log::Reader;
use socai_tlog::{LeafIndex, TreeSize};

/// Resolves what the user wrote: `1041`, `2026-11-23T08:00:00Z`, `2026-11-23T15:00:00+07:00`, or a day (its end in Viet Nam).
///
/// # Errors
/// It is none of these, or a size beyond the log.
pub fn resolve(text: Option<&str>, reader: &Reader) -> Result<TreeSize> {
    let end = reader.committed()?.size;
    let Some(text) = text else { return Ok(end) };
    if let Ok(size) = text.parse::<TreeSize>() {
        if size > end {
            bail!("cut-off {size} is beyond the log, which has {end} entries");
        }
        return Ok(size);
    }
    received_by(reader, end, millis(text)?)
}

/// Milliseconds since 1970 UTC of a time as users write it.
fn millis(text: &str) -> Result<u64> {
    let zone = TimeZone::fixed(jiff::tz::offset(7));
    let time = match text.parse::<Timestamp>() {
        Ok(time) => time,
        Err(_) => {
            let day: Date = text.parse().ok().with_context(|| {
                format!("cut-off {text:?} is no tree size (1041), time (2026-11-23T15:00:00+07:00) or day (2026-11-23)")
            })?;
            day.at(23, 59, 59, 999_000_000).to_zoned(zone)?.timestamp()
        }
    };
    u64::try_from(time.as_millisecond()).context("a cut-off lies after 1970")
}

/// How many entries were received at or before a time: times never decrease, so by halving.
fn received_by(reader: &Reader, end: TreeSize, time_ms: u64) -> Result<TreeSize> {
    let (mut low, mut high) = (0, end.0);
    while low < high {
        let middle = low + (high - low) / 2;
        if reader.record(LeafIndex(middle))?.received_at_ms <= time_ms {
            low = middle + 1
        } else {
            high = middle
        }
    }
    Ok(TreeSize(low))
}
