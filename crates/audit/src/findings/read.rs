//! Reading a log for findings.

use socai_domain::{
    CivilDate, Dong, Registry,
    tables::{self, FindingRule, Table},
    time::vietnam_rfc3339,
};
use socai_fold::{
    Adopted, Fold,
    findings::{self, Found, FoundFact, Seen, Sightings},
};
use socai_follow::{LogFacts, ReplayError, recorded, replay};
use socai_log::Reader;
use socai_proto::nearest;
use socai_tlog::{LeafIndex, Policy, TreeSize, UnitNo};

use super::{EventLine, Findings, FindingsError, Line, RuleLine, SeenLine, TableUsed};
use crate::{
    place::Place,
    sightings::{Reading, gather, judge},
    witnesses::OwnRoots,
};

/// What is asked of a ledger.
#[derive(Clone, Debug)]
pub struct Question {
    /// The day: facts after it are left out, terms and interest run up to it.
    pub on: CivilDate,
    /// Entries that are known.
    pub size: TreeSize,
    /// Only this rule.
    pub rule: Option<String>,
    /// Only what concerns this unit: a number or an id.
    pub unit: Option<String>,
    /// The auditor's own table instead of the adopted one: where it was read and what it says.
    pub own_table: Option<(String, String)>,
}

/// Folds the log to the cut-off and looks for what the table says.
///
/// # Errors
/// The log cannot be read, there is no table, or it has no such rule.
pub fn find(reader: &Reader, question: &Question) -> Result<Findings, FindingsError> {
    let mut fold = Fold::new();
    replay(reader, &mut fold, question.size, |_, _| ())?;
    let own = question.own_table.as_ref().map(|(path, content)| own_table(path, content)).transpose()?;
    let (table, rules) = match &own {
        Some((table, rules)) => (table.clone(), rules.as_slice()),
        None => {
            let (adopted, rules) = fold.rulebook().findings(question.on).ok_or(FindingsError::NoTable)?;
            (adopted_table(adopted), rules)
        }
    };
    let rules = asked(rules, question.rule.as_deref())?;
    let unit = question.unit.as_deref().map(|text| unit(fold.registry(), text)).transpose()?;
    let sightings = sightings(reader)?;
    let mut found = passed(reader, &fold, question, &rules, &sightings)?;
    found.retain(|found| unit.is_none_or(|unit| concerns(found, unit)));
    Ok(Findings {
        on: question.on.to_string(),
        size: question.size.0,
        root: match question.size {
            TreeSize(0) => None,
            size => Some(reader.root_at(size)?.to_string()),
        },
        sightings: sightings.len() as u64,
        table,
        rules: rules.iter().map(|rule| rule_line(rule, &found)).collect(),
        findings: found.iter().map(|found| line(found, fold.registry(), &sightings)).collect(),
    })
}

/// What witnesses saw, as far as it lies beside the log and verifies; what does not is for `audit verify` to tell.
fn sightings(reader: &Reader) -> Result<Sightings, FindingsError> {
    let place = Place::of_log(reader.dir());
    let policy = std::fs::read(place.policy()).ok().and_then(|policy| Policy::parse(&policy).ok());
    let Some(policy) = policy.filter(Policy::asks_for_witnesses) else { return Ok(Sightings::default()) };
    let Some(log) = policy.logs().first() else { return Ok(Sightings::default()) };
    let (origin, threads) = (log.key.name(), std::thread::available_parallelism().map_or(1, usize::from));
    let own = OwnRoots::new(reader, &place, origin, threads);
    let reading = Reading {
        own: &own,
        policy: &policy,
        origin,
        size: reader.committed()?.size,
        from: TreeSize(0),
        threads,
        live: true,
    };
    let mut gathered = gather(&place, reading);
    let newest = std::fs::read(place.cosigned()).ok();
    if let Some(Ok(Some(opened))) = newest.map(|note| judge(&note, reading)) {
        gathered.see(&opened);
    }
    Ok(Sightings::of(gathered.sightings))
}

fn passed<'f>(
    reader: &Reader,
    fold: &'f Fold,
    question: &Question,
    rules: &[&'f FindingRule],
    sightings: &'f Sightings,
) -> Result<Vec<Found<'f>>, FindingsError> {
    let facts = LogFacts { reader, within: question.size };
    let mut pass = findings::Findings::witnessed(fold, rules.iter().copied(), question.on, sightings);
    loop {
        reader.for_each(LeafIndex(0), question.size, |record| -> Result<(), ReplayError> {
            Ok(pass.visit(&recorded(&record)?, record.recorded_at_ms(), &facts)?)
        })?;
        if !pass.wants_again()? {
            return Ok(pass.finish(&facts)?);
        }
    }
}

fn own_table(path: &str, content: &str) -> Result<(TableUsed, Vec<FindingRule>), FindingsError> {
    match tables::parse("findings", content)? {
        Table::Findings(rules) => {
            let digest = socai_tlog::Digest::of(content.as_bytes()).to_string();
            Ok((TableUsed::File { path: path.to_owned(), digest }, rules))
        }
        _ => Err(FindingsError::NoTable),
    }
}

fn adopted_table(adopted: &Adopted) -> TableUsed {
    TableUsed::Adopted {
        version: adopted.version,
        effective_from: adopted.effective_from.to_string(),
        leaf: adopted.leaf.0,
        legal_source: adopted.legal_source.clone(),
    }
}

/// All rules, or those of one id.
fn asked<'f>(rules: &'f [FindingRule], id: Option<&str>) -> Result<Vec<&'f FindingRule>, FindingsError> {
    let chosen: Vec<_> = rules.iter().filter(|rule| id.is_none_or(|id| rule.id == id)).collect();
    match id {
        Some(id) if chosen.is_empty() => {
            let known: Vec<_> = rules.iter().map(|rule| rule.id.as_str()).collect();
            let near = nearest(id, known.iter().copied()).map(str::to_owned);
            Err(FindingsError::UnknownRule { got: id.to_owned(), near, known: known.join(", ") })
        }
        _ => Ok(chosen),
    }
}

fn unit(registry: &Registry, text: &str) -> Result<UnitNo, FindingsError> {
    let by_number = text.parse().ok().map(UnitNo).filter(|no| registry.unit(*no).is_some());
    let unit = by_number.or_else(|| registry.by_id(text).map(|unit| unit.no));
    unit.ok_or_else(|| {
        let ids = registry.units().map(|unit| unit.id.as_str());
        let near = nearest(text, ids).map(str::to_owned);
        FindingsError::UnknownUnit { got: text.to_owned(), near }
    })
}

/// Whether a finding is about a unit or about a fact of it.
fn concerns(found: &Found<'_>, unit: UnitNo) -> bool {
    found.unit == unit || found.facts.iter().any(|fact| fact.name.unit == unit)
}

fn rule_line(rule: &FindingRule, found: &[Found<'_>]) -> RuleLine {
    let found: Vec<_> = found.iter().filter(|found| std::ptr::eq(found.rule, rule)).collect();
    let amounts = found.iter().filter_map(|found| found.extent.amount);
    let amount = Dong::checked_sum(amounts.clone()).filter(|_| amounts.count() > 0);
    let label_en = if rule.label_en.is_empty() { &rule.label } else { &rule.label_en };
    RuleLine {
        id: rule.id.clone(),
        label: rule.label.clone(),
        label_en: label_en.clone(),
        severity: rule.severity.name(),
        source: rule.source.clone(),
        found: found.len() as u64,
        amount: amount.map(|amount| amount.0),
    }
}

fn line(found: &Found<'_>, registry: &Registry, sightings: &Sightings) -> Line {
    Line {
        rule: found.rule.id.clone(),
        severity: found.rule.severity.name(),
        unit: id(registry, found.unit),
        on: found.on.to_string(),
        case: found.case.clone(),
        message_vi: found.message_vi.clone(),
        message_en: found.message_en.clone(),
        amount: found.extent.amount.map(|amount| amount.0),
        interest: found.extent.interest.map(|interest| interest.0),
        days: found.extent.days,
        source: found.source.clone(),
        events_in_all: found.facts_in_all,
        events: found.facts.iter().map(|fact| event(fact, registry, sightings)).collect(),
    }
}

fn event(fact: &FoundFact, registry: &Registry, sightings: &Sightings) -> EventLine {
    let seen = |seen: Seen<'_>| SeenLine {
        at: vietnam_rfc3339(seen.at_ms),
        size: seen.size.0,
        by: seen.by.to_owned(),
    };
    EventLine {
        event: fact.name.to_string(),
        leaf: fact.leaf.map(|leaf| leaf.0),
        unit: id(registry, fact.name.unit),
        kind: fact.kind,
        on: fact.occurred_on.map(|on| on.to_string()),
        document: fact.document.clone(),
        unseen: fact.leaf.and_then(|leaf| sightings.without(leaf)).map(seen),
        seen: fact.leaf.and_then(|leaf| sightings.with(leaf)).map(seen),
    }
}

fn id(registry: &Registry, no: UnitNo) -> String {
    registry.unit(no).map_or_else(|| no.to_string(), |unit| unit.id.clone())
}
