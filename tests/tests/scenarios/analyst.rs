//! What an analyst meets who makes mistakes: words that say what was wrong, flags that are not passed over, files that are whole or not there.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;
use socai_tests::{
    command::{self, Said},
    demo::Demo,
    files, ledger,
    program::socai,
    socai, wait,
};

/// A command whose files may have so many blocks.
fn limited(blocks: u32, args: &[&str]) -> Said {
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("ulimit -f {blocks}; exec \"$@\"")).arg("sh").arg(socai());
    command.args(args).args(["--lang", "en"]);
    command::run(command, None)
}

fn names(dir: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(dir) else { return Vec::new() };
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn what_cannot_be_answered_says_what_was_wrong_and_what_was_probably_meant() {
    let demo = Demo::played();
    let district = demo.district();
    let ledger = district.to_str().unwrap();
    let size = ledger::size(&district.join("log"));
    let too_late = format!("--from 2030-01-01 ({size} entries) comes after --to 900");
    let too_late = [too_late.as_str()];
    let no_case = format!("--case: in {size} entries no fact belongs to case \"nope\"");
    let no_case = [no_case.as_str()];
    let decomposed = "ha\u{300}-\u{111}i\u{300}nh";
    let months = ["--from", "2023-01", "--to", "2023-02"];
    let series = |more: &[&'static str]| [&["series", "LEDGER"][..], more, &months].concat();
    let period = |more: &[&'static str]| [&["report", "LEDGER", "--period", "2023-02"][..], more].concat();
    let asked: Vec<(Vec<&str>, &[&str])> = vec![
        (vec!["report", "LEDGER", "--as-reported", ""], &["the number is empty"]),
        (vec!["report", "LEDGER", "--as-reported", "7/BC"], &["no report of this ledger was issued yet"]),
        (period(&["--as-of", "2023-2-3"]), &["\"2023-2-3\": a day is written year-month-day"]),
        (period(&["--as-of", "31/02/2023"]), &["a day is written year-month-day"]),
        (period(&["--as-of", "2023-02-31"]), &["there is no such day"]),
        (period(&["--as-of", "20230203"]), &["beyond the log", "a day is written 2023-02-03"]),
        (vec!["report", "LEDGER", "--from", "2023-03-01", "--to", "2023-02-01"], &["is after"]),
        (
            vec!["report", "LEDGER", "--period", "2023-02-08..2023-01-01"],
            &["--period", "ends before it begins"],
        ),
        (
            vec!["replay", "LEDGER", "--until", "0001-01-01"],
            &["--until: cut-off \"0001-01-01\": before 1970"],
        ),
        (vec!["diff", "LEDGER", "--from", "2030-01-01", "--to", "900"], &too_late),
        (series(&["TT.99"]), &["no indicator \"TT.99\"", "group TT has TT.01 TT.02"]),
        (series(&["XX"]), &["groups, such as NS.01: NS "]),
        (series(&["GP.01", "--by", "slice"]), &["GP.01 has no slices"]),
        (
            series(&["NS.01", "--by", "slice", "--axis", "colour"]),
            &["not divided by `colour`; it is by category"],
        ),
        (series(&["NS.01", "--axis", "category"]), &["--axis goes with --by slice"]),
        (series(&["NS.01", "--by", "unit", "--unit", "3"]), &["--unit goes with --by month"]),
        (series(&["NS.01", "--units", "mapped"]), &["--units mapped goes with --by unit"]),
        (
            series(&["NS.01", "--unit", decomposed]),
            &["no unit \"ha\u{300}-\u{111}i\u{300}nh\" is registered", "by its number or id"],
        ),
        (
            vec!["series", "LEDGER", "NS.01", "--from", "2023-02-31", "--to", "2023-03-01"],
            &["there is no such day"],
        ),
        (vec!["replay", "LEDGER", "--unit", "011"], &["did you mean 11 or hn.tx.kim-giang.1?"]),
        (vec!["audit", "findings", "LEDGER", "--unit", "011"], &["did you mean 11 or hn.tx.kim-giang.1?"]),
        (vec!["replay", "LEDGER", "--case", "nope"], &no_case),
        (vec!["replay", "LEDGER", "--case", "xp-kim-giamg-2023-7"], &["(xp-kim-giang-2023-7?)"]),
        (vec!["replay", "LEDGER", "--case", ""], &["the name of a case is empty"]),
        (vec!["query", "LEDGER", "select 1; select 2"], &["2 statements", "none of them was run"]),
        (vec!["query", "LEDGER", "copy (select 1) to 'x'"], &["\"copy select\" is no question"]),
    ];
    for (mut args, words) in asked {
        args.iter_mut().filter(|arg| **arg == "LEDGER").for_each(|arg| *arg = ledger);
        let mut asked = Command::new(socai());
        asked.args(&args).args(["--lang", "en"]);
        let said = command::run(asked, None).fails(2, words);
        assert!(!said.err.contains("\\u{"), "letters are letters: {said}");
    }
    socai!("case", district, "kim-giang-2023-7")
        .fails(1, &["no fact belongs to case", "xp-kim-giang-2023-7?"]);
    // others are printed, and the slip is told
    let said = socai!("replay", district, "--case", "xp-kim-giang-2023-7", "--case", "nope");
    assert!(
        said.code == Some(2) && said.out.contains("penalty.decided") && said.err.contains("\"nope\""),
        "{said}"
    );
    // a case that is there, without a fact of this kind, is none
    socai!("replay", district, "--case", "xp-kim-giang-2023-7", "--kind", "gift.delivered").ok();
    let future = socai!("report", district, "--period", "2023-02", "--as-of", "2099-01-01");
    assert!(future.code == Some(0) && future.err.contains("lies in the future"), "{future}");
    let nobody = socai!("units", district, "--on", "2030-01-01").ok();
    let words = nobody.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("0 units") && words.contains("ask with --on 2"), "{nobody}");
}

#[test]
fn an_issued_report_is_asked_for_by_its_number_or_by_its_period_and_both_must_agree() {
    let demo = Demo::played();
    let district = demo.district();
    socai!(
        "report",
        "issue",
        district,
        "--no",
        "45/BC-UBND",
        "--period",
        "2023-02",
        "--out",
        demo.path().join("r")
    )
    .ok();
    let by_number = socai!("report", district, "--as-reported", "45/BC-UBND").ok();
    assert_eq!(socai!("report", district, "--as-reported", "--period", "2023-02").ok(), by_number);
    assert_eq!(
        socai!("report", district, "--as-reported", "45/BC-UBND", "--period", "2023-02").ok(),
        by_number
    );
    for (flag, value) in [("--period", "2023-01"), ("--occasion", "tet-quy-mao-2023")] {
        socai!("report", district, "--as-reported", "45/BC-UBND", flag, value)
            .fails(2, &["45/BC-UBND (2023-01-01 – 2023-02-08) is not about"]);
    }
    socai!("report", district, "--as-reported", "46/BC-UBND")
        .fails(2, &["no report \"46/BC-UBND\"", "45/BC-UBND ("]);
    socai!("report", district, "--as-reported", "--period", "2023-01")
        .fails(2, &["about just these days", "45/BC-UBND ("]);
}

#[test]
fn a_disk_that_is_full_leaves_no_half_of_a_file_under_its_name() {
    let demo = Demo::played();
    let (district, dir) = (demo.district(), demo.path().join("full"));
    fs::create_dir(&dir).unwrap();
    let (ledger, dir) = (district.to_str().unwrap(), dir.as_path());
    let at = |name: &str| dir.join(name).to_str().unwrap().to_owned();
    let report = ["report", ledger, "--period", "2023-02", "--format", "html", "--out"];
    limited(20, &[&report[..], &[&at("r.html")]].concat()).fails(2, &["r.html", "File too large"]);
    let series = ["series", ledger, "NS.01", "--from", "2023-01", "--to", "2023-02", "--format", "svg"];
    limited(2, &[&series[..], &["--out", &at("s.svg")]].concat()).fails(2, &["s.svg", "File too large"]);
    let answer =
        ["series", ledger, "NS.01", "--from", "2023-01", "--to", "2023-02", "--out", "/dev/null", "--save"];
    limited(1, &[&answer[..], &[&at("c.json")]].concat()).fails(2, &["c.json", "File too large"]);
    for format in ["csv", "parquet", "jsonl"] {
        let export = ["export", ledger, "--format", format, "--out", &at(format)];
        limited(16, &export).fails(2, &["File too large"]);
        assert!(names(&dir.join(format)).is_empty(), "{format}: {:?}", names(&dir.join(format)));
        // the same directory takes the whole of it once there is room
        socai!("export", district, "--format", format, "--out", dir.join(format)).ok();
        assert!(dir.join(format).join("manifest.json").is_file());
        socai!("export", district, "--format", format, "--out", dir.join(format))
            .fails(2, &["already", "new directory"]);
    }
    let mut left = names(dir);
    left.sort();
    assert_eq!(left, ["csv", "jsonl", "parquet"], "nothing of reports, series and answers");
    // what was there before stays
    fs::write(at("r.html"), "the last one").unwrap();
    limited(20, &[&report[..], &[&at("r.html")]].concat()).fails(2, &["File too large"]);
    assert_eq!(fs::read_to_string(at("r.html")).unwrap(), "the last one");

    for args in [
        vec!["report", ledger, "--period", "2023-02"],
        vec!["replay", ledger],
        vec!["series", ledger, "NS.01", "--from", "2023-01", "--to", "2023-02"],
        vec!["units", ledger],
        vec!["diff", ledger, "--from", "900", "--to", "1000"],
    ] {
        let mut full = Command::new("sh");
        full.args(["-c", "exec \"$@\" > /dev/full", "sh"]).arg(socai()).args(&args).args(["--lang", "en"]);
        command::run(full, None).fails(2, &["standard output: ", "No space left"]);
    }
}

#[test]
fn an_issued_report_that_finds_no_room_is_recorded_once_or_not_at_all() {
    let demo = Demo::played();
    let district = demo.district();
    let (ledger, file) = (district.to_str().unwrap(), demo.path().join("r.html"));
    let before =
        files::all(&district.join("log/volumes")).iter().map(|file| fs::metadata(file).unwrap().len()).max();
    let issue =
        ["report", "issue", ledger, "--no", "45/BC-UBND", "--period", "2023-02", "--format", "html", "--out"];
    // no room in the log: nothing is recorded, and the number is free
    let blocks = u32::try_from(before.unwrap() / 512).unwrap();
    let said =
        limited(blocks, &[&issue[..], &[file.to_str().unwrap()]].concat()).fails(2, &["File too large"]);
    assert!(!file.exists(), "{said}");
    socai!("audit", "verify", district, "--policy", district.join("policy")).ok();
    socai!("report", district, "--as-reported", "45/BC-UBND")
        .fails(2, &["no report of this ledger was issued"]);
    // no room for the paper: it is recorded, and the words say how it is printed
    let nowhere = demo.path().join("no/such/r.html");
    limited(1 << 20, &[&issue[..], &[nowhere.to_str().unwrap()]].concat())
        .fails(2, &["is issued (event 0/", "--as-reported 45/BC-UBND prints it"]);
    assert!(socai!("report", district, "--as-reported", "45/BC-UBND").ok().contains("45/BC-UBND"));
}

/// The cells of a record of CSV; no figure has a quotation mark or a line break inside.
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut is_quoted) = (vec![String::new()], false);
    for c in line.chars() {
        match c {
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => cells.push(String::new()),
            c => cells.last_mut().unwrap().push(c),
        }
    }
    cells
}

/// Facts behind the months of figures that add up since the year began, where they are shown: by indicator, dimension, key and year, in order of time.
fn since_new_year(dir: &Path) -> BTreeMap<[String; 4], BTreeMap<String, i64>> {
    let mut shown: BTreeMap<_, BTreeMap<String, i64>> = BTreeMap::new();
    for file in files::all(&dir.join("figures")) {
        let text = fs::read_to_string(file).unwrap();
        let mut rows = text.trim_start_matches('\u{feff}').lines().map(cells);
        let head = rows.next().unwrap();
        for row in rows {
            let cell = |name: &str| row[head.iter().position(|head| head == name).unwrap()].clone();
            if !cell("period").starts_with("cal:")
                || !cell("indicator").starts_with("NS.")
                || cell("suppressed") == "true"
            {
                continue;
            }
            let key = [cell("indicator"), cell("dimension"), cell("key"), cell("to")[..4].to_owned()];
            shown.entry(key).or_default().insert(cell("to"), cell("events").parse().unwrap());
        }
    }
    shown
}

#[test]
fn no_two_exported_months_of_what_adds_up_over_a_year_tell_of_few_facts_between_them() {
    let place = tempfile::tempdir().unwrap();
    let (year, out) = (place.path().join("year"), place.path().join("out"));
    socai!("simulate", "--units", "17", "--days", "200", "--events-per-day", "5", "--out", year).ok();
    socai!("export", year.join("district"), "--format", "csv", "--min-cell", "5", "--out", out).ok();
    let shown = since_new_year(&out);
    let (mut pairs, mut months) = (0, 0);
    for (of, by_month) in &shown {
        let events: Vec<i64> = by_month.values().copied().collect();
        for (at, earlier) in events.iter().enumerate() {
            months += usize::from(*earlier > 0);
            for later in &events[at + 1..] {
                pairs += 1;
                let between = (later - earlier).abs();
                assert!(between == 0 || between >= 5, "{of:?}: {by_month:?}");
            }
        }
    }
    assert!(pairs > 20 && months > 5, "{pairs} pairs, {months} months: nothing was compared");
}

#[test]
fn a_point_of_a_series_says_since_when_its_value_has_come_together() {
    let demo = Demo::played();
    let district = demo.district();
    let asked = |code: &str, format: &str| {
        socai!("series", district, code, "--from", "cal:2023-01", "--to", "cal:2023-02", "--format", format)
            .ok()
    };
    let json: Value = serde_json::from_str(&asked("NS.01", "json")).unwrap();
    let days =
        |json: &Value, at: usize| (json["points"][at]["from"].clone(), json["points"][at]["to"].clone());
    assert_eq!(days(&json, 1), ("2023-01-01".into(), "2023-02-28".into()), "the year so far");
    let json: Value = serde_json::from_str(&asked("TT.02", "json")).unwrap();
    assert_eq!(days(&json, 1), ("2023-02-01".into(), "2023-02-28".into()));
    let json: Value = serde_json::from_str(&asked("MC.01.truoc", "json")).unwrap();
    assert_eq!(days(&json, 1), (Value::Null, "2023-01-31".into()), "what was carried over");
    assert!(asked("NS.01", "table").contains("value since 01/01"));
    for format in ["table", "chart"] {
        let text = asked("NS.01", format);
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }
}

#[test]
fn no_answer_or_export_is_written_where_the_keys_of_a_ledger_are() {
    let demo = Demo::played();
    let district = demo.district();
    let key = district.join("keys/operator");
    let before = fs::read(&key).unwrap();
    let months = ["--from", "2023-01", "--to", "2023-02"];
    let elsewhere = ["which keeps keys and records", "write it elsewhere"];
    for flag in ["--out", "--save"] {
        socai!("series", district, "NS.01", months[0], months[1], months[2], months[3], flag, key)
            .fails(2, &elsewhere);
    }
    socai!("report", "issue", district, "--no", "1/BC", "--period", "2023-02", "--out", key)
        .fails(2, &elsewhere);
    socai!("export", district, "--format", "jsonl", "--out", district.join("out")).fails(2, &elsewhere);
    assert_eq!(fs::read(&key).unwrap(), before);
    assert!(!district.join("out").exists());
    let one = demo.path().join("one");
    socai!("report", district, "--period", "2023-02", "--out", one, "--save", one)
        .fails(2, &["both name one file"]);
    assert!(!one.exists());
}

#[test]
fn an_export_that_is_asked_to_stop_leaves_nothing_and_what_a_killed_one_left_is_in_nobodys_way() {
    let demo = Demo::played();
    let (district, out) = (demo.district(), demo.path().join("stopped"));
    for signal in ["TERM", "INT", "KILL"] {
        let mut export = Command::new(socai());
        export.arg("export").arg(&district).args(["--format", "parquet", "--lang", "en", "--out"]).arg(&out);
        let mut export = export.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let is_begun = || names(&out).iter().any(|name| name.starts_with(".new."));
        wait::until_so("the export is under way or over", || {
            is_begun() || export.try_wait().unwrap().is_some()
        });
        let kill = Command::new("kill").args(["-s", signal, &export.id().to_string()]).status();
        drop(kill);
        let ended = export.wait().unwrap();
        let left = names(&out);
        // one that was quicker than the signal is whole
        let is_whole = left.iter().any(|name| name == "manifest.json");
        assert!(signal == "KILL" || is_whole || left.is_empty() && ended.code() == Some(130), "{left:?}");
        if is_whole {
            fs::remove_dir_all(&out).unwrap();
        }
    }
    socai!("export", district, "--format", "parquet", "--out", out).ok();
    assert!(!names(&out).iter().any(|name| name.starts_with(".new.")));
}

#[test]
fn texts_for_people_have_eighty_columns_in_a_pipe_and_numbers_as_their_language_writes_them() {
    let demo = Demo::played();
    let district = demo.district();
    let diff = ["--from", "900", "--to", "1400", "--period", "2023-02"];
    let texts = [
        socai!("diff", district, diff[0], diff[1], diff[2], diff[3], diff[4], diff[5]).ok(),
        socai!("diff", district, "--with", district, "--period", "2023-02").ok(),
        socai!("units", district, "--on", "2023-02-08").ok(),
        socai!("pending", district, "--on", "2023-12-01").ok(),
        socai!("obligations", district, "--on", "2023-12-01").ok(),
        socai!("case", district, "xp-thanh-xuan-trung-2023-5", "--on", "2023-03-20").ok(),
    ];
    for text in &texts {
        let columns = |line: &str| line.chars().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).count();
        let wide: Vec<&str> = text.lines().filter(|line| columns(line) > 80).collect();
        assert!(wide.is_empty(), "{wide:#?}");
    }
    let [changes, beside, ..] = &texts;
    assert!(
        changes.starts_with("Period 2023-01-01 – 2023-02-08: from tree size 900 to tree size 1,400"),
        "{changes}"
    );
    assert!(beside.contains("State budget revenue collected on the territory (VND)"), "{beside}");
}
