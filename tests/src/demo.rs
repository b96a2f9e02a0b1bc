//! The reference month, played by `socai demo --exit` into a directory of its own.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::{command::Said, socai};

/// The period of the published report: the whole month, cumulative from New Year's Day.
pub const FROM: &str = "2023-01-01";
/// Its last day.
pub const TO: &str = "2023-02-08";

/// A played month; its directory goes when this is dropped.
pub struct Demo {
    /// What the demo printed.
    pub said: Said,
    place: TempDir,
}

impl Demo {
    /// Plays it.
    pub fn play() -> Demo {
        let place = tempfile::Builder::new().prefix("socai-month-").tempdir().unwrap();
        let said = socai!("demo", "--exit", "--data", place.path());
        Demo { said, place }
    }

    /// Plays it, and it has to end well.
    ///
    /// # Panics
    /// A figure or the audit is wrong.
    pub fn played() -> Demo {
        let demo = Demo::play();
        demo.said.clone().ok();
        demo
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
