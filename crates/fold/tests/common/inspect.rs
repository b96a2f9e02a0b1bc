//! Given facts, asked on a day by one rule of the reference district's table, then what is found.

use serde_json::{Value, json};
use socai_domain::{CivilDate, time::start_of_day_ms};
use socai_fold::findings::{Findings, Found, Sighting, Sightings};
use socai_tlog::{EventName, TreeSize};

use super::{Ledger, district};

/// What a finding says, as tests look at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub unit: u32,
    pub on: String,
    pub case: Option<String>,
    pub facts: Vec<EventName>,
    pub in_all: u64,
    pub says: String,
    pub source: String,
    pub amount: Option<i64>,
    pub interest: Option<i64>,
    pub days: Option<i64>,
}

/// The district with every table of rules it has, and nothing recorded; what comes is received on 8 February 2023.
pub fn given() -> Ledger {
    given_in(district::founded())
}

/// The same of a ledger that was founded otherwise.
pub fn given_in(mut ledger: Ledger) -> Ledger {
    let laws = ["penalty", "petition", "conscription", "tax", "clearance", "dossier", "project", "budget"];
    for name in
        laws.map(|law| format!("law.{law}")).iter().map(String::as_str).chain(["obligations", "findings"])
    {
        district::adopt(&mut ledger, name, 1, "2022-01-01", &district::read(&format!("rules/{name}.toml")));
    }
    ledger.on("2023-02-08");
    ledger
}

impl Ledger {
    /// A fact as the kind's catalogue example has it, with other data; `null` removes a field. `more` replaces parts of the envelope.
    pub fn fact(&mut self, unit: u32, on: &str, kind: &str, data: Value, more: Value) -> EventName {
        let mut form = socai_proto::kind(kind).unwrap_or_else(|| panic!("no kind {kind}")).example();
        for part in ["id", "refs", "doc", "annex", "case", "place"] {
            form.as_object_mut().unwrap().shift_remove(part);
        }
        form["occurred_on"] = json!(on);
        for (of, values) in [("data", &data), ("", &more)] {
            for (field, value) in values.as_object().unwrap() {
                let into = if of.is_empty() { &mut form } else { &mut form[of] };
                match value {
                    Value::Null => drop(into.as_object_mut().unwrap().shift_remove(field)),
                    value => into[field] = value.clone(),
                }
            }
        }
        self.json(unit, form)
    }

    /// Says that a unit sealed a record at this minute of a day in Viet Nam.
    pub fn sealed(&mut self, name: EventName, day: &str, minute: u64) -> EventName {
        let day: CivilDate = day.parse().unwrap();
        self.sealed_ms.insert(name, start_of_day_ms(day) + minute * 60_000);
        name
    }

    /// Says that witnesses cosigned a tree of this size, the first and the last of them at these minutes of a day in Viet Nam.
    pub fn seen(&mut self, size: u64, by: &str, day: &str, (first, last): (u64, u64)) {
        let day_s = start_of_day_ms(day.parse().unwrap()) / 1_000;
        let (first_s, last_s) = (day_s + first * 60, day_s + last * 60);
        self.seen.push(Sighting { size: TreeSize(size), by: by.to_owned(), first_s, last_s });
    }

    /// What a rule finds on a day; every record counts.
    pub fn found(&self, rule: &str, on: &str) -> Vec<Told> {
        assert_eq!(self.fold().1, [], "nothing is rejected");
        self.found_beside_rejections(rule, on)
    }

    pub fn found_beside_rejections(&self, rule: &str, on: &str) -> Vec<Told> {
        let (fold, _) = self.fold();
        let on = on.parse().unwrap();
        let (_, rules) = fold.rulebook().findings(on).expect("a table is adopted");
        assert!(rules.iter().any(|known| known.id == rule), "there is no rule {rule}");
        let sightings = Sightings::of(self.seen.clone());
        let asked = rules.iter().filter(|known| known.id == rule);
        let mut pass = Findings::witnessed(&fold, asked, on, &sightings);
        for record in self.iter() {
            let sealed_ms = self.sealed_ms.get(&record.at.name).copied().unwrap_or(record.at.received_at_ms);
            pass.visit(&record, sealed_ms, self).unwrap();
        }
        pass.finish(self).unwrap().iter().map(Told::of).collect()
    }

    /// The facts of each finding.
    pub fn facts_found(&self, rule: &str, on: &str) -> Vec<Vec<EventName>> {
        self.found(rule, on).into_iter().map(|told| told.facts).collect()
    }

    /// Adopts the table of findings again with something changed, in force from a day.
    pub fn adopt_findings(&mut self, version: u32, from: &str, old: &str, new: &str) {
        let table = district::read("rules/findings.toml");
        assert!(table.contains(old), "{old}");
        district::adopt(self, "findings", version, from, &table.replacen(old, new, 1));
    }
}

impl Told {
    fn of(found: &Found<'_>) -> Told {
        Told {
            unit: found.unit.0,
            on: found.on.to_string(),
            case: found.case.clone(),
            facts: found.facts.iter().map(|fact| fact.name).collect(),
            in_all: found.facts_in_all,
            says: found.message_en.clone(),
            source: found.source.clone(),
            amount: found.extent.amount.map(|amount| amount.0),
            interest: found.extent.interest.map(|amount| amount.0),
            days: found.extent.days,
        }
    }
}
