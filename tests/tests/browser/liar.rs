//! A server between a browser and a dashboard that changes one answer.

use std::{
    io::{self, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    thread,
    time::Duration,
};

/// Longest wait for either side.
const LONGEST: Duration = Duration::from_secs(30);

/// Where it listens. It lives as long as the test.
pub struct Liar {
    pub url: String,
}

impl Liar {
    /// Passes everything to `address`, and the bodies of answers to paths that begin with `path` through `change`.
    pub fn before(address: &str, path: &'static str, change: fn(String) -> String) -> Liar {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let address = address.to_owned();
        thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                let address = address.clone();
                // a browser that goes away in the middle is none of our business
                thread::spawn(move || pass(stream, &address, path, change).unwrap_or_default());
            }
        });
        Liar { url }
    }
}

/// One request without a body, one answer, and the connection ends.
fn pass(mut browser: TcpStream, address: &str, path: &str, change: fn(String) -> String) -> io::Result<()> {
    browser.set_read_timeout(Some(LONGEST))?;
    let head = head(&mut browser)?;
    let asked = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let lines = head.lines().filter(|line| {
        let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
        !["connection", "accept-encoding"].contains(&name.as_str()) && !line.is_empty()
    });
    let mut forwarded: String = lines.map(|line| format!("{line}\r\n")).collect();
    forwarded.push_str("Connection: close\r\n\r\n");
    let mut board = TcpStream::connect(address)?;
    board.set_read_timeout(Some(LONGEST))?;
    board.write_all(forwarded.as_bytes())?;
    if !asked.starts_with(path) {
        io::copy(&mut board, &mut browser)?;
        return Ok(());
    }
    let mut answer = String::new();
    board.read_to_string(&mut answer)?;
    let (_, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
    let body = change(body.to_owned());
    write!(browser, "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n")?;
    write!(browser, "Content-Length: {}\r\n\r\n{body}", body.len())
}

fn head(stream: &mut TcpStream) -> io::Result<String> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        bytes.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
