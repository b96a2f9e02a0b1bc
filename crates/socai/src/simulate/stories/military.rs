//! The call-up: quotas of the city, shared out among the wards, citizens handed over in February.

use anyhow::Result;
use socai_proto::v1::{self, QuotaAuthority as Authority, Service, event::Kind};
use socai_tlog::EventName;

use crate::simulate::{
    day::{Agenda, Day, Story},
    dice::Dice,
    offices::{MILITARY, Ward},
    said::Said,
};

/// Citizens of a ward for the army; the police take one in five as many.
const QUOTA: u32 = 12;

#[derive(Debug)]
struct HandOver {
    ward: Ward,
    service: Service,
    quota: u32,
    set: EventName,
}

#[derive(Debug)]
struct Confirmation {
    ward: Ward,
    handed: EventName,
}

/// The story.
pub struct Military {
    dice: Dice,
    handovers: Agenda<HandOver>,
    confirmations: Agenda<Confirmation>,
}

impl Military {
    pub fn new(seed: u64) -> Self {
        Military {
            dice: Dice::of(seed, "military"),
            handovers: Agenda::default(),
            confirmations: Agenda::default(),
        }
    }

    fn quota(
        &mut self,
        day: &mut Day<'_>,
        authority: Authority,
        target: &str,
        service: Service,
        quota: u32,
    ) -> EventName {
        let set = v1::ConscriptionQuotaSet {
            year: day.date.year() as u32,
            call_no: 1,
            authority: authority.into(),
            target_unit: target.to_owned(),
            service: service.into(),
            quota,
        };
        day.say(MILITARY, Said::new(day.date, Kind::ConscriptionQuotaSet(set)))
    }

    fn share_out(&mut self, day: &mut Day<'_>) {
        let district = day.offices.operator.unit_id.clone();
        let mut all = [(Service::Army, 0), (Service::Police, 0)];
        for ward in 0..day.offices.wards() {
            for (service, whole) in &mut all {
                let base = if *service == Service::Army { QUOTA } else { QUOTA / 5 };
                let quota = base + self.dice.few(0, base / 2);
                *whole += quota;
                let target = day.ward(ward).1;
                let set = self.quota(day, Authority::District, &target, *service, quota);
                let on = day.in_days(self.dice.days(24, 34));
                self.handovers.add(on, HandOver { ward, service: *service, quota, set });
            }
        }
        for (service, quota) in all {
            self.quota(day, Authority::City, &district, service, quota);
        }
    }

    fn hand_over(&mut self, day: &mut Day<'_>, due: HandOver) {
        let count = due.quota - u32::from(self.dice.chance(150));
        let place = day.ward(due.ward).1;
        let handed = v1::ConscriptionHandedOver {
            year: day.date.year() as u32,
            call_no: 1,
            place: place.clone(),
            service: due.service.into(),
            count,
            volunteers: self.dice.few(0, count / 4),
            returned: u32::from(self.dice.chance(80)).min(count),
        };
        let said = Said::new(day.date, Kind::ConscriptionHandedOver(handed)).at(&place).after(due.set);
        let handed = day.say(MILITARY, said);
        // two wards never answer
        if self.dice.chance(900) {
            let on = day.in_days(self.dice.days(1, 9));
            self.confirmations.add(on, Confirmation { ward: due.ward, handed });
        }
    }
}

impl Story for Military {
    fn tell(&mut self, day: &mut Day<'_>) -> Result<()> {
        if day.is_first_from(9) && day.date.month() == 1 {
            self.share_out(day);
        }
        for due in self.handovers.due(day.date) {
            self.hand_over(day, due);
        }
        for confirmation in self.confirmations.due(day.date) {
            let answer = v1::EventAcknowledged {
                target: Some(crate::simulate::said::reference(confirmation.handed)),
                answer: v1::Answer::Confirmed.into(),
                ground: String::new(),
            };
            let ward = day.ward(confirmation.ward).0;
            day.say(ward, Said::new(day.date, Kind::EventAcknowledged(answer)));
        }
        Ok(())
    }
}
