//! Event → JSON. Total: what breaks a rule is shown as it is, since it may lie in the log.

use std::iter::Peekable;

use prost::Message as _;
use serde_json::{Map, Value, json};

use crate::schema::{self, Field, KindInfo, Message, Shape};
use crate::wire::{Reader, Wire};
use crate::{date, kinds, record_name, v1};

/// Writes the JSON form: keys in the order of the `.proto`, `unit` (the publisher's id) after `kind`, `annex` last.
///
/// Numbers and flags are always written, also when zero; empty texts, lists and parts are left out. Reading the result back gives the
/// same event.
#[must_use]
pub fn event_to_json(event: &v1::Event, annex: Option<&v1::Annex>, unit: Option<&str>) -> Value {
    let facts = event.encode_to_vec();
    let kind = kinds::kind_of(event);
    let mut form = Map::new();
    form.insert("kind".to_owned(), kind.map_or(Value::Null, |kind| kind.name.into()));
    if let Some(unit) = unit {
        form.insert("unit".to_owned(), unit.into());
    }
    let mut fields = occurrences(&facts);
    object(&schema::EVENT, &mut fields, &mut form);
    if let Some(kind) = kind {
        form.insert("data".to_owned(), payload(kind, &mut fields));
    }
    if let Some(annex) = annex.filter(|annex| **annex != v1::Annex::default()) {
        form.insert("annex".to_owned(), annex_to_json(annex));
    }
    Value::Object(form)
}

/// The `annex` of the JSON form.
#[must_use]
pub fn annex_to_json(annex: &v1::Annex) -> Value {
    nested(&schema::ANNEX, &annex.encode_to_vec())
}

type Occurrences<'a> = Peekable<std::vec::IntoIter<(u32, Wire<'a>)>>;

/// The fields of bytes that prost has just written.
fn occurrences(bytes: &[u8]) -> Occurrences<'_> {
    let (mut reader, mut fields) = (Reader::new(bytes), vec![]);
    while let Ok(Some(field)) = reader.next() {
        fields.push(field);
    }
    fields.into_iter().peekable()
}

fn payload(kind: &KindInfo, fields: &mut Occurrences<'_>) -> Value {
    match fields.next() {
        Some((tag, Wire::Bytes(bytes))) if tag == kind.tag => nested(kind.message, bytes),
        _ => Value::Null,
    }
}

fn nested(message: &Message, bytes: &[u8]) -> Value {
    let mut form = Map::new();
    object(message, &mut occurrences(bytes), &mut form);
    Value::Object(form)
}

fn object(message: &Message, fields: &mut Occurrences<'_>, form: &mut Map<String, Value>) {
    for field in message.fields {
        let mut values = vec![];
        while let Some((_, wire)) = fields.next_if(|(tag, _)| *tag == field.tag) {
            values.push(wire);
        }
        if let Some(value) = collected(field, &values) {
            form.insert(field.name.to_owned(), value);
        }
    }
}

/// The value of a field that is not repeated; `None` when there is nothing to say.
pub(crate) fn value_of(field: &Field, wire: Option<Wire<'_>>) -> Option<Value> {
    collected(field, wire.as_slice())
}

/// All occurrences of a field as one JSON value; `None` when there is nothing to say.
fn collected(field: &Field, values: &[Wire<'_>]) -> Option<Value> {
    if let Shape::TextMap { .. } = field.shape {
        let texts: Map<_, _> = values.iter().filter_map(|entry| map_entry(*entry)).collect();
        return (!texts.is_empty()).then_some(Value::Object(texts));
    }
    if field.repeated {
        let items: Vec<_> = values.iter().map(|value| single(&field.shape, *value)).collect();
        return (!items.is_empty()).then_some(Value::Array(items));
    }
    match (values.first(), &field.shape) {
        (Some(value), shape) => Some(single(shape, *value)),
        (None, Shape::Bool) if !field.optional => Some(Value::Bool(false)),
        (None, Shape::Int { .. }) if !field.optional => Some(json!(0)),
        (None, _) => None,
    }
}

fn single(shape: &Shape, wire: Wire<'_>) -> Value {
    match (shape, wire) {
        (Shape::Bool, Wire::Varint(value)) => Value::Bool(value != 0),
        (Shape::Date, Wire::Varint(value)) => match i32::try_from(value.cast_signed()) {
            Ok(number) if date::is_valid(number) => date::to_iso(number).into(),
            _ => json!(value.cast_signed()),
        },
        (Shape::Enum(values), Wire::Varint(value)) => match values.value(value.cast_signed()) {
            Some(value) => value.name.into(),
            None => json!(value.cast_signed()),
        },
        (_, Wire::Varint(value)) => json!(value.cast_signed()),
        (Shape::Message(inner), Wire::Bytes(bytes)) => nested(inner, bytes),
        (Shape::Record, Wire::Bytes(bytes)) => {
            // A name above 2^63 breaks a rule and is still a name.
            record_name::format(&v1::Ref::decode(bytes).unwrap_or_default()).into()
        }
        (Shape::Text { .. }, Wire::Bytes(bytes)) => String::from_utf8_lossy(bytes).into(),
        (_, Wire::Bytes(bytes)) => super::hex::encode(bytes).into(),
    }
}

fn map_entry(entry: Wire<'_>) -> Option<(String, Value)> {
    let Wire::Bytes(bytes) = entry else { return None };
    let mut texts = [String::new(), String::new()];
    for (tag, wire) in occurrences(bytes) {
        if let (1 | 2, Wire::Bytes(text)) = (tag, wire) {
            texts[tag as usize - 1] = String::from_utf8_lossy(text).into_owned();
        }
    }
    let [name, text] = texts;
    Some((name, text.into()))
}
