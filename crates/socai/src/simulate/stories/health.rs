//! Visits of health stations, and cases of diseases week by week.

use anyhow::Result;
use socai_domain::CivilDate;
use socai_proto::v1::{self, VisitKind, event::Kind};
use socai_tlog::UnitNo;

use crate::simulate::{
    day::{Day, Story, USUAL_EVENTS},
    dice::Dice,
    offices::HEALTH,
    said::Said,
};

/// Reports of a ward's station in a thousand working days.
const REPORTS: u64 = 2_000;

/// A disease with its cases of a week in the worst month, and that month.
const DISEASES: [(&str, u32, u8); 5] = [
    ("covid-19", 40, 4),
    ("sot-xuat-huyet-dengue", 60, 10),
    ("tay-chan-mieng", 25, 5),
    ("cum-mua", 50, 12),
    ("thuy-dau", 12, 3),
];

/// The story.
pub struct Health {
    dice: Dice,
    active: [u32; 5],
}

impl Health {
    pub fn new(seed: u64) -> Self {
        Health { dice: Dice::of(seed, "health"), active: [0; 5] }
    }

    fn visits(&mut self, day: &mut Day<'_>, by: UnitNo, facility: String, place: Option<String>, many: u32) {
        let kind = if self.dice.chance(600) { VisitKind::Curative } else { VisitKind::Preventive };
        let from = day.date.add_days(-1).unwrap_or(day.date);
        let report = v1::HealthVisitsReported {
            facility,
            kind: kind.into(),
            from: from.yyyymmdd(),
            to: day.date.yyyymmdd(),
            visits: self.dice.few(many / 3, many),
        };
        let said = Said::new(day.date, Kind::HealthVisitsReported(report));
        day.say(by, place.into_iter().fold(said, |said, place| said.at(&place)));
    }

    fn week(&mut self, day: &mut Day<'_>) {
        let back = |days: i32| day.date.add_days(-days).map_or(0, CivilDate::yyyymmdd);
        let (from, to) = (back(7), back(1));
        let (load, today) = (day.load, day.date);
        for (at, (disease, worst, month)) in DISEASES.into_iter().enumerate() {
            let away = today.month().abs_diff(month).min(12 - today.month().abs_diff(month));
            let peak = u64::from(worst) * u64::from(7 - away.min(6)) / 7;
            let new = self.dice.count(peak * 1_000 * load.min(4 * USUAL_EVENTS) / USUAL_EVENTS);
            let recovered = self.dice.few(self.active[at] / 2, self.active[at]);
            let dead = u32::from(self.dice.chance(8)).min(self.active[at] - recovered);
            self.active[at] = self.active[at] + new - recovered - dead;
            let report = v1::EpidemicCasesReported {
                disease: disease.to_owned(),
                onset_from: from,
                onset_to: to,
                new,
                active: self.active[at],
                recovered,
                dead,
            };
            day.say(HEALTH, Said::new(today, Kind::EpidemicCasesReported(report)).public());
        }
    }
}

impl Story for Health {
    fn tell(&mut self, day: &mut Day<'_>) -> Result<()> {
        for ward in 0..day.offices.wards() {
            for _ in 0..day.times(&mut self.dice, REPORTS) {
                let (by, place) = day.ward(ward);
                self.visits(day, by, format!("tyt-{}", ward + 1), Some(place), 90);
            }
        }
        for _ in 0..day.times(&mut self.dice, REPORTS) {
            self.visits(day, HEALTH, "ttyt.thanh-xuan".to_owned(), None, 600);
        }
        if day.date.weekday() as u8 == socai_domain::Weekday::Monday as u8 {
            self.week(day);
        }
        Ok(())
    }
}
