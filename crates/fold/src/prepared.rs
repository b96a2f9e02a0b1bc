//! Facts judged and worked out before their turn, so that several threads can share a replay.
//!
//! Nearly every fact only adds to cells, and what it adds depends on nothing but the units and rules there are: that is worked out apart, for many
//! facts at once, and taken in when their turn comes. Facts that change more than cells, and those that break a rule, are left for their turn, and
//! so are all when the units or rules have changed by then. So it makes no difference who prepared what, or whether anybody did.

use std::sync::Arc;

use socai_domain::{CivilDate, Event, KnownTexts, Position, Registry, corrections, rules};
use socai_tlog::EventName;

use crate::{
    added::{self, Added},
    count::only_adds,
    cube::{LastShelf, Place},
    fold::{Fold, Today},
    noted::{Noted, Numbered},
    recorded::{Facts, FactsUnavailable, Original, Recorded},
    rulebook::Rulebook,
    scope::Held,
    values::{AxesNo, Values},
    verdict::{FoldError, Verdict},
};

/// The units and rules of a fold at one moment, for whoever prepares facts for it.
#[derive(Clone, Debug, Default)]
pub struct Books {
    registry: Arc<Registry>,
    rulebook: Arc<Rulebook>,
    held: Option<Arc<Held>>,
}

/// Facts that one after the other are prepared. Room is kept from one use to the next.
#[derive(Debug, Default)]
pub struct Prepared {
    facts: Vec<Left>,
    room: Room,
    /// Records that are corrected or voided, read before.
    originals: Vec<(EventName, Option<Original>)>,
    numbered: Numbered,
    /// How many facts were taken in.
    taken: usize,
    /// Whether the values have the numbers of the fold.
    is_settled: bool,
}

/// What facts add, worked out by these books.
#[derive(Debug, Default)]
struct Room {
    books: Books,
    /// One after the other; the values have the numbers of `noted` until they are settled.
    added: Vec<Added>,
    noted: Noted,
    last_shelf: LastShelf,
}

/// What a fact adds on its day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Adding {
    day: CivilDate,
    /// That of the day.
    shelf: u32,
    /// Where it begins and ends among all that is added.
    start: u32,
    end: u32,
}

/// What is left to do when the turn of a fact comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Left {
    /// To take in what it adds.
    Adding(Adding),
    /// To accept it: it breaks no rule.
    Accepting,
    /// Everything.
    #[default]
    All,
}

/// Prepares facts. Each thread has its own, for as long as it likes: what it remembers is which texts are well-formed.
#[derive(Debug, Default)]
pub struct Preparer {
    known: KnownTexts,
    today: Today,
}

impl Preparer {
    /// Prepares the next record. `facts` is asked for those that are corrected or voided; what it cannot give is asked again later.
    #[inline]
    pub fn prepare(&mut self, record: &Recorded<'_>, facts: &dyn Facts, to: &mut Prepared) {
        let received_on = self.today.of(record.at.received_at_ms);
        let Prepared { room, originals, .. } = to;
        let left = Event::decode_next(record.facts, &mut self.known, |event| {
            let placed = room.books.registry.placed(event, record.at.name.unit);
            let ctx = rules::Ctx::received_on(&room.books.registry, &record.at, received_on).placed(placed);
            if !rules::check(event, record.at.name.unit, &ctx).is_empty() {
                return Left::All;
            }
            if !only_adds(event) {
                originals.extend(original(event, facts));
                return Left::Accepting;
            }
            let place = Place::from(placed);
            room.work_out(event, place, &record.at).map_or(Left::Accepting, Left::Adding)
        });
        to.facts.push(left.unwrap_or_default());
    }
}

/// The record that a correction or void names.
fn original(event: &Event<'_>, facts: &dyn Facts) -> Option<(EventName, Option<Original>)> {
    let (target, _) = corrections::amends(event)?;
    Some((target, facts.find(target).ok()?))
}

impl Room {
    /// What a fact adds that is counted in cells, unless something is planned by it too.
    #[inline]
    fn work_out(&mut self, event: &Event<'_>, place: Place, at: &Position) -> Option<Adding> {
        let Room { books, added, noted, last_shelf } = self;
        let (day, start) = (event.occurred_on(), added.len() as u32);
        let version = books.rulebook.version(at.leaf, day);
        if let Some(of_kind) = version.and_then(|version| version.of_kind(event.tag())) {
            if !of_kind.planners.is_empty() {
                return None;
            }
            let there = (place, books.held.as_deref());
            added::work_out(&of_kind.counters, there, (event, at.name), noted, added);
        }
        Some(Adding { day, shelf: last_shelf.of(day), start, end: added.len() as u32 })
    }
}

impl Books {
    /// Whether a fold has these books still: what is shared is not changed, it is replaced.
    #[inline]
    fn are_of(&self, fold: &Fold) -> bool {
        Arc::ptr_eq(&self.registry, &fold.registry) && Arc::ptr_eq(&self.rulebook, &fold.rulebook)
    }
}

impl Prepared {
    /// Begins anew, by other books.
    pub fn begin(&mut self, books: Books) {
        self.room.books = books;
        self.room.added.clear();
        self.room.noted.clear();
        self.facts.clear();
        self.originals.clear();
        (self.taken, self.is_settled) = (0, false);
    }

    /// How many of the facts do more than add to cells, or break a rule: most of their work is left for their turn.
    #[must_use]
    pub fn left(&self) -> usize {
        self.facts.iter().filter(|left| !matches!(left, Left::Adding(_))).count()
    }

    /// Looks the values up that the facts have, unless they were.
    #[inline]
    fn settle(&mut self, values: &mut Values) {
        if !std::mem::replace(&mut self.is_settled, true) {
            self.settle_all(values);
        }
    }

    #[cold]
    fn settle_all(&mut self, values: &mut Values) {
        let Prepared { room: Room { added, noted, .. }, numbered, .. } = self;
        numbered.fill(noted, values);
        for added in added {
            let axes: AxesNo = numbered.axes(added.cell.axes(), added.has_axes);
            added.cell = added.cell.with_axes(axes);
            added.member = numbered.value(added.member);
        }
    }
}

impl Fold {
    /// The units and rules there are now.
    #[must_use]
    pub fn books(&self) -> Books {
        let (registry, rulebook) = (Arc::clone(&self.registry), Arc::clone(&self.rulebook));
        Books { registry, rulebook, held: self.held.clone() }
    }

    /// Takes the next record in, as [`Fold::apply`] does, by what was prepared of it: the records are those that were prepared, in order, or
    /// fewer. On an error nothing has changed.
    ///
    /// # Errors
    /// As [`Fold::apply`].
    #[inline]
    pub fn take(
        &mut self,
        record: &Recorded<'_>,
        prepared: &mut Prepared,
        facts: &dyn Facts,
    ) -> Result<Verdict, FoldError> {
        let left = prepared.facts.get(prepared.taken).copied().filter(|_| prepared.room.books.are_of(self));
        let verdict = match left.unwrap_or_default() {
            Left::Adding(adding) => self.take_added(adding, record, prepared).map(|()| Verdict::Counts)?,
            Left::Accepting => self.take_accepted(record, prepared, facts)?,
            Left::All => self.apply(record, facts)?,
        };
        prepared.taken += 1;
        Ok(verdict)
    }

    /// Takes in what a fact adds to cells.
    #[inline]
    fn take_added(
        &mut self,
        adding: Adding,
        record: &Recorded<'_>,
        prepared: &mut Prepared,
    ) -> Result<(), FoldError> {
        self.expect_next(record)?;
        prepared.settle(&mut self.values);
        for added in &prepared.room.added[adding.start as usize..adding.end as usize] {
            self.change_cell(added, adding.shelf, record.at.name.seq, true);
        }
        if self.capture.is_some() {
            self.capture_again(record);
        }
        self.note_late(adding.day, record);
        self.note(record, false);
        Ok(())
    }

    /// Notes the row of a fact that belongs to a case.
    #[cold]
    fn capture_again(&mut self, record: &Recorded<'_>) {
        let _unreadable = Event::show_again(record.facts, |event| self.capture_case(event, &record.at));
    }

    /// Lets a record count that breaks no rule.
    fn take_accepted(
        &mut self,
        record: &Recorded<'_>,
        prepared: &Prepared,
        facts: &dyn Facts,
    ) -> Result<Verdict, FoldError> {
        self.expect_next(record)?;
        let facts = ReadBefore { originals: &prepared.originals, facts };
        match Event::show_again(record.facts, |event| self.accept(event, record, &facts)) {
            Ok(reasons) => Ok(self.conclude(record, reasons?)),
            Err(_) => self.apply(record, &facts),
        }
    }
}

/// Records that were read before, and the others.
struct ReadBefore<'a> {
    originals: &'a [(EventName, Option<Original>)],
    facts: &'a dyn Facts,
}

impl Facts for ReadBefore<'_> {
    fn find(&self, name: EventName) -> Result<Option<Original>, FactsUnavailable> {
        let read = self.originals.iter().find(|(other, _)| *other == name);
        read.map_or_else(|| self.facts.find(name), |(_, original)| Ok(original.clone()))
    }

    fn missed(&self, name: EventName) -> FactsUnavailable {
        self.facts.missed(name)
    }
}
