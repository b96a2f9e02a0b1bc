//! A figure by unit, and what the parts of several units come to together.

use std::collections::{BTreeMap, BTreeSet};

use socai_domain::{
    CivilDate,
    tables::{Indicator, Measure, Ratio},
};
use socai_tlog::UnitNo;

use super::{Found, figure_of, row_on};
use crate::{
    figures::{
        asked::Asked,
        figure::{Disagreement, Part},
        ratio::Fraction,
        spread::{Spread, spreads},
    },
    fold::Fold,
};

/// A figure by unit.
pub(super) struct Parts {
    pub units: BTreeMap<UnitNo, Part>,
    pub unallocated: Part,
    /// Of a ratio whose two sums add up: what is above the line by unit, and what is below it.
    lines: Option<[BTreeMap<UnitNo, Part>; 2]>,
}

impl Parts {
    /// By place or publisher; rows that have no spread are divided by ward only.
    pub fn of(
        fold: &Fold,
        row: &Indicator,
        asked: &Asked,
        found: Option<&Found>,
    ) -> Result<Self, Disagreement> {
        let of_row = OfRows { fold, asked, found, spreads: spreads(fold, asked) };
        let mut parts = of_row.parts(row)?;
        if let Measure::Ratio(ratio) = &row.measure
            && adds_up(fold, row, asked.to)
        {
            parts.lines = Some([of_row.sums(&ratio.numerator)?, of_row.sums(&ratio.denominator)?]);
        }
        Ok(parts)
    }

    /// What several units come to: a ratio of them is that of their sums, never an average of theirs.
    pub fn sum(&self, row: &Indicator, members: &[UnitNo]) -> Part {
        match &self.lines {
            Some([above, below]) if members.len() > 1 => {
                let (above, below) = (sum(above, members), sum(below, members));
                let fraction = Fraction { numerator: above.value, denominator: below.value };
                let value = fraction.percent(row.percent_decimals);
                value.map_or_else(Part::default, |value| Part { value, events: below.events })
            }
            _ => sum(&self.units, members),
        }
    }
}

fn sum(units: &BTreeMap<UnitNo, Part>, members: &[UnitNo]) -> Part {
    let mut sum = Part::default();
    members.iter().filter_map(|unit| units.get(unit)).for_each(|part| sum.add(*part));
    sum
}

/// The parts of several rows, for one question.
struct OfRows<'f> {
    fold: &'f Fold,
    asked: &'f Asked,
    found: Option<&'f Found>,
    spreads: Vec<Spread>,
}

impl OfRows<'_> {
    fn parts(&self, row: &Indicator) -> Result<Parts, Disagreement> {
        if let Some(spread) = self.spreads.iter().find(|spread| spread.code == row.code) {
            let (units, unallocated) = (spread.units.clone(), spread.unallocated);
            return Ok(Parts { units, unallocated, lines: None });
        }
        Ok(match figure_of(self.fold, &row.code, self.asked, self.found)? {
            Some(figure) => Parts {
                units: figure.wards.iter().map(|ward| (ward.unit, ward.part)).collect(),
                unallocated: figure.unallocated,
                lines: None,
            },
            None => Parts { units: BTreeMap::new(), unallocated: Part::default(), lines: None },
        })
    }

    /// What these rows come to by unit.
    fn sums(&self, codes: &[String]) -> Result<BTreeMap<UnitNo, Part>, Disagreement> {
        let mut sums: BTreeMap<UnitNo, Part> = BTreeMap::new();
        for code in codes {
            let row = row_on(self.fold, code, self.asked.to);
            let parts = row.map(|row| self.parts(row)).transpose()?;
            let units = parts.into_iter().flat_map(|parts| parts.units);
            units.for_each(|(unit, part)| sums.entry(unit).or_default().add(part));
        }
        Ok(sums)
    }
}

/// Whether the values of two units may be added to one. What is a member of a set, or the latest of its sort, may be so in both; a case that is judged is
/// counted in one. A ratio is divided anew when all that it is of may be added.
pub(super) fn adds_up(fold: &Fold, row: &Indicator, on: CivilDate) -> bool {
    let is_sum = |row: &Indicator| {
        matches!(row.measure, Measure::Count | Measure::Sum(_) | Measure::Items(_) | Measure::AsOf(_))
    };
    match &row.measure {
        Measure::Ratio(Ratio { numerator, denominator }) => {
            let codes: BTreeSet<&String> = numerator.iter().chain(denominator).collect();
            codes.into_iter().all(|code| row_on(fold, code, on).is_some_and(is_sum))
        }
        _ => is_sum(row),
    }
}
