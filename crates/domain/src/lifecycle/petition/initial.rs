//! The first handling of a petition: it is accepted or turned away within days from its receipt.

use socai_proto::v1::{PetitionAction, PetitionClass};
use socai_tlog::EventName;

use super::{Case, Step, Term};
use crate::{
    CivilDate,
    law::petition as law,
    lifecycle::{Detail, Fact, Finding, Value, finding::day},
};

impl Case<'_> {
    /// The first handling: accepted, or turned away.
    pub(super) fn initial(&self, details: &mut Vec<Detail>, findings: &mut Vec<Finding>) {
        let (Some(term), received) = (self.initial_term(), self.received) else { return };
        let first = self.first_handling();
        if first.is_none() {
            details.push(Detail::new("hạn thụ lý", "to be accepted by", Value::Day(term.last)));
        }
        if let Some((fact, PetitionAction::Transferred)) = first
            && let Some(transfer) = self.transfer_term()
        {
            if let Some(found) = transferred_late(received, fact, &transfer) {
                findings.push(found);
                findings.extend(self.unknown_holidays(received.on(), transfer.last));
            }
            return;
        }
        let (until, facts) = match first {
            Some((fact, _)) => (fact.on(), vec![received.name, fact.name]),
            None => (self.asked.on, vec![received.name]),
        };
        if until > term.last {
            let code = if first.is_some() { "accepted_late" } else { "not_accepted" };
            findings.push(
                Finding::new(
                    code,
                    facts,
                    format!("quá hạn xử lý ban đầu ({})", day(term.last)),
                    format!("first handled after {}", term.last),
                )
                .by(term.source),
            );
            findings.extend(self.unknown_holidays(received.on(), term.last));
        } else if let Some(found) = self.stretched(until, facts) {
            findings.push(found);
            findings.extend(self.unknown_holidays(received.on(), until));
        }
    }

    /// The last day of the first handling.
    pub(super) fn initial_term(&self) -> Option<Term<'_>> {
        let (on, rules) = (self.received.on(), self.asked.rules);
        match self.data.class() {
            PetitionClass::Complaint => {
                let days = law::complaint_acceptance(rules, on)?;
                Some(Term { last: rules.calendar().deadline(on, days.value)?, source: days.source })
            }
            PetitionClass::Denunciation => {
                let days = law::denunciation_initial(rules, on)?;
                Some(Term { last: rules.calendar().add_working_days(on, days.value.1)?, source: days.source })
            }
            _ => None,
        }
    }

    /// How many extensions of a denunciation were of its first handling, not of its conclusion.
    pub(super) fn initial_extensions(&self) -> usize {
        let Some(term) = self.initial_term().filter(|_| self.is_denunciation()) else { return 0 };
        let before = self.steps.iter().take_while(|(_, action)| *action == PetitionAction::Extended);
        before.filter(|(fact, _)| fact.on() <= term.last).count()
    }

    /// The last day for handing a denunciation on to the office that it is for; other petitions have none.
    fn transfer_term(&self) -> Option<Term<'_>> {
        let (on, rules) = (self.received.on(), self.asked.rules);
        let days = law::denunciation_transfer(rules, on).filter(|_| self.is_denunciation())?;
        let last = rules.calendar().add_working_days(on, days.value)?;
        Some(Term { last, source: days.source })
    }

    /// The first fact that answers a petition.
    fn first_handling(&self) -> Option<&Step<'_>> {
        self.steps.iter().find(|(_, action)| {
            use PetitionAction::{Accepted, Concluded, Filed, Returned, Transferred, Withdrawn};
            matches!(action, Accepted | Returned | Transferred | Filed | Concluded | Withdrawn)
        })
    }

    /// A denunciation that took more than the usual days of the first handling, without a word that they were extended: the longer ones
    /// are only for what has to be verified in several places or by others.
    fn stretched(&self, until: CivilDate, facts: Vec<EventName>) -> Option<Finding> {
        if !self.is_denunciation() || self.initial_extensions() > 0 {
            return None;
        }
        let (on, rules) = (self.received.on(), self.asked.rules);
        let rule = law::denunciation_initial(rules, on)?;
        let (usual, longest) = rule.value;
        let last = rules.calendar().add_working_days(on, usual)?;
        (until > last).then(|| {
            Finding::new(
                "initial_term_stretched",
                facts,
                format!("xử lý ban đầu sau {}, quá {usual} ngày làm việc; {longest} ngày chỉ khi phải xác minh nhiều nơi", day(last)),
                format!("first handled after {last}, {usual} working days; {longest} are for verifying in several places"),
            )
            .by(rule.source)
        })
    }
}

fn transferred_late(received: &Fact<'_>, fact: &Fact<'_>, term: &Term<'_>) -> Option<Finding> {
    (fact.on() > term.last).then(|| {
        Finding::new(
            "transferred_late",
            vec![received.name, fact.name],
            format!("chuyển đơn quá hạn ({})", day(term.last)),
            format!("transferred after {}", term.last),
        )
        .by(term.source)
    })
}
