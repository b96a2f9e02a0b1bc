//! Figures of an occasion: against the same one of the year before, and against what was approved for it.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::{Ledger, district, facts::asked};
use serde_json::json;
use socai_domain::CivilDate;
use socai_fold::{
    Fold,
    figures::{
        Asked, Figure,
        series::{Question, by_slice},
    },
};
use socai_tlog::EventName;

const TET_2022: &str = "tet-nham-dan-2022";
const TET_2023: &str = "tet-quy-mao-2023";
const SOCIAL: u32 = 19;

fn given() -> Ledger {
    let mut ledger = district::founded();
    ledger.on("2023-02-09");
    ledger
}

impl Ledger {
    fn market(&mut self, on: &str, occasion: &str) -> EventName {
        let data = json!({"kind": "spring_flower_market", "occasion": occasion, "from": on, "to": on});
        self.fact(1, on, "activity.held", data, json!({}))
    }

    fn programme(&mut self, on: &str, occasion: &str, programme: &str, lines: &[(i64, u32)]) -> EventName {
        let line = |(unit_value, quantity): &(i64, u32)| json!({"group": "elderly", "recipient_kind": "person", "unit_value": unit_value, "quantity": quantity});
        let lines: Vec<_> = lines.iter().map(line).collect();
        let data =
            json!({"programme": programme, "occasion": occasion, "source": "district", "lines": lines});
        self.fact(SOCIAL, on, "gift.programme_approved", data, json!({"case": programme}))
    }

    fn gifts(
        &mut self,
        on: &str,
        occasion: &str,
        programme: &str,
        source: &str,
        (quantity, returned): (u32, u32),
    ) -> EventName {
        let data = json!({
            "programme": programme, "occasion": occasion, "source": source, "group": "elderly", "form": "cash", "unit_value": 500_000,
            "quantity": quantity, "amount": 500_000 * i64::from(quantity), "returned": returned,
        });
        self.fact(SOCIAL, on, "gift.delivered", data, json!({"case": programme}))
    }

    fn baseline(&mut self, indicator: &str, slice: &str, (from, to): (&str, &str), value: i64) -> EventName {
        let data = json!({
            "indicator": indicator, "slice": slice, "period_from": from, "period_to": to, "value": value, "unit_of_measure": "suất quà",
            "source_doc": "báo cáo cũ",
        });
        self.json(0, json!({"kind": "baseline.declared", "occurred_on": "2023-02-08", "data": data}))
    }
}

/// Value and percentage of the year before.
fn before(figure: &Figure) -> Option<(i128, Option<&str>)> {
    figure.same_period.as_ref().map(|same| (same.compared.value, same.compared.percent.as_deref()))
}

/// Value and percentage of the approved programmes.
fn approved(figure: &Figure) -> Option<(i128, Option<&str>)> {
    figure.plans.get("programme").map(|plan| (plan.value, plan.percent.as_deref()))
}

#[test]
fn an_occasion_is_compared_with_the_facts_of_the_same_one_a_year_earlier() {
    let mut ledger = given();
    for (on, occasion) in [
        ("2022-01-20", TET_2022),
        ("2022-01-21", TET_2022),
        ("2023-01-10", TET_2023),
        ("2023-01-10", TET_2023),
        ("2023-01-11", TET_2023),
        // on days of neither table row, and of no occasion: the id on the fact decides, not the day
        ("2023-02-07", TET_2022),
        ("2023-01-12", "le-hoi-dong-da"),
    ] {
        ledger.market(on, occasion);
    }
    let markets = ledger.figure("TT.03");
    assert_eq!((markets.value, before(&markets)), (3, Some((3, Some("100")))));
    assert_eq!(markets.same_period.unwrap().baseline, None, "from the ledger");
    let earlier = Asked { occasion: Some(TET_2022.to_owned()), ..asked() };
    let earlier = ledger.figure_asked("TT.03", &earlier);
    assert_eq!((earlier.value, before(&earlier)), (3, None), "the table names none before it");
}

#[test]
fn a_baseline_of_exactly_the_occasions_days_serves_while_the_ledger_has_none_of_its_facts() {
    let mut ledger = given();
    ledger.gifts("2023-01-10", TET_2023, "qua-tet", "district", (30, 0));
    ledger.baseline("AS.01", "", ("2022-01-01", "2022-02-08"), 7);
    assert_eq!(before(&ledger.figure("AS.01")), None, "the asked days a year earlier are not the occasion's");
    let days = ("2021-12-11", "2022-02-15");
    let declared = ledger.baseline("AS.01", "", days, 40);
    ledger.baseline("AS.01", "source=district", days, 60);
    let figure = ledger.figure("AS.01");
    assert_eq!(before(&figure), Some((40, Some("75"))));
    assert_eq!(figure.same_period.unwrap().baseline, Some(declared));
    let of_source = figure.slices.iter().find(|slice| slice.axis == "source").unwrap();
    assert_eq!(of_source.same_period.as_ref().unwrap().compared.percent.as_deref(), Some("50"));
    let of_group = figure.slices.iter().find(|slice| slice.axis == "group").unwrap();
    assert_eq!(of_group.same_period, None, "nothing was declared of the group");
    ledger.gifts("2022-01-10", TET_2022, "qua-tet-2022", "district", (12, 2));
    assert_eq!(before(&ledger.figure("AS.01")), Some((10, Some("300"))), "facts come before declarations");
}

#[test]
fn gifts_are_a_percentage_of_all_programmes_approved_for_their_occasion() {
    let mut ledger = given();
    ledger.programme("2022-12-20", TET_2023, "qua-tet-quan", &[(500_000, 60), (1_000_000, 20)]);
    ledger.programme("2022-12-21", TET_2023, "qua-tet-xa-hoi", &[(500_000, 20)]);
    ledger.programme("2022-01-05", TET_2022, "qua-tet-2022", &[(500_000, 7_000)]);
    ledger.gifts("2023-01-10", TET_2023, "qua-tet-quan", "district", (30, 5));
    assert_eq!(approved(&ledger.figure("AS.01")), Some((100, Some("25"))));
    // 30 × 500.000 of 60 × 500.000 + 20 × 1.000.000 + 20 × 500.000
    assert_eq!(approved(&ledger.figure("AS.02")), Some((60_000_000, Some("25"))));
    ledger.programme("2023-01-09", TET_2023, "qua-tet-quan", &[(500_000, 25)]);
    assert_eq!(approved(&ledger.figure("AS.01")), Some((125, Some("20"))), "a supplement replaces nothing");
    let late = ledger.programme("2023-02-09", TET_2023, "qua-tet-muon", &[(500_000, 875)]);
    assert_eq!(approved(&ledger.figure("AS.01")).unwrap().0, 125, "approved after the last asked day");
    let after = Asked { to: "2023-02-09".parse().unwrap(), ..asked() };
    assert_eq!(approved(&ledger.figure_asked("AS.01", &after)).unwrap().0, 1_000);
    ledger.void(SOCIAL, late);
    assert_eq!(
        approved(&ledger.figure_asked("AS.01", &after)).unwrap().0,
        125,
        "a voided programme plans nothing"
    );
    let nothing = Asked { occasion: None, ..asked() };
    let (fold, _) = ledger.fold();
    let figures = socai_fold::figures::figures(&fold, &nothing, None).unwrap();
    assert!(
        figures.iter().all(|figure| figure.row.code != "AS.01"),
        "without an occasion there is no figure"
    );
}

#[test]
fn the_reference_month_gave_what_its_programmes_planned() {
    let ledger = district::month();
    assert_eq!(approved(&ledger.figure("AS.01")), Some((11_854, Some("100"))));
    assert_eq!(approved(&ledger.figure("AS.02")), Some((10_287_000_000, Some("100"))));
}

#[test]
fn a_state_that_comes_back_from_its_rows_has_the_same_programmes_and_names_of_projects() {
    let mut ledger = given();
    ledger.programme("2022-12-20", TET_2023, "qua-tet-quan", &[(500_000, 60)]);
    ledger.gifts("2023-01-10", TET_2023, "qua-tet-quan", "district", (30, 0));
    register(&mut ledger, "2022-12-01", &["Cụm ba trường"]);
    let mut fold = Fold::new();
    fold.capture(true);
    ledger.onto(&mut fold, ledger.records.len());
    let rows = fold.drain();
    let rows = rows.iter().filter(|change| Fold::holds(&change.key));
    let again = Fold::from_rows(rows.filter_map(|row| Some((&row.key, row.new.as_ref()?)))).unwrap();
    let figures = socai_fold::figures::figures(&again, &asked(), None).unwrap();
    let gifts = figures.iter().find(|figure| figure.row.code == "AS.01").unwrap();
    assert_eq!(approved(gifts), Some((60, Some("50"))));
    assert_eq!(again.projects().name("da-1", asked().to), Some("Cụm ba trường"));
}

#[test]
fn every_category_of_revenue_stands_beside_the_year_before() {
    let mut ledger = given();
    for (on, year, category, amount) in [
        ("2023-01-10", 2023, "land_use_fee", 300),
        ("2023-01-11", 2023, "fees", 50),
        ("2023-01-11", 2023, "ecommerce", 80),
        ("2022-01-10", 2022, "land_use_fee", 200),
        ("2022-01-12", 2021, "fees", 100),
    ] {
        let data = json!({"fiscal_year": year, "category": category, "amount": amount, "voucher": "v", "collector": "tax"});
        ledger.json(14, json!({"kind": "budget.revenue_posted", "occurred_on": on, "data": data}));
    }
    ledger.baseline("NS.01", "category=ecommerce", ("2022-01-01", "2022-02-08"), 320);
    let figure = ledger.figure("NS.01");
    let told: Vec<_> = figure
        .slices
        .iter()
        .map(|slice| {
            let percent = slice.same_period.as_ref().and_then(|same| same.compared.percent.as_deref());
            (slice.value.as_str(), slice.part.value, percent)
        })
        .collect();
    for expected in [("land_use_fee", 300, Some("150")), ("fees", 50, None), ("ecommerce", 80, Some("25"))] {
        assert!(told.contains(&expected), "{expected:?} is not in {told:?}");
    }
}

#[test]
fn an_occasions_slices_along_the_axis_stand_beside_those_of_the_occasion_before() {
    let mut ledger = given();
    ledger.gifts("2023-01-10", TET_2023, "qua-tet", "district", (30, 0));
    ledger.gifts("2022-01-10", TET_2022, "qua-tet-2022", "district", (20, 0));
    let (fold, _) = ledger.fold();
    let question = Question::new("tet".to_owned(), asked());
    let (_, series) = by_slice(&fold, "AS.01", &question, Some("source")).unwrap();
    let same = series.points[0].same_period.as_ref().unwrap();
    assert_eq!(same.compared.percent.as_deref(), Some("150"));
}

fn register(ledger: &mut Ledger, on: &str, names: &[&str]) -> EventName {
    let data = json!({"project": "da-1", "names": names, "investor": "hn.tx.b.qlda"});
    ledger.fact(15, on, "project.registered", data, json!({"case": "da-1"}))
}

#[test]
fn a_project_has_the_first_name_of_its_newest_registration_by_the_day() {
    let mut ledger = given();
    register(&mut ledger, "2022-12-01", &["Cụm ba trường", "Cụm 3 trường"]);
    let renamed = register(&mut ledger, "2023-01-15", &["Cụm trường học"]);
    let name = |ledger: &Ledger, on: &str| {
        let on: CivilDate = on.parse().unwrap();
        ledger.fold().0.projects().name("da-1", on).map(str::to_owned)
    };
    assert_eq!(name(&ledger, "2022-11-30"), None);
    assert_eq!(name(&ledger, "2023-01-14").as_deref(), Some("Cụm ba trường"));
    assert_eq!(name(&ledger, "2023-02-08").as_deref(), Some("Cụm trường học"));
    ledger.void(15, renamed);
    assert_eq!(name(&ledger, "2023-02-08").as_deref(), Some("Cụm ba trường"));
    assert_eq!(ledger.fold().0.projects().name("da-2", CivilDate::MAX), None);
}
