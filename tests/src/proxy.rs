//! A line between a reader and a server: it counts, it breaks, it leads elsewhere.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

/// How long a side may be silent.
const SILENT: Duration = Duration::from_secs(60);

/// A listener that passes bytes on to a server, until it is dropped with the test's process.
pub struct Proxy {
    url: String,
    line: Arc<Line>,
}

struct Line {
    to: Mutex<String>,
    /// Bytes that the server sent since the last reset.
    given: AtomicU64,
    /// When so many were given, every connection breaks.
    breaks_at: AtomicU64,
}

impl Proxy {
    /// Listens, and leads to the server at `url`.
    ///
    /// # Panics
    /// No port is free.
    pub fn to(url: &str) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let breaks_at = AtomicU64::new(u64::MAX);
        let line = Arc::new(Line { to: Mutex::new(host(url)), given: AtomicU64::new(0), breaks_at });
        let shared = line.clone();
        thread::spawn(move || {
            while let Ok((client, _)) = listener.accept() {
                let line = shared.clone();
                thread::spawn(move || line.serve(client));
            }
        });
        Proxy { url: address, line }
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Leads elsewhere from the next connection on.
    ///
    /// # Panics
    /// A thread panicked.
    pub fn lead_to(&self, url: &str) {
        *self.line.to.lock().unwrap() = host(url);
    }

    /// Breaks every connection once so many more bytes were given.
    pub fn break_after(&self, bytes: u64) {
        self.line
            .breaks_at
            .store(self.line.given.load(Ordering::SeqCst).saturating_add(bytes), Ordering::SeqCst);
    }

    /// Bytes that the server sent since the last time this was asked.
    pub fn given(&self) -> u64 {
        self.line.given.swap(0, Ordering::SeqCst)
    }
}

impl Line {
    fn serve(&self, mut client: TcpStream) {
        let to = self.to.lock().unwrap().clone();
        let Ok(mut server) = TcpStream::connect(to) else { return };
        for side in [&client, &server] {
            side.set_read_timeout(Some(SILENT)).unwrap();
        }
        let (mut asked, mut asks) = (client.try_clone().unwrap(), server.try_clone().unwrap());
        thread::spawn(move || {
            let _ = std::io::copy(&mut asked, &mut asks);
            let _ = asks.shutdown(Shutdown::Both);
        });
        let mut piece = [0; 16 << 10];
        loop {
            let read = match server.read(&mut piece) {
                Ok(read @ 1..) => read,
                // a process that was stopped and goes on is told so
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                _ => break,
            };
            if self.given.fetch_add(read as u64, Ordering::SeqCst) >= self.breaks_at.load(Ordering::SeqCst)
                || client.write_all(&piece[..read]).is_err()
            {
                break;
            }
        }
        let _ = (client.shutdown(Shutdown::Both), server.shutdown(Shutdown::Both));
    }
}

fn host(url: &str) -> String {
    url.strip_prefix("http://").unwrap_or(url).to_owned()
}
