//! Cases that were probably meant.

use std::collections::BTreeSet;

use anyhow::Result;
use socai_log::{LogError, Reader};
use socai_proto::nearest;
use socai_tlog::{LeafIndex, TreeSize};

use crate::{cmd::replay::Facets, lang::Lang, quoted::quoted};

/// Most cases that are named.
const MOST: usize = 5;

/// The cases that recorded facts name, below a size.
///
/// # Errors
/// The log cannot be read.
pub fn cases(reader: &Reader, size: TreeSize) -> Result<BTreeSet<String>> {
    let mut cases = BTreeSet::new();
    reader.for_each(LeafIndex(0), size, |record| -> Result<(), LogError> {
        let case = Facets::of(record.facts()).case;
        if !case.is_empty() && !cases.contains(case.as_ref()) {
            cases.insert(case.into_owned());
        }
        Ok(())
    })?;
    Ok(cases)
}

/// That there is no such case up to a size, and which ones were probably meant.
pub fn no_case(asked: &str, size: TreeSize, cases: &BTreeSet<String>, lang: Lang) -> String {
    let near = near(asked, cases);
    let hint = if near.is_empty() { String::new() } else { format!(" ({}?)", near.join(", ")) };
    let asked = quoted(asked);
    match lang {
        Lang::Vi => format!("trong {size} mục không có sự kiện nào của vụ việc {asked}{hint}"),
        Lang::En => format!("in {size} entries no fact belongs to case {asked}{hint}"),
    }
}

/// Cases that contain what was asked, else the one whose letters are nearest.
fn near<'c>(asked: &str, cases: &'c BTreeSet<String>) -> Vec<&'c str> {
    let lower = asked.to_lowercase();
    let names = || cases.iter().map(String::as_str);
    let mut near: Vec<&str> = match lower.len() {
        0..3 => Vec::new(), // nearly every case has them
        _ => names().filter(|case| case.to_lowercase().contains(&lower)).take(MOST).collect(),
    };
    if near.is_empty() {
        near.extend(nearest(asked, names()));
    }
    near
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_that_contain_what_was_asked_are_named_else_the_nearest() {
        let cases: BTreeSet<String> = (1..9).map(|n| format!("xp-ha-dinh-2023-{n}")).collect();
        let said = |asked: &str| no_case(asked, TreeSize(9), &cases, Lang::En);
        assert!(said("HA-DINH").contains("xp-ha-dinh-2023-1, xp-ha-dinh-2023-2"), "{}", said("HA-DINH"));
        assert!(said("xp-ha-dimh-2023-7").ends_with("(xp-ha-dinh-2023-7?)"));
        assert!(said("nope").ends_with("case \"nope\""));
        let decomposed = no_case("ha\u{300}-\u{7}", TreeSize(9), &cases, Lang::Vi);
        assert!(decomposed.contains("ha\u{300}-\\u{7}"), "letters stay letters: {decomposed}");
    }
}
