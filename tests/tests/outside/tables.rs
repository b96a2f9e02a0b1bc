//! DuckDB reads the exported tables: indicators come out of plain SQL, and every file is bound to the tree it was made of.

use std::{collections::BTreeSet, path::Path, process::Command};

use serde_json::Value;
use socai_tests::{
    command,
    demo::{Demo, FROM, TO},
    ledger,
    outside::{or_skip, python, sources},
    socai,
};

#[test]
fn ten_indicators_of_the_month_come_out_of_plain_sql_over_the_parquet_files() {
    let Some(python) = or_skip("DuckDB", python("duckdb.txt", &[])) else { return };
    let demo = Demo::played();
    let out = demo.path().join("parquet");
    socai!("export", demo.district(), "--format", "parquet", "--out", out).ok();
    let mut query = Command::new(python);
    query.arg("-B").arg(sources().join("indicators.py")).arg(&out);
    let told = command::run(
        {
            query.args([FROM, TO, "tet-quy-mao-2023"]);
            query
        },
        None,
    )
    .ok();
    let told: Value = serde_json::from_str(&told).unwrap();
    let report = demo.report();
    let indicators = told["indicators"].as_object().unwrap();
    assert!(indicators.len() >= 10, "{told}");
    for (code, value) in indicators {
        let figure =
            report["figures"].as_array().unwrap().iter().find(|figure| figure["indicator"] == **code);
        assert_eq!(figure.unwrap()["value"], *value, "{code} by SQL");
        assert_eq!(told["figures"][code], *value, "{code} in the table of figures");
    }
    for figure in report["figures"].as_array().unwrap() {
        let code = figure["indicator"].as_str().unwrap();
        assert_eq!(told["figures"][code], figure["value"], "{code} in the table of figures");
    }
    assert_eq!((&told["size"], &told["root"]), (&report["as_of"]["size"], &report["as_of"]["root"]));
    let size = ledger::size(&demo.district().join("log"));
    assert_eq!(told["entries"], serde_json::json!([size, size]));
}

/// The manifest, after every file it names was found with its length and digest, and no other.
fn manifest(out: &Path) -> Value {
    let manifest: Value = serde_json::from_slice(&std::fs::read(out.join("manifest.json")).unwrap()).unwrap();
    let mut named = BTreeSet::from(["manifest.json".to_owned()]);
    for file in manifest["files"].as_array().unwrap() {
        let name = file["name"].as_str().unwrap();
        let bytes = std::fs::read(out.join(name)).unwrap();
        assert_eq!(file["bytes"].as_u64(), Some(bytes.len() as u64), "{name}");
        assert_eq!(file["blake3"], *blake3::hash(&bytes).to_hex().as_str(), "{name}");
        named.insert(name.to_owned());
    }
    let there = socai_tests::files::all(out).into_iter();
    let there: BTreeSet<String> =
        there.map(|path| path.strip_prefix(out).unwrap_or(&path).display().to_string()).collect();
    assert_eq!(there, named);
    manifest
}

#[test]
fn the_same_cut_gives_the_same_files_byte_for_byte_however_its_threads_ran() {
    let demo = Demo::played();
    for format in ["parquet", "csv"] {
        // beside each other, so that the threads of each wait where chance has it
        let manifests: Vec<Value> = std::thread::scope(|scope| {
            let export = |run: usize| {
                let out = demo.path().join(format!("{format}-run-{run}"));
                socai!("export", demo.district(), "--format", format, "--out", out).ok();
                manifest(&out)
            };
            let runs: Vec<_> = (0..3).map(|run| scope.spawn(move || export(run))).collect();
            runs.into_iter().map(|run| run.join().unwrap()).collect()
        });
        assert!(manifests[0]["files"].as_array().unwrap().len() > 50, "{}", manifests[0]);
        assert!(manifests.iter().all(|manifest| *manifest == manifests[0]), "{format}");
    }
}

#[test]
fn csv_has_the_same_rows_and_says_of_which_tree_and_a_cut_off_knows_no_later_ones() {
    let demo = Demo::played();
    let facts = ledger::replay(&demo.district());
    for cut in [facts.len(), 700] {
        let out = demo.path().join(format!("csv-{cut}"));
        socai!("export", demo.district(), "--format", "csv", "--out", out, "--as-of", cut.to_string()).ok();
        let manifest = manifest(&out);
        assert_eq!(manifest["size"].as_u64(), Some(cut as u64));
        let lines = |table: &str| -> u64 {
            let of_table = |file: &&Value| file["name"].as_str().unwrap().starts_with(&format!("{table}/"));
            let files = manifest["files"].as_array().unwrap().iter().filter(of_table);
            files.map(|file| file["lines"].as_u64().unwrap()).sum()
        };
        assert_eq!(lines("entries"), cut as u64);
        let of_kind =
            |kind: &str| facts[..cut].iter().filter(|(_, fact)| fact["event"]["kind"] == kind).count();
        for kind in ["penalty.decided", "gift.delivered", "unit.registered"] {
            assert_eq!(lines(&format!("facts/{kind}")), of_kind(kind) as u64, "{kind} at {cut}");
        }
        // a key is one case within its family of kinds
        let case = |fact: &Value| {
            let kind = socai_proto::kind(fact["event"]["kind"].as_str()?)?;
            let family = if kind.case_family.is_empty() { kind.name } else { kind.case_family };
            Some((family, fact["event"]["case"].as_str()?.to_owned()))
        };
        let cases: BTreeSet<_> = facts[..cut].iter().filter_map(|(_, fact)| case(fact)).collect();
        assert_eq!(lines("cases"), cases.len() as u64, "at {cut}");
    }
}

#[test]
fn for_readers_outside_there_are_figures_only_and_small_ones_are_blank() {
    let demo = Demo::played();
    let out = demo.path().join("outside");
    socai!("export", demo.district(), "--format", "csv", "--out", out, "--min-cell", "6").ok();
    let manifest = manifest(&out);
    let names = manifest["files"].as_array().unwrap().iter().map(|file| file["name"].as_str().unwrap());
    assert!(names.clone().count() > 0 && names.clone().all(|name| name.starts_with("figures/")));
    let mut blank = 0;
    for name in names {
        let text = std::fs::read_to_string(out.join(name)).unwrap();
        let head: Vec<&str> = text.lines().next().unwrap().split(',').collect();
        let from_the_end = |name: &str| head.len() - head.iter().position(|of| *of == name).unwrap();
        for line in text.lines().skip(1) {
            // labels may hold commas, but they come before these columns
            let cells: Vec<&str> = line.split(',').collect();
            let cell = |name: &str| cells[cells.len() - from_the_end(name)];
            let is_blank = cell("suppressed") == "true";
            blank += u32::from(is_blank);
            assert_eq!(is_blank, cell("events").is_empty(), "{line}");
            if is_blank {
                assert_eq!((cell("value"), cell("digest")), ("", ""), "{line}");
            } else {
                assert!(!(1..6).contains(&cell("events").parse::<u64>().unwrap()), "{line}");
            }
        }
    }
    assert!(blank > 20, "{blank}");
}

#[test]
fn an_export_is_not_mixed_with_another_and_formats_without_figures_suppress_nothing() {
    let demo = Demo::played();
    let out = demo.path().join("mixed");
    socai!("export", demo.district(), "--format", "csv", "--out", out).ok();
    socai!("export", demo.district(), "--format", "parquet", "--out", out).fails(2, &["not empty", "mixed"]);
    let other = demo.path().join("other");
    socai!("export", demo.district(), "--format", "jsonl", "--out", other, "--min-cell", "5")
        .fails(2, &["--min-cell"]);
    socai!("export", demo.district(), "--format", "parquet", "--out", other, "--as-of", "9999999")
        .fails(2, &["--as-of", "9999999"]);
}
