//! Cases: their facts while the log passes, each then judged by its lifecycle.
//!
//! A case is whole only at the end of the log, so its facts are held till then: of as many cases as fit into a bound, by the hash of
//! their keys; the others have further passes of their own. So memory does not grow with the log, and nothing is read twice in order
//! to be found.

use std::collections::BTreeMap;

use socai_domain::{
    CivilDate, Event, Kind,
    hash::hash_of,
    lifecycle::{self, Asked, Family, Finding, Judged},
    tables::{Check, FindingRule},
};
use socai_tlog::{EventName, LeafIndex};

use super::{
    FoundFact,
    documents::shown,
    watch::{Counted, Raw},
};
use crate::{fold::Fold, recorded::Facts, verdict::FoldError};

/// Most references followed from a fact without a case to the one that has it.
const MOST_STEPS: usize = 8;
/// What is held beside the bytes of a fact: its place, and its share of a list and a tree.
const BESIDE: usize = 96;

/// The cases of this pass, by hash of their keys, and where the next pass begins.
pub(super) struct Cases<'f> {
    fold: &'f Fold,
    on: CivilDate,
    rules: Vec<&'f FindingRule>,
    /// The sorts of cases that the rules ask for, by the tags of their kinds.
    families: BTreeMap<u32, Family>,
    /// Most bytes that are held.
    room: usize,
    /// First and last hash of the pass; none when every hash had one.
    window: Option<(u64, u64)>,
    cases: BTreeMap<(u64, Box<str>), Vec<Held>>,
    held: usize,
    found: Vec<Raw<'f>>,
}

/// A fact that counts.
struct Held {
    name: EventName,
    leaf: LeafIndex,
    facts: Box<[u8]>,
}

impl<'f> Cases<'f> {
    /// None when no rule asks for cases.
    pub fn of(rules: &[&'f FindingRule], fold: &'f Fold, on: CivilDate, room: usize) -> Option<Self> {
        let family = |rule: &&'f FindingRule| match &rule.check {
            Check::Case { family, .. } => Some(*family),
            _ => None,
        };
        let rules: Vec<_> = rules.iter().copied().filter(|rule| family(rule).is_some()).collect();
        let is_asked = |of: &Family| rules.iter().filter_map(family).any(|family| family == *of);
        let kinds = socai_proto::kinds().iter();
        let families =
            kinds.filter_map(|kind| Some((kind.tag, Family::of_kind(kind.name).filter(is_asked)?)));
        let families = families.collect();
        (!rules.is_empty()).then(|| Cases {
            fold,
            on,
            rules,
            families,
            room,
            window: Some((0, u64::MAX)),
            cases: BTreeMap::new(),
            held: 0,
            found: vec![],
        })
    }

    /// Holds at most so many bytes from here on.
    pub fn set_room(&mut self, room: usize) {
        self.room = room;
    }

    /// Takes a fact in, if its case is one of this pass.
    pub fn fact(&mut self, fact: &Counted<'_>, facts: &dyn Facts) -> Result<(), FoldError> {
        let Some(family) = self.families.get(&fact.event.tag()).copied() else { return Ok(()) };
        let Some((from, to)) = self.window else { return Ok(()) };
        let case = self.case_of(fact, family, facts)?;
        let hash = hash_of(&case);
        if hash < from || to < hash {
            return Ok(());
        }
        let bytes = fact.event.facts();
        let held = Held { name: fact.name, leaf: fact.leaf, facts: bytes.into() };
        self.cases.entry((hash, case)).or_default().push(held);
        self.held += bytes.len() + BESIDE;
        while self.held > self.room && self.cases.len() > 1 && self.narrow() {}
        Ok(())
    }

    /// Leaves the upper half of the pass's hashes to later passes; false when it is one hash.
    fn narrow(&mut self) -> bool {
        let Some((from, to)) = self.window.filter(|(from, to)| from < to) else { return false };
        let middle = from + (to - from) / 2;
        self.window = Some((from, middle));
        self.cases.retain(|(hash, _), _| *hash <= middle);
        let sizes = self.cases.values().flatten().map(|held| held.facts.len() + BESIDE);
        self.held = sizes.sum();
        true
    }

    /// Judges the cases of the pass; whether there are others.
    pub fn end_pass(&mut self) -> bool {
        for ((_, case), held) in std::mem::take(&mut self.cases) {
            self.judge(&case, &held);
        }
        self.held = 0;
        self.window = match self.window {
            Some((_, to)) if to < u64::MAX => Some((to + 1, u64::MAX)),
            _ => None,
        };
        self.window.is_some()
    }

    /// What was found in all passes.
    pub fn take(&mut self) -> Vec<Raw<'f>> {
        std::mem::take(&mut self.found)
    }

    /// The case that a fact belongs to: the one it names, else what its payload says it is about, else the case of the record of its sort
    /// that it refers to first, else that record stands for the case.
    fn case_of(&self, fact: &Counted<'_>, family: Family, facts: &dyn Facts) -> Result<Box<str>, FoldError> {
        if let Some(together) = together(fact.event.kind()) {
            return Ok(together);
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
            if self.families.get(&event.tag()) != Some(&family) {
                break;
            }
            if let Some(case) = event.case() {
                return Ok(case.into());
            }
            (root, next) = (name, event.refs().next());
        }
        // no case key has white space, so this is nobody's
        Ok(format!("{root} ").into())
    }

    /// What counts of an earlier fact: as recorded, or as corrected.
    fn counting(&self, name: EventName, facts: &dyn Facts) -> Result<Option<Vec<u8>>, FoldError> {
        if let Some(amended) = self.fold.amendments.get(name) {
            return Ok(amended.effective(name).facts().map(<[u8]>::to_vec));
        }
        Ok(self.fold.original(name, facts)?.map(|original| original.facts))
    }

    fn judge(&mut self, case: &str, held: &[Held]) {
        let decoded = held.iter().filter_map(|held| {
            let event = Event::decode(&held.facts).ok()?;
            Some((lifecycle::Fact { name: held.name, event }, held.leaf))
        });
        let (facts, leaves): (Vec<_>, Vec<_>) = decoded.unzip();
        let shown = |name: &EventName| {
            let at = facts.iter().position(|fact| fact.name == *name)?;
            Some(shown(*name, leaves[at], &facts[at].event))
        };
        // what is judged together whatever it names may name one case all the same
        let named = facts.first().and_then(|fact| fact.event.case());
        let named = named.filter(|named| facts.iter().all(|fact| fact.event.case() == Some(*named)));
        let case = if case.contains(' ') { named.unwrap_or(case) } else { case };
        for judged in lifecycle::judge(&facts, &Asked { on: self.on, rules: self.fold.rulebook() }) {
            for found in &judged.findings {
                let seen: Vec<FoundFact> = found.facts.iter().filter_map(shown).collect();
                for rule in self.rules.iter().filter(|rule| asks(rule, &judged, found)) {
                    self.found.extend(raw(rule, case, found, &seen));
                }
            }
        }
    }
}

/// The finding by a rule, if the rule judges its day: that of the last fact, which is the one that went wrong, a decision after its
/// record, a payment after its decision.
fn raw<'f>(rule: &'f FindingRule, case: &str, found: &Finding, seen: &[FoundFact]) -> Option<Raw<'f>> {
    let (first, last) = (seen.first()?, seen.last()?);
    let on = last.occurred_on.filter(|on| rule.judges(*on))?;
    let (vi, en) = (found.message_vi.clone(), found.message_en.clone());
    Some(Raw {
        case: Some(case.to_owned()).filter(|case| !case.contains(' ')),
        source: found.source.clone(),
        extent: found.extent,
        seen: seen.to_vec(),
        ..Raw::new(rule, first.name.unit, on, found.facts.clone(), vi, en)
    })
}

/// What is judged together whatever cases its facts name: the call-ups of a year, of which the judge keeps calls and services apart, and the
/// debts of a debtor by tax. No case key has white space.
fn together(kind: &Kind<'_>) -> Option<Box<str>> {
    match kind {
        Kind::TaxDebtChanged(said) => Some(format!("debt {} {}", said.debtor, said.tax_kind).into()),
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
        Kind::HousingRenovationMilestone(said) => said.block,
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
