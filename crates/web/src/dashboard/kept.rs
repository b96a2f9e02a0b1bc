//! Answers that are kept for a while: each computed once, however many ask at the same moment.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

/// The newest answers by question, so many and no more.
pub(super) struct Kept<Q, A> {
    most: usize,
    slots: Mutex<VecDeque<(Q, Slot<A>)>>,
}

/// Where an answer comes; whoever is first computes it while the others wait here.
type Slot<A> = Arc<Mutex<Option<Arc<A>>>>;

impl<Q: PartialEq, A> Kept<Q, A> {
    pub(super) fn new(most: usize) -> Self {
        Kept { most, slots: Mutex::default() }
    }

    /// The answer to a question: the one kept, or a new one in place of the one that was asked for longest ago. An error is not kept.
    pub(super) fn get<E>(&self, question: Q, answer: impl FnOnce() -> Result<A, E>) -> Result<Arc<A>, E> {
        let slot = self.slot(question);
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = &*slot {
            return Ok(Arc::clone(known));
        }
        let answer = Arc::new(answer()?);
        *slot = Some(Arc::clone(&answer));
        Ok(answer)
    }

    /// The answer to a question if it is at hand.
    pub(super) fn known(&self, question: &Q) -> Option<Arc<A>> {
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, slot) = slots.iter().find(|(asked, _)| asked == question)?;
        // whoever computes it holds the slot
        slot.try_lock().ok()?.clone()
    }

    fn slot(&self, question: Q) -> Slot<A> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let known = slots.iter().position(|(asked, _)| *asked == question);
        let (question, slot) = match known.and_then(|at| slots.remove(at)) {
            Some(known) => known,
            None => (question, Slot::default()),
        };
        if slots.len() >= self.most {
            slots.pop_front();
        }
        slots.push_back((question, Arc::clone(&slot)));
        slot
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

    use super::*;

    #[test]
    fn an_answer_is_computed_once_for_all_who_ask_at_the_same_moment() {
        let (kept, computed) = (Kept::new(2), AtomicU32::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let answer = kept.get("q", || -> Result<u32, ()> { Ok(computed.fetch_add(1, Relaxed)) });
                    assert_eq!(*answer.unwrap(), 0);
                });
            }
        });
        assert_eq!(computed.load(Relaxed), 1);
    }

    #[test]
    fn the_answer_that_was_asked_for_longest_ago_goes_first_and_errors_are_not_kept() {
        let kept = Kept::new(2);
        let ask = |question: &'static str, answer: u32| *kept.get(question, || Ok::<_, ()>(answer)).unwrap();
        assert_eq!(kept.get("a", || Err::<u32, _>("no")).unwrap_err(), "no");
        assert_eq!((ask("a", 1), ask("b", 2), ask("a", 9)), (1, 2, 1));
        assert_eq!((ask("c", 3), ask("b", 4), ask("c", 9)), (3, 4, 3), "b went for c");
        assert_eq!((kept.known(&"b").as_deref(), kept.known(&"a")), (Some(&4), None));
    }
}
