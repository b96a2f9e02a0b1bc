//! JSON text → a value in which no object says a key twice.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::error::Path;

/// A value read from JSON in which no object says a key twice: of two amounts the last would be sealed and the first lost without a word. The
/// error names the path, line and column. The one way to read an event that somebody wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form(pub Value);

impl<'de> Deserialize<'de> for Form {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Once(&Path::Root).deserialize(from).map(Form)
    }
}

/// Reads the value at a path.
struct Once<'p>(&'p Path<'p>);

impl<'de> DeserializeSeed<'de> for Once<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Once<'_> {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into()) // no field takes a fraction: it is read to be refused by its path
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut items = vec![];
        while let Some(item) = from.next_element_seed(Once(&self.0.item(items.len())))? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = from.next_key::<String>()? {
            let path = self.0.name(&key);
            if object.contains_key(&key) {
                return Err(A::Error::custom(format_args!("`{path}` is stated twice, keep one of them")));
            }
            let value = from.next_value_seed(Once(&path))?;
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_an_object_says_twice_is_refused_by_its_path_and_line() {
        for (text, told) in [
            (r#"{"case":"a","case":"a"}"#, "`case` is stated twice, keep one of them at line 1"),
            (
                "{\"data\":\n{\"amount\":1,\n\"amount\":2}}",
                "`data.amount` is stated twice, keep one of them at line 3",
            ),
            (
                r#"[{"data":{"lines":[{"sum":1},{"sum":1,"sum":null}]}}]"#,
                "`0.data.lines.1.sum` is stated twice",
            ),
            (r#"{"annex":{"a":1},"\u0061nnex":{}}"#, "`annex` is stated twice"),
        ] {
            let error = serde_json::from_str::<Form>(text).unwrap_err();
            assert!(error.is_data() && error.to_string().contains(told), "{text}: {error}");
        }
    }

    #[test]
    fn whatever_says_its_keys_once_is_read_as_it_would_be() {
        for text in [
            r#"{"b":1,"a":{"b":[null,true,-3,18446744073709551615,1.5,"\u00e2\ud83d\ude00",{}]},"c":{"b":[]}}"#,
            r#"{"b":-9223372036854775808,"big":18446744073709551616}"#,
            "1e400",
            "\"text\"",
            "{\"a\":1",
            "[1,]",
            "",
        ] {
            let plain = serde_json::from_str::<Value>(text).map_err(|error| error.to_string());
            let read =
                serde_json::from_str::<Form>(text).map(|form| form.0).map_err(|error| error.to_string());
            assert_eq!(read, plain, "{text}");
        }
    }
}
