//! What tells one case from another: fields of a fact, the case it names, the place it belongs to.

use socai_domain::Event;
use socai_proto::schema::KindInfo;

use crate::{
    filter::{BadRule, Scalar},
    values::{Numbers, Value, ValueNo},
};

/// The name by which rows mean the case in the fact's envelope. A field of the kind with this name comes first.
const CASE: &str = "case";
/// The name by which rows mean the unit that a fact belongs to: its place, else its publisher.
const PLACE: &str = "place";

/// What a fact is about, compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Telling {
    parts: Box<[Part]>,
    /// Whether the unit that the fact belongs to tells cases apart as well. Cells hold it, so values need not.
    pub by_place: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Field(Scalar),
    Case,
}

impl Telling {
    /// Whether names of fields mean the case in the envelope.
    pub(crate) fn names_case(names: &[String]) -> bool {
        names.iter().any(|name| name == CASE)
    }

    pub(crate) fn of(kind: &KindInfo, names: &[String]) -> Result<Self, BadRule> {
        let is_field = |name: &str| kind.message.field(name).is_some();
        let mut telling = Telling { parts: Box::default(), by_place: false };
        let mut parts = Vec::with_capacity(names.len());
        for name in names {
            match name.as_str() {
                CASE if !is_field(CASE) => parts.push(Part::Case),
                PLACE if !is_field(PLACE) => telling.by_place = true,
                name => parts.push(Part::Field(Scalar::of(kind, name, "what tells cases apart")?)),
            }
        }
        telling.parts = parts.into();
        Ok(telling)
    }

    /// What the fact is about; none when that is a case and the fact names none.
    pub(crate) fn value(&self, event: &Event<'_>) -> Option<Value> {
        let value = |part: &Part| match part {
            Part::Field(field) => Some(field.value(event.kind())),
            Part::Case => event.case().map(|case| Value::Text(case.into())),
        };
        match &*self.parts {
            [only] => value(only),
            parts => parts.iter().map(value).collect::<Option<_>>().map(Value::Many),
        }
    }

    /// Its number; only what is new is copied.
    pub(crate) fn number(&self, event: &Event<'_>, values: &mut impl Numbers) -> Option<ValueNo> {
        match &*self.parts {
            [Part::Field(field)] => Some(field.number(event.kind(), values)),
            [Part::Case] => event.case().map(|case| values.text(case)),
            _ => self.value(event).map(|value| values.number(value)),
        }
    }
}
