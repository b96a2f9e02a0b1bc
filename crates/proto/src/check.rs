//! The descriptor rules: everything that the options of the `.proto` say about one record's facts.
//!
//! One implementation for drafts and for replay, and it reads bytes: nothing is decoded or allocated unless something is wrong.
//! Rules that need the registry, the calendar or another record belong to the domain.

use std::fmt::Display;

use prost::Message as _;

use crate::error::{Code, Expected, FieldError, Path};
use crate::kinds::kind_by_tag;
use crate::schema::{self, Field, KindInfo, Message, Shape};
use crate::view;
use crate::wire::{Broken, Reader, Wire};
use crate::{date, record_name, text, v1};

/// Most bytes of a record's facts, 1 MiB.
pub const MAX_FACTS: usize = 1 << 20;

/// Every descriptor rule that an event breaks; empty = none.
///
/// Required fields, bounds, lengths, NFC, characters, dates, the shape of `source`, the size. Costs one encoding; whoever has the
/// bytes calls [`validate_facts`].
#[must_use]
pub fn validate(event: &v1::Event) -> Vec<FieldError> {
    validate_facts(&event.encode_to_vec())
}

/// The same for the facts of a record as they were received. Bytes that are not the canonical encoding of what this release knows
/// (unknown fields included) are refused too: a fact is never read in part.
#[must_use]
pub fn validate_facts(facts: &[u8]) -> Vec<FieldError> {
    let obeys = || view::Event::default().fill_obeying(facts, None, |_, _| true).is_ok();
    if facts.len() <= MAX_FACTS && obeys() {
        return vec![];
    }
    validate_facts_and_texts(facts, |_, _, _| {})
}

/// The same in words alone, and shows every text that obeys the rules to `texts` (path, field, UTF-8 bytes): what else a text may not hold is decided
/// in one pass.
pub fn validate_facts_and_texts(
    facts: &[u8],
    texts: impl FnMut(&dyn Display, &'static Field, &[u8]),
) -> Vec<FieldError> {
    let mut walk = Walk { errors: vec![], kind: None, texts };
    if facts.len() > MAX_FACTS {
        let expected =
            Expected::both(format!("nhiều nhất {MAX_FACTS} byte"), format!("at most {MAX_FACTS} bytes"));
        return vec![FieldError::at(
            &Path::Root,
            Code::TooLarge,
            &format!("{} bytes", facts.len()),
            expected,
        )];
    }
    walk.message(&schema::EVENT, facts, &Path::Root);
    if walk.kind.is_none() && walk.errors.is_empty() {
        walk.errors.push(FieldError::at(&Path::Root.name("kind"), Code::Required, "", Expected::default()));
    }
    walk.errors
}

/// Every descriptor rule that an annex breaks; an annex without salt and content is no annex and breaks none.
#[must_use]
pub fn validate_annex(annex: &v1::Annex) -> Vec<FieldError> {
    let mut walk =
        Walk { errors: vec![], kind: None, texts: |_: &dyn Display, _: &'static Field, _: &[u8]| {} };
    if *annex != v1::Annex::default() {
        walk.message(&schema::ANNEX, &annex.encode_to_vec(), &Path::Root.name("annex"));
    }
    walk.errors
}

/// Checks a number of a field of shape `Int`, `Date`, `Bool` or `Enum`.
#[inline]
pub(crate) fn number(shape: &Shape, value: i64) -> Result<(), Code> {
    match shape {
        Shape::Int { min, max, .. } if value < *min || value > *max => Err(Code::OutOfRange),
        Shape::Date if !i32::try_from(value).is_ok_and(date::is_valid) => Err(Code::BadDate),
        Shape::Bool if value != 0 && value != 1 => Err(Code::OutOfRange),
        Shape::Enum(_) if value == 0 => Err(Code::Unspecified),
        Shape::Enum(values) if values.value(value).is_none() => Err(Code::UnknownValue),
        _ => Ok(()),
    }
}

struct Walk<T> {
    errors: Vec<FieldError>,
    kind: Option<&'static KindInfo>,
    texts: T,
}

impl<T: FnMut(&dyn Display, &'static Field, &[u8])> Walk<T> {
    fn message(&mut self, message: &'static Message, bytes: &[u8], path: &Path<'_>) {
        let (mut reader, mut seen, mut last, mut count) = (Reader::new(bytes), 0_u64, 0, 0);
        loop {
            let (tag, wire) = match reader.next() {
                Ok(Some(field)) => field,
                Ok(None) => break,
                Err(broken) => return self.broken(path, broken),
            };
            let Some(field) = message.by_tag(tag) else {
                self.beyond(message, tag, wire, path);
                last = last.max(tag);
                continue;
            };
            count = if tag == last { count + 1 } else { 0 };
            if tag < last || (count > 0 && !field.repeated) {
                return self.push(FieldError::of(&path.name(field.name), field, Code::NotCanonical, ""));
            }
            last = tag;
            seen |= 1 << (tag - 1);
            self.field(field, wire, count, path);
        }
        let missing = message.must_occur & !seen;
        if missing != 0 {
            self.missing(message, missing, path);
        }
        if std::ptr::eq(message, &raw const schema::SOURCE) {
            self.source(bytes, seen, path);
        }
    }

    /// A tag that is no field: the payload of the event's kind, or something this release does not know.
    fn beyond(&mut self, message: &'static Message, tag: u32, wire: Wire<'_>, path: &Path<'_>) {
        let is_event = std::ptr::eq(message, &raw const schema::EVENT);
        match (kind_by_tag(tag).filter(|_| is_event), wire) {
            (Some(_), _) if self.kind.is_some() => {
                self.push(FieldError::at(
                    &path.name("kind"),
                    Code::NotCanonical,
                    "two kinds",
                    Expected::default(),
                ));
            }
            (Some(kind), Wire::Bytes(payload)) => {
                self.kind = Some(kind);
                self.message(kind.message, payload, &path.name("data"));
            }
            _ => {
                let expected = Expected::both(
                    "trường mà bản phần mềm này biết (nâng cấp phần mềm?)",
                    "a field this release knows (upgrade?)",
                );
                self.push(FieldError::at(path, Code::UnknownField, &format!("tag {tag}"), expected));
            }
        }
    }

    #[inline]
    fn field(&mut self, field: &'static Field, wire: Wire<'_>, at: usize, path: &Path<'_>) {
        let path = path.name(field.name);
        if !field.repeated {
            return self.value(field, wire, &path);
        }
        if at == field.max_items as usize {
            self.push(FieldError::of(&path, field, Code::TooMany, ""));
        }
        if at < field.max_items as usize {
            self.value(field, wire, &path.item(at));
        }
    }

    #[inline]
    fn value(&mut self, field: &'static Field, wire: Wire<'_>, path: &Path<'_>) {
        let singular = !field.repeated;
        let verdict = match (&field.shape, wire) {
            (_, Wire::Varint(0)) if singular && !field.optional => Err(Code::NotCanonical),
            (Shape::Int { .. } | Shape::Date | Shape::Bool | Shape::Enum(_), Wire::Varint(value)) => {
                number(&field.shape, value.cast_signed())
            }
            (Shape::Text { .. } | Shape::Hex { .. }, Wire::Bytes([])) => {
                Err(if singular { Code::NotCanonical } else { Code::Required })
            }
            (Shape::Text { style, max_len }, Wire::Bytes(bytes)) => {
                text::check(*style, *max_len, bytes).inspect(|()| (self.texts)(path, field, bytes))
            }
            (Shape::Hex { len }, Wire::Bytes(bytes)) if bytes.len() == *len as usize => Ok(()),
            (Shape::Hex { .. }, Wire::Bytes(_)) => Err(Code::BadFormat),
            (Shape::Record, Wire::Bytes(bytes)) => {
                record_name::from_wire(bytes).map(drop).ok_or(Code::Malformed)
            }
            (Shape::Message(inner), Wire::Bytes(bytes)) => return self.message(inner, bytes, path),
            (Shape::TextMap { style, max_len }, Wire::Bytes(entry)) => map_entry(entry, *style, *max_len),
            _ => Err(Code::WrongType),
        };
        if let Err(code) = verdict {
            self.push(FieldError::of(path, field, code, &shown(field, wire)));
        }
    }

    #[cold]
    fn missing(&mut self, message: &Message, missing: u64, path: &Path<'_>) {
        for field in message.fields.iter().filter(|field| missing & (1 << (field.tag - 1)) != 0) {
            self.push(FieldError::of(&path.name(field.name), field, Code::Required, ""));
        }
    }

    /// `file` and `row` belong to an import, `system` to another system, nothing to typing.
    fn source(&mut self, bytes: &[u8], seen: u64, path: &Path<'_>) {
        let kind = match Reader::new(bytes).next() {
            Ok(Some((1, Wire::Varint(kind)))) => v1::SourceKind::try_from(kind as i32).unwrap_or_default(),
            _ => return, // missing, and said so
        };
        let (expected, vi, en) = match kind {
            v1::SourceKind::Unspecified => return,
            v1::SourceKind::Manual => (0b0001, "chỉ có kind", "kind alone"),
            v1::SourceKind::Import => (0b0111, "kind, file và row", "kind, file and row"),
            v1::SourceKind::System => (0b1001, "kind và system", "kind and system"),
        };
        if seen != expected {
            self.push(FieldError::at(path, Code::Inconsistent, "", Expected::both(vi, en)));
        }
    }

    #[cold]
    fn broken(&mut self, path: &Path<'_>, broken: Broken) {
        let code = match broken {
            Broken::Malformed => Code::Malformed,
            Broken::NotCanonical => Code::NotCanonical,
            Broken::WireType => Code::WrongType,
        };
        self.push(FieldError::at(path, code, "", Expected::default()));
    }

    #[cold]
    fn push(&mut self, error: FieldError) {
        self.errors.push(error);
    }
}

/// An entry of a map of texts: name 1, text 2, both there.
fn map_entry(entry: &[u8], style: schema::TextStyle, max_len: u32) -> Result<(), Code> {
    let mut reader = Reader::new(entry);
    match (reader.next(), reader.next(), reader.next()) {
        (Ok(Some((1, Wire::Bytes(name)))), Ok(Some((2, Wire::Bytes(text)))), Ok(None)) => {
            text::check(schema::TextStyle::Code, MAP_NAME_LEN, name)?;
            text::check(style, max_len, text)
        }
        _ => Err(Code::Malformed),
    }
}

/// Most characters of a name in a map of texts.
pub(crate) const MAP_NAME_LEN: u32 = 64;

/// A value as an error shows it.
#[cold]
fn shown(field: &Field, wire: Wire<'_>) -> String {
    match (&field.shape, wire) {
        (Shape::Int { .. }, Wire::Varint(value)) => value.cast_signed().to_string(),
        (Shape::Date | Shape::Bool | Shape::Enum(_), Wire::Varint(value)) => value.cast_signed().to_string(),
        (Shape::Text { .. } | Shape::TextMap { .. }, Wire::Bytes(bytes)) => {
            String::from_utf8_lossy(bytes).into_owned()
        }
        (Shape::Hex { .. }, Wire::Bytes(bytes)) => format!("{} bytes", bytes.len()),
        _ => wire.name().to_owned(),
    }
}
