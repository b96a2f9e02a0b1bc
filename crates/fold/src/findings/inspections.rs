//! Joint visits: published by who does not lead them, or by two units, so that one visit is counted twice.

use std::collections::{BTreeMap, btree_map::Entry};

use socai_domain::{CivilDate, Kind, hash::hash_of, lifecycle::finding::day, tables::FindingRule};
use socai_proto::schema;
use socai_tlog::{EventName, UnitNo};

use super::watch::{Counted, Raw, Watch};
use crate::{fold::Fold, recorded::Facts, verdict::FoldError};

/// Visits of which their publisher is not the lead.
pub(super) struct NotLead<'f> {
    rule: &'f FindingRule,
    fold: &'f Fold,
    found: Vec<Raw<'f>>,
}

impl<'f> NotLead<'f> {
    pub fn new(rule: &'f FindingRule, fold: &'f Fold) -> Self {
        NotLead { rule, fold, found: vec![] }
    }
}

impl<'f> Watch<'f> for NotLead<'f> {
    fn fact(&mut self, fact: &Counted<'_>, _: &dyn Facts) -> Result<(), FoldError> {
        let Kind::InspectionConducted(visit) = fact.event.kind() else { return Ok(()) };
        let registry = &self.fold.registry;
        let Some(publisher) = registry.unit(fact.name.unit) else { return Ok(()) };
        let is_lead = registry
            .by_id(visit.lead_unit)
            .is_some_and(|lead| registry.continues(publisher.no, lead.no, fact.day()));
        if !is_lead && self.rule.judges(fact.day()) {
            let (id, lead) = (&publisher.id, visit.lead_unit);
            self.found.push(Raw::new(
                self.rule,
                publisher.no,
                fact.day(),
                vec![fact.name],
                format!("{id} công bố, {lead} chủ trì: đoàn liên ngành do đơn vị chủ trì công bố một lần"),
                format!("published by {id}, led by {lead}, who publishes a joint visit once for all"),
            ));
        }
        Ok(())
    }

    fn finish(self: Box<Self>, _: &dyn Facts, out: &mut Vec<Raw<'f>>) -> Result<(), FoldError> {
        out.extend(self.found);
        Ok(())
    }
}

/// Visits that two units published. About 70 bytes a visit.
///
/// A facility's token tells it only where both units take it from one list: those of two vaults differ. Joint visits are compared by
/// who they say took part.
pub(super) struct VisitedTwice<'f> {
    rule: &'f FindingRule,
    fold: &'f Fold,
    /// By day, field and hash of the token: who came first, and whoever came besides.
    facilities: BTreeMap<(CivilDate, i32, u64), (EventName, Vec<EventName>)>,
    joint: BTreeMap<Joint, Vec<Team>>,
}

/// What joint visits have in common that may be one.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Joint {
    on: CivilDate,
    field: i32,
    facility_kind: i32,
    places: Vec<Box<str>>,
}

/// A joint visit.
struct Team {
    name: EventName,
    facility: Box<str>,
    participants: Vec<Box<str>>,
}

impl<'f> VisitedTwice<'f> {
    pub fn new(rule: &'f FindingRule, fold: &'f Fold) -> Self {
        VisitedTwice { rule, fold, facilities: BTreeMap::new(), joint: BTreeMap::new() }
    }

    fn id(&self, no: UnitNo) -> &str {
        self.fold.registry.unit(no).map_or("?", |unit| unit.id.as_str())
    }

    /// Whether neither has the other's work on that day.
    fn are_two(&self, one: UnitNo, other: UnitNo, on: CivilDate) -> bool {
        let registry = &self.fold.registry;
        !registry.continues(one, other, on) && !registry.continues(other, one, on)
    }

    /// Whether each of two joint visits names the publisher of the other as taking part.
    fn name_each_other(&self, one: &Team, other: &Team) -> bool {
        let has = |team: &Team, no: UnitNo| team.participants.iter().any(|id| **id == *self.id(no));
        has(one, other.name.unit) && has(other, one.name.unit)
    }

    fn raw(&self, on: CivilDate, field: i32, names: Vec<EventName>) -> Option<Raw<'f>> {
        let mut ids: Vec<&str> = vec![];
        for id in names.iter().map(|name| self.id(name.unit)) {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        let unknown = schema::Label { vi: "?", en: "?" };
        let label = schema::INSPECTION_FIELD.value(field.into()).map_or(unknown, |value| value.label);
        let (ids, on_vi) = (ids.join(", "), day(on));
        Some(Raw::new(
            self.rule,
            names.first()?.unit,
            on,
            names,
            format!("một cơ sở, ngày {on_vi}, lĩnh vực {}, hai đơn vị công bố: {ids}", label.vi),
            format!("one facility on {on} for {}, published by two units: {ids}", label.en),
        ))
    }
}

impl<'f> Watch<'f> for VisitedTwice<'f> {
    fn fact(&mut self, fact: &Counted<'_>, _: &dyn Facts) -> Result<(), FoldError> {
        let Kind::InspectionConducted(visit) = fact.event.kind() else { return Ok(()) };
        if !self.rule.judges(fact.day()) {
            return Ok(());
        }
        let key = (fact.day(), visit.field, hash_of(visit.facility));
        match self.facilities.entry(key) {
            Entry::Vacant(none) => drop(none.insert((fact.name, vec![]))),
            Entry::Occupied(mut known) => known.get_mut().1.push(fact.name),
        }
        if !visit.participants.is_empty() {
            let mut places: Vec<Box<str>> = fact.event.place().iter().map(Box::from).collect();
            places.sort_unstable();
            let (field, facility_kind) = (visit.field, visit.facility_kind);
            let team = Team {
                name: fact.name,
                facility: visit.facility.into(),
                participants: visit.participants.iter().map(Box::from).collect(),
            };
            let joint = Joint { on: fact.day(), field, facility_kind, places };
            self.joint.entry(joint).or_default().push(team);
        }
        Ok(())
    }

    fn finish(self: Box<Self>, _: &dyn Facts, out: &mut Vec<Raw<'f>>) -> Result<(), FoldError> {
        for ((on, field, _), (first, others)) in &self.facilities {
            if others.iter().any(|name| self.are_two(first.unit, name.unit, *on)) {
                let names = std::iter::once(first).chain(others).copied();
                out.extend(self.raw(*on, *field, names.collect()));
            }
        }
        for (joint, teams) in &self.joint {
            for (at, one) in teams.iter().enumerate() {
                let mut later = teams[at + 1..].iter();
                let other = later.find(|other| {
                    one.facility != other.facility
                        && self.are_two(one.name.unit, other.name.unit, joint.on)
                        && self.name_each_other(one, other)
                });
                if let Some(other) = other {
                    out.extend(self.raw(joint.on, joint.field, vec![one.name, other.name]));
                }
            }
        }
        Ok(())
    }
}
