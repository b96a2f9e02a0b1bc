//! The descriptor rules about everything but texts, as a yes or no: what a reading that judges asks of each message it has read.
//!
//! Generated beside the views, straight-line code without tables, paths or words. [`validate_facts`](crate::validate_facts) is the same
//! rules with words for whoever broke them; tests hold the two together on every flipped bit.

use crate::{date, view};

/// The rules of one message, its texts and parts left out: those are judged while they are read.
pub(crate) trait Obeys {
    /// Whether the message obeys.
    fn obeys(&self) -> bool;
}

#[inline]
fn items(count: usize, most: usize, required: bool) -> bool {
    count <= most && (count > 0 || !required)
}

/// `file` and `row` belong to an import, `system` to another system, nothing to typing.
#[inline]
fn source_is_whole(source: &view::Source<'_>) -> bool {
    let parts = (!source.file.is_empty(), source.row.is_some(), !source.system.is_empty());
    match source.kind {
        1 => parts == (false, false, false), // manual
        2 => parts == (true, true, false),   // import
        3 => parts == (false, false, true),  // system
        _ => false,
    }
}

include!(concat!(env!("OUT_DIR"), "/obeys.rs"));
