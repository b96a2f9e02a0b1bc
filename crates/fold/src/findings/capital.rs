//! Disbursements of all projects against the capital plan of their year. There is no plan of a single project in any fact.

use std::collections::BTreeMap;

use socai_domain::{CivilDate, Dong, Kind, lifecycle::finding::money, tables::FindingRule};
use socai_proto::v1::{BudgetAuthority, BudgetDirection};
use socai_tlog::EventName;

use super::{
    gathered::MOST_GATHERED,
    watch::{Counted, Raw, Watch},
};
use crate::{recorded::Facts, verdict::FoldError};

/// Plans and payments by year.
pub(super) struct CapitalPlan<'f> {
    rule: &'f FindingRule,
    tolerance: Dong,
    years: BTreeMap<u32, Year>,
}

#[derive(Default)]
struct Year {
    /// What each authority set last.
    plans: BTreeMap<i32, Plan>,
    payments: Vec<(CivilDate, EventName, i64)>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Plan {
    set_on: CivilDate,
    name: EventName,
    amount: i64,
}

impl<'f> CapitalPlan<'f> {
    pub fn new(rule: &'f FindingRule, tolerance: Dong) -> Self {
        CapitalPlan { rule, tolerance, years: BTreeMap::new() }
    }

    /// What was paid beyond the larger of the city's and the council's plan, with the payments that went beyond it.
    fn beyond(&self, year: u32, of: &Year) -> Option<Raw<'f>> {
        let plan = of.plans.values().max_by_key(|plan| (plan.amount, plan.set_on, plan.name))?;
        let allowed = i128::from(plan.amount) + i128::from(self.tolerance.0);
        let mut payments = of.payments.clone();
        payments.sort_unstable();
        let (mut paid, mut over) = (0_i128, vec![]);
        for (_, name, amount) in &payments {
            paid += i128::from(*amount);
            if paid > allowed {
                over.push(*name);
            }
        }
        let (last, ..) = payments.last()?;
        if paid <= allowed || !self.rule.judges(*last) {
            return None;
        }
        let (count, excess) = (over.len() as u64, Dong::clamped(paid - i128::from(plan.amount)));
        let (paid, planned) = (money(Dong::clamped(paid)), money(Dong(plan.amount)));
        over.drain(..over.len().saturating_sub(MOST_GATHERED));
        let mut raw = Raw::new(
            self.rule,
            plan.name.unit,
            *last,
            std::iter::once(plan.name).chain(over).collect(),
            format!("đã giải ngân {paid} đồng theo kế hoạch vốn năm {year}, kế hoạch {planned} đồng"),
            format!("{paid:#} VND paid out under the plan of {year}, which holds {planned:#}"),
        );
        raw.extent.amount = Some(excess);
        raw.facts_in_all = count + 1;
        Some(raw)
    }
}

impl<'f> Watch<'f> for CapitalPlan<'f> {
    fn fact(&mut self, fact: &Counted<'_>, _: &dyn Facts) -> Result<(), FoldError> {
        match fact.event.kind() {
            Kind::BudgetEstimateSet(said)
                if said.direction() == BudgetDirection::Capital
                    && matches!(said.authority(), BudgetAuthority::City | BudgetAuthority::Council) =>
            {
                let plan = Plan { set_on: fact.day(), name: fact.name, amount: said.amount };
                let year = self.years.entry(said.fiscal_year).or_default();
                let known = year.plans.entry(said.authority).or_insert(plan);
                if (known.set_on, known.name) < (plan.set_on, plan.name) {
                    *known = plan;
                }
            }
            Kind::ProjectDisbursed(said) => {
                let year = self.years.entry(said.plan_year).or_default();
                year.payments.push((fact.day(), fact.name, said.amount));
            }
            _ => {}
        }
        Ok(())
    }

    fn finish(self: Box<Self>, _: &dyn Facts, out: &mut Vec<Raw<'f>>) -> Result<(), FoldError> {
        out.extend(self.years.iter().filter_map(|(year, of)| self.beyond(*year, of)));
        Ok(())
    }
}
