//! A NATS client of four words, for what no service of a ledger may do: an administrator with a heavy hand.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use socai_bus::{Subjects, TransportKey};

use crate::wait;

/// A connection with one key.
pub struct Nats {
    stream: BufReader<TcpStream>,
}

impl Nats {
    /// Connects to `nats://host:port` and shows the key.
    ///
    /// # Panics
    /// The server does not answer or does not let the key in.
    pub fn connect(url: &str, key: &TransportKey) -> Nats {
        let stream = TcpStream::connect(url.trim_start_matches("nats://")).unwrap();
        stream.set_read_timeout(Some(wait::LONG)).unwrap();
        let mut nats = Nats { stream: BufReader::new(stream) };
        let info = nats.line();
        let info: Value = serde_json::from_str(info.trim_start_matches("INFO ")).unwrap();
        let pair = nkeys::KeyPair::from_seed(key.seed()).unwrap();
        let signature = pair.sign(info["nonce"].as_str().unwrap_or_default().as_bytes()).unwrap();
        let connect = json!({
            "verbose": false, "pedantic": false, "lang": "socai-tests", "version": "0", "protocol": 0,
            "nkey": key.public(), "sig": URL_SAFE_NO_PAD.encode(signature),
        });
        nats.say(&format!("CONNECT {connect}\r\nPING\r\n"));
        assert_eq!(nats.line(), "PONG", "the key is let in");
        nats
    }

    /// Deletes the stream of a ledger, as its administrator.
    ///
    /// # Panics
    /// JetStream refuses.
    pub fn delete_stream(&mut self, subjects: &Subjects) {
        let inbox = format!("{}.1", subjects.admin_inbox());
        let subject = format!("$JS.API.STREAM.DELETE.{}", subjects.stream());
        self.say(&format!("SUB {inbox} 1\r\nPUB {subject} {inbox} 0\r\n\r\n"));
        let answer: Value = serde_json::from_slice(&self.message()).unwrap();
        assert_eq!(answer["success"], true, "{answer}");
    }

    fn say(&mut self, text: &str) {
        self.stream.get_mut().write_all(text.as_bytes()).unwrap();
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// The payload of the next message: `MSG <subject> <sid> [reply] <bytes>`.
    fn message(&mut self) -> Vec<u8> {
        loop {
            let line = self.line();
            if line == "PING" {
                self.say("PONG\r\n");
            } else if let Some(message) = line.strip_prefix("MSG ") {
                let len: usize = message.rsplit(' ').next().unwrap().parse().unwrap();
                let mut payload = vec![0; len + 2];
                self.stream.read_exact(&mut payload).unwrap();
                payload.truncate(len);
                return payload;
            } else {
                assert!(!line.starts_with("-ERR"), "{line}");
            }
        }
    }
}
