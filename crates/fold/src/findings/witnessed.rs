//! Backdating, with the witnesses' clocks: times that were claimed for a record against times at which witnesses saw trees with it and without.

use std::collections::BTreeMap;

use socai_domain::{
    CivilDate,
    tables::{Claim, FindingRule},
    time::{end_of_day_ms, start_of_day_ms, vietnam_date, vietnam_rfc3339},
};
use socai_tlog::{EventName, LeafIndex, UnitNo};

use super::{
    clocks::minutes,
    gathered::{Gathered, Off},
    sightings::{Seen, Sightings},
    watch::{Counted, Raw, Sealed, Watch},
};
use crate::{recorded::Facts, verdict::FoldError};

/// Which trees contradict the claim.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tree {
    /// One without the record, seen after the time that is claimed.
    Without,
    /// One with the record, seen before.
    With,
}

/// Claims that witnesses contradict.
pub(super) struct Witnessed<'f> {
    rule: &'f FindingRule,
    sightings: &'f Sightings,
    tree: Tree,
    claim: Claim,
    minutes: i64,
    found: Gathered,
    /// The worst of each unit, and who contradicts it.
    worst: BTreeMap<UnitNo, Worst<'f>>,
}

struct Worst<'f> {
    by: i64,
    name: EventName,
    claimed_ms: u64,
    seen: Seen<'f>,
}

impl<'f> Witnessed<'f> {
    pub fn new(
        rule: &'f FindingRule,
        sightings: &'f Sightings,
        tree: Tree,
        claim: Claim,
        minutes: i64,
    ) -> Self {
        let (found, worst) = (Gathered::default(), BTreeMap::new());
        Witnessed { rule, sightings, tree, claim, minutes, found, worst }
    }

    /// Holds a claim against what was seen.
    fn judge(&mut self, name: EventName, leaf: LeafIndex, claimed_ms: u64, day: CivilDate) {
        let (seen, by) = match self.tree {
            Tree::Without => {
                let Some(seen) = self.sightings.without(leaf) else { return };
                (seen, minutes(claimed_ms, seen.at_ms))
            }
            Tree::With => {
                let Some(seen) = self.sightings.with(leaf) else { return };
                (seen, minutes(seen.at_ms, claimed_ms))
            }
        };
        if by <= self.minutes || !self.rule.judges(day) {
            return;
        }
        self.found.add(name, day, by);
        let worst = self.worst.entry(name.unit).or_insert(Worst { by, name, claimed_ms, seen });
        if by > worst.by {
            *worst = Worst { by, name, claimed_ms, seen };
        }
    }
}

impl<'f> Watch<'f> for Witnessed<'f> {
    fn record(&mut self, sealed: &Sealed<'_>) -> Result<(), FoldError> {
        let received_ms = sealed.record.at.received_at_ms;
        let claimed_ms = match self.claim {
            Claim::Received => received_ms,
            Claim::Recorded => sealed.recorded_at_ms,
            Claim::Occurred => return Ok(()),
        };
        self.judge(sealed.name, sealed.leaf, claimed_ms, vietnam_date(received_ms));
        Ok(())
    }

    fn fact(&mut self, fact: &Counted<'_>, _: &dyn Facts) -> Result<(), FoldError> {
        if self.claim == Claim::Occurred && !fact.is_ledgers {
            // a correction of the day is a later record; the fact may have been at any time of its day
            let day = fact.stated_on;
            let claimed_ms = match self.tree {
                Tree::Without => end_of_day_ms(day),
                Tree::With => start_of_day_ms(day),
            };
            self.judge(fact.name, fact.leaf, claimed_ms, day);
        }
        Ok(())
    }

    fn finish(self: Box<Self>, _: &dyn Facts, out: &mut Vec<Raw<'f>>) -> Result<(), FoldError> {
        let (tree, claim, all) = (self.tree, self.claim, self.worst);
        let begin = out.len();
        self.found.finish(self.rule, Off::Minutes, |_, _| (String::new(), String::new()), out);
        for raw in &mut out[begin..] {
            if let Some(worst) = all.get(&raw.unit) {
                (raw.message_vi, raw.message_en) = say(tree, claim, raw.facts_in_all, worst);
            }
        }
        Ok(())
    }
}

fn say(tree: Tree, claim: Claim, count: u64, worst: &Worst<'_>) -> (String, String) {
    let Worst { by, name, claimed_ms, seen: Seen { size, by: witnesses, at_ms } } = worst;
    let at = |ms: u64| vietnam_rfc3339(ms).replace('T', " ").chars().take(19).collect::<String>();
    let (claimed, seen) = match claim {
        Claim::Occurred => (vietnam_date(*claimed_ms).to_string(), at(*at_ms)),
        _ => (at(*claimed_ms), at(*at_ms)),
    };
    let (vi, en) = match claim {
        Claim::Received => ("quận nhận", "received"),
        Claim::Recorded => ("niêm phong", "sealed"),
        Claim::Occurred => ("phát sinh", "of the day"),
    };
    let are = if count == 1 { "record is" } else { "records are" };
    match tree {
        Tree::Without => (
            format!(
                "{count} bản ghi ghi giờ sớm hơn nhân chứng cho phép; nặng nhất {name}: {vi} {claimed}, mà {seen} nhân chứng \
                 {witnesses} còn ký mốc {size} mục chưa có nó, lệch {by} phút"
            ),
            format!(
                "{count} {are} dated earlier than witnesses allow; the worst, {name}: {en} {claimed}, and at {seen} \
                 {witnesses} still cosigned size {size} without it, {by} minutes apart"
            ),
        ),
        Tree::With => (
            format!(
                "{count} bản ghi ghi giờ muộn hơn nhân chứng cho phép; nặng nhất {name}: {vi} {claimed}, mà {seen} nhân chứng \
                 {witnesses} đã ký mốc {size} mục có nó, lệch {by} phút"
            ),
            format!(
                "{count} {are} dated later than witnesses allow; the worst, {name}: {en} {claimed}, and at {seen} \
                 {witnesses} had cosigned size {size} with it, {by} minutes apart"
            ),
        ),
    }
}
