//! Complaints, denunciations and requests: given facts, on a day, then a state and findings.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::given::{Adopted, Given, given};
use serde_json::{Value as Json, json};
use socai_domain::lifecycle::{State as Any, petition::State};
use socai_proto::v1::PetitionAction as Action;

trait Petition {
    fn received(self, on: &str, class: &str, instance: Json) -> Given;
    fn handled(self, on: &str, action: &str) -> Given;
}

impl Petition for Given {
    fn received(self, on: &str, class: &str, instance: Json) -> Given {
        self.fact(3, on, "petition.received", json!({"class": class, "eligible": true, "instance": instance}))
    }

    fn handled(self, on: &str, action: &str) -> Given {
        let data = json!({"action": action, "outcome": null, "recovered": null});
        self.fact(3, on, "petition.handled", data)
    }
}

fn is(action: Action) -> Any {
    Any::Petition(State::Handled(action))
}

const RECEIVED: Any = Any::Petition(State::Received);

#[test]
fn a_complaint_is_accepted_or_turned_away_within_ten_days() {
    // ten days from Monday 06/02 end on Thursday 16/02
    let complaint = given().received("2023-02-06", "complaint", json!(1));
    complaint.expect("2023-02-16", RECEIVED, &[]);
    complaint.expect("2023-02-17", RECEIVED, &["not_accepted"]);
    complaint.clone().handled("2023-02-16", "returned").expect("2023-12-31", is(Action::Returned), &[]);
    let late = complaint.handled("2023-02-17", "accepted");
    late.expect("2023-02-17", is(Action::Accepted), &["accepted_late"]);
    assert!(late.finding("2023-02-17", "accepted_late").1.contains("Điều 27"));
}

#[test]
fn a_first_complaint_has_thirty_days_and_forty_five_when_extended() {
    // thirty days from Tuesday 07/02 end on Thursday 09/03, forty-five on Friday 24/03
    let complaint = given().received("2023-02-06", "complaint", json!(1)).handled("2023-02-07", "accepted");
    complaint.clone().handled("2023-03-09", "concluded").expect("2023-12-31", is(Action::Concluded), &[]);
    complaint.expect("2023-03-10", is(Action::Accepted), &["not_concluded"]);
    let late = complaint.clone().handled("2023-03-10", "concluded");
    late.expect("2023-12-31", is(Action::Concluded), &["concluded_late"]);
    let complex = complaint.handled("2023-03-01", "extended");
    complex.expect("2023-03-24", is(Action::Accepted), &[]);
    complex.expect("2023-03-25", is(Action::Accepted), &["not_concluded"]);
}

#[test]
fn a_second_complaint_has_forty_five_days() {
    let complaint = given().received("2023-02-06", "complaint", json!(2)).handled("2023-02-07", "accepted");
    complaint.clone().handled("2023-03-24", "concluded").expect("2023-12-31", is(Action::Concluded), &[]);
    complaint.handled("2023-03-27", "concluded").expect(
        "2023-12-31",
        is(Action::Concluded),
        &["concluded_late"],
    );
}

/// Ten working days from 05/02/2024 end on 26/02: 08/02 to 14/02 are Tết.
#[test]
fn a_denunciation_before_tet_2024_is_accepted_after_it() {
    let denunciation = given().received("2024-02-05", "denunciation", json!(null));
    denunciation.expect("2024-02-21", RECEIVED, &[]);
    denunciation.expect("2024-02-22", RECEIVED, &["initial_term_stretched"]);
    denunciation.expect("2024-02-26", RECEIVED, &["initial_term_stretched"]);
    denunciation.expect("2024-02-27", RECEIVED, &["not_accepted"]);
    let of_2023 = Adopted::with_holidays_of(&[2023]);
    assert_eq!(denunciation.codes_under(&of_2023, "2024-02-20"), ["not_accepted", "holidays_unknown"]);
}

#[test]
fn what_is_late_by_days_of_a_year_without_holidays_says_so() {
    let complaint = given().received("2027-02-01", "complaint", json!(1));
    complaint.expect("2027-02-11", RECEIVED, &[]);
    complaint.expect("2027-02-12", RECEIVED, &["not_accepted", "holidays_unknown"]);
    let accepted = given().received("2026-12-01", "complaint", json!(1)).handled("2026-12-07", "accepted");
    accepted.expect("2027-01-07", is(Action::Accepted), &["not_concluded", "holidays_unknown"]);
}

#[test]
fn a_denunciation_is_accepted_within_ten_working_days_and_extended_twice_at_most() {
    let denunciation = given().received("2023-02-06", "denunciation", json!(null));
    denunciation.expect("2023-02-15", RECEIVED, &[]);
    denunciation.expect("2023-02-20", RECEIVED, &["initial_term_stretched"]);
    denunciation.expect("2023-02-21", RECEIVED, &["not_accepted"]);
    let accepted = denunciation.handled("2023-02-07", "accepted");
    accepted.expect("2023-03-09", is(Action::Accepted), &[]);
    accepted.expect("2023-03-10", is(Action::Accepted), &["not_concluded"]);
    // ninety days from 07/02 end on Monday 08/05
    let twice = accepted.handled("2023-03-01", "extended").handled("2023-04-01", "extended");
    twice.expect("2023-05-08", is(Action::Accepted), &[]);
    twice.expect("2023-05-09", is(Action::Accepted), &["not_concluded"]);
    let thrice = twice.handled("2023-05-01", "extended");
    thrice.expect("2023-05-08", is(Action::Accepted), &["extended_too_often"]);
}

#[test]
fn a_denunciation_may_be_concluded_although_it_was_withdrawn() {
    let denunciation = given()
        .received("2023-02-06", "denunciation", json!(null))
        .handled("2023-02-07", "accepted")
        .handled("2023-02-10", "withdrawn");
    denunciation.expect("2023-12-31", is(Action::Withdrawn), &[]);
    let concluded = |on: &str| denunciation.clone().handled(on, "concluded");
    concluded("2023-03-09").expect("2023-12-31", is(Action::Concluded), &[]);
    // what went on after the withdrawal has its term all the same
    concluded("2023-03-10").expect("2023-12-31", is(Action::Concluded), &["concluded_late"]);
    denunciation.handled("2023-02-20", "extended").expect(
        "2023-12-31",
        is(Action::Withdrawn),
        &["not_concluded"],
    );
}

#[test]
fn a_complaint_that_was_withdrawn_is_over() {
    let complaint = given()
        .received("2023-02-06", "complaint", json!(1))
        .handled("2023-02-07", "accepted")
        .handled("2023-02-10", "withdrawn");
    complaint.expect("2023-12-31", is(Action::Withdrawn), &[]);
    complaint.handled("2023-02-20", "concluded").expect(
        "2023-12-31",
        is(Action::Concluded),
        &["after_its_end"],
    );
}

#[test]
fn nothing_follows_a_conclusion_but_its_enforcement() {
    let complaint = given()
        .received("2023-02-06", "complaint", json!(1))
        .handled("2023-02-07", "accepted")
        .handled("2023-02-20", "concluded");
    complaint.clone().handled("2023-02-27", "enforced").expect("2023-12-31", is(Action::Enforced), &[]);
    let again = complaint.handled("2023-02-27", "concluded");
    again.expect("2023-12-31", is(Action::Concluded), &["after_its_end"]);
    assert_eq!(
        again.finding("2023-12-31", "after_its_end").0,
        "`concluded` after the petition was concluded"
    );
}

#[test]
fn a_denunciation_is_first_handled_in_seven_working_days_unless_the_term_was_extended() {
    // seven working days from Monday 06/02 end on Wednesday 15/02, ten on Monday 20/02
    let denunciation = given().received("2023-02-06", "denunciation", json!(null));
    denunciation.clone().handled("2023-02-15", "accepted").expect("2023-02-15", is(Action::Accepted), &[]);
    let stretched = denunciation.clone().handled("2023-02-16", "accepted");
    stretched.expect("2023-02-16", is(Action::Accepted), &["initial_term_stretched"]);
    let (message, source) = stretched.finding("2023-02-16", "initial_term_stretched");
    assert!(message.starts_with("first handled after 2023-02-15, 7 working days"), "{message}");
    assert!(source.contains("Điều 24"), "{source}");
    let extended = denunciation.handled("2023-02-14", "extended");
    extended.clone().handled("2023-02-20", "accepted").expect("2023-02-20", is(Action::Accepted), &[]);
    let late = extended.clone().handled("2023-02-21", "accepted");
    late.expect("2023-02-21", is(Action::Accepted), &["accepted_late"]);
    // that extension was one of the first handling: thirty days from 20/02 end on Wednesday 22/03
    let accepted = extended.handled("2023-02-20", "accepted");
    accepted.expect("2023-03-22", is(Action::Accepted), &[]);
    accepted.expect("2023-03-23", is(Action::Accepted), &["not_concluded"]);
}

#[test]
fn a_denunciation_of_another_office_is_transferred_within_five_working_days() {
    // five working days from Monday 06/02 end on Monday 13/02
    let denunciation = given().received("2023-02-06", "denunciation", json!(null));
    denunciation.clone().handled("2023-02-13", "transferred").expect(
        "2023-12-31",
        is(Action::Transferred),
        &[],
    );
    for on in ["2023-02-14", "2023-03-14"] {
        let late = denunciation.clone().handled(on, "transferred");
        late.expect("2023-12-31", is(Action::Transferred), &["transferred_late"]);
        assert!(late.finding("2023-12-31", "transferred_late").1.contains("Điều 24"));
    }
    // a complaint is accepted or refused, it has no term for being handed on
    given().received("2023-02-06", "complaint", json!(1)).handled("2023-02-16", "transferred").expect(
        "2023-12-31",
        is(Action::Transferred),
        &[],
    );
}

#[test]
fn what_is_not_to_be_dealt_with_is_answered_and_not_concluded() {
    let data = json!({"class": "complaint", "eligible": false, "instance": 1});
    let complaint = given().fact(3, "2023-02-06", "petition.received", data);
    complaint.expect("2023-12-31", RECEIVED, &["not_accepted"]);
    complaint.clone().handled("2023-02-10", "returned").expect("2023-12-31", is(Action::Returned), &[]);
    let accepted = complaint.handled("2023-02-10", "accepted").handled("2023-02-20", "concluded");
    accepted.expect("2023-12-31", is(Action::Concluded), &["accepted_although_ineligible"]);
}

#[test]
fn a_complaint_whose_acceptance_is_not_recorded_has_its_term_from_the_last_day_for_it() {
    // ten days from 02/05 end on Friday 12/05, thirty more on Sunday 11/06, so on Monday 12/06
    let complaint = given().received("2023-05-02", "complaint", json!(1));
    complaint.expect("2023-06-12", RECEIVED, &["not_accepted"]);
    complaint.expect("2023-06-13", RECEIVED, &["not_accepted", "not_concluded"]);
    let concluded = |on: &str| complaint.clone().handled(on, "concluded");
    concluded("2023-05-12").expect("2024-12-31", is(Action::Concluded), &[]);
    concluded("2023-06-12").expect("2024-12-31", is(Action::Concluded), &["accepted_late"]);
    let late = ["accepted_late", "concluded_late"];
    concluded("2024-03-01").expect("2024-12-31", is(Action::Concluded), &late);
    // turned away: there is nothing to conclude
    complaint.clone().handled("2023-05-10", "returned").expect("2024-12-31", is(Action::Returned), &[]);
    complaint.clone().handled("2023-05-10", "filed").expect("2024-12-31", is(Action::Filed), &[]);
    // concluded although it was given back first
    let anyway = complaint.handled("2023-05-10", "returned").handled("2024-03-01", "concluded");
    anyway.expect("2024-12-31", is(Action::Concluded), &["concluded_late", "after_its_end"]);
    // ten working days from Friday 02/06 end on Friday 16/06, thirty more on Sunday 16/07, so on Monday 17/07
    let denunciation = given().received("2023-06-02", "denunciation", json!(null));
    denunciation.expect("2023-07-17", RECEIVED, &["not_accepted"]);
    denunciation.expect("2023-07-18", RECEIVED, &["not_accepted", "not_concluded"]);
}

#[test]
fn requests_and_feedback_have_no_statutory_days() {
    given().received("2023-02-06", "request", json!(null)).expect("2023-12-31", RECEIVED, &[]);
    given().received("2023-02-06", "feedback", json!(null)).expect("2023-12-31", RECEIVED, &[]);
}

#[test]
fn a_handling_before_its_receipt_is_recorded_waits_for_it_and_is_listed() {
    let petition = given().handled("2023-02-10", "accepted");
    petition.expect("2023-02-10", Any::Petition(State::Pending), &["receipt_pending"]);
    let known = petition.received("2023-02-06", "complaint", json!(1));
    known.expect("2023-02-10", is(Action::Accepted), &[]);
}
