//! Records that were corrected or voided, and what counts of them.
//!
//! Which version counts is the domain's to say ([`socai_domain::corrections`]); this keeps what it asks for. The content of every
//! correction is worked out once, on top of the version it targets, and never changes afterwards: only whether it counts does.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use socai_domain::{
    CivilDate, Event, Kind,
    corrections::{self, Amendment, Version},
};
use socai_proto::{patched_facts, v1};
use socai_tlog::{EventName, LeafIndex, UnitSeq};

use crate::{packed, recorded::Original};

mod step;

use step::Content;
pub(crate) use step::Step;

/// A record with every correction and void of it or of its corrections.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amended {
    /// The record; none while the log does not have it, or when it was rejected.
    original: Option<Kept>,
    /// In leaf order; which counts does not depend on it.
    steps: Vec<Step>,
}

/// A record kept because it is amended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    leaf: u64,
    received_at_ms: u64,
    #[serde(with = "packed::run")]
    facts: Box<[u8]>,
}

/// The version of an amended record that counts at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counting {
    /// There is no such record, or it broke a rule.
    Missing,
    /// The record as it was.
    Original,
    /// What this correction made of it.
    Corrected(EventName),
    /// None.
    Voided,
}

/// What counts of an amended record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effective<'a> {
    /// The record as it was.
    Original(&'a [u8]),
    /// These facts instead.
    Corrected(&'a [u8]),
    /// Nothing.
    Voided,
    /// Nothing: there is no such record, or it broke a rule.
    Missing,
}

impl<'a> Effective<'a> {
    /// The facts that count.
    pub fn facts(self) -> Option<&'a [u8]> {
        match self {
            Effective::Original(facts) | Effective::Corrected(facts) => Some(facts),
            Effective::Voided | Effective::Missing => None,
        }
    }
}

impl Amended {
    /// Every amendment as the domain judges them, in an order that does not depend on who reached the log first: each unit's in
    /// the order of its chain; of several units' next ones that whose target is not still to come, then that of the earlier day, then
    /// of the lower number.
    pub fn amendments(&self) -> Vec<Amendment> {
        match self.is_of_one_unit() {
            true => self.steps.iter().map(Step::amendment).collect(),
            false => self.in_turn().into_iter().map(Step::amendment).collect(),
        }
    }

    fn is_of_one_unit(&self) -> bool {
        self.steps.windows(2).all(|pair| pair[0].unit == pair[1].unit)
    }

    fn in_turn(&self) -> Vec<&Step> {
        let mut chains: BTreeMap<u32, VecDeque<&Step>> = BTreeMap::new();
        self.steps.iter().for_each(|step| chains.entry(step.unit).or_default().push_back(step));
        let mut steps = Vec::with_capacity(self.steps.len());
        let turn = |chains: &BTreeMap<u32, VecDeque<&Step>>| {
            let is_ahead = |step: &Step| chains.values().flatten().any(|other| other.name() == step.target());
            let next = chains.iter().filter_map(|(unit, chain)| Some((unit, *chain.front()?)));
            next.min_by_key(|(unit, step)| (is_ahead(step), step.occurred_on, **unit)).map(|(unit, _)| *unit)
        };
        while let Some(chain) = turn(&chains).and_then(|unit| chains.get_mut(&unit)) {
            steps.extend(chain.pop_front());
        }
        steps
    }

    /// What counts of the record.
    pub fn effective(&self, record: EventName) -> Effective<'_> {
        let counting = self.counting(record);
        match (counting, self.facts_of(counting)) {
            (Counting::Original, Some(facts)) => Effective::Original(facts),
            (Counting::Corrected(_), Some(facts)) => Effective::Corrected(facts),
            (Counting::Voided, _) => Effective::Voided,
            (Counting::Missing | Counting::Original | Counting::Corrected(_), _) => Effective::Missing,
        }
    }

    /// Which version of the record counts.
    pub(crate) fn counting(&self, record: EventName) -> Counting {
        if self.original.is_none() {
            return Counting::Missing;
        }
        let version = match self.is_of_one_unit() {
            true => corrections::version_of(record, self.steps.iter().map(Step::amendment)),
            false => corrections::version_of(record, self.amendments()),
        };
        match version {
            Version::Voided(_) => Counting::Voided,
            Version::Corrected(applied) => {
                let made =
                    |last: &&EventName| self.step(**last).is_some_and(|step| step.content.made().is_some());
                applied.last().filter(made).map_or(Counting::Original, |last| Counting::Corrected(*last))
            }
        }
    }

    /// The facts of a version.
    pub(crate) fn facts_of(&self, counting: Counting) -> Option<&[u8]> {
        match counting {
            Counting::Missing | Counting::Voided => None,
            Counting::Original => self.original(),
            Counting::Corrected(by) => self.step(by)?.content.made(),
        }
    }

    /// The record's facts as they were recorded.
    pub(crate) fn original(&self) -> Option<&[u8]> {
        self.original.as_ref().map(|kept| &*kept.facts)
    }

    /// The record's place in the log and when it was received.
    pub(crate) fn received(&self) -> Option<(LeafIndex, u64)> {
        self.original.as_ref().map(|kept| (LeafIndex(kept.leaf), kept.received_at_ms))
    }

    /// The day of an amendment.
    pub(crate) fn made_on(&self, amendment: EventName) -> Option<CivilDate> {
        self.step(amendment).map(Step::occurred_on)
    }

    /// Whether an amendment came after its publisher had closed the record's period, so that it waits for the aggregator.
    pub fn was_after_closing(&self, amendment: EventName) -> bool {
        let after = |step: &Step| step.closed_at.is_some_and(|closed_at| closed_at <= step.seq);
        self.step(amendment).is_some_and(after)
    }

    fn step(&self, name: EventName) -> Option<&Step> {
        self.steps.iter().find(|step| step.name() == name)
    }

    /// Adds an amendment.
    pub(crate) fn push(&mut self, step: Step) {
        self.steps.reserve_exact(1); // most records are amended once
        self.steps.push(step);
    }

    /// Takes over amendments that were kept for a record that turned out to be an amendment of this one.
    pub(crate) fn take_over(&mut self, other: Amended) {
        self.steps.extend(other.steps);
        self.steps.sort_by_key(|step| step.leaf);
    }

    /// Notes the aggregator's answer to an amendment.
    pub(crate) fn answer(&mut self, amendment: EventName, answer: v1::Answer) {
        if let Some(step) = self.steps.iter_mut().find(|step| step.name() == amendment) {
            step.set_answer(Some(answer));
        }
    }

    /// Takes the record in, once it is known: up to now it has counted as it was.
    pub(crate) fn keep(&mut self, original: Original) -> Counting {
        let Original { leaf, received_at_ms, facts } = original;
        self.original = Some(Kept { leaf: leaf.0, received_at_ms, facts: facts.into() });
        Counting::Original
    }

    /// Judges every amendment whose target is known, once. A target from another unit may stand behind what amends it.
    pub(crate) fn work_out(&mut self, judge: &Judge<'_>) {
        if !self.steps.iter().any(|step| step.content.is_open()) {
            return;
        }
        let Some(original) = self.original.take() else { return };
        // A record is kept, and an amendment taken in, only after it was found to break no rule.
        let _unreadable = Event::show_again(&original.facts, |recorded| {
            let open = |steps: &[Step]| steps.iter().filter(|step| step.content.is_open()).count();
            let mut before = usize::MAX;
            while (1..before).contains(&open(&self.steps)) {
                before = open(&self.steps);
                self.work_out_known(judge, recorded);
            }
        });
        self.original = Some(original);
    }

    fn work_out_known(&mut self, judge: &Judge<'_>, recorded: &Event<'_>) {
        for at in 0..self.steps.len() {
            let step = &self.steps[at];
            let Content::Open(correction) = &step.content else { continue };
            let target = match step.target() {
                target if target == judge.record => Some(Some(recorded.facts())),
                target => self
                    .step(target)
                    .filter(|target| !target.content.is_open())
                    .map(|target| target.content.made()),
            };
            let Some(base) = target else { continue };
            let base = base.filter(|_| !step.voids);
            let content = base.and_then(|base| corrected(base, correction, judge.day_if_it_holds));
            let kind_allows = match step.voids {
                true => step.target() != judge.record || corrections::may_be_voided(recorded.kind()),
                false => corrections::may_be_corrected(recorded.kind()),
            };
            let allowed = kind_allows && (judge.may_amend)(step);
            let days = [Some(recorded.occurred_on()), content.as_ref().map(|(_, day)| *day)];
            let closed_at = (judge.closed_at)(step, &days).map(|seq| seq.0);
            let content = content.map_or(Content::None, |(facts, _)| Content::Made(facts.into()));
            let step = &mut self.steps[at];
            (step.allowed, step.closed_at, step.content) = (allowed, closed_at, content);
        }
    }

    /// Names of the amendments.
    pub(crate) fn names(&self) -> impl Iterator<Item = EventName> {
        self.steps.iter().map(Step::name)
    }
}

/// What the fold knows that amendments are held against.
pub(crate) struct Judge<'a> {
    /// The amended record.
    pub record: EventName,
    /// The day of corrected facts that break no rule; none of others.
    pub day_if_it_holds: &'a dyn Fn(&[u8]) -> Option<CivilDate>,
    /// Whether the publisher of an amendment may amend the record.
    pub may_amend: &'a dyn Fn(&Step) -> bool,
    /// Place in the publisher's chain of its first closing of a period that holds one of the days.
    pub closed_at: &'a ClosedAt<'a>,
}

type ClosedAt<'a> = dyn Fn(&Step, &[Option<CivilDate>]) -> Option<UnitSeq> + 'a;

/// The facts with a correction made, and their day; none when it cannot be made or the facts do not hold.
fn corrected(
    base: &[u8],
    correction: &[u8],
    day_if_it_holds: &dyn Fn(&[u8]) -> Option<CivilDate>,
) -> Option<(Vec<u8>, CivilDate)> {
    let made = Event::show_again(correction, |correction| match correction.kind() {
        Kind::EventCorrected(said) => patched_facts(base, said, day_if_it_holds),
        _ => None,
    });
    made.ok()?
}
