//! Documents and dossiers: one number, one document; registers without holes; one code, one dossier.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::{
    Ledger,
    facts::{HA_DINH, NHAN_CHINH, OPERATOR},
    inspect::given,
};
use serde_json::{Value, json};
use socai_tlog::EventName;

const ON: &str = "2023-02-08";

fn registered(
    ledger: &mut Ledger,
    unit: u32,
    direction: &str,
    (series, number): (&str, &str),
    on: &str,
) -> EventName {
    let data = json!({"direction": direction, "series": series, "number": number, "on": on, "due_on": null, "done_on": null});
    ledger.fact(unit, on, "document.registered", data, json!({}))
}

#[test]
fn a_number_of_a_register_is_given_once_a_year_by_each_office_and_each_way() {
    let mut ledger = given();
    let first = registered(&mut ledger, 1, "in", ("so-den", "1"), "2023-01-03");
    registered(&mut ledger, 1, "out", ("so-den", "1"), "2023-01-03");
    registered(&mut ledger, 7, "in", ("so-den", "1"), "2023-01-03");
    registered(&mut ledger, 1, "in", ("so-den", "1"), "2022-12-30");
    assert_eq!(ledger.found("document_numbered_twice", ON), []);
    let second = registered(&mut ledger, 1, "in", ("so-den", "01"), "2023-01-05");
    let found = ledger.found("document_numbered_twice", ON);
    assert_eq!((found.len(), &found[0].facts), (1, &vec![first, second]));
    assert_eq!(found[0].says, "number 1 stands in 2 facts, in so-den of hn.tx.nhan-chinh.1, 2023");
    ledger.void(1, second);
    assert_eq!(ledger.found("document_numbered_twice", ON), []);
}

#[test]
fn a_hole_in_a_register_is_found_between_the_numbers_that_are_known() {
    let mut ledger = given();
    let eight = registered(&mut ledger, 1, "out", ("QĐ-UBND", "8"), "2023-01-03");
    let ten = registered(&mut ledger, 1, "out", ("QĐ-UBND", "10"), "2023-01-05");
    assert_eq!(ledger.facts_found("document_gaps", ON), [[eight, ten]], "a ledger may begin within a year");
    registered(&mut ledger, 1, "out", ("QĐ-UBND", "9"), "2023-01-04");
    assert_eq!(ledger.found("document_gaps", ON), []);
}

#[test]
fn what_came_in_later_has_a_greater_number() {
    let mut ledger = given();
    registered(&mut ledger, 1, "in", ("so-den", "1"), "2023-01-03");
    let second = registered(&mut ledger, 1, "in", ("so-den", "2"), "2023-01-06");
    assert_eq!(ledger.found("document_order", ON), []);
    let third = registered(&mut ledger, 1, "in", ("so-den", "3"), "2023-01-04");
    assert_eq!(ledger.facts_found("document_order", ON), [[second, third]]);
}

fn doc(issuer: &str, number: &str, date: &str) -> Value {
    json!({"issuer": issuer, "number": number, "year": 2023, "series": "KL-UBND", "date": date, "signer_position": "chu-tich", "delegated": false})
}

fn task(ledger: &mut Ledger, number: u32, doc: Value) -> EventName {
    let data = json!({
        "directive": "kl-1", "number": number, "text": "việc", "lead_unit": NHAN_CHINH.1, "with_units": [], "due_on": "2023-06-30",
        "class": "task_group",
    });
    ledger.fact(
        OPERATOR,
        "2023-01-05",
        "directive.issued",
        data,
        json!({"case": format!("nv-{number}"), "doc": doc}),
    )
}

#[test]
fn one_number_is_one_document_whatever_facts_it_is_behind() {
    let mut ledger = given();
    let first = task(&mut ledger, 1, doc("hn.thanh-xuan.q", "12", "2023-01-04"));
    task(&mut ledger, 2, doc("hn.thanh-xuan.q", "12", "2023-01-04"));
    task(&mut ledger, 3, doc(HA_DINH.1, "12", "2023-01-05"));
    assert_eq!(ledger.found("document_differs", ON), [], "a conclusion has many tasks");
    // another kind of fact, in the books of somebody else, with another date
    let visit = json!({"case": "nv-4", "doc": doc("hn.thanh-xuan.q", "012", "2023-01-03")});
    let other = ledger.fact(1, "2023-01-05", "activity.held", json!({}), visit);
    let found = ledger.found("document_differs", ON);
    assert_eq!((found.len(), &found[0].facts), (1, &vec![first, other]));
    assert_eq!(
        found[0].says,
        "number 12, KL-UBND of hn.thanh-xuan.q, 2023: dated 2023-01-04 behind one fact and 2023-01-03 behind another"
    );
    ledger.correct(1, other, &[("doc.date", json!("2023-01-03"), json!("2023-01-04"))]);
    assert_eq!(ledger.found("document_differs", ON), []);
    let mut signed = doc("hn.thanh-xuan.q", "12", "2023-01-04");
    signed["signer_position"] = json!("pho-chu-tich");
    task(&mut ledger, 5, signed);
    let found = ledger.found("document_differs", ON);
    assert!(found[0].says.contains("signed by chu-tich and by pho-chu-tich"), "{found:?}");
}

#[test]
fn a_dossiers_code_stands_in_one_case() {
    let mut ledger = given();
    let received = |ledger: &mut Ledger, unit: u32, token: &str, case: &str| {
        let data = json!({"dossier": token, "promised_on": "2023-06-30"});
        ledger.fact(unit, "2023-01-05", "dossier.received", data, json!({"case": case}))
    };
    let first = received(&mut ledger, 1, "hs_8fK3pWq6ZtY1", "hs-1");
    received(&mut ledger, 1, "hs_8fK3pWq6ZtY2", "hs-2");
    assert_eq!(ledger.found("dossier_twice", ON), []);
    let second = received(&mut ledger, 7, "hs_8fK3pWq6ZtY1", "hs-3");
    assert_eq!(ledger.facts_found("dossier_twice", ON), [[first, second]]);
}
