//! Facts of one unit that a check gathers into one finding: how many, and the worst of them.

use std::collections::BTreeMap;

use socai_domain::{CivilDate, tables::FindingRule};
use socai_tlog::{EventName, UnitNo};

use super::watch::Raw;

/// Most facts that a gathered finding names.
pub const MOST_GATHERED: usize = 20;

/// What a gathered number is of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Off {
    /// Days, which the finding states.
    Days,
    /// Minutes, or nothing.
    Minutes,
}

/// What is gathered, by unit.
#[derive(Default)]
pub(super) struct Gathered(BTreeMap<UnitNo, OfUnit>);

/// What is gathered of one unit.
#[derive(Default)]
struct OfUnit {
    count: u64,
    /// The worst, greatest first, in leaf order where equal.
    worst: Vec<(i64, CivilDate, EventName)>,
}

impl Gathered {
    /// Adds a fact that is so many days or minutes off. Records come in leaf order.
    pub fn add(&mut self, name: EventName, on: CivilDate, by: i64) {
        let unit = self.0.entry(name.unit).or_default();
        unit.count += 1;
        let at = unit.worst.partition_point(|(other, ..)| *other >= by);
        if at < MOST_GATHERED {
            unit.worst.insert(at, (by, on, name));
            unit.worst.truncate(MOST_GATHERED);
        }
    }

    /// One finding a unit; `say` words it in both languages from the number of facts and the worst.
    pub fn finish<'f>(
        self,
        rule: &'f FindingRule,
        off: Off,
        say: impl Fn(u64, i64) -> (String, String),
        out: &mut Vec<Raw<'f>>,
    ) {
        for (unit, gathered) in self.0 {
            let Some((worst, on, _)) = gathered.worst.first().copied() else { continue };
            let (vi, en) = say(gathered.count, worst);
            let facts = gathered.worst.into_iter().map(|(_, _, name)| name).collect();
            let mut raw = Raw { facts_in_all: gathered.count, ..Raw::new(rule, unit, on, facts, vi, en) };
            raw.extent.days = Some(worst).filter(|_| off == Off::Days);
            out.push(raw);
        }
    }
}
