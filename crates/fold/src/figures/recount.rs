//! Several questions at once, each answered as of its own size: what issued reports are recomputed with.
//!
//! One replay keeps at each size what the cube says ([`Fold::keep`]); one pass over the records then finds who contributed, for all of the
//! questions. Memory: per question the rules, registry, closings and amendments of its size; the facts of judged cases once for all.

use std::collections::BTreeMap;

use socai_domain::Event;
use socai_tlog::{EventName, LeafIndex, TreeSize};

use super::{
    answers::of_cube,
    asked::Asked,
    contributions::Contributions,
    figure::{Disagreement, Figure, figures_of},
    held::{ANY_SIZE, Held},
    totals::Totals,
};
use crate::{fold::Fold, recorded::Recorded, verdict::FoldError};

/// A question, with what the fold said at its size.
#[derive(Debug)]
pub struct Kept {
    asked: Asked,
    /// The fold without its cells.
    fold: Fold,
    /// By indicator code.
    sums: BTreeMap<String, Totals>,
}

impl Kept {
    /// The size as of which it is answered.
    pub fn size(&self) -> TreeSize {
        self.fold.size()
    }

    /// About how many bytes it holds.
    pub fn room(&self) -> usize {
        self.fold.room_without_cells() + self.sums.len() * SUM_ROOM
    }
}

/// About the bytes of what a row's cube says, with its slices.
const SUM_ROOM: usize = 4 << 10;

impl Fold {
    /// Keeps what a later [`Recount`] needs to answer a question as of now.
    pub fn keep(&self, asked: Asked) -> Kept {
        let rows = self.rulebook().indicators(asked.to).map(|(_, rows)| rows).unwrap_or_default();
        let sums = rows.iter().filter_map(|row| Some((row.code.clone(), of_cube(self, row, &asked)?)));
        Kept { sums: sums.collect(), fold: self.without_cells(), asked }
    }
}

/// The pass. Give it every record below the greatest size, in order; ask [`Recount::finish`] at the end.
pub struct Recount<'k> {
    /// By size, smallest first, with the place of each in what was given.
    asked: Vec<(usize, &'k Kept, Contributions<'k>)>,
    held: Held,
    next: u64,
}

impl<'k> Recount<'k> {
    /// A pass for these questions.
    pub fn new(kept: &'k [Kept]) -> Self {
        let mut held = Held::default();
        let mut asked: Vec<_> = kept.iter().enumerate().collect();
        asked.sort_by_key(|(_, kept)| kept.size());
        let asked = asked.into_iter().map(|(at, kept)| {
            let mut pass = Contributions::new(&kept.fold, &kept.asked);
            held.follow_all(&pass.take_held());
            (at, kept, pass)
        });
        Recount { asked: asked.collect(), held, next: 0 }
    }

    /// Takes the next record, and whether it broke a rule when it was taken in, which no later record changes.
    pub fn visit(&mut self, record: &Recorded<'_>, is_rejected: bool) -> Result<(), FoldError> {
        let (name, leaf) = (record.at.name, record.at.leaf);
        if leaf.0 != self.next {
            return Err(FoldError::OutOfOrder { got: leaf, expected: LeafIndex(self.next) });
        }
        self.next += 1;
        let first = self.asked.partition_point(|(_, kept, _)| kept.size().0 <= leaf.0);
        let Some((_, last, _)) = self.asked[first..].last().filter(|_| !is_rejected) else { return Ok(()) };
        // who was not amended up to the greatest size was not before it either
        match last.fold.amendments().get(name) {
            None => self.all(record.facts, name, leaf, first),
            Some(_) => self.each(record.facts, name, leaf, first),
        }
        Ok(())
    }

    /// Takes a record that counts as it was sealed, whatever is asked.
    fn all(&mut self, facts: &[u8], name: EventName, leaf: LeafIndex, first: usize) {
        let Ok(event) = Event::decode(facts) else { return };
        self.held.visit(&event, name, leaf, leaf.0 + 1..ANY_SIZE.end);
        self.asked[first..].iter_mut().for_each(|(_, _, pass)| pass.tally(&event, name, leaf));
    }

    /// Takes a record that counts as something else at one size than at another.
    fn each(&mut self, facts: &[u8], name: EventName, leaf: LeafIndex, first: usize) {
        let mut known_from = leaf.0 + 1;
        for at in first..self.asked.len() {
            let (_, kept, pass) = &mut self.asked[at];
            let size = kept.size().0;
            let counts = kept.fold.amendments.counting(name, facts);
            let event = counts.and_then(|facts| Event::decode(facts).ok());
            if let Some(event) = &event {
                pass.tally(event, name, leaf);
            }
            // questions of one size share a version of the fact
            if let Some(event) = event.filter(|_| known_from <= size) {
                self.held.visit(&event, name, leaf, known_from..size + 1);
            }
            known_from = known_from.max(size + 1);
        }
    }

    /// The figures of every question, in the order in which the questions were given.
    ///
    /// # Errors
    /// Records are missing: the pass ended before the greatest size. The inner one: records were given that the fold was not made of.
    pub fn finish(self) -> Result<Vec<Result<Vec<Figure>, Disagreement>>, FoldError> {
        let end = self.asked.last().map_or(0, |(_, kept, _)| kept.size().0);
        if self.next < end {
            return Err(FoldError::OutOfOrder { got: LeafIndex(end), expected: LeafIndex(self.next) });
        }
        let held = &self.held;
        let answer = |(at, kept, pass): (usize, &Kept, Contributions<'_>)| {
            let found = pass.finish_with(held);
            (at, figures_of(&kept.fold, &kept.asked, Some(&found), Some(&kept.sums)))
        };
        let mut answers: Vec<_> = self.asked.into_iter().map(answer).collect();
        answers.sort_by_key(|(at, _)| *at);
        Ok(answers.into_iter().map(|(_, answer)| answer).collect())
    }
}
