//! A small ledger to hold events against: the operator, four wards and the health office.
#![allow(dead_code)] // each test uses its part

use prost::Message;
use serde_json::{Value, json};
use socai_domain::registry::{Span, Unit};
use socai_domain::rules::{self, Ctx};
use socai_domain::{Breach, CivilDate, Event, Position, Registry, time};
use socai_proto::v1::UnitType;
use socai_tlog::{EventName, LeafIndex, SealingKey, SigningKey, UnitNo, UnitSeq};

/// Units of one type that exist on a day, in official order.
pub fn of_type(registry: &Registry, unit_type: UnitType, on: CivilDate) -> Vec<&Unit> {
    let units = registry.on(on).into_iter().filter(|(_, span)| span.unit_type == unit_type);
    units.map(|(unit, _)| unit).collect()
}

/// The unit of an id with what it is called on a day, if it exists then.
pub fn unit_on<'r>(registry: &'r Registry, id: &str, on: CivilDate) -> Option<(&'r Unit, &'r Span)> {
    let unit = registry.by_id(id)?;
    unit.on(on).map(|span| (unit, span))
}

pub const OPERATOR: UnitNo = UnitNo(0);
pub const HA_DINH: UnitNo = UnitNo(3);
pub const KIM_GIANG: UnitNo = UnitNo(4);
pub const HEALTH: UnitNo = UnitNo(9);

pub fn date(text: &str) -> CivilDate {
    text.parse().unwrap()
}

/// The public key that a seed makes.
pub fn key(seed: u8) -> SealingKey {
    SealingKey::of(&SigningKey::from_bytes(&[seed; 32]))
}

/// A whole event of a kind: the example of the catalogue.
pub fn example(kind: &str) -> Value {
    socai_proto::kind(kind).unwrap_or_else(|| panic!("no kind {kind}")).example()
}

/// The facts of a JSON form.
pub fn facts(form: &Value) -> Vec<u8> {
    socai_proto::json::event_from_json(form).unwrap_or_else(|errors| panic!("{errors:#?}")).0.encode_to_vec()
}

/// The ledger so far: units and where the next record stands.
pub struct World {
    pub registry: Registry,
    pub leaf: u64,
    seqs: [u64; 16],
}

/// What a record became.
pub type Outcome = Result<(), Vec<Breach>>;

impl World {
    /// Units valid since 1997: the operator, wards until 31/12/2024, the health office.
    pub fn new() -> World {
        let mut world = World { registry: Registry::new(), leaf: 0, seqs: [0; 16] };
        for (no, id, code, name, unit_type, seed) in [
            (OPERATOR, "hn.tx.b.vp", "", "Văn phòng HĐND và UBND quận", "operator", 10),
            (HA_DINH, "hn.tx.ha-dinh.1", "00361", "Phường Hạ Đình", "ward", 20),
            (KIM_GIANG, "hn.tx.kim-giang.1", "00373", "Phường Kim Giang", "ward", 30),
            (UnitNo(5), "hn.tx.khuong-dinh.1", "00364", "Phường Khương Đình", "ward", 50),
            (UnitNo(6), "hn.tx.khuong-trung.1", "00349", "Phường Khương Trung", "ward", 60),
            (HEALTH, "hn.tx.b.yte", "", "Phòng Y tế", "district_body", 40),
        ] {
            let mut form = registration(no, id, code, name, unit_type, seed);
            if unit_type == "ward" {
                form["data"]["valid_to"] = json!("2024-12-31");
            }
            world.record(OPERATOR, &form).unwrap();
        }
        world
    }

    /// Puts a record into the log on a day, taking it into account when it counts.
    pub fn record_on(&mut self, publisher: UnitNo, form: &Value, received: &str) -> Outcome {
        let rotates_key = form["kind"] == "key.rotated";
        self.record_flagged(publisher, form, received, rotates_key)
    }

    pub fn record_flagged(
        &mut self,
        publisher: UnitNo,
        form: &Value,
        received: &str,
        rotates_key: bool,
    ) -> Outcome {
        let facts = facts(form);
        let event = Event::decode(&facts).unwrap();
        let at = self.position(publisher, received, rotates_key);
        let breaches = rules::check(&event, publisher, &Ctx::recorded(&self.registry, &at));
        let seqs = self.seqs;
        let applied = self.registry.apply(&event, &at, |no| UnitSeq(seqs[no.0 as usize]));
        self.leaf += 1;
        self.seqs[publisher.0 as usize] += 1;
        if Registry::is_about(&event) {
            assert_eq!(
                applied.clone().err().unwrap_or_default(),
                breaches,
                "the registry goes by the same rules"
            );
        }
        if breaches.is_empty() { Ok(()) } else { Err(breaches) }
    }

    pub fn record(&mut self, publisher: UnitNo, form: &Value) -> Outcome {
        self.record_on(publisher, form, "2025-07-15")
    }

    pub fn position(&self, publisher: UnitNo, received: &str, rotates_key: bool) -> Position {
        Position {
            name: EventName { unit: publisher, seq: UnitSeq(self.seqs[publisher.0 as usize]) },
            leaf: LeafIndex(self.leaf),
            received_at_ms: time::start_of_day_ms(date(received)) + 1,
            rotates_key,
        }
    }

    /// What the rules say of a draft on a day, as `field code`.
    pub fn draft(&self, publisher: UnitNo, form: &Value, today: &str) -> Vec<String> {
        let facts = facts(form);
        let breaches = rules::check(
            &Event::decode(&facts).unwrap(),
            publisher,
            &Ctx::draft(&self.registry, date(today)),
        );
        breaches.iter().map(|breach| format!("{} {}", breach.field, breach.code)).collect()
    }
}

/// Registers a unit with three keys from three seeds.
pub fn registration(no: UnitNo, id: &str, code: &str, name: &str, unit_type: &str, seed: u8) -> Value {
    let hex = |key: SealingKey| key.to_string();
    let mut form = example("unit.registered");
    form["data"] = json!({
        "unit_no": no.0, "unit_id": id, "name": name, "type": unit_type,
        "valid_from": "1997-01-01",
        "transport_key": hex(key(seed)), "sealing_key": hex(key(seed + 1)), "witnessing_key": hex(key(seed + 2)),
    });
    if !code.is_empty() {
        form["data"]["code"] = json!(code);
    }
    form
}

/// The codes of an outcome, as `field code`.
pub fn codes(outcome: &Outcome) -> Vec<String> {
    outcome.as_ref().err().into_iter().flatten().map(|b| format!("{} {}", b.field, b.code)).collect()
}

/// Sets a value by its path in the JSON form; `null` removes it.
pub fn with(mut form: Value, path: &str, value: Value) -> Value {
    let (parents, last) = path.rsplit_once('.').unwrap_or(("", path));
    let mut place = &mut form;
    for part in parents.split('.').filter(|part| !part.is_empty()) {
        place = match part.parse::<usize>() {
            Ok(at) => &mut place[at],
            Err(_) => &mut place[part],
        };
    }
    match (place, last.parse::<usize>()) {
        (Value::Array(items), Ok(at)) if at == items.len() => items.push(value),
        (Value::Array(items), Ok(at)) => items[at] = value,
        (Value::Object(object), _) if value.is_null() => drop(object.shift_remove(last)),
        (place, _) => place[last] = value,
    }
    form
}

/// A valid event of `kind` with values changed breaks exactly this, as a form or as a fact, when Hạ Đình states it on 15/07/2023.
pub fn breaks(kind: &str, changes: &[(&str, Value)], expected: &[&str]) {
    let form = changes.iter().fold(example(kind), |form, (path, value)| with(form, path, value.clone()));
    let found = match socai_proto::json::event_from_json(&form) {
        Ok(_) => World::new().draft(HA_DINH, &form, "2023-07-15"),
        Err(errors) => errors.iter().map(|error| format!("{} {}", error.path, error.code.as_str())).collect(),
    };
    assert_eq!(found, expected, "{kind} with {changes:?}");
}
