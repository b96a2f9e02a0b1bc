//! One-stop-shop dossiers: given facts, on a day, then a state and findings.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::given::{Given, given};
use serde_json::json;
use socai_domain::lifecycle::{State as Any, Value, dossier::State};
use socai_proto::v1::DossierStatus as Status;

trait Dossier {
    fn received(self, on: &str, promised: &str) -> Given;
    fn at(self, on: &str, minute: u32, status: &str) -> Given;
}

impl Dossier for Given {
    fn received(self, on: &str, promised: &str) -> Given {
        self.fact(3, on, "dossier.received", json!({"promised_on": promised, "components": 3}))
    }

    fn at(self, on: &str, minute: u32, status: &str) -> Given {
        let data = json!({"status": status, "at": minute, "e_result": null, "apology": null});
        self.fact(3, on, "dossier.status_changed", data)
    }
}

fn is(status: Status) -> Any {
    Any::Dossier(State::At(status))
}

/// `on time`, `late` or `within its term`.
fn term(dossier: &Given, on: &str) -> &'static str {
    match crate::given::detail(&dossier.on(on), "term") {
        Some(Value::Words(words)) => words.en,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_dossier_is_on_time_when_it_is_processed_by_the_end_of_the_promised_day() {
    let dossier = given().received("2023-02-01", "2023-02-10").at("2023-02-01", 600, "in_process");
    dossier.expect("2023-02-10", is(Status::InProcess), &[]);
    assert_eq!(term(&dossier, "2023-02-10"), "within its term");
    dossier.expect("2023-02-11", is(Status::InProcess), &["late", "apology_missing"]);
    let in_time = dossier.clone().at("2023-02-10", 1_439, "processed").at("2023-02-20", 600, "returned");
    in_time.expect("2023-03-01", is(Status::Returned), &[]);
    assert_eq!(term(&in_time, "2023-03-01"), "on time");
    let late = dossier.at("2023-02-11", 0, "processed");
    late.expect("2023-03-01", is(Status::Processed), &["late", "apology_missing"]);
    assert_eq!(term(&late, "2023-03-01"), "late");
    assert!(late.finding("2023-03-01", "late").0.starts_with("1 days after"));
}

#[test]
fn a_dossier_that_was_only_returned_ended_then_and_one_given_up_when_it_was() {
    let dossier = given().received("2023-02-01", "2023-02-10");
    dossier.clone().at("2023-02-13", 600, "returned").expect(
        "2023-03-01",
        is(Status::Returned),
        &["late", "apology_missing"],
    );
    dossier.clone().at("2023-02-10", 600, "withdrawn").expect("2023-03-01", is(Status::Withdrawn), &[]);
    dossier.at("2023-02-13", 600, "stopped").expect(
        "2023-03-01",
        is(Status::Stopped),
        &["late", "apology_missing"],
    );
}

#[test]
fn the_time_in_which_the_citizen_supplements_papers_does_not_count() {
    let dossier = given()
        .received("2023-02-01", "2023-02-10")
        .at("2023-02-06", 600, "supplement_requested")
        .at("2023-02-09", 600, "in_process");
    dossier.clone().at("2023-02-13", 1_439, "processed").expect("2023-03-01", is(Status::Processed), &[]);
    dossier.at("2023-02-14", 0, "processed").expect(
        "2023-03-01",
        is(Status::Processed),
        &["late", "apology_missing"],
    );
}

#[test]
fn a_dossier_that_waits_for_papers_ended_when_they_were_asked_for() {
    let dossier = given().received("2023-02-01", "2023-02-10").at("2023-02-09", 600, "supplement_requested");
    dossier.expect("2023-06-01", is(Status::SupplementRequested), &[]);
    let late = given().received("2023-02-01", "2023-02-10").at("2023-02-13", 600, "supplement_requested");
    late.expect("2023-06-01", is(Status::SupplementRequested), &["late", "apology_missing"]);
}

#[test]
fn a_second_request_for_papers_counts_as_late() {
    let dossier = given()
        .received("2023-02-01", "2023-02-28")
        .at("2023-02-02", 600, "supplement_requested")
        .at("2023-02-03", 600, "in_process")
        .at("2023-02-06", 600, "supplement_requested");
    dossier.expect("2023-02-03", is(Status::InProcess), &[]);
    dossier.expect("2023-02-06", is(Status::SupplementRequested), &["supplement_asked_again"]);
    assert_eq!(term(&dossier, "2023-02-06"), "late");
    let (_, source) = dossier.finding("2023-02-06", "supplement_asked_again");
    assert!(source.contains("766/QĐ-TTg"), "{source}");
}

#[test]
fn statuses_of_one_day_follow_their_minutes_whatever_was_sealed_first() {
    let dossier = given().received("2023-02-01", "2023-02-10").at("2023-02-09", 900, "returned").at(
        "2023-02-09",
        600,
        "processed",
    );
    dossier.expect("2023-02-09", is(Status::Returned), &[]);
}

#[test]
fn nothing_follows_the_end_of_a_dossier_but_its_return() {
    let dossier = given().received("2023-02-01", "2023-02-10").at("2023-02-09", 600, "processed");
    dossier.clone().at("2023-02-09", 700, "returned").expect("2023-02-09", is(Status::Returned), &[]);
    dossier.at("2023-02-09", 700, "in_process").expect(
        "2023-02-09",
        is(Status::InProcess),
        &["after_its_end"],
    );
}

#[test]
fn no_more_papers_are_digitised_than_the_dossier_has() {
    let papers = |digitised| json!({"digitised": digitised, "reused": 1});
    let dossier = given().received("2023-02-01", "2023-02-10");
    let all = dossier.clone().fact(3, "2023-02-01", "dossier.component_digitised", papers(2));
    all.expect("2023-02-02", is(Status::Accepted), &[]);
    let more = dossier.fact(3, "2023-02-01", "dossier.component_digitised", papers(3));
    more.expect("2023-02-02", is(Status::Accepted), &["more_than_its_papers"]);
}

#[test]
fn a_status_before_its_receipt_is_recorded_waits_for_it_and_is_listed() {
    let dossier = given().at("2023-02-09", 600, "processed");
    dossier.expect("2023-02-09", Any::Dossier(State::Pending), &["receipt_pending"]);
    dossier.received("2023-02-01", "2023-02-10").expect("2023-02-09", is(Status::Processed), &[]);
}

#[test]
fn a_dossier_is_digitised_when_all_its_papers_are_and_once_it_is_processed_its_result_too() {
    let papers = |digitised, reused, result| json!({"digitised": digitised, "reused": reused, "result_digitised": result});
    let marks = |dossier: &Given| dossier.on("2023-02-20").marks;
    // three papers
    let dossier = given().received("2023-02-01", "2023-02-10");
    assert_eq!(marks(&dossier), <[&str; 0]>::default());
    let some = dossier.clone().fact(3, "2023-02-01", "dossier.component_digitised", papers(2, 0, false));
    assert_eq!(marks(&some), <[&str; 0]>::default(), "two papers of three");
    let all = some.fact(3, "2023-02-02", "dossier.component_digitised", papers(0, 1, false));
    assert_eq!(marks(&all), ["digitised", "reused"], "no result is due yet");
    let done = all.at("2023-02-09", 600, "processed");
    assert_eq!(marks(&done), ["reused"], "its result is on paper");
    let scanned = done.clone().fact(3, "2023-02-09", "dossier.component_digitised", papers(0, 0, true));
    assert_eq!(marks(&scanned), ["digitised", "reused"]);
    let data = json!({"status": "returned", "at": 610, "e_result": true, "apology": null});
    let electronic = done.fact(3, "2023-02-09", "dossier.status_changed", data);
    assert_eq!(marks(&electronic), ["digitised", "reused"]);
    let result_only = dossier.fact(3, "2023-02-09", "dossier.component_digitised", papers(0, 0, true));
    assert_eq!(marks(&result_only), <[&str; 0]>::default());
}

#[test]
fn a_late_dossier_has_its_apology() {
    let dossier = given().received("2023-02-01", "2023-02-10");
    let told = |dossier: &Given| {
        dossier.on("2023-03-01").findings.iter().map(|found| found.code).collect::<Vec<_>>()
    };
    let late = dossier.clone().at("2023-02-13", 600, "processed");
    assert_eq!(told(&late), ["late", "apology_missing"]);
    assert_eq!(told(&dossier), ["late", "apology_missing"], "it is owed while the dossier is still there");
    let data = json!({"status": "in_process", "at": 600, "e_result": null, "apology": true});
    let sorry = dossier.clone().fact(3, "2023-02-10", "dossier.status_changed", data);
    assert_eq!(told(&sorry.at("2023-02-13", 600, "processed")), ["late"]);
    assert_eq!(told(&dossier.at("2023-02-10", 600, "processed")), [""; 0]);
}

#[test]
fn a_fee_that_was_not_asked_for_cannot_be_paid_online() {
    let paid = |fee: u32| {
        let data = json!({"promised_on": "2023-02-10", "components": 3, "fee": fee});
        let change =
            json!({"status": "processed", "at": 600, "e_result": null, "apology": null, "online_paid": true});
        given().fact(3, "2023-02-01", "dossier.received", data).fact(
            3,
            "2023-02-09",
            "dossier.status_changed",
            change,
        )
    };
    paid(2_000).expect("2023-03-01", is(Status::Processed), &[]);
    paid(0).expect("2023-03-01", is(Status::Processed), &["paid_without_fee"]);
}

#[test]
fn one_case_is_received_once() {
    let dossier = given().received("2023-02-01", "2023-02-10").at("2023-02-09", 600, "processed");
    dossier.expect("2023-03-01", is(Status::Processed), &[]);
    dossier.received("2023-02-02", "2023-02-10").expect(
        "2023-03-01",
        is(Status::Processed),
        &["received_twice"],
    );
}

#[test]
fn a_dossier_does_not_go_back_to_the_counter() {
    let dossier = given().received("2023-02-01", "2023-02-10").at("2023-02-02", 600, "in_process");
    for status in ["registered", "accepted", "not_accepted"] {
        let back = dossier.clone().at("2023-02-03", 600, status);
        let codes: Vec<_> = back.on("2023-02-03").findings.iter().map(|found| found.code).collect();
        assert_eq!(codes, ["out_of_order"], "{status}");
    }
    // once the papers are here it may be accepted again
    let supplemented =
        dossier.at("2023-02-03", 600, "supplement_requested").at("2023-02-06", 600, "accepted");
    supplemented.expect("2023-02-06", is(Status::Accepted), &[]);
}
