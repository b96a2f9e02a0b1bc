//! Chance that comes out the same for ever: integers only, one stream for each story.
//!
//! SplitMix64 and what is built on it here are fixed by the tests below; a library could change how it draws between versions, and a
//! seed would then name another year.

use bytes::Bytes;

/// A stream of chance.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The stream of a name under a seed. Streams of different names have nothing to do with one another.
    pub fn of(seed: u64, stream: &str) -> Dice {
        // FNV-1a
        let hash = stream.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mut dice = Dice(seed ^ hash);
        dice.0 = dice.next();
        dice
    }

    /// 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`, or 0 when the bound is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }

    /// A number of a span, both ends included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low).max(0) as u64 + 1) as i64
    }

    /// A small count of a span, both ends included.
    pub fn few(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(u64::from(high.saturating_sub(low)) + 1) as u32
    }

    /// Days of a span, both ends included.
    pub fn days(&mut self, low: i32, high: i32) -> i32 {
        self.between(low.into(), high.into()) as i32
    }

    /// A multiple of `step` between two amounts, đồng. Small amounts are more frequent than large ones.
    pub fn money(&mut self, low: i64, high: i64, step: i64) -> i64 {
        let steps = ((high - low) / step).max(1) as u64;
        let (first, second) = (self.below(steps + 1), self.below(steps + 1));
        low + step * first.min(second) as i64
    }

    /// True so many times in a thousand.
    pub fn chance(&mut self, per_mille: u64) -> bool {
        self.below(1_000) < per_mille
    }

    /// How often something with this mean (in thousandths) happens: between none and twice the mean and a little.
    pub fn count(&mut self, mean_milli: u64) -> u32 {
        let tries = 2 * mean_milli.div_ceil(1_000) + 2;
        let share = mean_milli * 1_000 / tries;
        (0..tries).map(|_| u32::from(self.below(1_000_000) < share)).sum()
    }

    /// One of several.
    pub fn pick<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        &of[self.below(of.len() as u64) as usize]
    }

    /// One of several by weight.
    pub fn weighed<T: Copy>(&mut self, of: &[(u64, T)]) -> T {
        let mut at = self.below(of.iter().map(|(weight, _)| weight).sum());
        for (weight, what) in of {
            match at.checked_sub(*weight) {
                Some(rest) => at = rest,
                None => return *what,
            }
        }
        of[of.len() - 1].1
    }

    /// Sixteen bytes.
    pub fn id(&mut self) -> Bytes {
        let (high, low) = (self.next(), self.next());
        Bytes::copy_from_slice(&(u128::from(high) << 64 | u128::from(low)).to_be_bytes())
    }

    /// A token as a vault would give it.
    pub fn token(&mut self) -> String {
        format!("t{:016x}", self.next())
    }

    /// Fills a slice.
    pub fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.next().to_be_bytes()[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_names_the_same_chance_for_ever() {
        let mut dice = Dice::of(7, "penalties");
        let drawn: Vec<u64> = (0..4).map(|_| dice.below(1_000)).collect();
        let mut again = Dice::of(7, "penalties");
        assert_eq!(drawn, (0..4).map(|_| again.below(1_000)).collect::<Vec<_>>());
        assert_ne!(drawn, (0..4).map(|_| Dice::of(8, "penalties").below(1_000)).collect::<Vec<_>>());
        // of the reference implementation, for seed 0
        assert_eq!(Dice(0).next(), 0xe220_a839_7b1d_cdaf);
    }

    #[test]
    fn counts_come_to_their_mean_and_choices_to_their_weights() {
        let mut dice = Dice::of(1, "test");
        let counted: u64 = (0..2_000).map(|_| u64::from(dice.count(2_500))).sum();
        assert!((4_800..5_200).contains(&counted), "{counted}");
        assert_eq!((0..500).map(|_| dice.count(0)).sum::<u32>(), 0);
        let heavy = (0..4_000).filter(|_| dice.weighed(&[(3, true), (1, false)])).count();
        assert!((2_850..3_150).contains(&heavy), "{heavy}");
        assert!((0..1_000).all(|_| (3..=5).contains(&dice.few(3, 5))));
    }
}
