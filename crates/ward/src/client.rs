//! Talking to the unit's own node when another process runs it: the few HTTP requests the command line needs.
//!
//! HTTP/1.1 over loopback, one request a connection. Not a general client: no TLS, no redirects, no chunked answers (the node sends
//! none).

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    time::Duration,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    config::{ConfigError, UnitConfig},
    dir::{FileError, UnitDir, read_if_there, remove_if_there, replace},
    import::Format,
};

/// How long the node may take to begin its answer: an import of a long file takes minutes.
const PATIENCE: Duration = Duration::from_secs(600);
/// The most bytes of an answer.
const MAX_ANSWER: u64 = 64 << 20;

/// `node.json`: where the running node answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeFile {
    /// Its HTTP address.
    pub address: SocketAddr,
    /// Its process.
    pub pid: u32,
}

impl NodeFile {
    /// Says where this process answers.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(dir: &UnitDir, address: SocketAddr) -> Result<(), FileError> {
        let node = NodeFile { address, pid: std::process::id() };
        replace(&dir.node(), serde_json::to_string(&node).unwrap_or_default().as_bytes())
    }

    /// Where the node answers, if one has said so. It may have ended since.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn read(dir: &UnitDir) -> Result<Option<NodeFile>, FileError> {
        let bytes = read_if_there(&dir.node())?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    /// This process no longer answers.
    ///
    /// # Errors
    /// The file cannot be removed.
    pub fn remove(dir: &UnitDir) -> Result<(), FileError> {
        remove_if_there(&dir.node())
    }
}

/// A connection to come to the unit's node.
#[derive(Clone, Debug)]
pub struct Client {
    address: SocketAddr,
    token: String,
}

/// What the node answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body: JSON, or null when it is none.
    pub body: Value,
}

/// Why the node could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The unit's settings, which hold the token, cannot be read.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// Another process seals for the unit and does not say where it answers.
    #[error("another process seals for this unit and has no node.json: wait for it to end")]
    NoAddress,
    /// The node does not answer.
    #[error("the node at {address} does not answer: {cause}")]
    Unavailable {
        /// Where it should be.
        address: SocketAddr,
        /// What the system said.
        cause: io::Error,
    },
}

impl Client {
    /// To the node of the unit in `dir`, which holds the unit's lock.
    ///
    /// # Errors
    /// The settings cannot be read, or nothing says where the node answers.
    pub fn to_node_of(dir: &UnitDir) -> Result<Client, ClientError> {
        let token = UnitConfig::read(dir)?.config.token;
        let node = NodeFile::read(dir)?.ok_or(ClientError::NoAddress)?;
        Ok(Client { address: node.address, token })
    }

    /// Sends events; `request_key` makes it repeatable.
    ///
    /// # Errors
    /// The node does not answer; then send it again with the same key.
    pub fn record(&self, events: &Value, request_key: Option<&str>) -> Result<Answer, ClientError> {
        let body = events.to_string();
        let mut headers = vec![("Content-Type", "application/json")];
        headers.extend(request_key.map(|key| ("Idempotency-Key", key)));
        self.ask("POST", "/api/v1/events", &headers, body.len() as u64, body.as_bytes())
    }

    /// Sends a file to import.
    ///
    /// # Errors
    /// The file cannot be read or the node does not answer; then send it again.
    pub fn import(&self, path: &Path, format: Format, kind: Option<&str>) -> Result<Answer, ClientError> {
        let file = std::fs::File::open(path).map_err(FileError::at(path))?;
        let len = file.metadata().map_err(FileError::at(path))?.len();
        let content = match format {
            Format::Jsonl => "application/jsonl",
            Format::Csv => "text/csv",
        };
        let target = match kind {
            Some(kind) => format!("/api/v1/imports?kind={kind}"),
            None => "/api/v1/imports".to_owned(),
        };
        self.ask("POST", &target, &[("Content-Type", content)], len, file)
    }

    /// Asks how the unit stands.
    ///
    /// # Errors
    /// The node does not answer.
    pub fn status(&self) -> Result<Answer, ClientError> {
        self.ask("GET", "/api/v1/status", &[], 0, io::empty())
    }

    /// Asks for another sealing key; `ground` is the name of a ground of `key.rotated`.
    ///
    /// # Errors
    /// The node does not answer.
    pub fn rotate_key(&self, ground: &str) -> Result<Answer, ClientError> {
        let body = serde_json::json!({ "ground": ground }).to_string();
        let headers = [("Content-Type", "application/json")];
        self.ask("POST", "/api/v1/keys/rotate", &headers, body.len() as u64, body.as_bytes())
    }

    /// Says that somebody has looked at the alarm.
    ///
    /// # Errors
    /// The node does not answer.
    pub fn clear_alarm(&self) -> Result<Answer, ClientError> {
        self.ask("DELETE", "/api/v1/alarm", &[], 0, io::empty())
    }

    fn ask(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        len: u64,
        body: impl Read,
    ) -> Result<Answer, ClientError> {
        let unavailable = |cause| ClientError::Unavailable { address: self.address, cause };
        self.exchange(method, target, headers, len, body).map_err(unavailable)
    }

    fn exchange(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        len: u64,
        body: impl Read,
    ) -> io::Result<Answer> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut head = format!(
            "{method} {target} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nConnection: close\r\nContent-Length: {len}\r\n",
            self.address, self.token
        );
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        stream.write_all(head.as_bytes())?;
        // a node that refuses early answers while we still write: its answer is what counts
        let sent = io::copy(&mut body.take(len), &mut stream);
        read_answer(BufReader::new(stream)).or_else(|error| sent.and(Err(error)))
    }
}

fn read_answer(mut reader: impl BufRead) -> io::Result<Answer> {
    let broken = || io::Error::new(io::ErrorKind::InvalidData, "not an HTTP answer");
    let mut line = String::new();
    reader.by_ref().take(8_192).read_line(&mut line)?;
    let status = line.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(broken)?;
    let mut len = None;
    loop {
        line.clear();
        reader.by_ref().take(8_192).read_line(&mut line)?;
        match line.trim_end().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                len = value.trim().parse().ok()
            }
            Some(_) => {}
            None => break,
        }
    }
    let mut body = Vec::new();
    reader.take(len.unwrap_or(MAX_ANSWER).min(MAX_ANSWER)).read_to_end(&mut body)?;
    Ok(Answer { status, body: serde_json::from_slice(&body).unwrap_or(Value::Null) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_with_and_without_a_length() {
        let with = b"HTTP/1.1 201 Created\r\ncontent-length: 7\r\n\r\n{\"a\":1}more";
        let without = b"HTTP/1.1 201 Created\r\nX: y\r\n\r\n{\"a\":1}";
        for answer in [&with[..], &without[..]] {
            let answer = read_answer(answer).unwrap();
            assert_eq!((answer.status, answer.body), (201, serde_json::json!({"a": 1})));
        }
        assert!(read_answer(&b"garbage"[..]).is_err());
        assert!(read_answer(&b""[..]).is_err());
    }
}
