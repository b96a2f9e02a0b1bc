//! A ledger in memory: facts in, records in leaf order out, and every earlier record to be found by name.

#![allow(dead_code)] // each test file uses its part

pub mod district;
pub mod facts;
pub mod inspect;
pub mod world;

use std::collections::BTreeMap;

use prost::Message as _;
use serde_json::{Value, json};
use socai_domain::{CivilDate, Position};
use socai_fold::{Facts, FactsUnavailable, Fold, Original, Recorded, Rejection, Verdict, findings::Sighting};
use socai_proto::{json::event_from_json, v1};
use socai_tlog::{EventName, LeafIndex, UnitNo};

/// Midnight in Viet Nam is 17:00 UTC of the day before; noon is safely inside the day.
pub const NOON_MS: u64 = 5 * 3_600_000;

/// Records as a log would hold them.
#[derive(Clone, Default)]
pub struct Ledger {
    pub records: Vec<(Position, Vec<u8>)>,
    by_name: BTreeMap<EventName, u64>,
    heads: BTreeMap<u32, u64>,
    pub now_ms: u64,
    /// When units sealed by their own clocks, where that is not when it was received.
    pub sealed_ms: BTreeMap<EventName, u64>,
    /// What witnesses saw.
    pub seen: Vec<Sighting>,
}

impl Ledger {
    /// Everything published from now on is received at noon of this day.
    pub fn on(&mut self, day: &str) -> &mut Self {
        let day: CivilDate = day.parse().unwrap();
        self.now_ms = u64::try_from(day.day_number()).unwrap() * 86_400_000 + NOON_MS;
        self
    }

    /// Adds facts of a unit, whatever they are.
    pub fn publish_bytes(&mut self, unit: u32, facts: Vec<u8>) -> EventName {
        let head = self.heads.entry(unit).or_default();
        let name = EventName::new(unit, *head);
        *head += 1;
        let leaf = LeafIndex(self.records.len() as u64);
        self.by_name.insert(name, leaf.0);
        let at = Position { name, leaf, received_at_ms: self.now_ms, rotates_key: false };
        self.records.push((at, facts));
        name
    }

    /// Adds an event.
    pub fn publish(&mut self, unit: u32, event: &v1::Event) -> EventName {
        self.publish_bytes(unit, event.encode_to_vec())
    }

    /// Adds an event in the JSON form; the envelope's parts that no test looks at are filled in.
    pub fn json(&mut self, unit: u32, mut form: Value) -> EventName {
        let id = format!("{:032x}", self.records.len() + 1);
        let parts = [
            ("id", json!(id)),
            ("level", json!("public")),
            ("source", json!({"kind": "manual"})),
            ("entered_by", json!("thu")),
        ];
        let form = form.as_object_mut().unwrap();
        form.remove("unit");
        for (name, value) in parts {
            form.entry(name).or_insert(value);
        }
        let (event, _) = event_from_json(&Value::Object(form.clone()))
            .unwrap_or_else(|errors| panic!("{form:?}: {errors:?}"));
        self.publish(unit, &event)
    }

    /// The records in leaf order.
    pub fn iter(&self) -> impl Iterator<Item = Recorded<'_>> {
        self.records.iter().map(|(at, facts)| Recorded { at: *at, facts })
    }

    /// A fold of the first `size` records, and what it rejected.
    pub fn fold_to(&self, size: usize) -> (Fold, Vec<Rejection>) {
        let mut fold = Fold::new();
        let rejections = self.onto(&mut fold, size);
        (fold, rejections)
    }

    /// A fold of everything.
    pub fn fold(&self) -> (Fold, Vec<Rejection>) {
        self.fold_to(self.records.len())
    }

    /// Goes on with a fold up to `size`.
    pub fn onto(&self, fold: &mut Fold, size: usize) -> Vec<Rejection> {
        let from = fold.size().0 as usize;
        let verdicts = self.iter().take(size).skip(from).map(|record| fold.apply(&record, self).unwrap());
        verdicts
            .filter_map(|verdict| match verdict {
                Verdict::Rejected(rejection) => Some(rejection),
                Verdict::Counts => None,
            })
            .collect()
    }

    /// The only reason why the newest record was rejected.
    pub fn rejection(&self) -> (String, String) {
        let (_, rejections) = self.fold();
        let last = rejections.last().expect("something was rejected");
        assert_eq!(last.name(), self.records.last().unwrap().0.name, "the newest record was not rejected");
        (last.reasons[0].field.clone(), last.reasons[0].code.clone())
    }
}

impl Facts for Ledger {
    fn find(&self, name: EventName) -> Result<Option<Original>, FactsUnavailable> {
        Ok(self.by_name.get(&name).map(|leaf| {
            let (at, facts) = &self.records[*leaf as usize];
            Original { leaf: at.leaf, received_at_ms: at.received_at_ms, facts: facts.clone() }
        }))
    }
}

/// Three public keys that nobody has the private halves of: points whose bytes a counter found.
pub fn keys(unit: UnitNo) -> [String; 3] {
    let mut found = vec![];
    for counter in 0_u32.. {
        let bytes = *blake3::hash(&[unit.0.to_be_bytes(), counter.to_be_bytes()].concat()).as_bytes();
        if socai_tlog::SealingKey::from_bytes(&bytes).is_ok() {
            found.push(bytes.iter().map(|byte| format!("{byte:02x}")).collect());
        }
        if found.len() == 3 {
            break;
        }
    }
    found.try_into().unwrap()
}
