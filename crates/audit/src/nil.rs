//! Nil declarations against the gapless chains of the units that made them.
//!
//! A closing is a record of its unit's chain, and the chain below it is verified to have no gap: what the unit had sealed by then is all there.
//! A unit that declared "none" although it had sealed such a fact itself contradicts itself. That is for the unit to explain, no
//! damage of the ledger: the report tells it and the verdict stays. `audit findings` has the same check as a row of its table.

use serde::Serialize;
use socai_domain::{
    CivilDate,
    tables::{Check, FindingRule, Severity},
};
use socai_fold::{Fold, findings::Findings};
use socai_follow::{LogFacts, ReplayError, recorded};
use socai_log::Reader;
use socai_tlog::LeafIndex;

/// The most contradictions that are told one by one.
const MAX_TOLD: usize = 100;

/// What was compared, and what contradicts itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct NilAnswer {
    /// Closings that declare something nil.
    pub closings: u64,
    /// Declarations in them: kinds and indicators.
    pub declarations: u64,
    /// How many declarations are contradicted by records that their unit had sealed before.
    pub contradicted: u64,
    /// The first of them, at most 100.
    pub told: Vec<NilLine>,
}

/// A declaration and what contradicts it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NilLine {
    /// The unit's id.
    pub unit: String,
    /// The closing, `unit/number`.
    pub closing: String,
    /// How many records of the unit contradict it.
    pub records: u64,
    /// The first of them, `unit/number`.
    pub first: String,
    /// What it says, in English.
    pub what: String,
    /// The same in Vietnamese.
    #[serde(skip)]
    pub what_vi: String,
}

/// Compares every declaration that counts at the fold's size.
pub(crate) fn judge(reader: &Reader, fold: &Fold) -> Result<NilAnswer, ReplayError> {
    let declaring = || fold.closings().iter().filter(|closing| !closing.nil.is_empty());
    let mut answer = NilAnswer {
        closings: declaring().count() as u64,
        declarations: declaring().map(|closing| closing.nil.len() as u64).sum(),
        ..NilAnswer::default()
    };
    if answer.closings == 0 {
        return Ok(answer);
    }
    let rule = rule();
    let facts = LogFacts { reader, within: fold.size() };
    let mut pass = Findings::new(fold, [&rule], CivilDate::MAX);
    reader.for_each(LeafIndex(0), fold.size(), |record| -> Result<(), ReplayError> {
        Ok(pass.visit(&recorded(&record)?, record.recorded_at_ms(), &facts)?)
    })?;
    let found = pass.finish(&facts)?;
    answer.contradicted = found.len() as u64;
    answer.told = found
        .into_iter()
        .take(MAX_TOLD)
        .map(|found| {
            let name = |at: usize| found.facts.get(at).map_or_else(String::new, |fact| fact.name.to_string());
            let unit = fold.registry().unit(found.unit);
            NilLine {
                unit: unit.map_or_else(|| found.unit.to_string(), |unit| unit.id.clone()),
                closing: name(0),
                records: found.facts_in_all.saturating_sub(1),
                first: name(1),
                what: found.message_en,
                what_vi: found.message_vi,
            }
        })
        .collect();
    Ok(answer)
}

/// The check, whatever table the ledger adopted.
fn rule() -> FindingRule {
    FindingRule {
        id: "nil_contradicted".to_owned(),
        label: String::new(),
        label_en: String::new(),
        severity: Severity::High,
        source: String::new(),
        valid_from: CivilDate::MIN,
        valid_to: None,
        check: Check::NilContradicted,
    }
}
