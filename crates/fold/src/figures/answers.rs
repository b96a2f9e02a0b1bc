//! What every row comes to before anything is printed or compared: sums of the cube, sets, latest facts, judged cases, ratios of them.

use std::collections::BTreeMap;

use socai_domain::tables::{Indicator, Measure, Ratio};

use super::{
    asked::{Asked, Window},
    figure::{Part, of_units},
    ratio::{Fraction, ratio},
    tally::Contribution,
    totals::{Totals, totals},
};
use crate::{fold::Fold, values::Value};

/// The answers to a question.
pub(crate) struct Answers<'a> {
    pub fold: &'a Fold,
    pub asked: &'a Asked,
    rows: &'a [Indicator],
    found: Option<&'a BTreeMap<String, Contribution>>,
    /// By code, what rows of the cube came to while there was a cube.
    kept: Option<&'a BTreeMap<String, Totals>>,
    /// By code, of rows that ratios name.
    named: BTreeMap<&'a str, Totals>,
}

/// What a row came to on earlier days.
pub(crate) struct Earlier {
    pub part: Part,
    pub fraction: Option<Fraction>,
    /// By place in the row's slices, and value; none of ratios.
    pub slices: BTreeMap<(usize, Value), Part>,
}

impl<'a> Answers<'a> {
    pub(crate) fn of(
        fold: &'a Fold,
        rows: &'a [Indicator],
        asked: &'a Asked,
        found: Option<&'a BTreeMap<String, Contribution>>,
        kept: Option<&'a BTreeMap<String, Totals>>,
    ) -> Self {
        let mut answers = Answers { fold, asked, rows, found, kept, named: BTreeMap::new() };
        let ratios = rows.iter().filter_map(|row| match &row.measure {
            Measure::Ratio(ratio) => Some(ratio),
            _ => None,
        });
        for code in ratios.flat_map(|ratio| ratio.numerator.iter().chain(&ratio.denominator)) {
            let Some(row) = rows.iter().find(|row| row.code == *code) else { continue };
            let is_new = !answers.named.contains_key(code.as_str());
            if let Some(totals) = is_new.then(|| answers.sum(row)).flatten() {
                answers.named.insert(code, totals);
            }
        }
        answers
    }

    /// What a row comes to; none when the question or the pass does not say.
    pub(crate) fn answer(&self, row: &Indicator) -> Option<(Option<Fraction>, Totals)> {
        match &row.measure {
            Measure::Ratio(of) => {
                let (fraction, totals) =
                    self.divided(row, of, |row| self.named.get(row.code.as_str()).cloned())?;
                Some((Some(fraction), totals))
            }
            _ => match self.named.get(row.code.as_str()) {
                Some(known) => Some((None, known.clone())),
                None => self.sum(row).map(|totals| (None, totals)),
            },
        }
    }

    /// What a row came to in its window as `earlier` moves it. Judged cases know the year before by dates only.
    pub(crate) fn earlier(
        &self,
        row: &Indicator,
        window: &Window,
        earlier: &impl Fn(&Window) -> Option<Window>,
    ) -> Option<Earlier> {
        match &row.measure {
            Measure::Ratio(of) => {
                let part = |row: &Indicator| {
                    let window = earlier(&Window::of(&row.period, self.asked)?)?;
                    self.sum_before(row, &window)
                };
                let (fraction, totals) = self.divided(row, of, part)?;
                let part = if fraction.denominator > 0 { totals.all } else { Part::default() };
                Some(Earlier { part, fraction: Some(fraction), slices: BTreeMap::new() })
            }
            _ => self.sum_before(row, window).map(|totals| Earlier {
                part: totals.all,
                fraction: None,
                slices: totals.slices,
            }),
        }
    }

    fn divided(
        &self,
        row: &Indicator,
        of: &Ratio,
        part: impl Fn(&Indicator) -> Option<Totals>,
    ) -> Option<(Fraction, Totals)> {
        let parts = |codes: &[String]| -> Option<Vec<(&Indicator, Totals)>> {
            let row = |code: &String| self.rows.iter().find(|row| row.code == *code);
            codes.iter().map(|code| row(code).and_then(|row| Some((row, part(row)?)))).collect()
        };
        Some(ratio(row, &parts(&of.numerator)?, &parts(&of.denominator)?))
    }

    /// What a row that is no ratio comes to.
    fn sum(&self, row: &Indicator) -> Option<Totals> {
        match row.measure {
            Measure::Ratio(_) => None,
            Measure::Units => Some(of_units(self.fold, row, self.asked.to)),
            Measure::AsOf(_) => Some(self.found?.get(&row.code)?.judged.as_ref()?.totals.clone()),
            _ => match self.kept {
                Some(kept) => kept.get(&row.code).cloned(),
                None => of_cube(self.fold, row, self.asked),
            },
        }
    }

    fn sum_before(&self, row: &Indicator, window: &Window) -> Option<Totals> {
        match row.measure {
            Measure::Ratio(_) | Measure::Units => None,
            Measure::AsOf(_) => {
                let year_before = Window::of(&row.period, self.asked)?.year_before(self.fold.rulebook());
                let is_year_before = year_before.as_ref() == Some(window);
                let judged = self.found?.get(&row.code)?.judged.as_ref().filter(|_| is_year_before)?;
                Some(Totals { all: judged.year_before, ..Totals::default() })
            }
            _ => Some(totals(self.fold, row, window)),
        }
    }
}

/// What a row of the cube comes to; none of other measures.
pub(crate) fn of_cube(fold: &Fold, row: &Indicator, asked: &Asked) -> Option<Totals> {
    match row.measure {
        Measure::Ratio(_) | Measure::Units | Measure::AsOf(_) => None,
        _ => Some(totals(fold, row, &Window::of(&row.period, asked)?)),
    }
}
