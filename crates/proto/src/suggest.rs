//! The name that was probably meant.

/// The nearest of some names by edit distance, whatever their case, if near enough: a third of the letters may differ, at least two.
#[must_use]
pub fn nearest<'a>(given: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    const LONGEST: usize = 100; // a hostile name costs no more than this squared
    let given: Vec<char> = given.to_lowercase().chars().take(LONGEST).collect();
    let allowed = (given.len() / 3).max(2);
    names
        .map(|name| (distance(&given, &name.to_lowercase()), name))
        .filter(|(distance, name)| *distance <= allowed && *distance < name.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Levenshtein distance: insertions, deletions and replacements.
fn distance(given: &[char], name: &str) -> usize {
    let mut row: Vec<usize> = (0..=given.len()).collect();
    for (line, letter) in name.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (at, other) in given.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *other);
            diagonal = row[at + 1];
            row[at + 1] = replaced.min(row[at] + 1).min(diagonal + 1);
        }
    }
    row[given.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_finds_the_name_and_a_stranger_finds_none() {
        let names = ["decision_no", "field", "total", "signer_level"];
        assert_eq!(nearest("decision_number", names.into_iter()), Some("decision_no"));
        assert_eq!(nearest("Totl", names.into_iter()), Some("total"));
        assert_eq!(nearest("signer_levle", names.into_iter()), Some("signer_level"));
        assert_eq!(nearest("ns.1", ["TT.01", "NS.01"].into_iter()), Some("NS.01"));
        assert_eq!(nearest("xyz", names.into_iter()), None);
        assert_eq!(nearest("", names.into_iter()), None);
    }
}
