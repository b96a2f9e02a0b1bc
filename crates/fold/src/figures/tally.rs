//! The facts behind a figure, gathered one by one.

use std::collections::{BTreeMap, BTreeSet};

use socai_domain::tables::{Indicator, Measure};
use socai_tlog::{Digest, EventName, LeafIndex};

use super::{judged::JudgedTotals, names::Names};

/// The facts behind one figure.
#[derive(Clone, Debug)]
pub struct Contribution {
    /// How many.
    pub events: u64,
    /// BLAKE3 over the names (unit u32, seq u64, big-endian) in leaf order; none where nobody wants it.
    pub digest: Option<Digest>,
    /// The facts themselves, in leaf order; empty unless they were asked for ([`Contributions::listing`]).
    pub facts: Vec<Listed>,
    /// The value of a row that judges cases, which only a pass over their facts can tell.
    pub(crate) judged: Option<JudgedTotals>,
}

/// A fact behind a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its place in the log.
    pub leaf: LeafIndex,
    /// Its name.
    pub name: EventName,
    /// What it adds to the figure, as last corrected, in the figure's unit of measure; none where a figure is no sum over its facts:
    /// distinct counts, latest states, judged cases, ratios.
    pub value: Option<i64>,
}

impl Contribution {
    /// What only the judged cases of a row say.
    pub(crate) fn judged(totals: JudgedTotals) -> Self {
        Contribution {
            events: totals.facts.len() as u64,
            digest: None,
            facts: vec![],
            judged: Some(totals.without_facts()),
        }
    }
}

/// What was found of a figure so far.
pub(super) struct Tally {
    code: String,
    /// Unit ids counted by a figure that counts units.
    pub units: Option<BTreeSet<String>>,
    /// Codes of rows that judge cases, whose facts belong to it.
    pub judged: Vec<String>,
    /// Facts so far, when others come in between at the end.
    kept: Vec<(LeafIndex, EventName)>,
    last: Option<LeafIndex>,
    events: u64,
    pub digest: Names,
    /// Whether the row is a sum over its facts.
    is_sum: bool,
    /// The facts, when somebody asked for them.
    pub listed: Option<Vec<Listed>>,
}

impl Tally {
    /// Nothing yet. `units` are the ids of those that a figure of units counts, `judged` the codes of the rows that judge cases for it.
    pub fn of(row: &Indicator, units: Option<BTreeSet<String>>, judged: Vec<String>) -> Self {
        Tally {
            code: row.code.clone(),
            units,
            judged,
            kept: vec![],
            last: None,
            events: 0,
            digest: Names::digested(),
            is_sum: is_sum(&row.measure),
            listed: None,
        }
    }

    /// Takes a fact; once, however many of a ratio's rows count it.
    pub fn add(&mut self, leaf: LeafIndex, name: EventName, value: i64) {
        if self.last.replace(leaf) == Some(leaf) {
            return;
        }
        match self.judged.is_empty() {
            true => self.take(leaf, name, self.is_sum.then_some(value)),
            false => self.kept.push((leaf, name)),
        }
    }

    fn take(&mut self, leaf: LeafIndex, name: EventName, value: Option<i64>) {
        self.hash(name);
        if let Some(listed) = &mut self.listed {
            listed.push(Listed { leaf, name, value });
        }
    }

    fn hash(&mut self, name: EventName) {
        self.events += 1;
        self.digest.take(name);
    }

    /// Goes on with what a later stretch of the records gave the same tally.
    pub fn append(&mut self, later: Tally) {
        self.events += later.events;
        self.digest.append(&later.digest);
        self.kept.extend(later.kept);
    }

    fn done(mut self, judged: &BTreeMap<String, JudgedTotals>) -> (String, Contribution) {
        let mut kept = std::mem::take(&mut self.kept);
        let of_rows: Vec<&JudgedTotals> = self.judged.iter().filter_map(|code| judged.get(code)).collect();
        let facts = match of_rows.as_slice() {
            [only] if kept.is_empty() => &only.facts,
            several => {
                kept.reserve(several.iter().map(|judged| judged.facts.len()).sum());
                several.iter().for_each(|judged| kept.extend(&judged.facts));
                kept.sort_unstable();
                kept.dedup();
                &kept
            }
        };
        facts.iter().for_each(|(leaf, name)| self.take(*leaf, *name, None));
        let judged = judged.get(&self.code).map(JudgedTotals::without_facts);
        let (digest, facts) = (self.digest.digest(), self.listed.unwrap_or_default());
        (self.code, Contribution { events: self.events, digest, facts, judged })
    }
}

/// What was found, by indicator code, with what the rows that judge cases come to.
pub(super) fn done(
    tallies: Vec<Tally>,
    judged: &BTreeMap<String, JudgedTotals>,
) -> BTreeMap<String, Contribution> {
    tallies.into_iter().map(|tally| tally.done(judged)).collect()
}

/// Whether a row's value is what its facts add, one by one.
pub(super) fn is_sum(measure: &Measure) -> bool {
    matches!(
        measure,
        Measure::Count | Measure::Sum(_) | Measure::Items(_) | Measure::Stock(_) | Measure::Units
    )
}
