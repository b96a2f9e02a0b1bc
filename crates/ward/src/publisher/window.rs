//! What is on its way to the district: which records were sent, which of them the broker took, which came back proven.
//!
//! Holds positions, never records: a segment is read from the journal when it is sent, so a long line costs no memory.

use std::collections::VecDeque;

use socai_tlog::UnitSeq;

/// The most segments on their way at once: 16 × 512 KiB is at most 8 MiB on the broker's side. More would only make a
/// rewind dearer.
pub const MAX_IN_FLIGHT: usize = 16;

/// One published segment that no receipt has covered yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sent {
    first: UnitSeq,
    last: UnitSeq,
    answered: bool,
}

/// The segments between the journal and the log, as positions in the unit's chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    recorded: UnitSeq,
    acked: UnitSeq,
    cursor: UnitSeq,
    in_flight: VecDeque<Sent>,
    rewound_to: Option<UnitSeq>,
    asked_again: bool,
}

impl Window {
    /// Nothing is on its way; everything before `recorded` is proven.
    pub(crate) fn new(recorded: UnitSeq) -> Self {
        Window {
            recorded,
            acked: recorded,
            cursor: recorded,
            in_flight: VecDeque::new(),
            rewound_to: None,
            asked_again: false,
        }
    }

    /// The first record that no receipt covers.
    pub(crate) fn recorded(&self) -> UnitSeq {
        self.recorded
    }

    /// The first record that the broker has not taken, never before [`Window::recorded`].
    pub(crate) fn acked(&self) -> UnitSeq {
        self.acked
    }

    /// Whether segments are unanswered.
    pub(crate) fn waits(&self) -> bool {
        !self.in_flight.is_empty()
    }

    /// The record to send from next, if there is one below `sealed` and room for its segment.
    pub(crate) fn next(&self, sealed: UnitSeq) -> Option<UnitSeq> {
        let room = self.in_flight.len() < MAX_IN_FLIGHT;
        (room && self.cursor < sealed).then_some(self.cursor)
    }

    /// A segment was handed to the broker. It may begin before the cursor, where the journal's own segment does.
    pub(crate) fn sent(&mut self, first: UnitSeq, last: UnitSeq) {
        self.in_flight.push_back(Sent { first, last, answered: false });
        self.cursor = self.cursor.max(after(last));
    }

    /// The broker took everything up to `last`.
    pub(crate) fn acked_to(&mut self, last: UnitSeq) {
        self.acked = self.acked.max(after(last));
    }

    /// A receipt proved `last`, and by the chain everything before it. Says whether that was news.
    pub(crate) fn recorded_to(&mut self, last: UnitSeq) -> bool {
        let next = after(last);
        self.in_flight.retain(|sent| sent.last >= next);
        self.rewound_to = None;
        self.asked_again = false;
        if next <= self.recorded {
            return false;
        }
        self.recorded = next;
        self.acked = self.acked.max(next);
        self.cursor = self.cursor.max(next);
        true
    }

    /// A receipt for `last` came whose proof does not start at the newest checkpoint. Once every segment is
    /// answered, the last one is sent again, once: its new receipt proves them all, from the checkpoint held then.
    pub(crate) fn answered(&mut self, last: UnitSeq) {
        for sent in self.in_flight.iter_mut().filter(|sent| sent.last <= last) {
            sent.answered = true;
        }
        if self.in_flight.iter().all(|sent| sent.answered)
            && !self.asked_again
            && let Some(newest) = self.in_flight.back().copied()
        {
            self.asked_again = true;
            self.in_flight.clear();
            self.cursor = newest.first;
        }
    }

    /// The district misses `next` and what follows. Every segment behind a lost one is answered so: only the
    /// first answer moves the cursor.
    pub(crate) fn rewind(&mut self, next: UnitSeq) {
        if self.rewound_to != Some(next) {
            self.rewound_to = Some(next);
            self.in_flight.clear();
            self.cursor = next;
        }
    }

    /// Begins again after the district told its head. The last record it holds goes along once more when it is not
    /// proven yet, because a receipt comes back for what was sent.
    pub(crate) fn restart(&mut self, district_next: UnitSeq) {
        self.in_flight.clear();
        self.rewound_to = None;
        self.asked_again = false;
        self.acked = self.recorded.max(district_next);
        self.cursor = self.recorded.max(UnitSeq(district_next.0.saturating_sub(1)));
    }
}

/// The number after `last`; numbers end below `u64::MAX` (tlog refuses the last one).
fn after(last: UnitSeq) -> UnitSeq {
    UnitSeq(last.0.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seq(number: u64) -> UnitSeq {
        UnitSeq(number)
    }

    #[test]
    fn sends_until_the_window_is_full_and_goes_on_when_a_receipt_frees_it() {
        let mut window = Window::new(seq(0));
        for n in 0..MAX_IN_FLIGHT as u64 {
            assert_eq!(window.next(seq(1_000)), Some(seq(n * 10)));
            window.sent(seq(n * 10), seq(n * 10 + 9));
        }
        assert_eq!(window.next(seq(1_000)), None);
        assert!(window.recorded_to(seq(9)));
        assert_eq!(window.next(seq(1_000)), Some(seq(160)));
        assert_eq!(window.recorded(), seq(10));
    }

    #[test]
    fn a_receipt_proves_everything_before_it_so_lost_receipts_do_not_matter() {
        let mut window = Window::new(seq(0));
        window.sent(seq(0), seq(4));
        window.sent(seq(5), seq(9));
        assert!(window.recorded_to(seq(9)));
        assert!(!window.recorded_to(seq(4)), "a late receipt is no news");
        assert!(!window.waits());
    }

    #[test]
    fn receipts_that_cannot_be_linked_ask_once_more_for_the_last_segment_only() {
        let mut window = Window::new(seq(0));
        window.sent(seq(0), seq(4));
        window.sent(seq(5), seq(9));
        window.sent(seq(10), seq(14));
        window.recorded_to(seq(4));
        window.answered(seq(9));
        assert_eq!(window.next(seq(15)), None, "one segment is still unanswered");
        window.answered(seq(14));
        assert_eq!(window.next(seq(15)), Some(seq(10)));
        window.sent(seq(10), seq(14));
        window.answered(seq(14));
        assert_eq!(window.next(seq(15)), None, "a district that never links is not asked in a circle");
    }

    #[test]
    fn many_gap_answers_to_one_loss_rewind_once() {
        let mut window = Window::new(seq(0));
        for n in 0..4 {
            window.sent(seq(n), seq(n));
        }
        window.rewind(seq(1));
        assert_eq!(window.next(seq(4)), Some(seq(1)));
        window.sent(seq(1), seq(3));
        window.rewind(seq(1));
        assert_eq!(window.next(seq(4)), None, "the second answer was to the same loss");
        window.recorded_to(seq(0));
        window.rewind(seq(1));
        assert_eq!(window.next(seq(4)), Some(seq(1)), "after news the same head is a new loss");
    }

    #[test]
    fn after_a_head_the_last_unproven_record_goes_along_again() {
        let mut window = Window::new(seq(10));
        window.restart(seq(20));
        assert_eq!(window.next(seq(20)), Some(seq(19)));
        assert_eq!(window.acked(), seq(20));
        window.restart(seq(10));
        assert_eq!(window.next(seq(20)), Some(seq(10)), "what is proven is not sent again");
        window.restart(seq(0));
        assert_eq!(Window::new(seq(0)).next(seq(0)), None);
    }
}
