//! `socai serve` over a ledger's directory, as a child process, and what it answers to a client that shows every byte.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    path::Path,
    time::Duration,
};

use crate::{command, service::Service};

/// Longest wait for an answer.
const LONGEST: Duration = Duration::from_secs(60);

/// An answer, byte for byte.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Status line and headers, in lower case.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// All values of a header, named in lower case; values are in lower case too.
    pub fn header(&self, name: &str) -> Vec<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(known, _)| *known == name).map(|(_, value)| value).collect()
    }
}

/// A dashboard that answers.
pub struct Dashboard {
    /// `http://127.0.0.1:port`.
    pub url: String,
    service: Service,
}

impl Dashboard {
    /// Serves the ledger in `dir` at a free port; the log of the service lies beside the directory.
    ///
    /// # Panics
    /// It does not start.
    pub fn serve(dir: &Path) -> Dashboard {
        Dashboard::serve_at(dir, "127.0.0.1:0", &[])
    }

    /// The same at a named address, with more arguments.
    ///
    /// # Panics
    /// It does not start.
    pub fn serve_at(dir: &Path, address: &str, more: &[&str]) -> Dashboard {
        let mut run = command::command(&[&"serve", &dir, &"--http", &address]);
        run.args(more);
        Dashboard::of(Service::start("serve", run, &dir.with_extension("serve.log")))
    }

    /// The dashboard of a service that says where it is.
    ///
    /// # Panics
    /// It does not say so.
    pub fn of(mut service: Service) -> Dashboard {
        service.await_log("the dashboard: ");
        let log = service.log();
        let said = log.split("the dashboard: ").nth(1).and_then(|rest| rest.split_whitespace().next());
        Dashboard { url: said.expect("an address").trim_end_matches('/').to_owned(), service }
    }

    /// The same, asked at another address: a dashboard that listens everywhere is reached somewhere.
    pub fn reached_at(self, address: &str) -> Dashboard {
        Dashboard { url: format!("http://{address}"), ..self }
    }

    /// What it wrote so far.
    pub fn log(&self) -> String {
        self.service.log()
    }

    /// `127.0.0.1:port`.
    pub fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// Where a path is.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Gets a path, with more headers.
    ///
    /// # Panics
    /// It does not answer.
    pub fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask("GET", path, headers, "")
    }

    /// Sends a request and reads the answer to its end.
    ///
    /// # Panics
    /// It does not answer.
    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        stream.set_read_timeout(Some(LONGEST)).unwrap();
        let mut request = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        if !headers.iter().any(|(name, _)| *name == "Host") {
            request.push_str(&format!("Host: {}\r\n", self.address()));
        }
        headers.iter().for_each(|(name, value)| request.push_str(&format!("{name}: {value}\r\n")));
        request.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
        stream.write_all(request.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a whole answer");
        let whole = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let status = whole.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
        let body = &bytes[end + 4..];
        let head = whole.to_lowercase();
        let is_chunked = head.contains("transfer-encoding: chunked");
        let body = if is_chunked { crate::http::chunks(body).expect("whole chunks") } else { body.to_vec() };
        Answer { status, head, body }
    }

    /// Asks it to stop; it has to end well.
    pub fn stop(self) {
        self.service.stop();
    }
}
