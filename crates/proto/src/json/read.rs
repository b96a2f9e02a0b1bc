//! JSON → event: every error of the whole object at once, each with its path.

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::error::{Code, Expected, FieldError, Path};
use crate::schema::{self, Field, KindInfo, Message, Shape};
use crate::wire::{put_bytes, put_number};
use crate::{check, date, kinds, record_name, text, v1};

type Object = Map<String, Value>;

/// Keys of the form that are no fields of the envelope. `unit` is the caller's: it names the publisher, which the header holds.
const OTHER_KEYS: [&str; 4] = ["kind", "unit", "data", "annex"];

/// Reads the JSON form.
///
/// `id`, `level`, `source`, `entered_by` and the annex's `salt` may be missing: the caller supplies them, and
/// [`validate`](crate::validate) asks for them. Everything else that a record's own fields can show is checked here: unknown kinds
/// and fields (with the nearest name), types, required fields, bounds, dates, texts.
///
/// The annex is the default one when the form has none.
///
/// # Errors
/// All of them, in the order of the form.
pub fn event_from_json(form: &Value) -> Result<(v1::Event, v1::Annex), Vec<FieldError>> {
    let mut reader = Reader { errors: vec![], demand: true };
    let Some(form) = form.as_object() else {
        let expected = Expected::both("một đối tượng JSON", "a JSON object");
        return Err(vec![FieldError::at(&Path::Root, Code::WrongType, &excerpt(form), expected)]);
    };
    let facts = reader.facts(form);
    let annex = reader.annex(form);
    if reader.errors.is_empty() { Ok((decoded(facts), decoded(annex))) } else { Err(reader.errors) }
}

/// The facts alone, for corrections.
pub(crate) fn facts_from_json(form: &Object) -> Result<v1::Event, Vec<FieldError>> {
    let mut reader = Reader { errors: vec![], demand: true };
    let facts = reader.facts(form);
    if reader.errors.is_empty() { Ok(decoded(facts)) } else { Err(reader.errors) }
}

/// Writes one value behind its tag, or nothing for a value that says nothing; `None` when it is not one for this field.
pub(crate) fn put_value(field: &'static Field, value: &Value, bytes: &mut Vec<u8>) -> Option<()> {
    let mut reader = Reader { errors: vec![], demand: true };
    reader.field(field, Some(value), &Path::Root, bytes);
    reader.errors.is_empty().then_some(())
}

/// Decodes what the reader has written.
fn decoded<M: prost::Message + Default>(bytes: Vec<u8>) -> M {
    M::decode(Bytes::from(bytes)).expect("the reader writes fields of the schema with their own wire types")
}

struct Reader {
    errors: Vec<FieldError>,
    /// Missing required fields are errors.
    demand: bool,
}

impl Reader {
    fn facts(&mut self, form: &Object) -> Vec<u8> {
        let (root, mut bytes) = (Path::Root, vec![]);
        let kind = self.kind(form);
        for key in form.keys().filter(|key| !OTHER_KEYS.contains(&key.as_str())) {
            if schema::EVENT.field(key).is_none() {
                let names = schema::EVENT.fields.iter().map(|field| field.name).chain(OTHER_KEYS);
                self.push(FieldError::at(
                    &root.name(key),
                    Code::UnknownField,
                    key,
                    Expected::one_of(key, names),
                ));
            }
        }
        for field in schema::EVENT.fields {
            self.demand = field.name == "occurred_on";
            self.field(field, form.get(field.name), &root, &mut bytes);
        }
        self.demand = true;
        if let Some(kind) = kind {
            self.payload(kind, form, &mut bytes);
        }
        bytes
    }

    fn kind(&mut self, form: &Object) -> Option<&'static KindInfo> {
        let path = Path::Root.name("kind");
        let names = || kinds::kinds().iter().map(|kind| kind.name);
        let (code, got, expected) = match form.get("kind") {
            None | Some(Value::Null) => (Code::Required, String::new(), Expected::default()),
            Some(Value::String(name)) => match kinds::kind(name) {
                Some(kind) => return Some(kind),
                None => (Code::UnknownKind, name.clone(), Expected::one_of(name, names())),
            },
            Some(other) => {
                (Code::WrongType, excerpt(other), Expected::both("tên loại sự kiện", "the name of a kind"))
            }
        };
        self.push(FieldError::at(&path, code, &got, expected));
        None
    }

    fn payload(&mut self, kind: &'static KindInfo, form: &Object, bytes: &mut Vec<u8>) {
        let (root, mut payload) = (Path::Root, vec![]);
        let path = root.name("data");
        match form.get("data") {
            None | Some(Value::Null) => self.object(kind.message, &Object::new(), &path, &mut payload),
            Some(Value::Object(data)) => self.object(kind.message, data, &path, &mut payload),
            Some(other) => self.not_an_object(&path, other),
        }
        put_bytes(bytes, kind.tag, &payload);
    }

    fn annex(&mut self, form: &Object) -> Vec<u8> {
        let (root, mut bytes) = (Path::Root, vec![]);
        let path = root.name("annex");
        match form.get("annex") {
            None | Some(Value::Null) => {}
            Some(Value::Object(annex)) => {
                self.demand = false; // the salt is the caller's
                self.object(&schema::ANNEX, annex, &path, &mut bytes);
                self.demand = true;
            }
            Some(other) => self.not_an_object(&path, other),
        }
        bytes
    }

    fn object(&mut self, message: &Message, object: &Object, path: &Path<'_>, bytes: &mut Vec<u8>) {
        for field in message.fields {
            self.field(field, object.get(field.name), path, bytes);
        }
        for key in object.keys().filter(|key| message.field(key).is_none()) {
            let expected = Expected::one_of(key, message.fields.iter().map(|field| field.name));
            self.push(FieldError::at(&path.name(key), Code::UnknownField, key, expected));
        }
    }

    fn field(&mut self, field: &'static Field, value: Option<&Value>, path: &Path<'_>, bytes: &mut Vec<u8>) {
        let path = path.name(field.name);
        match value {
            None | Some(Value::Null) => self.absent(field, &path),
            Some(Value::String(text)) if text.is_empty() => self.absent(field, &path),
            Some(Value::Array(items)) if is_list(field) && items.is_empty() => self.absent(field, &path),
            Some(Value::Array(items)) if is_list(field) => self.items(field, items, &path, bytes),
            Some(other) if is_list(field) => {
                let expected = Expected::both("một danh sách [ … ]", "a list [ … ]");
                self.push(FieldError::at(&path, Code::WrongType, &excerpt(other), expected));
            }
            Some(value) => self.value(field, value, &path, bytes),
        }
    }

    fn items(&mut self, field: &'static Field, items: &[Value], path: &Path<'_>, bytes: &mut Vec<u8>) {
        if items.len() > field.max_items as usize {
            return self.push(FieldError::of(path, field, Code::TooMany, &format!("{} items", items.len())));
        }
        for (at, item) in items.iter().enumerate() {
            let path = path.item(at);
            if item.is_null() || item.as_str() == Some("") {
                self.push(FieldError::of(&path, field, Code::Required, ""));
            } else {
                self.value(field, item, &path, bytes);
            }
        }
    }

    fn absent(&mut self, field: &Field, path: &Path<'_>) {
        if field.required && self.demand && !matches!(field.shape, Shape::Bool) {
            self.push(FieldError::of(path, field, Code::Required, ""));
        }
    }

    /// One value that is there: checked, and written behind its tag.
    fn value(&mut self, field: &'static Field, value: &Value, path: &Path<'_>, bytes: &mut Vec<u8>) {
        match (&field.shape, value) {
            (Shape::Message(inner), Value::Object(object)) => {
                let mut nested = vec![];
                // What is required inside an optional part is required once the part is there.
                let demand = std::mem::replace(&mut self.demand, true);
                self.object(inner, object, path, &mut nested);
                self.demand = demand;
                put_bytes(bytes, field.tag, &nested);
            }
            (Shape::TextMap { .. }, Value::Object(texts)) => self.texts(field, texts, path, bytes),
            (Shape::Text { .. } | Shape::Hex { .. } | Shape::Record, _) => {
                match octets(&field.shape, value) {
                    Ok(octets) => put_bytes(bytes, field.tag, &octets),
                    Err(code) => self.push(FieldError::of(path, field, code, &excerpt(value))),
                }
            }
            _ => match integer(&field.shape, value) {
                Ok(0) if !field.optional => {}
                Ok(number) => put_number(bytes, field.tag, number.cast_unsigned()),
                Err(code) => self.push(self.wrong_value(field, code, value, path)),
            },
        }
    }

    /// For an enum, the nearest name helps more than the list alone.
    fn wrong_value(&self, field: &Field, code: Code, value: &Value, path: &Path<'_>) -> FieldError {
        match (&field.shape, value) {
            (Shape::Enum(values), Value::String(name)) if code == Code::UnknownValue => FieldError::at(
                path,
                code,
                name,
                Expected::one_of(name, values.stated().map(|value| value.name)),
            ),
            _ => FieldError::of(path, field, code, &excerpt(value)),
        }
    }

    /// A map of texts, in the order of its names as prost writes it.
    fn texts(&mut self, field: &'static Field, texts: &Object, path: &Path<'_>, bytes: &mut Vec<u8>) {
        if texts.len() > field.max_items as usize {
            self.push(FieldError::of(path, field, Code::TooMany, &format!("{} items", texts.len())));
        }
        let mut names: Vec<_> = texts.keys().collect();
        names.sort();
        for name in names {
            let (path, value) = (path.name(name), &texts[name]);
            if text::check(schema::TextStyle::Code, check::MAP_NAME_LEN, name.as_bytes()).is_err() {
                let expected = Expected::both("tên không có khoảng trắng", "a name without white space");
                self.push(FieldError::at(&path, Code::BadFormat, name, expected));
                continue;
            }
            match octets(&field.shape, value) {
                Ok(text) if text.is_empty() => {}
                Ok(text) => {
                    let mut entry = vec![];
                    put_bytes(&mut entry, 1, name.as_bytes());
                    put_bytes(&mut entry, 2, &text);
                    put_bytes(bytes, field.tag, &entry);
                }
                Err(code) => self.push(FieldError::of(&path, field, code, &excerpt(value))),
            }
        }
    }

    fn not_an_object(&mut self, path: &Path<'_>, got: &Value) {
        let expected = Expected::both("một đối tượng { … }", "an object { … }");
        self.push(FieldError::at(path, Code::WrongType, &excerpt(got), expected));
    }

    fn push(&mut self, error: FieldError) {
        self.errors.push(error);
    }
}

/// A JSON list; a map of texts is repeated on the wire and an object in JSON.
const fn is_list(field: &Field) -> bool {
    field.repeated && !matches!(field.shape, Shape::TextMap { .. })
}

/// The number that stands on the wire for a value of shape `Bool`, `Int`, `Date` or `Enum`.
fn integer(shape: &Shape, value: &Value) -> Result<i64, Code> {
    match (shape, value) {
        (Shape::Bool, Value::Bool(yes)) => Ok(i64::from(*yes)),
        (Shape::Int { .. }, Value::Number(number)) => {
            let value = match number.as_i64() {
                Some(value) => value,
                None if number.is_u64() => return Err(Code::OutOfRange),
                None => return Err(Code::WrongType),
            };
            check::number(shape, value).map(|()| value)
        }
        (Shape::Date, Value::String(iso)) => date::from_iso(iso).map(i64::from).ok_or(Code::BadDate),
        (Shape::Enum(values), Value::String(name)) => match values.named(name) {
            Some(value) => Ok(i64::from(value.number)),
            None if name == "unspecified" => Err(Code::Unspecified),
            None if std::ptr::eq(*values, &raw const schema::LEVEL) && text::is_secret_level(name) => {
                Err(Code::Secret)
            }
            None => Err(Code::UnknownValue),
        },
        _ => Err(Code::WrongType),
    }
}

/// The bytes that stand on the wire for a value of shape `Text`, `TextMap`, `Hex` or `Record`.
fn octets(shape: &Shape, value: &Value) -> Result<Vec<u8>, Code> {
    let Value::String(text) = value else { return Err(Code::WrongType) };
    match shape {
        Shape::Text { style, max_len } | Shape::TextMap { style, max_len } => {
            text::check(*style, *max_len, text.as_bytes()).map(|()| text.as_bytes().to_vec())
        }
        Shape::Hex { len } => {
            super::hex::decode(text).filter(|bytes| bytes.len() == *len as usize).ok_or(Code::BadFormat)
        }
        Shape::Record => {
            record_name::parse(text).map(|name| record_name::to_wire(&name)).ok_or(Code::BadFormat)
        }
        _ => Err(Code::WrongType),
    }
}

/// A JSON value as an error shows it: texts bare, the rest as JSON.
fn excerpt(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("a list of {}", items.len()),
        Value::Object(_) => "an object".to_owned(),
        other => other.to_string(),
    }
}
