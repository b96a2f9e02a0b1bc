//! Old apartment blocks, from the list to new flats, milestone by milestone.

use anyhow::Result;
use socai_proto::v1::{self, RenovationMilestone as Milestone, SafetyGrade, event::Kind};
use socai_tlog::EventName;

use crate::simulate::{
    day::{Agenda, Day, Story},
    dice::Dice,
    offices::{URBAN, Ward},
    said::Said,
};

/// Blocks of the district.
const BLOCKS: u32 = 40;

const MILESTONES: [Milestone; 8] = [
    Milestone::Inventoried,
    Milestone::SafetyGraded,
    Milestone::PlanApproved,
    Milestone::InvestorSelected,
    Milestone::CompensationApproved,
    Milestone::Demolished,
    Milestone::Started,
    Milestone::Completed,
];

#[derive(Debug)]
struct Block {
    id: String,
    ward: Ward,
    next: usize,
    grade: SafetyGrade,
    households: u32,
    last: Option<EventName>,
}

/// The story.
pub struct Housing {
    dice: Dice,
    agenda: Agenda<Block>,
}

impl Housing {
    pub fn new(seed: u64) -> Self {
        Housing { dice: Dice::of(seed, "housing"), agenda: Agenda::default() }
    }
}

impl Story for Housing {
    fn tell(&mut self, day: &mut Day<'_>) -> Result<()> {
        if day.number == 0 {
            for number in 1..=BLOCKS {
                let block = Block {
                    id: format!("chung-cu-{number}"),
                    ward: day.any_ward(&mut self.dice),
                    next: self.dice.weighed(&[(5, 0), (3, 1), (2, 2), (1, 4)]),
                    grade: SafetyGrade::Unspecified,
                    households: self.dice.few(12, 160),
                    last: None,
                };
                self.agenda.add(day.in_days(self.dice.days(3, 200)), block);
            }
        }
        for mut block in self.agenda.due(day.date) {
            let milestone = MILESTONES[block.next];
            if block.next >= 1 && block.grade == SafetyGrade::Unspecified {
                block.grade = self.dice.weighed(&[
                    (1, SafetyGrade::A),
                    (3, SafetyGrade::B),
                    (4, SafetyGrade::C),
                    (1, SafetyGrade::D),
                ]);
            }
            let reached = v1::HousingRenovationMilestone {
                block: block.id.clone(),
                milestone: milestone.into(),
                grade: block.grade.into(),
                households: block.households,
            };
            let place = day.ward(block.ward).1;
            let said = Said::new(day.date, Kind::HousingRenovationMilestone(reached))
                .of(&block.id)
                .at(&place)
                .public();
            block.last = Some(day.say(URBAN, block.last.into_iter().fold(said, Said::after)));
            block.next += 1;
            if block.next < MILESTONES.len() {
                let after = self.dice.days(25, 140);
                self.agenda.add(day.in_days(after), block);
            }
        }
        Ok(())
    }
}
