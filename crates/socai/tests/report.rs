//! `socai report` on a ledger that was only founded: formats, files, refusals, issuing. Whole months are in the `socai-tests` package.
#![allow(missing_docs)] // names of tests are sentences
#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;
use tempfile::TempDir;

const OPERATOR: &str = r#"{"unit_no": 0, "unit_id": "hn.thanh-xuan.q", "code": "009", "name": "Ủy ban nhân dân quận Thanh Xuân",
    "type": "operator", "parent": "hn", "valid_from": "1997-01-01"}"#;
const WARD: &str = r#"{"unit_no": 1, "unit_id": "hn.tx.ha-dinh.1", "code": "00361", "name": "Phường Hạ Đình", "type": "ward",
    "parent": "hn.thanh-xuan.q", "valid_from": "1997-01-01"}"#;
const DAYS: [&str; 4] = ["--from", "2023-01-15", "--to", "2023-02-14"];

struct District {
    dir: TempDir,
}

impl District {
    fn founded(rules: Option<&Path>) -> (District, Output) {
        let district = District { dir: tempfile::tempdir().unwrap() };
        let dir = district.path("district");
        let mut args = vec!["district", "found", dir.to_str().unwrap()];
        args.extend(["--origin", "socai.test/found", "--ledger", "found", "--unit", OPERATOR]);
        if let Some(rules) = rules {
            args.extend(["--rules", rules.to_str().unwrap()]);
        }
        let said = socai(&args);
        (district, said)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Founded with the reference rules and one ward.
    fn with_a_ward() -> District {
        let (district, said) = District::founded(None);
        ok(said);
        let (dir, ward) = (district.path("district"), district.path("ward"));
        let [dir, ward] = [&dir, &ward].map(|path| path.to_str().unwrap());
        ok(socai(&["unit", "keys", ward]));
        ok(socai(&["unit", "enrol", dir, ward, "--json", WARD]));
        district
    }

    fn report(&self, args: &[&str]) -> Output {
        let dir = self.path("district");
        socai(&[&["report", dir.to_str().unwrap()], &DAYS[..], args].concat())
    }

    fn issue(&self, args: &[&str]) -> Output {
        let dir = self.path("district");
        socai(&[&["report", "issue", dir.to_str().unwrap()], &DAYS[..], args].concat())
    }

    /// The records of issued reports, oldest first.
    fn issued(&self) -> Vec<Value> {
        let dir = self.path("district");
        let lines =
            ok(socai(&["replay", dir.to_str().unwrap(), "--kind", "report.issued", "--format", "jsonl"]));
        let lines = String::from_utf8(lines).unwrap();
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn socai(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_socai")).args(args).env("LC_ALL", "C.UTF-8").output().unwrap()
}

fn ok(output: Output) -> Vec<u8> {
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    output.stdout
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn every_format_goes_into_a_pipe_and_into_a_file_with_the_same_bytes() {
    let (district, _) = District::founded(None);
    for (format, begins) in
        [("text", " "), ("json", "{"), ("html", "<!DOCTYPE html>"), ("docx", "PK"), ("xlsx", "PK")]
    {
        let piped = ok(district.report(&["--format", format]));
        assert!(piped.starts_with(begins.as_bytes()), "{format}");
        let file = district.path(format);
        assert_eq!(ok(district.report(&["--format", format, "--out", file.to_str().unwrap()])), b"");
        assert_eq!(fs::read(file).unwrap(), piped, "{format}");
    }
}

#[test]
fn a_path_that_cannot_be_written_and_a_report_of_nothing_end_with_2() {
    let (district, _) = District::founded(None);
    let nowhere = district.path("no/such/dir/r.docx");
    let said = district.report(&["--format", "docx", "--out", nowhere.to_str().unwrap()]);
    assert_eq!(said.status.code(), Some(2));
    assert!(err(&said).contains("--out") && err(&said).contains("r.docx"), "{}", err(&said));
    let said = socai(&["report"]);
    assert_eq!(said.status.code(), Some(2));
    assert!(err(&said).contains("LEDGER"), "{}", err(&said));
}

#[test]
fn what_was_issued_is_in_the_log_and_prints_again_with_the_digest_it_stated() {
    let district = District::with_a_ward();
    let printed = ok(district.issue(&["--no", "45/BC-UBND"]));
    assert!(String::from_utf8(printed.clone()).unwrap().contains("Số: 45/BC-UBND"));
    let file = district.path("46.html");
    let said =
        ok(district.issue(&["--no", "46/BC-UBND", "--format", "html", "--out", file.to_str().unwrap()]));
    assert!(String::from_utf8(said).unwrap().contains("46/BC-UBND"));
    assert!(fs::read_to_string(file).unwrap().contains("46/BC-UBND"));

    let dir = district.path("district");
    let issued = district.issued();
    let [first, second] = issued.as_slice() else { panic!("{issued:?}") };
    let stated = &first["event"]["data"];
    assert_eq!(stated["text_digest"], socai_tlog::Digest::of(&printed).to_string());
    assert!(stated["values"].as_array().unwrap().iter().any(|value| value["indicator"] == "HC.00"));
    assert!(second["event"]["data"]["restates"].to_string().contains(first["name"].as_str().unwrap()));

    let size = stated["tree_size"].to_string();
    let again = ok(district.report(&["--as-of", &size, "--no", "45/BC-UBND"]));
    assert_eq!(again, printed);
    ok(socai(&["audit", "verify", dir.to_str().unwrap()]));
}

#[test]
fn a_number_that_is_none_issues_nothing() {
    let (district, _) = District::founded(None);
    let file = district.path("r.txt");
    let said = district.issue(&["--no", "bốn mươi lăm\n", "--out", file.to_str().unwrap()]);
    assert_eq!(said.status.code(), Some(2), "{}", err(&said));
    assert!(err(&said).contains("--no") && err(&said).contains("45/BC-UBND"), "{}", err(&said));
    assert!(!file.exists());
}

#[test]
fn a_number_is_issued_once_and_the_refusal_names_the_report_that_has_it() {
    let district = District::with_a_ward();
    ok(district.issue(&["--no", "1/BC"]));
    let issued = district.issued();
    let file = district.path("second.txt");
    let said = district.issue(&["--no", "1/BC", "--out", file.to_str().unwrap()]);
    assert_eq!(said.status.code(), Some(2), "{}", err(&said));
    let name = issued[0]["name"].as_str().unwrap();
    let leaf = issued[0]["leaf"].as_u64().unwrap();
    // 2023-02-14T09:08:07.000+07:00 is printed 14/02/2023 09:08:07
    let at = issued[0]["received_at"].as_str().unwrap();
    let time = &at[11..19];
    let day = format!("{}/{}/{}", &at[8..10], &at[5..7], &at[..4]);
    for words in ["1/BC", name, &leaf.to_string(), &day, time] {
        assert!(err(&said).contains(words), "{words}: {}", err(&said));
    }
    assert!(!file.exists());
    assert_eq!(district.issued(), issued, "nothing was recorded");
}

#[test]
fn a_half_year_and_nine_months_are_recorded_as_no_month() {
    let district = District::with_a_ward();
    let dir = district.path("district");
    let periods = ["2023-02", "cal:2023-03", "2023-Q1", "2023-H1", "2023-9M"];
    for (period, number) in periods.iter().zip(1..) {
        ok(socai(&[
            "report",
            "issue",
            dir.to_str().unwrap(),
            "--period",
            period,
            "--no",
            &format!("{number}/BC"),
        ]));
    }
    let kinds: Vec<Value> =
        district.issued().iter().map(|line| line["event"]["data"]["period"]["kind"].clone()).collect();
    assert_eq!(kinds, ["month", "month", "quarter", "ad_hoc", "ad_hoc"]);
}

#[test]
fn rules_with_a_broken_template_found_no_ledger_and_name_the_line() {
    let rules = tempfile::tempdir().unwrap();
    fs::write(rules.path().join("template.monthly.jinja"), "một\nhai {{ f(\"NS.01\"").unwrap();
    let (district, said) = District::founded(Some(rules.path()));
    assert_eq!(said.status.code(), Some(2));
    assert!(err(&said).contains("template.monthly.jinja") && err(&said).contains("line 2"), "{}", err(&said));
    assert!(!district.path("district").exists());
}
