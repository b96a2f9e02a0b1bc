//! The law tables of the reference district, row by row: what holds on which day, and what an official is told of a mistake.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::given::{Adopted, LAWS, date, law};
use socai_domain::identity::{self, Strictness};
use socai_domain::law::{clearance, conscription, dossier, penalty, petition, project, tax};
use socai_domain::tables::{TableError, parse};
use socai_domain::{CivilDate, Dong};
use socai_proto::v1::{PenaltyField as Field, SignerLevel as Signer, SubjectKind as Subject};

const PENALTY: &str = LAWS[0].1;

fn cap(signer: Signer, field: Field, subject: Subject, on: &str) -> Option<i64> {
    penalty::cap(&Adopted::reference(), signer, field, subject, date(on)).map(|cap| cap.value.0)
}

#[test]
fn a_ward_fines_a_tenth_of_the_field_up_to_five_million_until_june_2025() {
    let ward = |field, subject, on| cap(Signer::Ward, field, subject, on);
    assert_eq!(ward(Field::UrbanOrder, Subject::Individual, "2023-02-08"), Some(4_000_000));
    assert_eq!(ward(Field::Construction, Subject::Individual, "2025-06-30"), Some(5_000_000));
    assert_eq!(ward(Field::Construction, Subject::Organisation, "2025-06-30"), Some(10_000_000));
    assert_eq!(ward(Field::Construction, Subject::Household, "2025-06-30"), Some(5_000_000));
}

#[test]
fn a_ward_fines_half_of_the_field_since_july_2025() {
    let ward = |field, subject| cap(Signer::Ward, field, subject, "2025-07-01");
    assert_eq!(ward(Field::UrbanOrder, Subject::Individual), Some(20_000_000));
    assert_eq!(ward(Field::Construction, Subject::Individual), Some(250_000_000));
    assert_eq!(ward(Field::Construction, Subject::Organisation), Some(500_000_000));
}

#[test]
fn a_district_fines_half_of_the_field_up_to_fifty_then_a_hundred_million_until_it_is_abolished() {
    let district = |field, on| cap(Signer::District, field, Subject::Individual, on);
    assert_eq!(district(Field::Construction, "2021-12-31"), Some(50_000_000));
    assert_eq!(district(Field::Construction, "2022-01-01"), Some(100_000_000));
    assert_eq!(district(Field::Fire, "2023-02-08"), Some(25_000_000));
    assert_eq!(district(Field::Construction, "2025-07-01"), None);
}

#[test]
fn a_city_fines_up_to_the_maximum_of_the_field() {
    for (field, maximum) in [
        (Field::UrbanOrder, 40_000_000),
        (Field::Fire, 50_000_000),
        (Field::Culture, 50_000_000),
        (Field::TrafficOrder, 75_000_000),
        (Field::Health, 100_000_000),
        (Field::Trade, 100_000_000),
        (Field::FoodSafety, 100_000_000),
        (Field::Construction, 500_000_000),
        (Field::Environment, 1_000_000_000),
    ] {
        assert_eq!(cap(Signer::City, field, Subject::Individual, "2023-02-08"), Some(maximum), "{field:?}");
    }
    assert_eq!(cap(Signer::City, Field::Other, Subject::Individual, "2023-02-08"), None, "no row, no limit");
    assert_eq!(cap(Signer::Police, Field::Fire, Subject::Individual, "2023-02-08"), None);
}

#[test]
fn a_fine_on_the_spot_is_limited_by_day_and_subject() {
    let rules = Adopted::reference();
    let limit = |subject, on| penalty::on_the_spot(&rules, subject, date(on)).unwrap().value;
    assert_eq!(limit(Subject::Individual, "2025-06-30"), Dong(250_000));
    assert_eq!(limit(Subject::Organisation, "2025-06-30"), Dong(500_000));
    assert_eq!(limit(Subject::Household, "2025-07-01"), Dong(500_000));
    assert_eq!(limit(Subject::Organisation, "2025-07-01"), Dong(1_000_000));
}

#[test]
fn an_act_has_one_bracket_and_twice_that_for_an_organisation() {
    let rules = Adopted::reference();
    let of =
        |act, subject| penalty::bracket(&rules, act, subject, date("2023-02-08")).map(|found| found.value);
    assert_eq!(of("100/2019/NĐ-CP:12.1", Subject::Individual), Some((Dong(100_000), Dong(200_000))));
    assert_eq!(of("100/2019/NĐ-CP:12.5", Subject::Organisation), Some((Dong(4_000_000), Dong(6_000_000))));
    assert_eq!(of("115/2018/NĐ-CP:16.2", Subject::Household), Some((Dong(1_000_000), Dong(3_000_000))));
    assert_eq!(of("1/1:1", Subject::Individual), None);
}

#[test]
fn terms_of_a_penalty_are_seven_and_ten_working_days_and_ten_days() {
    let (rules, on) = (Adopted::reference(), date("2023-02-08"));
    let term = |transferred| penalty::decision(&rules, transferred, on).unwrap().value;
    assert_eq!((term(false).working_days, term(true).working_days), (7, 10));
    assert_eq!((term(false).months_explained, term(false).months_complex), (1, 2));
    assert_eq!(penalty::compliance(&rules, on).unwrap().value, 10);
    assert_eq!(penalty::execution(&rules, on).unwrap().value, 12);
}

#[test]
fn a_decision_is_sent_within_two_working_days_and_three_since_july_2025() {
    let rules = Adopted::reference();
    let sending = |on| penalty::sending(&rules, date(on)).unwrap().value;
    assert_eq!((sending("2025-06-30"), sending("2025-07-01")), (2, 3));
}

#[test]
fn limitation_is_that_of_the_field_else_of_all_others() {
    let (rules, on) = (Adopted::reference(), date("2023-02-08"));
    let months = |field| penalty::limitation(&rules, field, on).unwrap().value;
    for field in [Field::Construction, Field::Environment, Field::Trade] {
        assert_eq!(months(field), 24, "{field:?}");
    }
    for field in [Field::UrbanOrder, Field::TrafficOrder, Field::FoodSafety, Field::Fire, Field::Other] {
        assert_eq!(months(field), 12, "{field:?}");
    }
}

#[test]
fn fines_bear_five_hundredths_of_a_per_cent_a_day_and_taxes_three() {
    let (rules, on) = (Adopted::reference(), date("2023-02-08"));
    let rates = penalty::late_interest(&rules, on);
    assert_eq!(rates.iter().map(|rate| rate.value.percent_a_day).collect::<Vec<_>>(), [5]);
    assert_eq!(tax::late_interest(&rules, on).unwrap().value, 3);
    assert_eq!(tax::enforcement(&rules, on).unwrap().value, 90);
}

#[test]
fn postponement_and_instalments_begin_at_an_amount_that_depends_on_the_subject() {
    let (rules, on) = (Adopted::reference(), date("2023-02-08"));
    let postponed = |subject| penalty::postponement(&rules, subject, on).unwrap().value;
    assert_eq!(
        (postponed(Subject::Individual).min, postponed(Subject::Individual).months),
        (Dong(2_000_000), 3)
    );
    assert_eq!(postponed(Subject::Organisation).min, Dong(100_000_000));
    let parts = |subject| penalty::instalments(&rules, subject, on).unwrap().value;
    let individual = parts(Subject::Household);
    assert_eq!((individual.min, individual.months, individual.times), (Dong(15_000_000), 6, 3));
    assert_eq!(individual.first_of(Dong(20_000_001)), Dong(8_000_000));
    assert_eq!(parts(Subject::Organisation).min, Dong(150_000_000));
}

#[test]
fn petitions_have_the_terms_of_their_laws() {
    let (rules, on) = (Adopted::reference(), date("2023-02-08"));
    assert_eq!(petition::complaint_acceptance(&rules, on).unwrap().value, 10);
    assert_eq!(petition::complaint(&rules, 1, on).unwrap().value, (30, 45));
    assert_eq!(petition::complaint(&rules, 2, on).unwrap().value, (45, 60));
    assert_eq!(petition::complaint(&rules, 3, on), None);
    assert_eq!(petition::denunciation_initial(&rules, on).unwrap().value, (7, 10));
    assert_eq!(petition::denunciation_transfer(&rules, on).unwrap().value, 5);
    let term = petition::denunciation(&rules, on).unwrap().value;
    assert_eq!((term.days, term.extension_days, term.extensions), (30, 30, 2));
    assert_eq!(petition::denunciation(&rules, date("2018-12-31")), None, "before its law");
}

#[test]
fn citizens_of_the_first_call_are_handed_over_in_february_or_march() {
    let (rules, on) = (Adopted::reference(), date("2023-02-08"));
    assert_eq!(conscription::hand_over(&rules, 1, on).unwrap().value, 2..=3);
    assert_eq!(conscription::hand_over(&rules, 2, on), None);
    assert_eq!(conscription::season_end(&rules, 2024, 1).unwrap().value, date("2024-03-31"));
}

#[test]
fn a_season_that_names_no_call_is_of_every_call() {
    let row = "[[hand_over]]\nfirst_month = 2\nlast_month = 3\nvalid_from = 2016-01-01\nsource = \"s\"\n";
    let table = law("law.conscription", row);
    assert_eq!(table.in_force("hand_over", date("2023-02-08")).count(), 1);
    let both = format!("{row}{}", row.replace("[[hand_over]]", "[[hand_over]]\ncall_no = 2"));
    assert_eq!(law("law.conscription", &both).rows.len(), 2);
}

/// Sections that ledgers adopted once are read for ever, though nothing asks for them.
#[test]
fn what_is_for_readers_says_so() {
    for (name, section) in [
        ("law.conscription", "[[reserve]]"),
        ("law.conscription", "[[examined]]"),
        ("law.conscription", "[[age]]"),
        ("law.petition", "[[complaint_limitation]]"),
    ] {
        let content = LAWS.iter().find(|(known, _)| *known == name).unwrap().1;
        let above = content.split(section).next().unwrap().rsplit("\n\n").next().unwrap();
        assert!(above.contains("For readers: no fact says"), "{name} {section}: {above}");
    }
}

#[test]
fn drafts_are_posted_for_twenty_then_thirty_days_and_plans_are_paid_within_thirty() {
    let rules = Adopted::reference();
    let posting = |on| clearance::posting(&rules, date(on)).unwrap().value;
    assert_eq!((posting("2024-07-31"), posting("2024-08-01")), (20, 30));
    assert_eq!(clearance::payment(&rules, date("2023-02-08")).unwrap().value, 30);
    assert_eq!(clearance::notice(&rules, date("2023-02-08")).unwrap().value, (90, 180));
}

#[test]
fn a_dossier_may_be_sent_back_for_papers_once() {
    let rules = Adopted::reference();
    assert_eq!(dossier::supplements(&rules, date("2023-02-08")).unwrap().value, 1);
}

#[test]
fn an_economic_technical_report_is_enough_up_to_fifteen_then_twenty_billion() {
    let rules = Adopted::reference();
    let limit = |on| project::economic_technical_report(&rules, date(on)).unwrap().value;
    assert_eq!((limit("2024-12-29"), limit("2024-12-30")), (Dong(15_000_000_000), Dong(20_000_000_000)));
}

#[test]
fn a_plan_is_paid_out_until_january_and_a_project_settled_by_its_group() {
    use socai_proto::v1::ProjectGroup;
    let rules = Adopted::reference();
    let term = project::plan_term(&rules, 2022).unwrap().value;
    assert_eq!((term.last, term.extended), (date("2023-01-31"), date("2023-12-31")));
    let settled = |group, on| project::settlement(&rules, group, date(on)).unwrap().value;
    assert_eq!(settled(ProjectGroup::A, "2022-12-01"), date("2024-06-01"));
    assert_eq!(settled(ProjectGroup::B, "2022-12-01"), date("2023-10-21"));
    assert_eq!(settled(ProjectGroup::C, "2022-12-01"), date("2023-07-16"));
}

#[test]
fn every_row_says_whether_its_source_was_read() {
    for (name, content) in LAWS {
        for row in law(name, content).rows {
            let marks = ["(đã đọc văn bản", "(theo nguồn thứ cấp, cần kiểm tra", "(từ trí nhớ"];
            assert!(marks.iter().any(|mark| row.source.contains(mark)), "{name}: {}", row.source);
        }
    }
}

#[test]
fn tables_hold_nothing_that_reads_like_an_identity() {
    for (name, content) in LAWS {
        let found = identity::find(content, Strictness::Text);
        assert_eq!(found, None, "{name}: {:?}", found.map(|found| &content[found.at..]));
    }
}

/// Replaces one place of a table and returns what the official is told.
fn told(from: &str, to: &str) -> TableError {
    assert!(PENALTY.contains(from), "{from}");
    parse("law.penalty", &PENALTY.replacen(from, to, 1)).unwrap_err()
}

fn line_of(text: &str) -> usize {
    let at = PENALTY.find(text).unwrap();
    PENALTY[..at].matches('\n').count() + 1
}

#[test]
fn a_mistake_in_a_law_is_told_with_its_line_and_key() {
    let first_cap = line_of("[[cap]]");
    for (from, to, line, key) in [
        ("max = 5_000_000\n", "maks = 5_000_000\n", line_of("max = 5_000_000"), "maks"),
        ("signer_level = \"ward\"", "signer_level = \"wards\"", line_of("signer_level"), "signer_level"),
        ("signer_level = \"ward\"\n", "", first_cap, "signer_level"),
        ("field = \"fire\"", "field = \"fires\"", line_of("field = \"fire\""), "field"),
        ("times = 2", "times = \"two\"", line_of("times = 2"), "times"),
        ("times = 2", "times = 0", line_of("times = 2"), "times"),
        ("percent_a_day = 5", "percent_a_day = 0.05", line_of("percent_a_day = 5"), "percent_a_day"),
        (
            "percent_of_field_maximum = 1_000",
            "percent_of_field_maximum = 100_000",
            first_cap + 2,
            "percent_of_field_maximum",
        ),
        ("valid_to = 2025-06-30", "valid_to = 2025-06-31", line_of("valid_to = 2025-06-30"), ""),
        ("[[compliance]]", "[[complience]]", line_of("[[compliance]]"), "complience"),
    ] {
        let error = told(from, to);
        assert_eq!(error.line, line, "{from} → {to}: {error}");
        assert!(key.is_empty() || error.key == key, "{from} → {to}: {error}");
    }
}

#[test]
fn two_rows_about_the_same_thing_are_not_in_force_on_one_day() {
    let error = told("valid_from = 2025-07-01", "valid_from = 2025-06-30");
    assert_eq!((error.line, error.key.as_str()), (line_of("valid_from = 2025-07-01"), "valid_from"));
    assert!(error.problem.contains("2013-07-01"), "{error}");
}

#[test]
fn a_law_that_nothing_judges_by_yet_is_free_in_its_keys() {
    let text = "[[fee]]\nstreet = \"a\"\nvalid_from = 2020-01-01\nsource = \"s\"\n";
    assert_eq!(law("law.fees", text).in_force("fee", CivilDate::MAX).count(), 1);
}
