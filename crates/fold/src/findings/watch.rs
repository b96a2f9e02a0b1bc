//! What a check is shown and what it says.

use socai_domain::{CivilDate, Event, lifecycle::Extent, tables::FindingRule};
use socai_tlog::{EventName, LeafIndex, UnitNo};

use super::FoundFact;
use crate::{
    recorded::{Facts, Recorded},
    verdict::FoldError,
};

/// A check at work.
pub(super) trait Watch<'f> {
    /// Sees every record, counting or not.
    fn record(&mut self, _: &Sealed<'_>) -> Result<(), FoldError> {
        Ok(())
    }

    /// Sees every fact that counts and occurred by the asked day, as corrected.
    fn fact(&mut self, _: &Counted<'_>, _: &dyn Facts) -> Result<(), FoldError> {
        Ok(())
    }

    /// Says what it found.
    fn finish(self: Box<Self>, facts: &dyn Facts, out: &mut Vec<Raw<'f>>) -> Result<(), FoldError>;
}

/// A record as it stands in the log.
pub(super) struct Sealed<'a> {
    pub record: &'a Recorded<'a>,
    pub name: EventName,
    pub leaf: LeafIndex,
    pub recorded_at_ms: u64,
    pub is_rejected: bool,
}

/// A fact that counts.
pub(super) struct Counted<'a> {
    pub name: EventName,
    pub leaf: LeafIndex,
    pub event: &'a Event<'a>,
    /// The day as it was first stated.
    pub stated_on: CivilDate,
    pub recorded_at_ms: u64,
    pub received_at_ms: u64,
    /// Of the ledger's own kinds.
    pub is_ledgers: bool,
}

impl Counted<'_> {
    pub fn day(&self) -> CivilDate {
        self.event.occurred_on()
    }

    pub fn kind(&self) -> &'static str {
        socai_proto::kind_by_tag(self.event.tag()).map_or("", |kind| kind.name)
    }

    /// Whether it is of one of these kinds; of any of the domain when none is named.
    pub fn is_of(&self, kinds: &[String]) -> bool {
        match kinds {
            [] => !self.is_ledgers,
            kinds => kinds.iter().any(|kind| kind == self.kind()),
        }
    }
}

/// A finding before its facts are looked up.
pub(super) struct Raw<'f> {
    pub rule: &'f FindingRule,
    pub unit: UnitNo,
    pub on: CivilDate,
    pub case: Option<String>,
    pub message_vi: String,
    pub message_en: String,
    /// Article of a row of law; empty when the rule's own stands.
    pub source: String,
    pub extent: Extent,
    pub facts: Vec<EventName>,
    /// Those of the facts that need not be looked up.
    pub seen: Vec<FoundFact>,
    pub facts_in_all: u64,
}

impl<'f> Raw<'f> {
    pub fn new(
        rule: &'f FindingRule,
        unit: UnitNo,
        on: CivilDate,
        facts: Vec<EventName>,
        message_vi: String,
        message_en: String,
    ) -> Self {
        let facts_in_all = facts.len() as u64;
        Raw {
            rule,
            unit,
            on,
            case: None,
            message_vi,
            message_en,
            source: String::new(),
            extent: Extent::default(),
            facts,
            seen: vec![],
            facts_in_all,
        }
    }

    pub fn late_by(mut self, days: i64) -> Self {
        self.extent.days = Some(days);
        self
    }
}
