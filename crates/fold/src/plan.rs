//! Estimates and quotas that figures are percentages of. Every version is kept, so that the one in force on a cut-off is found.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use socai_domain::CivilDate;
use socai_tlog::EventName;

use crate::{
    figures::Picked,
    planner::Planned,
    rows::{self, BadRow, Change, Key, Parts, Table},
    tracked::Tracked,
    values::Value,
};

/// A planned value and when it was set; later ones of the same plan replace it from their day on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Setting {
    code: Box<str>,
    planned: Planned,
    day: CivilDate,
    /// Facts of one day are in the order of unit and seq, as in a case.
    name: EventName,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Amount(i64);

/// Every setting of every plan.
#[derive(Clone, Debug, Default)]
pub struct Plans(Tracked<Setting, Amount>);

impl Plans {
    pub(crate) fn track(&mut self, on: bool) {
        self.0.track(on);
    }

    pub(crate) fn add(&mut self, code: &str, planned: Planned, day: CivilDate, name: EventName, value: i64) {
        self.0.set(Setting { code: code.into(), planned, day, name }, Amount(value));
    }

    pub(crate) fn remove(&mut self, code: &str, planned: Planned, day: CivilDate, name: EventName) {
        self.0.remove(&Setting { code: code.into(), planned, day, name });
    }

    /// The plan of each authority for an indicator and a year or occasion, in force at the end of a day: the newest setting of every
    /// part, added up.
    pub fn in_force(&self, code: &str, of: &Picked, on: CivilDate) -> BTreeMap<&str, i128> {
        let of = match of {
            Picked::Year(year) => Value::Int(i64::from(*year)),
            Picked::Occasion(id) => Value::Text(id.as_str().into()),
        };
        let mut parts: BTreeMap<(&str, &Value), i64> = BTreeMap::new();
        // In order of day, unit and seq within a part: the last one that is not after the day stays.
        for (setting, amount) in self.0.iter() {
            let is_asked = setting.planned.of.as_ref().is_none_or(|planned| *planned == of);
            if &*setting.code == code && is_asked && setting.day <= on {
                parts.insert((&setting.planned.by, &setting.planned.part), amount.0);
            }
        }
        let mut authorities = BTreeMap::new();
        for ((by, _), amount) in parts {
            *authorities.entry(by).or_default() += i128::from(amount);
        }
        authorities
    }

    pub(crate) fn drain(&mut self, changes: &mut Vec<Change>) {
        self.0.drain(|setting, old, new| {
            changes.push(Change {
                key: setting.key(),
                old: old.map(rows::encode),
                new: new.map(rows::encode),
            });
        });
    }

    pub(crate) fn restore(&mut self, key: &[u8], value: &[u8]) -> Result<(), BadRow> {
        self.0.restore(Setting::read(key)?, rows::decode(key, value)?);
        Ok(())
    }
}

impl Setting {
    fn key(&self) -> Vec<u8> {
        let Planned { of, by, part } = &self.planned;
        let key = Key::table(Table::Plan).text(&self.code).u8(u8::from(of.is_some()));
        let key = of.iter().fold(key, |key, of| of.write(key));
        let key = part.write(key.text(by)).u32(self.day.yyyymmdd().cast_unsigned());
        key.u32(self.name.unit.0).u64(self.name.seq.0).done()
    }

    fn read(key: &[u8]) -> Result<Self, BadRow> {
        let mut parts = Parts::of(key);
        let code = parts.text()?.into();
        let is_of_something = parts.u8()? == 1;
        let planned = Planned {
            of: is_of_something.then(|| Value::read(&mut parts)).transpose()?,
            by: parts.text()?.into(),
            part: Value::read(&mut parts)?,
        };
        let day = CivilDate::from_yyyymmdd(parts.u32()?.cast_signed()).map_err(|error| parts.bad(error))?;
        let name = EventName::new(parts.u32()?, parts.u64()?);
        parts.end()?;
        Ok(Setting { code, planned, day, name })
    }
}
