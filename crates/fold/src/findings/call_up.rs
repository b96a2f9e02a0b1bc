//! Wards from which nobody was handed over in a year's call-up, once its season is over. Only the registry knows every ward.

use std::collections::BTreeMap;

use socai_domain::{
    CivilDate, Kind, law::conscription::season_end, lifecycle::conscription, registry::Unit,
    tables::FindingRule,
};
use socai_proto::v1::UnitType;
use socai_tlog::EventName;

use super::{
    gathered::MOST_GATHERED,
    watch::{Counted, Raw, Watch},
};
use crate::{fold::Fold, recorded::Facts, verdict::FoldError};

/// Who was handed over, by year and ward.
pub(super) struct WardContribution<'f> {
    rule: &'f FindingRule,
    fold: &'f Fold,
    on: CivilDate,
    types: &'f [UnitType],
    least: u64,
    years: BTreeMap<u32, BTreeMap<Box<str>, Given>>,
}

/// What a ward gave, those sent back left out.
#[derive(Default)]
struct Given {
    citizens: u64,
    names: Vec<EventName>,
}

impl<'f> WardContribution<'f> {
    pub fn new(
        rule: &'f FindingRule,
        fold: &'f Fold,
        on: CivilDate,
        types: &'f [UnitType],
        least: u64,
    ) -> Self {
        WardContribution { rule, fold, on, types, least, years: BTreeMap::new() }
    }

    /// What a unit gave, and what those gave whose work it has by then.
    fn given(&self, unit: &Unit, by: CivilDate, places: &BTreeMap<Box<str>, Given>) -> (u64, Vec<EventName>) {
        let registry = &self.fold.registry;
        let is_its = |place: &str| registry.heirs(place, by).iter().any(|heir| heir.no == unit.no);
        let its: Vec<_> = places.iter().filter(|(place, _)| is_its(place)).map(|(_, given)| given).collect();
        let names = its.iter().flat_map(|given| given.names.iter().copied()).take(MOST_GATHERED);
        (its.iter().map(|given| given.citizens).sum(), names.collect())
    }
}

impl<'f> Watch<'f> for WardContribution<'f> {
    fn fact(&mut self, fact: &Counted<'_>, _: &dyn Facts) -> Result<(), FoldError> {
        match fact.event.kind() {
            Kind::ConscriptionQuotaSet(said) => {
                self.years.entry(said.year).or_default();
            }
            Kind::ConscriptionHandedOver(said) => {
                let places = self.years.entry(said.year).or_default();
                let given = places.entry(said.place.into()).or_default();
                given.citizens += conscription::net(said);
                given.names.push(fact.name);
            }
            _ => {}
        }
        Ok(())
    }

    fn finish(self: Box<Self>, _: &dyn Facts, out: &mut Vec<Raw<'f>>) -> Result<(), FoldError> {
        for (year, places) in &self.years {
            let end = season_end(self.fold.rulebook(), *year, 1).map(|end| end.value);
            let Some(end) = end.filter(|end| *end < self.on && self.rule.judges(*end)) else { continue };
            let wards = self.fold.registry.on(end).into_iter();
            let is_asked = |of| self.types.is_empty() || self.types.contains(&of);
            for (ward, _) in wards.filter(|(_, span)| is_asked(span.unit_type)) {
                let (citizens, names) = self.given(ward, end, places);
                let (id, least) = (&ward.id, self.least);
                if citizens >= least {
                    continue;
                }
                let (vi, en) = match citizens {
                    0 => ("không bàn giao công dân nào".to_owned(), "nobody handed over".to_owned()),
                    some => (format!("bàn giao {some}"), format!("{some} handed over")),
                };
                out.push(Raw::new(
                    self.rule,
                    ward.no,
                    end,
                    names,
                    format!("{id}: {vi} năm {year}, mỗi phường phải có ít nhất {least}"),
                    format!("{id}: {en} in {year}, every ward has to give at least {least}"),
                ));
            }
        }
        Ok(())
    }
}
