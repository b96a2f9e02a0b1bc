//! Corrections and voids: what counted before goes out, what counts now comes in, in the place of the record itself.

use socai_domain::{CivilDate, Event, Position, corrections, rules, tables::Grouping};
use socai_proto::v1::Answer;
use socai_tlog::{EventName, LeafIndex, UnitNo, UnitSeq};

use crate::{
    amended::{Amended, Effective, Judge, Step},
    case::{self, CaseStanding},
    fold::Fold,
    recorded::{Facts, Original, Recorded},
    verdict::FoldError,
};

/// What counts of a record at one moment, and its row in its case.
#[derive(Default)]
struct Counted {
    facts: Option<Vec<u8>>,
    row: Option<(Vec<u8>, Vec<u8>)>,
}

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
        let aggregator = self.acknowledger(step.name(), step.occurred_on());
        let answer = self.answers.of(at.name, aggregator);
        // Somebody may have amended this amendment before it was in the log, and it was taken for a record then.
        let early = self.amendments.remove(at.name).unwrap_or_default();
        let before = match (&original, self.amendments.get(about)) {
            (Some(original), _) => self.as_recorded(&original.facts, about, original.leaf),
            (None, Some(amended)) => self.counted(amended, about),
            (None, None) => Counted::default(),
        };
        step.set_answer(answer);
        self.reconsider(about, before, |amended| {
            if let Some(original) = original {
                amended.keep(original);
            }
            amended.push(step);
            amended.take_over(early);
        });
        Ok(())
    }

    /// A record has come that was amended before.
    pub(crate) fn amended_before(&mut self, record: &Recorded<'_>) {
        let Position { name, leaf, received_at_ms, .. } = record.at;
        let before = self.as_recorded(record.facts, name, leaf);
        let original = Original { leaf, received_at_ms, facts: record.facts.to_vec() };
        self.reconsider(name, before, |amended| amended.keep(original));
    }

    /// The aggregator's answer to an amendment lets it count, or not. Other answers change nothing.
    pub(crate) fn answer_amendment(&mut self, target: EventName, by: UnitNo, answer: Answer) {
        let about = self.amendments.record_of(target);
        let amended = self.amendments.get(about).filter(|_| about != target);
        let Some((amended, made_on)) = amended.and_then(|amended| Some((amended, amended.made_on(target)?)))
        else {
            return;
        };
        if by == self.acknowledger(target, made_on) {
            let before = self.counted(amended, about);
            self.reconsider(about, before, |amended| amended.answer(target, answer));
        }
    }

    /// Changes what is kept of an amended record, then lets count what counts now.
    fn reconsider(&mut self, about: EventName, before: Counted, change: impl FnOnce(&mut Amended)) {
        let mut amended = self.amendments.take(about);
        change(&mut amended);
        self.judge(about, &mut amended);
        let after = self.counted(&amended, about);
        if let Some(leaf) = amended.original().map(|(leaf, _)| leaf).filter(|_| before.facts != after.facts) {
            self.count_facts(before.facts.as_deref(), about, leaf, false);
            self.count_facts(after.facts.as_deref(), about, leaf, true);
        }
        if let Some(capture) = &mut self.capture {
            capture.case(before.row, after.row);
        }
        self.amendments.set(about, amended);
    }

    fn count_facts(&mut self, facts: Option<&[u8]>, name: EventName, leaf: LeafIndex, add: bool) {
        if let Some(Ok(event)) = facts.map(Event::decode_again) {
            self.count(&event, name, leaf, add);
        }
    }

    /// Holds new amendments against the registry, the closings and the rules.
    fn judge(&self, about: EventName, amended: &mut Amended) {
        let Some((leaf, received_at_ms)) = amended.received() else { return };
        let at = Position { name: about, leaf, received_at_ms, rotates_key: false };
        let holds = |facts: &[u8]| {
            let ctx = rules::Ctx::recorded(&self.registry, &at);
            Event::decode(facts).is_ok_and(|event| rules::check(&event, about.unit, &ctx).is_empty())
        };
        let may_amend =
            |step: &Step| corrections::may_amend(&self.registry, step.name().unit, about, step.occurred_on());
        let closed_at = |step: &Step, days: &[Option<CivilDate>]| -> Option<UnitSeq> {
            self.closings.closed_at(step.name().unit, days.iter().flatten().copied())
        };
        amended.work_out(&Judge {
            record: about,
            holds: &holds,
            may_amend: &may_amend,
            closed_at: &closed_at,
        });
    }

    /// Who may let an amendment count after closing.
    fn acknowledger(&self, amendment: EventName, on: CivilDate) -> UnitNo {
        let none = Grouping::default();
        let grouping = self.rulebook.grouping(on).unwrap_or(&none);
        corrections::acknowledger(&self.registry, grouping, amendment.unit, on)
    }

    /// The record of a name if the fold has taken it in and it broke no rule.
    fn counted_original(&self, name: EventName, facts: &dyn Facts) -> Result<Option<Original>, FoldError> {
        if name.seq >= self.next_seq(name.unit) {
            return Ok(None);
        }
        let found = facts.find(name)?;
        Ok(found.filter(|original| original.leaf.0 < self.size && !self.is_rejected(original.leaf)))
    }

    fn counted(&self, amended: &Amended, record: EventName) -> Counted {
        let Some((leaf, original)) = amended.original() else { return Counted::default() };
        let (facts, shown, standing) = match amended.effective(record) {
            Effective::Original(facts) => (Some(facts), facts, CaseStanding::Recorded),
            Effective::Corrected(facts) => (Some(facts), facts, CaseStanding::Corrected),
            Effective::Voided | Effective::Missing => (None, original, CaseStanding::Voided),
        };
        Counted { facts: facts.map(<[u8]>::to_vec), row: self.case_row(shown, record, leaf, standing) }
    }

    fn as_recorded(&self, facts: &[u8], record: EventName, leaf: LeafIndex) -> Counted {
        Counted {
            facts: Some(facts.to_vec()),
            row: self.case_row(facts, record, leaf, CaseStanding::Recorded),
        }
    }

    /// The row of a fact in its case, while changes are noted.
    fn case_row(
        &self,
        facts: &[u8],
        record: EventName,
        leaf: LeafIndex,
        standing: CaseStanding,
    ) -> Option<(Vec<u8>, Vec<u8>)> {
        self.capture.as_ref()?;
        case::row(&Event::decode_again(facts).ok()?, record, leaf, standing)
    }
}
