//! What `district found` and `district adopt` say of rule files that would be taken in and then do nothing, or something else than meant.
#![allow(missing_docs)] // names of tests are sentences
#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use tempfile::TempDir;

const OPERATOR: &str = r#"{"unit_no": 0, "unit_id": "hn.thanh-xuan.q", "code": "009", "name": "Ủy ban nhân dân quận Thanh Xuân",
    "type": "operator", "parent": "hn", "valid_from": "1997-01-01"}"#;

fn socai(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_socai")).args(args).env("LC_ALL", "C.UTF-8").output().unwrap()
}

/// What it printed, after the exit code it must end with.
fn said(code: i32, output: &Output) -> String {
    let both = [output.stdout.as_slice(), &output.stderr].concat();
    let said = String::from_utf8(both).unwrap();
    assert_eq!(output.status.code(), Some(code), "{said}");
    said
}

fn holds(said: &str, expected: &[&str]) {
    assert!(expected.iter().all(|one| said.contains(one)), "{expected:?} in {said}");
}

fn of_district(name: &str) -> String {
    let rules = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/thanh-xuan/rules");
    fs::read_to_string(Path::new(rules).join(name)).unwrap()
}

struct Place(TempDir);

impl Place {
    fn new() -> Place {
        Place(tempfile::tempdir().unwrap())
    }

    /// A place with a ledger founded by the district's rules.
    fn founded() -> Place {
        let place = Place::new();
        said(0, &place.found(&[]));
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn district(&self) -> String {
        self.path("district").to_str().unwrap().to_owned()
    }

    /// Writes a rule file.
    fn file(&self, name: &str, content: &str) -> String {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn found(&self, more: &[&str]) -> Output {
        let district = self.district();
        let args = ["district", "found", &district, "--origin", "socai.test/found", "--unit", OPERATOR];
        let ledger: &[&str] = if more.contains(&"--ledger") { &[] } else { &["--ledger", "found"] };
        socai(&[&args, ledger, more].concat())
    }

    fn adopt(&self, files: &[&str]) -> Output {
        let district = self.district();
        socai(&[&["district", "adopt", &district][..], files, &["--from", "2023-02-01"]].concat())
    }
}

#[test]
fn a_founding_that_is_refused_leaves_nothing_and_names_file_and_line_and_the_mended_one_founds() {
    let place = Place::new();
    let (indicators, holidays) = (of_district("indicators.toml"), of_district("holidays.toml"));
    let wrong = indicators.replacen("of = [\"works\"]", "of = [\"wokrs\"]", 1);
    let file = place.file("rules/indicators.toml", &wrong);
    place.file("rules/holidays.toml", &holidays);
    let rules = place.path("rules");
    let rules = ["--rules", rules.to_str().unwrap()];
    let line = wrong.lines().position(|line| line.contains("wokrs")).unwrap() + 1;
    let refused = said(2, &place.found(&rules));
    holds(&refused, &["nothing was founded", &file, &format!("line {line}, row `DT.01`"), "wokrs"]);
    assert!(!place.path("district").exists());
    holds(&said(2, &place.found(&[&rules[..], &["--ledger", "Quận"]].concat())), &["indicators.toml"]);
    place.file("rules/indicators.toml", &indicators);
    holds(&said(2, &place.found(&[&rules[..], &["--ledger", "Quận"]].concat())), &["lower-case letters"]);
    assert!(!place.path("district").exists());
    said(0, &place.found(&rules));
}

#[test]
fn a_directory_without_rules_founds_no_ledger() {
    let place = Place::new();
    place.file("rules/readme.md", "x");
    let rules = place.path("rules");
    let refused = said(2, &place.found(&["--rules", rules.to_str().unwrap()]));
    holds(&refused, &["--rules", "has no .toml or .jinja file"]);
    assert!(!place.path("district").exists());
}

#[test]
fn a_template_that_prints_what_no_row_has_is_refused_with_line_and_nearest_code() {
    let place = Place::founded();
    let template = of_district("template.monthly.jinja");
    let wrong =
        template.replacen("f(\"NS.01\")", "f(\"NS.O1\")", 1).replacen(".plan.council", ".plan.concil", 1);
    let file = place.file("template.monthly.jinja", &wrong);
    let line = |word: &str| wrong.lines().position(|line| line.contains(word)).unwrap() + 1;
    let refused = said(1, &place.adopt(&[&file]));
    let expected = [
        format!("line {}: no indicator row has f(\"NS.O1\")", line("NS.O1")),
        "did you mean `NS.01`?".to_owned(),
        format!("line {}: no indicator row has f(\"NS.01\").plan.concil", line("concil")),
        "did you mean `council`?".to_owned(),
    ];
    holds(&refused, &expected.each_ref().map(String::as_str));
    let good = place.file("template.monthly.jinja", &format!("{template}\n"));
    holds(&said(0, &place.adopt(&[&good])), &["template.monthly version 2"]);
}

#[test]
fn indicators_without_a_row_that_the_template_prints_are_refused_unless_the_template_changes_with_them() {
    let place = Place::founded();
    let (rows, template) = (of_district("indicators.toml"), of_district("template.monthly.jinja"));
    let without: Vec<&str> =
        rows.split("\n[[indicator]]\n").filter(|row| !row.starts_with("code = \"NS.03\"")).collect();
    let rows = place.file("indicators.toml", &without.join("\n[[indicator]]\n"));
    let line = template.lines().position(|line| line.contains("NS.03")).unwrap() + 1;
    let refused = said(1, &place.adopt(&[&rows]));
    holds(
        &refused,
        &[&format!("template.monthly version 1, line {line}, prints f(\"NS.03\")"), "keep the row"],
    );
    let lines: Vec<&str> = template.lines().filter(|line| !line.contains("NS.03")).collect();
    let template = place.file("template.monthly.jinja", &lines.join("\n"));
    holds(
        &said(0, &place.adopt(&[&rows, &template])),
        &["indicators version 2", "template.monthly version 2"],
    );
}

#[test]
fn a_table_that_nothing_reads_and_a_row_that_doubles_a_figure_are_refused() {
    let place = Place::founded();
    let law = place.file("law.penalties.toml", &of_district("law.penalty.toml"));
    let template = place.file("template.montly.jinja", "Thu");
    let refused = said(1, &place.adopt(&[&law, &template]));
    holds(
        &refused,
        &["no table is called `law.penalties`", "did you mean law.penalty?", "expected indicators"],
    );
    holds(&refused, &["no table is called `template.montly`", "did you mean template.monthly?"]);
    let rows =
        of_district("indicators.toml").replacen("of = [\"amount\"]", "of = [\"amount\", \"amount\"]", 1);
    let rows = place.file("indicators.toml", &rows);
    holds(&said(1, &place.adopt(&[&rows])), &["key `of`", "`amount` is named twice"]);
}

#[test]
fn a_table_with_large_amounts_that_windows_saved_is_adopted_as_the_same_text() {
    let place = Place::founded();
    let law = of_district("law.penalty.toml").replacen("max = 5_000_000", "max = 100000000", 1);
    let from_windows = place.file("law.penalty.toml", &format!("\u{FEFF}{}", law.replace('\n', "\r\n")));
    holds(&said(0, &place.adopt(&[&from_windows])), &["law.penalty version 2"]);
    let file = place.file("law.penalty.toml", &law);
    holds(&said(0, &place.adopt(&[&file])), &["the same text as version 2"]);
    let mixed = place.file("law.penalty.toml", &law.replacen("max = ", "\u{b}max = ", 1));
    holds(&said(2, &place.adopt(&[&mixed])), &["law.penalty.toml", "line ", "U+000B", "delete"]);
}
