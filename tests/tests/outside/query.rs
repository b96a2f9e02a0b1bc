//! `socai query` with the real engine: answers at cut-offs, errors in words, nothing but the tables within reach.

use std::{fs, path::Path, process::Command};

use serde_json::Value;
use socai_tests::{
    command::{self, Said},
    demo::Demo,
    ledger,
    outside::{kept, or_skip},
    program::socai,
};

/// A question; the engine and its tables are kept below the target directory.
fn ask(ledger: &Path, more: &[&str]) -> Said {
    let mut query = Command::new(socai());
    query.arg("query").arg(ledger).args(more).args(["--lang", "en"]);
    query.env("XDG_CACHE_HOME", kept().join("query"));
    command::run(query, None)
}

fn rows(ledger: &Path, more: &[&str]) -> Value {
    let answer = ask(ledger, &[more, &["--format", "json"]].concat()).ok();
    serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error}: {answer}"))
}

/// A played month, if there is an engine to ask it with.
fn demo() -> Option<Demo> {
    let demo = Demo::played();
    let first = ask(&demo.district(), &["select 1"]);
    let is_missing = first.err.contains("need DuckDB");
    or_skip("DuckDB's command line", if is_missing { Err(first.err) } else { Ok(()) })?;
    Some(demo)
}

#[test]
fn a_question_in_sql_gives_what_the_report_prints_at_any_cut_off() {
    let Some(demo) = demo() else { return };
    let district = demo.district();
    let sql = "select count(*) n, sum(data.total)::bigint total from penalty_decided \
               where counts and data.field in ('urban_order', 'traffic_order')";
    let report = demo.report();
    let value = |code: &str| {
        let figures = report["figures"].as_array().unwrap();
        figures.iter().find(|figure| figure["indicator"] == code).unwrap()["value"].clone()
    };
    let answer = rows(&district, &[sql]);
    assert_eq!((&answer[0]["n"], &answer[0]["total"]), (&value("TT.01"), &value("TT.02")));
    assert_eq!(ask(&district, &[sql, "--format", "csv"]).ok(), "n,total\n63,83000000\n");
    assert!(ask(&district, &[sql]).ok().contains("| 63 | 83000000 |"));

    let size = ledger::size(&district.join("log"));
    for cut in [1, 700, size] {
        let entries = rows(
            &district,
            &["select count(*) n, max(leaf) newest from entries", "--as-of", &cut.to_string()],
        );
        assert_eq!((entries[0]["n"].as_u64(), entries[0]["newest"].as_u64()), (Some(cut), Some(cut - 1)));
    }
    // what nobody has recorded is an empty table, with its columns
    let none = ask(
        &district,
        &["select count(data.amount) n from budget_revenue_posted", "--as-of", "30", "--format", "csv"],
    );
    assert_eq!(none.ok(), "n\n0\n");
}

#[test]
fn a_second_question_at_a_cut_off_exports_nothing() {
    let Some(demo) = demo() else { return };
    let tables = kept().join("query/socai/tables");
    let manifests = || -> Vec<_> {
        let dirs = fs::read_dir(&tables).unwrap().map(|entry| entry.unwrap().path().join("manifest.json"));
        dirs.filter_map(|file| Some((file.clone(), fs::metadata(&file).ok()?.modified().ok()?))).collect()
    };
    ask(&demo.district(), &["select 1", "--as-of", "900"]).ok();
    let root = socai_tests::socai!(
        "export",
        demo.district(),
        "--format",
        "jsonl",
        "--as-of",
        "900",
        "--out",
        demo.path().join("at")
    );
    root.ok();
    let manifest: Value =
        serde_json::from_slice(&fs::read(demo.path().join("at/manifest.json")).unwrap()).unwrap();
    let root = &manifest["root"].as_str().unwrap()[..16];
    let of_root = || {
        manifests()
            .into_iter()
            .filter(|(file, _)| file.display().to_string().contains(root))
            .collect::<Vec<_>>()
    };
    let before = of_root();
    assert_eq!(before.len(), 1, "one export for the cut-off");
    ask(&demo.district(), &["select count(*) from cases", "--as-of", "900"]).ok();
    assert_eq!(of_root(), before);
}

#[test]
fn a_bit_that_flips_in_a_cached_table_changes_no_answer() {
    let Some(demo) = demo() else { return };
    let cache = demo.path().join("cache");
    let engine = fs::read_dir(kept().join("query/socai")).unwrap();
    let engine = engine.map(|entry| entry.unwrap().path().join("duckdb")).find(|file| file.is_file());
    let sum = || {
        let mut query = Command::new(socai());
        query.arg("query").arg(demo.district()).args(["--format", "csv", "--lang", "en"]);
        query.arg("select sum(data.total)::bigint s from penalty_decided").env("XDG_CACHE_HOME", &cache);
        query.envs(engine.iter().map(|engine| ("SOCAI_DUCKDB", engine)));
        command::run(query, None)
    };
    let first = sum().ok();
    let tables = fs::read_dir(cache.join("socai/tables")).unwrap().next().unwrap().unwrap().path();
    let months = fs::read_dir(tables.join("facts/penalty.decided")).unwrap();
    for month in months {
        for file in fs::read_dir(month.unwrap().path()).unwrap() {
            let file = file.unwrap().path();
            let mut bytes = fs::read(&file).unwrap();
            let middle = bytes.len() / 3;
            bytes[middle] ^= 1;
            fs::write(&file, bytes).unwrap();
        }
    }
    let again = sum();
    assert!(again.err.contains("not as it was written"), "{again}");
    assert_eq!(again.ok(), first);
    assert_eq!(sum().err, "", "made anew once");
}

#[test]
fn cases_say_where_they_stand_and_since_when() {
    let Some(demo) = demo() else { return };
    let district = demo.district();
    let sql =
        "select \"case\", state, since, first_on, family from cases where family = 'violation' order by all";
    let cases = rows(&district, &[sql]);
    let cases = cases.as_array().unwrap();
    assert!(cases.len() > 50);
    for case in cases {
        let (state, since) = (case["state"].as_str().unwrap(), case["since"].as_str().unwrap());
        assert!(since >= case["first_on"].as_str().unwrap(), "{case}");
        assert!(["paid", "recorded", "decided", "overdue", "lapsed"].contains(&state), "{case}");
    }
    // the command about one case says the same, on the day the ledger ends with
    let paid: Vec<_> = cases.iter().filter(|case| case["state"] == "paid").take(3).collect();
    assert_eq!(paid.len(), 3);
    for case in paid {
        let told = socai_tests::socai!("case", district, case["case"].as_str().unwrap()).ok();
        assert!(told.lines().next().unwrap().ends_with(": paid"), "{told}");
    }
    // kinds without a lifecycle stand nowhere
    let nowhere =
        rows(&district, &["select count(*) n from cases where state is null and since is not null"]);
    assert_eq!(nowhere[0]["n"], 0);
}

#[test]
fn a_wrong_question_is_answered_in_words_and_no_other_file_is_read_or_written() {
    let Some(demo) = demo() else { return };
    let district = demo.district();
    let secret = demo.path().join("secret.csv");
    fs::write(&secret, "a\n1\n").unwrap();
    let target = demo.path().join("out.csv");
    for (sql, words) in [
        ("selec 1".to_owned(), "\"selec 1\" is no question"),
        ("select 1 from from".to_owned(), "syntax error"),
        ("select * from penalty_decidd".to_owned(), "did you mean penalty_decided?"),
        ("select no_such_column from entries".to_owned(), "no_such_column"),
        (format!("select * from read_csv('{}')", secret.display()), "disabled by configuration"),
        (format!("copy (select 1) to '{}'", target.display()), "no question"),
        (".shell echo hidden".to_owned(), "no question"),
        ("select 1; select 2".to_owned(), "none of them was run"),
        (format!("attach '{}'", target.display()), "no question"),
        ("load httpfs".to_owned(), "no question"),
        (String::new(), "empty"),
    ] {
        let said = ask(&district, &[&sql]);
        assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{sql}");
        assert!(said.err.contains(words), "{sql}: {}", said.err);
    }
    assert!(!target.exists());
    for sql in [
        "show tables",
        "describe",
        "explain analyze select count(*) from entries",
        "pivot entries on standing",
    ] {
        let said = ask(&district, &[sql]).ok();
        assert!(
            !said.is_empty() && (sql != "show tables" || said.contains("penalty_decided")),
            "{sql}: {said}"
        );
    }
    let slow =
        ask(&district, &["select count(*) from range(100000000) a, range(100000) b", "--within", "300ms"]);
    assert!(slow.err.contains("took longer"), "{}", slow.err);
    let unknown = ask(&district, &["--list", "penalty_decidet"]);
    assert!(unknown.err.contains("did you mean penalty_decided?"), "{}", unknown.err);
}

#[test]
fn an_answer_in_sql_that_was_saved_is_asked_again_of_tables_made_anew() {
    let Some(demo) = demo() else { return };
    let (district, file) = (demo.district(), demo.path().join("saved.json"));
    let name = file.to_str().unwrap();
    let sql = "select kind, count(*) n from entries group by all order by kind";
    let answer = ask(&district, &[sql, "--as-of", "1000", "--format", "csv", "--save", name]).ok();
    let saved: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    assert_eq!((&saved["result"], &saved["as_of"]["size"]), (&Value::from(answer), &Value::from(1_000)));
    let check = |code| {
        let mut check = Command::new(socai());
        check.args(["audit", "check"]).arg(&file).arg(&district).args(["--lang", "en"]);
        check.env("XDG_CACHE_HOME", kept().join("query"));
        let said = command::run(check, None);
        assert_eq!(said.code, Some(code), "{}{}", said.out, said.err);
        said.out
    };
    assert!(check(0).starts_with("EQUAL: query at 1000 entries"));
    let changed = fs::read_to_string(&file).unwrap().replace("order by kind", "order by kind desc");
    fs::write(&file, changed).unwrap();
    assert!(check(1).contains("answers otherwise, from line 2 on"));
    // what is another answer every time cannot be asked again
    fs::remove_file(&file).unwrap();
    let said = ask(&district, &["select random() r", "--save", name]);
    assert!(said.code == Some(2) && said.err.contains("asked twice it gives two answers"), "{}", said.err);
    assert!(!file.exists());
}

#[test]
fn without_an_engine_and_a_network_it_says_what_to_install() {
    let demo = Demo::played();
    let empty = demo.path().join("empty");
    fs::create_dir(&empty).unwrap();
    let mut query = Command::new(socai());
    query.arg("query").arg(demo.district()).args(["select 1", "--lang", "en"]);
    query.env("XDG_CACHE_HOME", &empty).env("PATH", &empty).env_remove("SOCAI_DUCKDB");
    let said = command::run(query, None);
    assert_eq!(said.code, Some(2));
    for words in ["need DuckDB", "pip install duckdb-cli", "SOCAI_DUCKDB", "Tried:"] {
        assert!(said.err.contains(words), "{words}: {}", said.err);
    }
    assert!(!empty.join("socai/tables").exists(), "nothing is exported for an engine that is not there");
    // what needs no engine works
    assert!(socai_tests::socai!("query", demo.district(), "--list").ok().contains("penalty_decided"));
}
