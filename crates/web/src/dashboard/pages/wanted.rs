//! Which facts of a figure somebody wants to see: of a unit, of a kind, of some days, by a document.

use serde_json::{Value, json};
use socai_domain::{CivilDate, search::search_key};
use socai_fold::{Fold, figures::Listed};
use socai_tlog::UnitNo;

use crate::dashboard::{
    Board,
    access::Part,
    asking::Asking,
    listing::{Facts, Mark},
    oops::Oops,
    page::encoded,
};

/// Longest text of a document's number, in characters.
const MAX_NUMBER: usize = 80;

/// `unit=&kind=&from=&to=&no=`; whatever is left out is wanted in every form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    unit: Option<(String, UnitNo)>,
    kind: Option<&'static str>,
    from: Option<CivilDate>,
    to: Option<CivilDate>,
    /// As it was typed.
    number: Option<String>,
}

impl Wanted {
    /// Reads it. Documents are for those who may see them: who may not cannot search them either.
    ///
    /// # Errors
    /// No such unit or kind, a day that is none or after the last, a text that is too long.
    pub(super) fn of(fold: &Fold, asking: &Asking) -> Result<Wanted, Oops> {
        let day = |name: &str| -> Result<Option<CivilDate>, Oops> {
            asking.get(name).map(str::parse).transpose().map_err(|_| Oops::bad_request("bad_days"))
        };
        let (from, to) = (day("from")?, day("to")?);
        if from.zip(to).is_some_and(|(from, to)| from > to) {
            return Err(Oops::bad_request("bad_days"));
        }
        let number = asking.get("no").map(str::to_owned);
        if let Some(number) = &number {
            asking.needs(Part::Cases)?;
            if number.chars().count() > MAX_NUMBER {
                return Err(Oops::bad_request("bad_number"));
            }
        }
        let unit = asking.get("unit").map(|id| {
            let unit = fold.registry().by_id(id).ok_or_else(Oops::unknown)?;
            Ok::<_, Oops>((id.to_owned(), unit.no))
        });
        let kind = asking.get("kind").map(|name| socai_proto::kind(name).ok_or_else(Oops::unknown));
        let kind = kind.transpose()?.map(|kind| kind.name);
        Ok(Wanted { unit: unit.transpose()?, kind, from, to, number })
    }

    /// Those of a figure's facts that are wanted, in their order. What facts say is read only where something is asked about it.
    pub(super) fn among(&self, board: &Board, fold: &Fold, facts: &Facts) -> Result<Vec<Listed>, Oops> {
        let of_unit = |fact: &Listed| self.unit.as_ref().is_none_or(|(_, unit)| fact.name.unit == *unit);
        if *self == (Wanted { unit: self.unit.clone(), ..Wanted::default() }) {
            return Ok(facts.0.iter().filter(|fact| of_unit(fact)).copied().collect());
        }
        let marks = facts.marks(board.reader(), fold).map_err(|error| Oops::fault(&error))?;
        let number = self.number.as_deref().map(search_key);
        let wanted = facts.0.iter().zip(marks.iter());
        Ok(wanted
            .filter(|(fact, mark)| of_unit(fact) && self.wants(mark, number.as_deref()))
            .map(|(fact, _)| *fact)
            .collect())
    }

    /// Whether a fact of this kind, day and document is wanted; `number` is the key of what was typed.
    fn wants(&self, mark: &Mark, number: Option<&str>) -> bool {
        self.kind.is_none_or(|kind| mark.kind == kind)
            && self.from.is_none_or(|from| mark.day.is_some_and(|day| day >= from))
            && self.to.is_none_or(|to| mark.day.is_some_and(|day| day <= to))
            && number.is_none_or(|number| mark.document.contains(number))
    }

    fn pairs(&self) -> [(&'static str, Option<String>); 5] {
        [
            ("unit", self.unit.as_ref().map(|(id, _)| id.clone())),
            ("kind", self.kind.map(str::to_owned)),
            ("from", self.from.map(|day| day.to_string())),
            ("to", self.to.map(|day| day.to_string())),
            ("no", self.number.clone()),
        ]
    }

    /// As the end of a query, for links to more of the same: `&unit=…&kind=…`.
    pub(super) fn query(&self) -> String {
        let said = self.pairs().into_iter().filter_map(|(name, value)| Some((name, value?)));
        said.map(|(name, value)| format!("&{name}={}", encoded(&value))).collect()
    }

    /// For the form.
    pub(super) fn values(&self) -> Value {
        let mut values = json!({ "is_any": *self == Wanted::default() });
        for (name, value) in self.pairs() {
            values[name] = value.into();
        }
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Option<CivilDate> {
        text.parse().ok()
    }

    #[test]
    fn days_hold_both_ends_and_a_document_is_found_by_a_part_of_its_number_however_it_is_typed() {
        let mark = Mark {
            kind: "penalty.decided",
            day: day("2023-01-12"),
            document: search_key("125/QĐ-XPHC (2023)").into(),
        };
        let wants = |wanted: Wanted| {
            let number = wanted.number.as_deref().map(search_key);
            wanted.wants(&mark, number.as_deref())
        };
        assert!(wants(Wanted::default()));
        assert!(wants(Wanted { from: day("2023-01-12"), to: day("2023-01-12"), ..Wanted::default() }));
        assert!(!wants(Wanted { from: day("2023-01-13"), ..Wanted::default() }));
        assert!(!wants(Wanted { to: day("2023-01-11"), ..Wanted::default() }));
        assert!(!wants(Wanted { kind: Some("gift.delivered"), ..Wanted::default() }));
        for number in ["125", "125/qđ", "QĐ-XPHC", "qd xphc"] {
            assert!(wants(Wanted { number: Some(number.into()), ..Wanted::default() }), "{number}");
        }
        assert!(!wants(Wanted { number: Some("126".into()), ..Wanted::default() }));
    }

    #[test]
    fn a_query_says_all_that_is_wanted_and_nothing_else() {
        assert_eq!(Wanted::default().query(), "");
        let wanted = Wanted { number: Some("12/QĐ&x".into()), from: day("2023-01-12"), ..Wanted::default() };
        assert_eq!(wanted.query(), "&from=2023-01-12&no=12%2FQ%C4%90%26x");
    }
}
