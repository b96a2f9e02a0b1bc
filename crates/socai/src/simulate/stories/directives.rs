//! Tasks that the district sets each month, and what becomes of them.

use anyhow::Result;
use socai_domain::CivilDate;
use socai_proto::v1::{self, DirectiveClass as Class, DirectiveStatus as Status, event::Kind};
use socai_tlog::{EventName, UnitNo};

use crate::simulate::{
    day::{Agenda, Day, Story},
    dice::Dice,
    offices::{CLEARANCE, CULTURE, EDUCATION, FINANCE, OFFICE, POLICE, PROJECTS, SOCIAL, TAX, URBAN},
    said::{Said, reference},
};

const TASKS: [&str; 6] = [
    "Đẩy nhanh tiến độ giải ngân vốn đầu tư công",
    "Tăng cường thu ngân sách, chống thất thu thuế",
    "Lập lại trật tự đô thị trên các tuyến phố chính",
    "Chăm lo đời sống nhân dân",
    "Bảo đảm an toàn phòng cháy, chữa cháy",
    "Nâng cao chất lượng giải quyết thủ tục hành chính",
];

#[derive(Debug)]
struct Task {
    case: String,
    lead: UnitNo,
    due_on: CivilDate,
    issued: EventName,
    last: EventName,
}

/// The story.
pub struct Directives {
    dice: Dice,
    agenda: Agenda<(Status, Task)>,
    tasks: u64,
}

impl Directives {
    pub fn new(seed: u64) -> Self {
        Directives { dice: Dice::of(seed, "directives"), agenda: Agenda::default(), tasks: 0 }
    }

    fn issue(&mut self, day: &mut Day<'_>, class: Class, number: u32) {
        self.tasks += 1;
        let dice = &mut self.dice;
        let lead = match class {
            Class::ClearanceProject => CLEARANCE,
            _ => *dice.pick(&[FINANCE, TAX, PROJECTS, URBAN, POLICE, SOCIAL, CULTURE, EDUCATION, OFFICE]),
        };
        let ward = day.any_ward(dice);
        let due_on = day.in_days(dice.days(20, 80));
        let case = format!("nv-{}", self.tasks);
        let issued = v1::DirectiveIssued {
            directive: format!("nv-{}-{:02}", day.date.year(), day.date.month()),
            number,
            text: (*dice.pick(&TASKS)).to_owned(),
            lead_unit: day.id(lead),
            with_units: vec![day.ward(ward).1],
            due_on: due_on.yyyymmdd(),
            depends_on: i32::from(dice.chance(100)),
            class: class.into(),
        };
        let name = day.say(OFFICE, Said::new(day.date, Kind::DirectiveIssued(issued)).of(&case).public());
        let task = Task { case, lead, due_on, issued: name, last: name };
        self.agenda.add(day.in_days(self.dice.days(5, 20)), (Status::InProgress, task));
    }

    fn progress(&mut self, day: &mut Day<'_>, status: Status, mut task: Task) {
        let is_late = status == Status::InProgress && day.date > task.due_on;
        let said_status = if is_late { Status::Late } else { status };
        let progressed = v1::DirectiveProgressed {
            status: said_status.into(),
            note: String::new(),
            evidence: (task.last != task.issued).then(|| reference(task.last)).into_iter().collect(),
        };
        let said =
            Said::new(day.date, Kind::DirectiveProgressed(progressed)).of(&task.case).after(task.issued);
        task.last = day.say(task.lead, said.public());
        if !matches!(status, Status::Done | Status::Cancelled) {
            let next = self.dice.weighed(&[
                (50, Status::Done),
                (40, Status::InProgress),
                (6, Status::WaitingOnHigherLevel),
                (4, Status::Cancelled),
            ]);
            let after = self.dice.days(10, 30);
            self.agenda.add(day.in_days(after), (next, task));
        }
    }
}

impl Story for Directives {
    fn tell(&mut self, day: &mut Day<'_>) -> Result<()> {
        for (status, task) in self.agenda.due(day.date) {
            self.progress(day, status, task);
        }
        if day.number == 1 {
            let begun = [(Class::Programme, 8), (Class::Scheme, 12), (Class::Plan, 20)];
            let mut number = 100;
            for (class, count) in begun {
                for _ in 0..count {
                    number += 1;
                    self.issue(day, class, number);
                }
            }
        }
        if day.is_first_from(3) {
            let tasks = self.dice.few(5, 9);
            (1..=tasks).for_each(|number| self.issue(day, Class::TaskGroup, number));
            (1..=self.dice.few(0, 3))
                .for_each(|number| self.issue(day, Class::ClearanceProject, 50 + number));
        }
        Ok(())
    }
}
