//! The ledger's own kinds: units, keys, rules, closings, baselines, reports, answers and amendments.

use std::{cell::Cell, sync::Arc};

use serde::{Deserialize, Serialize};
use socai_domain::{CivilDate, Event, Kind, Position, Registry, name_of};
use socai_proto::view;
use socai_tlog::{EventName, LeafIndex, UnitSeq};

use crate::{
    closing::Closing,
    filter::BadRule,
    fold::Fold,
    packed,
    recorded::{Facts, Recorded},
    report::Report,
    rows::BadRow,
    rulebook::Adoption,
    verdict::{FoldError, Reason},
};

/// A ledger fact as its row keeps it: what is needed to take it in again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LedgerFact {
    unit: u32,
    seq: u64,
    received_at_ms: u64,
    rotates_key: bool,
    /// How many records the unit had whose key was replaced.
    next_seq: u64,
    #[serde(with = "packed::run")]
    facts: Vec<u8>,
}

impl Fold {
    /// Takes a ledger fact in; the reasons against it when it turns out that it cannot be.
    pub(crate) fn accept_ledger(
        &mut self,
        event: &Event<'_>,
        record: &Recorded<'_>,
        facts: &dyn Facts,
    ) -> Result<Vec<Reason>, FoldError> {
        match event.kind() {
            Kind::EventCorrected(_) | Kind::EventVoided(_) => self.amend(event, record, facts)?,
            Kind::EventAcknowledged(said) => self.answer(said, &record.at),
            Kind::BaselineDeclared(_) => self.accept_domain(event, record),
            _ => match self.accept_lasting(event, &record.at) {
                reasons if reasons.is_empty() => {}
                reasons => return Ok(reasons),
            },
        }
        self.capture_case(event, &record.at);
        if !matches!(event.kind(), Kind::EventCorrected(_) | Kind::EventVoided(_) | Kind::BaselineDeclared(_))
            && self.amendments.awaits(record.at.name)
        {
            self.amended_before(record);
        }
        Ok(vec![])
    }

    /// Takes in a fact that the state is rebuilt from, and keeps it as a row.
    fn accept_lasting(&mut self, event: &Event<'_>, at: &Position) -> Vec<Reason> {
        let next_seq = Cell::new(0);
        let reasons = self.take_lasting(event, at, &next_seq, None);
        if !reasons.is_empty() {
            return reasons;
        }
        let fact = LedgerFact {
            unit: at.name.unit.0,
            seq: at.name.seq.0,
            received_at_ms: at.received_at_ms,
            rotates_key: at.rotates_key,
            next_seq: next_seq.get(),
            facts: event.facts().to_vec(),
        };
        if let Some(capture) = &mut self.capture {
            capture.ledger(at.leaf, &fact);
        }
        vec![]
    }

    /// What a fresh record and a row both do. `asked` notes the number of records that a replaced key's unit had; `known` is
    /// that number when it comes from a row.
    fn take_lasting(
        &mut self,
        event: &Event<'_>,
        at: &Position,
        asked: &Cell<u64>,
        known: Option<u64>,
    ) -> Vec<Reason> {
        match event.kind() {
            Kind::RulesAdopted(said) => {
                return self.adopt(said, at).err().map(Reason::from).into_iter().collect();
            }
            Kind::PeriodClosed(said) => {
                self.closings.extend(Closing::of(said, at.name, at.leaf, at.received_at_ms));
            }
            Kind::ReportIssued(said) => self.reports.extend(Report::of(said, at.name, at.leaf)),
            Kind::AnnexErased(said) => self.erasures.add(said, at.name, at.leaf),
            _ if Registry::is_about(event) => {
                let activity = &self.activity;
                let next_seq = |unit| {
                    asked.set(known.unwrap_or_else(|| activity.of(unit).next_seq));
                    UnitSeq(asked.get())
                };
                let outcome = Arc::make_mut(&mut self.registry).apply(event, at, next_seq);
                return outcome.err().into_iter().flatten().map(Reason::from).collect();
            }
            _ => {}
        }
        vec![]
    }

    fn adopt(&mut self, said: &view::RulesAdopted<'_>, at: &Position) -> Result<(), BadRule> {
        let effective_from = CivilDate::from_yyyymmdd(said.effective_from);
        Arc::make_mut(&mut self.rulebook).adopt(Adoption {
            name: said.name,
            version: said.version,
            effective_from: effective_from.map_err(|error| BadRule::Other(error.to_string()))?,
            leaf: at.leaf,
            legal_source: said.legal_source,
            content: said.content,
        })
    }

    /// Takes the row of a ledger fact back.
    pub(crate) fn restore_ledger(
        &mut self,
        key: &[u8],
        leaf: LeafIndex,
        fact: &LedgerFact,
    ) -> Result<(), BadRow> {
        let name = EventName::new(fact.unit, fact.seq);
        let at = Position { name, leaf, received_at_ms: fact.received_at_ms, rotates_key: fact.rotates_key };
        let event = Event::decode(&fact.facts).map_err(|error| BadRow::new(key, error))?;
        match self.take_lasting(&event, &at, &Cell::new(0), Some(fact.next_seq)).first() {
            Some(reason) => Err(BadRow::new(key, &reason.message_en)),
            None => Ok(()),
        }
    }

    /// Notes an answer; if it is the aggregator's to an amendment, the amendment may now count.
    fn answer(&mut self, said: &view::EventAcknowledged<'_>, at: &Position) {
        let Some(target) = said.target.map(|reference| name_of(&reference)) else { return };
        self.answers.set(target, at.name.unit, said.answer(), at.leaf);
        self.answer_amendment(target, at.name.unit, said.answer());
    }
}
