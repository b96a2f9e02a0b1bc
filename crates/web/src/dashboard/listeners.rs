//! Browsers that wait for news: so many, and of one address so many.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

/// How many browsers may wait for news at once.
const MOST: usize = 256;
/// How many of them may be of one address: an office behind one has fewer pages open, and nobody takes all places from a few.
const MOST_OF_ONE: usize = 32;

/// Who waits, by address.
#[derive(Default)]
pub(super) struct Listeners {
    now: Mutex<Now>,
}

#[derive(Default)]
struct Now {
    all: usize,
    of: HashMap<IpAddr, usize>,
}

/// One of them, until this goes.
pub(super) struct Listener {
    listeners: Arc<Listeners>,
    address: Option<IpAddr>,
}

impl Listeners {
    /// A place, if there is one for this address; none counts for nobody but all.
    pub(super) fn take(self: &Arc<Self>, address: Option<IpAddr>) -> Option<Listener> {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        if now.all >= MOST {
            return None;
        }
        if let Some(address) = address {
            let of_one = now.of.entry(address).or_default();
            if *of_one >= MOST_OF_ONE {
                return None;
            }
            *of_one += 1;
        }
        now.all += 1;
        Some(Listener { listeners: Arc::clone(self), address })
    }

    pub(super) fn len(&self) -> usize {
        self.now.lock().unwrap_or_else(PoisonError::into_inner).all
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut now = self.listeners.now.lock().unwrap_or_else(PoisonError::into_inner);
        now.all = now.all.saturating_sub(1);
        let Some(address) = self.address else { return };
        if let Some(of_one) = now.of.get_mut(&address) {
            *of_one = of_one.saturating_sub(1);
            if *of_one == 0 {
                now.of.remove(&address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_its_share_and_all_together_theirs() {
        let listeners = Arc::<Listeners>::default();
        let (one, other) = (Some([192, 0, 2, 1].into()), Some([192, 0, 2, 2].into()));
        let mut held: Vec<_> = (0..MOST_OF_ONE).filter_map(|_| listeners.take(one)).collect();
        assert_eq!(held.len(), MOST_OF_ONE);
        assert!(listeners.take(one).is_none());
        drop(listeners.take(other).unwrap());
        held.pop();
        held.extend(listeners.take(one));
        assert!(listeners.take(one).is_none());
        held.extend((0..MOST).filter_map(|_| listeners.take(None)));
        assert_eq!((held.len(), listeners.len()), (MOST, MOST));
        assert!(listeners.take(other).is_none());
        drop(held);
        assert_eq!(listeners.len(), 0);
        assert!(listeners.now.lock().unwrap().of.is_empty());
    }
}
