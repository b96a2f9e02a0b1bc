//! What budgets spent on gifts against what was given: equal by programme, and nothing at all for gifts of social organisations.
//!
//! A posting is for the programme of the first batch that it refers to. A budget has some days to pay for a batch.

use std::collections::BTreeMap;

use socai_domain::{
    CivilDate, Dong, Kind,
    lifecycle::{finding::money, gift},
    tables::FindingRule,
};
use socai_proto::v1::GiftSource;
use socai_tlog::EventName;

use super::{
    gathered::MOST_GATHERED,
    watch::{Counted, Raw, Watch},
};
use crate::{recorded::Facts, verdict::FoldError};

/// Batches, and postings that refer to anything.
pub(super) struct GiftsAgainstExpenditure<'f> {
    rule: &'f FindingRule,
    on: CivilDate,
    tolerance: Dong,
    days: i64,
    batches: BTreeMap<EventName, Batch>,
    postings: Vec<Posting>,
}

struct Batch {
    programme: Box<str>,
    is_budgets: bool,
    on: CivilDate,
    /// Without what came back.
    amount: i128,
}

struct Posting {
    on: CivilDate,
    name: EventName,
    amount: i64,
    refs: Vec<EventName>,
}

/// Both sides of a programme.
#[derive(Default)]
struct Sides<'a> {
    given: i128,
    /// Of batches that budgets should have paid for by the asked day.
    due: i128,
    spent: i128,
    batches: Vec<(&'a EventName, &'a Batch)>,
    postings: Vec<&'a Posting>,
}

impl<'f> GiftsAgainstExpenditure<'f> {
    pub fn new(rule: &'f FindingRule, on: CivilDate, tolerance: Dong, days: i64) -> Self {
        GiftsAgainstExpenditure { rule, on, tolerance, days, batches: BTreeMap::new(), postings: vec![] }
    }

    fn sides(&self) -> BTreeMap<(&str, bool), Sides<'_>> {
        let mut sides: BTreeMap<(&str, bool), Sides<'_>> = BTreeMap::new();
        for (name, batch) in &self.batches {
            let side = sides.entry((&batch.programme, batch.is_budgets)).or_default();
            side.batches.push((name, batch));
            if batch.is_budgets {
                side.given += batch.amount;
                let is_due = i64::from(self.on.days_since(batch.on)) > self.days;
                side.due += if is_due { batch.amount } else { 0 };
            }
        }
        for posting in &self.postings {
            let Some(batch) = posting.refs.iter().find_map(|name| self.batches.get(name)) else { continue };
            let side = sides.entry((&batch.programme, batch.is_budgets)).or_default();
            side.spent += i128::from(posting.amount);
            side.postings.push(posting);
        }
        sides
    }

    fn differs(&self, programme: &str, is_budgets: bool, side: &Sides<'_>) -> Option<Raw<'f>> {
        let tolerance = i128::from(self.tolerance.0);
        let off = match (side.given - side.spent, side.due - side.spent) {
            (too_much, _) if too_much < -tolerance => too_much,
            (_, too_little) if too_little > tolerance => too_little,
            _ => return None,
        };
        let (given, spent) = (money(Dong::clamped(side.given)), money(Dong::clamped(side.spent)));
        let (vi, en) = match is_budgets {
            true => (
                format!("{programme}: đã trao quà {given} đồng từ ngân sách, đã chi {spent} đồng"),
                format!(
                    "{programme}: gifts of {given:#} VND delivered from a budget, {spent:#} spent on them"
                ),
            ),
            false => (
                format!("{programme}: ngân sách chi {spent} đồng cho quà của tổ chức xã hội"),
                format!("{programme}: {spent:#} VND of a budget spent on gifts of social organisations"),
            ),
        };
        let batches = side.batches.iter().map(|(name, _)| **name).take(MOST_GATHERED);
        let postings = side.postings.iter().map(|posting| posting.name).take(MOST_GATHERED);
        let on = side.batches.iter().map(|(_, batch)| batch.on);
        let on = on.chain(side.postings.iter().map(|posting| posting.on)).max()?;
        let first = **side.batches.first().map(|(name, _)| name)?;
        let facts = batches.chain(postings).collect();
        let mut raw = Raw::new(self.rule, first.unit, on, facts, vi, en);
        raw.extent.amount = Some(Dong::clamped(off));
        raw.facts_in_all = (side.batches.len() + side.postings.len()) as u64;
        Some(raw)
    }
}

impl<'f> Watch<'f> for GiftsAgainstExpenditure<'f> {
    fn fact(&mut self, fact: &Counted<'_>, _: &dyn Facts) -> Result<(), FoldError> {
        match fact.event.kind() {
            Kind::GiftDelivered(said) if self.rule.judges(fact.day()) => {
                let gifts = i128::from(gift::given(said));
                let batch = Batch {
                    programme: said.programme.into(),
                    is_budgets: said.source() != GiftSource::SocialOrg,
                    on: fact.day(),
                    amount: gifts * i128::from(said.unit_value),
                };
                self.batches.insert(fact.name, batch);
            }
            Kind::BudgetExpenditurePosted(said) => {
                let refs: Vec<_> = fact.event.refs().collect();
                if !refs.is_empty() {
                    let (on, name, amount) = (fact.day(), fact.name, said.amount);
                    self.postings.push(Posting { on, name, amount, refs });
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn finish(self: Box<Self>, _: &dyn Facts, out: &mut Vec<Raw<'f>>) -> Result<(), FoldError> {
        let sides = self.sides();
        out.extend(sides.iter().filter_map(|((id, is_budgets), side)| self.differs(id, *is_budgets, side)));
        Ok(())
    }
}
