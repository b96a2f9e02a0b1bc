//! What happens to the units themselves: lines that are down, a key replaced, a suspension, a succession, rules that change.

use anyhow::{Context as _, Result};
use socai_domain::{CivilDate, time};
use socai_proto::v1::{self, event::Kind};
use socai_tlog::UnitNo;

use crate::{
    demo::reference,
    simulate::{
        day::{Day, Story},
        dice::Dice,
        offices::{FINANCE, TAX},
        said::Said,
        stories::gifts::INVALIDS_DAY,
    },
};

/// The story.
pub struct Units {
    dice: Dice,
}

impl Units {
    pub fn new(seed: u64) -> Self {
        Units { dice: Dice::of(seed, "units") }
    }

    /// Comparatives of the year before, for the report months of the year.
    fn baselines(&mut self, day: &mut Day<'_>) {
        let before = day.date.year() - 1;
        let billions = [420, 925, 1_390, 1_860, 2_310, 2_800, 3_240, 3_700, 4_130, 4_620, 5_040, 5_480];
        for (month, billions) in (1..=12).zip(billions) {
            let to = CivilDate::new(before, month, 14);
            let since_january = to.map(|to| (to.start_of_year(), to));
            let of_month = to.and_then(|to| Some((to.add_months(-1)?.next(), to)));
            let visits = self.dice.between(9_000, 16_000);
            let rows = [
                ("NS.01", since_january, billions * 1_000_000_000, "VND"),
                ("NS.02", since_january, billions * 210_000_000, "VND"),
                ("YT.06", of_month, visits, "lượt người"),
                ("TD.02", of_month, self.dice.between(90, 190), "đơn"),
            ];
            for (indicator, days, value, unit_of_measure) in rows {
                let Some((from, to)) = days else { continue };
                let declared = v1::BaselineDeclared {
                    indicator: indicator.to_owned(),
                    slice: String::new(),
                    period_from: from.yyyymmdd(),
                    period_to: to.yyyymmdd(),
                    value,
                    unit_of_measure: unit_of_measure.to_owned(),
                    source_doc: format!("Báo cáo tháng {month}/{before}"),
                };
                day.say(FINANCE, Said::new(day.date, Kind::BaselineDeclared(declared)).public());
            }
        }
    }

    fn lines(&mut self, day: &mut Day<'_>) {
        for ward in 0..day.offices.wards() {
            if self.dice.chance(6) {
                let until = day.date.add_days(self.dice.days(1, 6)).unwrap_or(day.date);
                let unit = day.ward(ward).0;
                day.book.cut_off(unit, until);
            }
        }
    }

    fn succession(&mut self, day: &mut Day<'_>) -> Result<()> {
        let Some((old, from, new)) =
            day.offices.succession().filter(|(_, from, _)| from.previous() == day.date)
        else {
            return Ok(());
        };
        let now_ms = time::start_of_day_ms(day.date) + 17 * 3_600_000;
        day.book.enrol(new, now_ms)?;
        let succeeded = v1::UnitSucceeded {
            from: old.unit_id.clone(),
            to: new.unit_id.clone(),
            portion: v1::Portion::Whole.into(),
            effective: from.yyyymmdd(),
            legal: "Nghị quyết mô phỏng".to_owned(),
        };
        day.say(UnitNo::OPERATOR, Said::new(day.date, Kind::UnitSucceeded(succeeded)).public());
        Ok(())
    }

    /// A ward's machine is stolen; two days later the ward goes on.
    fn suspension(&mut self, day: &mut Day<'_>) {
        let ward = 1 % day.offices.wards();
        let (no, unit) = day.ward(ward);
        let from_leaf_index = day.book.state().0.size().0;
        let begins = day.days * 3 / 10;
        if day.number == begins && begins > 0 {
            let ground = v1::SuspensionGround::Decision.into();
            let said = v1::UnitSuspended { unit: unit.clone(), ground, from_leaf_index };
            day.say(UnitNo::OPERATOR, Said::new(day.date, Kind::UnitSuspended(said)).public());
            day.book.cut_off(no, day.date.add_days(3).unwrap_or(day.date));
        }
        if day.number == begins + 2 && begins > 0 {
            let ground = v1::SuspensionGround::Settled.into();
            let said = v1::UnitResumed { unit, ground, from_leaf_index };
            day.say(UnitNo::OPERATOR, Said::new(day.date, Kind::UnitResumed(said)).public());
        }
    }

    /// Must be what the unit says last on its day.
    fn rotation(&mut self, day: &mut Day<'_>) {
        for (share, unit) in [(40, TAX), (45, day.ward(0).0)] {
            if day.number == day.days * share / 100 && day.number > 0 {
                let rotated = v1::KeyRotated {
                    key: v1::KeyUse::Sealing.into(),
                    new_public_key: day.book.new_key(unit),
                    ground: v1::KeyGround::Scheduled.into(),
                    unit: String::new(),
                };
                day.say(unit, Said::new(day.date, Kind::KeyRotated(rotated)).public());
            }
        }
    }

    fn rules(&mut self, day: &mut Day<'_>) -> Result<()> {
        let rules = reference::rules()?;
        let occasions = rules.iter().find(|set| set.name == "occasions").context("the occasions table")?;
        let content = format!(
            "{}\n[[occasion]]\nid = \"{INVALIDS_DAY}\"\nlabel = \"Ngày Thương binh - Liệt sĩ\"\nlabel_en = \"Day of War Invalids and Martyrs\"\n\
             from = {year}-07-04\nto = {year}-07-31\n",
            occasions.content,
            year = day.date.year(),
        );
        let adopted = v1::RulesAdopted {
            name: occasions.name.clone(),
            version: 2,
            effective_from: day.date.yyyymmdd(),
            content,
            legal_source: "Kế hoạch mô phỏng".to_owned(),
        };
        day.say(UnitNo::OPERATOR, Said::new(day.date, Kind::RulesAdopted(adopted)).public());
        Ok(())
    }
}

impl Story for Units {
    fn tell(&mut self, day: &mut Day<'_>) -> Result<()> {
        if day.number == 1 {
            self.baselines(day);
        }
        self.lines(day);
        self.succession(day)?;
        self.suspension(day);
        if day.is(6, 1) {
            self.rules(day)?;
        }
        if day.is_working && self.dice.chance(12) {
            let ward = day.any_ward(&mut self.dice);
            let erased = v1::IdentityErased {
                token: self.dice.token(),
                ground: v1::ErasureGround::RetentionEnded.into(),
                procedure: "12/BB-THTL".to_owned(),
            };
            let unit = day.ward(ward).0;
            day.say(unit, Said::new(day.date, Kind::IdentityErased(erased)));
        }
        self.rotation(day);
        Ok(())
    }
}
