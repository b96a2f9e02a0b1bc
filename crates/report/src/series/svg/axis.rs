//! The scale of values: from the least to the most, in whole steps of 1, 2 or 5 times a power of ten.

use super::super::line::Line;
use super::super::shown;
use crate::figures::Form;

/// Most steps on an axis.
const STEPS: i128 = 5;

/// A scale.
pub(super) struct Axis {
    form: Form,
    low: i128,
    high: i128,
    step: i128,
}

impl Axis {
    /// A scale that holds every value, comparison and plan, and zero.
    pub fn of(lines: &[Line], form: Form) -> Axis {
        let numbers = || {
            lines.iter().flat_map(|line| {
                let plans = line.plans.iter().map(|plan| plan.other.value);
                let others = [&line.same, &line.lunar].into_iter().flatten().map(|other| other.value);
                line.value.into_iter().chain(others).chain(plans)
            })
        };
        let (low, high) = (numbers().min().unwrap_or(0).min(0), numbers().max().unwrap_or(0).max(1));
        let mut step = 1_i128;
        'found: loop {
            for times in [1, 2, 5] {
                if (high - low) <= step.saturating_mul(times * STEPS) {
                    step = step.saturating_mul(times);
                    break 'found;
                }
            }
            step = step.saturating_mul(10);
        }
        Axis { form, low: low.div_euclid(step) * step, high: (high + step - 1).div_euclid(step) * step, step }
    }

    /// A value as it is printed.
    pub fn shown(&self, value: i128) -> String {
        shown(self.form, value)
    }

    /// The values with a line of their own, ascending.
    pub fn ticks(&self) -> impl Iterator<Item = i128> + '_ {
        (0..).map(|at| self.low + at * self.step).take_while(|tick| *tick <= self.high)
    }

    /// How far a value is from the least one, of `length`.
    pub fn at(&self, value: i128, length: i64) -> i64 {
        let (part, whole) = (value - self.low, (self.high - self.low).max(1));
        i64::try_from(part.saturating_mul(i128::from(length)) / whole).unwrap_or(length)
    }
}
