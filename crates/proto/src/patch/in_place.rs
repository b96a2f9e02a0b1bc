//! The usual correction, one number, date, choice or text of the envelope, the payload, a part or an item, made in the bytes themselves.
//!
//! Answers only where it is sure; [`patch`](super::patch()) answers the rest, and says in words what is wrong.

use serde_json::Value;

use super::CORRECTABLE;
use crate::kinds::kind_by_tag;
use crate::schema::{self, Field, Message, Shape};
use crate::wire::{Reader, Wire, put_bytes};
use crate::{json, view};

/// The facts with a change made, unchecked; `None` for changes of whole lists and parts, and for those that cannot be made.
pub(super) fn patched(facts: &[u8], change: &view::Change<'_>) -> Option<Vec<u8>> {
    let said =
        Said { old: serde_json::from_str(change.old).ok()?, new: serde_json::from_str(change.new).ok()? };
    let (first, rest) = match change.field.split_once('.') {
        Some((first, rest)) => (first, Some(rest)),
        None => (change.field, None),
    };
    if first == "data" {
        let (at, kind, payload) = payload(facts)?;
        let payload = changed(kind_by_tag(kind)?.message, payload, rest?, &said)?;
        let mut bytes = facts[..at].to_vec();
        put_bytes(&mut bytes, kind, &payload);
        return Some(bytes);
    }
    CORRECTABLE.contains(&first).then(|| changed(&schema::EVENT, facts, change.field, &said))?
}

/// The values before and after.
struct Said {
    old: Value,
    new: Value,
}

/// A message with the value at a path replaced: a field of its own, of a part, or of one item of a list.
fn changed(message: &Message, bytes: &[u8], path: &str, said: &Said) -> Option<Vec<u8>> {
    let Some((name, within)) = path.split_once('.') else { return replaced(message, bytes, path, said) };
    let field = message.field(name)?;
    let Shape::Message(inner) = field.shape else { return None };
    let (nth, within) = match field.repeated {
        true => {
            let (nth, within) = within.split_once('.')?;
            (super::position(nth)?, within)
        }
        false => (0, within),
    };
    let mut fields = Reader::new(bytes);
    let mut seen = 0;
    loop {
        let start = bytes.len() - fields.left();
        let (tag, wire) = fields.next().ok()??;
        if tag != field.tag {
            continue;
        }
        if let (true, Wire::Bytes(part)) = (seen == nth, wire) {
            let part = changed(inner, part, within, said)?;
            if part.is_empty() {
                return None; // nothing is left to be said of it
            }
            let mut patched = bytes[..start].to_vec();
            put_bytes(&mut patched, tag, &part);
            patched.extend_from_slice(&bytes[bytes.len() - fields.left()..]);
            return Some(patched);
        }
        seen += 1;
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
fn replaced(message: &Message, bytes: &[u8], name: &str, said: &Said) -> Option<Vec<u8>> {
    let field = message.field(name).filter(|field| is_single(field))?;
    let mut fields = Reader::new(bytes);
    let (mut start, mut present) = (0, None);
    let mut end = 0;
    while let Some((tag, wire)) = fields.next().ok()? {
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
        return None;
    }
    let mut patched = bytes[..start].to_vec();
    json::put_value(field, &said.new, &mut patched)?;
    patched.extend_from_slice(&bytes[end..]);
    Some(patched)
}

/// Whether a field is one value that stands in one piece.
fn is_single(field: &Field) -> bool {
    !field.repeated && !matches!(field.shape, Shape::Message(_) | Shape::TextMap { .. })
}
