//! Several questions about one state: one pass over the records tells who contributed to each.
//!
//! A record is read, and held against the counters of its kind, once for all questions, and the facts of judged cases are held once.

use std::collections::BTreeMap;

use socai_domain::Event;
use socai_tlog::{EventName, LeafIndex};

use super::{
    asked::Asked,
    contributions::{Contribution, Contributions, Use, day_of},
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
            false => Some(record.facts),
        };
        facts.into_iter().for_each(|facts| self.look(facts, name, leaf));
        Ok(())
    }

    /// The same for whoever knows what counts of the record at the fold's size: nothing when it was rejected or voided.
    ///
    /// # Errors
    /// A record is missing before this one.
    pub fn visit_known(
        &mut self,
        name: EventName,
        leaf: LeafIndex,
        counts: Option<&[u8]>,
    ) -> Result<(), FoldError> {
        if self.steps.advance(leaf, self.fold)? {
            counts.into_iter().for_each(|facts| self.look(facts, name, leaf));
        }
        Ok(())
    }

    /// Takes what counts of a record as far as anybody asks about it; what is there for its case alone is read when that is judged.
    fn look(&mut self, facts: &[u8], name: EventName, leaf: LeafIndex) {
        let Some((Some(day), tag)) = day_of(facts) else { return };
        let mut of_case = None;
        for asked in &self.questions {
            match asked.use_on(day, tag) {
                Use::Nothing => {}
                Use::Case(of) => of_case = Some(of),
                Use::Count => {
                    // what counts was judged, and so could be read, when it was folded
                    let _ = Event::show_again(facts, |event| self.take(event, name, leaf));
                    return;
                }
            }
        }
        if let Some(of) = of_case {
            self.held.visit_unread(facts, of, name, leaf);
        }
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
