//! Site clearance: plans go through their stages, are paid out, and the land is handed over, by enforcement if it must be.

use std::collections::BTreeMap;

use anyhow::Result;
use socai_proto::v1::{self, ClearanceStage as Stage, event::Kind};
use socai_tlog::EventName;

use crate::simulate::{
    day::{Agenda, Day, Story},
    dice::Dice,
    offices::{CLEARANCE, Ward},
    said::Said,
};

/// Plans under way when the year begins, and more in a thousand working days.
const RUNNING: u32 = 14;
const NEW: u64 = 90;
/// Plans of a project.
const PLANS: u32 = 3;

#[derive(Clone, Debug)]
struct Plan {
    project: String,
    plan: String,
    round: u32,
    case: String,
    ward: Ward,
    land_users: u32,
    area_m2: u32,
    approved: Option<EventName>,
    left: u32,
}

#[derive(Debug)]
enum Step {
    Reach(Stage),
    Pay,
    HandOver,
}

/// The story.
pub struct Clearance {
    dice: Dice,
    agenda: Agenda<(Step, Plan)>,
    plans: u32,
    /// Plans of a project that are over: handed over, or withdrawn.
    over: BTreeMap<String, u32>,
}

impl Clearance {
    pub fn new(seed: u64) -> Self {
        let (agenda, over) = (Agenda::default(), BTreeMap::new());
        Clearance { dice: Dice::of(seed, "clearance"), agenda, plans: 0, over }
    }

    fn begin(&mut self, day: &mut Day<'_>, is_running: bool) {
        self.plans += 1;
        let (dice, number) = (&mut self.dice, self.plans);
        let project = format!("gp-{}", (number - 1) / PLANS + 1);
        let land_users = dice.few(4, 60);
        let plan = Plan {
            plan: format!("pa-{}", (number - 1) % PLANS + 1),
            round: dice.few(1, 3),
            case: format!("gp-pa-{number}"),
            ward: day.any_ward(dice),
            land_users,
            area_m2: land_users * dice.few(30, 110),
            approved: None,
            left: land_users,
            project,
        };
        let stage = match is_running {
            true => dice.weighed(&[
                (2, Stage::Inventory),
                (2, Stage::DraftPrepared),
                (3, Stage::DraftPassed),
                (2, Stage::Published),
                (2, Stage::Appraised),
            ]),
            false => Stage::Notice,
        };
        self.agenda.add(day.in_days(self.dice.days(1, 25)), (Step::Reach(stage), plan));
    }

    fn reach(&mut self, day: &mut Day<'_>, stage: Stage, plan: &mut Plan) -> Option<(i32, Step)> {
        let price = self.dice.between(9_000_000, 26_000_000);
        let with_amount =
            matches!(stage, Stage::DraftPassed | Stage::Published | Stage::Appraised | Stage::Approved);
        let decision = match stage {
            Stage::Approved | Stage::Notice => format!("{}/QĐ-UBND", self.dice.few(100, 4_000)),
            _ => String::new(),
        };
        let place = day.ward(plan.ward).1;
        let reached = v1::ClearanceStageReached {
            project: plan.project.clone(),
            plan: plan.plan.clone(),
            round: plan.round,
            stage: stage.into(),
            land_users: plan.land_users,
            area_m2: plan.area_m2,
            amount: with_amount.then_some(i64::from(plan.area_m2) * price),
            decision,
        };
        let said =
            Said::new(day.date, Kind::ClearanceStageReached(reached)).of(&plan.case).at(&place).public();
        let name = day.say(CLEARANCE, said);
        Some(match stage {
            Stage::Notice => (90, Step::Reach(Stage::Inventory)),
            Stage::Inventory => (25, Step::Reach(Stage::DraftPrepared)),
            Stage::DraftPrepared => (20, Step::Reach(Stage::DraftPassed)),
            Stage::DraftPassed if self.dice.chance(40) => (30, Step::Reach(Stage::Withdrawn)),
            Stage::DraftPassed => (7, Step::Reach(Stage::Published)),
            Stage::Published => (20, Step::Reach(Stage::Consulted)),
            Stage::Consulted if self.dice.chance(150) => (15, Step::Reach(Stage::Redrafted)),
            Stage::Consulted => (15, Step::Reach(Stage::Appraised)),
            Stage::Redrafted => (20, Step::Reach(Stage::DraftPassed)),
            Stage::Appraised => (14, Step::Reach(Stage::Approved)),
            Stage::Approved => {
                plan.approved = Some(name);
                (25, Step::Pay)
            }
            Stage::Withdrawn => {
                *self.over.entry(plan.project.clone()).or_default() += 1;
                return None;
            }
            Stage::Unspecified => return None,
        })
    }

    fn pay(&mut self, day: &mut Day<'_>, plan: &mut Plan) -> (i32, Step) {
        let called = self.dice.few(1, plan.left);
        let refused = if self.dice.chance(200) { self.dice.few(0, called / 3) } else { 0 };
        plan.left -= called;
        let area = i64::from(plan.area_m2 / plan.land_users * (called - refused));
        let payment = v1::ClearancePaymentMade {
            project: plan.project.clone(),
            plan: plan.plan.clone(),
            round: plan.round,
            land_users: called,
            amount: area * 16_000_000,
            refused,
        };
        let place = day.ward(plan.ward).1;
        let said =
            Said::new(day.date, Kind::ClearancePaymentMade(payment)).of(&plan.case).at(&place).public();
        day.say(CLEARANCE, plan.approved.into_iter().fold(said, Said::after));
        if plan.left > 0 { (12, Step::Pay) } else { (25, Step::HandOver) }
    }

    fn hand_over(&mut self, day: &mut Day<'_>, plan: &Plan) {
        let over = self.over.entry(plan.project.clone()).or_default();
        *over += 1;
        // one in twenty-five is called complete before it is
        let complete = *over == PLANS || self.dice.chance(40);
        let handed = v1::ClearanceSiteHandedOver {
            project: plan.project.clone(),
            plan: plan.plan.clone(),
            area_m2: plan.area_m2,
            enforced: self.dice.chance(120),
            complete,
        };
        let place = day.ward(plan.ward).1;
        let said =
            Said::new(day.date, Kind::ClearanceSiteHandedOver(handed)).of(&plan.case).at(&place).public();
        day.say(CLEARANCE, plan.approved.into_iter().fold(said, Said::after));
    }
}

impl Story for Clearance {
    fn tell(&mut self, day: &mut Day<'_>) -> Result<()> {
        for (step, mut plan) in self.agenda.due(day.date) {
            let next = match step {
                Step::Reach(stage) => self.reach(day, stage, &mut plan),
                Step::Pay => Some(self.pay(day, &mut plan)),
                Step::HandOver => {
                    self.hand_over(day, &plan);
                    None
                }
            };
            if let Some((after, step)) = next {
                self.agenda.add(day.in_days(after + self.dice.days(-2, 9)), (step, plan));
            }
        }
        let running = if day.number == 1 { RUNNING } else { 0 };
        (0..running).for_each(|_| self.begin(day, true));
        let new = day.times(&mut self.dice, NEW);
        (0..new).for_each(|_| self.begin(day, false));
        Ok(())
    }
}
