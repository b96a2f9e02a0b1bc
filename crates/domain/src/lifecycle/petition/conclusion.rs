//! The conclusion of a petition: within days from its acceptance.

use socai_proto::v1::{PetitionAction, PetitionClass};

use super::{Case, Step, Term};
use crate::{
    CivilDate,
    law::petition as law,
    lifecycle::{Detail, Fact, Finding, Value, finding::day},
};

impl Case<'_> {
    /// The decision or conclusion, counted from the acceptance; when none is recorded and the petition was not turned away, from the last day
    /// for it: saying nothing of the acceptance gains no time, and loses none.
    pub(super) fn conclusion(&self, details: &mut Vec<Detail>, findings: &mut Vec<Finding>) {
        let (received, accepted) = (self.received, self.first(PetitionAction::Accepted));
        let concluded = self.first(PetitionAction::Concluded);
        let from = match accepted {
            Some(fact) => Some(fact.on()),
            None if self.is_turned_away() || !self.data.eligible && concluded.is_none() => None,
            None => self.initial_term().map(|term| term.last),
        };
        let extended: Vec<_> = self.extensions().skip(self.initial_extensions()).collect();
        let Some(term) = from.and_then(|from| self.conclusion_term(from, &extended, findings)) else {
            return;
        };
        details.push(Detail::new("hạn giải quyết", "to be concluded by", Value::Day(term.last)));
        let ended = self.ended();
        let code = if ended.is_some() { "concluded_late" } else { "not_concluded" };
        let until = ended.map_or(self.asked.on, |(fact, _)| fact.on());
        if until > term.last {
            let facts =
                [Some(received.name), accepted.map(|fact| fact.name), ended.map(|(fact, _)| fact.name)];
            findings.push(
                Finding::new(
                    code,
                    facts.into_iter().flatten().collect(),
                    format!("quá hạn giải quyết ({})", day(term.last)),
                    format!("not concluded by {}", term.last),
                )
                .by(term.source),
            );
            let since = accepted.map_or(received.on(), Fact::on);
            findings.extend(self.unknown_holidays(since, term.last));
        }
    }

    /// The fact with which nothing is left to conclude.
    fn ended(&self) -> Option<&Step<'_>> {
        use PetitionAction::{Accepted, Concluded, Extended, Transferred, Withdrawn};
        let goes_on = |later: &[Step<'_>]| {
            self.is_denunciation()
                && later.iter().any(|(_, action)| matches!(action, Accepted | Extended | Concluded))
        };
        let ends = |(at, (_, action)): &(usize, &Step<'_>)| match action {
            Concluded | Transferred => true,
            Withdrawn => !goes_on(&self.steps[at + 1..]),
            _ => false,
        };
        self.steps.iter().enumerate().find(ends).map(|(_, step)| step)
    }

    /// Whether it was given back, filed, handed on or withdrawn, and not concluded all the same: nothing is to be concluded then.
    fn is_turned_away(&self) -> bool {
        use PetitionAction::{Concluded, Filed, Returned, Transferred, Withdrawn};
        let is_away = |(_, action): &Step<'_>| matches!(action, Returned | Filed | Transferred | Withdrawn);
        self.steps.iter().any(is_away) && self.first(Concluded).is_none()
    }

    /// A complaint that was extended is a complex one; a denunciation has its days for every extension that the law allows.
    fn conclusion_term(
        &self,
        on: CivilDate,
        extended: &[&Fact<'_>],
        findings: &mut Vec<Finding>,
    ) -> Option<Term<'_>> {
        let rules = self.asked.rules;
        let times = u32::try_from(extended.len()).unwrap_or(u32::MAX);
        let (days, most, source) = match self.data.class() {
            PetitionClass::Complaint => {
                let rule = law::complaint(rules, self.data.instance.unwrap_or(1), on)?;
                let (plain, complex) = rule.value;
                (if times > 0 { complex } else { plain }, 1, rule.source)
            }
            PetitionClass::Denunciation => {
                let rule = law::denunciation(rules, on)?;
                let extra = rule.value.extension_days * times.min(rule.value.extensions);
                (rule.value.days + extra, rule.value.extensions, rule.source)
            }
            _ => return None,
        };
        if times > most {
            findings.push(
                Finding::new(
                    "extended_too_often",
                    extended.iter().map(|fact| fact.name).collect(),
                    format!("gia hạn {times} lần, được gia hạn {most} lần"),
                    format!("extended {times} times, the law allows {most}"),
                )
                .by(source),
            );
        }
        Some(Term { last: rules.calendar().deadline(on, days)?, source })
    }
}
