//! The one-stop shop: a dossier comes in, is digitised, decided and handed out; some late, some sent back for papers.

use anyhow::Result;
use socai_domain::CivilDate;
use socai_proto::v1::{self, DossierChannel as Channel, DossierStatus as Status, ServiceLevel, event::Kind};
use socai_tlog::{EventName, UnitNo};

use crate::simulate::{
    day::{Agenda, Day, Story},
    dice::Dice,
    offices::{FINANCE, OFFICE, URBAN, Ward},
    said::Said,
};

/// Dossiers of a thousand working days.
const DOSSIERS: u64 = 128_000;

/// Weight, procedure, how far it is online, working days it takes, fee, papers.
const PROCEDURES: [(u64, &str, ServiceLevel, i32, i64, u32); 8] = [
    (30, "2.000815", ServiceLevel::Partial, 1, 2_000, 2),
    (14, "1.001193", ServiceLevel::Full, 1, 0, 4),
    (10, "1.000894", ServiceLevel::Full, 5, 0, 4),
    (9, "1.004873", ServiceLevel::Partial, 3, 15_000, 3),
    (9, "2.000635", ServiceLevel::Full, 3, 8_000, 1),
    (12, "1.001612", ServiceLevel::Full, 3, 100_000, 3),
    (6, "1.009994", ServiceLevel::Partial, 20, 75_000, 6),
    (4, "1.011442", ServiceLevel::Partial, 10, 50_000, 5),
];

#[derive(Clone, Debug)]
struct Dossier {
    case: String,
    ward: Option<Ward>,
    body: UnitNo,
    received: EventName,
    promised_on: CivilDate,
    papers: u32,
    is_online: bool,
    has_fee: bool,
}

/// The story.
pub struct Dossiers {
    dice: Dice,
    agenda: Agenda<(Status, Dossier)>,
    dossiers: u64,
}

impl Dossiers {
    pub fn new(seed: u64) -> Self {
        Dossiers { dice: Dice::of(seed, "dossiers"), agenda: Agenda::default(), dossiers: 0 }
    }

    fn receive(&mut self, day: &mut Day<'_>) {
        self.dossiers += 1;
        let dice = &mut self.dice;
        let row = dice.weighed(&[0, 1, 2, 3, 4, 5, 6, 7].map(|row| (PROCEDURES[row].0, row)));
        let (_, procedure, level, working_days, fee, papers) = PROCEDURES[row];
        let ward = (row < 5 || dice.chance(200)).then(|| day.any_ward(dice));
        let body = if row == 5 { FINANCE } else { *dice.pick(&[URBAN, OFFICE]) };
        let channel = match level {
            ServiceLevel::Full => {
                dice.weighed(&[(3, Channel::Counter), (6, Channel::Online), (1, Channel::Post)])
            }
            _ => dice.weighed(&[(14, Channel::Counter), (5, Channel::Online), (1, Channel::Post)]),
        };
        let promised_on = day.calendar.add_working_days(day.date, working_days as u32).unwrap_or(day.date);
        let case = format!("hs-{}", self.dossiers);
        let received = v1::DossierReceived {
            dossier: dice.token(),
            procedure: procedure.to_owned(),
            level: level.into(),
            channel: channel.into(),
            promised_on: promised_on.yyyymmdd(),
            fee,
            components: papers,
        };
        let (by, place) = whose(day, ward, body);
        let said = Said::new(day.date, Kind::DossierReceived(received)).of(&case);
        let name = day.say(by, place.iter().fold(said, |said, place| said.at(place)));
        let dossier = Dossier {
            case,
            ward,
            body,
            received: name,
            promised_on,
            papers,
            is_online: channel == Channel::Online,
            has_fee: fee > 0,
        };
        let accepted = self.dice.chance(20);
        self.change(day, &dossier, if accepted { Status::NotAccepted } else { Status::Accepted });
        if !accepted {
            self.accepted(day, dossier, working_days);
        }
    }

    fn accepted(&mut self, day: &mut Day<'_>, dossier: Dossier, working_days: i32) {
        if self.dice.chance(850) {
            let reused = if self.dice.chance(250) { self.dice.few(1, dossier.papers) } else { 0 };
            self.digitise(day, &dossier, dossier.papers - reused, reused, false);
        }
        let early = self.dice.days(0, working_days);
        let (after, status) = match self.dice.below(1_000) {
            0..60 => (1, Status::SupplementRequested),
            60..75 => (1, Status::Withdrawn),
            75..80 => (2, Status::Stopped),
            80..150 => (1, Status::InProcess),
            // one in twenty-five is late
            150..190 => (working_days * 2 + self.dice.days(2, 12), Status::Processed),
            _ => (early, Status::Processed),
        };
        self.agenda.add(day.in_days(after), (status, dossier));
    }

    fn change(&mut self, day: &mut Day<'_>, dossier: &Dossier, status: Status) {
        let is_done = status == Status::Processed;
        // what comes in is taken in before anything is done with it on the same day
        let at = match status {
            Status::Accepted | Status::NotAccepted => 450 + self.dice.few(0, 100),
            _ => 551 + self.dice.few(0, 460),
        };
        let change = v1::DossierStatusChanged {
            status: status.into(),
            at,
            decided_by_delegation: is_done && self.dice.chance(180),
            online_paid: is_done
                && dossier.has_fee
                && self.dice.chance(if dossier.is_online { 700 } else { 100 }),
            apology: is_done && day.date > dossier.promised_on && self.dice.chance(600),
            e_result: is_done && self.dice.chance(if dossier.is_online { 900 } else { 350 }),
        };
        let said = Said::new(day.date, Kind::DossierStatusChanged(change));
        self.about(day, dossier, said);
    }

    fn digitise(
        &mut self,
        day: &mut Day<'_>,
        dossier: &Dossier,
        digitised: u32,
        reused: u32,
        result_digitised: bool,
    ) {
        let papers = v1::DossierComponentDigitised { digitised, reused, result_digitised };
        self.about(day, dossier, Said::new(day.date, Kind::DossierComponentDigitised(papers)));
    }

    fn about(&mut self, day: &mut Day<'_>, dossier: &Dossier, said: Said) {
        let (by, place) = whose(day, dossier.ward, dossier.body);
        let said = said.of(&dossier.case).after(dossier.received);
        day.say(by, place.iter().fold(said, |said, place| said.at(place)));
    }

    fn go_on(&mut self, day: &mut Day<'_>, status: Status, dossier: Dossier) {
        self.change(day, &dossier, status);
        let next = match status {
            Status::SupplementRequested => Some((self.dice.days(2, 12), Status::InProcess)),
            Status::InProcess => Some((self.dice.days(1, 6), Status::Processed)),
            Status::Processed => {
                if self.dice.chance(120) {
                    self.digitise(day, &dossier, 0, 0, true);
                }
                Some((self.dice.days(0, 3), Status::Returned))
            }
            _ => None,
        };
        if let Some((after, status)) = next {
            // what is due today again is told tomorrow: the day's list was taken already
            self.agenda.add(day.in_days(after.max(1)), (status, dossier));
        }
    }
}

fn whose(day: &Day<'_>, ward: Option<Ward>, body: UnitNo) -> (UnitNo, Option<String>) {
    match ward.map(|ward| day.ward(ward)) {
        Some((no, place)) => (no, Some(place)),
        None => (body, None),
    }
}

impl Story for Dossiers {
    fn tell(&mut self, day: &mut Day<'_>) -> Result<()> {
        let times = day.times(&mut self.dice, DOSSIERS);
        (0..times).for_each(|_| self.receive(day));
        for (status, dossier) in self.agenda.due(day.date) {
            self.go_on(day, status, dossier);
        }
        Ok(())
    }
}
