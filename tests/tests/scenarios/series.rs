//! Series of the reference month: what they print is what the report prints.

use serde_json::Value;
use socai_tests::{
    demo::{Demo, FROM, TO},
    socai,
    world::World,
};

#[test]
fn the_last_point_of_every_series_is_the_figure_of_the_report_and_parts_add_up_to_it() {
    let demo = Demo::played();
    let (district, report) = (demo.district(), demo.report());
    for (indicator, value) in [("NS.01", 1_005_123_000_000_i64), ("NS.02", 107_944_000_000)] {
        let series =
            socai!("series", district, indicator, "--from", FROM, "--to", TO, "--format", "json").json();
        let last = series["points"].as_array().unwrap().last().unwrap();
        let figure =
            report["figures"].as_array().unwrap().iter().find(|figure| figure["indicator"] == indicator);
        let figure = figure.unwrap();
        assert_eq!((last["value"].as_i64(), figure["value"].as_i64()), (Some(value), Some(value)));
        assert_eq!(last["plan"]["city"]["pct"], figure["plan_pct"]["city"], "{indicator}");
        assert_eq!(last["same_period"]["pct"], figure["same_period_pct"], "{indicator}");
        assert_eq!(series["as_of"], report["as_of"]);
        for by in ["unit", "slice"] {
            let parts = socai!(
                "series", district, indicator, "--by", by, "--from", FROM, "--to", TO, "--format", "json"
            );
            let parts = parts.json();
            let values =
                parts["points"].as_array().unwrap().iter().filter_map(|point| point["value"].as_i64());
            assert_eq!(values.sum::<i64>(), value, "{indicator} by {by}");
        }
    }
    let months = socai!("series", district, "TT.02", "--from", FROM, "--to", TO, "--format", "json").json();
    let of = |points: &Value| -> i64 {
        points["points"].as_array().unwrap().iter().filter_map(|point| point["value"].as_i64()).sum()
    };
    assert_eq!(of(&months), 83_000_000, "months of a figure of the period add up to it");
    let file = demo.path().join("ns.svg");
    let said =
        socai!("series", district, "NS.01", "--from", FROM, "--to", TO, "--format", "svg", "--out", file);
    assert_eq!(said.ok(), "");
    assert!(std::fs::read_to_string(file).unwrap().contains("<desc id=\"desc\">"));
    let earlier =
        socai!("series", district, "NS.01", "--from", FROM, "--to", TO, "--as-of", "40", "--format", "json");
    assert_eq!(earlier.json()["points"][0]["value"], Value::Null, "nothing was known then");
}

#[test]
fn a_series_that_cannot_be_is_refused_with_what_was_probably_meant() {
    let demo = Demo::played();
    let refused = |indicator: &str, flags: &[&str], words: &[&str]| {
        let mut command = socai_tests::command::command(&[&"series", &demo.district(), &indicator]);
        command.args(flags);
        socai_tests::command::run(command, None).fails(2, words);
    };
    let (month, span) = (["--from", "2023-01", "--to", "2023-03"], ["--from", FROM, "--to", TO]);
    refused("ns.1", &month, &["ns.1", "NS.01?"]);
    refused("AS.01", &month, &["AS.01", "by unit or slice"]);
    refused("NS.01", &["--from", "2023-13", "--to", "2023-14"], &["2023-13", "cal:2023-01"]);
    refused("NS.01", &["--from", "2023-03", "--to", "2023-01"], &["is after"]);
    refused("NS.01", &[&span[..], &["--unit", "hn.tx.ha-din.1"]].concat(), &["hn.tx.ha-dinh.1?"]);
    refused("NS.01", &[&span[..], &["--by", "slice", "--axis", "colour"]].concat(), &["colour", "category"]);
    refused("NS.01", &[&span[..], &["--as-of", "9999999"]].concat(), &["--as-of", "9999999"]);
    refused("AS.01", &[&span[..], &["--by", "unit", "--occasion", "x"]].concat(), &["tet-quy-mao-2023"]);
}

#[test]
fn one_ledger_beside_another_shows_what_both_know_and_compares_what_both_define_alike() {
    let demo = Demo::played();
    let other = World::found(0);
    let (district, period) = (demo.district(), format!("{FROM}..{TO}"));
    let beside = |with: &std::path::Path| {
        socai!("diff", district, "--with", with, "--period", period, "--format", "json").json()
    };
    let of = |said: &Value, code: &str| {
        let figures = said["figures"].as_array().unwrap().iter();
        figures.clone().find(|figure| figure["indicator"] == code).cloned().unwrap()
    };
    let same = beside(&district);
    let fines = of(&same, "TT.02");
    assert_eq!(
        (&fines["a"], &fines["b"], &fines["pct"]),
        (&83_000_000.into(), &83_000_000.into(), &"100".into())
    );
    assert_eq!(same["a"], same["b"]);
    let empty = beside(&other.district_dir());
    let fines = of(&empty, "TT.02");
    assert_eq!((&fines["a"], &fines["b"], &fines["pct"]), (&83_000_000.into(), &Value::Null, &Value::Null));
    assert_ne!(empty["a"]["root"], empty["b"]["root"]);
    let text = socai!("diff", district, "--with", other.district_dir(), "--period", period).ok();
    assert!(text.contains("TT.02") && text.contains("83,000,000"), "{text}");
    socai!("diff", district, "--with", district).fails(2, &["--period"]);
    socai!("diff", district, "--with", district, "--period", period, "--to", "40")
        .fails(2, &["--to 40", "a time"]);
    socai!("diff", district, "--with", "/nowhere", "--period", period).fails(2, &["/nowhere"]);
    socai!("diff", district).fails(2, &["--from"]);
}
