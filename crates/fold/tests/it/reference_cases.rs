//! Every case of the reference month, judged on the day of its report by the laws of its district.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use std::collections::BTreeMap;

use crate::common::district;
use socai_domain::{
    Event,
    lifecycle::{Asked, Fact, Judged, judge},
};

/// The lifecycles of all cases.
fn judged() -> Vec<Judged> {
    let mut ledger = district::month();
    for law in ["penalty", "petition", "conscription", "tax", "clearance", "dossier", "project"] {
        let name = format!("law.{law}");
        district::adopt(&mut ledger, &name, 1, "2022-01-01", &district::read(&format!("rules/{name}.toml")));
    }
    let (fold, rejected) = ledger.fold();
    assert_eq!(rejected, []);
    let mut cases: BTreeMap<&str, Vec<Fact<'_>>> = BTreeMap::new();
    for (at, facts) in &ledger.records {
        let event = Event::decode(facts).unwrap();
        if let Some(case) = event.case() {
            cases.entry(case).or_default().push(Fact { name: at.name, event });
        }
    }
    let asked = Asked { on: "2023-02-08".parse().unwrap(), rules: fold.rulebook() };
    cases.values().flat_map(|facts| judge(facts, &asked)).collect()
}

#[test]
fn the_months_findings_are_those_that_its_readme_explains() {
    let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
    for found in judged().iter().flat_map(|case| &case.findings) {
        *codes.entry(found.code).or_default() += 1;
    }
    let known = [("interest_overpaid", 1), ("interest_unpaid", 13), ("registration_pending", 11)];
    assert_eq!(codes, BTreeMap::from(known));
}
