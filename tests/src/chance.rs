//! Seeded chance: a run that fails can be run again.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Numbers that look random and follow from a seed (SplitMix64).
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// The seed of `SOCAI_SEED`, else one of the clock; it is printed, so that a failing test shows it.
    ///
    /// # Panics
    /// `SOCAI_SEED` is not a number.
    pub fn of_run(scenario: &str) -> Chance {
        let seed = match std::env::var("SOCAI_SEED") {
            Ok(text) => text.parse().expect("SOCAI_SEED is a number"),
            Err(_) => SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_nanos() as u64),
        };
        eprintln!("{scenario}: SOCAI_SEED={seed}");
        Chance(seed)
    }

    /// What follows from this seed.
    pub fn new(seed: u64) -> Chance {
        Chance(seed)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is not 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.number() % end
    }

    /// One of these.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len() as u64) as usize]
    }

    /// A time up to `longest`.
    pub fn time(&mut self, longest: Duration) -> Duration {
        Duration::from_micros(self.below(longest.as_micros() as u64 + 1))
    }

    /// Sixteen bytes as 32 hexadecimal digits: an event's id.
    pub fn id(&mut self) -> String {
        format!("{:016x}{:016x}", self.number(), self.number())
    }
}
