//! Fines that were paid against revenue that was posted as fines: equal by fiscal year, or money is missing somewhere.

use std::collections::BTreeMap;

use socai_domain::{
    CivilDate, Dong, Kind,
    lifecycle::finding::{day, money},
    tables::FindingRule,
};
use socai_proto::v1::RevenueCategory;
use socai_tlog::EventName;

use super::{
    gathered::MOST_GATHERED,
    watch::{Counted, Raw, Watch},
};
use crate::{recorded::Facts, verdict::FoldError};

/// Both sides, by fiscal year and day.
pub(super) struct Fines<'f> {
    rule: &'f FindingRule,
    tolerance: Dong,
    years: BTreeMap<i32, BTreeMap<CivilDate, Day>>,
}

/// What was paid and posted on a day.
#[derive(Default)]
struct Day {
    paid: i128,
    posted: i128,
    count: u64,
    /// The first few facts.
    names: Vec<EventName>,
}

impl<'f> Fines<'f> {
    pub fn new(rule: &'f FindingRule, tolerance: Dong) -> Self {
        Fines { rule, tolerance, years: BTreeMap::new() }
    }
}

impl<'f> Watch<'f> for Fines<'f> {
    fn fact(&mut self, fact: &Counted<'_>, _: &dyn Facts) -> Result<(), FoldError> {
        let (year, paid, posted) = match fact.event.kind() {
            Kind::PenaltyPaymentReceived(payment) => {
                (fact.day().year(), i128::from(payment.amount) + i128::from(payment.late_interest), 0)
            }
            Kind::BudgetRevenuePosted(posting) if posting.category() == RevenueCategory::Fines => {
                let year = i32::try_from(posting.fiscal_year).unwrap_or(i32::MAX);
                (year, 0, i128::from(posting.amount))
            }
            _ => return Ok(()),
        };
        if self.rule.judges(fact.day()) {
            let day = self.years.entry(year).or_default().entry(fact.day()).or_default();
            (day.paid, day.posted, day.count) = (day.paid + paid, day.posted + posted, day.count + 1);
            if day.names.len() < MOST_GATHERED {
                day.names.push(fact.name);
            }
        }
        Ok(())
    }

    fn finish(self: Box<Self>, _: &dyn Facts, out: &mut Vec<Raw<'f>>) -> Result<(), FoldError> {
        for (year, days) in &self.years {
            let paid = Dong::clamped(days.values().map(|day| day.paid).sum());
            let posted = Dong::clamped(days.values().map(|day| day.posted).sum());
            let off = Dong::clamped(i128::from(paid.0) - i128::from(posted.0));
            if off.0.unsigned_abs() > self.tolerance.0.unsigned_abs() {
                out.extend(self.differs(*year, days, (paid, posted, off)));
            }
        }
        Ok(())
    }
}

impl<'f> Fines<'f> {
    /// The difference of a year, with the facts of the first days on which both sides differ.
    fn differs(
        &self,
        year: i32,
        days: &BTreeMap<CivilDate, Day>,
        (paid, posted, off): (Dong, Dong, Dong),
    ) -> Option<Raw<'f>> {
        let mut differing = days.iter().filter(|(_, day)| day.paid != day.posted).peekable();
        let (first, _) = *differing.peek()?;
        let names: Vec<EventName> =
            differing.flat_map(|(_, day)| day.names.iter().copied()).take(MOST_GATHERED).collect();
        let (paid, posted, since) = (money(paid), money(posted), day(*first));
        let mut raw = Raw::new(
            self.rule,
            names.first()?.unit,
            *first,
            names,
            format!("năm {year}: đã thu phạt {paid}, ghi thu ngân sách {posted} đồng; khác từ {since}"),
            format!(
                "{year}: {paid:#} VND of fines paid, {posted:#} posted as revenue; they differ from {first} on"
            ),
        );
        raw.extent.amount = Some(off);
        raw.facts_in_all = days.values().filter(|day| day.paid != day.posted).map(|day| day.count).sum();
        Some(raw)
    }
}
