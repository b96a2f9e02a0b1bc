//! Tables, generated accessors, views, JSON and bytes are five readings of one `.proto`: they must agree, on what is right and on
//! what is hostile.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use proptest::prelude::*;
use prost::Message as _;
use serde_json::{Value, json};
use socai_proto::schema::{Field, Message, Shape};
use socai_proto::text::KnownTexts;
use socai_proto::view::{self, View as _};
use socai_proto::{
    Fields, KindInfo, date, json as form, kind_of, kinds, payload, v1, validate, validate_facts,
    validate_facts_and_texts,
};

/// What the JSON form says about a number, date, flag or enum, as its number on the wire.
fn number_in_json(field: &Field, value: &Value) -> i64 {
    match (&field.shape, value) {
        (Shape::Bool, value) => i64::from(value.as_bool().unwrap_or(false)),
        (Shape::Date, Value::String(iso)) => i64::from(date::from_iso(iso).unwrap()),
        (Shape::Enum(values), Value::String(name)) => i64::from(values.named(name).unwrap().number),
        (_, value) => value.as_i64().unwrap_or(0),
    }
}

fn assert_fields(message: &Message, fields: &dyn Fields, data: &Value, whole: bool) {
    for field in message.fields {
        let (tag, value) = (field.tag, &data[field.name]);
        let about = format!("{}.{}", message.name, field.name);
        if field.repeated {
            let items = value.as_array().map_or(0, Vec::len);
            assert_eq!(fields.len(tag), Some(items), "{about}");
            if let (Shape::Message(part), true) = (&field.shape, whole) {
                (0..items)
                    .for_each(|at| assert_fields(part, fields.item(tag, at).unwrap(), &value[at], whole));
            }
            continue;
        }
        match &field.shape {
            Shape::Text { .. } => assert_eq!(fields.text(tag), Some(value.as_str().unwrap_or("")), "{about}"),
            Shape::Bool | Shape::Int { .. } | Shape::Date | Shape::Enum(_) => {
                let expected = (!field.optional || !value.is_null()).then(|| number_in_json(field, value));
                assert_eq!(fields.int(tag), expected, "{about}");
            }
            Shape::Message(part) if !value.is_null() => {
                assert_fields(part, fields.message(tag).unwrap(), value, whole)
            }
            Shape::Message(_) => assert!(fields.message(tag).is_none(), "{about}"),
            Shape::Hex { .. } | Shape::Record | Shape::TextMap { .. } => {}
        }
    }
    assert_eq!((fields.int(99), fields.text(99), fields.len(99)), (None, None, None));
}

#[test]
fn accessors_and_views_give_what_the_json_form_says() {
    for kind in kinds() {
        let (event, data) = (kind.example_event(), &kind.example()["data"]);
        assert_fields(kind.message, payload(&event).unwrap(), data, true);
        let facts = event.encode_to_vec();
        let seen = view::Event::read(&facts).unwrap();
        assert_eq!(seen.tag(), Some(kind.tag));
        assert_fields(kind.message, seen.kind.as_ref().unwrap(), data, false);
    }
}

#[test]
fn names_tags_and_messages_of_kinds_match() {
    for kind in kinds() {
        let camel: String = kind
            .name
            .split(['.', '_'])
            .flat_map(|word| [&word[..1].to_uppercase(), &word[1..]].concat().chars().collect::<Vec<_>>())
            .collect();
        assert_eq!(kind.message.name, camel);
        assert_eq!(kind_of(&kind.example_event()).unwrap().name, kind.name);
        assert_eq!(kind.descriptor().fields().len(), kind.message.fields.len());
        assert_eq!(socai_proto::kind_by_tag(kind.tag).unwrap().name, kind.name);
        assert!(kind.refs.iter().all(|name| name.split('.').count() == 2));
    }
    assert!(socai_proto::kind_by_tag(100).is_none() && socai_proto::kind("penalty").is_none());
}

/// Every place in a JSON value, deepest last.
fn paths(value: &Value, here: &str, into: &mut Vec<String>) {
    let join = |part: &str| if here.is_empty() { part.to_owned() } else { format!("{here}.{part}") };
    match value {
        Value::Object(object) => object.iter().for_each(|(key, inner)| {
            into.push(join(key));
            paths(inner, &join(key), into);
        }),
        Value::Array(items) => items.iter().enumerate().for_each(|(at, inner)| {
            into.push(join(&at.to_string()));
            paths(inner, &join(&at.to_string()), into);
        }),
        _ => {}
    }
}

fn with(form: &Value, path: &str, new: &Value) -> Value {
    let mut form = form.clone();
    *form.pointer_mut(&format!("/{}", path.replace('.', "/"))).unwrap() = new.clone();
    form
}

fn check(form: &Value) -> Result<v1::Event, Vec<socai_proto::FieldError>> {
    let (event, _) = form::event_from_json(form)?;
    match validate(&event) {
        errors if errors.is_empty() => Ok(event),
        errors => {
            assert_sound(&event.encode_to_vec());
            Err(errors)
        }
    }
}

/// Every place of every example with every strange value: accepted and read back the same, or refused there and nowhere else.
#[test]
fn every_strange_value_in_every_place_is_refused_in_its_place() {
    let strange = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(1e300),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(""),
        json!(" "),
        json!("x"),
        json!("\u{202E}"),
        json!("Đi\u{300}nh"),
        json!("2023-02-30"),
        json!("a".repeat(400_000)),
        json!([]),
        json!([null]),
        json!([[]]),
        json!({}),
        json!({"x": 1}),
        json!("17/42"),
        json!("TUYỆT MẬT"),
    ];
    let mut refused = 0;
    for kind in kinds() {
        let mut places = vec![];
        paths(&kind.example(), "", &mut places);
        for place in places.iter().filter(|place| *place != "kind") {
            for value in &strange {
                match check(&with(&kind.example(), place, value)) {
                    Ok(event) => {
                        assert_sound(&event.encode_to_vec());
                        let again = form::event_to_json(&event, None, None);
                        assert_eq!(check(&again).unwrap(), event, "{} {place} {value}", kind.name);
                    }
                    Err(errors) => {
                        refused += 1;
                        // The place itself, something in it, or the rule about all of `source`.
                        let near = |path: &str| path.starts_with(place.as_str()) || place.starts_with(path);
                        assert!(
                            errors.iter().all(|error| near(&error.path)),
                            "{} {place} {value}: {errors:#?}",
                            kind.name
                        );
                        assert!(
                            errors
                                .iter()
                                .all(|error| !error.message_vi.is_empty() && error.to_string().len() < 3_000)
                        );
                    }
                }
            }
        }
    }
    assert!(refused > 5_000, "only {refused} were refused");
}

/// The contract of the descriptor rules about bytes.
fn assert_sound(facts: &[u8]) {
    let errors = validate_facts_and_texts(facts, |_, _, _| {});
    let mut known = KnownTexts::default();
    let mut obeys = || view::Event::default().fill_obeying(facts, Some(&mut known), |_, _| true).is_ok();
    assert_eq!(obeys(), obeys(), "with its texts known or not");
    let obeys = obeys();
    assert_eq!(obeys, errors.is_empty(), "yes or no, and in words: {errors:#?}");
    if !obeys {
        return;
    }
    let event = v1::Event::decode(facts).expect("what passes decodes");
    assert_eq!(event.encode_to_vec(), facts, "what passes is the canonical encoding");
    view::Event::read(facts).expect("what passes is read in place");
    let (again, _) =
        form::event_from_json(&form::event_to_json(&event, None, None)).expect("what passes has a JSON form");
    assert_eq!(again, event, "the JSON form loses nothing");
}

#[test]
fn every_single_flipped_bit_of_every_example_is_refused_or_still_canonical() {
    for kind in kinds() {
        let facts = kind.example_event().encode_to_vec();
        for at in 0..facts.len() {
            for bit in 0..8 {
                let mut flipped = facts.clone();
                flipped[at] ^= 1 << bit;
                assert_sound(&flipped);
            }
        }
    }
}

#[test]
fn every_cut_of_every_example_is_refused() {
    for kind in kinds() {
        let facts = kind.example_event().encode_to_vec();
        for end in 0..facts.len() {
            assert_ne!(validate_facts(&facts[..end]), [], "{} cut at {end}", kind.name);
        }
    }
}

fn any_kind() -> impl Strategy<Value = &'static KindInfo> {
    (0..kinds().len()).prop_map(|at| &kinds()[at])
}

proptest! {
    #[test]
    fn bytes_from_anywhere_do_no_harm(facts in prop::collection::vec(any::<u8>(), 0..200)) {
        assert_sound(&facts);
        let _ = v1::Event::decode(facts.as_slice()).map(|event| form::event_to_json(&event, None, None));
    }

    #[test]
    fn examples_with_bytes_moved_around_do_no_harm(
        kind in any_kind(), from in any::<prop::sample::Index>(), to in any::<prop::sample::Index>(),
        len in 0_usize..40, noise in prop::collection::vec(any::<u8>(), 0..8),
    ) {
        let facts = kind.example_event().encode_to_vec();
        let from = from.index(facts.len());
        let end = (from + len).min(facts.len());
        let mut moved = facts.clone();
        let at = to.index(facts.len());
        moved.splice(at..at, facts[from..end].iter().copied().chain(noise));
        assert_sound(&moved);
        let _ = v1::Event::decode(moved.as_slice()).map(|event| form::event_to_json(&event, None, None));
    }
}
