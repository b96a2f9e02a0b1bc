//! One HTTP/1.1 request: what a program of an office sends to its ward's node.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    time::Duration,
};

use serde_json::Value;

/// Longest wait for an answer.
const LONGEST: Duration = Duration::from_secs(30);

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// `Content-Type`.
    pub kind: String,
    /// The body as JSON; null when it is something else.
    pub body: Value,
}

/// Sends one request to `address` (`127.0.0.1:8017`) and reads the answer to its end.
///
/// # Errors
/// The connection cannot be made or breaks before the answer is whole: nobody knows what became of the request.
pub fn request(
    address: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> io::Result<Answer> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(LONGEST))?;
    stream.set_write_timeout(Some(LONGEST))?;
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
    // a server that will not take the whole request answers before it is written, and closes
    let written = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
    let mut bytes = Vec::new();
    let read = stream.read_to_end(&mut bytes);
    match parse(&bytes) {
        Some(answer) => Ok(answer),
        None => {
            written.and(read)?;
            Err(io::Error::new(io::ErrorKind::UnexpectedEof, "no whole answer"))
        }
    }
}

fn parse(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let header = |name: &str| {
        let found = head.lines().find(|line| line.to_ascii_lowercase().starts_with(&format!("{name}:")))?;
        Some(found.split_once(':')?.1.trim().to_owned())
    };
    let body = &bytes[end + 4..];
    let body = match header("content-length") {
        Some(len) => body.get(..len.parse().ok()?)?.to_vec(),
        None if header("transfer-encoding").is_some_and(|how| how == "chunked") => chunks(body)?,
        None => body.to_vec(),
    };
    let kind = header("content-type").unwrap_or_default();
    Some(Answer { status, kind, body: serde_json::from_slice(&body).unwrap_or(Value::Null) })
}

pub(crate) fn chunks(mut body: &[u8]) -> Option<Vec<u8>> {
    let mut whole = Vec::new();
    loop {
        let end = body.windows(2).position(|two| two == b"\r\n")?;
        let len = usize::from_str_radix(std::str::from_utf8(&body[..end]).ok()?.trim(), 16).ok()?;
        body = &body[end + 2..];
        if len == 0 {
            return Some(whole);
        }
        whole.extend_from_slice(body.get(..len)?);
        body = body.get(len + 2..)?;
    }
}
