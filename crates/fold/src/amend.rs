//! Corrections and voids: what counted before goes out, what counts now comes in, in the place of the record itself.

use socai_domain::{CivilDate, Event, Position, corrections, rules, tables::Grouping};
use socai_proto::v1::Answer;
use socai_tlog::{EventName, LeafIndex, UnitNo, UnitSeq};

use crate::{
    amended::{Amended, Counting, Judge, Step},
    case::{self, CaseStanding},
    fold::Fold,
    recorded::{Facts, FactsUnavailable, Original, Recorded},
    verdict::FoldError,
};

impl Fold {
    /// Takes in a correction or void. All reading is done before anything changes.
    pub(crate) fn amend(
        &mut self,
        event: &Event<'_>,
        record: &Recorded<'_>,
        facts: &dyn Facts,
    ) -> Result<(), FoldError> {
        let at = &record.at;
        let Some(mut step) = Step::new(event, at.name, at.leaf) else { return Ok(()) };
        let about = self.amendments.record_of(step.target());
        let original = match self.amendments.get(about).and_then(Amended::original) {
            Some(_) => None,
            None => self.counted_original(about, facts)?,
        };
        if self.answers.are_to(at.name) {
            let aggregator = self.acknowledger(step.name().unit, step.occurred_on());
            step.set_answer(self.answers.of(at.name, aggregator));
        }
        // Somebody may have amended this amendment before it was in the log, and it was taken for a record then.
        let early = self.amendments.remove(at.name).unwrap_or_default();
        let mut amended = self.amendments.take(about);
        let before = match original {
            Some(original) => amended.keep(original),
            None => amended.counting(about),
        };
        for name in early.names().chain([at.name]) {
            self.amendments.belongs(name, about);
        }
        amended.push(step);
        amended.take_over(early);
        self.reconsider(about, amended, before);
        Ok(())
    }

    /// A record has come that was amended before.
    pub(crate) fn amended_before(&mut self, record: &Recorded<'_>) {
        let Position { name, leaf, received_at_ms, .. } = record.at;
        let mut amended = self.amendments.take(name);
        let before = amended.keep(Original { leaf, received_at_ms, facts: record.facts.to_vec() });
        self.reconsider(name, amended, before);
    }

    /// The aggregator's answer to an amendment lets it count, or not. Other answers change nothing.
    pub(crate) fn answer_amendment(&mut self, target: EventName, by: UnitNo, answer: Answer) {
        let about = self.amendments.record_of(target);
        if about == target {
            return; // to a record: most answers are
        }
        let amended = self.amendments.get(about);
        let Some(made_on) = amended.and_then(|amended| amended.made_on(target)) else { return };
        if by == self.acknowledger(target.unit, made_on) {
            let mut amended = self.amendments.take(about);
            let before = amended.counting(about);
            amended.answer(target, answer);
            self.reconsider(about, amended, before);
        }
    }

    /// Lets count what counts now of an amended record, instead of what did before, and keeps it.
    fn reconsider(&mut self, about: EventName, mut amended: Amended, before: Counting) {
        self.judge(about, &mut amended);
        let after = amended.counting(about);
        if let Some((leaf, _)) = amended.received() {
            let (old, new) = (amended.facts_of(before), amended.facts_of(after));
            if old != new {
                self.count_facts(old, about, leaf, false);
                self.count_facts(new, about, leaf, true);
            }
            let (old, new) = (self.case_row(&amended, before, about), self.case_row(&amended, after, about));
            if let Some(capture) = &mut self.capture {
                capture.case(old, new);
            }
        }
        self.amendments.set(about, amended);
    }

    fn count_facts(&mut self, facts: Option<&[u8]>, name: EventName, leaf: LeafIndex, add: bool) {
        if let Some(facts) = facts {
            let _unreadable = Event::show_again(facts, |event| self.count(event, name, leaf, add));
        }
    }

    /// Holds new amendments against the registry, the closings and the rules.
    fn judge(&self, about: EventName, amended: &mut Amended) {
        let Some((leaf, received_at_ms)) = amended.received() else { return };
        let at = Position { name: about, leaf, received_at_ms, rotates_key: false };
        let day_if_it_holds = |facts: &[u8]| {
            let ctx = rules::Ctx::recorded(&self.registry, &at);
            let event = Event::decode(facts).ok()?;
            rules::check(&event, about.unit, &ctx).is_empty().then(|| event.occurred_on())
        };
        let may_amend =
            |step: &Step| corrections::may_amend(&self.registry, step.name().unit, about, step.occurred_on());
        let closed_at = |step: &Step, days: &[Option<CivilDate>]| -> Option<UnitSeq> {
            self.closings.closed_at(step.name().unit, days.iter().flatten().copied())
        };
        amended.work_out(&Judge {
            record: about,
            day_if_it_holds: &day_if_it_holds,
            may_amend: &may_amend,
            closed_at: &closed_at,
        });
    }

    /// Who answers for a unit: lets its amendments count after closing, and confirms what it publishes about itself.
    pub(crate) fn acknowledger(&self, unit: UnitNo, on: CivilDate) -> UnitNo {
        let none = Grouping::default();
        let grouping = self.rulebook.grouping(on).unwrap_or(&none);
        corrections::acknowledger(&self.registry, grouping, unit, on)
    }

    /// The record of a name if the fold has taken it in and it broke no rule.
    fn counted_original(&self, name: EventName, facts: &dyn Facts) -> Result<Option<Original>, FoldError> {
        if name.seq >= self.next_seq(name.unit) {
            return Ok(None);
        }
        let found = self.original(name, facts)?;
        Ok(found.filter(|original| !self.is_rejected(original.leaf)))
    }

    /// The record of a name if the fold has taken it in.
    ///
    /// # Errors
    /// It cannot be read, or is not found although the fold has taken it in: silence would count it as never recorded.
    pub(crate) fn original(
        &self,
        name: EventName,
        facts: &dyn Facts,
    ) -> Result<Option<Original>, FactsUnavailable> {
        match facts.find(name)? {
            None if name.seq < self.next_seq(name.unit) => Err(facts.missed(name)),
            found => Ok(found.filter(|original| original.leaf.0 < self.size)),
        }
    }

    /// The row in its case of a version of a fact, while changes are noted; of a voided one its facts as recorded.
    fn case_row(
        &self,
        amended: &Amended,
        version: Counting,
        record: EventName,
    ) -> Option<(Vec<u8>, Vec<u8>)> {
        self.capture.as_ref()?;
        let (leaf, _) = amended.received()?;
        let (facts, standing) = match version {
            Counting::Missing => return None,
            Counting::Original => (amended.original()?, CaseStanding::Recorded),
            Counting::Corrected(_) => (amended.facts_of(version)?, CaseStanding::Corrected),
            Counting::Voided => (amended.original()?, CaseStanding::Voided),
        };
        Event::show_again(facts, |event| case::row(event, record, leaf, standing)).ok()?
    }
}
