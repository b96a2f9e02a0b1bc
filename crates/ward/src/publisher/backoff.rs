//! How long to wait for an answer before asking again.

/// The first wait for an answer, in milliseconds.
pub const FIRST_WAIT_MS: u64 = 2_000;
/// The longest wait, in milliseconds: a district that was away for days is met within half a minute.
pub const LONGEST_WAIT_MS: u64 = 30_000;

/// Waits that double from [`FIRST_WAIT_MS`] to [`LONGEST_WAIT_MS`] until something is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Backoff {
    wait_ms: u64,
}

impl Default for Backoff {
    fn default() -> Self {
        Backoff { wait_ms: FIRST_WAIT_MS }
    }
}

impl Backoff {
    /// The wait that applies now.
    pub(crate) fn wait_ms(self) -> u64 {
        self.wait_ms
    }

    /// Nothing was heard: the next wait is twice as long.
    pub(crate) fn lengthen(&mut self) {
        self.wait_ms = (self.wait_ms * 2).min(LONGEST_WAIT_MS);
    }

    /// The district answered.
    pub(crate) fn reset(&mut self) {
        *self = Backoff::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_to_the_longest_and_start_again_after_an_answer() {
        let mut backoff = Backoff::default();
        let mut waits = Vec::new();
        for _ in 0..6 {
            waits.push(backoff.wait_ms());
            backoff.lengthen();
        }
        assert_eq!(waits, [2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
        backoff.reset();
        assert_eq!(backoff.wait_ms(), FIRST_WAIT_MS);
    }
}
