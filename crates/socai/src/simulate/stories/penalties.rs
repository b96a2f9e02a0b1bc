//! Violations: a record, a decision, a payment; some decisions late, some over competence, some never paid.

use anyhow::Result;
use socai_domain::CivilDate;
use socai_proto::v1::{
    self, ExecutionAction as Action, LongerTerm, NoPenaltyGround, PenaltyField as Field, RevisionAction,
    SignerLevel, SubjectKind, event::Kind,
};
use socai_tlog::{EventName, UnitNo};

use crate::simulate::{
    day::{Agenda, Day, Story},
    dice::Dice,
    offices::{INSPECTORATE, POLICE, TREASURY, Ward},
    said::Said,
};

/// Violations of a thousand working days that no inspection found, and those fined on the spot.
const RECORDED: u64 = 38_000;
const ON_THE_SPOT: u64 = 22_000;

/// Field, weight, its act, and the bracket of that act.
const ACTS: [(Field, u64, &str, i64, i64); 10] = [
    (Field::UrbanOrder, 30, "144/2021/NĐ-CP:7.1.a", 500_000, 1_000_000),
    (Field::TrafficOrder, 34, "100/2019/NĐ-CP:12.1", 100_000, 200_000),
    (Field::Construction, 14, "16/2022/NĐ-CP:16.4.a", 15_000_000, 20_000_000),
    (Field::Environment, 8, "45/2022/NĐ-CP:25.1.d", 1_000_000, 2_000_000),
    (Field::FoodSafety, 1, "115/2018/NĐ-CP:15.1.a", 500_000, 1_000_000),
    (Field::Health, 1, "117/2020/NĐ-CP:38.1.a", 3_000_000, 5_000_000),
    (Field::Fire, 3, "144/2021/NĐ-CP:33.2.b", 2_000_000, 3_000_000),
    (Field::Culture, 3, "38/2021/NĐ-CP:20.2.a", 2_000_000, 5_000_000),
    (Field::Trade, 4, "98/2020/NĐ-CP:17.1.c", 1_000_000, 3_000_000),
    (Field::Other, 2, "82/2020/NĐ-CP:23.1.a", 500_000, 1_500_000),
];

/// A violation as far as it has come.
#[derive(Clone, Debug)]
struct File {
    case: String,
    ward: Ward,
    act: usize,
    subject: SubjectKind,
    recorded: Option<EventName>,
    decided: Option<EventName>,
    total: i64,
    due: CivilDate,
    last_payment: Option<EventName>,
}

#[derive(Debug)]
enum Step {
    Decide,
    Close,
    Serve,
    Pay { amount: i64, instalment: Option<u32>, is_last: bool },
    Post { amount: i64 },
    Execute(Action),
    Annul,
    Revise,
}

/// The story.
pub struct Penalties {
    dice: Dice,
    agenda: Agenda<(Step, File)>,
    cases: u64,
    numbers: std::collections::BTreeMap<u32, u64>,
}

impl Penalties {
    pub fn new(seed: u64) -> Self {
        let numbers = std::collections::BTreeMap::new();
        Penalties { dice: Dice::of(seed, "penalties"), agenda: Agenda::default(), cases: 0, numbers }
    }

    fn open(&mut self, ward: Ward, act: usize, day: &Day<'_>) -> File {
        self.cases += 1;
        let subject = self.dice.weighed(&[
            (70, SubjectKind::Individual),
            (18, SubjectKind::Household),
            (12, SubjectKind::Organisation),
        ]);
        File {
            case: format!("xp-{}", self.cases),
            ward,
            act,
            subject,
            recorded: None,
            decided: None,
            total: 0,
            due: day.date,
            last_payment: None,
        }
    }

    fn record(&mut self, day: &mut Day<'_>, ward: Ward, act: usize, visit: Option<EventName>) {
        let mut file = self.open(ward, act, day);
        let (by, place) = day.ward(ward);
        let transferred = self.dice.chance(25);
        let record = v1::ViolationRecorded {
            record_no: format!("{}/BB-VPHC", self.number(by)),
            field: ACTS[act].0.into(),
            acts: vec![ACTS[act].2.to_owned()],
            subject_kind: file.subject.into(),
            subject: self.dice.token(),
            transferred,
            longer_term: 0,
        };
        let mut said = Said::new(day.date, Kind::ViolationRecorded(record)).of(&file.case).at(&place);
        if let Some(visit) = visit {
            said = said.after(visit);
        }
        file.recorded = Some(day.say(by, said));
        let step = if self.dice.chance(40) { Step::Close } else { Step::Decide };
        // seven days by law, ten working days after a transfer; one in twelve comes late
        let after = if self.dice.chance(80) { self.dice.days(10, 45) } else { self.dice.days(1, 7) };
        self.agenda.add(day.in_days(after), (step, file));
    }

    fn number(&mut self, unit: UnitNo) -> u64 {
        let number = self.numbers.entry(unit.0).or_default();
        *number += 1;
        *number
    }

    fn decide(&mut self, day: &mut Day<'_>, mut file: File, on_the_spot: bool) {
        let (field, _, act, min, max) = ACTS[file.act];
        let factor = if file.subject == SubjectKind::Organisation { 2 } else { 1 };
        let (min, max) = (min * factor, max * factor);
        let is_warning = self.dice.chance(30);
        let (amount, factors) = match self.dice.weighed(&[(8, 0), (2, 1), (1, 2)]) {
            1 => (min + (max - min) / 4, vec!["giam.9.2".to_owned()]),
            2 => (max - (max - min) / 8, vec!["tang.10.1.b".to_owned()]),
            _ => (min + (max - min) / 2, vec![]),
        };
        let amount = if is_warning { 0 } else { amount };
        let over_ward = max > 5_000_000 * factor;
        // one in forty is signed by a ward's chair who may not
        let signer_level = match field {
            Field::TrafficOrder => SignerLevel::Police,
            _ if over_ward && !self.dice.chance(25) => SignerLevel::District,
            Field::Health => SignerLevel::Inspector,
            _ => SignerLevel::Ward,
        };
        let (ward, place) = day.ward(file.ward);
        let by = match signer_level {
            SignerLevel::Police => POLICE,
            SignerLevel::District | SignerLevel::Inspector => INSPECTORATE,
            _ => ward,
        };
        let number = self.number(by);
        // a third of those that took long took it to hear an explanation
        let longer_term = match day.date.days_since(file.due) {
            11.. if number.is_multiple_of(3) => LongerTerm::Explained,
            _ => LongerTerm::Unspecified,
        };
        file.due = day.date.add_days(10).unwrap_or(day.date);
        file.total = amount;
        let decision = v1::PenaltyDecided {
            decision_no: format!("{number}/QĐ-XPHC"),
            field: field.into(),
            lines: vec![v1::PenaltyLine {
                act: act.to_owned(),
                bracket_min: min,
                bracket_max: max,
                amount,
                factors,
            }],
            form: if is_warning { v1::PenaltyForm::Warning } else { v1::PenaltyForm::Fine }.into(),
            total: amount,
            signer_level: signer_level.into(),
            subject_kind: file.subject.into(),
            on_the_spot,
            due_on: file.due.yyyymmdd(),
            remedies: if self.dice.chance(200) { vec!["buoc-khoi-phuc".to_owned()] } else { vec![] },
            longer_term: longer_term.into(),
        };
        let mut said = Said::new(day.date, Kind::PenaltyDecided(decision)).of(&file.case).at(&place);
        said = said.by(&day.id(by), number, "QĐ-XPHC", "chu-tich");
        if let Some(recorded) = file.recorded {
            said = said.after(recorded);
        }
        file.decided = Some(day.say(by, said));
        self.after_decision(day, file, on_the_spot);
    }

    fn after_decision(&mut self, day: &mut Day<'_>, file: File, on_the_spot: bool) {
        if !on_the_spot && self.dice.chance(600) {
            self.agenda.add(day.in_days(self.dice.days(1, 3)), (Step::Serve, file.clone()));
        }
        if file.total == 0 {
            return;
        }
        let whole = Step::Pay { amount: file.total, instalment: None, is_last: true };
        let (after, step) = match self.dice.below(1_000) {
            0..760 => (self.dice.days(0, 10), whole),
            760..880 => (self.dice.days(11, 75), whole),
            880..895 => (self.dice.days(5, 60), Step::Annul),
            895..910 => (self.dice.days(3, 40), Step::Revise),
            910..925 if file.total > 2_000_000 => (self.dice.days(3, 9), Step::Execute(Action::Instalments)),
            925..935 => (self.dice.days(3, 9), Step::Execute(Action::Postponed)),
            935..945 => (self.dice.days(10, 40), Step::Execute(Action::Reduced)),
            945..950 => (self.dice.days(10, 40), Step::Execute(Action::Exempted)),
            950..960 => (self.dice.days(10, 60), Step::Execute(Action::SuspendedByComplaint)),
            960..980 => (self.dice.days(15, 60), Step::Execute(Action::EnforcementOrdered)),
            _ => return, // never paid
        };
        self.agenda.add(day.in_days(after), (step, file));
    }

    fn go_on(&mut self, day: &mut Day<'_>, step: Step, mut file: File) {
        let (ward, place) = day.ward(file.ward);
        let by = if ACTS[file.act].0 == Field::TrafficOrder { POLICE } else { ward };
        let about = |kind: Kind, file: &File| {
            let said = Said::new(day.date, kind).of(&file.case).at(&place);
            file.decided.into_iter().fold(said, Said::after)
        };
        match step {
            Step::Decide => self.decide(day, file, false),
            Step::Close => {
                let ground = self.dice.weighed(&[
                    (5, NoPenaltyGround::NotViolation),
                    (4, NoPenaltyGround::UnknownSubject),
                    (2, NoPenaltyGround::TimeBarred),
                    (1, NoPenaltyGround::Deceased),
                    (1, NoPenaltyGround::CriminalTransfer),
                ]);
                let closed = v1::ViolationClosedWithoutPenalty { ground: ground.into() };
                let said = Said::new(day.date, Kind::ViolationClosedWithoutPenalty(closed)).of(&file.case);
                day.say(ward, file.recorded.into_iter().fold(said.at(&place), Said::after));
            }
            Step::Serve => {
                let said = about(execution(Action::Served, None, None), &file);
                day.say(by, said);
            }
            Step::Pay { amount, instalment, is_last } => {
                let late = i64::from(day.date.days_since(file.due).max(0));
                let payment = v1::PenaltyPaymentReceived {
                    amount,
                    late_interest: amount * 5 * late / 10_000,
                    voucher: format!("BL-{}-{}", file.case, self.dice.below(100_000)),
                    instalment_no: instalment,
                };
                let posted = payment.amount + payment.late_interest;
                let said = about(Kind::PenaltyPaymentReceived(payment), &file);
                file.last_payment = Some(day.say(by, said));
                if !is_last {
                    let next = Step::Pay { amount: file.total - amount, instalment: Some(2), is_last: true };
                    self.agenda.add(day.in_days(30), (next, file.clone()));
                }
                self.agenda.add(day.in_days(self.dice.days(0, 3)), (Step::Post { amount: posted }, file));
            }
            Step::Post { amount } => {
                let posting = v1::BudgetRevenuePosted {
                    fiscal_year: day.date.year() as u32,
                    category: v1::RevenueCategory::Fines.into(),
                    sub_item: "4254".to_owned(),
                    amount,
                    voucher: format!("PH-{}-{}", file.case, self.dice.below(100_000)),
                    collector: v1::Collector::Treasury.into(),
                };
                let said = Said::new(day.date, Kind::BudgetRevenuePosted(posting));
                day.say(TREASURY, file.last_payment.into_iter().fold(said, Said::after));
            }
            Step::Execute(action) => self.execute(day, action, file, by, &place),
            Step::Annul => {
                let revision = v1::PenaltyDecisionRevised {
                    action: RevisionAction::Annulled.into(),
                    new_total: None,
                    ground: "sai-doi-tuong".to_owned(),
                };
                let said = about(Kind::PenaltyDecisionRevised(revision), &file);
                day.say(by, said);
            }
            Step::Revise => {
                let action =
                    self.dice.weighed(&[(2, RevisionAction::Rectified), (1, RevisionAction::Amended)]);
                let new_total = (action == RevisionAction::Amended).then_some(file.total / 2);
                let revision = v1::PenaltyDecisionRevised {
                    action: action.into(),
                    new_total,
                    ground: "sai-so-lieu".to_owned(),
                };
                let said = about(Kind::PenaltyDecisionRevised(revision), &file);
                day.say(by, said);
                let amount = new_total.unwrap_or(file.total);
                let pay = Step::Pay { amount, instalment: None, is_last: true };
                self.agenda.add(day.in_days(self.dice.days(2, 12)), (pay, file));
            }
        }
    }

    fn execute(&mut self, day: &mut Day<'_>, action: Action, file: File, by: UnitNo, place: &str) {
        let until = matches!(action, Action::Instalments | Action::Postponed).then(|| day.in_days(90));
        let amount = match action {
            Action::Reduced => Some(file.total / 2),
            Action::Exempted => Some(file.total),
            _ => None,
        };
        let said = Said::new(day.date, execution(action, amount, until)).of(&file.case).at(place);
        day.say(by, file.decided.into_iter().fold(said, Said::after));
        let pay = |amount| Step::Pay { amount, instalment: None, is_last: true };
        let (after, step) = match action {
            Action::Instalments => {
                (2, Step::Pay { amount: file.total / 2, instalment: Some(1), is_last: false })
            }
            Action::Postponed => (80, pay(file.total)),
            Action::Reduced => (10, pay(file.total - file.total / 2)),
            Action::EnforcementOrdered => (25, Step::Execute(Action::Enforced)),
            Action::Enforced => (1, pay(file.total)),
            Action::SuspendedByComplaint if self.dice.chance(300) => (45, Step::Annul),
            Action::SuspendedByComplaint => (300, Step::Execute(Action::Lapsed)),
            _ => return,
        };
        self.agenda.add(day.in_days(after), (step, file));
    }
}

fn execution(action: Action, amount: Option<i64>, until: Option<CivilDate>) -> Kind {
    let until = until.map(CivilDate::yyyymmdd);
    Kind::PenaltyExecutionChanged(v1::PenaltyExecutionChanged { action: action.into(), amount, until })
}

impl Story for Penalties {
    fn tell(&mut self, day: &mut Day<'_>) -> Result<()> {
        for (step, file) in self.agenda.due(day.date) {
            self.go_on(day, step, file);
        }
        for found in std::mem::take(&mut day.found) {
            let act = ACTS.iter().position(|act| act.0 == found.field).unwrap_or(ACTS.len() - 1);
            self.record(day, found.ward, act, Some(found.visit));
        }
        for on_the_spot in [false, true] {
            let per_thousand_days = if on_the_spot { ON_THE_SPOT } else { RECORDED };
            let times = match day.is_working {
                true => day.times(&mut self.dice, per_thousand_days),
                false => day.times_any_day(&mut self.dice, per_thousand_days / 8),
            };
            for _ in 0..times {
                let ward = day.any_ward(&mut self.dice);
                // on the spot only small fines: urban order, traffic
                let of: Vec<(u64, usize)> = ACTS.iter().enumerate().map(|(at, act)| (act.1, at)).collect();
                let act = self.dice.weighed(if on_the_spot { &of[..2] } else { &of });
                match on_the_spot {
                    true => {
                        let file = self.open(ward, act, day);
                        self.decide(day, file, true);
                    }
                    false => self.record(day, ward, act, None),
                }
            }
        }
        Ok(())
    }
}
