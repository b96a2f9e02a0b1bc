//! The facts of cases while the records go by: each case's together, as they count at every size that is asked about.

use std::ops::Range;

use hashbrown::HashTable;
use socai_domain::{CivilDate, Event, hash::hash_of, lifecycle::Family};
use socai_proto::{kinds, view::Heading};
use socai_tlog::{EventName, LeafIndex};

use super::{
    chains::{Chain, Chains},
    pieces::{Pieces, Span},
};

/// A fact of a case, as it counts.
pub(crate) struct HeldFact {
    pub name: EventName,
    pub leaf: LeafIndex,
    /// The day it took effect.
    pub(super) on: CivilDate,
    /// The sizes at which it counts as this; an amendment ends one version of it and begins another.
    pub(super) sizes: Range<u64>,
    bytes: Span,
}

/// Every size: what counts at the one size that is asked about.
pub(crate) const ANY_SIZE: Range<u64> = 0..u64::MAX;

/// The facts of cases.
#[derive(Default)]
pub(crate) struct Held {
    /// By tag, which of `files` a kind's facts go to; none for kinds that no row is about.
    followed: Vec<Option<u8>>,
    pub(super) files: Vec<(Family, Files)>,
    /// The last day that anybody asks about.
    last: Option<CivilDate>,
    facts: Chains<HeldFact>,
    bytes: Pieces,
}

/// The cases of a family.
#[derive(Default)]
pub(super) struct Files {
    /// In the order in which they were met: their facts then lie behind each other as well.
    cases: Vec<(Box<str>, Chain)>,
    /// By the hash of their key.
    places: HashTable<(u64, u32)>,
}

impl Held {
    /// The sort of case that facts of this tag are gathered for.
    pub(crate) fn family_of(&self, tag: u32) -> Option<Family> {
        let at = self.followed.get(tag as usize).copied().flatten()?;
        self.files.get(usize::from(at)).map(|(family, _)| *family)
    }

    /// Gathers from now on the facts of a sort of case up to a day.
    pub(super) fn follow(&mut self, family: Family, last: CivilDate) {
        self.last = self.last.max(Some(last));
        if self.files.iter().any(|(followed, _)| *followed == family) {
            return;
        }
        let at = self.files.len() as u8; // there are nine families
        for kind in kinds().iter().filter(|kind| Family::of_kind(kind.name) == Some(family)) {
            let tag = kind.tag as usize;
            if self.followed.len() <= tag {
                self.followed.resize(tag + 1, None);
            }
            self.followed[tag] = Some(at);
        }
        self.files.push((family, Files::default()));
    }

    /// Gathers from now on what the other was to gather as well.
    pub(crate) fn follow_all(&mut self, other: &Held) {
        for (family, _) in &other.files {
            self.follow(*family, other.last.unwrap_or(CivilDate::MIN));
        }
    }

    /// Takes a fact as it counts at these sizes.
    #[inline]
    pub(crate) fn visit(&mut self, event: &Event<'_>, name: EventName, leaf: LeafIndex, sizes: Range<u64>) {
        let Some(at) = self.place_of(event.tag(), event.occurred_on()) else { return };
        let Some(case) = event.case() else { return };
        self.hold(at, case, (name, leaf), (event.occurred_on(), event.facts()), sizes);
    }

    /// The same of facts with this heading and day that nobody else reads: they are read when their case is judged.
    #[inline]
    pub(super) fn visit_unread(
        &mut self,
        facts: &[u8],
        heading: &Heading<'_>,
        on: CivilDate,
        name: EventName,
        leaf: LeafIndex,
    ) {
        let Some(at) = self.place_of(heading.tag, on) else { return };
        let Some(case) = heading.case() else { return };
        self.hold(at, case, (name, leaf), (on, facts), ANY_SIZE);
    }

    /// Which of `files` facts of this kind and day go to.
    #[inline]
    fn place_of(&self, tag: u32, on: CivilDate) -> Option<u8> {
        self.followed.get(tag as usize).copied().flatten().filter(|_| Some(on) <= self.last)
    }

    fn hold(
        &mut self,
        at: u8,
        case: &str,
        (name, leaf): (EventName, LeafIndex),
        (on, facts): (CivilDate, &[u8]),
        sizes: Range<u64>,
    ) {
        let fact = HeldFact { name, leaf, on, sizes, bytes: self.bytes.hold(facts) };
        let (_, files) = &mut self.files[usize::from(at)];
        match files.place(case) {
            Ok(place) => self.facts.extend(&mut files.cases[place as usize].1, fact),
            Err(hash) => files.add(case, hash, self.facts.begin(fact)),
        }
    }

    /// The facts of a case.
    fn of(&self, chain: Chain) -> impl Iterator<Item = Filed<'_>> {
        self.facts.of(chain).map(|fact| Filed { held: fact, facts: self.bytes.at(fact.bytes) })
    }
}

impl Files {
    /// The place of a case; the hash of its key when it was not met yet.
    fn place(&self, case: &str) -> Result<u32, u64> {
        let hash = hash_of(case);
        let is_of = |(known, place): &(u64, u32)| *known == hash && *self.cases[*place as usize].0 == *case;
        self.places.find(hash, is_of).map(|(_, place)| *place).ok_or(hash)
    }

    /// Adds a case that is not there.
    fn add(&mut self, case: &str, hash: u64, facts: Chain) {
        let place = self.cases.len() as u32; // there are no more than facts
        self.places.insert_unique(hash, (hash, place), |(hash, _)| *hash);
        self.cases.push((case.into(), facts));
    }

    fn get(&self, case: &str) -> Option<Chain> {
        self.place(case).ok().map(|place| self.cases[place as usize].1)
    }
}

/// A held fact with its bytes.
#[derive(Clone, Copy)]
pub(crate) struct Filed<'a> {
    pub held: &'a HeldFact,
    pub facts: &'a [u8],
}

/// One in so many of the cases, from this one on, so that several can judge side by side.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Every {
    pub from: usize,
    pub step: usize,
}

impl Every {
    /// All of them.
    pub(crate) const CASE: Every = Every { from: 0, step: 1 };

    /// The cases of the family at a place, each where its first fact is, with its facts of all stretches.
    pub(super) fn of<'a>(
        self,
        held: &'a [&'a Held],
        place: usize,
    ) -> impl Iterator<Item = (&'a str, impl Iterator<Item = Filed<'a>>)> {
        let files = move |held: &'a Held| &held.files[place].1;
        held.iter().enumerate().flat_map(move |(at, first)| {
            let (before, after) = (&held[..at], &held[at + 1..]);
            let cases = files(first).cases.iter().skip(self.from).step_by(self.step.max(1));
            let is_first = move |case: &str| before.iter().all(|held| files(held).get(case).is_none());
            cases.filter(move |(case, _)| is_first(case)).map(move |(case, facts)| {
                let later = after.iter().filter_map(move |held| Some(held.of(files(held).get(case)?)));
                (&**case, first.of(*facts).chain(later.flatten()))
            })
        })
    }
}
