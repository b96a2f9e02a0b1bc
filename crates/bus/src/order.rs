//! Whether what a consumer shows continues what was read: pure, so that every case is a line of a test.

use crate::{Cursor, Gap};

/// Where a reader is: sequence 0 before the first message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) cursor: Cursor,
    /// When the broker says it took the message at the cursor; known for what this reader read itself.
    pub(crate) taken_ns: Option<i128>,
}

impl Place {
    /// Before the first message of a stream.
    pub(crate) fn start_of(stream_created_ns: u64) -> Place {
        Place { cursor: Cursor { stream_created_ns, stream_seq: 0 }, taken_ns: None }
    }

    /// The first sequence to ask a new consumer for. A message we read ourselves is asked for again, to prove that the
    /// stream is still the same: one that lost its tail and grew again would otherwise pass unnoticed.
    pub(crate) fn first_wanted(&self) -> u64 {
        if self.taken_ns.is_some() { self.cursor.stream_seq } else { self.cursor.stream_seq + 1 }
    }
}

/// What the broker says of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) stream_seq: u64,
    /// How many messages the consumer has shown, with this one.
    pub(crate) consumer_seq: u64,
    pub(crate) taken_ns: i128,
}

/// What to do with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is new; messages before it may be gone for good.
    New(Option<Gap>),
    /// It is the one at the cursor, shown again as asked.
    Proof,
    /// Another message stands at the cursor than the one we read.
    Rewritten,
    /// The consumer is not to be trusted; make another at the cursor.
    Broken(&'static str),
}

/// Judges the `nth` message (from 1) of a consumer that was made when we were at `place`.
pub(crate) fn judge(place: &Place, nth: u64, shown: &Shown) -> Verdict {
    let at = place.cursor.stream_seq;
    if shown.consumer_seq != nth {
        return Verdict::Broken("messages were lost on their way");
    }
    match place.taken_ns {
        Some(taken) if shown.stream_seq == at && nth == 1 => {
            return if taken == shown.taken_ns { Verdict::Proof } else { Verdict::Rewritten };
        }
        _ if shown.stream_seq <= at => return Verdict::Broken("the consumer went back"),
        _ => {}
    }
    let gone = (shown.stream_seq > at + 1).then(|| Gap { first_seq: at + 1, last_seq: shown.stream_seq - 1 });
    Verdict::New(gone)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(seq: u64, taken_ns: Option<i128>) -> Place {
        Place { cursor: Cursor { stream_created_ns: 1, stream_seq: seq }, taken_ns }
    }

    fn shown(stream_seq: u64, consumer_seq: u64, taken_ns: i128) -> Shown {
        Shown { stream_seq, consumer_seq, taken_ns }
    }

    #[test]
    fn the_next_message_is_new_and_a_later_one_leaves_a_gap() {
        assert_eq!(judge(&Place::start_of(1), 1, &shown(1, 1, 5)), Verdict::New(None));
        assert_eq!(judge(&place(7, None), 1, &shown(8, 1, 5)), Verdict::New(None));
        let gap = Gap { first_seq: 8, last_seq: 9 };
        assert_eq!(judge(&place(7, None), 1, &shown(10, 1, 5)), Verdict::New(Some(gap)));
        assert_eq!(judge(&place(7, Some(3)), 5, &shown(10, 5, 5)), Verdict::New(Some(gap)));
    }

    #[test]
    fn the_message_at_the_cursor_proves_the_stream_or_shows_that_it_was_rewritten() {
        assert_eq!(place(7, Some(3)).first_wanted(), 7);
        assert_eq!(place(7, None).first_wanted(), 8);
        assert_eq!(judge(&place(7, Some(3)), 1, &shown(7, 1, 3)), Verdict::Proof);
        assert_eq!(judge(&place(7, Some(3)), 1, &shown(7, 1, 4)), Verdict::Rewritten);
    }

    #[test]
    fn a_message_that_comes_again_or_after_a_lost_one_is_never_taken() {
        let broken = |verdict| matches!(verdict, Verdict::Broken(_));
        assert!(broken(judge(&place(7, None), 1, &shown(7, 1, 3))));
        assert!(broken(judge(&place(7, Some(3)), 2, &shown(7, 2, 3))), "the proof is shown once");
        assert!(broken(judge(&place(7, Some(3)), 2, &shown(6, 2, 3))));
        assert!(
            broken(judge(&place(7, None), 2, &shown(8, 3, 3))),
            "the consumer skipped one on its way to us"
        );
    }

    #[test]
    fn every_order_of_a_small_stream_gives_each_message_once_or_stops() {
        // three messages, four deliveries of any of them, honest counting by the consumer
        for order in 0..81_u64 {
            let mut place = Place::start_of(1);
            let mut taken = Vec::new();
            for (nth, digit) in (1..).zip([order % 3, order / 3 % 3, order / 9 % 3, order / 27]) {
                let seq = digit + 1;
                match judge(&place, nth, &shown(seq, nth, i128::from(seq))) {
                    Verdict::New(_) => {
                        taken.push(seq);
                        place.cursor.stream_seq = seq;
                        place.taken_ns = Some(i128::from(seq));
                    }
                    Verdict::Proof => {}
                    Verdict::Rewritten | Verdict::Broken(_) => break,
                }
            }
            assert!(
                taken.is_sorted() && taken.windows(2).all(|pair| pair[0] < pair[1]),
                "{order}: {taken:?}"
            );
        }
    }
}
