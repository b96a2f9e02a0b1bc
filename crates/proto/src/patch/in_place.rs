//! The usual correction, one number, date, choice or text of the envelope or the payload, made in the bytes themselves.
//!
//! Answers only where it is sure; [`patch`](super::patch()) answers the rest, and says in words what is wrong.

use serde_json::Value;

use super::CORRECTABLE;
use crate::kinds::kind_by_tag;
use crate::schema::{self, Field, Message, Shape};
use crate::wire::{Reader, Wire, put_bytes};
use crate::{json, view};

/// The facts with a change made, unchecked; `None` for changes of lists and parts, and for those that cannot be made.
pub(super) fn patched(facts: &[u8], change: &view::Change<'_>) -> Option<Vec<u8>> {
    let old = serde_json::from_str(change.old).ok()?;
    let new = serde_json::from_str(change.new).ok()?;
    match change.field.split_once('.') {
        None if CORRECTABLE.contains(&change.field) => {
            replaced(&schema::EVENT, facts, change.field, &old, &new)
        }
        Some(("data", name)) => {
            let (at, kind, payload) = payload(facts)?;
            let payload = replaced(kind_by_tag(kind)?.message, payload, name, &old, &new)?;
            let mut bytes = facts[..at].to_vec();
            put_bytes(&mut bytes, kind, &payload);
            Some(bytes)
        }
        _ => None,
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
fn replaced(message: &Message, bytes: &[u8], name: &str, old: &Value, new: &Value) -> Option<Vec<u8>> {
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
    if json::value_of(field, present).unwrap_or_default() != *old {
        return None;
    }
    let mut patched = bytes[..start].to_vec();
    json::put_value(field, new, &mut patched)?;
    patched.extend_from_slice(&bytes[end..]);
    Some(patched)
}

/// Whether a field is one value that stands in one piece.
fn is_single(field: &Field) -> bool {
    !field.repeated && !matches!(field.shape, Shape::Message(_) | Shape::TextMap { .. })
}
