//! Nil declarations against the unit's own chain: what it had sealed before it declared that nothing of the kind happened.
//!
//! The chain is gapless, so everything the unit sealed before its closing is there to be compared. What it seals afterwards is late, which is
//! another check; a declaration of another unit says nothing about it.

use std::collections::BTreeMap;

use socai_domain::{lifecycle::finding::day, tables::FindingRule};
use socai_tlog::EventName;

use super::{
    gathered::MOST_GATHERED,
    watch::{Counted, Raw, Watch},
};
use crate::{closing::Closing, fold::Fold, recorded::Facts, verdict::FoldError};

/// Facts that their unit's later closing of the period denies.
pub(super) struct Contradicted<'f> {
    rule: &'f FindingRule,
    fold: &'f Fold,
    /// Closing and what it declares → how many facts, and the first of them.
    found: BTreeMap<(EventName, &'f str), (&'f Closing, u64, Vec<EventName>)>,
}

impl<'f> Contradicted<'f> {
    pub fn new(rule: &'f FindingRule, fold: &'f Fold) -> Self {
        Contradicted { rule, fold, found: BTreeMap::new() }
    }

    /// Whether the fact is of the kind, or counts for the indicator, of this name.
    fn is_of(&self, fact: &Counted<'_>, name: &str) -> bool {
        if name == fact.kind() {
            return true;
        }
        let rulebook = self.fold.rulebook();
        let version = rulebook.version(fact.leaf, fact.day());
        let Some(of_kind) = version.and_then(|version| version.of_kind(fact.event.tag())) else {
            return false;
        };
        let series = rulebook.series();
        let mut counted = of_kind.counters.of(fact.event.kind());
        counted.any(|counted| series[usize::from(counted.counter.no.0)].code == name)
    }
}

impl<'f> Watch<'f> for Contradicted<'f> {
    fn fact(&mut self, fact: &Counted<'_>, _: &dyn Facts) -> Result<(), FoldError> {
        if fact.is_ledgers || !self.rule.judges(fact.day()) {
            return Ok(());
        }
        let fold = self.fold;
        // by the day as corrected: a declaration is about what happened
        let denying = |closing: &&Closing| {
            closing.name.seq > fact.name.seq && !closing.nil.is_empty() && closing.holds(fact.day())
        };
        for closing in fold.closings.of(fact.name.unit).iter().filter(denying) {
            for nil in &closing.nil {
                if self.is_of(fact, nil) {
                    let found = self.found.entry((closing.name, nil)).or_insert((closing, 0, vec![]));
                    found.1 += 1;
                    if found.2.len() < MOST_GATHERED {
                        found.2.push(fact.name);
                    }
                }
            }
        }
        Ok(())
    }

    fn finish(self: Box<Self>, _: &dyn Facts, out: &mut Vec<Raw<'f>>) -> Result<(), FoldError> {
        for ((name, nil), (closing, count, facts)) in self.found {
            let (from, to) = (closing.from, closing.to);
            let facts: Vec<EventName> = [name].into_iter().chain(facts).collect();
            let raw = Raw::new(
                self.rule,
                name.unit,
                to,
                facts,
                format!(
                    "khai không phát sinh {nil} từ {} đến {}, trong khi đã ghi {count} sự kiện trước đó",
                    day(from),
                    day(to)
                ),
                format!(
                    "declared that no {nil} happened from {from} to {to}, after {count} facts of it were recorded"
                ),
            );
            out.push(Raw { facts_in_all: count + 1, ..raw });
        }
        Ok(())
    }
}
