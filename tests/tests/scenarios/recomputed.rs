//! Every figure of a simulated district, recomputed by a program that shares no code with socai.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::{Value, json};
use socai_tests::{command, outside, socai};

const RECOMPUTE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/recompute/recompute.py");

/// Months, a quarter, the year so far, fiscal years, the calendar, an occasion, and days as written.
const PERIODS: [&str; 10] = [
    "2023-01",
    "2023-02",
    "2023-03",
    "2023-04",
    "2023-Q1",
    "2023",
    "fy2023",
    "fy2022",
    "cal:2023-03",
    "tet-quy-mao-2023",
];

/// A Python new enough to recompute with; `python3` itself, for the recomputation needs nothing that is installed.
fn python() -> Result<(), String> {
    let code = "import sys, tomllib; sys.exit(sys.version_info < (3, 11))";
    match Command::new("python3").args(["-c", code]).stderr(Stdio::null()).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err("this python3 is older than 3.11".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn recomputed(events: &Path, questions: &[Value]) -> Vec<Value> {
    let asked = events.with_file_name("questions.json");
    fs::write(&asked, Value::from(questions).to_string()).unwrap();
    let mut python = Command::new("python3");
    python.arg(RECOMPUTE).args([events, &asked]).env("PYTHONDONTWRITEBYTECODE", "1");
    let said = command::run(python, None);
    assert_eq!(said.code, Some(0), "{said}");
    said.json().as_array().unwrap().clone()
}

/// Parts along axes in one order, without their labels.
fn slices(figure: &Value) -> Vec<Value> {
    let part = |slice: &Value| json!([slice["axis"], slice["key"], slice["value"], slice["same_period_pct"]]);
    let mut slices: Vec<Value> = figure["slices"].as_array().into_iter().flatten().map(part).collect();
    slices.sort_by_key(ToString::to_string);
    slices
}

/// The parts of a figure that are recomputed; names of units in one order.
fn parts(figure: &Value) -> Value {
    let mut nil = figure["nil"].clone();
    if let Some(missing) = nil.get_mut("missing").and_then(Value::as_array_mut) {
        missing.sort_by_key(ToString::to_string);
    }
    json!({
        "indicator": figure["indicator"], "value": figure["value"], "events": figure["events"], "nil": nil,
        "numerator": figure["numerator"], "denominator": figure["denominator"],
        "plan_pct": figure["plan_pct"], "same_period_pct": figure["same_period_pct"], "lunar_pct": figure["lunar_pct"],
        "slices": slices(figure), "unallocated": figure["unallocated"],
        "units": figure["units"].as_object().cloned().unwrap_or_default(),
    })
}

/// What the program reports, for a period at a cut-off, and the question for the other one.
fn reported(ledger: &Path, period: &str, as_of: Option<&str>) -> (Value, Vec<Value>) {
    let said = match as_of {
        Some(cut) => socai!("report", ledger, "--period", period, "--as-of", cut, "--format", "json"),
        None => socai!("report", ledger, "--period", period, "--format", "json"),
    };
    let sheet: Value = serde_json::from_str(&said.ok()).unwrap();
    let figures = sheet["figures"].as_array().unwrap().iter().map(parts).collect();
    (json!({"period": period, "size": sheet["as_of"]["size"]}), figures)
}

fn counted(events: &str, what: &str) -> usize {
    events.lines().filter(|line| line.contains(what)).count()
}

#[test]
fn every_figure_of_a_simulated_district_is_what_an_independent_program_makes_of_its_facts() {
    let Some(()) = outside::or_skip("python3 3.11 or later, to recompute the figures,", python()) else {
        return;
    };
    let place = tempfile::tempdir().unwrap();
    let (year, export) = (place.path().join("year"), place.path().join("export"));
    socai!("simulate", "--days", "110", "--events-per-day", "112", "--seed", "3", "--out", year).ok();
    let ledger = year.join("district");
    socai!("export", ledger, "--format", "jsonl", "--out", export).ok();
    let policy = ledger.join("policy");
    socai!("audit", "verify", ledger, "--policy", policy).ok();

    let file = export.join("events.jsonl");
    let events = fs::read_to_string(&file).unwrap();
    let manifest: Value =
        serde_json::from_str(&fs::read_to_string(export.join("manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["size"], events.lines().count());
    assert_eq!(manifest["files"][0]["blake3"], blake3::hash(events.as_bytes()).to_hex().as_str());
    for (what, at_least) in [
        ("\"kind\":\"event.corrected\"", 60),
        ("\"kind\":\"event.voided\"", 40),
        ("\"answer\":\"confirmed\"", 20),
        ("\"answer\":\"refused\"", 2),
        ("\"kind\":\"period.closed\"", 60),
        ("\"kind\":\"unit.succeeded\"", 1),
        ("\"rejected\":[", 4),
    ] {
        assert!(counted(&events, what) >= at_least, "{what}: {} of {at_least}", counted(&events, what));
    }

    let middle = (events.lines().count() / 2).to_string();
    let earlier = ["2023-02", "2023-03", "fy2023", "tet-quy-mao-2023"]
        .iter()
        .flat_map(|period| [(*period, Some(middle.as_str())), (*period, Some("2023-03-16T12:00:00+07:00"))]);
    let asked = PERIODS.map(|period| (period, None)).into_iter().chain(earlier);
    let asked = asked.map(|(period, cut)| reported(&ledger, period, cut));
    let (questions, reports): (Vec<_>, Vec<_>) = asked.unzip();
    let answers = recomputed(&file, &questions);
    let mut known = 0;
    for ((question, report), answer) in questions.iter().zip(&reports).zip(&answers) {
        let answer: Vec<Value> = answer.as_array().unwrap().iter().map(parts).collect();
        assert_eq!(report.len(), answer.len(), "{question}");
        for (reported, recomputed) in report.iter().zip(&answer) {
            assert_eq!(reported, recomputed, "{question}: reported, and recomputed");
        }
        known += report.iter().filter(|figure| !figure["value"].is_null()).count();
    }
    assert!(known > 700, "only {known} figures were known");
    let figures = reports.iter().flatten();
    let once = |indicator: &str| {
        figures.clone().any(|f| f["indicator"] == indicator && f["value"].as_i64() > Some(0))
    };
    // sum, count, items, distinct, units; of a year, of an occasion; stock, latest, as of a day, ratio
    for indicator in [
        "NS.01",
        "TT.01",
        "DT.01",
        "YT.01b",
        "GP.01",
        "HC.00",
        "QS.03",
        "AS.01",
        "AS.03",
        "NS.05",
        "NO.01",
        "YT.08.dt",
        "TT.05.ra",
        "TT.05.th",
        "MC.01.truoc",
        "MC.02",
        "TD.03.dung",
        "CD.01",
    ] {
        assert!(once(indicator), "{indicator} is nowhere more than zero");
    }
    let by = |of: &str| {
        let count = |figure: &Value| {
            figure[of].as_array().map_or(0, Vec::len) + figure[of].as_object().map_or(0, |of| of.len())
        };
        reports.iter().flatten().map(count).sum::<usize>()
    };
    let all = || reports.iter().flatten();
    let lunar = all().filter(|figure| !figure["lunar_pct"].is_null()).count();
    let programmes = all().filter(|figure| !figure["plan_pct"]["programme"].is_null()).count();
    assert!(lunar > 20 && programmes > 10, "{lunar} by the moon, {programmes} of programmes");
    assert!(by("slices") > 1_000 && by("units") > 3_000, "{} slices, {} units", by("slices"), by("units"));
    one_dong_more_is_found(&events, &file, &questions[0], &reports[0]);
}

/// The comparison itself works: a fact that says one đồng more makes another figure.
fn one_dong_more_is_found(events: &str, file: &Path, question: &Value, report: &[Value]) {
    let mut lines: Vec<Value> = events.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let posted = |line: &&mut Value| {
        line["event"]["kind"] == "budget.revenue_posted" && line["event"]["data"]["fiscal_year"] == 2023
    };
    let line = lines.iter_mut().find(posted).unwrap();
    let more = line["event"]["data"]["amount"].as_i64().unwrap() + 1;
    line["event"]["data"]["amount"] = more.into();
    let changed: String = lines.iter().map(|line| format!("{line}\n")).collect();
    fs::write(file, changed).unwrap();
    let answer = &recomputed(file, std::slice::from_ref(question))[0][0];
    assert_eq!(answer["indicator"], "NS.01");
    assert_eq!(answer["value"].as_i64().unwrap(), report[0]["value"].as_i64().unwrap() + 1);
}
