//! Percentages: always the ratio (108,61 %), never the growth (8,61 %).

/// A percentage as running text prints it, from the digits that the fold rounded once: `17.6` becomes `17,6%`.
pub fn pct(point: &str) -> String {
    format!("{}%", phan_tram(point))
}

/// The same in a column whose head says that it holds percentages: `17,6`.
pub fn phan_tram(point: &str) -> String {
    point.replace('.', ",")
}
