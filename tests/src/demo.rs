//! The reference month, played by `socai demo --exit`, each time into a directory of its own.

use std::{
    collections::BTreeMap,
    fs::{self, Permissions},
    path::{Path, PathBuf},
    sync::LazyLock,
};

use serde_json::Value;
use socai_bus::server::free_port;
use tempfile::TempDir;

use crate::{command::Said, socai};

/// The period of the published report: the whole month, cumulative from New Year's Day.
pub const FROM: &str = "2023-01-01";
/// Its last day.
pub const TO: &str = "2023-02-08";

/// Files that name ports of brokers and witnesses.
const SETTINGS: [&str; 3] = ["ledger.toml", "unit.toml", "policy"];
const HOST: &str = "127.0.0.1:";

/// A played month; its directory goes when this is dropped.
pub struct Demo {
    /// What the demo printed.
    pub said: Said,
    place: TempDir,
}

impl Demo {
    /// Plays it.
    pub fn play() -> Demo {
        let place = place();
        let said = socai!("demo", "--exit", "--data", place.path());
        Demo { said, place }
    }

    /// A month that was played and ended well. It is played once for all tests of a program; each gets its files as they were at the end, in
    /// a directory of its own and with ports of its own.
    ///
    /// # Panics
    /// A figure or the audit is wrong, or the files cannot be written.
    pub fn played() -> Demo {
        static PLAYED: LazyLock<Played> = LazyLock::new(|| Played::of(&Demo::play()));
        PLAYED.laid_out()
    }

    /// The directory given to `--data`.
    pub fn path(&self) -> &Path {
        self.place.path()
    }

    /// The ledger's directory.
    pub fn district(&self) -> PathBuf {
        self.path().join("district")
    }

    /// The published report as JSON, as bytes.
    ///
    /// # Panics
    /// The report fails.
    pub fn report_text(&self) -> String {
        socai!("report", self.district(), "--from", FROM, "--to", TO, "--format", "json").ok()
    }

    /// The published report as JSON.
    ///
    /// # Panics
    /// The report fails or is not JSON.
    pub fn report(&self) -> Value {
        serde_json::from_str(&self.report_text()).unwrap()
    }
}

/// What a played month left behind, in memory: a directory would outlive the tests that share it.
struct Played {
    said: Said,
    /// Directories before what lies in them; a file has its bytes.
    entries: Vec<(PathBuf, Permissions, Option<Vec<u8>>)>,
}

impl Played {
    fn of(demo: &Demo) -> Played {
        demo.said.clone().ok();
        let mut entries = Vec::new();
        let mut dirs = vec![PathBuf::new()];
        while let Some(dir) = dirs.pop() {
            for entry in fs::read_dir(demo.path().join(&dir)).unwrap() {
                let (entry, about) = entry.and_then(|entry| Ok((entry.path(), entry.metadata()?))).unwrap();
                let name = entry.strip_prefix(demo.path()).unwrap().to_owned();
                let bytes = about.is_file().then(|| fs::read(&entry).unwrap());
                if about.is_dir() {
                    dirs.push(name.clone());
                }
                entries.push((name, about.permissions(), bytes));
            }
        }
        Played { said: demo.said.clone(), entries }
    }

    fn laid_out(&self) -> Demo {
        let (place, mut ports) = (place(), BTreeMap::from([(String::from("0"), 0)]));
        for (name, permissions, bytes) in &self.entries {
            let path = place.path().join(name);
            let is_settings = SETTINGS.iter().any(|settings| name.ends_with(settings));
            match bytes {
                Some(bytes) if is_settings => fs::write(&path, moved(bytes, &mut ports)).unwrap(),
                Some(bytes) => fs::write(&path, bytes).unwrap(),
                None => fs::create_dir(&path).unwrap(),
            }
            fs::set_permissions(&path, permissions.clone()).unwrap();
        }
        Demo { said: self.said.clone(), place }
    }
}

/// A text with another port in place of each, the same one for the same: months that run beside each other must not meet.
fn moved(text: &[u8], ports: &mut BTreeMap<String, u16>) -> String {
    let text = std::str::from_utf8(text).unwrap();
    let mut pieces = text.split(HOST);
    let mut moved = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let port: String = piece.chars().take_while(char::is_ascii_digit).collect();
        let rest = &piece[port.len()..];
        let own = ports.entry(port).or_insert_with(|| free_port().unwrap());
        moved.push_str(&format!("{HOST}{own}{rest}"));
    }
    moved
}

fn place() -> TempDir {
    tempfile::Builder::new().prefix("socai-month-").tempdir().unwrap()
}
