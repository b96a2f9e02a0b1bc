//! Money: whole đồng in 64 bits, never floating, never wrapping.

use std::fmt;
use std::iter;

use serde::{Deserialize, Serialize};

/// An amount of money in whole Vietnamese đồng, negative where the field says so (refunds, recoveries).
///
/// Arithmetic is checked: a sum beyond ±9.2 × 10¹⁸ đồng is `None`, not another number. The printed form
/// here is the plain integer; grouping and `tỷ … triệu` belong to reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Dong(pub i64);

impl Dong {
    /// No money.
    pub const ZERO: Dong = Dong(0);

    /// The sum, or `None` beyond 64 bits.
    pub const fn checked_add(self, other: Dong) -> Option<Dong> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Dong(sum)),
            None => None,
        }
    }

    /// The difference, or `None` beyond 64 bits.
    pub const fn checked_sub(self, other: Dong) -> Option<Dong> {
        match self.0.checked_sub(other.0) {
            Some(difference) => Some(Dong(difference)),
            None => None,
        }
    }

    /// The opposite amount, or `None` for the one number without an opposite.
    pub const fn checked_neg(self) -> Option<Dong> {
        match self.0.checked_neg() {
            Some(negative) => Some(Dong(negative)),
            None => None,
        }
    }

    /// This amount `quantity` times (a unit value into a total), or `None` beyond 64 bits.
    pub const fn checked_times(self, quantity: u32) -> Option<Dong> {
        match self.0.checked_mul(quantity as i64) {
            Some(product) => Some(Dong(product)),
            None => None,
        }
    }

    /// The sum of many amounts, or `None` beyond 64 bits.
    pub fn checked_sum(amounts: impl IntoIterator<Item = Dong>) -> Option<Dong> {
        iter::IntoIterator::into_iter(amounts).try_fold(Dong::ZERO, Dong::checked_add)
    }

    /// An amount that a sum in more bits gives, as far as 64 go.
    pub const fn clamped(amount: i128) -> Dong {
        if amount > i64::MAX as i128 {
            Dong(i64::MAX)
        } else if amount < i64::MIN as i128 {
            Dong(i64::MIN)
        } else {
            Dong(amount as i64) // lies between the two
        }
    }

    /// Whether the amount is below zero.
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }
}

impl fmt::Display for Dong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl From<i64> for Dong {
    fn from(amount: i64) -> Dong {
        Dong(amount)
    }
}
