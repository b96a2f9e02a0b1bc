//! When and where facts happened, remembered: day and place stand next to each other in every envelope.
//!
//! The facts of a ward's day begin with the same two dozen bytes. Comparing them with those of an earlier fact that was accepted costs a
//! quarter of reading the date and judging the place again.

use super::{Event, Repeated};
use crate::text::{FACTOR, is_same, words};

/// Bytes of a day and one place together.
const LENGTHS: std::ops::RangeInclusive<usize> = 16..=32;
/// Before the text of the place: key and four bytes of the day, key and length of the place.
const BEFORE_TEXT: usize = 7;
/// Key of `Event.occurred_on`; a test holds both against the schema.
const DAY: u8 = 0x10;
/// Key of `Event.place`.
pub(super) const PLACE: u8 = 0x1A;
const SLOTS: usize = 256;

/// The days and places of facts that were accepted lately. Nothing that is asked here is ever answered wrongly: a slot holds all bytes.
#[derive(Clone)]
pub(crate) struct KnownSettings(Box<[Slot; SLOTS]>);

#[derive(Clone, Copy, Default)]
struct Slot {
    words: [u64; 4],
    len: usize,
    occurred_on: i32,
}

impl Default for KnownSettings {
    fn default() -> Self {
        KnownSettings(Box::new([Slot::default(); SLOTS]))
    }
}

impl KnownSettings {
    /// Fills day and place if `rest`, what is left of an event's bytes before them, begins as an accepted event went on there; how many
    /// bytes they take.
    #[inline]
    pub(crate) fn fill<'a>(&self, rest: &'a [u8], event: &mut Event<'a>) -> Option<usize> {
        let run = run(rest)?;
        let words = words(run);
        let slot = &self.0[place(words)];
        if slot.len != run.len() || !is_same(&words, &slot.words) {
            return None;
        }
        event.occurred_on = slot.occurred_on;
        event.place = known_place(rest)?;
        Some(run.len())
    }

    /// Remembers day and place of an event, which were just read from the first `len` bytes of `rest` and obey every rule about texts.
    pub(crate) fn note(&mut self, rest: &[u8], len: usize, event: &Event<'_>) {
        let Some(run) = run(rest).filter(|run| run.len() == len && event.place.len() == 1) else { return };
        let words = words(run);
        self.0[place(words)] = Slot { words, len, occurred_on: event.occurred_on };
    }
}

/// The one place of a known run.
#[inline(always)]
#[allow(unsafe_code)] // measured: a place an event
fn known_place(rest: &[u8]) -> Option<Repeated<'_, &str>> {
    let from_first = rest.get(BEFORE_TEXT - 1..)?;
    // SAFETY: `note` was shown the same bytes after `push` had taken the one place in them.
    Some(unsafe { Repeated::one(from_first, u32::from(PLACE)) })
}

/// The bytes of a day and one place at the beginning of `rest`, as far as their lengths tell.
#[inline(always)]
fn run(rest: &[u8]) -> Option<&[u8]> {
    let [DAY, _, _, _, _, PLACE, len, ..] = *rest else { return None };
    let len = BEFORE_TEXT + usize::from(len);
    let (run, after) = rest.split_at_checked(len).filter(|_| LENGTHS.contains(&len))?;
    (after.first() != Some(&PLACE)).then_some(run)
}

#[inline(always)]
fn place([first, last, second, third]: [u64; 4]) -> usize {
    let mixed = first ^ last.rotate_left(29) ^ second.rotate_left(17) ^ third.rotate_left(43);
    (mixed.wrapping_mul(FACTOR) >> 56) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;

    #[test]
    fn day_and_place_have_the_keys_of_the_schema_and_are_neighbours() {
        let key =
            |name: &str, wire_type: u32| schema::EVENT.field(name).map(|field| field.tag << 3 | wire_type);
        assert_eq!(key("occurred_on", 0), Some(u32::from(DAY)));
        assert_eq!(key("place", 2), Some(u32::from(PLACE)));
    }

    #[test]
    fn only_a_day_with_one_place_is_a_run() {
        let one = [&[DAY, 0xD5, 0xE4, 0xD2, 0x09, PLACE, 10][..], b"hn.tx.ha.1"].concat();
        assert_eq!(run(&one), Some(&one[..]));
        assert_eq!(run(&[&one[..], &[0x38, 1]].concat()), Some(&one[..]));
        assert_eq!(run(&[&one[..], &one[5..]].concat()), None, "two places");
        assert_eq!(run(&one[..one.len() - 1]), None);
        assert_eq!(run(&one[1..]), None);
        assert_eq!(run(&[]), None);
    }
}
