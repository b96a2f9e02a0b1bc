//! How many records came in the last minute.

/// A minute, in the seconds that are counted apart.
const SECONDS: usize = 60;

/// Counts by second of the last minute; memory is the same for any number of records.
#[derive(Clone, Debug)]
pub(super) struct Arrivals {
    /// Which second a place counts, and how many came in it.
    counted: [(u64, u64); SECONDS],
}

impl Default for Arrivals {
    fn default() -> Self {
        Arrivals { counted: [(0, 0); SECONDS] }
    }
}

impl Arrivals {
    /// Counts a record that came at this time.
    pub(super) fn note(&mut self, received_at_ms: u64) {
        let second = received_at_ms / 1_000;
        let place = &mut self.counted[(second % SECONDS as u64) as usize];
        if place.0 != second {
            *place = (second, 0);
        }
        place.1 += 1;
    }

    /// Records in the sixty seconds that end with this time.
    pub(super) fn in_the_minute_before(&self, now_ms: u64) -> u64 {
        let now = now_ms / 1_000;
        let is_recent = |second: u64| second <= now && now - second < SECONDS as u64;
        self.counted.iter().filter(|(second, _)| is_recent(*second)).map(|(_, count)| count).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_of_the_last_minute_are_counted_and_older_ones_are_not() {
        let mut arrivals = Arrivals::default();
        for at in [1_000_000, 1_000_500, 1_030_000, 1_059_999] {
            arrivals.note(at);
        }
        assert_eq!(arrivals.in_the_minute_before(1_059_999), 4);
        assert_eq!(arrivals.in_the_minute_before(1_060_000), 2);
        assert_eq!(arrivals.in_the_minute_before(1_500_000), 0);
        arrivals.note(1_120_000);
        assert_eq!(arrivals.in_the_minute_before(1_120_000), 1);
        assert_eq!(arrivals.in_the_minute_before(999_999), 0, "a clock that is behind sees nothing yet");
    }
}
