//! Events of the operator that the fold tries before they are sealed, so that nothing is recorded that would not count.
//!
//! [`Ledger::state`] holds events against the rules, which look at one record. The fold refuses more: indicators that name a field that no kind has, say.

use socai_domain::Position;
use socai_fold::{Facts, Fold, Reason, Recorded, Verdict};
use socai_follow::LogFacts;
use socai_proto::validate_annex;
use socai_tlog::{EventName, LeafIndex, UnitNo};

use crate::{error::DistrictError, ledger::Ledger, stated::Stated};

/// What came of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tried {
    /// Every event is recorded, under these names, in order.
    Stated(Vec<EventName>),
    /// Nothing is recorded: everything that is wrong, in order of the batch.
    Refused(Vec<Refusal>),
}

/// Why one event of a batch is not recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Which of the batch, from 0.
    pub index: usize,
    /// What is wrong.
    pub reason: Reason,
}

impl Ledger {
    /// Lets a fold of the whole log take the events in, one after the other; when each would count, seals and commits them all. An event may build on
    /// those before it in the batch.
    ///
    /// # Errors
    /// The fold is not of the whole log, or the log refused.
    pub fn state_tried(
        &mut self,
        fold: Fold,
        events: &[Stated],
        now_ms: u64,
    ) -> Result<Tried, DistrictError> {
        let refusals = self.refusals(fold, events, now_ms)?;
        if !refusals.is_empty() {
            return Ok(Tried::Refused(refusals));
        }
        let names = self.seal(events, now_ms)?;
        self.commit(self.cursor())?;
        Ok(Tried::Stated(names))
    }

    /// Everything that the fold and the annexes' own rules have against a batch; nothing is recorded.
    ///
    /// # Errors
    /// The fold is not of the whole log, or the log could not be read.
    pub fn refusals(
        &self,
        mut fold: Fold,
        events: &[Stated],
        now_ms: u64,
    ) -> Result<Vec<Refusal>, DistrictError> {
        let facts = LogFacts { reader: self.reader(), within: self.checkpoint().size() };
        tried(&mut fold, &facts, events, now_ms)
    }
}

/// Lets a fold take events of the operator in, one after the other, and says what it and the annexes' own rules have against them.
pub(crate) fn tried(
    fold: &mut Fold,
    facts: &dyn Facts,
    events: &[Stated],
    now_ms: u64,
) -> Result<Vec<Refusal>, DistrictError> {
    // as the writer will: entries never go back in time
    let received_at_ms = now_ms.max(fold.last_received_at_ms());
    let mut refusals = Vec::new();
    for (index, stated) in events.iter().enumerate() {
        let (encoded, _) = stated.encoded();
        let seq = fold.activity(UnitNo::OPERATOR).next_seq;
        let name = EventName::new(UnitNo::OPERATOR.0, seq);
        let at = Position { name, leaf: LeafIndex(fold.size().0), received_at_ms, rotates_key: false };
        let verdict =
            fold.apply(&Recorded { at, facts: &encoded }, facts).map_err(socai_follow::ReplayError::from)?;
        let of_facts = match verdict {
            Verdict::Counts => Vec::new(),
            Verdict::Rejected(rejection) => rejection.reasons,
        };
        let of_annex = validate_annex(&stated.annex).into_iter().map(Reason::from);
        refusals.extend(of_facts.into_iter().chain(of_annex).map(|reason| Refusal { index, reason }));
    }
    Ok(refusals)
}
