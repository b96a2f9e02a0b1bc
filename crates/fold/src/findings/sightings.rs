//! What witnesses saw of the log and when, as bounds on the time at which a record came into it.
//!
//! A cosignature of size n at time t says that at t the log held its first n records. So a record below n was in the log by t. A record at or
//! above n was not in the newest tree that the district could show at t. Several witnesses cosign one checkpoint, each by its own clock: of their times the
//! one counts that allows more, so what is found is said by all of them.

use socai_tlog::{LeafIndex, TreeSize};

/// A checkpoint with the cosignatures of some witnesses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// Its size.
    pub size: TreeSize,
    /// Who cosigned, names apart by `, `.
    pub by: String,
    /// The earliest of their times, seconds since 1970 UTC.
    pub first_s: u64,
    /// The latest.
    pub last_s: u64,
}

/// A tree as it was seen, in a statement about a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen<'a> {
    /// Its size.
    pub size: TreeSize,
    /// Who saw it.
    pub by: &'a str,
    /// When, ms UTC.
    pub at_ms: u64,
}

/// All that is known, by ascending size. 56 bytes a checkpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sightings {
    /// Who cosigned, each set of names once.
    by: Vec<String>,
    /// The sizes of the checkpoints.
    sizes: Vec<TreeSize>,
    /// For each checkpoint, the latest at which it or a smaller one was seen.
    until: Vec<Told>,
    /// For each checkpoint, the earliest at which it or a larger one was seen.
    since: Vec<Told>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Told {
    size: TreeSize,
    at_s: u64,
    /// Place in `by`.
    by: u32,
}

impl Sightings {
    /// Nobody saw anything.
    pub const NONE: &'static Sightings =
        &Sightings { by: vec![], sizes: vec![], until: vec![], since: vec![] };

    /// Puts them in order; duplicates change nothing.
    pub fn of(mut sightings: Vec<Sighting>) -> Self {
        sightings.sort_by_key(|seen| seen.size);
        let mut all = Sightings::default();
        for Sighting { size, by, first_s, last_s } in sightings {
            let known = all.by.iter().position(|known| *known == by);
            let place = known.unwrap_or_else(|| {
                all.by.push(by);
                all.by.len() - 1
            });
            let told = |at_s| Told { size, at_s, by: u32::try_from(place).unwrap_or(u32::MAX) };
            all.sizes.push(size);
            all.until.push(told(first_s));
            all.since.push(told(last_s));
        }
        for at in 1..all.until.len() {
            if all.until[at].at_s < all.until[at - 1].at_s {
                all.until[at] = all.until[at - 1];
            }
        }
        for at in (1..all.since.len()).rev() {
            if all.since[at].at_s < all.since[at - 1].at_s {
                all.since[at - 1] = all.since[at];
            }
        }
        all
    }

    /// How many checkpoints there are.
    pub fn len(&self) -> usize {
        self.sizes.len()
    }

    /// Whether nobody saw anything.
    pub fn is_empty(&self) -> bool {
        self.sizes.is_empty()
    }

    /// The latest at which all witnesses of a checkpoint still saw a tree without the record.
    pub fn without(&self, leaf: LeafIndex) -> Option<Seen<'_>> {
        let behind = self.sizes_up_to(leaf);
        behind.checked_sub(1).map(|at| self.seen(self.until[at]))
    }

    /// The earliest at which all witnesses of a checkpoint saw a tree with the record.
    pub fn with(&self, leaf: LeafIndex) -> Option<Seen<'_>> {
        self.since.get(self.sizes_up_to(leaf)).map(|told| self.seen(*told))
    }

    /// How many checkpoints do not hold the leaf.
    fn sizes_up_to(&self, leaf: LeafIndex) -> usize {
        self.sizes.partition_point(|size| size.0 <= leaf.0)
    }

    fn seen(&self, told: Told) -> Seen<'_> {
        let by = self.by.get(told.by as usize).map_or("", String::as_str);
        Seen { size: told.size, by, at_ms: told.at_s.saturating_mul(1_000) }
    }
}
