//! A call-up: the quota of the city, what the district shares out among its wards, and who was handed over (Law 78/2015/QH13).
//!
//! Calls and services are judged apart. Orders, examinations and ages, which the law limits too, are in no fact.

use std::collections::BTreeMap;

use socai_proto::{schema::Label, v1::QuotaAuthority, view};
use socai_tlog::EventName;

use super::{
    Asked, Detail, Finding, Judged, Value,
    finding::day,
    story::{Fact, Story},
};
use crate::{Kind, law::conscription as law};

/// Where a call-up stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Citizens were handed over, the quota has not been recorded yet.
    Pending,
    /// The quota is set, nobody was handed over.
    QuotaSet,
    /// Some were handed over.
    HandingOver,
    /// The quota is met.
    Met,
}

impl State {
    /// The state in words.
    pub fn label(self) -> Label {
        let (vi, en) = match self {
            State::Pending => ("chờ chỉ tiêu được ghi sổ", "waiting for its quota to be recorded"),
            State::QuotaSet => ("đã giao chỉ tiêu, chưa bàn giao", "quota set, nobody handed over"),
            State::HandingOver => ("đang bàn giao", "being handed over"),
            State::Met => ("đủ chỉ tiêu", "quota met"),
        };
        Label { vi, en }
    }
}

/// What is known of one service in one call of a year.
#[derive(Default)]
struct Call<'f> {
    /// The city's quota for each unit, the latest that was set.
    city: BTreeMap<&'f str, (u64, EventName)>,
    /// The district's quota for each ward.
    wards: BTreeMap<&'f str, (u64, EventName)>,
    handed_over: Vec<(&'f Fact<'f>, view::ConscriptionHandedOver<'f>)>,
}

/// Judges the call-up of a case; none when no fact is of that family.
pub(super) fn judge(story: &Story<'_>, asked: &Asked<'_>) -> Option<Judged> {
    let mut calls: BTreeMap<(u32, u32, i32), Call<'_>> = BTreeMap::new();
    for fact in story.iter() {
        match *fact.event.kind() {
            Kind::ConscriptionQuotaSet(said) => {
                let call = calls.entry((said.year, said.call_no, said.service)).or_default();
                let of =
                    if said.authority() == QuotaAuthority::City { &mut call.city } else { &mut call.wards };
                of.insert(said.target_unit, (u64::from(said.quota), fact.name));
            }
            Kind::ConscriptionHandedOver(said) => {
                let call = calls.entry((said.year, said.call_no, said.service)).or_default();
                call.handed_over.push((fact, said));
            }
            _ => {}
        }
    }
    if calls.is_empty() {
        return None;
    }
    let quota = calls.values().map(Call::quota).sum();
    let done = calls.values().map(Call::done).sum();
    let state = match (quota, done) {
        (0, _) => State::Pending,
        (_, 0) => State::QuotaSet,
        (quota, done) if done >= quota => State::Met,
        _ => State::HandingOver,
    };
    let details = vec![
        Detail::new("chỉ tiêu", "quota", Value::Count(quota)),
        Detail::new("đã bàn giao", "handed over", Value::Count(done)),
    ];
    let findings =
        calls.iter().flat_map(|((year, call_no, _), call)| call.findings(*year, *call_no, asked)).collect();
    Some(Judged { state: super::State::Conscription(state), details, findings, marks: vec![] })
}

impl<'f> Call<'f> {
    /// The city's quota; where none is known, what the wards were given.
    fn quota(&self) -> u64 {
        let of = if self.city.is_empty() { &self.wards } else { &self.city };
        of.values().map(|(quota, _)| quota).sum()
    }

    fn done(&self) -> u64 {
        self.handed_over.iter().map(|(_, said)| net(said)).sum()
    }

    fn findings(&self, year: u32, call_no: u32, asked: &Asked<'_>) -> Vec<Finding> {
        let mut out = Vec::new();
        if self.city.is_empty() && self.wards.is_empty() {
            let facts = self.handed_over.iter().map(|(fact, _)| fact.name).collect();
            let (vi, en) =
                ("đã bàn giao, chỉ tiêu chưa được ghi sổ", "handed over, the quota is not in the ledger yet");
            out.push(Finding::new("quota_pending", facts, vi, en));
        }
        self.shared_out(&mut out);
        self.over_quota(&mut out);
        out.extend(self.over_city_quota());
        out.extend(self.under_quota(year, call_no, asked));
        for (fact, _) in &self.handed_over {
            out.extend(out_of_season(fact, (year, call_no), asked));
        }
        out
    }

    /// What the wards are given is what the city asks for.
    fn shared_out(&self, out: &mut Vec<Finding>) {
        let sum = |quotas: &BTreeMap<_, (u64, _)>| quotas.values().map(|(quota, _)| quota).sum::<u64>();
        let (city, wards) = (sum(&self.city), sum(&self.wards));
        if !self.city.is_empty() && !self.wards.is_empty() && city != wards {
            let facts = self.city.values().chain(self.wards.values()).map(|(_, name)| *name).collect();
            out.push(Finding::new(
                "quotas_differ",
                facts,
                format!("chỉ tiêu giao các phường {wards}, Thành phố giao {city}"),
                format!("the wards were given {wards}, the city asks for {city}"),
            ));
        }
    }

    /// No ward hands over more than its quota, and none without one where the others have theirs.
    fn over_quota(&self, out: &mut Vec<Finding>) {
        let mut by_ward: BTreeMap<&str, (u64, Vec<EventName>)> = BTreeMap::new();
        for (fact, said) in self.handed_over.iter().filter(|_| !self.wards.is_empty()) {
            let ward = by_ward.entry(said.place).or_default();
            ward.0 += net(said);
            ward.1.push(fact.name);
        }
        for (ward, (done, facts)) in by_ward {
            match self.wards.get(ward) {
                Some((quota, set_by)) if done > *quota => out.push(Finding::new(
                    "over_quota",
                    std::iter::once(*set_by).chain(facts).collect(),
                    format!("{ward}: bàn giao {done}, chỉ tiêu {quota}"),
                    format!("{ward}: {done} handed over, the quota is {quota}"),
                )),
                None if done > 0 => out.push(Finding::new(
                    "ward_without_quota",
                    facts,
                    format!("{ward}: bàn giao {done}, chưa được giao chỉ tiêu"),
                    format!("{ward}: {done} handed over, no quota was set for it"),
                )),
                _ => {}
            }
        }
    }

    /// All wards together hand over no more than the city asks for.
    fn over_city_quota(&self) -> Option<Finding> {
        let (quota, done) = (self.quota(), self.done());
        (!self.city.is_empty() && done > quota).then(|| {
            Finding::new(
                "over_city_quota",
                self.facts(),
                format!("cả quận bàn giao {done}, Thành phố giao {quota}"),
                format!("{done} handed over in all, the city asks for {quota}"),
            )
        })
    }

    /// The quota is met when the season is over.
    fn under_quota(&self, year: u32, call_no: u32, asked: &Asked<'_>) -> Option<Finding> {
        let end = law::season_end(asked.rules, year, call_no).filter(|end| end.value < asked.on)?;
        let (quota, done, last) = (self.quota(), self.done(), end.value);
        (done < quota).then(|| {
            Finding::new(
                "under_quota",
                self.facts(),
                format!("đến {} mới bàn giao {done}, chỉ tiêu {quota}", day(last)),
                format!("{done} handed over by {last}, the quota is {quota}"),
            )
            .by(end.source)
        })
    }

    /// The quotas that count, then who was handed over.
    fn facts(&self) -> Vec<EventName> {
        let of = if self.city.is_empty() { &self.wards } else { &self.city };
        let set = of.values().map(|(_, name)| *name);
        set.chain(self.handed_over.iter().map(|(fact, _)| fact.name)).collect()
    }
}

/// Citizens are handed over in the months of the law and in the year of their call.
fn out_of_season(fact: &Fact<'_>, (year, call_no): (u32, u32), asked: &Asked<'_>) -> Option<Finding> {
    let months = law::hand_over(asked.rules, call_no, fact.on())?;
    let (first, last) = (*months.value.start(), *months.value.end());
    let (vi, en) = match fact.on() {
        on if i64::from(on.year()) != i64::from(year) => (
            format!("bàn giao năm {}, lệnh gọi của năm {year}", on.year()),
            format!("handed over in {}, the call is of {year}", on.year()),
        ),
        on if !months.value.contains(&u32::from(on.month())) => (
            format!("bàn giao ngoài tháng {first} - {last}"),
            format!("handed over outside the months {first} to {last}"),
        ),
        _ => return None,
    };
    Some(Finding::new("out_of_season", vec![fact.name], vi, en).by(months.source))
}

/// Handed over and not sent back.
pub fn net(said: &view::ConscriptionHandedOver<'_>) -> u64 {
    u64::from(said.count.saturating_sub(said.returned))
}
