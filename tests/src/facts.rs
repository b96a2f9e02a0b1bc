//! Small true facts, as many as one likes: inspections of premises in a ward, one month of 2023.

use serde_json::{Value, json};

use crate::chance::Chance;

/// One inspection in the JSON form, with an id of its own: sent twice, it is the same event.
pub fn inspection(unit: &str, chance: &mut Chance) -> Value {
    let id = chance.id();
    with_id(unit, &id, chance)
}

/// One inspection with this id.
pub fn with_id(unit: &str, id: &str, chance: &mut Chance) -> Value {
    let day = 1 + chance.below(28);
    json!({
        "id": id,
        "kind": "inspection.conducted",
        "unit": unit,
        "occurred_on": format!("2023-01-{day:02}"),
        "place": [unit],
        "level": "internal",
        "entered_by": "thu-nghiem.doan-kiem-tra",
        "data": {
            "field": "food_safety",
            "facility": format!("cs{:018x}", chance.number()),
            "facility_kind": chance.pick(&["catering", "street_food", "food_trade"]),
            "planned": chance.below(2) == 0,
            "lead_unit": unit,
            "participants": [],
            "result": "pass",
            "shortcomings": 0,
            "suspension": "none",
            "samples_taken": chance.below(4),
            "samples_failed": 0,
        },
    })
}

/// The same as a file of JSON lines.
pub fn lines(facts: &[Value]) -> String {
    facts.iter().map(|fact| format!("{fact}\n")).collect()
}
