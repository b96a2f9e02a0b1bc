//! Capital projects: registered, appraised, paid month by month, accepted, settled; the land of some has to be cleared first.

use anyhow::Result;
use socai_proto::v1::{self, AcceptanceKind, AppraisedDoc, DisbursementKind as Payment, event::Kind};
use socai_tlog::EventName;

use crate::simulate::{
    day::{Agenda, Day, Story},
    dice::Dice,
    offices::{FINANCE, PROJECTS, TREASURY},
    said::Said,
};

/// Projects that run when the year begins, and how many more come in a thousand working days.
const RUNNING: u64 = 24;
const NEW: u64 = 60;

const NAMES: [&str; 6] = [
    "Cải tạo, nâng cấp tuyến ngõ số",
    "Xây dựng trường mầm non số",
    "Cải tạo nhà văn hóa tổ dân phố số",
    "Hạ tầng kỹ thuật khu dân cư số",
    "Cải tạo trạm y tế số",
    "Mở rộng tuyến đường số",
];

#[derive(Clone, Debug)]
struct Project {
    id: String,
    registered: EventName,
    works: Vec<String>,
    left: i64,
}

#[derive(Debug)]
enum Step {
    Appraise(AppraisedDoc),
    Pay(Payment),
    Accept,
    Settle,
}

/// The story.
pub struct Projects {
    dice: Dice,
    agenda: Agenda<(Step, Project)>,
    projects: u64,
    vouchers: u64,
}

impl Projects {
    pub fn new(seed: u64) -> Self {
        Projects { dice: Dice::of(seed, "projects"), agenda: Agenda::default(), projects: 0, vouchers: 0 }
    }

    fn register(&mut self, day: &mut Day<'_>, is_running: bool) {
        self.projects += 1;
        let (dice, number) = (&mut self.dice, self.projects);
        let id = format!("da-{number}");
        let ward = day.any_ward(dice);
        let place = day.ward(ward).1;
        // so that at the usual load the capital plan holds them
        let total = dice.money(1_000_000_000, 60_000_000_000, 1_000_000);
        let works: Vec<String> = (1..=dice.few(1, 4)).map(|work| format!("{id}.ct{work}")).collect();
        let registered = v1::ProjectRegistered {
            project: id.clone(),
            names: vec![format!("{} {number}", dice.pick(&NAMES))],
            places: vec![place.clone()],
            investor: day.id(PROJECTS),
            group: if total > 45_000_000_000 { v1::ProjectGroup::B } else { v1::ProjectGroup::C }.into(),
            source: dice.weighed(&[(6, v1::CapitalSource::District), (2, v1::CapitalSource::City)]).into(),
            total_investment: total,
            key: dice.chance(150),
            works: works
                .iter()
                .enumerate()
                .map(|(at, work)| v1::ProjectWork {
                    work: work.clone(),
                    name: format!("Hạng mục {}", at + 1),
                })
                .collect(),
        };
        let said = Said::new(day.date, Kind::ProjectRegistered(registered)).of(&id).at(&place).public();
        let project = Project { registered: day.say(PROJECTS, said), id, works, left: total };
        let (after, step) = match (is_running, total < 15_000_000_000) {
            (true, _) => (self.dice.days(2, 40), Step::Pay(Payment::Payment)),
            (false, true) => (self.dice.days(15, 60), Step::Appraise(AppraisedDoc::EconomicTechnicalReport)),
            (false, false) => (self.dice.days(30, 90), Step::Appraise(AppraisedDoc::Feasibility)),
        };
        self.agenda.add(day.in_days(after), (step, project));
    }

    fn go_on(&mut self, day: &mut Day<'_>, step: Step, mut project: Project) {
        let (today, case, registered) = (day.date, project.id.clone(), project.registered);
        let said = |kind| Said::new(today, kind).of(&case).after(registered).public();
        let (after, next) = match step {
            Step::Appraise(doc_kind) => {
                let result = self.dice.weighed(&[
                    (80, v1::AppraisalResult::Pass),
                    (15, v1::AppraisalResult::Conditional),
                    (5, v1::AppraisalResult::Fail),
                ]);
                let appraised = v1::ProjectAppraised {
                    project: project.id.clone(),
                    work: String::new(),
                    doc_kind: doc_kind.into(),
                    result: result.into(),
                    appraised_value: project.left / 100 * 97,
                };
                day.say(FINANCE, said(Kind::ProjectAppraised(appraised)));
                match (result, doc_kind) {
                    (v1::AppraisalResult::Fail, same) => (60, Step::Appraise(same)),
                    (_, AppraisedDoc::Feasibility) => (50, Step::Appraise(AppraisedDoc::Design)),
                    _ => (40, Step::Pay(Payment::Advance)),
                }
            }
            Step::Pay(kind) => {
                self.vouchers += 1;
                let share = if kind == Payment::Advance { 20 } else { self.dice.between(8, 22) };
                let amount = (project.left / 100 * share).max(1_000_000);
                let paid = v1::ProjectDisbursed {
                    project: project.id.clone(),
                    plan_year: (day.date.year() - i32::from(day.date.month() == 1)) as u32,
                    kind: kind.into(),
                    amount,
                    voucher: format!("XD-{}", self.vouchers),
                };
                day.say(TREASURY, said(Kind::ProjectDisbursed(paid)));
                project.left -= amount;
                match self.dice.chance(120) {
                    true => (20, Step::Accept),
                    false => (30, Step::Pay(Payment::Payment)),
                }
            }
            Step::Accept => {
                let all = project.works.len();
                let part = if all > 1 && self.dice.chance(400) { all / 2 } else { all };
                let works: Vec<String> = project.works.drain(..part).collect();
                let is_last = project.works.is_empty();
                let accepted = v1::ProjectAccepted {
                    project: project.id.clone(),
                    works,
                    kind: if is_last || self.dice.chance(500) {
                        AcceptanceKind::Completion
                    } else {
                        AcceptanceKind::Partial
                    }
                    .into(),
                    minutes: format!("{}/BB-NT", self.dice.few(1, 400)),
                    put_into_use_on: day.date.yyyymmdd(),
                };
                day.say(PROJECTS, said(Kind::ProjectAccepted(accepted)));
                if is_last { (90, Step::Settle) } else { (45, Step::Accept) }
            }
            Step::Settle => {
                for part in 0..self.dice.few(1, 2) {
                    self.vouchers += 1;
                    let settled = v1::ProjectDisbursed {
                        project: project.id.clone(),
                        plan_year: day.date.year() as u32,
                        kind: Payment::FinalSettlement.into(),
                        amount: if part == 0 { project.left / 20 } else { 0 },
                        voucher: format!("QT-{}", self.vouchers),
                    };
                    day.say(TREASURY, said(Kind::ProjectDisbursed(settled)));
                }
                return;
            }
        };
        self.agenda.add(day.in_days(after + self.dice.days(-6, 14)), (next, project));
    }
}

impl Story for Projects {
    fn tell(&mut self, day: &mut Day<'_>) -> Result<()> {
        for (step, project) in self.agenda.due(day.date) {
            self.go_on(day, step, project);
        }
        let new = day.times(&mut self.dice, NEW);
        let running = if day.number == 1 { RUNNING as u32 } else { 0 };
        (0..running).for_each(|_| self.register(day, true));
        (0..new).for_each(|_| self.register(day, false));
        Ok(())
    }
}
