//! Which figures a fact belongs to, by the row that counts it and its day.

use std::collections::BTreeSet;

use socai_domain::tables::{Indicator, Measure};

use super::asked::{Asked, Window};
use crate::fold::Fold;

/// A figure and the days of a row whose facts belong to it: its own, or one that a ratio names.
#[derive(Clone)]
pub(super) struct Watch {
    /// Its place among those that are asked for.
    pub figure: usize,
    pub window: Window,
    /// Whether the row is another one.
    pub is_part: bool,
}

/// Watches, each with the code of its row.
#[derive(Default)]
pub(super) struct Watches(Vec<(String, Watch)>);

impl Watches {
    /// Adds those of a figure, whose own row has this window.
    pub fn add(
        &mut self,
        figure: usize,
        (row, own): (&Indicator, &Window),
        of_rows: &[&Indicator],
        asked: &Asked,
    ) {
        for of in of_rows {
            let is_part = of.code != row.code;
            let window = if is_part { Window::of(&of.period, asked) } else { Some(own.clone()) };
            self.0.extend(window.map(|window| (of.code.clone(), Watch { figure, window, is_part })));
        }
    }

    /// Counter's indicator number → the figures that its facts may belong to.
    pub fn by_series(&self, fold: &Fold) -> Vec<Vec<Watch>> {
        let series = fold.rulebook().series().iter().map(|series| {
            let of_code = self.0.iter().filter(|(code, _)| *code == series.code);
            of_code.map(|(_, watch)| watch.clone()).collect()
        });
        series.collect()
    }
}

/// The rows whose facts belong to a figure: its own, or those of a ratio; and the codes of those among them that judge cases.
pub(super) fn rows_of<'r>(row: &'r Indicator, rows: &'r [Indicator]) -> (Vec<&'r Indicator>, Vec<String>) {
    let of_rows: Vec<&Indicator> = match &row.measure {
        Measure::Ratio(ratio) => {
            let codes = ratio.numerator.iter().chain(&ratio.denominator);
            codes.filter_map(|code| rows.iter().find(|row| row.code == *code)).collect()
        }
        _ => vec![row],
    };
    let judged = of_rows.iter().filter(|of| matches!(of.measure, Measure::AsOf(_)));
    let judged = judged.map(|of| of.code.clone()).collect::<BTreeSet<_>>().into_iter().collect();
    (of_rows, judged)
}
