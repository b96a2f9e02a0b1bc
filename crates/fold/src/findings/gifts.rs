//! Gifts that may have been given twice, as far as batches tell. Facts hold no recipient, on purpose: a list of them shows who is poor,
//! ill or decorated. So no token can be found twice here; what can be found are equal batches, and groups that two programmes serve.

use std::collections::BTreeMap;

use socai_domain::{
    CivilDate, Dong, Kind,
    lifecycle::{finding::money, gift},
    tables::FindingRule,
};
use socai_proto::{schema, view};
use socai_tlog::{EventName, UnitNo};

use super::watch::{Counted, Raw, Watch};
use crate::{recorded::Facts, verdict::FoldError};

/// Batches of the same size, value and group, handed out by one unit within some days.
pub(super) struct Repeated<'f> {
    rule: &'f FindingRule,
    days: i64,
    batches: BTreeMap<Batch, Vec<(CivilDate, EventName)>>,
}

/// What makes batches equal.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Batch {
    publisher: UnitNo,
    programme: Box<str>,
    whom: Whom,
    unit_value: i64,
    quantity: u32,
}

/// Who is given, from where and when.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Whom {
    occasion: Box<str>,
    places: Vec<Box<str>>,
    source: i32,
    group: i32,
}

impl Whom {
    fn of(fact: &Counted<'_>, batch: &view::GiftDelivered<'_>) -> Whom {
        let places = fact.event.place().iter().map(Box::from).collect();
        Whom { occasion: batch.occasion.into(), places, source: batch.source, group: batch.group }
    }

    /// `hộ nghèo, nguồn thành phố, hn.tx.ha-dinh.1`
    fn texts(&self) -> (String, String) {
        let label = |of: &schema::Enum, number: i32| of.value(number.into()).map(|value| value.label);
        let group = label(&schema::GIFT_GROUP, self.group).unwrap_or(UNKNOWN);
        let source = label(&schema::GIFT_SOURCE, self.source).unwrap_or(UNKNOWN);
        let places = self.places.iter().map(|place| format!(", {place}")).collect::<String>();
        (
            format!("{}, nguồn {}{places}", group.vi, source.vi),
            format!("{}, source {}{places}", group.en, source.en),
        )
    }
}

const UNKNOWN: schema::Label = schema::Label { vi: "?", en: "?" };

impl<'f> Repeated<'f> {
    pub fn new(rule: &'f FindingRule, days: i64) -> Self {
        Repeated { rule, days, batches: BTreeMap::new() }
    }
}

impl<'f> Watch<'f> for Repeated<'f> {
    fn fact(&mut self, fact: &Counted<'_>, _: &dyn Facts) -> Result<(), FoldError> {
        if let Kind::GiftDelivered(data) = fact.event.kind()
            && self.rule.judges(fact.day())
        {
            let batch = Batch {
                publisher: fact.name.unit,
                programme: data.programme.into(),
                whom: Whom::of(fact, data),
                unit_value: data.unit_value,
                quantity: data.quantity,
            };
            self.batches.entry(batch).or_default().push((fact.day(), fact.name));
        }
        Ok(())
    }

    fn finish(self: Box<Self>, _: &dyn Facts, out: &mut Vec<Raw<'f>>) -> Result<(), FoldError> {
        for (batch, mut deliveries) in self.batches {
            deliveries.sort();
            for pair in deliveries.windows(2) {
                let [(first_on, first), (on, second)] = pair else { continue };
                let apart = i64::from(on.days_since(*first_on));
                if apart > self.days {
                    continue;
                }
                let (quantity, (vi, en)) = (batch.quantity, batch.whom.texts());
                let value = money(Dong(batch.unit_value));
                let mut raw = Raw::new(
                    self.rule,
                    batch.publisher,
                    *on,
                    vec![*first, *second],
                    format!("hai đợt {quantity} suất × {value} đồng cách {apart} ngày: {vi}"),
                    format!("two batches of {quantity} gifts at {value:#} VND, {apart} days apart: {en}"),
                );
                raw.extent.amount = Dong(batch.unit_value).checked_times(quantity);
                raw.extent.days = Some(apart);
                out.push(raw);
            }
        }
        Ok(())
    }
}

/// Groups of a place that were given from one source under two programmes of one occasion.
pub(super) struct TwoProgrammes<'f> {
    rule: &'f FindingRule,
    given: BTreeMap<Whom, BTreeMap<Box<str>, Given>>,
}

/// What was given under a programme.
struct Given {
    on: CivilDate,
    first: EventName,
    gifts: u64,
    amount: i128,
    count: u64,
}

impl<'f> TwoProgrammes<'f> {
    pub fn new(rule: &'f FindingRule) -> Self {
        TwoProgrammes { rule, given: BTreeMap::new() }
    }
}

impl<'f> Watch<'f> for TwoProgrammes<'f> {
    fn fact(&mut self, fact: &Counted<'_>, _: &dyn Facts) -> Result<(), FoldError> {
        let Kind::GiftDelivered(data) = fact.event.kind() else { return Ok(()) };
        let gifts = u64::from(gift::given(data));
        if gifts == 0 || !self.rule.judges(fact.day()) {
            return Ok(());
        }
        let programmes = self.given.entry(Whom::of(fact, data)).or_default();
        let none = Given { on: fact.day(), first: fact.name, gifts: 0, amount: 0, count: 0 };
        let given = programmes.entry(data.programme.into()).or_insert(none);
        if (fact.day(), fact.name) < (given.on, given.first) {
            (given.on, given.first) = (fact.day(), fact.name);
        }
        given.gifts += gifts;
        given.amount += i128::from(gifts) * i128::from(data.unit_value);
        given.count += 1;
        Ok(())
    }

    fn finish(self: Box<Self>, _: &dyn Facts, out: &mut Vec<Raw<'f>>) -> Result<(), FoldError> {
        for (whom, programmes) in self.given.into_iter().filter(|(_, programmes)| programmes.len() > 1) {
            let mut given: Vec<_> = programmes.into_iter().collect();
            given.sort_by_key(|(_, given)| (given.on, given.first));
            let [(_, earliest), .., (_, latest)] = given.as_slice() else { continue };
            let parts: Vec<_> = given.iter().map(|(name, given)| format!("{name} {}", given.gifts)).collect();
            let ((vi, en), parts) = (whom.texts(), parts.join(", "));
            let mut raw = Raw::new(
                self.rule,
                earliest.first.unit,
                latest.on,
                given.iter().map(|(_, given)| given.first).collect(),
                format!("số suất theo từng chương trình: {parts}; {vi}"),
                format!("gifts by programme: {parts}; {en}"),
            );
            // what may have been given a second time: all but the largest programme
            let amounts = given.iter().map(|(_, given)| given.amount);
            let (sum, most) = (amounts.clone().sum::<i128>(), amounts.max().unwrap_or_default());
            raw.extent.amount = Some(Dong::clamped(sum - most));
            raw.facts_in_all = given.iter().map(|(_, given)| given.count).sum();
            out.push(raw);
        }
        Ok(())
    }
}
