//! One figure of a comparison of two sizes: what it was, what it is, and how much of the change each cause explains.

use std::collections::{BTreeMap, BTreeSet};

use socai_domain::{
    CivilDate,
    tables::{Indicator, Measure},
};
use socai_tlog::EventName;

use super::{
    figure::{Figure, Part, units_of},
    restatement::{Cause, Why},
    tally::is_sum,
};
use crate::fold::Fold;

/// A figure while the records go by.
pub(super) struct Line {
    pub row: Indicator,
    pub before: Option<i128>,
    pub after: Option<i128>,
    /// Ids of the units that only one of the two sizes counts, for a figure that counts units.
    pub moved: BTreeSet<String>,
    /// The codes of the rows that judge cases and make up the figure: its own, or those of a ratio. Its values are known at the end.
    pub judged: Vec<String>,
    pub causes: Vec<Cause>,
}

impl Line {
    /// Lets the adoption of the row explain what the facts do not: a row that is new with its facts is explained by them.
    pub fn settle_definitions(&mut self, definitions: &BTreeSet<EventName>) {
        let is_definition = |cause: &Cause| cause.why == Why::Rules && definitions.contains(&cause.event);
        let (before, after) = (self.before.unwrap_or_default(), self.after.unwrap_or_default());
        let facts = || self.causes.iter().filter(|cause| !is_definition(cause));
        let moved: i128 = facts().map(|cause| cause.after - cause.before).sum();
        // what facts add to sets, states and the registry is not told, so that nothing is left over where there are any
        let is_told = is_sum(&self.row.measure) && self.row.measure != Measure::Units;
        let left = if is_told || facts().next().is_none() { after - before - moved } else { 0 };
        if left == 0 && self.before.is_none() && facts().next().is_some() {
            self.causes.retain(|cause| !is_definition(cause));
        }
        if let Some(definition) = self.causes.iter_mut().rfind(|cause| is_definition(cause)) {
            (definition.before, definition.after) = (before, before + left);
        }
    }
}

/// What may be said, by code.
pub(super) fn known(figures: Vec<Figure>) -> BTreeMap<String, Option<i128>> {
    let value = |figure: &Figure| {
        let whole = Part { value: figure.value, events: figure.events };
        figure.knows(whole).then_some(figure.value)
    };
    figures.into_iter().map(|figure| (figure.row.code.clone(), value(&figure))).collect()
}

/// Ids of the units that only one of two sizes counts, for a row that counts units.
pub(super) fn moved(earlier: &Fold, later: &Fold, row: &Indicator, on: CivilDate) -> BTreeSet<String> {
    if row.measure != Measure::Units {
        return BTreeSet::new();
    }
    let ids = |fold| -> BTreeSet<String> {
        units_of(fold, row, on).into_iter().map(|unit| unit.id.clone()).collect()
    };
    ids(earlier).symmetric_difference(&ids(later)).cloned().collect()
}
