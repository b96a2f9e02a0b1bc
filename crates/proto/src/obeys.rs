//! The descriptor rules as a yes or no: what replay asks of every fact.
//!
//! Generated beside the views, straight-line code without tables, paths or words. [`validate_facts`](crate::validate_facts) is the same
//! rules with words for whoever broke them; tests hold the two together on every flipped bit.

use crate::schema::{self, Field, TextStyle};
use crate::text::{self as texts, Verdict};
use crate::{date, view};

/// Whether facts that were read in place obey every descriptor rule, and `look` agrees to every text in them that is worth a look.
///
/// `look` is for what else a text may not hold. It is spared tokens and unit ids, which are random or the operator's, and texts of
/// ASCII with fewer than six digits and no `@`, which can hold neither a number of somebody nor an address; it sees a text only
/// after that obeyed its own rules. Stops at the first no.
pub fn obeys(event: &view::Event<'_>, mut look: impl FnMut(&'static Field, &str) -> bool) -> bool {
    event.obeys(&mut look)
}

/// A second opinion on texts.
trait Look: FnMut(&'static Field, &str) -> bool {}

impl<L: FnMut(&'static Field, &str) -> bool> Look for L {}

/// The rules of one message.
trait Obeys {
    fn obeys<L: Look>(&self, look: &mut L) -> bool;
}

#[inline(always)]
fn text<L: Look>(
    value: &str,
    style: TextStyle,
    max_len: u32,
    required: bool,
    field: &'static Field,
    look: &mut L,
) -> bool {
    if value.is_empty() {
        return !required;
    }
    match texts::judge(style, max_len, value) {
        Verdict::ObeysAndIsPlain => true,
        Verdict::Obeys => look(field, value),
        Verdict::Breaks => false,
    }
}

#[inline]
fn items(count: usize, most: usize, required: bool) -> bool {
    count <= most && (count > 0 || !required)
}

#[inline]
fn record(name: &view::Ref) -> bool {
    i64::try_from(name.seq).is_ok()
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
