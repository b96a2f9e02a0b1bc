//! Voucher numbers: each is used once on a day by those who number from one book.
//!
//! There are as many vouchers as postings, so only a hash and a name of each are held, 24 bytes, of as many as fit into a bound; those of
//! other hashes have further passes. What shares a hash is read again and compared by what it says.

use std::collections::BTreeMap;

use socai_domain::{
    CivilDate, Event, Kind,
    hash::hash_of_key,
    tables::{Check, FindingRule},
};
use socai_tlog::EventName;

use super::watch::{Counted, Raw};
use crate::{fold::Fold, recorded::Facts, verdict::FoldError};

/// What is held of a voucher.
const OF_VOUCHER: usize = 24;

/// The vouchers of this pass, and where the next one begins.
pub(super) struct Vouchers<'f> {
    fold: &'f Fold,
    rules: Vec<(&'f FindingRule, &'f [String])>,
    /// Most bytes that are held.
    room: usize,
    /// First and last hash of the pass; none when every hash had one.
    window: Option<(u64, u64)>,
    held: Vec<(u64, EventName)>,
    /// Names that share a hash, in leaf order.
    alike: Vec<Vec<EventName>>,
}

/// Whose numbers are compared: those of a kind, of revenue by who collected it, on a day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    tag: u32,
    collector: i32,
    on: CivilDate,
    voucher: Box<str>,
}

impl<'f> Vouchers<'f> {
    /// None when no rule asks for vouchers.
    pub fn of(rules: &[&'f FindingRule], fold: &'f Fold, room: usize) -> Option<Self> {
        let asked = rules.iter().filter_map(|rule| match &rule.check {
            Check::VoucherTwice { kinds } => Some((*rule, kinds.as_slice())),
            _ => None,
        });
        let rules: Vec<_> = asked.collect();
        (!rules.is_empty()).then(|| Vouchers {
            fold,
            rules,
            room,
            window: Some((0, u64::MAX)),
            held: vec![],
            alike: vec![],
        })
    }

    /// Holds at most so many bytes from here on.
    pub fn set_room(&mut self, room: usize) {
        self.room = room;
    }

    /// Takes a fact in, if its voucher is one of this pass.
    pub fn fact(&mut self, fact: &Counted<'_>) {
        let Some((from, to)) = self.window else { return };
        let is_asked =
            |(rule, kinds): &(&FindingRule, &[String])| fact.is_of(kinds) && rule.judges(fact.day());
        let Some(key) = key(fact.event).filter(|_| self.rules.iter().any(is_asked)) else { return };
        let hash = key.hash();
        if from <= hash && hash <= to {
            self.held.push((hash, fact.name));
            while self.held.len() * OF_VOUCHER > self.room && self.held.len() > 1 && self.narrow() {}
        }
    }

    /// Leaves the upper half of the pass's hashes to later passes; false when it is one hash.
    fn narrow(&mut self) -> bool {
        let Some((from, to)) = self.window.filter(|(from, to)| from < to) else { return false };
        let middle = from + (to - from) / 2;
        self.window = Some((from, middle));
        self.held.retain(|(hash, _)| *hash <= middle);
        true
    }

    /// Ends a pass; whether there are others.
    pub fn end_pass(&mut self) -> bool {
        let mut held = std::mem::take(&mut self.held);
        // stable: names of one hash stay in leaf order
        held.sort_by_key(|(hash, _)| *hash);
        let alike = held.chunk_by(|(one, _), (other, _)| one == other).filter(|alike| alike.len() > 1);
        self.alike.extend(alike.map(|alike| alike.iter().map(|(_, name)| *name).collect()));
        self.window = match self.window {
            Some((_, to)) if to < u64::MAX => Some((to + 1, u64::MAX)),
            _ => None,
        };
        self.window.is_some()
    }

    /// What was found in all passes.
    pub fn finish(self, facts: &dyn Facts) -> Result<Vec<Raw<'f>>, FoldError> {
        let mut out = vec![];
        for names in &self.alike {
            let mut by_key: BTreeMap<Key, Vec<EventName>> = BTreeMap::new();
            for name in names {
                if let Some(key) = self.key_of(*name, facts)? {
                    by_key.entry(key).or_default().push(*name);
                }
            }
            for (key, names) in by_key.iter().filter(|(_, names)| names.len() > 1) {
                let kind = socai_proto::kind_by_tag(key.tag).map_or("", |kind| kind.name);
                let asks = |(rule, kinds): &&(&'f FindingRule, &[String])| {
                    kinds.iter().any(|asked| asked == kind) && rule.judges(key.on)
                };
                out.extend(self.rules.iter().filter(asks).map(|(rule, _)| twice(rule, key, names)));
            }
        }
        Ok(out)
    }

    /// What counts of a fact that was seen.
    fn key_of(&self, name: EventName, facts: &dyn Facts) -> Result<Option<Key>, FoldError> {
        let of = |facts: &[u8]| Event::decode(facts).ok().as_ref().and_then(key);
        if let Some(amended) = self.fold.amendments.get(name) {
            return Ok(amended.effective(name).facts().and_then(of));
        }
        Ok(self.fold.original(name, facts)?.and_then(|original| of(&original.facts)))
    }
}

fn twice<'f>(rule: &'f FindingRule, key: &Key, names: &[EventName]) -> Raw<'f> {
    let mut units: Vec<u32> = names.iter().map(|name| name.unit.0).collect();
    units.sort_unstable();
    units.dedup();
    let (voucher, times, on) = (&key.voucher, names.len(), key.on);
    let on_vi = socai_domain::lifecycle::finding::day(on);
    let (across_vi, across) = match units.len() {
        1 => (String::new(), String::new()),
        units => (format!(", ở {units} đơn vị"), format!(", by {units} units")),
    };
    Raw::new(
        rule,
        names[0].unit,
        on,
        names.to_vec(),
        format!("chứng từ {voucher} ngày {on_vi} có ở {times} sự kiện{across_vi}"),
        format!("voucher {voucher} of {on} stands in {times} facts{across}"),
    )
}

/// What the voucher of a fact is compared by.
fn key(event: &Event<'_>) -> Option<Key> {
    let (voucher, collector) = match event.kind() {
        Kind::BudgetRevenuePosted(said) => (said.voucher, said.collector),
        Kind::BudgetExpenditurePosted(said) => (said.voucher, 0),
        Kind::ProjectDisbursed(said) => (said.voucher, 0),
        Kind::PenaltyPaymentReceived(said) => (said.voucher, 0),
        _ => return None,
    };
    let voucher = voucher.trim();
    (!voucher.is_empty()).then(|| Key {
        tag: event.tag(),
        collector,
        on: event.occurred_on(),
        voucher: voucher.into(),
    })
}

impl Key {
    fn hash(&self) -> u64 {
        hash_of_key(&(self.tag, self.collector, self.on.yyyymmdd(), &*self.voucher))
    }
}
