//! Ratios: two sums, divided once.

use socai_domain::tables::Indicator;

use super::{
    figure::Part,
    percent::{percent, scaled},
    totals::Totals,
};

/// The two sums of a ratio.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fraction {
    /// Above the line.
    pub numerator: i128,
    /// Below it; the ratio says something when this is above zero.
    pub denominator: i128,
}

impl Fraction {
    /// The percentage in units of its last decimal, rounded half-up: 9876 is 98,76% with two decimals. None when nothing may be said.
    pub fn percent(self, decimals: u8) -> Option<i128> {
        scaled(self.numerator, self.denominator, decimals)
    }

    /// This ratio as a percentage of one that was declared as a whole, in units of its last decimal.
    pub(crate) fn against_declared(self, declared: i128, decimals: u8) -> Option<String> {
        let units = 10_i128.checked_pow(u32::from(decimals))?.checked_mul(100)?;
        self.against(Fraction { numerator: declared, denominator: units }, decimals)
    }

    /// This ratio as a percentage of another, by cross multiplication; none when either says nothing or the numbers are too large.
    pub(crate) fn against(self, other: Fraction, decimals: u8) -> Option<String> {
        if self.denominator <= 0 || other.denominator <= 0 {
            return None;
        }
        let value = self.numerator.checked_mul(other.denominator)?;
        percent(value, other.numerator.checked_mul(self.denominator)?, decimals)
    }
}

/// A ratio and its parts: each is divided by itself, none is an average of others. Parts of which nothing may be said are left out, as
/// is a slice that is not the row's. Events are those below the line.
pub(crate) fn ratio(
    row: &Indicator,
    above: &[(&Indicator, Totals)],
    below: &[(&Indicator, Totals)],
) -> (Fraction, Totals) {
    let (above, below) = (summed(row, above), summed(row, below));
    let divide = |numerator: Part, denominator: Part| {
        let fraction = Fraction { numerator: numerator.value, denominator: denominator.value };
        let value = fraction.percent(row.percent_decimals)?;
        Some(Part { value, events: denominator.events })
    };
    let fraction = Fraction { numerator: above.all.value, denominator: below.all.value };
    let mut ratio = Totals {
        all: divide(above.all, below.all).unwrap_or_default(),
        unallocated: divide(above.unallocated, below.unallocated).unwrap_or_default(),
        publishers: below.publishers,
        ..Totals::default()
    };
    for (ward, part) in below.wards {
        let above = above.wards.get(&ward).copied().unwrap_or_default();
        ratio.wards.extend(divide(above, part).map(|part| (ward, part)));
    }
    for (slice, part) in below.slices {
        let above = above.slices.get(&slice).copied().unwrap_or_default();
        ratio.slices.extend(divide(above, part).map(|part| (slice, part)));
    }
    (fraction, ratio)
}

/// The sums of several rows, with their slices under the places that these have in the ratio's row.
fn summed(row: &Indicator, parts: &[(&Indicator, Totals)]) -> Totals {
    let mut sum = Totals::default();
    for (of, totals) in parts {
        sum.all.add(totals.all);
        sum.unallocated.add(totals.unallocated);
        totals.wards.iter().for_each(|(ward, part)| sum.wards.entry(*ward).or_default().add(*part));
        for ((at, value), part) in &totals.slices {
            if let Some(at) = row.slices.iter().position(|slice| *slice == of.slices[*at]) {
                sum.slices.entry((at, value.clone())).or_default().add(*part);
            }
        }
        sum.publishers.extend(&totals.publishers);
    }
    sum
}
