//! Estimates, then revenue and expenditure posted on every working day.

use anyhow::Result;
use socai_domain::CivilDate;
use socai_proto::v1::{self, RevenueCategory as Category, event::Kind};

use crate::simulate::{
    day::{Day, Story, USUAL_EVENTS},
    dice::Dice,
    offices::{CULTURE, EDUCATION, FINANCE, HEALTH, OFFICE, PROJECTS, SOCIAL, TAX, TREASURY, URBAN},
    said::Said,
};

/// A billion đồng.
const BILLION: i64 = 1_000_000_000;
/// Postings of a thousand working days.
const REVENUES: u64 = 90_000;
const EXPENDITURES: u64 = 62_000;
/// Working days of a year.
const WORKING_DAYS: i64 = 248;

/// Weight and share of the year's revenue, in thousandths, of each category.
const CATEGORIES: [(u64, Category, i64); 10] = [
    (30, Category::CitNonstate, 420),
    (22, Category::Pit, 120),
    (10, Category::Vat, 110),
    (14, Category::RegistrationFee, 110),
    (5, Category::NonagriLandTax, 8),
    (3, Category::LandUseFee, 150),
    (2, Category::LandRent, 42),
    (6, Category::Ecommerce, 15),
    (6, Category::Fees, 15),
    (2, Category::Other, 10),
];

/// The story.
pub struct Budget {
    dice: Dice,
    vouchers: u64,
}

impl Budget {
    pub fn new(seed: u64) -> Self {
        Budget { dice: Dice::of(seed, "budget"), vouchers: 0 }
    }

    fn voucher(&mut self) -> String {
        self.vouchers += 1;
        format!("KB-{}", self.vouchers)
    }

    fn estimates(&mut self, day: &mut Day<'_>, action: v1::EstimateAction) {
        use v1::{BudgetAuthority as By, BudgetDirection as What};
        let more = if action == v1::EstimateAction::Adjust { 40 } else { 0 };
        let rows = [
            (What::Revenue, By::City, 5_711),
            (What::Revenue, By::Council, 5_711 + more),
            (What::Expenditure, By::City, 1_190),
            (What::Expenditure, By::Council, 1_205 + more),
            (What::Capital, By::City, 428),
            (What::Capital, By::Council, 441 + more),
        ];
        let rows = rows.iter().filter(|(_, by, _)| more == 0 || *by == By::Council);
        for (number, (direction, authority, billions)) in rows.enumerate() {
            let decision = format!("{}/QĐ-UBND", 3_225 + number as i64 + more);
            let estimate = v1::BudgetEstimateSet {
                fiscal_year: day.date.year() as u32,
                direction: (*direction).into(),
                authority: (*authority).into(),
                action: action.into(),
                amount: billions * BILLION,
                decision,
            };
            day.say(FINANCE, Said::new(day.date, Kind::BudgetEstimateSet(estimate)).public());
        }
    }

    fn revenue(&mut self, day: &mut Day<'_>, (fiscal_year, on): (i32, CivilDate)) {
        let (category, share) =
            self.dice.weighed(&CATEGORIES.map(|(weight, what, share)| (weight, (what, share))));
        let weight = CATEGORIES.iter().find(|row| row.1 == category).map_or(1, |row| row.0) as i64;
        // the share of the year over the postings it comes in
        let year = 5_900 * BILLION / 1_000 * share;
        let postings =
            REVENUES as i64 / 1_000 * WORKING_DAYS * weight / 100 * day.load as i64 / USUAL_EVENTS as i64;
        let mean = (year / postings.max(1)).max(1_000_000);
        let mut amount = self.dice.money(mean / 10 / 1_000 * 1_000, mean * 28 / 10, 1_000);
        if self.dice.chance(9) {
            amount = -amount / 20 - 1_000;
        }
        let is_tax = self.dice.chance(640);
        let posting = v1::BudgetRevenuePosted {
            fiscal_year: fiscal_year as u32,
            category: category.into(),
            sub_item: format!("{}", 1_000 + 50 * category as i32),
            amount,
            voucher: self.voucher(),
            collector: if is_tax { v1::Collector::Tax } else { v1::Collector::Treasury }.into(),
        };
        let by = if is_tax { TAX } else { TREASURY };
        day.say(by, Said::new(on, Kind::BudgetRevenuePosted(posting)));
    }

    fn expenditure(&mut self, day: &mut Day<'_>, (fiscal_year, on): (i32, CivilDate)) {
        let dice = &mut self.dice;
        let nature = dice.weighed(&[
            (78, v1::ExpenditureNature::Recurrent),
            (20, v1::ExpenditureNature::Capital),
            (2, v1::ExpenditureNature::Contingency),
        ]);
        let stage = dice.weighed(&[
            (16, v1::ExpenditureStage::Advance),
            (81, v1::ExpenditureStage::Final),
            (3, v1::ExpenditureStage::Recovery),
        ]);
        let postings = EXPENDITURES as i64 / 1_000 * WORKING_DAYS * day.load as i64 / USUAL_EVENTS as i64;
        let mean = 1_240 * BILLION / postings.max(1);
        let amount = dice.money(mean / 12 / 1_000 * 1_000, mean * 28 / 10, 1_000).max(1_000);
        let ward = day.any_ward(dice);
        let spending_unit = match dice.chance(400) {
            true => day.ward_on(ward, on).1,
            false => {
                day.id(*dice.pick(&[FINANCE, PROJECTS, URBAN, SOCIAL, HEALTH, CULTURE, EDUCATION, OFFICE]))
            }
        };
        let posting = v1::BudgetExpenditurePosted {
            fiscal_year: fiscal_year as u32,
            spending_unit,
            nature: nature.into(),
            unplanned: self.dice.chance(45),
            stage: stage.into(),
            amount: if stage == v1::ExpenditureStage::Recovery { -amount / 4 - 1 } else { amount },
            voucher: self.voucher(),
        };
        day.say(TREASURY, Said::new(on, Kind::BudgetExpenditurePosted(posting)));
    }

    /// Of which year and day a posting is: January still posts the year before, and some vouchers come a few days late.
    fn book_of(&mut self, day: &Day<'_>) -> (i32, CivilDate) {
        if day.date.month() == 1 && self.dice.chance(60) {
            return (day.date.year() - 1, day.date);
        }
        let late = if self.dice.chance(25) { self.dice.days(1, 6) } else { 0 };
        let on = day.date.add_days(-late).unwrap_or(day.date);
        (on.year(), on)
    }
}

impl Story for Budget {
    fn tell(&mut self, day: &mut Day<'_>) -> Result<()> {
        if day.number == 0 {
            self.estimates(day, v1::EstimateAction::Assign);
        }
        if day.is_first_from(10) && day.date.month() == 7 {
            self.estimates(day, v1::EstimateAction::Adjust);
        }
        for _ in 0..day.times(&mut self.dice, REVENUES) {
            let book = self.book_of(day);
            self.revenue(day, book);
        }
        for _ in 0..day.times(&mut self.dice, EXPENDITURES) {
            let book = self.book_of(day);
            self.expenditure(day, book);
        }
        Ok(())
    }
}
