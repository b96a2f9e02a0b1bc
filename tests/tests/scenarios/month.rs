//! The reference month, from twenty-five units' files to the published report, recomputed here from the signed facts alone.

use std::{fs, path::Path};

use serde_json::Value;
use socai_tests::{
    demo::{Demo, FROM, TO},
    ledger, socai,
    world::deploy,
};

/// The published figures that events feed, as they stand in the report of quận Thanh Xuân of February 2023. Typed off a second time: an error in
/// `expected.json` must not go through because the demo compares itself with it.
const PUBLISHED: &[(&str, i64, &str)] = &[
    ("NS.01", 1_005_123_000_000, "1.005 tỷ 123 triệu đồng"),
    ("NS.02", 107_944_000_000, "107 tỷ 944 triệu đồng"),
    ("DT.01", 15, "15 công trình, dự án"),
    ("DT.02", 2, "02 báo cáo"),
    ("GP.01", 16, "16 phương án"),
    ("TT.01", 63, "63 trường hợp"),
    ("TT.02", 83_000_000, "83 triệu đồng"),
    ("TT.03", 2, "02 chợ"),
    ("GD.01", 1, "01 hội nghị"),
    ("GD.02", 1, "01 cuộc thi"),
    ("AS.01", 11_854, "11.854 suất quà"),
    ("AS.02", 10_287_000_000, "10 tỷ 287 triệu đồng"),
    ("AS.03", 4, "04 nguồn"),
    ("AS.04", 5, "05 nhóm"),
    ("YT.01", 452, "452 lượt cơ sở"),
    ("YT.02", 19, "19 trường hợp"),
    ("YT.03", 43_750_000, "43,75 triệu đồng"),
    ("YT.04", 0, "không phát sinh"),
    ("YT.06", 2_300, "2.300 lượt người"),
    ("YT.07", 3_000, "3.000 lượt người"),
    ("QS.02", 1, "01 sự kiện"),
    ("QS.03", 68, "68 công dân"),
    ("HC.00", 11, "11 phường"),
    ("CD.00", 6, "06 nhóm"),
    ("CD.02.ct", 3, "03 chương trình"),
    ("CD.02.da", 3, "03 đề án"),
    ("CD.02.kh", 9, "09 kế hoạch"),
    ("CD.03", 3, "03 dự án"),
];

/// Percentages as the report prints them, with a point: of the plan by authority, or of the same period.
const PERCENTAGES: &[(&str, &str, &str)] = &[
    ("NS.01", "/plan_pct/city", "17.6"),
    ("NS.01", "/same_period_pct", "108.61"),
    ("NS.02", "/plan_pct/city", "9.07"),
    ("NS.02", "/plan_pct/council", "9.07"),
    ("NS.02", "/same_period_pct", "103.41"),
    ("YT.06", "/same_period_pct", "100.6"),
    ("YT.07", "/same_period_pct", "352.9"),
    ("QS.03", "/plan_pct/city", "100"),
];

#[test]
fn the_demo_prints_every_published_figure_and_its_own_audit() {
    let demo = Demo::play();
    let printed = demo.said.clone().ok();
    for (indicator, _, text) in PUBLISHED {
        assert!(printed.contains(text), "{indicator}: {text:?} is not in\n{printed}");
    }
    for percent in ["17,6%", "108,61%", "9,07%", "103,41%", "100,6%", "352,9%"] {
        assert!(printed.contains(percent), "{percent} is not in\n{printed}");
    }
    let report = demo.report();
    for (indicator, value, printed) in PUBLISHED {
        let figure = figure(&report, indicator);
        assert_eq!(figure["value"].as_i64(), Some(*value), "{figure}");
        assert_eq!(figure["printed"].as_str(), Some(*printed), "{figure}");
        assert!(figure["events"].is_u64() && is_digest(&figure["digest"]), "{figure}");
    }
    for (indicator, place, percent) in PERCENTAGES {
        let figure = figure(&report, indicator);
        assert_eq!(figure.pointer(place).and_then(Value::as_str), Some(*percent), "{figure}");
    }
    the_project_expects_the_same(&report);
}

/// `deploy/thanh-xuan/expected.json` names every figure of the report, and each is so.
fn the_project_expects_the_same(report: &Value) {
    let expected: Value =
        serde_json::from_str(&fs::read_to_string(deploy().join("expected.json")).unwrap()).unwrap();
    let figures = expected["figures"].as_array().unwrap();
    for wanted in figures {
        let figure = figure(report, wanted["indicator"].as_str().unwrap());
        for field in ["value", "printed", "plan_pct", "same_period_pct"] {
            if let Some(value) = wanted.get(field) {
                assert_eq!(figure.get(field), Some(value), "{figure}");
            }
        }
    }
    for (indicator, ..) in PUBLISHED {
        assert!(
            figures.iter().any(|figure| figure["indicator"] == *indicator),
            "{indicator} is not expected"
        );
    }
}

#[test]
fn every_figure_opens_to_the_signed_facts_and_comes_out_again() {
    let demo = Demo::played();
    let report = demo.report();
    let size = report["as_of"]["size"].as_u64().unwrap();
    let facts: Vec<(ledger::Entry, Value)> = ledger::replay(&demo.district());
    assert_eq!(facts.len() as u64, size, "the figures are as of the whole log");
    for recount in RECOUNTS {
        recount.holds(&report, &facts);
    }
    everything_was_recorded(&demo, &facts);
    nothing_was_rejected(&demo);
}

/// A figure counted again, here, from what `socai replay` prints.
struct Recount {
    indicator: &'static str,
    counts: fn(&Value) -> bool,
    adds: fn(&Value) -> i64,
}

const RECOUNTS: &[Recount] = &[
    Recount {
        indicator: "NS.01",
        counts: |event| {
            event["kind"] == "budget.revenue_posted"
                && in_month(event)
                && event["data"]["fiscal_year"] == 2023
        },
        adds: |event| event["data"]["amount"].as_i64().unwrap(),
    },
    Recount {
        indicator: "NS.02",
        // January still posts expenditure of the year before; the figure is the new year's
        counts: |event| {
            event["kind"] == "budget.expenditure_posted"
                && in_month(event)
                && event["data"]["fiscal_year"] == 2023
        },
        adds: |event| event["data"]["amount"].as_i64().unwrap(),
    },
    Recount {
        indicator: "TT.01",
        counts: |event| {
            let field = &event["data"]["field"];
            event["kind"] == "penalty.decided"
                && in_month(event)
                && (field == "urban_order" || field == "traffic_order")
        },
        adds: |_| 1,
    },
    Recount {
        indicator: "AS.02",
        counts: |event| event["kind"] == "gift.delivered" && event["data"]["occasion"] == "tet-quy-mao-2023",
        adds: |event| event["data"]["amount"].as_i64().unwrap(),
    },
    Recount {
        indicator: "YT.01",
        counts: |event| {
            event["kind"] == "inspection.conducted"
                && in_month(event)
                && event["data"]["field"] == "food_safety"
        },
        adds: |_| 1,
    },
    Recount {
        indicator: "YT.06",
        counts: |event| {
            event["kind"] == "health.visits_reported"
                && in_month(event)
                && event["data"]["kind"] == "curative"
        },
        adds: |event| event["data"]["visits"].as_i64().unwrap(),
    },
    Recount {
        indicator: "YT.04",
        counts: |event| event["kind"] == "incident.reported" && event["data"]["kind"] == "food_poisoning",
        adds: |_| 1,
    },
];

impl Recount {
    /// Value, number of events and digest: BLAKE3 over each event's unit (u32) and number (u64), big-endian, in the order of the log.
    fn holds(&self, report: &Value, facts: &[(ledger::Entry, Value)]) {
        let (mut value, mut events, mut digest) = (0, 0, blake3::Hasher::new());
        for (entry, fact) in facts.iter().filter(|(_, fact)| (self.counts)(&fact["event"])) {
            let (unit, seq) = entry.name.split_once('/').unwrap();
            digest.update(&unit.parse::<u32>().unwrap().to_be_bytes());
            digest.update(&seq.parse::<u64>().unwrap().to_be_bytes());
            value += (self.adds)(&fact["event"]);
            events += 1;
        }
        let figure = figure(report, self.indicator);
        // without events there is a value only when every unit has declared that there were none
        assert_eq!(
            figure["value"].as_i64(),
            (events > 0 || figure["nil"]["proven"] == true).then_some(value),
            "{figure}"
        );
        assert_eq!(figure["events"].as_u64(), Some(events), "{figure}");
        assert_eq!(figure["digest"].as_str(), Some(digest.finalize().to_hex().as_str()), "{figure}");
    }
}

/// Every line of every unit's file is one record of that unit.
fn everything_was_recorded(demo: &Demo, facts: &[(ledger::Entry, Value)]) {
    let mut lines = 0;
    for file in socai_tests::files::all(&deploy().join("2023-02")) {
        let unit = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let count = fs::read_to_string(&file).unwrap().lines().count();
        let recorded = facts.iter().filter(|(_, fact)| fact["event"]["unit"] == unit.as_str()).count();
        assert_eq!(recorded, count, "{unit}");
        lines += count;
    }
    let of_units = facts.iter().filter(|(entry, _)| !entry.name.starts_with("0/")).count();
    assert_eq!(of_units, lines);
    ledger::audit(&demo.district()).ok();
}

/// A second district, folded from the same log by `socai rebuild`, rejects nothing either and has the same digest.
fn nothing_was_rejected(demo: &Demo) {
    let published = demo.district().join("models/published");
    let before = fs::read_to_string(&published).unwrap();
    let said = socai!("rebuild", demo.district()).ok();
    assert!(!said.contains("rejected") || said.contains("0 rejected"), "{said}");
    assert_eq!(fs::read_to_string(&published).unwrap(), before, "a rebuild gives the same state");
}

#[test]
fn asking_again_gives_the_same_bytes_whoever_asks_and_whatever_was_rebuilt() {
    let demo = Demo::played();
    let report = demo.report_text();
    assert_eq!(demo.report_text(), report);
    let size = demo.report()["as_of"]["size"].to_string();
    let as_of =
        socai!("report", demo.district(), "--from", FROM, "--to", TO, "--as-of", size, "--format", "json")
            .ok();
    assert_eq!(as_of, report, "a named size is the same cut-off");
    fs::remove_dir_all(demo.district().join("models")).unwrap();
    assert_eq!(demo.report_text(), report, "a report needs no models");
    socai!("rebuild", demo.district()).ok();
    assert_eq!(demo.report_text(), report);
    let other = demo.path().join("copy");
    socai_tests::files::copy(&demo.district(), &other);
    let copied = socai!("report", other, "--from", FROM, "--to", TO, "--format", "json").ok();
    assert_eq!(copied, report, "a copy of the directory is the same ledger");
}

#[test]
fn an_earlier_cut_off_knows_only_what_was_recorded_by_then() {
    let demo = Demo::played();
    let facts = ledger::replay(&demo.district());
    let half = facts.len() / 2;
    let text = socai!(
        "report",
        demo.district(),
        "--from",
        FROM,
        "--to",
        TO,
        "--as-of",
        half.to_string(),
        "--format",
        "json"
    )
    .ok();
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["as_of"]["size"].as_u64(), Some(half as u64));
    for recount in RECOUNTS {
        recount.holds(&report, &facts[..half]);
    }
    let until = socai!("replay", demo.district(), "--until", half.to_string(), "--format", "jsonl").ok();
    assert_eq!(until.lines().count(), half);
}

#[test]
fn the_demo_goes_on_with_a_directory_it_filled_before_and_refuses_a_foreign_one() {
    let demo = Demo::played();
    let first = demo.report_text();
    socai!("demo", "--exit", "--data", demo.path()).ok();
    assert_eq!(demo.report_text(), first, "a second run seals nothing");
    let foreign = tempfile::tempdir().unwrap();
    fs::write(foreign.path().join("thesis.txt"), "not a district").unwrap();
    socai!("demo", "--exit", "--data", foreign.path()).fails(2, &["not empty"]);
    assert!(Path::new(&foreign.path().join("thesis.txt")).is_file());
}

fn figure<'a>(report: &'a Value, indicator: &str) -> &'a Value {
    let figures = report["figures"].as_array().expect("figures");
    let found = figures.iter().find(|figure| figure["indicator"] == indicator);
    found.unwrap_or_else(|| panic!("{indicator} is not in the report"))
}

fn in_month(event: &Value) -> bool {
    event["occurred_on"].as_str().is_some_and(|day| (FROM..=TO).contains(&day))
}

fn is_digest(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.len() == 64 && text.bytes().all(|digit| digit.is_ascii_hexdigit()))
}
