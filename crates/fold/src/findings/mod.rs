//! What an inspector should look at: one pass over the records, judged by the adopted table `findings`.
//!
//! The fold says which records count, in which version, and by which rules; the pass holds what a check needs between two records:
//! numbers of each series, facts of cases, sums, the last sign of each unit. Memory: about 60 bytes a numbered document, 120 a document
//! behind facts, 100 a dossier or a visit, 60 and 16 a reference for each expenditure that refers to anything (until the end, as a batch
//! of gifts may be recorded after it), at most [`ROOM`] for cases and [`VOUCHER_ROOM`] for vouchers, otherwise by recovered tax debts,
//! units, days, batches of gifts and findings. Cases and vouchers that do not fit have passes of their own.
//!
//! What occurred after the asked day is left out; what was recorded after the fold's size is not known. Same records, day and rules, same
//! findings in the same order. The lists of facts of a finding that gathers a whole unit hold the [`MOST_GATHERED`] worst.

mod answers;
mod books;
mod call_up;
mod capital;
mod cases;
mod cleared;
mod clocks;
mod closings;
mod debts;
mod documents;
mod dossiers;
mod fines;
mod gathered;
mod gift_money;
mod gifts;
mod inspections;
mod log;
mod nil;
mod numbers;
mod one_document;
mod sightings;
mod silence;
mod visits;
mod vouchers;
mod watch;
mod witnessed;

use socai_domain::{
    CivilDate, Event, is_ledgers,
    lifecycle::Extent,
    tables::{Check, FindingRule},
};
use socai_tlog::{EventName, LeafIndex, UnitNo};

use crate::{
    fold::Fold,
    recorded::{Facts, Recorded},
    steps::{Stepped, Steps},
    verdict::FoldError,
};

use cases::Cases;
pub use gathered::MOST_GATHERED;
pub use sightings::{Seen, Sighting, Sightings};
use vouchers::Vouchers;
use watch::{Counted, Sealed, Watch};
use witnessed::{Tree, Witnessed};

/// Something found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<'r> {
    /// The rule by which.
    pub rule: &'r FindingRule,
    /// The unit it is about: the publisher of its first fact, or the unit that is silent.
    pub unit: UnitNo,
    /// The day of the fact that decides; the asked day for what is missing.
    pub on: CivilDate,
    /// The case, when it is about one.
    pub case: Option<String>,
    /// What is found, in Vietnamese.
    pub message_vi: String,
    /// In English.
    pub message_en: String,
    /// Article: that of the row of law it was judged by, else that of the rule.
    pub source: String,
    /// Money and days.
    pub extent: Extent,
    /// The facts, in the order that explains it.
    pub facts: Vec<FoundFact>,
    /// How many facts it is about, which may be more than are listed.
    pub facts_in_all: u64,
}

/// A fact of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundFact {
    /// The record.
    pub name: EventName,
    /// Its place in the log; none when the log has no such record.
    pub leaf: Option<LeafIndex>,
    /// Kind by name.
    pub kind: &'static str,
    /// The day of the fact, as it counts.
    pub occurred_on: Option<CivilDate>,
    /// Number of its document, voucher or minutes: `125/QĐ-XPHC`.
    pub document: Option<String>,
}

/// Most bytes of facts of cases that are held at once: about a million facts.
pub const ROOM: usize = 256 << 20;

/// Most bytes of vouchers that are held at once: about 2.8 million.
pub const VOUCHER_ROOM: usize = 64 << 20;

/// The pass. Give it every record below the fold's size, in order, and again as long as [`Findings::wants_again`]; then ask
/// [`Findings::finish`].
pub struct Findings<'f> {
    fold: &'f Fold,
    on: CivilDate,
    rules: Vec<&'f FindingRule>,
    watches: Vec<Box<dyn Watch<'f> + 'f>>,
    cases: Option<Cases<'f>>,
    vouchers: Option<Vouchers<'f>>,
    /// Whether the watches have seen every record: only cases and vouchers need another pass.
    is_again: bool,
    steps: Steps,
}

impl<'f> Findings<'f> {
    /// A pass by these rules; facts after the day are left out. Nobody witnessed anything.
    pub fn new(fold: &'f Fold, rules: impl IntoIterator<Item = &'f FindingRule>, on: CivilDate) -> Self {
        Self::witnessed(fold, rules, on, Sightings::NONE)
    }

    /// The same with what witnesses saw of the log.
    pub fn witnessed(
        fold: &'f Fold,
        rules: impl IntoIterator<Item = &'f FindingRule>,
        on: CivilDate,
        sightings: &'f Sightings,
    ) -> Self {
        let rules: Vec<&FindingRule> = rules.into_iter().collect();
        let mut watches: Vec<Box<dyn Watch<'f> + 'f>> = vec![];
        watches.extend(numbers::Numbers::of(&rules, fold).into_iter().map(boxed));
        for rule in &rules {
            watches.extend(one(rule, fold, on, sightings));
        }
        let cases = Cases::of(&rules, fold, on, ROOM);
        let vouchers = Vouchers::of(&rules, fold, VOUCHER_ROOM);
        Findings { fold, on, rules, watches, cases, vouchers, is_again: false, steps: Steps::default() }
    }

    /// Holds at most so many bytes of cases instead of [`ROOM`], and of vouchers instead of [`VOUCHER_ROOM`].
    #[must_use]
    pub fn holding(mut self, room: usize) -> Self {
        self.cases.iter_mut().for_each(|cases| cases.set_room(room));
        self.vouchers.iter_mut().for_each(|vouchers| vouchers.set_room(room));
        self
    }

    /// Takes the next record and when its unit sealed it, ms UTC by the unit's clock; those at and above the fold's size change nothing.
    pub fn visit(
        &mut self,
        record: &Recorded<'_>,
        recorded_at_ms: u64,
        facts: &dyn Facts,
    ) -> Result<(), FoldError> {
        let (name, leaf) = (record.at.name, record.at.leaf);
        let is_rejected = match self.steps.advance(leaf, self.fold)? {
            Stepped::Beyond => return Ok(()),
            step => step == Stepped::Rejected,
        };
        let sealed = Sealed { record, name, leaf, recorded_at_ms, is_rejected };
        if !self.is_again {
            self.watches.iter_mut().try_for_each(|watch| watch.record(&sealed))?;
        }
        if !is_rejected {
            self.fact(&sealed, facts)?;
        }
        Ok(())
    }

    /// Shows what counts of a record.
    fn fact(&mut self, sealed: &Sealed<'_>, facts: &dyn Facts) -> Result<(), FoldError> {
        let amended = self.fold.amendments.get(sealed.name);
        let counting = self.fold.amendments.counting(sealed.name, sealed.record.facts);
        let Some(Ok(event)) = counting.map(Event::decode) else { return Ok(()) };
        if event.occurred_on() > self.on {
            return Ok(());
        }
        let stated = amended.and_then(|_| Event::decode(sealed.record.facts).ok());
        let counted = Counted {
            name: sealed.name,
            leaf: sealed.leaf,
            event: &event,
            stated_on: stated.map_or(event.occurred_on(), |stated| stated.occurred_on()),
            recorded_at_ms: sealed.recorded_at_ms,
            received_at_ms: sealed.record.at.received_at_ms,
            is_ledgers: is_ledgers(event.tag()),
        };
        if let Some(cases) = &mut self.cases {
            cases.fact(&counted, facts)?;
        }
        if let Some(vouchers) = &mut self.vouchers {
            vouchers.fact(&counted);
        }
        if !self.is_again {
            self.watches.iter_mut().try_for_each(|watch| watch.fact(&counted, facts))?;
        }
        Ok(())
    }

    /// Ends a pass; whether every record has to be given once more, for cases and vouchers that there was no room for.
    ///
    /// # Errors
    /// Records are missing: the pass ended before the fold's size.
    pub fn wants_again(&mut self) -> Result<bool, FoldError> {
        self.steps.ended(self.fold)?;
        let other_cases = self.cases.as_mut().is_some_and(Cases::end_pass);
        let others = self.vouchers.as_mut().is_some_and(Vouchers::end_pass) || other_cases;
        if others {
            (self.is_again, self.steps) = (true, Steps::default());
        }
        Ok(others)
    }

    /// What is found, by rule in the order of the table, then unit, day and first fact.
    ///
    /// # Errors
    /// Records are missing: a pass ended before the fold's size or was left out; or a fact cannot be read.
    pub fn finish(mut self, facts: &dyn Facts) -> Result<Vec<Found<'f>>, FoldError> {
        if self.wants_again()? {
            return Err(self.steps.missing(self.fold));
        }
        let mut raw = self.cases.as_mut().map(Cases::take).unwrap_or_default();
        if let Some(vouchers) = self.vouchers {
            raw.extend(vouchers.finish(facts)?);
        }
        for watch in self.watches {
            watch.finish(facts, &mut raw)?;
        }
        let place = |rule: &FindingRule| self.rules.iter().position(|known| std::ptr::eq(*known, rule));
        raw.sort_by_cached_key(|raw| {
            (place(raw.rule), raw.unit, raw.on, raw.facts.first().copied(), raw.message_vi.clone())
        });
        raw.into_iter().map(|raw| documents::complete(raw, self.fold, facts)).collect()
    }
}

fn boxed<'f>(watch: impl Watch<'f> + 'f) -> Box<dyn Watch<'f> + 'f> {
    Box::new(watch)
}

/// The watch of a rule that has one to itself.
fn one<'f>(
    rule: &'f FindingRule,
    fold: &'f Fold,
    on: CivilDate,
    sightings: &'f Sightings,
) -> Option<Box<dyn Watch<'f> + 'f>> {
    Some(match &rule.check {
        Check::NumberGaps(_)
        | Check::NumberTwice(_)
        | Check::NumberOrder(..)
        | Check::Case { .. }
        | Check::VoucherTwice { .. } => return None,
        Check::RecordedLate { kinds, days } => boxed(clocks::RecordedLate::new(rule, kinds, *days)),
        Check::ReceivedLate { days } => boxed(clocks::ReceivedLate::new(rule, *days)),
        Check::ClockAhead { minutes } => boxed(clocks::ClockAhead::new(rule, *minutes)),
        Check::ClockBack { minutes } => boxed(clocks::ClockBack::new(rule, *minutes)),
        Check::WitnessedWithout { claim, minutes } => {
            boxed(Witnessed::new(rule, sightings, Tree::Without, *claim, *minutes))
        }
        Check::WitnessedWith { claim, minutes } => {
            boxed(Witnessed::new(rule, sightings, Tree::With, *claim, *minutes))
        }
        Check::DocumentAfter { kinds, days } => boxed(documents::DocumentAfter::new(rule, kinds, *days)),
        Check::FactAfterClosing => boxed(closings::FactAfter::new(rule, fold)),
        Check::AmendedAfterClosing => boxed(closings::AmendedAfter::new(rule, fold)),
        Check::NilContradicted => boxed(nil::Contradicted::new(rule, fold)),
        Check::UnitSilent { types, days } => boxed(silence::UnitSilent::new(rule, fold, on, types, *days)),
        Check::PeriodOpen { types, working_days } => {
            boxed(silence::PeriodOpen { rule, fold, on, types, working_days: *working_days })
        }
        Check::AnswerOwed { days } => boxed(answers::AnswerOwed::new(rule, fold, on, *days)),
        Check::FinesAgainstRevenue { tolerance } => boxed(fines::Fines::new(rule, *tolerance)),
        Check::OutsideBooks { kinds } => boxed(books::OutsideBooks::new(rule, fold, kinds)),
        Check::RecoveryUnposted => boxed(debts::RecoveryUnposted::new(rule, fold)),
        Check::GiftRepeated { days } => boxed(gifts::Repeated::new(rule, *days)),
        Check::GiftTwoProgrammes => boxed(gifts::TwoProgrammes::new(rule)),
        Check::GiftsAgainstExpenditure { tolerance, days } => {
            boxed(gift_money::GiftsAgainstExpenditure::new(rule, on, *tolerance, *days))
        }
        Check::CapitalPlan { tolerance } => boxed(capital::CapitalPlan::new(rule, *tolerance)),
        Check::ClearedArea { tolerance_m2 } => boxed(cleared::ClearedArea::new(rule, *tolerance_m2)),
        Check::WardContribution { types, least } => {
            boxed(call_up::WardContribution::new(rule, fold, on, types, *least))
        }
        Check::InspectionNotLead => boxed(inspections::NotLead::new(rule, fold)),
        Check::InspectionTwice => boxed(inspections::VisitedTwice::new(rule, fold)),
        Check::SuspensionOpen { fields, days } => boxed(visits::SuspensionOpen::new(rule, on, fields, *days)),
        Check::RecordsOfVisits => boxed(visits::RecordsOfVisits::new(rule)),
        Check::DocumentDiffers => boxed(one_document::OneDocument::new(rule)),
        Check::DossierTwice => boxed(dossiers::DossierTwice::new(rule)),
        Check::Rejected => boxed(log::Rejected::new(rule, on)),
        Check::Fork => boxed(log::Fork::new(rule)),
    })
}
