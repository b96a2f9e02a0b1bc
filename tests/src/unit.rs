//! One unit: its directory, its node, and the ways an office hands it facts.

use std::{fs, io, path::PathBuf, time::Duration};

use serde_json::Value;
use socai_tlog::UnitNo;

use crate::{
    command,
    http::{self, Answer},
    service::Service,
    wait,
};

/// An enrolled unit.
#[derive(Clone, Debug)]
pub struct Unit {
    /// Its id.
    pub id: String,
    /// Its number.
    pub no: UnitNo,
    /// Its directory.
    pub dir: PathBuf,
    /// Where its nodes write what they have to say.
    pub log: PathBuf,
}

impl Unit {
    /// Starts its node and waits until it answers.
    ///
    /// # Panics
    /// It ends, or does not answer in time.
    pub fn node(&self) -> Service {
        let mut node = self.launch();
        let answers = wait::within(wait::LONG, || {
            if !node.is_running() {
                return Some(false);
            }
            self.address().filter(|(_, pid)| *pid == node.pid())?;
            self.status().is_some().then_some(true)
        });
        assert_eq!(
            answers,
            Some(true),
            "the node of {} does not answer:\n{}",
            self.id,
            command::clip(&node.log())
        );
        node
    }

    /// Starts its node and does not wait.
    pub fn launch(&self) -> Service {
        Service::start(&self.id, command::command(&[&"ward", &"run", &self.dir]), &self.log)
    }

    /// Where the node answers, and its process, by what the last one that ran has said.
    pub fn address(&self) -> Option<(String, u32)> {
        let node: Value = serde_json::from_slice(&fs::read(self.dir.join("node.json")).ok()?).ok()?;
        Some((node["address"].as_str()?.to_owned(), node["pid"].as_u64()? as u32))
    }

    /// Asks the node over HTTP with the unit's token.
    ///
    /// # Errors
    /// No node answers, or it went away before its answer was whole.
    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> io::Result<Answer> {
        let (address, _) =
            self.address().ok_or_else(|| io::Error::other("no node has said where it answers"))?;
        let token = format!("Bearer {}", self.token());
        let mut all = vec![("Authorization", token.as_str())];
        all.extend_from_slice(headers);
        http::request(&address, method, path, &all, body)
    }

    /// Hands in one event or an array of events.
    ///
    /// # Errors
    /// As for [`Unit::ask`].
    pub fn post(&self, events: &Value) -> io::Result<Answer> {
        let body = events.to_string();
        self.ask("POST", "/api/v1/events", &[("Content-Type", "application/json")], body.as_bytes())
    }

    /// What the running node says of itself; none when none answers.
    pub fn status(&self) -> Option<Value> {
        let answer = self.ask("GET", "/api/v1/status", &[], &[]).ok()?;
        (answer.status == 200).then_some(answer.body)
    }

    /// Waits until everything sealed is recorded, and gives how much that is.
    ///
    /// # Panics
    /// It does not come so far in time; shows the last status.
    pub fn await_recorded(&self) -> u64 {
        let mut last = None;
        let settled = wait::within(wait::LONG, || {
            last = self.status().or(last.take());
            let status = last.as_ref()?;
            let (sealed, recorded) = (status["sealed"].as_u64()?, status["recorded"].as_u64()?);
            (sealed == recorded && status["state"] == "publishing").then_some(sealed)
        });
        settled.unwrap_or_else(|| {
            let log = fs::read_to_string(&self.log).unwrap_or_default();
            panic!("{} is not recorded within {:?}: {last:?}\n{}", self.id, wait::LONG, command::clip(&log))
        })
    }

    /// Looks at the status until it is as wanted, and tells how long that took; none if it never is.
    pub fn status_within(&self, time: Duration, is_so: impl Fn(&Value) -> bool) -> Option<Value> {
        wait::within(time, || self.status().filter(&is_so))
    }

    /// The public half of its transport key, as the broker knows it.
    ///
    /// # Panics
    /// The unit has no enrolment file.
    pub fn transport_key(&self) -> String {
        let enrolment: Value =
            serde_json::from_slice(&fs::read(self.dir.join("enrolment.json")).unwrap()).unwrap();
        enrolment["transport_nkey"].as_str().expect("a transport key").to_owned()
    }

    fn token(&self) -> String {
        let settings = fs::read_to_string(self.dir.join("unit.toml")).unwrap_or_default();
        let line = settings.lines().find_map(|line| line.strip_prefix("token = "));
        line.unwrap_or_default().trim_matches('"').to_owned()
    }
}
