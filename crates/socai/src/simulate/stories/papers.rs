//! Documents in and out, reception of citizens, petitions and how they are dealt with.

use anyhow::Result;
use socai_proto::v1::{
    self, DocumentDirection as Direction, PetitionAction as Action, PetitionClass as Class, ReceptionKind,
    event::Kind,
};
use socai_tlog::{EventName, UnitNo};

use crate::simulate::{
    day::{Agenda, Day, Story},
    dice::Dice,
    offices::{FINANCE, INSPECTORATE, OFFICE, SOCIAL, URBAN},
    said::{Said, reference},
};

/// Documents, sessions and petitions of a thousand working days.
const DOCUMENTS: u64 = 175_000;
const SESSIONS: u64 = 7_000;
const PETITIONS: u64 = 8_000;

#[derive(Debug)]
struct Petition {
    case: String,
    by: UnitNo,
    place: Option<String>,
    received: EventName,
}

/// The story.
pub struct Papers {
    dice: Dice,
    agenda: Agenda<(Action, Petition)>,
    numbers: std::collections::BTreeMap<(u32, u32), u64>,
    petitions: u64,
}

impl Papers {
    pub fn new(seed: u64) -> Self {
        let numbers = std::collections::BTreeMap::new();
        Papers { dice: Dice::of(seed, "papers"), agenda: Agenda::default(), numbers, petitions: 0 }
    }

    fn office(&mut self, day: &Day<'_>) -> (UnitNo, Option<String>) {
        match self.dice.chance(600) {
            true => {
                let ward = day.any_ward(&mut self.dice);
                let (no, place) = day.ward(ward);
                (no, Some(place))
            }
            false => (*self.dice.pick(&[OFFICE, OFFICE, FINANCE, URBAN, SOCIAL]), None),
        }
    }

    fn document(&mut self, day: &mut Day<'_>) {
        let (by, _) = self.office(day);
        let dice = &mut self.dice;
        let (direction, register) = dice.weighed(&[
            (60, (Direction::In, 0)),
            (16, (Direction::Out, 1)),
            (12, (Direction::Out, 2)),
            (12, (Direction::Out, 3)),
        ]);
        let number = self.numbers.entry((by.0, register)).or_default();
        *number += 1;
        let is_answered = direction == Direction::In && dice.chance(350);
        let document = v1::DocumentRegistered {
            direction: direction.into(),
            series: ["so-den", "QĐ-UBND", "BC-UBND", "UBND-VP"][register as usize].to_owned(),
            number: number.to_string(),
            on: day.date.yyyymmdd(),
            digital_signed: dice.chance(if direction == Direction::Out { 930 } else { 800 }),
            due_on: is_answered.then(|| day.in_days(dice.days(3, 15)).yyyymmdd()),
            done_on: None,
        };
        day.say(by, Said::new(day.date, Kind::DocumentRegistered(document)));
    }

    fn session(&mut self, day: &mut Day<'_>) {
        let (by, place) = self.office(day);
        let dice = &mut self.dice;
        let visits = dice.few(0, 9);
        let session = v1::CitizenReceptionHeld {
            session_kind: dice
                .weighed(&[
                    (8, ReceptionKind::Regular),
                    (3, ReceptionKind::ScheduledLeader),
                    (1, ReceptionKind::AdHoc),
                ])
                .into(),
            visits,
            persons: if visits == 0 { 0 } else { visits + dice.few(0, 6) },
            cases: dice.few(0, visits),
            crowds: if visits > 3 && dice.chance(60) { 1 } else { 0 },
        };
        let said = Said::new(day.date, Kind::CitizenReceptionHeld(session));
        day.say(by, place.iter().fold(said, |said, place| said.at(place)));
    }

    fn petition(&mut self, day: &mut Day<'_>) {
        self.petitions += 1;
        let (mut by, place) = self.office(day);
        if place.is_none() {
            by = INSPECTORATE;
        }
        let dice = &mut self.dice;
        let class = dice.weighed(&[
            (10, Class::Complaint),
            (4, Class::Denunciation),
            (30, Class::Request),
            (30, Class::Feedback),
        ]);
        let eligible = dice.chance(850);
        let petition = v1::PetitionReceived {
            class: class.into(),
            field: 1 + dice.below(9) as i32,
            eligible,
            instance: (class == Class::Complaint).then(|| if dice.chance(850) { 1 } else { 2 }),
        };
        let case = format!("don-{}", self.petitions);
        let said = Said::new(day.date, Kind::PetitionReceived(petition)).of(&case);
        let said = said.telling("Nội dung đơn (mô phỏng)");
        let received = day.say(by, place.iter().fold(said, |said, place| said.at(place)));
        let action = match eligible {
            false => self.dice.weighed(&[(1, Action::Returned), (1, Action::Filed)]),
            true => {
                self.dice.weighed(&[(7, Action::Accepted), (2, Action::Transferred), (1, Action::Withdrawn)])
            }
        };
        let on = day.in_days(self.dice.days(1, 11));
        self.agenda.add(on, (action, Petition { case, by, place, received }));
    }

    fn handle(&mut self, day: &mut Day<'_>, action: Action, petition: Petition) {
        let dice = &mut self.dice;
        let is_concluded = action == Action::Concluded;
        let outcome = match is_concluded {
            true => dice.weighed(&[
                (2, v1::PetitionOutcome::Right),
                (3, v1::PetitionOutcome::Partly),
                (5, v1::PetitionOutcome::Wrong),
            ]),
            false => v1::PetitionOutcome::Unspecified,
        };
        let handled = v1::PetitionHandled {
            action: action.into(),
            outcome: outcome.into(),
            recovered: (is_concluded && dice.chance(40)).then(|| dice.money(1_000_000, 90_000_000, 1_000)),
            transferred_to: String::new(), // outside the ledger
        };
        let (by, place) = today(day, &petition);
        let said =
            Said::new(day.date, Kind::PetitionHandled(handled)).of(&petition.case).after(petition.received);
        day.say(by, place.iter().fold(said, |said, place| said.at(place)));
        // what was not for the office to keep goes
        if matches!(action, Action::Withdrawn | Action::Returned) && self.dice.chance(150) {
            let erased = v1::AnnexErased {
                target: Some(reference(petition.received)),
                ground: v1::ErasureGround::PersonalData.into(),
                procedure: "14/QĐ-UBND".to_owned(),
                approver_position: "chu-tich-ubnd".to_owned(),
            };
            day.say(by, Said::new(day.date, Kind::AnnexErased(erased)));
        }
        let next = match action {
            Action::Accepted if self.dice.chance(80) => Some((28, Action::Extended)),
            // thirty days by law; one in six is later
            Action::Accepted => {
                Some(if self.dice.chance(160) { (50, Action::Concluded) } else { (20, Action::Concluded) })
            }
            Action::Extended => Some((25, Action::Concluded)),
            Action::Concluded if self.dice.chance(250) => Some((20, Action::Enforced)),
            _ => None,
        };
        if let Some((after, action)) = next {
            let on = day.in_days(after + self.dice.days(-6, 8));
            self.agenda.add(on, (action, petition));
        }
    }
}

/// Who has a petition today: the unit itself, or the one that continues it.
fn today(day: &Day<'_>, petition: &Petition) -> (UnitNo, Option<String>) {
    match day.offices.succession() {
        Some((old, from, new)) if old.unit_no == petition.by.0 && from <= day.date => {
            (UnitNo(new.unit_no), Some(new.unit_id.clone()))
        }
        _ => (petition.by, petition.place.clone()),
    }
}

impl Story for Papers {
    fn tell(&mut self, day: &mut Day<'_>) -> Result<()> {
        for (action, petition) in self.agenda.due(day.date) {
            self.handle(day, action, petition);
        }
        for _ in 0..day.times(&mut self.dice, DOCUMENTS) {
            self.document(day);
        }
        for _ in 0..day.times(&mut self.dice, SESSIONS) {
            self.session(day);
        }
        for _ in 0..day.times(&mut self.dice, PETITIONS) {
            self.petition(day);
        }
        Ok(())
    }
}
