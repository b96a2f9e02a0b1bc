//! Names of projects, for reports that name them. The newest registration counts, by day, then unit and seq; its first name is the official one.

use serde::{Deserialize, Serialize};
use socai_domain::{CivilDate, Event};
use socai_proto::view;
use socai_tlog::EventName;

use crate::{
    rows::{self, BadRow, Change, Key, Parts, Table},
    tracked::Tracked,
};

/// A registration, in the order that decides which is the newest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Registration {
    project: Box<str>,
    day: CivilDate,
    name: EventName,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Official(String);

/// Every registration of every project.
#[derive(Clone, Debug, Default)]
pub struct Projects(Tracked<Registration, Official>);

impl Projects {
    pub(crate) fn track(&mut self, on: bool) {
        self.0.track(on);
    }

    /// Takes a registration in or out.
    pub(crate) fn change(
        &mut self,
        said: &view::ProjectRegistered<'_>,
        event: &Event<'_>,
        name: EventName,
        add: bool,
    ) {
        let registration = Registration { project: said.project.into(), day: event.occurred_on(), name };
        match said.names.iter().next().filter(|_| add) {
            Some(official) => self.0.set(registration, Official(official.to_owned())),
            None => drop(self.0.remove(&registration)),
        }
    }

    /// The official name that a project has at the end of a day; none before it was registered.
    pub fn name(&self, project: &str, on: CivilDate) -> Option<&str> {
        let registered = |day, name| Registration { project: project.into(), day, name };
        let first = registered(CivilDate::MIN, EventName::new(0, 0));
        let last = registered(on, EventName::new(u32::MAX, u64::MAX));
        self.0.range(first..=last).next_back().map(|(_, official)| official.0.as_str())
    }

    pub(crate) fn drain(&mut self, changes: &mut Vec<Change>) {
        self.0.drain(|registration, old, new| {
            changes.push(Change {
                key: registration.key(),
                old: old.map(rows::encode),
                new: new.map(rows::encode),
            });
        });
    }

    pub(crate) fn restore(&mut self, key: &[u8], value: &[u8]) -> Result<(), BadRow> {
        self.0.restore(Registration::read(key)?, rows::decode(key, value)?);
        Ok(())
    }
}

impl Registration {
    fn key(&self) -> Vec<u8> {
        let key = Key::table(Table::Project).text(&self.project).u32(self.day.yyyymmdd().cast_unsigned());
        key.u32(self.name.unit.0).u64(self.name.seq.0).done()
    }

    fn read(key: &[u8]) -> Result<Self, BadRow> {
        let mut parts = Parts::of(key);
        let project = parts.text()?.into();
        let day = CivilDate::from_yyyymmdd(parts.u32()?.cast_signed()).map_err(|error| parts.bad(error))?;
        let name = EventName::new(parts.u32()?, parts.u64()?);
        parts.end()?;
        Ok(Registration { project, day, name })
    }
}
