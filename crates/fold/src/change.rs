//! What became of a record's version between two moments.

use socai_domain::corrections::{self, Effect, Standing, Version};
use socai_tlog::EventName;

use crate::amended::Amended;

/// Another version of a record counts, because of this amendment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Corrected(EventName),
    Voided(EventName),
    /// What counted for a while no longer does: by the void of a correction, or the amendment that was refused.
    Restored(EventName),
}

/// The change from one state of a record's amendments to a later one; none when the same version counts.
pub(crate) fn between(
    record: EventName,
    before: Option<&Amended>,
    after: Option<&Amended>,
) -> Option<Change> {
    let version = |amended: Option<&Amended>| match amended {
        Some(amended) => corrections::version_of(record, amended.amendments()),
        None => Version::Corrected(vec![]),
    };
    match (version(before), version(after)) {
        (before, after) if before == after => None,
        (_, Version::Voided(by)) => Some(Change::Voided(by)),
        (Version::Voided(void), Version::Corrected(_)) => Some(Change::Restored(void)),
        (Version::Corrected(then), Version::Corrected(now)) => match then.strip_prefix(now.as_slice()) {
            Some(undone) => undone.first().map(|undone| Change::Restored(void_of(*undone, after))),
            None => now.last().map(|by| Change::Corrected(*by)),
        },
    }
}

/// The void that took a correction out; the correction itself when it was refused after all.
fn void_of(correction: EventName, amended: Option<&Amended>) -> EventName {
    let amendments = amended.map(Amended::amendments).unwrap_or_default();
    let is_void = |a: &&corrections::Amendment| {
        a.target == correction && a.effect == Effect::Voids && a.standing == Standing::Counts
    };
    amendments.iter().find(is_void).map_or(correction, |void| void.name)
}
