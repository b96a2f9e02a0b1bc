//! Several questions about one state: one pass over the records tells who contributed to each.
//!
//! A record is read, and held against the counters of its kind, once for all questions, and the facts of judged cases are held once.

use std::collections::BTreeMap;

use socai_domain::{CivilDate, Event, Kind, lifecycle::Family};
use socai_proto::view::Heading;
use socai_tlog::{EventName, LeafIndex};

use super::{
    asked::Asked, cases::WholeCase, contributions::Contributions, days::DaysOfKinds, held::Held,
    judged::judged_of_all, tally::Contribution,
};
use crate::{
    fold::Fold,
    recorded::Recorded,
    steps::{Stepped, Steps},
    switch::Counted,
    verdict::FoldError,
};

/// The pass. Give it every record below the fold's size, in order; ask [`Passes::finish`] at the end.
pub struct Passes<'f> {
    fold: &'f Fold,
    questions: Vec<Contributions<'f>>,
    /// The days of which a question may count facts one by one.
    counted: DaysOfKinds,
    held: Held,
    steps: Steps,
}

impl<'f> Passes<'f> {
    /// A pass for these questions.
    pub fn new<'a>(fold: &'f Fold, asked: impl IntoIterator<Item = &'a Asked>) -> Self {
        let (mut held, mut counted) = (Held::default(), DaysOfKinds::default());
        let question = |asked: &Asked| {
            let mut question = Contributions::new(fold, asked);
            held.follow_all(&question.take_held());
            counted.widen_all(question.counted_days());
            question
        };
        let questions = asked.into_iter().map(question).collect();
        Passes { fold, questions, counted, held, steps: Steps::default() }
    }

    /// Gathers every case, with its facts of whatever day, for [`Passes::finish_with_cases`].
    #[must_use]
    pub fn with_every_case(mut self) -> Self {
        Family::ALL.into_iter().for_each(|family| self.held.follow(family, CivilDate::MAX));
        self
    }

    /// Takes the next record; those at and above the fold's size change nothing.
    ///
    /// # Errors
    /// A record is missing before this one.
    pub fn visit(&mut self, record: &Recorded<'_>) -> Result<(), FoldError> {
        let name = record.at.name;
        let may_be_amended = self.questions.first().is_none_or(|asked| asked.is_amended(name));
        let counts = match may_be_amended {
            true => self.fold.amendments.counting(name, record.facts),
            false => Some(record.facts),
        };
        let known = counts.and_then(|facts| Some((Heading::of(facts)?, facts)));
        self.visit_known(name, record.at.leaf, known)
    }

    /// The same for whoever knows what counts of the record at the fold's size, and its heading: nothing when it was rejected or voided.
    ///
    /// # Errors
    /// A record is missing before this one.
    pub fn visit_known(
        &mut self,
        name: EventName,
        leaf: LeafIndex,
        counts: Option<(Heading<'_>, &[u8])>,
    ) -> Result<(), FoldError> {
        if self.steps.advance(leaf, self.fold)? == Stepped::Taken
            && let Some((heading, facts)) = counts
        {
            self.look(&heading, facts, name, leaf);
        }
        Ok(())
    }

    /// Takes what counts of a record as far as anybody asks about it; what is there for its case alone is read when that is judged.
    fn look(&mut self, heading: &Heading<'_>, facts: &[u8], name: EventName, leaf: LeafIndex) {
        let Ok(day) = CivilDate::from_yyyymmdd(heading.day) else { return };
        self.held.visit_unread(facts, heading, day, name, leaf);
        if self.counted.holds(heading.tag, day) {
            // what counts was judged, and so could be read, when it was folded
            let _ = Event::show_again(facts, |event| self.count(event, name, leaf));
        }
    }

    fn count(&mut self, event: &Event<'_>, name: EventName, leaf: LeafIndex) {
        if matches!(event.kind(), Kind::UnitRegistered(_)) {
            self.questions.iter_mut().for_each(|asked| asked.registered(event, name, leaf));
        }
        let version = self.fold.rulebook().version(leaf, event.occurred_on());
        let Some(of_kind) = version.and_then(|version| version.of_kind(event.tag())) else { return };
        for Counted { counter, .. } in of_kind.counters.of(event.kind()) {
            self.questions.iter_mut().for_each(|asked| asked.counted(counter, event, name, leaf));
        }
    }

    /// What was found for each question, in their order: by indicator code.
    ///
    /// # Errors
    /// Records are missing: the pass ended before the fold's size.
    pub fn finish(self) -> Result<Vec<BTreeMap<String, Contribution>>, FoldError> {
        self.end(None)
    }

    /// The same, and every case is shown to `meet`, in no particular order.
    ///
    /// # Errors
    /// As [`Passes::finish`].
    pub fn finish_with_cases(
        self,
        mut meet: impl FnMut(WholeCase<'_>),
    ) -> Result<Vec<BTreeMap<String, Contribution>>, FoldError> {
        self.end(Some(&mut meet))
    }

    fn end(
        self,
        meet: Option<&mut dyn FnMut(WholeCase<'_>)>,
    ) -> Result<Vec<BTreeMap<String, Contribution>>, FoldError> {
        self.steps.ended(self.fold)?;
        let cases: Vec<_> = self.questions.iter().map(Contributions::cases).collect();
        let judged = judged_of_all(&cases, &self.held, self.fold, meet);
        let found = self.questions.into_iter().zip(judged);
        Ok(found.map(|(question, judged)| question.finish_judged(&judged)).collect())
    }
}
