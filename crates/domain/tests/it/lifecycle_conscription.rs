//! Call-ups: given facts, on a day, then a state and findings.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::given::{Given, given};
use serde_json::json;
use socai_domain::lifecycle::{State as Any, conscription::State};

const HA_DINH: &str = "hn.tx.ha-dinh.1";
const KIM_GIANG: &str = "hn.tx.kim-giang.1";

trait CallUp {
    fn quota(self, authority: &str, target: &str, quota: u32) -> Given;
    fn handed_over(self, on: &str, place: &str, count: u32, returned: u32) -> Given;
    fn second_call(self, on: &str, place: &str, count: u32) -> Given;
}

impl CallUp for Given {
    fn quota(self, authority: &str, target: &str, quota: u32) -> Given {
        let data = json!({
            "year": 2023, "call_no": 1, "authority": authority, "target_unit": target, "service": "army", "quota": quota,
        });
        self.fact(9, "2022-12-20", "conscription.quota_set", data)
    }

    fn handed_over(self, on: &str, place: &str, count: u32, returned: u32) -> Given {
        let data = json!({
            "year": 2023, "call_no": 1, "place": place, "service": "army", "count": count, "volunteers": 0, "returned": returned,
        });
        self.fact(9, on, "conscription.handed_over", data)
    }

    fn second_call(self, on: &str, place: &str, count: u32) -> Given {
        let data = json!({
            "year": 2023, "call_no": 2, "place": place, "service": "army", "count": count, "volunteers": 0, "returned": 0,
        });
        self.fact(9, on, "conscription.handed_over", data)
    }
}

fn is(state: State) -> Any {
    Any::Conscription(state)
}

/// Eight of the city, shared out to two wards.
fn shared_out() -> Given {
    given().quota("city", "hn.thanh-xuan.q", 8).quota("district", HA_DINH, 5).quota("district", KIM_GIANG, 3)
}

#[test]
fn a_call_is_shared_out_and_handed_over_until_its_quota_is_met() {
    let call = shared_out();
    call.expect("2023-01-31", is(State::QuotaSet), &[]);
    let call = call.handed_over("2023-02-06", HA_DINH, 5, 0);
    call.expect("2023-02-06", is(State::HandingOver), &[]);
    call.handed_over("2023-02-06", KIM_GIANG, 3, 0).expect("2023-02-06", is(State::Met), &[]);
}

#[test]
fn who_was_sent_back_does_not_count() {
    let call =
        shared_out().handed_over("2023-02-06", HA_DINH, 5, 1).handed_over("2023-02-06", KIM_GIANG, 3, 0);
    call.expect("2023-02-06", is(State::HandingOver), &[]);
    call.handed_over("2023-03-06", HA_DINH, 1, 0).expect("2023-03-06", is(State::Met), &[]);
}

#[test]
fn a_ward_over_its_quota_is_found() {
    let call = shared_out().handed_over("2023-02-06", HA_DINH, 6, 0);
    call.expect("2023-02-06", is(State::HandingOver), &["over_quota"]);
    assert_eq!(call.finding("2023-02-06", "over_quota").0, "hn.tx.ha-dinh.1: 6 handed over, the quota is 5");
}

#[test]
fn wards_are_given_what_the_city_asks_for_and_the_latest_quota_counts() {
    let call = given().quota("city", "hn.thanh-xuan.q", 8).quota("district", HA_DINH, 5);
    call.expect("2023-01-31", is(State::QuotaSet), &["quotas_differ"]);
    call.quota("district", HA_DINH, 8).expect("2023-01-31", is(State::QuotaSet), &[]);
}

#[test]
fn citizens_are_handed_over_in_february_or_march() {
    let call = |on: &str| shared_out().handed_over(on, HA_DINH, 5, 0);
    call("2023-03-31").expect("2023-03-31", is(State::HandingOver), &[]);
    call("2023-04-01").expect("2023-12-31", is(State::HandingOver), &["under_quota", "out_of_season"]);
    call("2023-01-31").expect("2023-03-31", is(State::HandingOver), &["out_of_season"]);
}

#[test]
fn citizens_are_handed_over_in_the_year_of_their_call() {
    let call = shared_out().handed_over("2024-02-06", HA_DINH, 5, 0);
    call.expect("2024-02-06", is(State::HandingOver), &["under_quota", "out_of_season"]);
    assert_eq!(call.finding("2024-02-06", "out_of_season").0, "handed over in 2024, the call is of 2023");
}

#[test]
fn a_second_call_has_no_season() {
    let call =
        shared_out().handed_over("2023-02-06", HA_DINH, 5, 0).handed_over("2023-02-06", KIM_GIANG, 3, 0);
    let second = call.second_call("2023-08-15", HA_DINH, 1);
    second.expect("2023-12-31", is(State::Met), &["quota_pending"]);
}

#[test]
fn more_than_the_city_asks_for_is_found_even_where_no_ward_has_a_quota() {
    let call = given().quota("city", "hn.thanh-xuan.q", 8);
    let call = call.handed_over("2023-02-06", HA_DINH, 5, 0).handed_over("2023-02-06", KIM_GIANG, 3, 0);
    call.expect("2023-02-06", is(State::Met), &[]);
    let over = call.handed_over("2023-02-07", KIM_GIANG, 2, 1);
    over.expect("2023-02-07", is(State::Met), &["over_city_quota"]);
    assert_eq!(over.finding("2023-02-07", "over_city_quota").0, "9 handed over in all, the city asks for 8");
}

#[test]
fn fewer_than_the_city_asks_for_are_found_once_the_season_is_over() {
    let call =
        shared_out().handed_over("2023-02-06", HA_DINH, 5, 0).handed_over("2023-02-06", KIM_GIANG, 3, 1);
    call.expect("2023-03-31", is(State::HandingOver), &[]);
    call.expect("2023-04-01", is(State::HandingOver), &["under_quota"]);
    let (message, source) = call.finding("2023-04-01", "under_quota");
    assert_eq!(message, "7 handed over by 2023-03-31, the quota is 8");
    assert!(source.contains("Điều 33"), "{source}");
}

#[test]
fn a_ward_that_hands_over_without_a_quota_of_its_own_is_found_where_others_have_theirs() {
    let call = given().quota("city", "hn.thanh-xuan.q", 5).quota("district", HA_DINH, 5);
    let call = call.handed_over("2023-02-06", HA_DINH, 4, 0).handed_over("2023-02-06", KIM_GIANG, 1, 0);
    call.expect("2023-02-06", is(State::Met), &["ward_without_quota"]);
    call.quota("district", KIM_GIANG, 1).quota("district", HA_DINH, 4).expect(
        "2023-02-06",
        is(State::Met),
        &[],
    );
}

#[test]
fn a_hand_over_before_its_quota_is_recorded_waits_for_it_and_is_listed() {
    let call = given().handed_over("2023-02-06", HA_DINH, 5, 0);
    call.expect("2023-02-06", is(State::Pending), &["quota_pending"]);
    call.quota("district", HA_DINH, 5).expect("2023-02-06", is(State::Met), &[]);
}
