//! The rule tables of the reference district parse, and agree with each other and with the template.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use socai_domain::tables::{Format, Table, parse};
use socai_report::Template;

const INDICATORS: &str = include_str!("../../../../deploy/thanh-xuan/rules/indicators.toml");
const OCCASIONS: &str = include_str!("../../../../deploy/thanh-xuan/rules/occasions.toml");
const GROUPING: &str = include_str!("../../../../deploy/thanh-xuan/rules/grouping.toml");
const HOLIDAYS: &str = include_str!("../../../../deploy/thanh-xuan/rules/holidays.toml");
const PERIODS: &str = include_str!("../../../../deploy/thanh-xuan/rules/periods.toml");
const OBLIGATIONS: &str = include_str!("../../../../deploy/thanh-xuan/rules/obligations.toml");
const TEMPLATE: &str = include_str!("../../../../deploy/thanh-xuan/rules/template.monthly.jinja");

#[test]
fn every_table_of_the_district_is_adoptable() {
    for (name, content) in [
        ("indicators", INDICATORS),
        ("occasions", OCCASIONS),
        ("grouping", GROUPING),
        ("holidays", HOLIDAYS),
        ("periods", PERIODS),
        ("obligations", OBLIGATIONS),
    ] {
        parse(name, content).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    Template::parse(TEMPLATE).unwrap();
}

#[test]
fn every_figure_of_the_template_has_a_row_and_prints_in_its_form() {
    let Ok(Table::Indicators(rows)) = parse("indicators", INDICATORS) else { panic!("no rows") };
    for (line, code) in Template::parse(TEMPLATE).unwrap().codes() {
        let Some(row) = rows.iter().find(|row| row.code == code) else {
            panic!("line {line}: {code} has no indicator row");
        };
        let form = match row.format {
            Format::Tien => "tien",
            Format::Dem => "dem",
            Format::Pct => "pct",
        };
        for call in TEMPLATE.split(&format!("f(\"{code}\")|")).skip(1) {
            let filter: String = call.chars().take_while(char::is_ascii_alphabetic).collect();
            assert_eq!(filter, form, "{code}");
        }
    }
}

#[test]
fn texts_that_go_into_the_log_hold_nothing_that_reads_like_an_identity() {
    for content in [INDICATORS, OCCASIONS, GROUPING, HOLIDAYS, TEMPLATE] {
        let found = socai_domain::identity::find(content, socai_domain::identity::Strictness::Text);
        assert_eq!(found, None, "{:?}", found.map(|f| &content[f.at..f.at + 30]));
    }
}

#[test]
fn every_kind_of_a_domain_is_counted_by_a_row_or_known_not_to_be() {
    let Ok(Table::Indicators(rows)) = parse("indicators", INDICATORS) else { panic!("no rows") };
    let counted: Vec<&str> = rows
        .iter()
        .flat_map(|row| row.kind.iter().chain(row.plan.iter().map(|plan| &plan.kind)))
        .map(String::as_str)
        .collect();
    let domain = socai_proto::kinds().iter().filter(|kind| !kind.is_ledger());
    let uncounted: Vec<&str> = domain.map(|kind| kind.name).filter(|name| !counted.contains(name)).collect();
    // They say where a case stands; what is counted is its other facts.
    let states = ["project.registered", "penalty.execution_changed", "directive.progressed"];
    assert_eq!(uncounted, states);
}
