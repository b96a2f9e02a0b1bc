//! Cases: the names of their facts while the log passes, then each judged by its lifecycle.

use std::collections::{BTreeMap, BTreeSet};

use socai_domain::{
    CivilDate, Event, Kind,
    lifecycle::{self, Asked, Family, Finding, Judged},
    tables::{Check, FindingRule},
};
use socai_proto::kind_by_tag;
use socai_tlog::EventName;

use super::watch::{Counted, Raw, Watch};
use crate::{fold::Fold, recorded::Facts, verdict::FoldError};

/// Most references followed from a fact without a case to the one that has it.
const MOST_STEPS: usize = 8;

/// Every case with the facts of its kinds.
pub(super) struct Cases<'f> {
    fold: &'f Fold,
    on: CivilDate,
    rules: Vec<&'f FindingRule>,
    /// What the rules ask for.
    families: BTreeSet<Family>,
    facts: BTreeMap<Box<str>, Vec<EventName>>,
}

impl<'f> Cases<'f> {
    /// None when no rule asks for cases.
    pub fn of(rules: &[&'f FindingRule], fold: &'f Fold, on: CivilDate) -> Option<Self> {
        let family = |rule: &&'f FindingRule| match &rule.check {
            Check::Case { family, .. } => Some(*family),
            _ => None,
        };
        let rules: Vec<_> = rules.iter().copied().filter(|rule| family(rule).is_some()).collect();
        let families: BTreeSet<_> = rules.iter().filter_map(family).collect();
        (!rules.is_empty()).then(|| Cases { fold, on, rules, families, facts: BTreeMap::new() })
    }

    /// What counts of a fact: as recorded, or as corrected.
    fn counting(&self, name: EventName, facts: &dyn Facts) -> Result<Option<Vec<u8>>, FoldError> {
        if let Some(amended) = self.fold.amendments.get(name) {
            return Ok(amended.effective(name).facts().map(<[u8]>::to_vec));
        }
        Ok(facts.find(name)?.map(|original| original.facts))
    }

    /// The case that a fact belongs to: the one it names, else what its payload says it is about, else the case of the record it refers
    /// to first, else that record stands for the case.
    fn case_of(&self, fact: &Counted<'_>, facts: &dyn Facts) -> Result<Box<str>, FoldError> {
        if let Some(call) = call(fact.event.kind()) {
            return Ok(call);
        }
        if let Some(case) = fact.event.case() {
            return Ok(case.into());
        }
        if let Some(subject) = subject(fact.event.kind()) {
            return Ok(subject);
        }
        let (mut root, mut next) = (fact.name, fact.event.refs().next());
        for _ in 0..MOST_STEPS {
            let Some(name) = next else { break };
            let Some(bytes) = self.counting(name, facts)? else { break };
            let Ok(event) = Event::decode(&bytes) else { break };
            if let Some(case) = event.case() {
                return Ok(case.into());
            }
            (root, next) = (name, event.refs().next());
        }
        // no case key has white space, so this is nobody's
        Ok(format!("{root} ").into())
    }

    fn judge(&self, names: &[EventName], facts: &dyn Facts) -> Result<Vec<Judged>, FoldError> {
        let mut counting = Vec::with_capacity(names.len());
        for name in names {
            counting.extend(self.counting(*name, facts)?.map(|bytes| (*name, bytes)));
        }
        let decoded = counting.iter().filter_map(|(name, bytes)| {
            let event = Event::decode(bytes).ok()?;
            Some(lifecycle::Fact { name: *name, event })
        });
        let decoded: Vec<_> = decoded.collect();
        Ok(lifecycle::judge(&decoded, &Asked { on: self.on, rules: &self.fold.rulebook }))
    }
}

impl<'f> Watch<'f> for Cases<'f> {
    fn fact(&mut self, fact: &Counted<'_>, facts: &dyn Facts) -> Result<(), FoldError> {
        let family = kind_by_tag(fact.event.tag()).and_then(|kind| Family::of_kind(kind.name));
        if family.is_some_and(|family| self.families.contains(&family)) {
            let case = self.case_of(fact, facts)?;
            self.facts.entry(case).or_default().push(fact.name);
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>, facts: &dyn Facts, out: &mut Vec<Raw<'f>>) -> Result<(), FoldError> {
        for (case, names) in std::mem::take(&mut self.facts) {
            for judged in self.judge(&names, facts)? {
                for found in &judged.findings {
                    for rule in self.rules.iter().filter(|rule| asks(rule, &judged, found)) {
                        out.extend(self.raw(rule, &case, found, facts)?);
                    }
                }
            }
        }
        Ok(())
    }
}

impl<'f> Cases<'f> {
    /// The finding by a rule, if the rule judges the day of its first fact.
    fn raw(
        &self,
        rule: &'f FindingRule,
        case: &str,
        found: &Finding,
        facts: &dyn Facts,
    ) -> Result<Option<Raw<'f>>, FoldError> {
        // the last fact is the one that went wrong: a decision after its record, a payment after its decision
        let Some(name) = found.facts.last().copied() else { return Ok(None) };
        let bytes = self.counting(name, facts)?;
        let on = bytes.and_then(|bytes| Some(Event::decode(&bytes).ok()?.occurred_on())).unwrap_or(self.on);
        let first = found.facts.first().copied().unwrap_or(name);
        Ok(rule.judges(on).then(|| Raw {
            case: Some(case.to_owned()).filter(|case| !case.contains(' ')),
            source: found.source.clone(),
            extent: found.extent,
            ..Raw::new(
                rule,
                first.unit,
                on,
                found.facts.clone(),
                found.message_vi.clone(),
                found.message_en.clone(),
            )
        }))
    }
}

/// The call-ups of a year are judged together, whatever cases their facts name: the judge keeps calls and services apart. No case
/// key has white space.
fn call(kind: &Kind<'_>) -> Option<Box<str>> {
    match kind {
        Kind::ConscriptionQuotaSet(said) => Some(format!("call {}", said.year).into()),
        Kind::ConscriptionHandedOver(said) => Some(format!("call {}", said.year).into()),
        _ => None,
    }
}

/// What a fact without a case key is about, where its payload has a name for it.
fn subject(kind: &Kind<'_>) -> Option<Box<str>> {
    let name = match kind {
        Kind::GiftProgrammeApproved(said) => said.programme,
        Kind::GiftDelivered(said) => said.programme,
        Kind::ClearanceStageReached(said) => said.plan,
        Kind::ClearancePaymentMade(said) => said.plan,
        Kind::ClearanceSiteHandedOver(said) => said.plan,
        Kind::ProjectRegistered(said) => said.project,
        Kind::ProjectAppraised(said) => said.project,
        Kind::ProjectAccepted(said) => said.project,
        Kind::ProjectDisbursed(said) => said.project,
        _ => return None,
    };
    (!name.is_empty()).then(|| name.into())
}

/// Whether a rule asks for this finding of a case, and it passes the rule's thresholds.
fn asks(rule: &FindingRule, judged: &Judged, found: &Finding) -> bool {
    let Check::Case { family, codes, min_days, min_amount } = &rule.check else { return false };
    *family == judged.state.family()
        && codes.iter().any(|code| code == found.code)
        && found.extent.days.is_none_or(|days| days >= *min_days)
        && found.extent.amount.is_none_or(|amount| amount >= *min_amount)
}
