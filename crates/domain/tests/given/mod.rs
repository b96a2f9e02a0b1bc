//! Given facts, asked on a day, then a state and findings: the law is that of the reference district.
#![allow(dead_code)] // each test uses its part

use std::collections::BTreeMap;

use prost::Message;
use serde_json::{Value, json};
use socai_domain::calendar::Calendar;
use socai_domain::law::Rules;
use socai_domain::lifecycle::{Asked, Fact, Family, Judged, State, judge, state};
use socai_domain::tables::{Law, Table, parse};
use socai_domain::{CivilDate, Event};
use socai_tlog::EventName;

pub const LAWS: [(&str, &str); 8] = [
    ("law.penalty", include_str!("../../../../deploy/thanh-xuan/rules/law.penalty.toml")),
    ("law.petition", include_str!("../../../../deploy/thanh-xuan/rules/law.petition.toml")),
    ("law.conscription", include_str!("../../../../deploy/thanh-xuan/rules/law.conscription.toml")),
    ("law.tax", include_str!("../../../../deploy/thanh-xuan/rules/law.tax.toml")),
    ("law.clearance", include_str!("../../../../deploy/thanh-xuan/rules/law.clearance.toml")),
    ("law.dossier", include_str!("../../../../deploy/thanh-xuan/rules/law.dossier.toml")),
    ("law.budget", include_str!("../../../../deploy/thanh-xuan/rules/law.budget.toml")),
    ("law.project", include_str!("../../../../deploy/thanh-xuan/rules/law.project.toml")),
];
const HOLIDAYS: &str = include_str!("../../../../deploy/thanh-xuan/rules/holidays.toml");

pub fn date(text: &str) -> CivilDate {
    text.parse().unwrap()
}

/// Adopted tables, one version each.
pub struct Adopted {
    laws: BTreeMap<String, Law>,
    calendar: Calendar,
}

impl Adopted {
    /// The tables of the reference district.
    pub fn reference() -> Adopted {
        let laws = LAWS.map(|(name, content)| (name.to_owned(), law(name, content)));
        let Ok(Table::Holidays(holidays)) = parse("holidays", HOLIDAYS) else { panic!("holidays") };
        Adopted { laws: laws.into(), calendar: Calendar::new(holidays) }
    }

    /// The tables of the reference district, one of the laws with more rows.
    pub fn with(name: &str, rows: &str) -> Adopted {
        let mut adopted = Adopted::reference();
        let content = LAWS.iter().find(|law| law.0 == name).unwrap().1;
        adopted.laws.insert(name.to_owned(), law(name, &format!("{content}\n{rows}")));
        adopted
    }

    /// The same with the holidays of some years only.
    pub fn with_holidays_of(years: &[i32]) -> Adopted {
        let Ok(Table::Holidays(mut holidays)) = parse("holidays", HOLIDAYS) else { panic!("holidays") };
        holidays.years.retain(|year| years.contains(year));
        holidays.days_off.retain(|day| years.contains(&day.year()));
        holidays.worked.retain(|day| years.contains(&day.year()));
        Adopted { calendar: Calendar::new(holidays), ..Adopted::reference() }
    }

    /// The same with another content of one law.
    pub fn with_law(name: &str, content: &str) -> Adopted {
        let mut adopted = Adopted::reference();
        adopted.laws.insert(name.to_owned(), law(name, content));
        adopted
    }

    /// No tables at all.
    pub fn none() -> Adopted {
        Adopted { laws: BTreeMap::new(), calendar: Calendar::default() }
    }
}

impl Rules for Adopted {
    fn law(&self, name: &str, _: CivilDate) -> Option<&Law> {
        self.laws.get(name)
    }

    fn calendar(&self) -> &Calendar {
        &self.calendar
    }
}

pub fn law(name: &str, content: &str) -> Law {
    match parse(name, content).unwrap_or_else(|error| panic!("{error}")) {
        Table::Law(law) => law,
        other => panic!("{other:?}"),
    }
}

/// Facts of one case. Each is sealed by a unit, under the unit's next number.
#[derive(Clone, Debug, Default)]
pub struct Given {
    pub facts: Vec<(EventName, Vec<u8>)>,
    heads: BTreeMap<u32, u64>,
}

/// The start of a case.
pub fn given() -> Given {
    Given::default()
}

impl Given {
    /// A fact of the kind's catalogue example with other data; `null` removes a field.
    pub fn fact(mut self, unit: u32, on: &str, kind: &str, data: Value) -> Given {
        let mut form = socai_proto::kind(kind).unwrap_or_else(|| panic!("no kind {kind}")).example();
        form["occurred_on"] = json!(on);
        for (field, value) in data.as_object().unwrap() {
            match value {
                Value::Null => drop(form["data"].as_object_mut().unwrap().shift_remove(field)),
                value => form["data"][field] = value.clone(),
            }
        }
        let (event, _) =
            socai_proto::json::event_from_json(&form).unwrap_or_else(|e| panic!("{form}: {e:#?}"));
        let head = self.heads.entry(unit).or_default();
        self.facts.push((EventName::new(unit, *head), event.encode_to_vec()));
        *head += 1;
        self
    }

    /// Every lifecycle of the case on a day, under these tables.
    pub fn under(&self, rules: &Adopted, on: &str) -> Vec<Judged> {
        let facts: Vec<_> = self
            .facts
            .iter()
            .map(|(name, facts)| Fact { name: *name, event: Event::decode(facts).unwrap() })
            .collect();
        let judged = judge(&facts, &Asked { on: date(on), rules });
        agree(&judged, &facts, date(on), rules);
        judged
    }

    /// The one lifecycle of the case on a day.
    pub fn on(&self, on: &str) -> Judged {
        let mut judged = self.under(&Adopted::reference(), on);
        assert_eq!(judged.len(), 1, "{judged:#?}");
        judged.remove(0)
    }

    /// Expects a state and exactly these findings.
    pub fn expect(&self, on: &str, state: State, findings: &[&str]) -> &Given {
        let judged = self.on(on);
        let found: Vec<_> = judged.findings.iter().map(|found| found.code).collect();
        assert_eq!((judged.state, found.as_slice()), (state, findings), "on {on}: {judged:#?}");
        self
    }

    /// The codes of what is found by these tables.
    pub fn codes_under(&self, rules: &Adopted, on: &str) -> Vec<&'static str> {
        self.under(rules, on).iter().flat_map(|judged| &judged.findings).map(|found| found.code).collect()
    }

    /// The finding of a code on a day: its English message, and its source.
    pub fn finding(&self, on: &str, code: &str) -> (String, String) {
        let judged = self.on(on);
        let found = judged.findings.iter().find(|found| found.code == code);
        let found = found.unwrap_or_else(|| panic!("no {code}: {judged:#?}"));
        assert!(!found.message_vi.is_empty() && !found.facts.is_empty(), "{found:?}");
        (found.message_en.clone(), found.source.clone())
    }
}

/// Whoever asks for a state alone hears the same, and what is settled stays as it is while no fact comes.
fn agree(judged: &[Judged], facts: &[Fact<'_>], on: CivilDate, rules: &Adopted) {
    for family in Family::ALL {
        let of_family = judged.iter().map(|judged| judged.state).find(|state| state.family() == family);
        assert_eq!(state(facts, family, &Asked { on, rules }), of_family, "{family:?} on {on}");
    }
    let known: Vec<_> = facts.iter().filter(|fact| fact.event.occurred_on() <= on).copied().collect();
    for settled in judged.iter().filter(|judged| judged.is_settled()) {
        for days in [1, 40, 400, 4_000] {
            let later = on.add_days(days).unwrap();
            assert!(judge(&known, &Asked { on: later, rules }).contains(settled), "{settled:#?} on {later}");
        }
    }
}

/// A value of a case by its English label.
pub fn detail(judged: &Judged, label: &str) -> Option<socai_domain::lifecycle::Value> {
    judged.details.iter().find(|detail| detail.label.en == label).map(|detail| detail.value)
}
