//! Work shared among threads while the caller goes on with what has to be done in order.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// Does `work` for every item, on `threads` threads including this one, which first does `meanwhile`.
///
/// Results come back in the order of the items, whoever did them.
pub(crate) fn share<T: Sync, R: Send, M>(
    threads: usize,
    items: &[T],
    work: impl Fn(&T) -> R + Sync,
    meanwhile: impl FnOnce() -> M,
) -> (Vec<R>, M) {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(items.len()));
    let help = || {
        while let Some((place, item)) = take(&next, items) {
            let result = work(item);
            done.lock().unwrap_or_else(PoisonError::into_inner).push((place, result));
        }
    };
    let made = thread::scope(|scope| {
        for _ in 1..threads.min(items.len() + 1) {
            scope.spawn(help);
        }
        let made = meanwhile();
        help();
        made
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_unstable_by_key(|(place, _)| *place);
    (done.into_iter().map(|(_, result)| result).collect(), made)
}

fn take<'a, T>(next: &AtomicUsize, items: &'a [T]) -> Option<(usize, &'a T)> {
    let place = next.fetch_add(1, Ordering::Relaxed);
    items.get(place).map(|item| (place, item))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_the_order_of_the_items_on_any_number_of_threads() {
        let items: Vec<u64> = (0..1_000).collect();
        for threads in 1..=4 {
            let (squares, made) = share(threads, &items, |n| n * n, || "meanwhile");
            assert_eq!(made, "meanwhile");
            assert!(squares.iter().zip(&items).all(|(square, n)| *square == n * n));
            assert_eq!(squares.len(), items.len());
        }
    }

    #[test]
    fn no_items_is_no_work() {
        let (done, made) = share(4, &[] as &[u8], |_| 1, || 2);
        assert_eq!((done.len(), made), (0, 2));
    }
}
