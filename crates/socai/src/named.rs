//! Units as people name them: by number or id.

use socai_proto::nearest;
use socai_tlog::UnitNo;

use crate::{mistake::Mistake, quoted::quoted};

/// What is said when nobody is called so: how units are named, and which one was probably meant.
pub fn no_unit<'u>(asked: &str, units: impl Iterator<Item = (UnitNo, &'u str)>) -> Mistake {
    let units: Vec<(UnitNo, &str)> = units.collect();
    let digits = asked.trim().trim_start_matches('0');
    let of_number = units.iter().find(|(no, _)| !asked.is_empty() && no.to_string() == digits);
    let near = nearest(asked, units.iter().map(|(_, id)| *id));
    let near = of_number.or_else(|| units.iter().find(|(_, id)| near == Some(*id)));
    let hint = |before: &str, or: &str, after: &str| {
        near.map_or_else(|| ".".to_owned(), |(no, id)| format!("{before}{no} {or} {id}{after}"))
    };
    let example = units.iter().filter(|(no, _)| *no != UnitNo::OPERATOR).min();
    let example = |or: &str| example.map_or_else(String::new, |(no, id)| format!(" ({no} {or} {id})"));
    let asked = quoted(asked);
    Mistake::new(
        format!(
            "không có đơn vị {asked} trong sổ{} Đơn vị được nêu bằng số hoặc mã{}: xem socai units",
            hint("; có phải ", "hay", "?"),
            example("hoặc")
        ),
        format!(
            "no unit {asked} is registered{} A unit is named by its number or id{}: see socai units",
            hint("; did you mean ", "or", "?"),
            example("or")
        ),
    )
}

/// Whether a text names a unit.
pub fn is_named(asked: &str, no: UnitNo, id: &str) -> bool {
    asked == id || asked == no.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_not_there_is_told_how_units_are_named_and_who_is_near() {
        let units = [(UnitNo(0), "hn.tx"), (UnitNo(1), "hn.tx.ha-dinh.1"), (UnitNo(11), "hn.tx.kim-giang.1")];
        let said = |asked: &str| no_unit(asked, units.into_iter()).to_string();
        assert_eq!(
            said("011"),
            "no unit \"011\" is registered; did you mean 11 or hn.tx.kim-giang.1? A unit is named by its number or id (1 or hn.tx.ha-dinh.1): \
             see socai units"
        );
        assert!(said("hn.tx.ha-dimh.1").contains("did you mean 1 or hn.tx.ha-dinh.1?"));
        assert!(said("xyzzy-and-nothing-like-it").contains("is registered. A unit is named by"));
        assert!(said("ha\u{300}").contains("\"ha\u{300}\""), "letters stay letters");
        assert!(said("").contains("no unit \"\" is registered"));
        assert!(
            is_named("11", UnitNo(11), "a")
                && is_named("a", UnitNo(11), "a")
                && !is_named("011", UnitNo(11), "a")
        );
    }
}
