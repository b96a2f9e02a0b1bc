//! Percentages: always the ratio (108,61 %), never the growth (8,61 %).

use std::fmt;

/// A percentage rounded once, half-up, to the decimals of its indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Percent {
    scaled: i128,
    decimals: u8,
}

/// More decimals than any indicator prints; keeps the scale far inside `i128`.
const MOST_DECIMALS: u8 = 6;

impl Percent {
    /// `value` as a percentage of `base`, with at most 6 decimals; `None` unless `base` is above zero.
    ///
    /// Computed by cross-multiplication in `i128`. A negative ratio is rounded by its magnitude.
    pub fn of(value: i64, base: i64, decimals: u8) -> Option<Percent> {
        if base <= 0 {
            return None;
        }
        let decimals = decimals.min(MOST_DECIMALS);
        let scale = 10i128.pow(u32::from(decimals)) * 100;
        let (value, base) = (i128::from(value), i128::from(base));
        let rounded = (2 * value.abs() * scale + base) / (2 * base);
        Some(Percent { scaled: rounded * value.signum(), decimals })
    }

    /// As running text prints it: comma, trailing zeros cut, no space: `17,6%`, `100%`.
    pub fn vi(&self) -> String {
        format!("{}%", self.digits(','))
    }

    /// As JSON carries it: the printed digits with a point and without the sign: `17.6`, `100`.
    pub fn point(&self) -> String {
        self.digits('.')
    }

    fn digits(&self, separator: char) -> String {
        let unit = 10i128.pow(u32::from(self.decimals));
        let (whole, rest) = (self.scaled.abs() / unit, self.scaled.abs() % unit);
        let sign = if self.scaled < 0 { "-" } else { "" };
        let decimals = format!("{rest:0width$}", width = usize::from(self.decimals));
        match decimals.trim_end_matches('0') {
            "" => format!("{sign}{whole}"),
            kept => format!("{sign}{whole}{separator}{kept}"),
        }
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.vi())
    }
}
