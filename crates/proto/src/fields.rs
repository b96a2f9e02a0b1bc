//! Static access to the fields of a payload by tag: what compiled indicator rows read on the replay path.

use crate::v1;

/// Fields of a kind's payload, or of a message in it, by protobuf tag. Generated code, one `match` per call; no reflection.
///
/// A tag that the message lacks, or that has another shape, is `None`.
pub trait Fields {
    /// Integer, bool (0 or 1) or enum number of a singular field; `None` when optional and absent, or above `i64::MAX`.
    fn int(&self, _tag: u32) -> Option<i64> {
        None
    }
    /// Text of a singular field; an empty one is `Some("")`.
    fn text(&self, _tag: u32) -> Option<&str> {
        None
    }
    /// One text of a repeated field.
    fn text_at(&self, _tag: u32, _at: usize) -> Option<&str> {
        None
    }
    /// Bytes of a singular field; an empty one is `Some(&[])`.
    fn bytes(&self, _tag: u32) -> Option<&[u8]> {
        None
    }
    /// One bytes value of a repeated field.
    fn bytes_at(&self, _tag: u32, _at: usize) -> Option<&[u8]> {
        None
    }
    /// Number of items of a repeated field.
    fn len(&self, _tag: u32) -> Option<usize> {
        None
    }
    /// One item of a repeated field of messages.
    fn item(&self, _tag: u32, _at: usize) -> Option<&dyn Fields> {
        None
    }
    /// Shows every item of a repeated field of messages, in order; also of views, whose items exist only while they are walked.
    fn each_item(&self, tag: u32, meet: &mut dyn FnMut(&dyn Fields)) {
        let items = (0..self.len(tag).unwrap_or_default()).filter_map(|at| self.item(tag, at));
        items.for_each(meet);
    }
    /// A singular message field that is present.
    fn message(&self, _tag: u32) -> Option<&dyn Fields> {
        None
    }
}

include!(concat!(env!("OUT_DIR"), "/fields.rs"));

/// The payload of an event as [`Fields`]; `None` when the event has no kind this build knows.
#[must_use]
pub fn payload(event: &v1::Event) -> Option<&dyn Fields> {
    event.kind.as_ref().map(payload_of)
}

/// The oneof tag of an event's kind, e.g. 262 for `penalty.decided`.
#[must_use]
pub fn payload_tag(event: &v1::Event) -> Option<u32> {
    event.kind.as_ref().map(tag_of)
}
