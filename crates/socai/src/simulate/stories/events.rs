//! Incidents on any day, and activities: flower markets and fireworks at Tết, reviews, competitions, trainings, campaigns.

use anyhow::Result;
use socai_proto::v1::{self, ActivityKind as Activity, IncidentKind as Incident, event::Kind};
use socai_tlog::UnitNo;

use crate::simulate::{
    day::{Agenda, Day, Story},
    dice::Dice,
    offices::{CULTURE, EDUCATION, HEALTH, MILITARY, OFFICE, POLICE},
    said::Said,
    stories::gifts::TET,
};

/// Incidents of a thousand days, any day.
const INCIDENTS: u64 = 2_600;
/// Activities of a thousand working days.
const ACTIVITIES: u64 = 6_000;

/// The story.
pub struct Events {
    dice: Dice,
    late: Agenda<(UnitNo, Said)>,
}

impl Events {
    pub fn new(seed: u64) -> Self {
        Events { dice: Dice::of(seed, "events"), late: Agenda::default() }
    }

    fn incident(&mut self, day: &mut Day<'_>) {
        let dice = &mut self.dice;
        let kind = dice.weighed(&[
            (28, Incident::TrafficAccident),
            (20, Incident::Fire),
            (1, Incident::Explosion),
            (4, Incident::FoodPoisoning),
            (20, Incident::Rescue),
            (14, Incident::Disturbance),
        ]);
        let ward = day.any_ward(dice);
        let (ward_no, place) = day.ward(ward);
        let (by, code) = match kind {
            Incident::FoodPoisoning if dice.chance(500) => (ward_no, "YT.04"),
            Incident::FoodPoisoning => (HEALTH, "YT.04"),
            Incident::Fire | Incident::Explosion => (POLICE, "PC.04"),
            Incident::TrafficAccident => (POLICE, "AN.01"),
            _ => (POLICE, "incident.reported"),
        };
        let hurts = matches!(kind, Incident::Fire | Incident::Explosion | Incident::TrafficAccident);
        let burns = matches!(kind, Incident::Fire | Incident::Explosion);
        let reported = v1::IncidentReported {
            kind: kind.into(),
            cases: if dice.chance(60) { 2 } else { 1 },
            dead: if hurts && dice.chance(60) { dice.few(1, 2) } else { 0 },
            injured: match kind {
                Incident::FoodPoisoning => dice.few(2, 30),
                _ if hurts => dice.few(0, 3),
                _ => 0,
            },
            rescued: if kind == Incident::Rescue { dice.few(1, 4) } else { 0 },
            damage: if burns { dice.money(0, 900_000_000, 1_000_000) } else { 0 },
            cause: if burns { "chap-dien".to_owned() } else { String::new() },
        };
        let said = Said::new(day.date, Kind::IncidentReported(reported)).at(&place);
        // one in eight is told days later, sometimes after the month was closed as nil
        if self.dice.chance(125) {
            let on = day.date.add_days(self.dice.days(2, 40)).unwrap_or(day.date);
            self.late.add(on, (by, said));
            return;
        }
        day.book.note(by, code, day.date);
        day.say(by, said);
    }

    fn held(
        &mut self,
        day: &mut Day<'_>,
        by: UnitNo,
        kind: Activity,
        name: String,
        days: i32,
        occasion: &str,
    ) {
        let dice = &mut self.dice;
        let ward = day.any_ward(dice);
        let (ward_no, place) = day.ward(ward);
        let by = if by == UnitNo::OPERATOR { ward_no } else { by };
        let held = v1::ActivityHeld {
            kind: kind.into(),
            name,
            from: day.date.yyyymmdd(),
            to: day.date.add_days(days - 1).unwrap_or(day.date).yyyymmdd(),
            venue: format!("Nhà văn hóa {}", dice.few(1, 40)),
            participants: dice.chance(700).then(|| dice.few(20, 900)),
            occasion: occasion.to_owned(),
        };
        day.say(by, Said::new(day.date, Kind::ActivityHeld(held)).at(&place).public());
    }

    fn usual(&mut self, day: &mut Day<'_>) {
        let (by, kind, name) = self.dice.weighed(&[
            (20, (UnitNo::OPERATOR, Activity::Propaganda, "Tuyên truyền trật tự đô thị")),
            (18, (UnitNo::OPERATOR, Activity::Meeting, "Hội nghị giao ban")),
            (12, (UnitNo::OPERATOR, Activity::Campaign, "Tổng vệ sinh môi trường")),
            (10, (POLICE, Activity::FireTraining, "Tập huấn phòng cháy, chữa cháy")),
            (6, (MILITARY, Activity::MilitaryTraining, "Huấn luyện dân quân tự vệ")),
            (8, (EDUCATION, Activity::Competition, "Hội thi giáo viên dạy giỏi")),
            (2, (EDUCATION, Activity::TermReview, "Sơ kết học kỳ")),
            (12, (CULTURE, Activity::Competition, "Liên hoan văn nghệ")),
            (12, (OFFICE, Activity::Meeting, "Hội nghị chuyên đề")),
        ]);
        self.held(day, by, kind, name.to_owned(), 1, "");
    }
}

impl Story for Events {
    fn tell(&mut self, day: &mut Day<'_>) -> Result<()> {
        for (by, said) in self.late.due(day.date) {
            day.say(by, said);
        }
        for _ in 0..day.times_any_day(&mut self.dice, INCIDENTS) {
            self.incident(day);
        }
        for _ in 0..day.times(&mut self.dice, ACTIVITIES) {
            self.usual(day);
        }
        if day.is(1, 11) {
            for market in 1..=3 {
                self.held(
                    day,
                    UnitNo::OPERATOR,
                    Activity::SpringFlowerMarket,
                    format!("Chợ hoa xuân số {market}"),
                    10,
                    TET,
                );
            }
        }
        if day.is(1, 21) {
            self.held(day, MILITARY, Activity::Fireworks, "Bắn pháo hoa đêm giao thừa".to_owned(), 1, TET);
        }
        if day.is(2, 7) {
            self.held(day, MILITARY, Activity::HandoverCeremony, "Lễ giao nhận quân".to_owned(), 1, "");
        }
        if day.is(1, 6) || day.is(5, 26) {
            self.held(day, EDUCATION, Activity::TermReview, "Hội nghị sơ kết, tổng kết".to_owned(), 1, "");
        }
        Ok(())
    }
}
