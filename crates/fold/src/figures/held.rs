//! The facts of cases while the records go by: each case's together, as they count at every size that is asked about.

use std::ops::Range;

use socai_domain::{CivilDate, Event, lifecycle::Family};
use socai_proto::{kinds, view::case_of};
use socai_tlog::{EventName, LeafIndex};

use crate::hash::FastMap;

/// A fact of a case, as it counts.
pub(crate) struct HeldFact {
    pub name: EventName,
    pub leaf: LeafIndex,
    /// The day it took effect.
    pub(super) on: CivilDate,
    /// The sizes at which it counts as this; an amendment ends one version of it and begins another.
    pub(super) sizes: Range<u64>,
    pub(super) facts: Box<[u8]>,
}

/// Every size: what counts at the one size that is asked about.
pub(crate) const ANY_SIZE: Range<u64> = 0..u64::MAX;

pub(super) type Files = FastMap<Box<str>, Vec<HeldFact>>;

/// The facts of cases.
#[derive(Default)]
pub(crate) struct Held {
    /// By tag, which of `files` a kind's facts go to; none for kinds that no row is about.
    followed: Vec<Option<u8>>,
    pub(super) files: Vec<(Family, Files)>,
    /// The last day that anybody asks about.
    last: Option<CivilDate>,
}

impl Held {
    /// The sort of case that facts of this tag are gathered for.
    pub(crate) fn family_of(&self, tag: u32) -> Option<Family> {
        let at = self.followed.get(tag as usize).copied().flatten()?;
        self.files.get(usize::from(at)).map(|(family, _)| *family)
    }

    pub(super) fn follow(&mut self, family: Family, last: CivilDate) {
        self.last = self.last.max(Some(last));
        if self.files.iter().any(|(followed, _)| *followed == family) {
            return;
        }
        let at = self.files.len() as u8; // there are eight families
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
        let Some(at) = self.followed.get(event.tag() as usize).copied().flatten() else { return };
        let on = event.occurred_on();
        let Some(case) = event.case().filter(|_| Some(on) <= self.last) else { return };
        self.hold(at, case, HeldFact { name, leaf, on, sizes, facts: event.facts().into() });
    }

    /// The same of facts of this day and kind that nobody else reads: they are read when their case is judged.
    #[inline]
    pub(super) fn visit_unread(
        &mut self,
        facts: &[u8],
        (on, tag): (CivilDate, u32),
        name: EventName,
        leaf: LeafIndex,
    ) {
        let Some(at) = self.followed.get(tag as usize).copied().flatten() else { return };
        let case = case_of(facts).filter(|case| Some(on) <= self.last && !case.is_empty());
        if let Some(case) = case {
            self.hold(at, case, HeldFact { name, leaf, on, sizes: ANY_SIZE, facts: facts.into() });
        }
    }

    fn hold(&mut self, at: u8, case: &str, held: HeldFact) {
        let (_, files) = &mut self.files[usize::from(at)];
        match files.get_mut(case) {
            Some(facts) => facts.push(held),
            None => drop(files.insert(case.into(), vec![held])),
        }
    }
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
    ) -> impl Iterator<Item = (&'a str, impl Iterator<Item = &'a HeldFact>)> {
        let files = move |held: &'a Held| &held.files[place].1;
        held.iter().enumerate().flat_map(move |(at, first)| {
            let (before, after) = (&held[..at], &held[at + 1..]);
            let cases = files(first).iter().skip(self.from).step_by(self.step.max(1));
            let is_first = move |case: &str| before.iter().all(|held| !files(held).contains_key(case));
            cases.filter(move |(case, _)| is_first(case)).map(move |(case, facts)| {
                let later = after.iter().filter_map(move |held| files(held).get(case));
                (&**case, facts.iter().chain(later.flatten()))
            })
        })
    }
}
