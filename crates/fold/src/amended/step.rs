//! One correction or void, and what it makes of the version that it targets.

use serde::{Deserialize, Serialize};
use socai_domain::{
    CivilDate, Event,
    corrections::{self, Amendment, Effect, Standing},
};
use socai_proto::v1;
use socai_tlog::{EventName, LeafIndex, UnitSeq};

use crate::packed;

/// A correction or void.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Step {
    pub(super) unit: u32,
    pub(super) seq: u64,
    pub(super) leaf: u64,
    pub(super) occurred_on: i32,
    target: (u32, u64),
    pub(super) voids: bool,
    /// Place in the publisher's chain of its closing of the record's period.
    pub(super) closed_at: Option<u64>,
    /// Answer of the aggregator.
    answer: Option<i32>,
    /// The publisher may amend the record, and records of its kind may be amended so. Not known before its content is.
    pub(super) allowed: bool,
    pub(super) content: Content,
}

/// What a correction makes of the version that it targets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Content {
    /// That version is not known yet. Facts of the correction, which hold the changes.
    Open(#[serde(with = "packed::run")] Box<[u8]>),
    /// The record's facts with the correction made, worked out once and for all.
    Made(#[serde(with = "packed::run")] Box<[u8]>),
    /// It cannot be made, or it is a void.
    None,
}

impl Content {
    pub(super) fn is_open(&self) -> bool {
        matches!(self, Content::Open(_))
    }

    pub(super) fn made(&self) -> Option<&[u8]> {
        match self {
            Content::Made(facts) => Some(facts),
            Content::Open(_) | Content::None => None,
        }
    }
}

impl Step {
    pub(crate) fn new(event: &Event<'_>, name: EventName, leaf: LeafIndex) -> Option<Self> {
        let (target, effect) = corrections::amends(event)?;
        Some(Step {
            unit: name.unit.0,
            seq: name.seq.0,
            leaf: leaf.0,
            occurred_on: event.occurred_on().yyyymmdd(),
            target: (target.unit.0, target.seq.0),
            voids: effect == Effect::Voids,
            closed_at: None,
            answer: None,
            allowed: false,
            content: Content::Open(event.facts().into()),
        })
    }

    pub(crate) fn name(&self) -> EventName {
        EventName::new(self.unit, self.seq)
    }

    pub(crate) fn target(&self) -> EventName {
        EventName::new(self.target.0, self.target.1)
    }

    pub(crate) fn occurred_on(&self) -> CivilDate {
        CivilDate::from_yyyymmdd(self.occurred_on).expect("taken from an event's date")
    }

    pub(crate) fn set_answer(&mut self, answer: Option<v1::Answer>) {
        self.answer = answer.map(|answer| answer as i32);
    }

    fn standing(&self) -> Standing {
        let is_judged = !self.content.is_open();
        if is_judged && (!self.allowed || !self.voids && self.content == Content::None) {
            return Standing::Refused;
        }
        let answer = self.answer.and_then(|answer| v1::Answer::try_from(answer).ok());
        corrections::standing(self.name(), self.closed_at.map(UnitSeq), answer)
    }

    pub(super) fn amendment(&self) -> Amendment {
        let effect = if self.voids { Effect::Voids } else { Effect::Corrects };
        Amendment {
            name: self.name(),
            leaf: LeafIndex(self.leaf),
            target: self.target(),
            effect,
            standing: self.standing(),
        }
    }
}
