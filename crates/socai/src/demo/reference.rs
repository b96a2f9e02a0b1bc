//! The reference district, carried in the binary: units, rules, a month of facts and the figures it must print.

use anyhow::{Context as _, Result};
use include_dir::{Dir, include_dir};
use serde::Deserialize;
use socai_district::{RuleSet, UnitSpec};
use socai_domain::CivilDate;

/// `deploy/thanh-xuan` as it was when the binary was built.
static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../deploy/thanh-xuan");

/// The ledger's name for ever.
pub const ORIGIN: &str = "socai.example/thanh-xuan";
/// Its token in NATS subjects.
pub const LEDGER: &str = "thanh-xuan";

#[derive(Deserialize)]
struct UnitsFile {
    units: Vec<UnitSpec>,
}

/// The figures a report over the whole month must print.
#[derive(Clone, Debug, Deserialize)]
pub struct Expected {
    /// What is asked for.
    pub asked: Asked,
    /// Figure by figure.
    pub figures: Vec<ExpectedFigure>,
}

/// The period of the reference report.
#[derive(Clone, Debug, Deserialize)]
pub struct Asked {
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// The occasion.
    pub occasion: String,
}

/// One figure of the published report.
#[derive(Clone, Debug, Deserialize)]
pub struct ExpectedFigure {
    /// Its indicator.
    pub indicator: String,
    /// Its value; money in đồng.
    pub value: i64,
    /// As printed.
    pub printed: String,
    /// Percent of the plan by authority, with a point.
    #[serde(default)]
    pub plan_pct: std::collections::BTreeMap<String, String>,
    /// Percent of the same period, with a point.
    #[serde(default)]
    pub same_period_pct: Option<String>,
}

/// Units in order of their numbers, the operator first.
pub fn units() -> Result<Vec<UnitSpec>> {
    let file: UnitsFile = serde_json::from_str(text("units.json")?).context("units.json")?;
    Ok(file.units)
}

/// The sets of rules, as version 1 in force from the beginning.
pub fn rules() -> Result<Vec<RuleSet>> {
    let dir = FILES.get_dir("rules").context("the binary carries no rules")?;
    let effective_from = CivilDate::new(2022, 1, 1).context("a day of the calendar")?;
    let mut sets = Vec::new();
    for file in dir.files() {
        let name = file.path().file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let name = name.trim_end_matches(".toml").trim_end_matches(".jinja").to_owned();
        let content = file.contents_utf8().with_context(|| format!("rules {name} are not UTF-8"))?.to_owned();
        let legal_source = "quận Thanh Xuân, bộ quy tắc mẫu".to_owned();
        sets.push(RuleSet { name, version: 1, effective_from, content, legal_source });
    }
    sets.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(sets)
}

/// The month of a unit as JSON lines; none for a unit that publishes nothing.
pub fn month(unit_id: &str) -> Option<&'static [u8]> {
    FILES.get_file(format!("2023-02/{unit_id}.jsonl")).map(include_dir::File::contents)
}

/// What the report must print.
pub fn expected() -> Result<Expected> {
    serde_json::from_str(text("expected.json")?).context("expected.json")
}

fn text(path: &str) -> Result<&'static str> {
    FILES
        .get_file(path)
        .and_then(|file| file.contents_utf8())
        .with_context(|| format!("the binary carries no {path}"))
}
