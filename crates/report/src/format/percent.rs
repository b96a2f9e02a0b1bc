//! Percentages: always the ratio (108,61 %), never the growth (8,61 %).

/// A percentage as running text prints it, from the digits that the fold rounded once: `17.6` becomes `17,6%`.
pub fn pct(point: &str) -> String {
    format!("{}%", phan_tram(point))
}

/// The digits of a percentage that is held in units of its last decimal: 9870 with two decimals becomes `98.7`.
pub fn point(scaled: i128, decimals: u8) -> String {
    let unit = 10_u128.pow(u32::from(decimals.min(30))); // rows have four decimals at most
    let (whole, part) = (scaled.unsigned_abs() / unit, scaled.unsigned_abs() % unit);
    let fraction = format!("{part:0width$}", width = usize::from(decimals));
    let fraction = fraction.trim_end_matches('0');
    let (sign, dot) = (if scaled < 0 { "-" } else { "" }, if fraction.is_empty() { "" } else { "." });
    format!("{sign}{whole}{dot}{fraction}")
}

/// A percentage in a column whose head says that it holds percentages: `17,6`.
pub fn phan_tram(point: &str) -> String {
    point.replace('.', ",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_in_units_of_its_last_decimal_loses_trailing_zeros_only() {
        for (scaled, decimals, text) in [
            (9_876, 2, "98.76"),
            (9_870, 2, "98.7"),
            (10_000, 2, "100"),
            (5, 2, "0.05"),
            (0, 2, "0"),
            (-50, 1, "-5"),
            (7, 0, "7"),
        ] {
            assert_eq!(point(scaled, decimals), text);
        }
    }
}
