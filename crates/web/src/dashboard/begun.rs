//! Answers that are begun for whoever asked first and waited for a little: who does not want to wait longer looks again later.

use std::{
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
    time::Duration,
};

/// What is being computed, so many things at once and no more.
pub(super) struct Begun<Q> {
    most: usize,
    now: Mutex<Now<Q>>,
    ended: Condvar,
}

struct Now<Q> {
    under_way: Vec<Q>,
    /// The newest that could not be computed, until somebody hears of it.
    failed: Option<Q>,
}

/// One of them; it ends when this goes, however it went.
struct Place<Q: PartialEq> {
    begun: Arc<Begun<Q>>,
    question: Q,
    has_failed: bool,
}

impl<Q: PartialEq> Place<Q> {
    fn compute(mut self, compute: impl FnOnce() -> bool) {
        self.has_failed = !compute();
    }
}

impl<Q: PartialEq> Drop for Place<Q> {
    fn drop(&mut self) {
        let mut now = self.begun.now.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = now.under_way.iter().position(|question| *question == self.question) {
            let question = now.under_way.swap_remove(at);
            if self.has_failed {
                now.failed = Some(question);
            }
        }
        self.begun.ended.notify_all();
    }
}

impl<Q: PartialEq + Clone + Send + 'static> Begun<Q> {
    pub(super) fn new(most: usize) -> Arc<Self> {
        let now = Mutex::new(Now { under_way: vec![], failed: None });
        Arc::new(Begun { most, now, ended: Condvar::new() })
    }

    /// Has an answer computed, unless it is being computed or too much else is, and waits so long at most until it is there. False once after
    /// `compute` said so, or ended without a word: then nothing is begun, and the fault is to be looked for.
    pub(super) fn wait(
        self: &Arc<Self>,
        question: &Q,
        patience: Duration,
        compute: impl FnOnce() -> bool + Send + 'static,
    ) -> bool {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        if now.failed.take_if(|failed| failed == question).is_some() {
            return false;
        }
        if !now.under_way.contains(question) {
            if now.under_way.len() >= self.most {
                return true;
            }
            now.under_way.push(question.clone());
            let place = Place { begun: Arc::clone(self), question: question.clone(), has_failed: true };
            // a thread that cannot be had drops its place, which needs the lock
            drop(now);
            let thread = thread::Builder::new().name("figures".into());
            let _ = thread.spawn(move || place.compute(compute));
            now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        }
        let is_under_way = |now: &mut Now<Q>| now.under_way.contains(question);
        let (mut now, _) = self
            .ended
            .wait_timeout_while(now, patience, is_under_way)
            .unwrap_or_else(PoisonError::into_inner);
        now.failed.take_if(|failed| failed == question).is_none()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        atomic::{AtomicU32, Ordering::SeqCst},
        mpsc,
    };

    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    #[test]
    fn a_quick_answer_is_there_when_the_wait_ends_and_a_slow_one_is_left_to_come() {
        let (begun, computed) = (Begun::new(1), Arc::new(AtomicU32::new(0)));
        let count = || {
            let computed = Arc::clone(&computed);
            move || {
                computed.fetch_add(1, SeqCst);
                true
            }
        };
        assert!(begun.wait(&"quick", LONG, count()));
        assert_eq!(computed.load(SeqCst), 1);
        let (end, ended) = mpsc::channel::<()>();
        let slow = {
            let count = count();
            move || {
                let _ = ended.recv();
                count()
            }
        };
        assert!(begun.wait(&"slow", Duration::ZERO, slow));
        assert!(begun.wait(&"slow", Duration::ZERO, count()));
        assert!(begun.wait(&"another", LONG, count()));
        assert_eq!(computed.load(SeqCst), 1, "neither a second time nor beside it");
        drop(end);
        assert!(begun.wait(&"slow", LONG, count()));
        let known = computed.load(SeqCst);
        assert!(known >= 2);
        assert!(begun.wait(&"another", LONG, count()));
        assert_eq!(computed.load(SeqCst), known + 1);
    }

    #[test]
    fn an_answer_that_failed_is_told_once_and_begun_again_after_that() {
        let begun = Begun::new(1);
        assert!(!begun.wait(&1, LONG, || false));
        assert!(!begun.wait(&2, LONG, || std::panic::resume_unwind(Box::new("no answer"))));
        assert!(begun.wait(&2, LONG, || true));
        let (end, ended) = mpsc::channel::<()>();
        assert!(begun.wait(&3, Duration::ZERO, move || ended.recv().is_ok()));
        drop(end);
        // whoever waits when it fails hears of it; whoever comes after that once
        assert!(!begun.wait(&3, LONG, || true));
        assert!(begun.wait(&3, LONG, || true));
    }
}
