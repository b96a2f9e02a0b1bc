//! Units close the report month, from the 15th on, and declare what did not happen in it.

use anyhow::Result;
use socai_domain::CivilDate;
use socai_proto::v1::{self, event::Kind};
use socai_tlog::UnitNo;

use crate::simulate::{
    day::{Day, Story},
    dice::Dice,
    offices::{HEALTH, POLICE},
    said::Said,
};

/// The story.
pub struct Closings {
    dice: Dice,
}

impl Closings {
    pub fn new(seed: u64) -> Self {
        Closings { dice: Dice::of(seed, "closings") }
    }

    fn close(
        &mut self,
        day: &mut Day<'_>,
        unit: UnitNo,
        is_ward: bool,
        kind: v1::PeriodKind,
        days: (CivilDate, CivilDate),
    ) {
        let scope: &[&'static str] = match unit {
            _ if is_ward => &["YT.04"],
            HEALTH => &["YT.04"],
            POLICE => &["PC.04", "AN.01"],
            _ => &[],
        };
        let nil = scope.iter().filter(|what| day.book.is_nil(unit, what, days.0));
        let closed = v1::PeriodClosed {
            period_kind: kind.into(),
            from: days.0.yyyymmdd(),
            to: days.1.yyyymmdd(),
            nil_kinds: nil.map(|what| (*what).to_owned()).collect(),
            signer_position: if is_ward { "chu-tich-ubnd" } else { "truong-phong" }.to_owned(),
            ..v1::PeriodClosed::default()
        };
        day.book.close(unit, days.0, days.1);
        day.say(unit, Said::new(day.date, Kind::PeriodClosed(closed)).public());
    }
}

impl Story for Closings {
    fn tell(&mut self, day: &mut Day<'_>) -> Result<()> {
        let wards: Vec<UnitNo> = (0..day.offices.wards()).map(|ward| day.ward(ward).0).collect();
        let bodies = (12..=25).map(UnitNo);
        let units: Vec<(UnitNo, bool)> =
            wards.iter().map(|unit| (*unit, true)).chain(bodies.map(|unit| (unit, false))).collect();
        let month = CivilDate::new(day.date.year(), day.date.month(), 14)
            .and_then(|to| Some((to.add_months(-1)?.next(), to)));
        for (unit, is_ward) in units {
            let own_day = 15 + (unit.0 % 4) as u8;
            // one unit in a hundred forgets
            if day.is_first_from(own_day)
                && !self.dice.chance(10)
                && let Some(days) = month
            {
                self.close(day, unit, is_ward, v1::PeriodKind::Month, days);
            }
            let tet = (CivilDate::from_yyyymmdd(20_221_201), CivilDate::from_yyyymmdd(20_230_205));
            if let (true, true, (Ok(from), Ok(to))) = (is_ward, day.is(2, 10), tet) {
                self.close(day, unit, true, v1::PeriodKind::Occasion, (from, to));
            }
        }
        Ok(())
    }
}
