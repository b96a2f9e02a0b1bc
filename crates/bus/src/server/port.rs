//! A port for a server that has the same one at every start.

use std::{
    io,
    net::{Ipv4Addr, TcpListener},
    process,
    sync::atomic::{AtomicU32, Ordering},
};

/// The first port that is given. The last is 32767: from 32768 on Linux hands out ports to outgoing connections (`net.ipv4.ip_local_port_range`; other
/// systems from 49152 on), and one of those may be somebody's at the moment when its server starts.
const FIRST: u16 = 10_000;
const COUNT: u16 = 32_768 - FIRST;
/// How far apart two processes begin that were started one after the other; a demo takes 4 ports.
const APART: u32 = 16;
/// After so many ports in a row that cannot be had there is none.
const TRIES: usize = 1_000;

/// A port of 127.0.0.1 that nobody listens at now and that no outgoing connection gets by itself.
///
/// Nothing holds it until the server starts. A process gets none twice before it got all 22,768, and begins at a place of its own by its process
/// number, so that programs started together do not choose the same.
///
/// # Errors
/// 1,000 ports in a row are in use, or there is no loopback; the last reason is given.
pub fn free_port() -> io::Result<u16> {
    static GIVEN: AtomicU32 = AtomicU32::new(0);
    let begin = process::id().wrapping_mul(APART);
    let next = || begin.wrapping_add(GIVEN.fetch_add(1, Ordering::Relaxed));
    first_free((0..TRIES).map(|_| FIRST + (next() % u32::from(COUNT)) as u16))
}

fn first_free(ports: impl Iterator<Item = u16>) -> io::Result<u16> {
    let mut last = None;
    for port in ports {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(_) => return Ok(port),
            Err(error) => last = Some(format!("127.0.0.1:{port}: {error}")),
        }
    }
    let last = last.unwrap_or_default();
    Err(io::Error::new(io::ErrorKind::AddrInUse, format!("no free port from {FIRST} on, last tried {last}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ports_that_are_given_differ_and_are_none_that_connections_get() {
        let given: Vec<u16> = (0..200).map(|_| free_port().unwrap()).collect();
        assert_eq!(given.iter().collect::<BTreeSet<_>>().len(), given.len(), "{given:?}");
        assert!(given.iter().all(|port| (10_000..32_768).contains(port)), "{given:?}");
    }

    #[test]
    fn a_port_that_somebody_listens_at_is_not_given_and_none_at_all_is_told() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let (taken, free) = (taken.local_addr().unwrap().port(), free_port().unwrap());
        assert_eq!(first_free([taken, free].into_iter()).unwrap(), free);
        let error = first_free([taken, taken].into_iter()).unwrap_err().to_string();
        assert!(error.contains(&format!("127.0.0.1:{taken}: ")), "{error}");
    }
}
