//! Answers that are kept for a while: each computed once, however many ask at the same moment.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

/// The newest answers by question, so many and no more.
pub(super) struct Kept<Q, A> {
    most: usize,
    slots: Mutex<VecDeque<(Q, Arc<Slot<A>>)>>,
}

/// Where an answer comes; whoever is first computes it, holding the turn.
struct Slot<A> {
    turn: Turn,
    answer: OnceLock<Arc<A>>,
}

type Turn = Arc<tokio::sync::Mutex<()>>;

/// Somebody else is computing the answer: give back what others could use, wait, and ask again.
#[derive(Clone, Debug)]
pub(super) struct Coming(Turn);

impl Coming {
    /// Until it came, or failed.
    pub(super) async fn ended(self) {
        drop(self.0.lock().await);
    }

    /// The same on a thread that may wait.
    pub(super) fn wait(self) {
        drop(self.0.blocking_lock());
    }
}

impl PartialEq for Coming {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Coming {}

impl<Q: PartialEq, A> Kept<Q, A> {
    pub(super) fn new(most: usize) -> Self {
        Kept { most, slots: Mutex::default() }
    }

    /// The answer to a question: the one kept, or a new one in place of the one that was asked for longest ago; [`Coming`] while somebody else
    /// computes it. An error is not kept.
    pub(super) fn get<E: From<Coming>>(
        &self,
        question: Q,
        answer: impl FnOnce() -> Result<A, E>,
    ) -> Result<Arc<A>, E> {
        let slot = self.slot(question);
        if let Some(known) = slot.answer.get() {
            return Ok(Arc::clone(known));
        }
        let Ok(_turn) = slot.turn.try_lock() else { return Err(Coming(Arc::clone(&slot.turn)).into()) };
        // it may have come since
        if let Some(known) = slot.answer.get() {
            return Ok(Arc::clone(known));
        }
        let answer = Arc::new(answer()?);
        Ok(Arc::clone(slot.answer.get_or_init(|| answer)))
    }

    /// The answer to a question if it is at hand.
    pub(super) fn known(&self, question: &Q) -> Option<Arc<A>> {
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, slot) = slots.iter().find(|(asked, _)| asked == question)?;
        slot.answer.get().cloned()
    }

    fn slot(&self, question: Q) -> Arc<Slot<A>> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let known = slots.iter().position(|(asked, _)| *asked == question);
        let (question, slot) = match known.and_then(|at| slots.remove(at)) {
            Some(known) => known,
            None => (question, Arc::new(Slot { turn: Turn::default(), answer: OnceLock::new() })),
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

    #[derive(Debug)]
    enum Why {
        Coming(Coming),
        Failed,
    }

    impl From<Coming> for Why {
        fn from(coming: Coming) -> Why {
            Why::Coming(coming)
        }
    }

    #[test]
    fn an_answer_is_computed_once_for_all_who_ask_at_the_same_moment() {
        let (kept, computed) = (Kept::new(2), AtomicU32::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let answer = loop {
                        match kept.get("q", || Ok::<u32, Why>(computed.fetch_add(1, Relaxed))) {
                            Err(Why::Coming(coming)) => coming.wait(),
                            answer => break answer.unwrap(),
                        }
                    };
                    assert_eq!(*answer, 0);
                });
            }
        });
        assert_eq!(computed.load(Relaxed), 1);
    }

    #[test]
    fn the_answer_that_was_asked_for_longest_ago_goes_first_and_errors_are_not_kept() {
        let kept = Kept::new(2);
        let ask = |question: &'static str, answer: u32| *kept.get(question, || Ok::<_, Why>(answer)).unwrap();
        assert!(matches!(kept.get("a", || Err::<u32, _>(Why::Failed)), Err(Why::Failed)));
        assert_eq!((ask("a", 1), ask("b", 2), ask("a", 9)), (1, 2, 1));
        assert_eq!((ask("c", 3), ask("b", 4), ask("c", 9)), (3, 4, 3), "b went for c");
        assert_eq!((kept.known(&"b").as_deref(), kept.known(&"a")), (Some(&4), None));
    }
}
