//! Answers that were saved are asked again: of a ledger that has grown, of another one, and after somebody changed the file.

use std::{fs, path::Path, process::Command};

use serde_json::Value;
use socai_tests::{command::Said, demo::Demo, program::socai, socai};

const CASE: &str = "xp-thanh-xuan-trung-2023-5";

fn check(file: &Path, ledger: &Path, policy: Option<&Path>) -> Said {
    match policy {
        Some(policy) => socai!("audit", "check", file, ledger, "--policy", policy, "--json"),
        None => socai!("audit", "check", file, ledger, "--json"),
    }
}

fn told(said: &Said) -> Value {
    serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {}{}", said.out, said.err))
}

/// Saves an answer of every command and form that can be saved, but those in SQL.
fn save_all(district: &Path, dir: &Path) -> Vec<std::path::PathBuf> {
    let file = |name: &str| dir.join(format!("{name}.json"));
    for format in ["text", "json", "html", "docx", "xlsx"] {
        let (out, save) = (dir.join(format!("r.{format}")), file(format));
        socai!("report", district, "--period", "2023-02", "--format", format, "--out", out, "--save", save)
            .ok();
    }
    let early = file("early");
    socai!("report", district, "--period", "2023-02", "--as-of", "900", "--format", "json", "--save", early)
        .ok();
    socai!(
        "series",
        district,
        "NS.01",
        "--from",
        "2023-01",
        "--to",
        "2023-02",
        "--format",
        "csv",
        "--save",
        file("series")
    )
    .ok();
    socai!(
        "series",
        district,
        "TT.01",
        "--by",
        "unit",
        "--from",
        "2023-01-01",
        "--to",
        "2023-02-08",
        "--save",
        file("units")
    )
    .ok();
    socai!("diff", district, "--from", "900", "--to", "1200", "--save", file("diff")).ok();
    socai!("case", district, CASE, "--on", "2023-03-20", "--save", file("case")).ok();
    // offices play side by side, so where in the log a case begins is another leaf each time
    let facts = socai!("replay", district, "--case", CASE, "--format", "jsonl").ok();
    let first: Value = serde_json::from_str(facts.lines().next().unwrap()).unwrap();
    let then = (first["leaf"].as_u64().unwrap() + 1).to_string();
    socai!("case", district, CASE, "--as-of", then, "--save", file("case-then")).ok();
    let names =
        ["text", "json", "html", "docx", "xlsx", "early", "series", "units", "diff", "case", "case-then"];
    names.map(file).to_vec()
}

#[test]
fn a_saved_answer_is_equal_for_ever_however_the_ledger_grows() {
    let demo = Demo::played();
    let (district, dir) = (demo.district(), demo.path().join("saved"));
    fs::create_dir(&dir).unwrap();
    let files = save_all(&district, &dir);
    let policy = district.join("policy");
    // what was printed is what was saved
    let printed =
        socai!("series", district, "NS.01", "--from", "2023-01", "--to", "2023-02", "--format", "csv").ok();
    let saved: Value = serde_json::from_slice(&fs::read(dir.join("series.json")).unwrap()).unwrap();
    assert_eq!(saved["result"], *printed);
    assert_eq!(saved["digest"], *blake3::hash(printed.as_bytes()).to_hex().as_str());

    socai!(
        "report",
        "issue",
        district,
        "--no",
        "45/BC-UBND",
        "--period",
        "2023-02",
        "--out",
        dir.join("issued")
    )
    .ok();
    // what left the house comes out again, value by value and byte by byte
    let audited = socai!("audit", "verify", district, "--policy", policy, "--json");
    let report = &audited.json()["reports"][0];
    assert_eq!((&report["differ"], &report["text"]["text"]), (&0.into(), &"same".into()), "{audited}");
    let now = dir.join("now.json");
    socai!("report", district, "--period", "2023-02", "--format", "json", "--save", now).ok();
    let now: Value = serde_json::from_slice(&fs::read(now).unwrap()).unwrap();
    assert_ne!(now["as_of"]["size"], saved["as_of"]["size"], "the ledger has grown");
    for file in &files {
        let said = check(file, &district, Some(&policy));
        let told = told(&said);
        assert_eq!(
            (said.code, &told["equal"], &told["pinned"]),
            (Some(0), &Value::Bool(true), &Value::Bool(true)),
            "{told}"
        );
    }
    let said = check(&files[0], &district, None);
    assert_eq!(
        (said.code, &told(&said)["pinned"]),
        (Some(0), &Value::Bool(false)),
        "the key found with the ledger"
    );
}

#[test]
fn a_file_that_somebody_changed_is_told_from_an_answer() {
    let demo = Demo::played();
    let district = demo.district();
    let file = demo.path().join("saved.json");
    let policy = district.join("policy");
    socai!("report", district, "--period", "2023-02", "--format", "json", "--save", file).ok();
    let good: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let result = good["result"].as_str().unwrap();
    let other = result.replacen("1005123000000", "1005123000001", 1);
    assert_ne!(other, result);
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut value = good.clone();
        change(&mut value);
        fs::write(&file, serde_json::to_vec(&value).unwrap()).unwrap();
        let said = check(&file, &district, Some(&policy));
        assert_eq!(said.code, Some(1), "{}{}", said.out, said.err);
        told(&said)["code"].as_str().unwrap().to_owned()
    };
    assert_eq!(changed(&|value| value["result"] = other.clone().into()), "altered");
    assert_eq!(changed(&|value| value["digest"] = "00".repeat(32).into()), "altered");
    // with a digest that fits, the ledger itself contradicts
    let fitting = |value: &mut Value| {
        value["digest"] = blake3::hash(other.as_bytes()).to_hex().as_str().into();
        value["result"] = other.clone().into();
    };
    assert_eq!(changed(&fitting), "differs");
    assert_eq!(
        changed(&|value| value["question"]["report"]["question"]["period"] = "2023-01".into()),
        "differs"
    );
    assert_eq!(changed(&|value| value["as_of"]["size"] = 900.into()), "root");
    assert_eq!(changed(&|value| value["as_of"]["root"] = "00".repeat(32).into()), "root");
    assert_eq!(changed(&|value| value["as_of"]["size"] = 99_999.into()), "checkpoint");
    let note = good["checkpoint"].as_str().unwrap();
    assert_eq!(changed(&|value| value["checkpoint"] = note.replacen('\n', "\n1", 1).into()), "checkpoint");
    assert_eq!(changed(&|value| value["ledger"] = "somebody.example/else".into()), "ledger");

    // what is no question at all is no answer either
    let mut value = good.clone();
    value["question"]["report"]["out"] = "/tmp/anywhere".into();
    fs::write(&file, serde_json::to_vec(&value).unwrap()).unwrap();
    let said = check(&file, &district, Some(&policy));
    assert_eq!(said.code, Some(2), "{}", said.out);
    assert!(said.err.contains("unknown field"), "{}", said.err);
    let mut value = good;
    value["socai_answer"] = 2.into();
    fs::write(&file, serde_json::to_vec(&value).unwrap()).unwrap();
    let said = check(&file, &district, Some(&policy));
    assert!(said.code == Some(2) && said.err.contains("version 2"), "{}", said.err);
    let alone = socai!("audit", "check", file);
    assert!(alone.code == Some(2) && alone.err.contains("name the ledger"), "{}", alone.err);
}

#[test]
fn an_answer_of_another_ledger_or_of_more_entries_than_there_are_is_not_this_ones() {
    let demo = Demo::played();
    let district = demo.district();
    let file = demo.path().join("saved.json");
    socai!("series", district, "NS.01", "--from", "2023-01", "--to", "2023-02", "--save", file).ok();
    // a simulated ledger has the same name, and another key and history
    let other = demo.path().join("other");
    socai!("simulate", "--units", "17", "--days", "3", "--events-per-day", "30", "--out", other).ok();
    let other = other.join("district");
    let said = check(&file, &other, Some(&district.join("policy")));
    assert_eq!((said.code, told(&said)["code"].as_str()), (Some(1), Some("behind")), "{}", said.err);
    let said = check(&file, &other, None);
    assert_eq!((said.code, told(&said)["code"].as_str()), (Some(1), Some("checkpoint")), "{}", said.err);
    let larger = demo.path().join("larger");
    socai!("simulate", "--units", "17", "--days", "20", "--events-per-day", "120", "--out", larger).ok();
    let said = check(&file, &larger.join("district"), Some(&district.join("policy")));
    assert_eq!((said.code, told(&said)["code"].as_str()), (Some(1), Some("root")), "{}", said.err);
}

#[test]
fn an_answer_of_a_ledger_whose_facts_were_falsified_is_not_equal() {
    let demo = Demo::played();
    let district = demo.district();
    let (policy, honest) = (district.join("policy"), demo.path().join("honest.json"));
    socai!("case", district, CASE, "--on", "2023-03-20", "--save", honest).ok();
    let said = socai!("audit", "check", honest, district, "--policy", policy);
    assert!(
        said.code == Some(0) && said.out.contains("records hashed again to their headers and the root"),
        "{said}"
    );
    // somebody who knows the format: another letter in the facts of one record, with a checksum that fits
    let leaf = falsified(&district.join("log"));
    let after = demo.path().join("after.json");
    socai!("series", district, "NS.01", "--from", "2023-01", "--to", "2023-02", "--save", after).ok();
    for file in [&honest, &after] {
        let said = check(file, &district, Some(&policy));
        let told = told(&said);
        assert_eq!(
            (said.code, &told["equal"], &told["code"]),
            (Some(1), &Value::Bool(false), &"damaged".into()),
            "{told}"
        );
        let what = told["what"].as_str().unwrap();
        assert!(what.contains("the facts of") && what.contains("log/volumes/0000000000.vol, byte"), "{what}");
    }
    // the same fault as a verification names
    let audited = socai!("audit", "verify", district, "--policy", policy, "--json").json();
    assert_eq!(audited["faults"][0]["code"], "damaged", "{audited}");
    assert!(audited["size"].as_u64().unwrap() <= leaf, "{audited}");
}

/// Changes one bit of the facts of one record of the first volume; the frame's checksum fits. Returns its leaf.
fn falsified(log: &Path) -> u64 {
    let reader = socai_log::Reader::open(log).unwrap();
    let size = reader.committed().unwrap().size;
    let mut found = None;
    reader
        .for_each(socai_tlog::LeafIndex(0), size, |record| -> Result<(), socai_log::LogError> {
            let word = record.facts().windows(4).position(|word| word == b"XPHC");
            found = found
                .or(word.map(|word| (record.leaf().0, record.offset(), record.facts_at() + word as u64)));
            Ok(())
        })
        .unwrap();
    let (leaf, frame, at) = found.unwrap();
    let path = log.join("volumes/0000000000.vol");
    let mut bytes = fs::read(&path).unwrap();
    let (frame, at) = (frame as usize, at as usize);
    bytes[at] ^= 1;
    let len = u32::from_be_bytes(bytes[frame..frame + 4].try_into().unwrap()) as usize;
    let end = frame + 4 + 1 + len;
    let crc = crc32c(&bytes[frame..end]).to_be_bytes();
    bytes[end..end + 4].copy_from_slice(&crc);
    fs::write(path, bytes).unwrap();
    leaf
}

/// CRC-32C bit by bit.
fn crc32c(bytes: &[u8]) -> u32 {
    let fold = |crc: u32, byte: &u8| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| {
                if crc & 1 == 1 { crc >> 1 ^ 0x82f6_3b78 } else { crc >> 1 }
            },
        )
    };
    !bytes.iter().fold(!0, fold)
}

#[test]
fn an_answer_is_saved_though_nobody_reads_what_is_printed() {
    let demo = Demo::played();
    let (district, file) = (demo.district(), demo.path().join("unread.json"));
    let months = ["--from", "2023-01", "--to", "2023-02"];
    for args in [
        [&["report"][..], &["--period", "2023-02"]].concat(),
        [&["series"][..], &["NS.01"], &months].concat(),
        vec!["diff", "--from", "900", "--to", "1200"],
        vec!["case", CASE, "--on", "2023-03-20"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut asked = Command::new(socai());
        asked.arg(args[0]).arg(&district).args(&args[1..]).arg("--save").arg(&file).stdout(writer);
        assert!(asked.status().unwrap().success(), "{args:?}");
        fs::remove_file(&file).unwrap_or_else(|error| panic!("{args:?}: {error}"));
    }
}
