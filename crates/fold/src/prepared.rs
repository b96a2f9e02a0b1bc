//! Facts judged and worked out before their turn, so that several threads can share a replay.
//!
//! Nearly every fact only adds to cells, and what it adds depends on nothing but the units and rules there are: that is worked out apart, for many
//! facts at once, and taken in when their turn comes. Facts that change more than cells, and those that break a rule, are left for their turn, and
//! so are all when the units or rules have changed by then. So it makes no difference who prepared what, or whether anybody did.

use std::sync::Arc;

use socai_domain::{CivilDate, Event, KnownTexts, Position, Registry, corrections, rules};
use socai_proto::view;
use socai_tlog::EventName;

use crate::{
    added::{self, Added},
    count::only_adds,
    cube::LastShelf,
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
    books: Books,
    facts: Vec<Fact>,
    /// What they add, one after the other; the values have the numbers of `noted` until they are settled.
    added: Vec<Added>,
    noted: Noted,
    numbered: Numbered,
    /// Records that are corrected or voided, read before.
    originals: Vec<(EventName, Option<Original>)>,
    /// How many facts were taken in.
    taken: usize,
    /// Whether the values have the numbers of the fold.
    is_settled: bool,
}

/// One fact.
#[derive(Clone, Copy, Debug, Default)]
struct Fact {
    left: Left,
    /// Where what it adds begins and ends.
    start: u32,
    end: u32,
}

/// What is left to do when the turn of a fact comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Left {
    /// To take in what it adds on its day, whose shelf is that.
    Adding(CivilDate, u32),
    /// To accept it: it breaks no rule.
    Accepting,
    /// Everything.
    #[default]
    All,
}

/// Prepares facts. Each thread has its own, for as long as it likes: what it remembers is which texts are well-formed.
#[derive(Debug, Default)]
pub struct Preparer {
    order: Order,
    memory: Memory,
}

#[derive(Debug, Default)]
struct Memory {
    known: KnownTexts,
    today: Today,
    last_shelf: LastShelf,
}

impl Preparer {
    /// Prepares the next facts, kind by kind: what reads, judges and counts one kind is more than a processor keeps at hand of all. `facts` is
    /// asked for records that are corrected or voided; what it cannot give is asked again later.
    pub fn prepare(&mut self, records: &[Recorded<'_>], facts: &dyn Facts, to: &mut Prepared) {
        let start = to.facts.len();
        to.facts.resize(start + records.len(), Fact::default());
        for at in self.order.by_kind(records) {
            let fact = self.memory.fact(&records[at], facts, to);
            to.facts[start + at] = fact;
        }
    }
}

impl Memory {
    #[inline]
    fn fact(&mut self, record: &Recorded<'_>, facts: &dyn Facts, to: &mut Prepared) -> Fact {
        let received_on = self.today.of(record.at.received_at_ms);
        let shelf = &mut self.last_shelf;
        let Prepared { books, added, noted, originals, .. } = to;
        let start = added.len() as u32;
        let left = Event::decode_next(record.facts, &mut self.known, |event| {
            let ctx = rules::Ctx::received_on(&books.registry, &record.at, received_on);
            if !rules::check(event, record.at.name.unit, &ctx).is_empty() {
                return Left::All;
            }
            originals.extend(original(event, facts));
            let day = event.occurred_on();
            match books.work_out(event, &record.at, noted, added) {
                true => Left::Adding(day, shelf.of(day)),
                false => Left::Accepting,
            }
        });
        Fact { left: left.unwrap_or_default(), start, end: added.len() as u32 }
    }
}

/// Places of records, sorted by their kinds.
#[derive(Debug, Default)]
struct Order {
    tags: Vec<u16>,
    places: Vec<u32>,
}

/// Tags of kinds are below; others are of no known kind.
const TAGS: u16 = 512;

impl Order {
    fn by_kind(&mut self, records: &[Recorded<'_>]) -> impl Iterator<Item = usize> {
        let mut starts = [0; TAGS as usize];
        self.tags.clear();
        self.tags.extend(records.iter().map(|record| {
            let tag = view::likely_tag(record.facts) % TAGS;
            starts[usize::from(tag)] += 1;
            tag
        }));
        let mut before = 0;
        for start in &mut starts {
            before += std::mem::replace(start, before);
        }
        self.places.clear();
        self.places.resize(records.len(), 0);
        for (at, tag) in (0..).zip(&self.tags) {
            let start = &mut starts[usize::from(*tag)];
            self.places[*start as usize] = at;
            *start += 1;
        }
        self.places.iter().map(|at| *at as usize)
    }
}

/// The record that a correction or void names.
fn original(event: &Event<'_>, facts: &dyn Facts) -> Option<(EventName, Option<Original>)> {
    let (target, _) = corrections::amends(event)?;
    Some((target, facts.find(target).ok()?))
}

impl Books {
    /// Whether a fold has these books still: what is shared is not changed, it is replaced.
    #[inline]
    fn are_of(&self, fold: &Fold) -> bool {
        Arc::ptr_eq(&self.registry, &fold.registry) && Arc::ptr_eq(&self.rulebook, &fold.rulebook)
    }

    /// Works out what a fact adds, if that is all it does.
    #[inline]
    fn work_out(&self, event: &Event<'_>, at: &Position, noted: &mut Noted, added: &mut Vec<Added>) -> bool {
        if !only_adds(event) {
            return false;
        }
        let version = self.rulebook.version(at.leaf, event.occurred_on());
        let Some(of_kind) = version.and_then(|version| version.of_kind(event.tag())) else { return true };
        if !of_kind.planners.is_empty() {
            return false;
        }
        let there = (&*self.registry, self.held.as_deref());
        added::work_out(&of_kind.counters, there, (event, at.name), noted, added);
        true
    }
}

impl Prepared {
    /// Begins anew, by other books.
    pub fn begin(&mut self, books: Books) {
        self.books = books;
        self.facts.clear();
        self.added.clear();
        self.noted.clear();
        self.originals.clear();
        (self.taken, self.is_settled) = (0, false);
    }

    /// How many of the facts do more than add to cells, or break a rule: most of their work is left for their turn.
    #[must_use]
    pub fn left(&self) -> usize {
        self.facts.iter().filter(|fact| !matches!(fact.left, Left::Adding(..))).count()
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
        let Prepared { added, noted, numbered, .. } = self;
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
    pub fn take(
        &mut self,
        record: &Recorded<'_>,
        prepared: &mut Prepared,
        facts: &dyn Facts,
    ) -> Result<Verdict, FoldError> {
        let fact = prepared.facts.get(prepared.taken).copied().filter(|_| prepared.books.are_of(self));
        let Fact { left, start, end } = fact.unwrap_or_default();
        let verdict = match left {
            Left::Adding(day, shelf) => {
                self.expect_next(record)?;
                prepared.settle(&mut self.values);
                for added in &prepared.added[start as usize..end as usize] {
                    self.change_cell(added, shelf, record.at.name.seq, true);
                }
                if self.capture.is_some()
                    && let Ok(event) = Event::decode_again(record.facts)
                {
                    self.capture_case(&event, &record.at);
                }
                self.note_late(day, record);
                self.conclude(record, vec![])
            }
            Left::Accepting => {
                self.expect_next(record)?;
                let facts = ReadBefore { originals: &prepared.originals, facts };
                match Event::decode_again(record.facts) {
                    Ok(event) => {
                        let reasons = self.accept(&event, record, &facts)?;
                        self.conclude(record, reasons)
                    }
                    Err(_) => self.apply(record, &facts)?,
                }
            }
            Left::All => self.apply(record, facts)?,
        };
        prepared.taken += 1;
        Ok(verdict)
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
}
