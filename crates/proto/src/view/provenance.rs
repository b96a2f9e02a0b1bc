//! Where facts came from, remembered: access level, source and offices stand next to each other in every envelope.
//!
//! What a desk enters comes with the same three or four dozen bytes each time. Comparing them with those of an earlier fact that was
//! accepted costs a tenth of reading and judging their six values again.

use super::{Event, Source};
use crate::text::FACTOR;

/// Bytes of the four fields together that are remembered. Imports, which name file and row, are longer and differ from row to row.
const LENGTHS: std::ops::RangeInclusive<usize> = 16..=64;
const SLOTS: usize = 64;

/// The four fields of facts that were accepted lately. Nothing that is asked here is ever answered wrongly: a slot holds all bytes.
#[derive(Clone)]
pub(crate) struct KnownProvenances(Box<[Slot; SLOTS]>);

#[derive(Clone, Copy)]
struct Slot {
    bytes: [u8; *LENGTHS.end()],
    len: u8,
    level: i32,
    source_kind: i32,
    system: Part,
    entered_by: Part,
    approved_by: Part,
}

/// From and to, in the slot's bytes.
type Part = (u8, u8);

impl Default for KnownProvenances {
    fn default() -> Self {
        let none = Slot {
            bytes: [0; *LENGTHS.end()],
            len: 0,
            level: 0,
            source_kind: 0,
            system: (0, 0),
            entered_by: (0, 0),
            approved_by: (0, 0),
        };
        KnownProvenances(Box::new([none; SLOTS]))
    }
}

impl KnownProvenances {
    /// Fills the four fields if `rest`, what is left of an event's bytes before them, begins as an accepted event went on there; how many
    /// bytes they take.
    #[inline]
    pub(crate) fn fill<'a>(&self, rest: &'a [u8], event: &mut Event<'a>) -> Option<usize> {
        let slot = &self.0[place(rest)?];
        let len = usize::from(slot.len);
        let (bytes, after) = rest.split_at_checked(len).filter(|_| len > 0)?; // a new slot remembers nothing
        // A kind's key begins with a byte from 0x80 on; anything below would be another of these fields.
        if after.first().is_some_and(|key| *key < 0x80) || !is_same(bytes, &slot.bytes[..len]) {
            return None;
        }
        event.level = slot.level;
        event.source =
            Some(Source { kind: slot.source_kind, system: part(bytes, slot.system)?, ..Source::default() });
        event.entered_by = part(bytes, slot.entered_by)?;
        event.approved_by = part(bytes, slot.approved_by)?;
        Some(len)
    }

    /// Remembers the four fields of an event, which were just read from `bytes` and obey every rule about texts.
    pub(crate) fn note(&mut self, bytes: &[u8], event: &Event<'_>) {
        let Some(source) = event.source.filter(|source| source.file.is_empty() && source.row.is_none())
        else {
            return;
        };
        if !LENGTHS.contains(&bytes.len()) {
            return;
        }
        let Some(place) = place(bytes) else { return };
        let part = |text: &str| match text {
            "" => (0, 0),
            text => {
                let from = (text.as_ptr() as usize).wrapping_sub(bytes.as_ptr() as usize);
                (from as u8, (from + text.len()) as u8) // within `bytes`, which are at most 64
            }
        };
        let slot = &mut self.0[place];
        slot.bytes[..bytes.len()].copy_from_slice(bytes);
        slot.len = bytes.len() as u8;
        (slot.level, slot.source_kind) = (event.level, source.kind);
        slot.system = part(source.system);
        slot.entered_by = part(event.entered_by);
        slot.approved_by = part(event.approved_by);
    }
}

/// A text of a slot whose bytes are these.
#[inline(always)]
#[allow(unsafe_code)] // measured: three texts an event
fn part(bytes: &[u8], (from, to): Part) -> Option<&str> {
    let text = bytes.get(usize::from(from)..usize::from(to))?;
    // SAFETY: `note` took this part from an accepted text, and `fill` found the same bytes.
    Some(unsafe { std::str::from_utf8_unchecked(text) })
}

/// The slot of what begins with these bytes: by the first sixteen, which reach into the name of the system or office.
#[inline(always)]
fn place(bytes: &[u8]) -> Option<usize> {
    let first = u64::from_le_bytes(*bytes.first_chunk()?);
    let second = u64::from_le_bytes(*bytes.get(8..)?.first_chunk()?);
    Some(((first ^ second.rotate_left(29)).wrapping_mul(FACTOR) >> 58) as usize)
}

/// Whether bytes of one length, which is at least eight, are the same.
#[inline(always)]
fn is_same(these: &[u8], those: &[u8]) -> bool {
    let (words, _) = these.as_chunks::<8>();
    let (others, _) = those.as_chunks::<8>();
    these.last_chunk::<8>() == those.last_chunk::<8>()
        && words.iter().zip(others).all(|(word, other)| word == other)
}

#[cfg(test)]
mod tests {
    use prost::Message as _;

    use super::super::{Event, NotFacts};
    use crate::{kinds::kinds, text::KnownTexts, v1};

    fn read<'a>(bytes: &'a [u8], known: Option<&mut KnownTexts>) -> Result<Event<'a>, NotFacts> {
        let mut event = Event::default();
        event.fill_obeying(bytes, known, |_, text| !text.contains('~')).map(|()| event)
    }

    fn events() -> impl Iterator<Item = v1::Event> {
        kinds().iter().map(|kind| kind.example_event()).flat_map(|event| {
            let system = v1::Source {
                kind: v1::SourceKind::System.into(),
                system: "tabmis".into(),
                ..v1::Source::default()
            };
            let by = |approved_by: &str| v1::Event {
                source: Some(system.clone()),
                approved_by: approved_by.into(),
                ..event.clone()
            };
            [by("lãnh-đạo"), by(""), by("mau.lanh-dao"), event]
        })
    }

    #[test]
    fn what_is_remembered_changes_nothing_that_is_read() {
        let mut known = KnownTexts::default();
        for event in events() {
            let bytes = event.encode_to_vec();
            for _ in 0..2 {
                let (got, expected) = (read(&bytes, Some(&mut known)), read(&bytes, None));
                assert_eq!(format!("{got:?}"), format!("{expected:?}"));
            }
        }
    }

    #[test]
    fn every_flipped_bit_is_judged_as_without_memory() {
        let mut known = KnownTexts::default();
        let mut accepted = 0;
        for event in events().step_by(9) {
            let mut bytes = event.encode_to_vec();
            for bit in 0..8 * bytes.len() {
                read(&bytes, Some(&mut known)).unwrap();
                bytes[bit / 8] ^= 1 << (bit % 8);
                let (got, expected) = (read(&bytes, Some(&mut known)), read(&bytes, None));
                assert_eq!(format!("{got:?}"), format!("{expected:?}"), "bit {bit}");
                accepted += u32::from(got.is_ok());
                bytes[bit / 8] ^= 1 << (bit % 8);
            }
        }
        assert!(accepted > 100, "{accepted}");
    }

    #[test]
    fn an_empty_memory_fills_nothing() {
        let bytes =
            v1::Event { kind: kinds()[0].example_event().kind, ..v1::Event::default() }.encode_to_vec();
        let mut event = Event::default();
        assert_eq!(super::KnownProvenances::default().fill(&bytes, &mut event), None);
        assert!(event.source.is_none());
    }

    #[test]
    fn a_field_more_than_was_remembered_is_read() {
        let mut known = KnownTexts::default();
        let [with, without] = ["mau.lanh-dao", ""].map(|approved_by| {
            let event = kinds().first().map(|kind| kind.example_event()).unwrap();
            v1::Event { approved_by: approved_by.into(), entered_by: "mau.tong-hop".into(), ..event }
                .encode_to_vec()
        });
        for bytes in [&without, &with, &without, &with] {
            let event = read(bytes, Some(&mut known)).unwrap();
            assert_eq!(event.approved_by.is_empty(), bytes == &without);
        }
    }
}
