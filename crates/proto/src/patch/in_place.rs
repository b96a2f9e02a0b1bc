//! The usual correction, one number, date, choice or text of the envelope, the payload, a part or an item, made in the bytes themselves.
//!
//! Answers only where it is sure; [`patch`](super::patch()) answers the rest, and says in words what is wrong.

use std::borrow::Cow;

use serde_json::Value;

use super::CORRECTABLE;
use crate::kinds::kind_by_tag;
use crate::schema::{self, Field, Message, Shape};
use crate::wire::{Reader, Wire, put_bytes};
use crate::{json, view};

/// Why a change was not made here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unmade {
    /// It cannot be made: what it replaces does not stand there.
    Mismatch,
    /// It is for the other way to say: changes of whole lists and parts, and most of those that cannot be made.
    Unsure,
}

/// For `?` where the other way decides.
trait OrUnsure<T> {
    fn or_unsure(self) -> Result<T, Unmade>;
}

impl<T> OrUnsure<T> for Option<T> {
    fn or_unsure(self) -> Result<T, Unmade> {
        self.ok_or(Unmade::Unsure)
    }
}

/// The facts with all changes made in their order, unchecked.
pub(super) fn all_patched(facts: &[u8], said: &view::EventCorrected<'_>) -> Result<Vec<u8>, Unmade> {
    let mut made = Cow::Borrowed(facts);
    for change in said.changes.iter() {
        made = Cow::Owned(patched(&made, &change)?);
    }
    Ok(made.into_owned())
}

/// The facts with a change made, unchecked.
fn patched(facts: &[u8], change: &view::Change<'_>) -> Result<Vec<u8>, Unmade> {
    let value = |text| serde_json::from_str(text).ok().or_unsure();
    let said = Said { old: value(change.old)?, new: value(change.new)? };
    let (first, rest) = match change.field.split_once('.') {
        Some((first, rest)) => (first, Some(rest)),
        None => (change.field, None),
    };
    if first == "data" {
        let (at, kind, payload) = payload(facts).or_unsure()?;
        let message = kind_by_tag(kind).or_unsure()?.message;
        let payload = changed(message, payload, rest.or_unsure()?, &said)?;
        let mut bytes = facts[..at].to_vec();
        put_bytes(&mut bytes, kind, &payload);
        return Ok(bytes);
    }
    match CORRECTABLE.contains(&first) {
        true => changed(&schema::EVENT, facts, change.field, &said),
        false => Err(Unmade::Unsure),
    }
}

/// The values before and after.
struct Said {
    old: Value,
    new: Value,
}

/// A message with the value at a path replaced: a field of its own, of a part, or of one item of a list.
fn changed(message: &Message, bytes: &[u8], path: &str, said: &Said) -> Result<Vec<u8>, Unmade> {
    let Some((name, within)) = path.split_once('.') else { return replaced(message, bytes, path, said) };
    let field = message.field(name).or_unsure()?;
    let (nth, within) = match (field.repeated, within.split_once('.')) {
        (true, Some((nth, within))) => (super::position(nth).or_unsure()?, Some(within)),
        (true, None) => (super::position(within).or_unsure()?, None),
        (false, _) => (0, Some(within)),
    };
    let mut fields = Reader::new(bytes);
    let mut seen = 0;
    loop {
        let start = bytes.len() - fields.left();
        let (tag, wire) = fields.next().ok().flatten().or_unsure()?;
        if tag != field.tag {
            continue;
        }
        if let (true, Wire::Bytes(part)) = (seen == nth, wire) {
            let part = match (field.shape, within) {
                (Shape::Message(inner), Some(within)) => changed(inner, part, within, said)?,
                (Shape::Text { .. }, None) => text_instead(part, said)?,
                _ => return Err(Unmade::Unsure),
            };
            if part.is_empty() {
                return Err(Unmade::Unsure); // nothing is left to be said of it
            }
            let mut patched = bytes[..start].to_vec();
            put_bytes(&mut patched, tag, &part);
            patched.extend_from_slice(&bytes[bytes.len() - fields.left()..]);
            return Ok(patched);
        }
        seen += 1;
    }
}

/// A text of a list replaced by another.
fn text_instead(present: &[u8], said: &Said) -> Result<Vec<u8>, Unmade> {
    match (&said.old, &said.new) {
        (Value::String(old), Value::String(new)) if old.as_bytes() == present => Ok(new.as_bytes().to_vec()),
        (old, _) if old.as_str().map(str::as_bytes) != Some(present) => Err(Unmade::Mismatch),
        _ => Err(Unmade::Unsure),
    }
}

/// The last field, which is the payload: where its key stands, its tag, its bytes.
fn payload(facts: &[u8]) -> Option<(usize, u32, &[u8])> {
    let mut fields = Reader::new(facts);
    let mut last = None;
    loop {
        let at = facts.len() - fields.left();
        match fields.next().ok()? {
            Some((tag, wire)) => last = Some((at, tag, wire)),
            None => break,
        }
    }
    match last? {
        (at, tag, Wire::Bytes(payload)) => Some((at, tag, payload)),
        _ => None,
    }
}

/// A message with the value of one field replaced, in its place in the order of fields.
fn replaced(message: &Message, bytes: &[u8], name: &str, said: &Said) -> Result<Vec<u8>, Unmade> {
    let field = message.field(name).filter(|field| is_single(field)).or_unsure()?;
    let mut fields = Reader::new(bytes);
    let (mut start, mut present) = (0, None);
    let mut end = 0;
    while let Some((tag, wire)) = fields.next().ok().or_unsure()? {
        if tag > field.tag {
            break;
        }
        end = bytes.len() - fields.left();
        match tag == field.tag {
            true => present = Some(wire),
            false => start = end,
        }
    }
    if present.is_none() {
        end = start;
    }
    if json::value_of(field, present).unwrap_or_default() != said.old {
        return Err(Unmade::Mismatch);
    }
    let mut patched = bytes[..start].to_vec();
    json::put_value(field, &said.new, &mut patched).or_unsure()?;
    patched.extend_from_slice(&bytes[end..]);
    Ok(patched)
}

/// Whether a field is one value that stands in one piece.
fn is_single(field: &Field) -> bool {
    !field.repeated && !matches!(field.shape, Shape::Message(_) | Shape::TextMap { .. })
}
