//! Ways of reading the texts of facts: as they are, judged by the schema, or known to be accepted.
//!
//! One generated reader a message serves all three, so they cannot disagree about anything but the rules. A replay judges while it reads: a
//! text that its style allows is judged and known to be UTF-8 by the same few instructions, or known from the facts before.

use super::{Event, NotFacts};
use crate::schema::{Field, TextStyle};
use crate::text::{self, Known, KnownTexts, Verdict};

/// What the schema says of a text.
#[derive(Clone, Copy)]
pub struct TextRule {
    /// What it may be made of.
    pub style: TextStyle,
    /// Most characters.
    pub max_len: u32,
    /// The field it stands in.
    pub field: &'static Field,
}

/// A way of reading the texts of a message. What it accepts is UTF-8 and comes back as it was, or walking a list again would not be
/// sound: so only this module has ways of reading.
pub trait Reading: sealed::Sealed {
    /// Whether the rules about everything but texts are to be held as well.
    const JUDGES: bool;

    /// Bytes as the text they are.
    fn text<'a>(&mut self, rule: TextRule, bytes: &'a [u8]) -> Result<&'a str, NotFacts>;

    /// Fills access level, source and offices if they stand at the beginning of `rest` as in an event that was accepted before: the bytes
    /// they take.
    #[inline(always)]
    fn known_provenance<'a>(&mut self, _rest: &'a [u8], _event: &mut Event<'a>) -> Option<usize> {
        None
    }

    /// Those four were read from `bytes`.
    #[inline(always)]
    fn note_provenance(&mut self, _bytes: &[u8], _event: &Event<'_>) {}
}

mod sealed {
    pub trait Sealed {}

    impl Sealed for super::Plainly {}
    impl<L> Sealed for super::Judging<'_, L> {}
    impl Sealed for super::Accepted {}
}

/// Reads what is readable, whatever rules it breaks.
pub struct Plainly;

impl Reading for Plainly {
    const JUDGES: bool = false;

    #[inline(always)]
    fn text<'a>(&mut self, rule: TextRule, bytes: &'a [u8]) -> Result<&'a str, NotFacts> {
        utf8(bytes).ok_or(NotFacts::NotUtf8 { field: rule.field.tag })
    }
}

/// Reads what obeys every rule of the schema, and shows the texts that are worth a look to somebody who may refuse them.
pub(super) struct Judging<'k, L> {
    /// Texts that were accepted before, under the same `look`.
    pub known: Option<&'k mut KnownTexts>,
    /// Whether a text that obeys its own rules is accepted.
    pub look: L,
}

impl<L: FnMut(&'static Field, &str) -> bool> Reading for Judging<'_, L> {
    const JUDGES: bool = true;

    #[inline(always)]
    #[allow(unsafe_code)] // measured: see `utf8`
    fn text<'a>(&mut self, rule: TextRule, bytes: &'a [u8]) -> Result<&'a str, NotFacts> {
        let known = self.known.as_ref().and_then(|_| Known::of(rule.style, rule.max_len, bytes));
        match (&mut self.known, known) {
            (Some(texts), Some(text)) if texts.has(&text) => {
                // SAFETY: a known text has the same bytes as one that was accepted, and those were UTF-8.
                return Ok(unsafe { std::str::from_utf8_unchecked(bytes) });
            }
            _ => {}
        }
        let text = self.judge(rule, bytes)?;
        if let (Some(texts), Some(known)) = (&mut self.known, known) {
            texts.note(known);
        }
        Ok(text)
    }

    #[inline(always)]
    fn known_provenance<'a>(&mut self, rest: &'a [u8], event: &mut Event<'a>) -> Option<usize> {
        self.known.as_ref()?.provenances().fill(rest, event)
    }

    #[inline]
    fn note_provenance(&mut self, bytes: &[u8], event: &Event<'_>) {
        if let Some(known) = &mut self.known {
            known.provenances_mut().note(bytes, event);
        }
    }
}

impl<L: FnMut(&'static Field, &str) -> bool> Judging<'_, L> {
    #[inline]
    #[allow(unsafe_code)] // measured: see `utf8`
    fn judge<'a>(&mut self, rule: TextRule, bytes: &'a [u8]) -> Result<&'a str, NotFacts> {
        let (text, look) = match text::judge(rule.style, rule.max_len, bytes) {
            Verdict::Breaks => return Err(NotFacts::Disobeys),
            // SAFETY: the verdict says that the bytes are UTF-8.
            Verdict::ObeysAndIsUtf8 { look } => (unsafe { std::str::from_utf8_unchecked(bytes) }, look),
            Verdict::Obeys { look } => {
                (utf8(bytes).ok_or(NotFacts::NotUtf8 { field: rule.field.tag })?, look)
            }
        };
        if !look || (self.look)(rule.field, text) { Ok(text) } else { Err(NotFacts::Disobeys) }
    }
}

/// Reads bytes that another reading has accepted.
pub(super) struct Accepted(());

impl Accepted {
    /// # Safety
    /// It is shown only bytes that another reading has accepted.
    #[inline(always)]
    #[allow(unsafe_code)] // measured: lines of a decision are walked twice an event
    pub(super) unsafe fn before() -> Self {
        Accepted(())
    }
}

impl Reading for Accepted {
    const JUDGES: bool = false;

    #[inline(always)]
    #[allow(unsafe_code)]
    fn text<'a>(&mut self, _: TextRule, bytes: &'a [u8]) -> Result<&'a str, NotFacts> {
        // SAFETY: whoever made this reading shows it only bytes that another has accepted, which are UTF-8.
        Ok(unsafe { std::str::from_utf8_unchecked(bytes) })
    }
}

/// Bytes as text. Facts are short and nearly always ASCII, where the library's check costs more than reading them.
#[inline(always)]
#[allow(unsafe_code)] // measured: 13 texts an event, 95 of 250 ns in `from_utf8` without this
fn utf8(bytes: &[u8]) -> Option<&str> {
    if is_short_ascii(bytes) {
        // SAFETY: every byte is below 0x80, and any sequence of such bytes is UTF-8.
        return Some(unsafe { std::str::from_utf8_unchecked(bytes) });
    }
    std::str::from_utf8(bytes).ok()
}

/// Whether these are at most 32 bytes, all below 0x80. Words overlap so that every byte is in one of them.
#[inline(always)]
fn is_short_ascii(bytes: &[u8]) -> bool {
    const HIGH_BITS: u64 = 0x8080_8080_8080_8080;
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        let ends = u64::from_le_bytes(*first) | u64::from_le_bytes(*last);
        return match bytes.len() {
            ..=16 => ends & HIGH_BITS == 0,
            len @ ..=32 => (ends | word(bytes, 8) | word(bytes, len - 16)) & HIGH_BITS == 0,
            _ => false,
        };
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        return (u32::from_le_bytes(*first) | u32::from_le_bytes(*last)) & 0x8080_8080 == 0;
    }
    bytes.iter().fold(0, |all, byte| all | byte) < 0x80
}

/// Eight bytes from `at`, which are there.
#[inline(always)]
fn word(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).and_then(<[u8]>::first_chunk).map_or(u64::MAX, |word| u64::from_le_bytes(*word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_ascii_is_told_from_everything_else() {
        for len in 0..40 {
            for at in 0..len {
                let mut bytes = vec![b'a'; len];
                assert_eq!(is_short_ascii(&bytes), len <= 32);
                bytes[at] = 0x80;
                assert!(!is_short_ascii(&bytes) && utf8(&bytes).is_none(), "{len} {at}");
            }
        }
    }
}
