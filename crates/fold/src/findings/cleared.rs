//! Cleared land: a project is cleared when the land handed over is the land that its plans need, and never more than that.

use std::collections::BTreeMap;

use socai_domain::{CivilDate, Kind, tables::FindingRule};
use socai_proto::v1::ClearanceStage;
use socai_tlog::EventName;

use super::{
    gathered::MOST_GATHERED,
    watch::{Counted, Raw, Watch},
};
use crate::{recorded::Facts, verdict::FoldError};

/// Plans and hand-overs by project.
pub(super) struct ClearedArea<'f> {
    rule: &'f FindingRule,
    /// Difference that is let pass, m².
    tolerance: u64,
    projects: BTreeMap<Box<str>, Project>,
}

#[derive(Default)]
struct Project {
    /// By plan and round.
    rounds: BTreeMap<(Box<str>, u32), Round>,
    handed_over: Vec<HandOver>,
}

/// A round as its latest stage states it.
struct Round {
    begun: CivilDate,
    latest: (CivilDate, EventName),
    is_withdrawn: bool,
    area_m2: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct HandOver {
    on: CivilDate,
    name: EventName,
    area_m2: u32,
    is_complete: bool,
}

impl<'f> ClearedArea<'f> {
    pub fn new(rule: &'f FindingRule, tolerance: u64) -> Self {
        ClearedArea { rule, tolerance, projects: BTreeMap::new() }
    }
}

impl Project {
    /// What the rounds that had begun by a day need.
    fn required(&self, by: CivilDate) -> u64 {
        let rounds = self.rounds.values().filter(|round| round.begun <= by && !round.is_withdrawn);
        rounds.map(|round| u64::from(round.area_m2)).sum()
    }

    /// What was handed over by a day.
    fn handed_over(&self, by: CivilDate) -> u64 {
        self.handed_over.iter().filter(|land| land.on <= by).map(|land| u64::from(land.area_m2)).sum()
    }

    /// The hand-overs up to a day, the last of them when there are many.
    fn names(&self, by: CivilDate) -> Vec<EventName> {
        let names: Vec<_> =
            self.handed_over.iter().filter(|land| land.on <= by).map(|land| land.name).collect();
        names[names.len().saturating_sub(MOST_GATHERED)..].to_vec()
    }
}

impl<'f> Watch<'f> for ClearedArea<'f> {
    fn fact(&mut self, fact: &Counted<'_>, _: &dyn Facts) -> Result<(), FoldError> {
        match fact.event.kind() {
            Kind::ClearanceStageReached(said) => {
                let project = self.projects.entry(said.project.into()).or_default();
                let at = (fact.day(), fact.name);
                let new = || Round { begun: at.0, latest: at, is_withdrawn: false, area_m2: 0 };
                let round = project.rounds.entry((said.plan.into(), said.round)).or_insert_with(new);
                round.begun = round.begun.min(at.0);
                if round.latest <= at {
                    round.latest = at;
                    round.is_withdrawn = said.stage() == ClearanceStage::Withdrawn;
                    round.area_m2 = said.area_m2;
                }
            }
            Kind::ClearanceSiteHandedOver(said) => {
                let (on, name, area_m2, is_complete) = (fact.day(), fact.name, said.area_m2, said.complete);
                let project = self.projects.entry(said.project.into()).or_default();
                project.handed_over.push(HandOver { on, name, area_m2, is_complete });
            }
            _ => {}
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>, _: &dyn Facts, out: &mut Vec<Raw<'f>>) -> Result<(), FoldError> {
        for (id, mut project) in std::mem::take(&mut self.projects) {
            project.handed_over.sort_unstable();
            let before = out.len();
            self.said_to_be_cleared(&id, &project, out);
            if out.len() == before {
                self.more_than_needed(&id, &project, out);
            }
        }
        Ok(())
    }
}

impl<'f> ClearedArea<'f> {
    /// Every statement that a project is cleared, held against its land.
    fn said_to_be_cleared(&self, id: &str, project: &Project, out: &mut Vec<Raw<'f>>) {
        let complete = project.handed_over.iter().filter(|land| land.is_complete);
        for land in complete.filter(|land| self.rule.judges(land.on)) {
            let (required, area) = (project.required(land.on), project.handed_over(land.on));
            if required == 0 || required.abs_diff(area) <= self.tolerance {
                continue;
            }
            // the statement itself comes last
            let mut facts: Vec<_> =
                project.names(land.on).into_iter().filter(|name| *name != land.name).collect();
            facts.push(land.name);
            out.push(Raw::new(
                self.rule,
                land.name.unit,
                land.on,
                facts,
                format!("{id}: báo hoàn thành GPMB khi bàn giao {area}/{required} m²"),
                format!("{id}: said to be cleared with {area} of {required} m² handed over"),
            ));
        }
    }

    fn more_than_needed(&self, id: &str, project: &Project, out: &mut Vec<Raw<'f>>) {
        let Some(last) = project.handed_over.last().filter(|land| self.rule.judges(land.on)) else { return };
        let (required, area) = (project.required(CivilDate::MAX), project.handed_over(CivilDate::MAX));
        if required > 0 && area > required.saturating_add(self.tolerance) {
            out.push(Raw::new(
                self.rule,
                last.name.unit,
                last.on,
                project.names(CivilDate::MAX),
                format!("{id}: đã bàn giao {area} m², các phương án cần {required} m²"),
                format!("{id}: {area} m² handed over, its plans need {required}"),
            ));
        }
    }
}
