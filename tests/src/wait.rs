//! Waiting for what must happen.

use std::{
    thread,
    time::{Duration, Instant},
};

/// Long enough for anything on a machine that is busy with other scenarios; only a failure waits so long.
pub const LONG: Duration = Duration::from_secs(60);
/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Looks until there is something, and gives it.
///
/// # Panics
/// There is nothing within [`LONG`]; the message says what was waited for.
pub fn until<T>(what: &str, look: impl FnMut() -> Option<T>) -> T {
    within(LONG, look).unwrap_or_else(|| panic!("not within {LONG:?}: {what}"))
}

/// Looks until it is so.
///
/// # Panics
/// It is not so within [`LONG`].
pub fn until_so(what: &str, mut look: impl FnMut() -> bool) {
    until(what, || look().then_some(()));
}

/// Does something that takes less than `time`, unless the machine is busy with something else: one time of three it has to.
///
/// # Panics
/// It takes longer each time.
pub fn one_of_three_within(time: Duration, mut takes: impl FnMut() -> Duration) {
    let mut took = Vec::new();
    while took.len() < 3 {
        took.push(takes());
        if took.last().is_some_and(|took| *took < time) {
            return;
        }
    }
    panic!("not one within {time:?}: {took:?}");
}

/// Looks until there is something, but no longer than `time`.
pub fn within<T>(time: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + time;
    loop {
        let found = look();
        if found.is_some() || Instant::now() >= deadline {
            return found;
        }
        thread::sleep(LOOK_EVERY);
    }
}
