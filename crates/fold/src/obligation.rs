//! Two-party facts: hand-overs and transfers are open until the other unit acknowledges, and so are amendments after a closing.
//!
//! Which kinds need an answer and whose is an adopted table. A pass over the records finds them, so the fold holds nothing for it.
//! An answer counts when it comes from the unit that owes it or from one that continues it.

use socai_domain::{
    CivilDate, Event, Kind,
    corrections::{self, Standing},
    tables::{Counterpart, Obligation, Own},
};
use socai_proto::{Fields, kind, v1::Answer};
use socai_tlog::{EventName, LeafIndex, UnitNo};

use crate::{
    filter::{BadRule, Filter, Scalar, field},
    fold::Fold,
    recorded::Recorded,
    steps::{Stepped, Steps},
    verdict::FoldError,
};

/// A row of the table, compiled for one kind.
pub(crate) struct Owed {
    tag: u32,
    filter: Filter,
    whose: Whose,
}

/// Whose answer a row asks for.
enum Whose {
    Aggregator,
    /// The field with the unit's id.
    UnitIn(u32),
    Place,
}

impl Owed {
    pub(crate) fn of(row: &Obligation) -> Result<Self, BadRule> {
        let kind = kind(&row.kind).ok_or_else(|| BadRule::Kind { kind: row.kind.clone() })?;
        let whose = match &row.counterpart {
            Counterpart::Aggregator => Whose::Aggregator,
            Counterpart::Place => Whose::Place,
            Counterpart::UnitIn(name) => {
                Scalar::of(kind, name, "a unit that answers")?;
                Whose::UnitIn(field(kind, name)?.tag)
            }
        };
        Ok(Owed { tag: kind.tag, filter: Filter::of(kind, &row.filter)?, whose })
    }

    /// The ids of the units a fact says have to answer; empty for the aggregator.
    fn stated<'e>(&self, event: &'e Event<'e>) -> Vec<&'e str> {
        match self.whose {
            Whose::Aggregator => vec![],
            Whose::UnitIn(tag) => event.kind().text(tag).into_iter().collect(),
            Whose::Place => event.place().iter().collect(),
        }
    }

    fn asks(&self, event: &Event<'_>) -> bool {
        self.tag == event.tag() && self.filter.holds(event.kind())
    }
}

/// Something that waits for an answer, or was answered with no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// The record that waits.
    pub name: EventName,
    /// Its place in the log.
    pub leaf: LeafIndex,
    /// Kind of the record.
    pub kind: &'static str,
    /// The day of the fact, as corrected.
    pub occurred_on: CivilDate,
    /// Its case, when it belongs to one.
    pub case: Option<String>,
    /// Who has to answer: the unit named, or whoever has its work on the asked day; at least one.
    pub from: Vec<UnitNo>,
    /// Last day for the answer, when the table states a term.
    pub due_on: Option<CivilDate>,
    /// What is owed.
    pub what: OpenWhat,
    /// The counterpart said no; the publisher has to act.
    pub is_refused: bool,
}

/// What is owed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenWhat {
    /// The answer that a row of the adopted table asks for, in Vietnamese and English.
    Answer(String, String),
    /// The aggregator's answer to a correction or void made after closing.
    Acknowledgement,
}

/// The pass. Give it every record below the fold's size, in order; ask [`Obligations::finish`] at the end.
pub struct Obligations<'f> {
    fold: &'f Fold,
    on: CivilDate,
    rows: Vec<(&'f Obligation, Owed)>,
    open: Vec<Open>,
    steps: Steps,
}

impl<'f> Obligations<'f> {
    /// A pass by the table in force on a day; facts after that day are left out.
    pub fn new(fold: &'f Fold, on: CivilDate) -> Self {
        let rows = fold.rulebook().obligations(on).iter();
        let rows = rows.filter_map(|row| Some((row, Owed::of(row).ok()?))).collect();
        Obligations { fold, on, rows, open: vec![], steps: Steps::default() }
    }

    /// Takes the next record; those at and above the fold's size change nothing.
    pub fn visit(&mut self, record: &Recorded<'_>) -> Result<(), FoldError> {
        let (name, leaf) = (record.at.name, record.at.leaf);
        if self.steps.advance(leaf, self.fold)? != Stepped::Taken {
            return Ok(());
        }
        let facts = self.fold.amendments.counting(name, record.facts);
        let Some(Ok(event)) = facts.map(Event::decode) else { return Ok(()) };
        if event.occurred_on() > self.on {
            return Ok(());
        }
        let open = match event.kind() {
            Kind::EventCorrected(_) | Kind::EventVoided(_) => self.amendment(&event, name, leaf),
            _ => self.two_party(&event, name, leaf),
        };
        self.open.extend(open);
        Ok(())
    }

    fn two_party(&self, event: &Event<'_>, name: EventName, leaf: LeafIndex) -> Option<Open> {
        let (row, owed) = self.rows.iter().find(|(_, owed)| owed.asks(event))?;
        let mut owing = self.counterparts(event, name.unit, row, owed);
        let mut is_refused = false;
        owing.retain(|whose| {
            let answers = self.answers_of(*whose, name);
            is_refused |= answers.contains(&Answer::Refused) && !answers.contains(&Answer::Confirmed);
            !answers.contains(&Answer::Confirmed)
        });
        let days = row.days.and_then(|days| i32::try_from(days).ok());
        (!owing.is_empty()).then(|| Open {
            name,
            leaf,
            kind: event_kind(event),
            occurred_on: event.occurred_on(),
            case: event.case().map(str::to_owned),
            from: owing.iter().flat_map(|whose| self.heirs(*whose)).collect(),
            due_on: days.and_then(|days| event.occurred_on().add_days(days)),
            what: OpenWhat::Answer(row.label.clone(), row.label_en.clone()),
            is_refused,
        })
    }

    /// The units that have to answer. Nobody answers to himself: for what a unit publishes about itself, its aggregator does, or nobody.
    fn counterparts(
        &self,
        event: &Event<'_>,
        publisher: UnitNo,
        row: &Obligation,
        owed: &Owed,
    ) -> Vec<UnitNo> {
        let registry = self.fold.registry();
        let stated = owed.stated(event).into_iter().filter_map(|id| registry.by_id(id)).map(|unit| unit.no);
        let (own, others): (Vec<_>, Vec<_>) = stated.partition(|unit| *unit == publisher);
        if !others.is_empty() || !own.is_empty() && row.own == Own::Nobody {
            return others;
        }
        let aggregator = self.fold.acknowledger(publisher, event.occurred_on());
        if aggregator == publisher { vec![] } else { vec![aggregator] }
    }

    /// What a unit, or whoever continues it, answered to a record of another unit.
    fn answers_of(&self, whose: UnitNo, record: EventName) -> Vec<Answer> {
        let is_theirs = |by: UnitNo| by != record.unit && self.fold.registry().continues(by, whose, self.on);
        let answers = self.fold.answers().to(record).filter(|(by, _)| is_theirs(*by));
        answers.map(|(_, answer)| answer).collect()
    }

    /// A correction or void that came after closing and has no answer yet.
    fn amendment(&self, event: &Event<'_>, name: EventName, leaf: LeafIndex) -> Option<Open> {
        let (target, _) = corrections::amends(event)?;
        let about = self.fold.amendments.record_of(target);
        let amendments = self.fold.amendments.get(about)?.amendments();
        let is_pending = |a: &corrections::Amendment| a.name == name && a.standing == Standing::Pending;
        amendments.iter().any(is_pending).then(|| Open {
            name,
            leaf,
            kind: event_kind(event),
            occurred_on: event.occurred_on(),
            case: event.case().map(str::to_owned),
            from: self.heirs(self.fold.acknowledger(name.unit, event.occurred_on())),
            due_on: None,
            what: OpenWhat::Acknowledgement,
            is_refused: false,
        })
    }

    /// Whoever has a unit's work; the unit itself when it ended without a successor here.
    fn heirs(&self, no: UnitNo) -> Vec<UnitNo> {
        let registry = self.fold.registry();
        let heirs = registry.unit(no).map(|unit| registry.heirs(&unit.id, self.on)).unwrap_or_default();
        if heirs.is_empty() { vec![no] } else { heirs.into_iter().map(|unit| unit.no).collect() }
    }

    /// What is open, in leaf order.
    ///
    /// # Errors
    /// Records are missing: the pass ended before the fold's size.
    pub fn finish(self) -> Result<Vec<Open>, FoldError> {
        self.steps.ended(self.fold)?;
        Ok(self.open)
    }
}

fn event_kind(event: &Event<'_>) -> &'static str {
    socai_proto::kind_by_tag(event.tag()).map_or("", |kind| kind.name)
}
