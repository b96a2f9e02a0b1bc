//! Corrections: some fields of an event replaced, each stating what it replaces.

mod in_place;

use prost::Message as _;
use serde_json::{Map, Value};

use crate::error::{Code, Expected, FieldError, Path};
use crate::json::{event_to_json, facts_from_json};
use crate::{v1, view};
use in_place::Unmade;

/// Fields of the envelope that a correction may change, besides `data` and everything in it. The rest says who stated the fact and
/// how; that stays as it was.
const CORRECTABLE: [&str; 6] = ["occurred_on", "place", "case", "refs", "doc", "level"];

/// The event with the changes of an `event.corrected` made, in their order.
///
/// `field` is a path in the JSON form (`data.total`, `data.lines.0.amount`, `doc.number`), `old` and `new` are JSON texts, `null` for
/// absent. `old` must equal the present value. An item is added at the end of a list by stating `null` for the next position, and the
/// last one removed by a new `null`.
///
/// # Errors
/// The first change that cannot be made: [`Code::NotCorrectable`], [`Code::UnknownField`], [`Code::Mismatch`], [`Code::BadFormat`];
/// or the first error of the result, which is checked like any other JSON form.
pub fn patch(event: &v1::Event, changes: &[v1::Change]) -> Result<v1::Event, FieldError> {
    let mut form = event_to_json(event, None, None);
    for change in changes {
        apply(&mut form, change)?;
    }
    let form = form.as_object().cloned().unwrap_or_default();
    facts_from_json(&form).map_err(|mut errors| errors.remove(0))
}

/// Facts with the changes of an `event.corrected` made, and what `read` makes of them: the same as [`patch()`] of the event they are, without
/// the way over JSON for the usual change of one value. `None` when a change cannot be made, of which [`patch()`] says why, or when `read`
/// refuses the facts; it refuses at least those that do not obey the schema.
pub fn patched_facts<R>(
    facts: &[u8],
    said: &view::EventCorrected<'_>,
    read: impl Fn(&[u8]) -> Option<R>,
) -> Option<(Vec<u8>, R)> {
    match in_place::all_patched(facts, said) {
        Ok(patched) => {
            if let Some(made) = read(&patched) {
                return Some((patched, made));
            }
        }
        Err(Unmade::Mismatch) => return None,
        Err(Unmade::Unsure) => {}
    }
    let changes = said.changes.iter().map(|change| v1::Change {
        field: change.field.to_owned(),
        old: change.old.to_owned(),
        new: change.new.to_owned(),
    });
    let event = v1::Event::decode(facts).ok()?;
    let patched = patch(&event, &changes.collect::<Vec<_>>()).ok()?.encode_to_vec();
    read(&patched).map(|made| (patched, made))
}

fn apply(form: &mut Value, change: &v1::Change) -> Result<(), FieldError> {
    let parts: Vec<&str> = change.field.split('.').collect();
    let correctable = match parts[..] {
        ["data", _, ..] => true,
        [envelope, ..] => CORRECTABLE.contains(&envelope),
        [] => false,
    };
    if !correctable {
        let expected = Expected::both(
            format!("data.… hoặc một trong: {}", CORRECTABLE.join(", ")),
            format!("data.… or one of: {}", CORRECTABLE.join(", ")),
        );
        return Err(error(change, Code::NotCorrectable, &change.field, expected));
    }
    let (old, new) = (json_text(change, &change.old)?, json_text(change, &change.new)?);
    let slot = find(form, &parts)
        .ok_or_else(|| error(change, Code::UnknownField, &change.field, Expected::default()))?;
    let present = slot.get();
    if present != old {
        let expected = Expected::both(present.to_string(), present.to_string());
        return Err(error(change, Code::Mismatch, &change.old, expected));
    }
    slot.set(new).map_err(|expected| error(change, Code::NotCorrectable, &change.new, expected))
}

/// Where a value stands or could stand.
enum Slot<'a> {
    Key(&'a mut Map<String, Value>, &'a str),
    Item(&'a mut Vec<Value>, usize),
}

impl Slot<'_> {
    fn get(&self) -> Value {
        match self {
            Self::Key(object, key) => object.get(*key).cloned().unwrap_or_default(),
            Self::Item(items, at) => items.get(*at).cloned().unwrap_or_default(),
        }
    }

    fn set(self, new: Value) -> Result<(), Expected> {
        match (self, new) {
            (Self::Key(object, key), Value::Null) => drop(object.shift_remove(key)),
            (Self::Key(object, key), new) => drop(object.insert(key.to_owned(), new)),
            (Self::Item(items, at), Value::Null) if at + 1 == items.len() => drop(items.pop()),
            (Self::Item(items, at), Value::Null) if at < items.len() => {
                return Err(Expected::both(
                    "chỉ bỏ được mục cuối của danh sách",
                    "only the last item of a list can go",
                ));
            }
            (Self::Item(..), Value::Null) => {}
            (Self::Item(items, at), new) if at == items.len() => items.push(new),
            (Self::Item(items, at), new) => items[at] = new,
        }
        Ok(())
    }
}

/// Follows a path. Every part but the last must be there; a last list position may be the next free one. `None` otherwise.
fn find<'a>(form: &'a mut Value, parts: &[&'a str]) -> Option<Slot<'a>> {
    let (last, parents) = parts.split_last()?;
    let mut place = form;
    for part in parents {
        place = match place {
            Value::Object(object) => object.get_mut(*part)?,
            Value::Array(items) => items.get_mut(position(part)?)?,
            _ => return None,
        };
    }
    match place {
        Value::Object(object) => Some(Slot::Key(object, last)),
        Value::Array(items) => position(last).filter(|&at| at <= items.len()).map(|at| Slot::Item(items, at)),
        _ => None,
    }
}

fn position(part: &str) -> Option<usize> {
    part.parse().ok().filter(|at: &usize| at.to_string() == part)
}

fn json_text(change: &v1::Change, text: &str) -> Result<Value, FieldError> {
    serde_json::from_str(text).map_err(|_| {
        let expected = Expected::both(
            "một giá trị JSON, ví dụ 43750000 hoặc \"2023-01-30\"",
            "a JSON value, as 43750000 or \"2023-01-30\"",
        );
        error(change, Code::BadFormat, text, expected)
    })
}

fn error(change: &v1::Change, code: Code, got: &str, expected: Expected) -> FieldError {
    FieldError::at(&Path::Root.name(&change.field), code, got, expected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::{kind, kinds};
    use crate::view::View as _;

    fn decided() -> v1::Event {
        kind("penalty.decided").unwrap().example_event()
    }

    fn change(field: &str, old: &str, new: &str) -> v1::Change {
        v1::Change { field: field.into(), old: old.into(), new: new.into() }
    }

    fn patched(changes: &[v1::Change]) -> Value {
        event_to_json(&patch(&decided(), changes).unwrap(), None, None)
    }

    fn refusal(field: &str, old: &str, new: &str) -> Code {
        patch(&decided(), &[change(field, old, new)]).unwrap_err().code
    }

    #[test]
    fn a_field_changes_and_the_rest_stays() {
        let after = patched(&[
            change("data.total", "2250000", "2300000"),
            change("data.lines.1.amount", "1500000", "1550000"),
        ]);
        let mut expected = kind("penalty.decided").unwrap().example();
        expected["data"]["total"] = 2_300_000.into();
        expected["data"]["lines"][1]["amount"] = 1_550_000.into();
        assert_eq!(after, expected);
    }

    #[test]
    fn changes_build_on_one_another_and_undo_one_another() {
        let there = change("occurred_on", r#""2023-01-12""#, r#""2023-01-13""#);
        let back = change("occurred_on", r#""2023-01-13""#, r#""2023-01-12""#);
        assert_eq!(patch(&decided(), &[there, back]).unwrap(), decided());
    }

    #[test]
    fn parts_and_items_come_and_go() {
        let after = patched(&[
            change("doc.signer_position", r#""chu-tich""#, "null"),
            change("data.remedies.1", "null", r#""buoc-khac-phuc""#),
            change("data.remedies.1", r#""buoc-khac-phuc""#, "null"),
            change("data.lines.1.factors.0", r#""giam.9.1""#, "null"),
        ]);
        assert!(after["doc"].get("signer_position").is_none());
        assert_eq!(after["data"]["remedies"], serde_json::json!(["tieu-huy-tang-vat"]));
        assert!(after["data"]["lines"][1].get("factors").is_none());
    }

    #[test]
    fn the_old_value_must_be_the_present_one() {
        let error = patch(&decided(), &[change("data.total", "1", "2")]).unwrap_err();
        assert_eq!((error.code, error.path.as_str()), (Code::Mismatch, "data.total"));
        assert_eq!((&*error.got, &*error.expected), ("1", "2250000"));
        assert_eq!(refusal("data.total", r#""2250000""#, "2"), Code::Mismatch, "a text is not a number");
        assert_eq!(refusal("data.total", "null", "2"), Code::Mismatch);
    }

    #[test]
    fn who_stated_the_fact_and_what_it_is_cannot_be_corrected() {
        for field in
            ["id", "kind", "unit", "data", "source.kind", "entered_by", "approved_by", "", "annex.text"]
        {
            assert_eq!(refusal(field, "null", "1"), Code::NotCorrectable, "{field}");
        }
    }

    #[test]
    fn the_result_obeys_the_rules_of_any_event() {
        assert_eq!(refusal("data.total", "2250000", "-1"), Code::OutOfRange);
        assert_eq!(refusal("data.total", "2250000", "null"), Code::Required);
        assert_eq!(refusal("occurred_on", r#""2023-01-12""#, r#""2023-02-30""#), Code::BadDate);
        assert_eq!(refusal("data.field", r#""food_safety""#, r#""food""#), Code::UnknownValue);
        assert_eq!(refusal("data.totl", "null", "1"), Code::UnknownField);
        assert_eq!(refusal("data.lines.7.amount", "null", "1"), Code::UnknownField);
        assert_eq!(refusal("data.lines.0", "null", "1"), Code::Mismatch);
        assert_eq!(refusal("data.total", "2250000", "{"), Code::BadFormat);
    }

    /// What both ways say of one change of an example, in JSON.
    fn both_ways(event: &v1::Event, change: v1::Change) -> Option<Value> {
        let said = v1::EventCorrected { changes: vec![change], ..v1::EventCorrected::default() };
        let (facts, correction) = (event.encode_to_vec(), said.encode_to_vec());
        let said_view = view::EventCorrected::read(&correction).unwrap();
        let obeys = |facts: &[u8]| view::Event::default().fill_obeying(facts, None, |_, _| true).ok();
        let quick = patched_facts(&facts, &said_view, obeys).map(|(facts, _)| facts);
        let slow = patch(event, &said.changes).ok().map(|event| event.encode_to_vec());
        let slow = slow.filter(|facts| obeys(facts).is_some());
        assert_eq!(quick, slow, "{:?}", said.changes);
        slow.map(|facts| event_to_json(&v1::Event::decode(&*facts).unwrap(), None, None))
    }

    /// Every place of a JSON form that a path leads to, and some that are not there.
    fn places(value: &Value, path: &str, out: &mut Vec<String>) {
        let mut into = |name: &str, value: &Value| {
            let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            out.push(path.clone());
            places(value, &path, out);
        };
        match value {
            Value::Object(fields) => fields.iter().for_each(|(name, value)| into(name, value)),
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(at, item)| into(&at.to_string(), item));
                into(&items.len().to_string(), &Value::Null);
            }
            _ => {}
        }
    }

    #[test]
    fn both_ways_make_the_same_of_every_value_of_every_kind() {
        let others =
            ["null", "0", "1", "2300000", "true", "false", r#""""#, r#""xa""#, r#""2023-02-03""#, "[]"];
        let (mut made, mut refused, mut nested) = (0, 0, 0);
        for kind in kinds() {
            let event = kind.example_event();
            let form = kind.example();
            let absent = kind.message.fields.iter().map(|field| format!("data.{}", field.name));
            let mut paths: Vec<String> =
                absent.chain(CORRECTABLE.iter().map(|name| (*name).to_owned())).collect();
            places(&form, "", &mut paths);
            let shown = event_to_json(&event, None, None);
            for field in paths {
                let at = |form: &Value| {
                    let step = |at: &Value, part: &str| match at {
                        Value::Array(items) => items.get(part.parse::<usize>().ok()?).cloned(),
                        at => at.get(part).cloned(),
                    };
                    field.split('.').try_fold(form.clone(), |at, part| step(&at, part)).unwrap_or_default()
                };
                for new in others.map(str::to_owned).into_iter().chain([at(&form).to_string()]) {
                    for old in [at(&shown).to_string(), "7".to_owned()] {
                        match both_ways(&event, change(&field, &old, &new)) {
                            Some(_) => made += 1,
                            None => refused += 1,
                        }
                    }
                }
                nested += u32::from(field.split('.').count() > 2);
            }
        }
        assert!(
            made > 500 && refused > 500 && nested > 50,
            "{made} made, {refused} refused, {nested} nested"
        );
    }

    #[test]
    fn a_list_keeps_its_order() {
        let first =
            r#"{"act":"115/2018/NĐ-CP:15.1.a","bracket_min":500000,"bracket_max":1000000,"amount":750000}"#;
        assert_eq!(refusal("data.lines.0", first, "null"), Code::NotCorrectable);
    }
}
