//! Figures of spans of days that overlap: what lies between the ends of two of them can be worked out, and may be of very few facts.

use crate::{
    cells::{Cell, is_few},
    figures::Form,
};

/// What a figure came to in some days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// The day before its first, as a number; any one for figures that have no first day, the same for all of them.
    pub before: i64,
    /// Its last day.
    pub to: i64,
    /// What it came to.
    pub cell: Cell,
}

/// Leaves further spans of one figure blank, the later ones in the list first: until no days between two ends can be worked out in which fewer than
/// `min_cell` facts came, or in which what counts changed by less, and until none of the blank spans can be. 0 or 1: none is.
///
/// Every span that is shown ties two days together. What came between any two days that are tied, however many spans lie between them, is known.
pub(crate) fn blank_spans(spans: &[Span], blank: &mut [bool], form: Form, min_cell: u64) {
    if min_cell <= 1 {
        return;
    }
    let mut tied = Tied::default();
    // what was blank before is not to be worked out; what is refused here is not worked out either, or it would not be refused
    let hidden: Vec<(i64, i64)> = spans
        .iter()
        .zip(blank.iter())
        .filter(|(_, blank)| **blank)
        .map(|(span, _)| (span.before, span.to))
        .collect();
    for (span, blank) in spans.iter().zip(blank.iter_mut()).filter(|(_, blank)| !**blank) {
        let is_told = |from: i64, to: i64, cell: Cell| {
            is_few(cell, form, min_cell) || hidden.contains(&(from, to)) || hidden.contains(&(to, from))
        };
        *blank = !tied.tie(span, is_told);
    }
}

/// What came up to a day, counted from the first day of those it is tied to.
#[derive(Clone, Copy)]
struct UpTo {
    day: i64,
    value: i128,
    events: i128,
}

/// Days between which everything can be worked out.
#[derive(Default)]
struct Tied(Vec<Vec<UpTo>>);

impl Tied {
    /// Ties the ends of a span together unless that tells something; whether they are.
    fn tie(&mut self, span: &Span, is_told: impl Fn(i64, i64, Cell) -> bool) -> bool {
        let (from, to) = (self.of(span.before), self.of(span.to));
        if from == to {
            return true;
        }
        let (Some(start), Some(end)) = (self.at(from, span.before), self.at(to, span.to)) else {
            return false;
        };
        // so much is added to those of the later day for both to be counted from one day
        let value = start.value + span.cell.value - end.value;
        let events = start.events + i128::from(span.cell.events) - end.events;
        let moved = |up: &UpTo| UpTo { day: up.day, value: up.value + value, events: up.events + events };
        let later: Vec<UpTo> = self.0[to].iter().map(moved).collect();
        let between = |one: &UpTo, other: &UpTo| {
            let events = u64::try_from((other.events - one.events).unsigned_abs()).unwrap_or(u64::MAX);
            is_told(one.day, other.day, Cell { value: other.value - one.value, events })
        };
        if self.0[from].iter().any(|one| later.iter().any(|other| between(one, other))) {
            return false;
        }
        self.0[from].extend(later);
        self.0.swap_remove(to);
        true
    }

    /// The days that a day is tied to.
    fn of(&mut self, day: i64) -> usize {
        let found = self.0.iter().position(|days| days.iter().any(|up| up.day == day));
        found.unwrap_or_else(|| {
            self.0.push(vec![UpTo { day, value: 0, events: 0 }]);
            self.0.len() - 1
        })
    }

    fn at(&self, days: usize, day: i64) -> Option<UpTo> {
        self.0[days].iter().find(|up| up.day == day).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(before: i64, to: i64, facts: u64) -> Span {
        Span { before, to, cell: Cell { value: facts.into(), events: facts } }
    }

    fn blank(spans: &[Span]) -> Vec<usize> {
        let mut blank = vec![false; spans.len()];
        blank_spans(spans, &mut blank, Form::Count, 5);
        blank.iter().enumerate().filter(|(_, blank)| **blank).map(|(at, _)| at).collect()
    }

    #[test]
    fn of_two_spans_with_the_same_first_day_one_is_blank_when_they_differ_by_few() {
        assert_eq!(blank(&[span(0, 31, 20), span(0, 59, 23), span(0, 90, 30)]), [1]);
        assert_eq!(blank(&[span(0, 31, 20), span(0, 59, 20), span(0, 90, 25)]), [0; 0], "nothing is not few");
        assert_eq!(blank(&[span(0, 31, 20), span(0, 59, 22), span(0, 90, 24), span(0, 120, 26)]), [1, 2]);
    }

    #[test]
    fn what_several_spans_together_tell_is_told() {
        // a quarter and its months, and 40 days that end in the second one
        let months = [span(0, 31, 20), span(31, 59, 20), span(59, 90, 20)];
        assert_eq!(blank(&[months.as_slice(), &[span(0, 90, 60)]].concat()), [0; 0]);
        assert_eq!(blank(&[months.as_slice(), &[span(0, 40, 23)]].concat()), [3]);
        assert_eq!(blank(&[months.as_slice(), &[span(0, 40, 30)]].concat()), [0; 0]);
    }

    #[test]
    fn a_blank_month_is_not_the_rest_of_its_quarter() {
        let spans = [span(0, 31, 20), span(31, 59, 20), span(59, 90, 20), span(0, 90, 60)];
        let mut blank = [false, true, false, false];
        blank_spans(&spans, &mut blank, Form::Count, 5);
        assert_eq!(blank, [false, true, false, true]);
        let mut blank = [false, true, false, false];
        blank_spans(&spans, &mut blank, Form::Count, 1);
        assert_eq!(blank, [false, true, false, false], "nothing is hidden");
    }

    #[test]
    fn amounts_of_many_facts_are_not_few_and_counts_that_hardly_change_are() {
        let of = |value, events| Cell { value, events };
        let spans =
            [Span { before: 0, to: 31, cell: of(20, 20) }, Span { before: 0, to: 59, cell: of(22, 30) }];
        let mut counted = [false; 2];
        blank_spans(&spans, &mut counted, Form::Count, 5);
        let mut summed = [false; 2];
        blank_spans(&spans, &mut summed, Form::Money, 5);
        assert_eq!((counted, summed), ([false, true], [false, false]));
    }
}
