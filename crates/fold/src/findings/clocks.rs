//! Backdating: the day of a fact, its unit's clock when it was sealed, and the district's when it was received.

use std::collections::BTreeMap;

use socai_domain::{tables::FindingRule, time::vietnam_date};
use socai_tlog::UnitNo;

use super::{
    gathered::{Gathered, Off},
    watch::{Counted, Raw, Sealed, Watch},
};
use crate::{recorded::Facts, verdict::FoldError};

const MINUTE_MS: i64 = 60_000;

/// Facts sealed long after their day.
pub(super) struct RecordedLate<'f> {
    rule: &'f FindingRule,
    kinds: &'f [String],
    days: i64,
    found: Gathered,
}

impl<'f> RecordedLate<'f> {
    pub fn new(rule: &'f FindingRule, kinds: &'f [String], days: i64) -> Self {
        RecordedLate { rule, kinds, days, found: Gathered::default() }
    }
}

impl<'f> Watch<'f> for RecordedLate<'f> {
    fn fact(&mut self, fact: &Counted<'_>, _: &dyn Facts) -> Result<(), FoldError> {
        let late = i64::from(vietnam_date(fact.recorded_at_ms).days_since(fact.day()));
        if late > self.days && fact.is_of(self.kinds) && self.rule.judges(fact.day()) {
            self.found.add(fact.name, fact.day(), late);
        }
        Ok(())
    }

    fn finish(self: Box<Self>, _: &dyn Facts, out: &mut Vec<Raw<'f>>) -> Result<(), FoldError> {
        let allowed = self.days;
        let say = |count, worst| {
            (
                format!(
                    "{count} sự kiện ghi sổ sau ngày phát sinh hơn {allowed} ngày, chậm nhất {worst} ngày"
                ),
                format!(
                    "{count} facts sealed more than {allowed} days after their day, the latest {worst} days"
                ),
            )
        };
        self.found.finish(self.rule, Off::Days, say, out);
        Ok(())
    }
}

/// Records received long after they were sealed.
pub(super) struct ReceivedLate<'f> {
    rule: &'f FindingRule,
    days: i64,
    found: Gathered,
}

impl<'f> ReceivedLate<'f> {
    pub fn new(rule: &'f FindingRule, days: i64) -> Self {
        ReceivedLate { rule, days, found: Gathered::default() }
    }
}

impl<'f> Watch<'f> for ReceivedLate<'f> {
    fn fact(&mut self, fact: &Counted<'_>, _: &dyn Facts) -> Result<(), FoldError> {
        let received = vietnam_date(fact.received_at_ms);
        let late = i64::from(received.days_since(vietnam_date(fact.recorded_at_ms)));
        if late > self.days && self.rule.judges(fact.day()) {
            self.found.add(fact.name, fact.day(), late);
        }
        Ok(())
    }

    fn finish(self: Box<Self>, _: &dyn Facts, out: &mut Vec<Raw<'f>>) -> Result<(), FoldError> {
        let allowed = self.days;
        let say = |count, worst| {
            (
                format!(
                    "{count} bản ghi đến quận sau khi niêm phong hơn {allowed} ngày, chậm nhất {worst} ngày"
                ),
                format!(
                    "{count} records received more than {allowed} days after they were sealed, the latest {worst} days"
                ),
            )
        };
        self.found.finish(self.rule, Off::Days, say, out);
        Ok(())
    }
}

/// Records that their unit's clock says were sealed after they were received.
pub(super) struct ClockAhead<'f> {
    rule: &'f FindingRule,
    minutes: i64,
    found: Gathered,
}

impl<'f> ClockAhead<'f> {
    pub fn new(rule: &'f FindingRule, minutes: i64) -> Self {
        ClockAhead { rule, minutes, found: Gathered::default() }
    }
}

impl<'f> Watch<'f> for ClockAhead<'f> {
    fn record(&mut self, sealed: &Sealed<'_>) -> Result<(), FoldError> {
        let ahead = minutes(sealed.record.at.received_at_ms, sealed.recorded_at_ms);
        let day = vietnam_date(sealed.record.at.received_at_ms);
        if ahead > self.minutes && self.rule.judges(day) {
            self.found.add(sealed.name, day, ahead);
        }
        Ok(())
    }

    fn finish(self: Box<Self>, _: &dyn Facts, out: &mut Vec<Raw<'f>>) -> Result<(), FoldError> {
        let say = |count, worst| {
            (
                format!(
                    "{count} bản ghi niêm phong sau khi quận nhận, nhiều nhất {worst} phút: đồng hồ đơn vị chạy trước"
                ),
                format!(
                    "{count} records sealed after they were received, at most by {worst} minutes: the unit's clock is ahead"
                ),
            )
        };
        self.found.finish(self.rule, Off::Minutes, say, out);
        Ok(())
    }
}

/// Records sealed before the one before them.
pub(super) struct ClockBack<'f> {
    rule: &'f FindingRule,
    minutes: i64,
    last_ms: BTreeMap<UnitNo, u64>,
    found: Gathered,
}

impl<'f> ClockBack<'f> {
    pub fn new(rule: &'f FindingRule, minutes: i64) -> Self {
        ClockBack { rule, minutes, last_ms: BTreeMap::new(), found: Gathered::default() }
    }
}

impl<'f> Watch<'f> for ClockBack<'f> {
    fn record(&mut self, sealed: &Sealed<'_>) -> Result<(), FoldError> {
        let last_ms = self.last_ms.insert(sealed.name.unit, sealed.recorded_at_ms);
        let back = last_ms.map_or(0, |last_ms| minutes(sealed.recorded_at_ms, last_ms));
        let day = vietnam_date(sealed.record.at.received_at_ms);
        if back > self.minutes && self.rule.judges(day) {
            self.found.add(sealed.name, day, back);
        }
        Ok(())
    }

    fn finish(self: Box<Self>, _: &dyn Facts, out: &mut Vec<Raw<'f>>) -> Result<(), FoldError> {
        let say = |count, worst| {
            (
                format!("đồng hồ đơn vị lùi {count} lần giữa hai bản ghi, nhiều nhất {worst} phút"),
                format!(
                    "the unit's clock went back {count} times between two records, at most by {worst} minutes"
                ),
            )
        };
        self.found.finish(self.rule, Off::Minutes, say, out);
        Ok(())
    }
}

/// Whole minutes from one time to another; negative when the other is earlier.
pub(super) fn minutes(from_ms: u64, to_ms: u64) -> i64 {
    let apart = i128::from(to_ms) - i128::from(from_ms);
    i64::try_from(apart / i128::from(MINUTE_MS)).unwrap_or(i64::MAX)
}
