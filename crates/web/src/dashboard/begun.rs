//! Answers that are begun for whoever asked first and waited for a little: who does not want to wait longer looks again later.

use std::{
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
    time::Duration,
};

/// What is being computed, so many things at once and no more.
pub(super) struct Begun<Q> {
    most: usize,
    under_way: Mutex<Vec<Q>>,
    ended: Condvar,
}

/// One of them; it ends when this goes, however it went.
struct Place<Q: PartialEq>(Arc<Begun<Q>>, Q);

impl<Q: PartialEq> Drop for Place<Q> {
    fn drop(&mut self) {
        let mut under_way = self.0.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        under_way.retain(|question| *question != self.1);
        self.0.ended.notify_all();
    }
}

impl<Q: PartialEq + Clone + Send + 'static> Begun<Q> {
    pub(super) fn new(most: usize) -> Arc<Self> {
        Arc::new(Begun { most, under_way: Mutex::default(), ended: Condvar::new() })
    }

    /// Has an answer computed, unless it is being computed or too much else is, and waits so long at most until it is there.
    pub(super) fn wait(
        self: &Arc<Self>,
        question: &Q,
        patience: Duration,
        compute: impl FnOnce() + Send + 'static,
    ) {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if !under_way.contains(question) {
            if under_way.len() >= self.most {
                return;
            }
            under_way.push(question.clone());
            let place = Place(Arc::clone(self), question.clone());
            // a thread that cannot be had gives its place back, and somebody tries again
            let _ = thread::Builder::new().name("figures".into()).spawn(move || {
                let _place = place;
                compute();
            });
        }
        let is_under_way = |under_way: &mut Vec<Q>| under_way.contains(question);
        drop(self.ended.wait_timeout_while(under_way, patience, is_under_way));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        atomic::{AtomicU32, Ordering::SeqCst},
        mpsc,
    };

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn a_quick_answer_is_there_when_the_wait_ends_and_a_slow_one_is_left_to_come() {
        let (begun, computed) = (Begun::new(1), Arc::new(AtomicU32::new(0)));
        let count = || {
            let computed = Arc::clone(&computed);
            move || drop(computed.fetch_add(1, SeqCst))
        };
        begun.wait(&"quick", LONG, count());
        assert_eq!(computed.load(SeqCst), 1);
        let (end, ended) = mpsc::channel::<()>();
        let slow = {
            let count = count();
            move || {
                drop(ended.recv());
                count();
            }
        };
        begun.wait(&"slow", Duration::ZERO, slow);
        begun.wait(&"slow", Duration::ZERO, count());
        begun.wait(&"another", LONG, count());
        assert_eq!(computed.load(SeqCst), 1, "neither a second time nor beside it");
        drop(end);
        begun.wait(&"slow", LONG, || ());
        begun.wait(&"another", LONG, count());
        assert!(computed.load(SeqCst) >= 2);
    }

    #[test]
    fn an_answer_that_panics_is_no_longer_under_way() {
        let begun = Begun::new(1);
        begun.wait(&1, LONG, || std::panic::resume_unwind(Box::new("no answer")));
        let (tell, told) = mpsc::channel();
        begun.wait(&2, LONG, move || tell.send(()).unwrap());
        assert_eq!(told.recv_timeout(LONG), Ok(()));
    }
}
