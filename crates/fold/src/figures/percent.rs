//! Percentages: ratios of exact integers, rounded once.

/// `value` as a percentage of `base`, rounded half-up (away from zero) to `decimals`, trailing zeros cut: `17.6`, `100`.
///
/// None when the base is not positive, or when the numbers are too large for 128 bits (above 10^28).
pub fn percent(value: i128, base: i128, decimals: u8) -> Option<String> {
    let scale = 10_u128.checked_pow(u32::from(decimals))?;
    let scaled = scaled(value, base, decimals)?;
    let (whole, part) = (scaled.unsigned_abs() / scale, scaled.unsigned_abs() % scale);
    let sign = if scaled < 0 { "-" } else { "" };
    let fraction = format!("{part:0width$}", width = usize::from(decimals));
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    Some(format!("{sign}{whole}{point}{fraction}"))
}

/// The same as an integer, in units of the last decimal: 1760 for 17.6 with two decimals.
pub fn scaled(value: i128, base: i128, decimals: u8) -> Option<i128> {
    if base <= 0 {
        return None;
    }
    let scale = 10_u128.checked_pow(u32::from(decimals))?;
    let scaled = value.unsigned_abs().checked_mul(100)?.checked_mul(scale)?;
    // floor(x / b + 1/2) = floor((2x + b) / 2b), all in integers
    let base = base.unsigned_abs();
    let rounded = scaled.checked_mul(2)?.checked_add(base)? / base.checked_mul(2)?;
    let rounded = i128::try_from(rounded).ok()?;
    Some(if value < 0 { -rounded } else { rounded })
}

#[cfg(test)]
mod tests {
    use super::percent;

    fn of(value: i128, base: i128, decimals: u8) -> String {
        percent(value, base, decimals).unwrap_or_default()
    }

    #[test]
    fn the_published_percentages_come_out_of_their_integers() {
        assert_eq!(of(1_005_123_000_000, 5_711_000_000_000, 2), "17.6");
        assert_eq!(of(1_005_123_000_000, 925_442_000_000, 2), "108.61");
        assert_eq!(of(107_944_000_000, 1_190_500_000_000, 2), "9.07");
        assert_eq!(of(107_944_000_000, 104_385_000_000, 2), "103.41");
        assert_eq!(of(2_300, 2_286, 1), "100.6");
        assert_eq!(of(3_000, 850, 1), "352.9");
        assert_eq!(of(68, 68, 0), "100");
    }

    #[test]
    fn halves_go_up_and_nothing_is_rounded_twice() {
        assert_eq!(of(1, 200, 0), "1");
        assert_eq!(of(99, 20_000, 0), "0");
        assert_eq!(of(1_005, 100_000, 2), "1.01");
        // 0.4449 would be 0.45 by way of 0.445
        assert_eq!(of(4_449, 1_000_000, 2), "0.44");
        assert_eq!(of(-1, 200, 0), "-1");
        assert_eq!(of(-1, 1_000, 0), "0");
    }

    #[test]
    fn trailing_zeros_are_cut_and_leading_ones_kept() {
        assert_eq!(of(1, 2, 4), "50");
        assert_eq!(of(1, 1_000, 2), "0.1");
        assert_eq!(of(5, 10_000, 2), "0.05");
        assert_eq!(of(0, 7, 2), "0");
    }

    #[test]
    fn there_is_no_percentage_of_nothing() {
        assert_eq!(percent(1, 0, 2), None);
        assert_eq!(percent(1, -5, 2), None);
        assert_eq!(percent(i128::MAX, 1, 2), None);
    }

    #[test]
    fn every_small_ratio_is_the_nearest_one() {
        for base in 1..=60_i128 {
            for value in 0..=120_i128 {
                let text = of(value, base, 1);
                let (whole, part) = text.split_once('.').unwrap_or((&text, "0"));
                let tenths = whole.parse::<i128>().unwrap() * 10 + part.parse::<i128>().unwrap();
                // |value/base·1000 − tenths| ≤ 1/2, and exactly 1/2 goes up
                let difference = 2 * (tenths * base - value * 1_000);
                assert!(-base < difference && difference <= base, "{value}/{base} gave {text}");
            }
        }
    }
}
