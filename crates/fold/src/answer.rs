//! Answers to records: of the counterpart of a hand-over, of the aggregator to what came after a closing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use socai_proto::v1::Answer;
use socai_tlog::{EventName, LeafIndex, UnitNo, UnitSeq};

use crate::{
    fold::named,
    rows::{self, BadRow, Change, Key, Parts, Table},
    tracked::Tracked,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Answered {
    answer: i32,
    leaf: u64,
}

/// The last answer of every unit to every record it answered.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    answers: Tracked<(EventName, UnitNo), Answered>,
    /// Of every unit whose records were answered, the newest record that was: what comes behind it in the chain was not.
    newest: BTreeMap<UnitNo, UnitSeq>,
}

impl Answers {
    pub(crate) fn track(&mut self, on: bool) {
        self.answers.track(on);
    }

    pub(crate) fn set(&mut self, target: EventName, by: UnitNo, answer: Answer, leaf: LeafIndex) {
        self.answers.set((target, by), Answered { answer: answer as i32, leaf: leaf.0 });
        self.note_newest(target);
    }

    fn note_newest(&mut self, target: EventName) {
        let newest = self.newest.entry(target.unit).or_insert(target.seq);
        *newest = target.seq.max(*newest);
    }

    /// The last answer of a unit to a record.
    pub fn of(&self, target: EventName, by: UnitNo) -> Option<Answer> {
        self.answers.get(&(target, by)).and_then(|answered| Answer::try_from(answered.answer).ok())
    }

    /// Whether anybody answered a record.
    pub(crate) fn are_to(&self, target: EventName) -> bool {
        let may_be = self.newest.get(&target.unit).is_some_and(|newest| target.seq <= *newest);
        may_be && self.to(target).next().is_some()
    }

    /// Who answered a record, and what.
    pub fn to(&self, target: EventName) -> impl Iterator<Item = (UnitNo, Answer)> {
        let answers = self.answers.range((target, UnitNo(0))..=(target, UnitNo(u32::MAX)));
        answers.map(|((_, by), answered)| (*by, Answer::try_from(answered.answer).unwrap_or_default()))
    }

    pub(crate) fn drain(&mut self, changes: &mut Vec<Change>) {
        self.answers.drain(|(target, by), old, new| {
            let key = named(Key::table(Table::Answer), *target).u32(by.0).done();
            changes.push(Change { key, old: old.map(rows::encode), new: new.map(rows::encode) });
        });
    }

    pub(crate) fn restore(&mut self, key: &[u8], value: &[u8]) -> Result<(), BadRow> {
        let mut parts = Parts::of(key);
        let (target, by) = (EventName::new(parts.u32()?, parts.u64()?), UnitNo(parts.u32()?));
        parts.end()?;
        self.answers.restore((target, by), rows::decode(key, value)?);
        self.note_newest(target);
        Ok(())
    }
}
