//! Figures by time and unit, and who was late: what annexes print.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use std::collections::BTreeMap;

use crate::common::{Ledger, district, facts::*};
use serde_json::{Value, json};
use socai_fold::Fold;
use socai_fold::figures::{Asked, Lateness, Part, Spread, figures, spreads};
use socai_tlog::UnitNo;

fn spread(ledger: &Ledger, code: &str, asked: &Asked) -> Spread {
    let fold = ledger.fold().0;
    spreads(&fold, asked).into_iter().find(|spread| spread.code == code).unwrap()
}

fn visit(ledger: &mut Ledger, unit: u32, place: Value) {
    visit_of(ledger, unit, place, ("2023-01-05", "facility-a"));
}

fn visit_of(ledger: &mut Ledger, unit: u32, place: Value, (on, facility): (&str, &str)) {
    let data = json!({
        "field": "food_safety", "facility": facility, "facility_kind": "clinic", "planned": true, "lead_unit": NHAN_CHINH.1,
        "result": "pass", "shortcomings": 0, "suspension": "none", "samples_taken": 0, "samples_failed": 0,
    });
    let form = json!({"kind": "inspection.conducted", "occurred_on": on, "place": place, "data": data});
    ledger.json(unit, form);
}

fn days(from: &str, to: &str) -> Asked {
    Asked { from: from.parse().unwrap(), to: to.parse().unwrap(), ..asked() }
}

#[test]
fn in_the_reference_month_units_and_unallocated_equal_every_additive_figure() {
    let fold: Fold = district::month().fold().0;
    let asked = Asked::named(fold.rulebook(), "2023-02").unwrap();
    let (figures, mut spreads) = (figures(&fold, &asked, None).unwrap(), spreads(&fold, &asked));
    // how many facts are behind a ratio only a pass says
    spreads.retain(|spread| !["MC.03", "VB.01"].contains(&spread.code.as_str()));
    assert_eq!(figures.len(), spreads.len());
    for (figure, spread) in figures.iter().zip(&spreads) {
        assert_eq!(figure.row.code, spread.code);
        let parts = spread.units.values().chain([&spread.unallocated]);
        let sum = parts.fold(Part::default(), |sum, part| Part {
            value: sum.value + part.value,
            events: sum.events + part.events,
        });
        assert_eq!(sum.events, figure.events, "{}", spread.code);
        if spread.is_additive {
            assert_eq!(sum.value, figure.value, "{}", spread.code);
        }
        for ward in &figure.wards {
            assert_eq!(spread.units.get(&ward.unit), Some(&ward.part), "{}", spread.code);
        }
    }
    assert!(spreads.iter().any(|spread| !spread.is_additive) && spreads.iter().any(|s| s.is_additive));
}

#[test]
fn a_fact_without_a_place_belongs_to_the_body_that_published_it_and_one_in_two_wards_to_nobody() {
    let mut ledger = district::founded();
    ledger.on("2023-02-09");
    let health = 20;
    visit(&mut ledger, health, json!([]));
    visit(&mut ledger, health, json!([HA_DINH.1]));
    visit(&mut ledger, health, json!([HA_DINH.1, NHAN_CHINH.1]));
    let inspections = spread(&ledger, "YT.01", &asked());
    let one = Part { value: 1, events: 1 };
    assert_eq!(inspections.units, BTreeMap::from([(UnitNo(HA_DINH.0), one), (UnitNo(health), one)]));
    assert_eq!(inspections.unallocated, one);
    let facilities = spread(&ledger, "YT.01b", &asked());
    assert!(!facilities.is_additive);
    assert_eq!((facilities.in_period.value, facilities.unallocated.value), (1, 1));
}

#[test]
fn the_period_is_set_beside_what_came_together_since_the_year_began() {
    let mut ledger = district::founded();
    ledger.on("2023-03-20");
    for (on, amount) in [("2022-12-31", 1), ("2023-01-05", 10), ("2023-02-20", 100)] {
        ledger.fine(HA_DINH, on, amount);
        ledger.revenue(on, 2023, amount as i64);
    }
    let march = days("2023-02-15", "2023-03-14");
    let fines = spread(&ledger, "TT.02", &march);
    assert_eq!((fines.in_period.value, fines.to_date.value), (100, 110));
    let revenue = spread(&ledger, "NS.01", &march);
    assert_eq!((revenue.in_period.value, revenue.to_date.value), (100, 110));
    // the report month of January begins in December
    let january = spread(&ledger, "TT.02", &days("2022-12-15", "2023-01-14"));
    assert_eq!((january.in_period.value, january.to_date.value), (11, 11));
}

#[test]
fn what_is_met_in_two_wards_and_on_many_days_counts_once_in_each_part_and_once_in_all() {
    let mut ledger = district::founded();
    ledger.on("2023-03-20");
    let visits = [
        (HA_DINH, "2023-01-05", "facility-a"),
        (HA_DINH, "2023-01-06", "facility-a"),
        (NHAN_CHINH, "2023-01-06", "facility-a"),
        (NHAN_CHINH, "2023-01-07", "facility-b"),
        (NHAN_CHINH, "2023-02-20", "facility-a"),
        (HA_DINH, "2023-02-21", "facility-c"),
        (NHAN_CHINH, "2023-03-01", "facility-c"),
    ];
    for ((unit, place), on, facility) in visits {
        visit_of(&mut ledger, unit, json!([place]), (on, facility));
    }
    let part = |value, events| Part { value, events };
    let of = |asked: &Asked| {
        let (figure, spread) = (ledger.figure_asked("YT.01b", asked), spread(&ledger, "YT.01b", asked));
        let wards: BTreeMap<_, _> = figure.wards.iter().map(|ward| (ward.unit.0, ward.part)).collect();
        let units: BTreeMap<_, _> = spread.units.iter().map(|(unit, part)| (unit.0, *part)).collect();
        assert_eq!(wards, units);
        ((figure.value, figure.events), (spread.in_period, spread.to_date), units)
    };
    let march = of(&days("2023-02-15", "2023-03-14"));
    let units = BTreeMap::from([(NHAN_CHINH.0, part(2, 2)), (HA_DINH.0, part(1, 1))]);
    assert_eq!(march, ((2, 3), (part(2, 3), part(3, 7)), units));
    let january = of(&days("2023-01-01", "2023-01-31"));
    let units = BTreeMap::from([(NHAN_CHINH.0, part(2, 2)), (HA_DINH.0, part(1, 2))]);
    assert_eq!(january, ((2, 4), (part(2, 4), part(2, 4)), units));
}

#[test]
fn a_unit_that_is_a_ward_on_some_days_has_a_wards_part_on_those_days_only() {
    let mut ledger = district::founded();
    let new = json!({
        "unit_no": 40, "unit_id": "hn.tx.moi.1", "code": "00999", "name": "Phường Mới", "type": "ward",
        "parent": "hn.thanh-xuan.q", "valid_from": "2022-12-01",
        "transport_key": crate::common::keys(UnitNo(40))[0], "sealing_key": crate::common::keys(UnitNo(40))[1],
        "witnessing_key": crate::common::keys(UnitNo(40))[2],
    });
    let mut office = new.clone();
    office["type"] = json!("district_body");
    office["valid_from"] = json!("2023-01-20");
    for data in [new, office] {
        ledger.json(0, json!({"kind": "unit.registered", "occurred_on": "2022-12-01", "data": data}));
    }
    ledger.on("2023-02-09");
    for (on, facility) in
        [("2023-01-19", "facility-a"), ("2023-01-20", "facility-a"), ("2023-01-21", "facility-b")]
    {
        visit_of(&mut ledger, 40, json!([]), (on, facility));
    }
    assert_eq!(ledger.fold().1, [], "nothing is rejected");
    let part = |value, events| Part { value, events };
    for (code, ward, rest, unit) in
        [("YT.01", part(1, 1), part(2, 2), part(3, 3)), ("YT.01b", part(1, 1), part(2, 2), part(2, 3))]
    {
        let (figure, spread) = (ledger.figure(code), spread(&ledger, code, &asked()));
        let wards: Vec<_> = figure.wards.iter().map(|ward| (ward.unit, ward.part)).collect();
        assert_eq!((wards.as_slice(), figure.unallocated), ([(UnitNo(40), ward)].as_slice(), rest), "{code}");
        assert_eq!(spread.units, BTreeMap::from([(UnitNo(40), unit)]), "{code}");
    }
}

#[test]
fn only_facts_of_the_period_recorded_after_its_closing_are_late() {
    let mut ledger = district::founded();
    ledger.on("2023-02-09");
    ledger.fine(HA_DINH, "2023-01-05", 1);
    ledger.close(HA_DINH.0, &[]);
    ledger.fine(HA_DINH, "2023-01-06", 1);
    ledger.fine(HA_DINH, "2023-02-09", 1);
    ledger.fine(NHAN_CHINH, "2023-01-06", 1);
    let fold = ledger.fold().0;
    let mut pass = Lateness::new(&fold, &asked());
    ledger.iter().for_each(|record| pass.visit(&record));
    assert_eq!(pass.finish(), BTreeMap::from([(UnitNo(HA_DINH.0), 1)]));
    assert_eq!(fold.activity(UnitNo(HA_DINH.0)).late, 1);
}
