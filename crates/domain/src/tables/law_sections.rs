//! What the rows of the laws that the ledger judges by hold: section by section, key by key.
//!
//! A table that is listed here is read strictly, so a key with a typing error is refused with its line instead of being a rule that never
//! applies. Laws that nothing judges by yet are free in their keys. Units are in the names: `days` are calendar days,
//! `working_days` are not, `percent` is in hundredths of a per cent (5000 is half), amounts are đồng.

use socai_proto::schema::{self, Enum};

use super::acts::Acts;

/// One kind of row.
pub(super) struct Section {
    /// Name: `cap`.
    pub name: &'static str,
    /// Keys besides the days in force and the source.
    pub keys: &'static [Key],
}

/// One key of a row.
pub(super) struct Key {
    pub name: &'static str,
    pub shape: Shape,
    pub is_required: bool,
    /// Rows that differ in it stand beside each other; rows that do not may not be in force on the same day.
    pub selects: bool,
    /// The key that may be stated in its place; never both.
    pub instead_of: Option<&'static str>,
}

/// What a key holds.
pub(super) enum Shape {
    /// Whole number, bounds inclusive.
    Number { min: i64, max: i64 },
    /// Value of a list of the catalogue.
    Choice(&'static Enum),
    /// Text such as the code of an act.
    Text,
    /// List of texts.
    Texts,
    /// List of acts, each as [`Acts`] are written.
    Acts,
}

/// The laws that something judges by, with their sections.
pub(super) const LAWS: [(&str, &[Section]); 8] = [
    ("law.penalty", PENALTY),
    ("law.petition", PETITION),
    ("law.conscription", CONSCRIPTION),
    ("law.tax", TAX),
    ("law.budget", BUDGET),
    ("law.clearance", CLEARANCE),
    ("law.dossier", DOSSIER),
    ("law.project", PROJECT),
];

/// The sections of a law; none for a law that nothing judges by.
pub(super) fn sections_of(law: &str) -> Option<&'static [Section]> {
    LAWS.into_iter().find(|(name, _)| *name == law).map(|(_, sections)| sections)
}

impl Section {
    /// Whether both rows are about the same thing, so that one day can have only one of them.
    pub fn same_subject(&self, one: &toml::Table, other: &toml::Table) -> bool {
        self.keys.iter().filter(|key| key.selects).all(|key| match (one.get(key.name), other.get(key.name)) {
            (Some(one), Some(other)) if matches!(key.shape, Shape::Acts) => share_acts(one, other),
            (one, other) => one == other,
        })
    }

    /// The first key that is unknown, missing or wrong, with what is wrong.
    pub fn fault_of(&self, values: &toml::Table) -> Option<(String, String)> {
        if let Some(unknown) = values.keys().find(|name| self.key(name).is_none()) {
            let known: Vec<_> = self.keys.iter().map(|key| key.name).collect();
            return Some((unknown.clone(), format!("is no key of `{}`: {}", self.name, known.join(", "))));
        }
        self.keys.iter().find_map(|key| Some((key.name.to_owned(), key.fault_in(values)?)))
    }

    fn key(&self, name: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

/// Whether two lists name some act equally closely.
fn share_acts(one: &toml::Value, other: &toml::Value) -> bool {
    acts_of(one).any(|one| acts_of(other).any(|other| one.rivals(other)))
}

fn acts_of(value: &toml::Value) -> impl Iterator<Item = Acts<'_>> {
    texts_of(value).filter_map(Acts::parse)
}

fn texts_of(value: &toml::Value) -> impl Iterator<Item = &str> {
    value.as_array().into_iter().flatten().filter_map(toml::Value::as_str)
}

impl Key {
    fn fault_in(&self, values: &toml::Table) -> Option<String> {
        let other = self.instead_of.filter(|other| values.contains_key(*other));
        match (values.get(self.name), other) {
            (Some(_), Some(other)) => Some(format!("is stated beside `{other}`: a row states one of them")),
            (Some(value), None) => self.fault_of(value),
            (None, Some(_)) => None,
            (None, None) => self.is_required.then(|| match self.instead_of {
                Some(other) => format!("is missing, and so is `{other}`"),
                None => "is missing".to_owned(),
            }),
        }
    }

    fn fault_of(&self, value: &toml::Value) -> Option<String> {
        match (&self.shape, value) {
            (Shape::Number { min, max }, toml::Value::Integer(number)) => {
                (!(min..=max).contains(&number)).then(|| format!("{number} is outside {min} to {max}"))
            }
            (Shape::Choice(of), toml::Value::String(name)) => of.named(name).is_none().then(|| {
                let known: Vec<_> = of.stated().map(|value| value.name).collect();
                format!("`{name}` is none of {}", known.join(", "))
            }),
            (Shape::Text, toml::Value::String(text)) => text.is_empty().then(|| "is empty".to_owned()),
            (Shape::Texts | Shape::Acts, toml::Value::Array(items)) => self.fault_of_list(items),
            (Shape::Texts | Shape::Acts, other) => {
                Some(format!("expected a list, found {}", other.type_str()))
            }
            (Shape::Number { .. }, other) => Some(format!("expected an integer, found {}", other.type_str())),
            (_, other) => Some(format!("expected a text, found {}", other.type_str())),
        }
    }
}

impl Key {
    fn fault_of_list(&self, items: &[toml::Value]) -> Option<String> {
        if items.is_empty() {
            return Some("is an empty list".to_owned());
        }
        let is_wrong = |item: &&toml::Value| match item.as_str() {
            Some(text) if matches!(self.shape, Shape::Acts) => Acts::parse(text).is_none(),
            Some(text) => text.trim().is_empty(),
            None => true,
        };
        let wrong = items.iter().find(is_wrong)?;
        Some(match self.shape {
            Shape::Acts => {
                format!("{wrong} names no acts: a decree, with `:12`, `:12-15`, `:12.5` or `:12.5.a`")
            }
            _ => format!("{wrong} is no text"),
        })
    }
}

const fn key(name: &'static str, shape: Shape) -> Key {
    Key { name, shape, is_required: true, selects: false, instead_of: None }
}

const fn number(name: &'static str, min: i64, max: i64) -> Key {
    key(name, Shape::Number { min, max })
}

/// A term, in the unit that its name ends with.
const fn term(name: &'static str) -> Key {
    number(name, 1, 3_660)
}

const fn money(name: &'static str) -> Key {
    number(name, 0, 1_000_000_000_000_000)
}

/// Hundredths of a per cent.
const fn percent(name: &'static str) -> Key {
    number(name, 0, 10_000)
}

const fn choice(name: &'static str, of: &'static Enum) -> Key {
    selecting(key(name, Shape::Choice(of)))
}

const fn selecting(key: Key) -> Key {
    Key { selects: true, ..key }
}

/// Acts that a row is for.
const fn acts() -> Key {
    selecting(key("acts", Shape::Acts))
}

/// Either this key or the other one.
const fn or(key: Key, other: &'static str) -> Key {
    Key { instead_of: Some(other), ..key }
}

const fn optional(key: Key) -> Key {
    Key { is_required: false, ..key }
}

const PENALTY: &[Section] = &[
    Section {
        name: "cap",
        keys: &[
            choice("signer_level", &schema::SIGNER_LEVEL),
            optional(percent("percent_of_field_maximum")),
            optional(money("max")),
        ],
    },
    Section {
        name: "field_maximum",
        keys: &[or(choice("field", &schema::PENALTY_FIELD), "acts"), or(acts(), "field"), money("max")],
    },
    Section {
        name: "surcharge",
        keys: &[
            or(choice("field", &schema::PENALTY_FIELD), "acts"),
            or(acts(), "field"),
            number("times", 1, 10),
            optional(key("places", Shape::Texts)),
        ],
    },
    Section { name: "organisation", keys: &[number("times", 1, 10)] },
    Section { name: "bracket", keys: &[selecting(key("act", Shape::Text)), money("min"), money("max")] },
    Section { name: "on_the_spot", keys: &[money("max_individual"), money("max_organisation")] },
    Section {
        name: "decision",
        keys: &[
            or(term("working_days"), "days"),
            or(term("days"), "working_days"),
            optional(term("working_days_transferred")),
            or(term("months_explained"), "days_explained"),
            or(term("days_explained"), "months_explained"),
            or(term("months_complex"), "days_complex"),
            or(term("days_complex"), "months_complex"),
        ],
    },
    Section { name: "sending", keys: &[term("working_days")] },
    Section { name: "compliance", keys: &[term("days")] },
    Section { name: "late_interest", keys: &[percent("percent_a_day")] },
    Section {
        name: "postponement",
        keys: &[money("min_individual"), optional(money("min_organisation")), term("months")],
    },
    Section {
        name: "instalments",
        keys: &[
            money("min_individual"),
            money("min_organisation"),
            term("months"),
            number("times", 1, 100),
            percent("first_percent"),
        ],
    },
    Section { name: "execution", keys: &[term("months")] },
    Section {
        name: "limitation",
        keys: &[
            optional(or(choice("field", &schema::PENALTY_FIELD), "acts")),
            optional(or(acts(), "field")),
            term("months"),
        ],
    },
];

const PETITION: &[Section] = &[
    Section { name: "complaint_limitation", keys: &[term("days")] },
    Section { name: "complaint_acceptance", keys: &[term("days")] },
    Section {
        name: "complaint",
        keys: &[selecting(number("instance", 1, 2)), term("days"), term("days_complex")],
    },
    Section { name: "denunciation_initial", keys: &[term("working_days"), term("working_days_longest")] },
    Section { name: "denunciation_transfer", keys: &[term("working_days")] },
    Section {
        name: "denunciation",
        keys: &[term("days"), term("extension_days"), number("extensions", 0, 10)],
    },
];

const CONSCRIPTION: &[Section] = &[
    Section {
        name: "hand_over",
        keys: &[
            Key { selects: true, ..optional(number("call_no", 1, 9)) },
            number("first_month", 1, 12),
            number("last_month", 1, 12),
        ],
    },
    // read by nothing, and accepted for ever: ledgers have adopted them
    Section { name: "reserve", keys: &[percent("percent_of_quota")] },
    Section { name: "examined", keys: &[number("times_quota", 1, 100)] },
    Section {
        name: "age",
        keys: &[number("from", 1, 100), number("to", 1, 100), number("to_graduates", 1, 100)],
    },
];

const TAX: &[Section] = &[
    Section { name: "late_interest", keys: &[percent("percent_a_day")] },
    Section { name: "debt_notice", keys: &[term("days")] },
    Section { name: "enforcement", keys: &[term("days")] },
    Section { name: "instalments", keys: &[term("months")] },
    Section {
        name: "land_use_fee",
        keys: &[percent("first_percent"), term("first_days"), term("rest_days")],
    },
];

const BUDGET: &[Section] =
    &[Section { name: "adjustment", keys: &[number("month", 1, 12), number("day", 1, 31)] }];

const CLEARANCE: &[Section] = &[
    Section { name: "notice", keys: &[term("days_farm_land"), term("days_other_land")] },
    Section { name: "posting", keys: &[term("days")] },
    Section { name: "payment", keys: &[term("days")] },
];

const DOSSIER: &[Section] = &[Section { name: "supplement", keys: &[number("requests", 0, 10)] }];

const PROJECT: &[Section] = &[
    Section { name: "economic_technical_report", keys: &[money("max")] },
    Section { name: "advance", keys: &[number("years", 0, 5)] },
    Section {
        name: "disbursement",
        keys: &[
            number("until_month", 1, 12),
            number("until_day", 1, 31),
            number("extended_until_month", 1, 12),
            number("extended_until_day", 1, 31),
        ],
    },
    Section {
        name: "settlement",
        keys: &[choice("group", &schema::PROJECT_GROUP), number("months", 0, 120), number("days", 0, 366)],
    },
];
