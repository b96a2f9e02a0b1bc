//! Playback: facts appear as far apart as they were received, a number of times faster.

use std::{
    str::FromStr,
    time::{Duration, Instant},
};

/// How many times faster than life: `3600x` shows an hour in a second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Speed(f64);

/// Slowest and fastest playback.
const SPEEDS: (f64, f64) = (0.001, 1e9);

impl FromStr for Speed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text.strip_suffix(['x', 'X', '×']).unwrap_or(text).parse::<f64>();
        match number {
            Ok(times) if (SPEEDS.0..=SPEEDS.1).contains(&times) => Ok(Speed(times)),
            _ => Err("a number of times between 0.001x and 1000000000x, such as 3600x (an hour in a second)"
                .to_owned()),
        }
    }
}

/// Playback under way.
pub struct Pace {
    speed: Speed,
    /// When the first fact was shown, and when it was received (ms UTC).
    first: Option<(Instant, u64)>,
}

impl Pace {
    /// The first fact will be shown at once.
    pub fn new(speed: Speed) -> Self {
        Pace { speed, first: None }
    }

    /// How long to wait before a fact is shown that was received at this time. Lateness is made up for: the time since the first fact
    /// counts, not since the last.
    pub fn wait(&mut self, received_at_ms: u64, now: Instant) -> Duration {
        let (began, first_ms) = *self.first.get_or_insert((now, received_at_ms));
        let seconds = received_at_ms.saturating_sub(first_ms) as f64 / 1_000.0 / self.speed.0;
        let due = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
        due.saturating_sub(now.saturating_duration_since(began))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_are_read_with_and_without_their_sign_and_nonsense_is_refused() {
        for (text, times) in [("3600x", 3600.0), ("3600", 3600.0), ("0.5x", 0.5), ("1×", 1.0)] {
            assert_eq!(text.parse(), Ok(Speed(times)));
        }
        for text in ["", "x", "fast", "0", "-1x", "NaN", "inf", "2e9", "3600xx"] {
            assert!(text.parse::<Speed>().unwrap_err().contains("3600x"), "{text}");
        }
    }

    #[test]
    fn waits_add_up_to_the_time_since_the_first_fact_and_lateness_is_made_up_for() {
        let (mut pace, now) = (Pace::new(Speed(60.0)), Instant::now());
        assert_eq!(pace.wait(1_000_000, now), Duration::ZERO);
        assert_eq!(pace.wait(1_060_000, now), Duration::from_secs(1));
        let later = now + Duration::from_millis(700);
        assert_eq!(pace.wait(1_060_000, later), Duration::from_millis(300));
        assert_eq!(pace.wait(1_060_000, now + Duration::from_secs(5)), Duration::ZERO);
        assert_eq!(pace.wait(1_600_000, now + Duration::from_secs(5)), Duration::from_secs(5));
    }
}
