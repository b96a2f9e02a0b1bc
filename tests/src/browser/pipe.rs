//! The DevTools protocol over a pipe: JSON messages, each ended by a NUL byte.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{ChildStdin, ChildStdout},
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

/// Longest wait for an answer.
const LONGEST: Duration = Duration::from_secs(60);

/// A conversation: commands with their answers, events put aside.
pub struct Pipe {
    into: Option<ChildStdin>,
    out: Receiver<Value>,
    /// Numbers commands.
    last: u64,
    /// Events that nobody asked for yet, oldest first.
    pub events: Vec<Value>,
}

impl Pipe {
    pub fn new(into: ChildStdin, out: ChildStdout) -> Pipe {
        let (tell, told) = mpsc::channel();
        thread::spawn(move || {
            let mut out = BufReader::new(out);
            loop {
                let mut message = Vec::new();
                match out.read_until(0, &mut message) {
                    Ok(len) if len > 0 => {}
                    _ => return, // the browser is gone
                }
                message.pop();
                let Ok(message) = serde_json::from_slice(&message) else { return };
                if tell.send(message).is_err() {
                    return;
                }
            }
        });
        Pipe { into: Some(into), out: told, last: 0, events: Vec::new() }
    }

    /// Closes it, which ends the browser.
    pub fn close(&mut self) {
        self.into = None;
    }

    /// Sends a command and waits for its answer; the error is what the browser said.
    ///
    /// # Panics
    /// The browser is gone, or does not answer in time.
    pub fn command(
        &mut self,
        session: Option<&str>,
        method: &str,
        parameters: &Value,
    ) -> Result<Value, String> {
        self.last += 1;
        let mut message = json!({ "id": self.last, "method": method, "params": parameters });
        if let Some(session) = session {
            message["sessionId"] = session.into();
        }
        let into = self.into.as_mut().expect("the pipe is open");
        let sent = write!(into, "{message}\0").and_then(|()| into.flush());
        sent.unwrap_or_else(|error| panic!("{method}: the browser is gone: {error}"));
        let deadline = Instant::now() + LONGEST;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let said = self.out.recv_timeout(left);
            let mut said = said.unwrap_or_else(|error| panic!("{method}: no answer of the browser: {error}"));
            match said["id"].as_u64() {
                Some(id) if id == self.last && said["error"].is_null() => return Ok(said["result"].take()),
                Some(id) if id == self.last => return Err(said["error"]["message"].to_string()),
                Some(_) => {}
                None => self.events.push(said),
            }
        }
    }
}
