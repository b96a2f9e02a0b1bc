//! How many requests an address may make: a few at once, and so many a second over a longer time.

use std::{collections::HashMap, net::IpAddr, time::Duration};

/// Addresses remembered at once. When they are too many everybody begins anew: nobody is locked out, and memory is bounded.
const MOST: usize = 65_536;

/// A limit for each address (the generic cell rate algorithm: one time an address).
#[derive(Debug)]
pub(super) struct Rate {
    /// Between two requests, over a longer time; zero limits nobody.
    every: Duration,
    /// How many may come at once.
    burst: u32,
    /// When the address will have used up no more than it may; since the program began.
    until: HashMap<IpAddr, Duration>,
}

impl Rate {
    pub(super) fn new(every: Duration, burst: u32) -> Rate {
        Rate { every, burst, until: HashMap::new() }
    }

    /// Takes one request of an address at a time since the program began; the error is how long to wait.
    pub(super) fn take(&mut self, address: IpAddr, now: Duration) -> Result<(), Duration> {
        if self.every.is_zero() {
            return Ok(());
        }
        if self.until.len() >= MOST {
            self.until.retain(|_, until| *until > now);
            if self.until.len() >= MOST {
                self.until.clear();
            }
        }
        let until = self.until.entry(of_one_network(address)).or_insert(now);
        let next = (*until).max(now) + self.every;
        let ahead = next.saturating_sub(now);
        let allowed = self.every * self.burst;
        if ahead > allowed {
            return Err(ahead - allowed);
        }
        *until = next;
        Ok(())
    }
}

/// Whoever has one address of IPv6 has 2^64.
pub(super) fn of_one_network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(six) => IpAddr::V6((u128::from(six) & !u128::from(u64::MAX)).into()),
        four => four,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_make_a_few_requests_at_once_and_then_waits_while_others_do_not() {
        let mut rate = Rate::new(Duration::from_millis(100), 3);
        let (one, other) = ([10, 0, 0, 1].into(), [10, 0, 0, 2].into());
        let at = Duration::from_millis;
        for _ in 0..3 {
            assert_eq!(rate.take(one, at(0)), Ok(()));
        }
        assert_eq!(rate.take(one, at(0)), Err(at(100)));
        assert_eq!(rate.take(other, at(0)), Ok(()));
        assert_eq!(rate.take(one, at(99)), Err(at(1)));
        assert_eq!(rate.take(one, at(100)), Ok(()));
        assert_eq!(rate.take(one, at(10_000)), Ok(()));
    }

    #[test]
    fn a_network_of_ipv6_is_one_address_and_memory_is_bounded() {
        let mut rate = Rate::new(Duration::from_secs(1), 1);
        assert!(rate.take("2001:db8::1".parse().unwrap(), Duration::ZERO).is_ok());
        assert!(rate.take("2001:db8::2".parse().unwrap(), Duration::ZERO).is_err());
        assert!(rate.take("::ffff:10.0.0.1".parse().unwrap(), Duration::ZERO).is_ok());
        assert!(rate.take([10, 0, 0, 1].into(), Duration::ZERO).is_err(), "the same address written as IPv6");
        for number in 0..2 * MOST as u32 {
            let _ = rate.take(IpAddr::V4(number.into()), Duration::ZERO);
        }
        assert!(rate.until.len() <= MOST);
    }

    #[test]
    fn no_rate_is_no_limit() {
        let mut rate = Rate::new(Duration::ZERO, 0);
        assert!((0..1000).all(|_| rate.take([10, 0, 0, 1].into(), Duration::ZERO).is_ok()));
    }
}
