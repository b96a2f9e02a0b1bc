//! A gift programme: what was approved for each group, what was handed out of it and what came back.

use std::collections::BTreeMap;

use socai_proto::{
    schema::{self, Label},
    v1::GiftGroup,
    view,
};
use socai_tlog::EventName;

use super::{
    Asked, Detail, Finding, Judged, Value,
    finding::money,
    story::{Fact, Story},
};
use crate::{Dong, Kind};

/// Where a programme stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Gifts were handed out, their programme has not been recorded yet.
    Pending,
    /// Approved, nothing handed out.
    Approved,
    /// Some gifts are handed out.
    Delivering,
    /// Every approved gift is handed out.
    Delivered,
}

impl State {
    /// The state in words.
    pub fn label(self) -> Label {
        let (vi, en) = match self {
            State::Pending => ("chờ kế hoạch được ghi sổ", "waiting for its programme to be recorded"),
            State::Approved => ("đã duyệt kế hoạch, chưa trao", "approved, nothing handed out"),
            State::Delivering => ("đang trao quà", "being handed out"),
            State::Delivered => ("đã trao đủ", "all handed out"),
        };
        Label { vi, en }
    }
}

/// What a programme plans and gives for one group from one source.
#[derive(Default)]
struct Line {
    approved: u64,
    unit_values: Vec<i64>,
    /// Taken out for delivery, without what came back.
    delivered: u64,
    /// Money of the delivered, without what came back.
    amount: i128,
    deliveries: Vec<EventName>,
}

impl Line {
    /// Money of what was handed out beyond the approved number, each gift at the least approved value.
    fn excess(&self) -> Dong {
        let gifts = self.delivered.saturating_sub(self.approved);
        let least = self.unit_values.iter().min().copied().unwrap_or_default();
        Dong::clamped(i128::from(gifts) * i128::from(least))
    }
}

/// Lines by source and group.
type Lines = BTreeMap<(i32, i32), Line>;

/// Judges the programme of a case; none when no fact is of that family.
pub(super) fn judge(story: &Story<'_>, _: &Asked<'_>) -> Option<Judged> {
    let (mut lines, mut programmes) = (Lines::new(), Vec::new());
    let (mut returned, mut amount) = (0, 0);
    let mut deliveries = Vec::new();
    for fact in story.iter() {
        match *fact.event.kind() {
            Kind::GiftProgrammeApproved(programme) => {
                approve(&mut lines, &programme);
                programmes.push(fact.name);
            }
            Kind::GiftDelivered(batch) => {
                deliver(&mut lines, fact, &batch);
                returned += u64::from(batch.returned);
                amount += net_amount(&batch);
                deliveries.push((fact, batch));
            }
            _ => {}
        }
    }
    if programmes.is_empty() && deliveries.is_empty() {
        return None;
    }
    let (approved, delivered) = (total(&lines, |line| line.approved), total(&lines, |line| line.delivered));
    let state = match (programmes.is_empty(), delivered) {
        (true, _) => State::Pending,
        (false, 0) => State::Approved,
        (false, delivered) if delivered >= approved => State::Delivered,
        _ => State::Delivering,
    };
    let findings = match state {
        State::Pending => vec![pending(deliveries.iter().map(|(fact, _)| fact.name).collect())],
        _ => findings(&lines, &deliveries, &programmes),
    };
    let details = vec![
        Detail::new("số suất được duyệt", "gifts approved", Value::Count(approved)),
        Detail::new("số suất đã trao", "gifts handed out", Value::Count(delivered)),
        Detail::new("số suất trả lại", "gifts returned", Value::Count(returned)),
        Detail::new("kinh phí đã trao", "amount handed out", Value::Money(Dong::clamped(amount))),
    ];
    Some(Judged { state: super::State::Gift(state), details, findings, marks: vec![] })
}

fn approve(lines: &mut Lines, programme: &view::GiftProgrammeApproved<'_>) {
    for planned in programme.lines {
        let line = lines.entry((programme.source, planned.group)).or_default();
        line.approved += u64::from(planned.quantity);
        line.unit_values.push(planned.unit_value);
    }
}

fn deliver(lines: &mut Lines, fact: &Fact<'_>, batch: &view::GiftDelivered<'_>) {
    let line = lines.entry((batch.source, batch.group)).or_default();
    line.delivered += u64::from(given(batch));
    line.amount += net_amount(batch);
    line.deliveries.push(fact.name);
}

/// How many gifts of a batch were handed out and did not come back.
pub fn given(batch: &view::GiftDelivered<'_>) -> u32 {
    batch.quantity.saturating_sub(batch.returned)
}

fn net_amount(batch: &view::GiftDelivered<'_>) -> i128 {
    i128::from(batch.unit_value) * i128::from(given(batch))
}

fn total(lines: &Lines, of: impl Fn(&Line) -> u64) -> u64 {
    lines.values().map(of).sum()
}

fn pending(facts: Vec<EventName>) -> Finding {
    let (vi, en) = (
        "đã trao quà, kế hoạch chưa được ghi sổ",
        "gifts were handed out, the programme is not in the ledger yet",
    );
    Finding::new("programme_pending", facts, vi, en)
}

fn findings(
    lines: &Lines,
    deliveries: &[(&Fact<'_>, view::GiftDelivered<'_>)],
    programmes: &[EventName],
) -> Vec<Finding> {
    let mut out = Vec::new();
    for ((_, group), line) in lines {
        let label = group_label(*group);
        let facts = || programmes.iter().chain(&line.deliveries).copied().collect();
        let (approved, delivered) = (line.approved, line.delivered);
        if line.unit_values.is_empty() {
            out.push(
                Finding::new(
                    "group_not_approved",
                    line.deliveries.clone(),
                    format!("{}: kế hoạch không có nhóm này ở nguồn này", label.vi),
                    format!("{}: the programme does not plan this group from this source", label.en),
                )
                .of(Dong::clamped(line.amount)),
            );
        } else if delivered > approved {
            out.push(
                Finding::new(
                    "more_than_approved",
                    facts(),
                    format!("{}: đã trao {delivered} suất, được duyệt {approved}", label.vi),
                    format!("{}: {delivered} handed out, {approved} approved", label.en),
                )
                .of(line.excess()),
            );
        }
    }
    for (fact, batch) in deliveries {
        let planned = lines.get(&(batch.source, batch.group)).map(|line| line.unit_values.as_slice());
        let planned = planned.filter(|values| !values.is_empty() && !values.contains(&batch.unit_value));
        if planned.is_some() {
            let (label, value) = (group_label(batch.group), money(Dong(batch.unit_value)));
            out.push(
                Finding::new(
                    "value_differs",
                    vec![fact.name],
                    format!("{}: mức quà {value} đồng không có trong kế hoạch", label.vi),
                    format!("{}: gifts of {value:#} VND are not in the programme", label.en),
                )
                .of(Dong::clamped(net_amount(batch))),
            );
        }
    }
    out
}

fn group_label(group: i32) -> Label {
    let group = GiftGroup::try_from(group).unwrap_or_default();
    schema::GIFT_GROUP.value(group as i64).map_or(Label { vi: "?", en: "?" }, |value| value.label)
}
