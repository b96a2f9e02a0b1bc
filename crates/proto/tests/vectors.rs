//! Golden bytes: the facts of every kind, an annex, and what must be refused. A byte that moves breaks a test here.
//!
//! `UPDATE=1` writes `.hex` files that are missing and the catalogue; it never overwrites a `.hex` that is there.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use std::path::{Path, PathBuf};
use std::{env, fs};

use prost::Message as _;
use serde_json::Value;
use socai_proto::{catalogue, json, kinds, v1};

fn proto_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto")
}

fn updating() -> bool {
    env::var_os("UPDATE").is_some()
}

fn read_json(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn read_hex(path: &Path) -> Vec<u8> {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let nibble = |digit: u8| char::from(digit).to_digit(16).expect("hexadecimal") as u8;
    digits.chunks(2).map(|pair| nibble(pair[0]) << 4 | nibble(pair[1])).collect()
}

fn hex_lines(bytes: &[u8]) -> String {
    bytes
        .chunks(32)
        .map(|line| line.iter().map(|byte| format!("{byte:02x}")).collect::<String>() + "\n")
        .collect()
}

/// The golden bytes beside a `.json`, written once when asked to.
fn golden(json: &Path, bytes: &[u8]) -> Vec<u8> {
    let hex = json.with_extension("hex");
    if updating() && !hex.exists() {
        fs::write(&hex, hex_lines(bytes)).unwrap();
    }
    read_hex(&hex)
}

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(proto_dir().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    files.sort();
    files
}

#[test]
fn json_and_bytes_of_every_kind_are_the_golden_ones_in_both_directions() {
    for kind in kinds() {
        let path = proto_dir().join(format!("vectors/facts/{}.json", kind.name));
        let form = read_json(&path);
        let (event, annex) =
            json::event_from_json(&form).unwrap_or_else(|errors| panic!("{}: {errors:#?}", kind.name));
        assert_eq!(annex, v1::Annex::default());
        let facts = event.encode_to_vec();
        let bytes = golden(&path, &facts);
        assert_eq!(hex_lines(&facts), hex_lines(&bytes), "{}: JSON → bytes", kind.name);

        let decoded = v1::Event::decode(bytes.as_slice()).unwrap();
        assert_eq!(json::event_to_json(&decoded, None, None), form, "{}: bytes → JSON", kind.name);
        assert_eq!(socai_proto::validate_facts(&bytes), [], "{}", kind.name);
        assert_eq!(socai_proto::validate(&decoded), [], "{}", kind.name);
    }
}

#[test]
fn keys_of_the_json_form_stand_in_the_order_of_the_schema() {
    for kind in kinds() {
        let text = fs::read_to_string(proto_dir().join(format!("vectors/facts/{}.json", kind.name))).unwrap();
        let written = json::event_to_json(&kind.example_event(), None, None);
        assert_eq!(serde_json::to_string_pretty(&written).unwrap() + "\n", text, "{}", kind.name);
    }
}

#[test]
fn every_vector_belongs_to_a_kind_and_every_kind_has_one() {
    let names: Vec<_> =
        files("vectors/facts", "json").iter().map(|path| path.file_stem().unwrap().to_owned()).collect();
    let mut kinds: Vec<_> = kinds().iter().map(|kind| kind.name).collect();
    kinds.sort_unstable();
    assert_eq!(names, kinds);
}

#[test]
fn the_annex_has_golden_bytes_too() {
    let path = proto_dir().join("vectors/annex/annex.json");
    let form = read_json(&path);
    let mut whole = kinds()[0].example();
    whole["annex"] = form.clone();
    let (_, annex) = json::event_from_json(&whole).unwrap();
    let bytes = golden(&path, &annex.encode_to_vec());
    assert_eq!(hex_lines(&annex.encode_to_vec()), hex_lines(&bytes));
    let decoded = v1::Annex::decode(bytes.as_slice()).unwrap();
    assert_eq!(json::annex_to_json(&decoded), form);
    assert_eq!(socai_proto::validate_annex(&decoded), []);
}

/// `{"about","error":{"code","path"},"form":…}` or, for bytes, `{"about","error":…,"facts":"hex"}`.
#[test]
fn what_must_be_refused_is_refused_with_its_code_and_path() {
    let vectors = files("vectors/facts/refused", "json");
    assert!(vectors.len() >= 20, "the set is there");
    for path in vectors {
        let vector = read_json(&path);
        let errors = match (&vector["form"], &vector["facts"]) {
            (form @ Value::Object(_), Value::Null) => match json::event_from_json(form) {
                Err(errors) => errors,
                Ok((event, _)) => socai_proto::validate(&event),
            },
            (Value::Null, Value::String(hex)) => {
                let facts: Vec<u8> = (0..hex.len())
                    .step_by(2)
                    .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
                    .collect();
                socai_proto::validate_facts(&facts)
            }
            _ => panic!("{}: a form or facts", path.display()),
        };
        let got: Vec<_> = errors.iter().map(|error| (error.code.as_str(), error.path.as_str())).collect();
        let expected = &vector["error"];
        let expected = (expected["code"].as_str().unwrap(), expected["path"].as_str().unwrap());
        assert_eq!(got, [expected], "{}: {errors:#?}", path.display());
    }
}

#[test]
fn the_catalogue_page_is_the_one_the_descriptors_give() {
    let path = proto_dir().join("CATALOGUE.md");
    if updating() {
        fs::write(&path, catalogue::markdown()).unwrap();
    }
    let page = fs::read_to_string(&path).unwrap();
    assert!(
        page == catalogue::markdown(),
        "proto/CATALOGUE.md is out of date: UPDATE=1 cargo test -p socai-proto"
    );
}
