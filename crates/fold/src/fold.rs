//! The state of a ledger as far as figures, cases and findings need it, record by record.

use std::sync::Arc;

use socai_domain::{CivilDate, Event, KnownTexts, Malformed, Position, Registry, is_ledgers, rules, time};
use socai_proto::validate_facts;
use socai_tlog::{EventName, LeafIndex, TreeSize, UnitNo, UnitSeq};

use crate::{
    activity::{Activities, Activity},
    added::Added,
    amendments::Amendments,
    answer::Answers,
    baseline::Baselines,
    capture::Capture,
    closing::Closings,
    cube::{Cube, DistinctSets, LastShelf},
    directive::Directives,
    erasure::Erasures,
    latest::LatestFacts,
    plan::Plans,
    project::Projects,
    recorded::{Facts, Recorded},
    report::Reports,
    rulebook::Rulebook,
    scope::Held,
    values::Values,
    verdict::{FoldError, Reason, Rejection, Verdict},
};

/// Everything that records `0..size` say. Two folds of the same records are equal in every row, however they got there.
///
/// Memory grows with the cells of the cube, distinct values, facts that say where a case of a `latest` row stands, amended and rejected records, closings and rules: not with the log.
#[derive(Clone, Debug, Default)]
pub struct Fold {
    pub(crate) size: u64,
    pub(crate) last_received_at_ms: u64,
    pub(crate) registry: Arc<Registry>,
    pub(crate) rulebook: Arc<Rulebook>,
    pub(crate) closings: Closings,
    pub(crate) reports: Reports,
    pub(crate) erasures: Erasures,
    pub(crate) activity: Activities,
    pub(crate) values: Values,
    pub(crate) cube: Cube,
    pub(crate) distinct: DistinctSets,
    pub(crate) latest: LatestFacts,
    pub(crate) plans: Plans,
    pub(crate) baselines: Baselines,
    pub(crate) amendments: Amendments,
    pub(crate) answers: Answers,
    pub(crate) directives: Directives,
    pub(crate) projects: Projects,
    /// Leaves of rejected records, ascending. Their reasons are rows, not memory.
    pub(crate) rejected: Vec<u64>,
    pub(crate) capture: Option<Capture>,
    /// The cells that are there; all, unless the state was restored for a scope.
    pub(crate) held: Option<Arc<Held>>,
    today: Today,
    pub(crate) last_shelf: LastShelf,
    /// Room for what one fact adds.
    pub(crate) added: Vec<Added>,
    /// Texts of earlier facts; `None` only while one is read.
    known: Option<KnownTexts>,
}

impl Fold {
    /// The state before the first record. Changes are not noted: see [`Fold::capture`].
    pub fn new() -> Self {
        Fold::default()
    }

    /// Takes the next record in. On an error nothing has changed.
    ///
    /// Costs about 0.3 µs for a domain fact while changes are not noted. `facts` is asked only for records that are corrected or
    /// voided.
    pub fn apply(&mut self, record: &Recorded<'_>, facts: &dyn Facts) -> Result<Verdict, FoldError> {
        self.expect_next(record)?;
        let mut known = self.known.take().unwrap_or_default();
        let judged =
            Event::decode_next(record.facts, &mut known, |event| match self.reasons_against(event, record) {
                reasons if reasons.is_empty() => self.accept(event, record, facts),
                reasons => Ok(reasons),
            });
        self.known = Some(known);
        let reasons = judged.unwrap_or_else(|malformed| Ok(reasons_of(malformed, record)))?;
        Ok(self.conclude(record, reasons))
    }

    /// Moves on behind a record that counts, or that there are reasons against.
    #[inline]
    pub(crate) fn conclude(&mut self, record: &Recorded<'_>, reasons: Vec<Reason>) -> Verdict {
        let is_rejected = !reasons.is_empty();
        self.note(record, is_rejected);
        if is_rejected { Verdict::Rejected(self.reject(record, reasons)) } else { Verdict::Counts }
    }

    #[inline]
    pub(crate) fn expect_next(&self, record: &Recorded<'_>) -> Result<(), FoldError> {
        let at = &record.at;
        if at.leaf.0 != self.size {
            return Err(FoldError::OutOfOrder { got: at.leaf, expected: LeafIndex(self.size) });
        }
        let expected = UnitSeq(self.activity.of(at.name.unit).next_seq);
        if at.name.seq != expected {
            let Position { leaf, name, .. } = *at;
            return Err(FoldError::BrokenChain { leaf, unit: name.unit, got: name.seq, expected });
        }
        Ok(())
    }

    /// Every rule the record breaks. Facts that break none cost no allocation.
    #[inline]
    fn reasons_against(&mut self, event: &Event<'_>, record: &Recorded<'_>) -> Vec<Reason> {
        let received_on = self.today.of(record.at.received_at_ms);
        let ctx = rules::Ctx::received_on(&self.registry, &record.at, received_on);
        match rules::check(event, record.at.name.unit, &ctx) {
            breaches if breaches.is_empty() => vec![],
            breaches => breaches.into_iter().map(Reason::from).collect(),
        }
    }

    /// Lets a record count; gives reasons only when it turns out that it cannot.
    #[inline]
    pub(crate) fn accept(
        &mut self,
        event: &Event<'_>,
        record: &Recorded<'_>,
        facts: &dyn Facts,
    ) -> Result<Vec<Reason>, FoldError> {
        if is_ledgers(event.tag()) {
            return self.accept_ledger(event, record, facts);
        }
        self.accept_domain(event, record);
        Ok(vec![])
    }

    /// Moves on to the next record.
    #[inline]
    pub(crate) fn note(&mut self, record: &Recorded<'_>, is_rejected: bool) {
        self.size += 1;
        self.last_received_at_ms = record.at.received_at_ms;
        let activity = self.activity.change(record.at.name.unit);
        activity.next_seq = record.at.name.seq.0 + 1;
        activity.last_leaf = record.at.leaf.0;
        activity.last_received_at_ms = record.at.received_at_ms;
        activity.rejected += u64::from(is_rejected);
    }

    fn reject(&mut self, record: &Recorded<'_>, reasons: Vec<Reason>) -> Rejection {
        let rejection = Rejection::new(record.at.name, reasons);
        self.rejected.push(record.at.leaf.0);
        if let Some(capture) = &mut self.capture {
            capture.rejection(record.at.leaf, &rejection);
        }
        rejection
    }

    /// How many records were taken in.
    pub fn size(&self) -> TreeSize {
        TreeSize(self.size)
    }

    /// When the district received the newest of them, ms UTC; 0 before the first.
    pub fn last_received_at_ms(&self) -> u64 {
        self.last_received_at_ms
    }

    /// What judging facts and cases at this size needs: rules, registry, closings, amendments, and no cells, which are most of it.
    pub(crate) fn without_cells(&self) -> Fold {
        Fold {
            size: self.size,
            last_received_at_ms: self.last_received_at_ms,
            registry: self.registry.clone(),
            rulebook: self.rulebook.clone(),
            closings: self.closings.clone(),
            amendments: self.amendments.clone(),
            ..Fold::default()
        }
    }

    /// About how many bytes [`Fold::without_cells`] holds: tables as written and as read, records kept because they are amended, closings, units.
    pub(crate) fn room_without_cells(&self) -> usize {
        let tables: usize = self.rulebook.adopted().iter().map(|adopted| adopted.content.len() * 6).sum();
        let amended = self.amendments.len() << 10;
        tables + amended + (self.closings.iter().count() << 9) + (self.registry.units().count() << 10)
    }

    /// The units of the ledger.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The adopted rules.
    pub fn rulebook(&self) -> &Rulebook {
        &self.rulebook
    }

    /// Closed periods and nil declarations.
    pub fn closings(&self) -> &Closings {
        &self.closings
    }

    /// Issued reports.
    pub fn reports(&self) -> &Reports {
        &self.reports
    }

    /// Annexes that are to be destroyed.
    pub fn erasures(&self) -> &Erasures {
        &self.erasures
    }

    /// Estimates and quotas.
    pub fn plans(&self) -> &Plans {
        &self.plans
    }

    /// Comparative values from before the ledger.
    pub fn baselines(&self) -> &Baselines {
        &self.baselines
    }

    /// Corrected and voided records.
    pub fn amendments(&self) -> &Amendments {
        &self.amendments
    }

    /// Answers of counterparts and aggregators.
    pub fn answers(&self) -> &Answers {
        &self.answers
    }

    /// Tasks and their progress.
    pub fn directives(&self) -> &Directives {
        &self.directives
    }

    /// Official names of projects.
    pub fn projects(&self) -> &Projects {
        &self.projects
    }

    /// What a unit has sent.
    pub fn activity(&self, unit: UnitNo) -> Activity {
        *self.activity.of(unit)
    }

    /// How many records do not count because they break a rule.
    pub fn rejected(&self) -> u64 {
        self.rejected.len() as u64
    }

    /// Whether the record at a leaf was rejected.
    pub fn is_rejected(&self, leaf: LeafIndex) -> bool {
        self.rejected.binary_search(&leaf.0).is_ok()
    }

    /// The number of records of a unit before the next leaf.
    pub(crate) fn next_seq(&self, unit: UnitNo) -> UnitSeq {
        UnitSeq(self.activity.of(unit).next_seq)
    }
}

/// The day in Viet Nam that the last record was received on: the next one nearly always is on the same.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Today {
    first_ms: u64,
    last_ms: u64,
    date: CivilDate,
}

impl Default for Today {
    fn default() -> Self {
        Today { first_ms: 1, last_ms: 0, date: CivilDate::MIN }
    }
}

impl Today {
    #[inline]
    pub(crate) fn of(&mut self, utc_ms: u64) -> CivilDate {
        if utc_ms < self.first_ms || self.last_ms < utc_ms {
            let date = time::vietnam_date(utc_ms);
            *self = Today { first_ms: time::start_of_day_ms(date), last_ms: time::end_of_day_ms(date), date };
        }
        self.date
    }
}

/// Facts that cannot be read break every rule; the schema's own words say most.
#[cold]
fn reasons_of(malformed: Malformed, record: &Recorded<'_>) -> Vec<Reason> {
    let errors = validate_facts(record.facts);
    if errors.is_empty() {
        return vec![Reason::from(malformed)];
    }
    errors.into_iter().map(Reason::from).collect()
}

/// The name of a record, as keys hold it.
pub(crate) fn named(key: crate::rows::Key, name: EventName) -> crate::rows::Key {
    key.u32(name.unit.0).u64(name.seq.0)
}
