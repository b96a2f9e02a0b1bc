//! Work done by several threads whose results come back in the order in which it was given.
//!
//! One thread leads: it gives work, takes results and does what must be done in order. When the next result is not there yet it
//! works like the others, so one thread is a crew too.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    thread,
};

/// Work under way.
struct Shared<J, R> {
    state: Mutex<State<J, R>>,
    changed: Condvar,
}

struct State<J, R> {
    waiting: VecDeque<(u64, J)>,
    /// Results from number `first` on; `None` until done.
    done: VecDeque<Option<R>>,
    first: u64,
    /// The leader takes no more.
    is_over: bool,
    /// A worker panicked: its result will not come.
    is_lost: bool,
}

/// The leader's hold on its crew.
pub(crate) struct Crew<'a, J, R> {
    shared: &'a Shared<J, R>,
    work: &'a mut dyn FnMut(J) -> R,
}

/// Runs `lead` with `threads` threads, its own among them; each does the work that `worker` makes for it.
pub(crate) fn with_crew<J: Send, R: Send, M, W: FnMut(J) -> R>(
    threads: usize,
    worker: impl Fn() -> W + Sync,
    lead: impl FnOnce(&mut Crew<'_, J, R>) -> M,
) -> M {
    let state =
        State { waiting: VecDeque::new(), done: VecDeque::new(), first: 0, is_over: false, is_lost: false };
    let shared = Shared { state: Mutex::new(state), changed: Condvar::new() };
    thread::scope(|scope| {
        let _over = AtEnd { shared: &shared, mark: |state| state.is_over = true };
        for _ in 1..threads {
            let hand = thread::Builder::new().name("crew".to_owned());
            if hand.spawn_scoped(scope, || shared.help(worker())).is_err() {
                break; // the system has no thread to give: there is a leader
            }
        }
        lead(&mut Crew { shared: &shared, work: &mut worker() })
    })
}

impl<J, R> Crew<'_, J, R> {
    /// Hands over work.
    pub(crate) fn give(&mut self, job: J) {
        let mut state = self.shared.lock();
        let number = state.first + state.done.len() as u64;
        state.done.push_back(None);
        state.waiting.push_back((number, job));
        self.shared.changed.notify_one();
    }

    /// The result of the oldest work not taken yet; `None` when there is none.
    pub(crate) fn take(&mut self) -> Option<R> {
        let mut state = self.shared.lock();
        loop {
            if let Some(Some(_)) = state.done.front() {
                state.first += 1;
                return state.done.pop_front().flatten();
            }
            if state.done.is_empty() || state.is_lost {
                return None; // a panic of a worker goes on when the scope ends
            }
            state = match state.waiting.pop_front() {
                Some(next) => self.shared.run(state, next, &mut self.work),
                None => self.shared.wait(state),
            };
        }
    }
}

impl<J, R> Shared<J, R> {
    /// Nothing but queues is changed under the lock, so what is behind a poisoned one is whole.
    fn lock(&self) -> MutexGuard<'_, State<J, R>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State<J, R>>) -> MutexGuard<'a, State<J, R>> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }

    /// Does one piece of work outside the lock.
    fn run<'a>(
        &'a self,
        state: MutexGuard<'a, State<J, R>>,
        (number, job): (u64, J),
        mut work: impl FnMut(J) -> R,
    ) -> MutexGuard<'a, State<J, R>> {
        drop(state);
        let result = work(job);
        let mut state = self.lock();
        let place = (number - state.first) as usize; // not taken yet, so it is among those that are waited for
        if let Some(slot) = state.done.get_mut(place) {
            *slot = Some(result);
        }
        state
    }

    fn help(&self, mut work: impl FnMut(J) -> R) {
        let lost = AtEnd { shared: self, mark: |state| state.is_lost = true };
        let mut state = self.lock();
        while !state.is_over {
            state = match state.waiting.pop_front() {
                Some(next) => {
                    let state = self.run(state, next, &mut work);
                    self.changed.notify_all();
                    state
                }
                None => self.wait(state),
            };
        }
        drop(state);
        std::mem::forget(lost);
    }
}

/// Marks the state and wakes everybody when dropped, by a panic too.
struct AtEnd<'a, J, R> {
    shared: &'a Shared<J, R>,
    mark: fn(&mut State<J, R>),
}

impl<J, R> Drop for AtEnd<'_, J, R> {
    fn drop(&mut self) {
        (self.mark)(&mut self.shared.lock());
        self.shared.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_work_on_any_number_of_threads() {
        for threads in 1..=4 {
            let mut squares = Vec::new();
            with_crew(
                threads,
                || |n: u64| n * n,
                |crew| {
                    (0..10).for_each(|n| crew.give(n));
                    let mut next = 10;
                    while let Some(square) = crew.take() {
                        squares.push(square);
                        if next < 1_000 {
                            crew.give(next);
                            next += 1;
                        }
                    }
                },
            );
            assert_eq!(squares, (0..1_000).map(|n| n * n).collect::<Vec<u64>>());
        }
    }

    #[test]
    fn a_crew_without_work_has_no_results() {
        assert_eq!(with_crew(3, || |n: u8| n, |crew| crew.take()), None);
    }

    #[test]
    fn work_that_is_not_taken_keeps_nobody() {
        with_crew(3, || |n: u8| n, |crew| (0..50).for_each(|n| crew.give(n)));
    }

    #[test]
    #[should_panic(expected = "scoped thread panicked")]
    fn a_panic_in_the_work_ends_the_crew() {
        let leader = thread::current().id();
        let work = move |_: u8| assert!(thread::current().id() == leader, "on another thread");
        with_crew(
            2,
            || work,
            |crew| {
                while crew.take().is_some() || crew.shared.lock().done.is_empty() {
                    crew.give(0);
                    thread::yield_now();
                }
            },
        );
    }
}
