//! Several questions about one state: one pass over the records tells who contributed to each.
//!
//! A record is read, and held against the counters of its kind, once for all questions, and the facts of judged cases are held once.

use std::collections::BTreeMap;

use socai_domain::Event;
use socai_tlog::{EventName, LeafIndex};

use super::{
    asked::Asked,
    contributions::{Contribution, Contributions},
    held::{ANY_SIZE, Held},
    judged::judged_of_all,
    steps::Steps,
};
use crate::{fold::Fold, recorded::Recorded, switch::Counted, verdict::FoldError};

/// The pass. Give it every record below the fold's size, in order; ask [`Passes::finish`] at the end.
pub struct Passes<'f> {
    fold: &'f Fold,
    questions: Vec<Contributions<'f>>,
    held: Held,
    steps: Steps,
}

impl<'f> Passes<'f> {
    /// A pass for these questions.
    pub fn new<'a>(fold: &'f Fold, asked: impl IntoIterator<Item = &'a Asked>) -> Self {
        let mut held = Held::default();
        let question = |asked: &Asked| {
            let mut question = Contributions::new(fold, asked);
            held.follow_all(&question.take_held());
            question
        };
        let questions = asked.into_iter().map(question).collect();
        Passes { fold, questions, held, steps: Steps::default() }
    }

    /// Takes the next record; those at and above the fold's size change nothing.
    pub fn visit(&mut self, record: &Recorded<'_>) -> Result<(), FoldError> {
        let (name, leaf) = (record.at.name, record.at.leaf);
        if !self.steps.advance(leaf, self.fold)? {
            return Ok(());
        }
        let Some(first) = self.questions.first() else { return Ok(()) };
        let facts = match first.is_amended(name) {
            true => self.fold.amendments().get(name).and_then(|amended| amended.effective(name).facts()),
            false => {
                Some(record.facts).filter(|facts| self.questions.iter().any(|asked| asked.may_count(facts)))
            }
        };
        // what counts was judged when it was folded
        if let Some(Ok(event)) = facts.map(Event::decode_again) {
            self.take(&event, name, leaf);
        }
        Ok(())
    }

    /// The same for whoever has read the record already: `counts` is what counts of it at the fold's size, none when it was rejected or voided.
    ///
    /// # Errors
    /// A record is missing before this one.
    pub fn visit_read(
        &mut self,
        name: EventName,
        leaf: LeafIndex,
        counts: Option<&Event<'_>>,
    ) -> Result<(), FoldError> {
        if !self.steps.advance(leaf, self.fold)? {
            return Ok(());
        }
        let asks = |event: &&Event<'_>| {
            self.questions.iter().any(|asked| asked.may_count_of(event.tag(), event.occurred_on()))
        };
        if let Some(event) = counts.filter(asks) {
            self.take(event, name, leaf);
        }
        Ok(())
    }

    fn take(&mut self, event: &Event<'_>, name: EventName, leaf: LeafIndex) {
        self.held.visit(event, name, leaf, ANY_SIZE);
        self.questions.iter_mut().for_each(|asked| asked.registered(event, name, leaf));
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
        self.steps.ended(self.fold)?;
        let cases: Vec<_> = self.questions.iter().map(Contributions::cases).collect();
        let judged = judged_of_all(&cases, &self.held, self.fold);
        let found = self.questions.into_iter().zip(&judged);
        Ok(found.map(|(question, judged)| question.finish_judged(judged)).collect())
    }
}
