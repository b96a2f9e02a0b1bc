//! The law tables of the reference district, row by row: what holds on which day, and what an official is told of a mistake.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::given::{Adopted, LAWS, date, law};
use socai_domain::identity::{self, Strictness};
use socai_domain::law::{
    budget, clearance, conscription, dossier, penalty, penalty::Term, petition, project, tax,
};
use socai_domain::tables::{TableError, parse};
use socai_domain::{CivilDate, Dong};
use socai_proto::v1::{
    LongerTerm as Ground, PenaltyField as Field, SignerLevel as Signer, SubjectKind as Subject,
};

const PENALTY: &str = LAWS[0].1;

fn cap(signer: Signer, field: Field, subject: Subject, on: &str) -> Option<i64> {
    let charge = penalty::Charge { field, act: "999/2024/NĐ-CP:1.1", subject, on: date(on) };
    penalty::cap(&Adopted::reference(), signer, charge).map(|cap| cap.value.0)
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
    assert_eq!(district(Field::Construction, "2025-07-01"), Some(0));
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
    assert_eq!(
        cap(Signer::City, Field::Other, Subject::Individual, "2023-02-08"),
        None,
        "no maximum is known"
    );
    assert_eq!(cap(Signer::Inspector, Field::Fire, Subject::Individual, "2023-02-08"), None);
}

#[test]
fn a_field_had_another_maximum_before_2022_where_the_law_changed_it() {
    let city = |field, on| cap(Signer::City, field, Subject::Individual, on);
    assert_eq!(city(Field::TrafficOrder, "2021-12-31"), Some(40_000_000));
    assert_eq!(city(Field::TrafficOrder, "2022-01-01"), Some(75_000_000));
    for field in [Field::UrbanOrder, Field::Construction, Field::Environment, Field::Fire, Field::Trade] {
        assert_eq!(city(field, "2013-07-01"), city(field, "2023-02-08"), "{field:?}");
        assert_eq!(city(field, "2013-06-30"), None, "{field:?}: before the law");
    }
    assert_eq!(
        (city(Field::FoodSafety, "2013-12-30"), city(Field::FoodSafety, "2013-12-31")),
        (None, Some(100_000_000))
    );
}

#[test]
fn the_head_of_district_police_fines_a_fifth_of_the_field_up_to_twenty_five_million() {
    let police = |field, on| cap(Signer::Police, field, Subject::Individual, on);
    assert_eq!(police(Field::TrafficOrder, "2023-02-08"), Some(15_000_000));
    assert_eq!(police(Field::Fire, "2023-02-08"), Some(10_000_000));
    assert_eq!(police(Field::Environment, "2025-02-28"), Some(25_000_000));
    assert_eq!(police(Field::Environment, "2025-03-01"), None);
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
    let of = |act, subject| {
        let charge = penalty::Charge { field: Field::Other, act, subject, on: date("2023-02-08") };
        penalty::bracket(&rules, charge).map(|found| found.value)
    };
    assert_eq!(of("100/2019/NĐ-CP:12.1", Subject::Individual), Some((Dong(100_000), Dong(200_000))));
    assert_eq!(of("100/2019/NĐ-CP:12.5", Subject::Organisation), Some((Dong(4_000_000), Dong(6_000_000))));
    assert_eq!(of("115/2018/NĐ-CP:16.2", Subject::Household), Some((Dong(1_000_000), Dong(3_000_000))));
    assert_eq!(of("100/2019/NĐ-CP:12.6", Subject::Individual), Some((Dong(4_000_000), Dong(6_000_000))));
    assert_eq!(of("1/1:1", Subject::Individual), None);
}

#[test]
fn terms_of_a_penalty_are_seven_and_ten_working_days_and_ten_days() {
    let (rules, on) = (Adopted::reference(), date("2023-02-08"));
    let term =
        |transferred, ground, on| penalty::decision(&rules, transferred, ground, date(on)).unwrap().value;
    for (on, transferred, ground, expected) in [
        ("2023-02-08", false, Ground::Unspecified, Term::WorkingDays(7)),
        ("2023-02-08", true, Ground::Unspecified, Term::WorkingDays(10)),
        ("2023-02-08", true, Ground::Explained, Term::Months(1)),
        ("2022-01-01", false, Ground::Complex, Term::Months(2)),
        ("2021-12-31", false, Ground::Unspecified, Term::Days(7)),
        ("2021-12-31", true, Ground::Unspecified, Term::Days(7)),
        ("2013-07-01", false, Ground::Explained, Term::Days(30)),
        ("2013-07-01", false, Ground::Complex, Term::Days(60)),
    ] {
        assert_eq!(term(transferred, ground, on), expected, "{on} {transferred} {ground:?}");
    }
    assert_eq!(penalty::decision(&rules, false, Ground::Unspecified, date("2013-06-30")), None);
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
    let months = |field| penalty::limitation(&rules, field, "999/2024/NĐ-CP:1.1", on).unwrap().value;
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
    let rates = tax::late_interest(&rules, on);
    assert_eq!(rates.iter().map(|rate| rate.value.percent_a_day).collect::<Vec<_>>(), [3]);
}

#[test]
fn a_tax_debt_is_notified_after_thirty_days_enforced_after_ninety_and_paid_in_parts_for_a_year() {
    let rules = Adopted::reference();
    for (on, known) in [("2020-06-30", None), ("2020-07-01", Some((30, 90, 12)))] {
        let on = date(on);
        let notice = tax::notice(&rules, on).map(|days| days.value);
        let enforcement = tax::enforcement(&rules, on).map(|days| days.value);
        let months = tax::instalments(&rules, on).map(|months| months.value);
        assert_eq!(
            (notice, enforcement, months),
            known.map_or((None, None, None), |(a, b, c)| (Some(a), Some(b), Some(c)))
        );
    }
}

#[test]
fn the_books_of_a_year_are_adjusted_until_the_end_of_the_next_january() {
    let rules = Adopted::reference();
    let until = |year| budget::adjusted_until(&rules, year);
    assert_eq!(until(2022).unwrap().value, date("2023-01-31"));
    assert!(until(2022).unwrap().source.contains("83/2015/QH13 Điều 64"));
    assert_eq!(until(2016), None, "the row is in force from 2017 on");
    assert_eq!(budget::books(&rules, 2022), Some((date("2022-01-01"), date("2023-01-31"))));
    assert_eq!(budget::books(&rules, 2016), Some((date("2016-01-01"), date("2016-12-31"))));
    assert_eq!(budget::adjusted_until(&Adopted::none(), 2022), None);
}

#[test]
fn the_end_of_the_adjustment_is_what_the_row_of_the_year_says() {
    let row = |day, month| {
        format!("[[adjustment]]\nday = {day}\nmonth = {month}\nvalid_from = 2017-01-01\nsource = \"thử\"\n")
    };
    let until = |day, month| {
        let rules = Adopted::with_law("law.budget", &row(day, month));
        budget::adjusted_until(&rules, 2023).unwrap().value
    };
    assert_eq!(until(15, 3), date("2024-03-15"));
    assert_eq!(until(31, 2), date("2024-02-29"), "a day beyond the month is its last");
    assert!(parse("law.budget", &row(32, 1)).is_err());
    assert!(parse("law.budget", &row(1, 13)).is_err());
}

#[test]
fn postponement_and_instalments_begin_at_an_amount_that_depends_on_the_subject() {
    let (rules, on) = (Adopted::reference(), date("2023-02-08"));
    let postponed = |subject| penalty::postponement(&rules, subject, on).unwrap().value;
    assert_eq!(
        (postponed(Subject::Individual).min, postponed(Subject::Individual).months),
        (Some(Dong(2_000_000)), 3)
    );
    assert_eq!(postponed(Subject::Organisation).min, Some(Dong(100_000_000)));
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
fn a_mistake_in_what_a_row_is_for_is_told_with_its_line_and_what_it_may_be() {
    let land = "acts = [\"102/2014/NĐ-CP\", \"91/2019/NĐ-CP\", \"123/2024/NĐ-CP\"]";
    let usual = "[[decision]]\ndays = 7\n";
    for (from, to, line, key, problem) in [
        (land, "acts = [\"đất đai\"]", line_of(land), "acts", "names no acts"),
        (land, "acts = []", line_of(land), "acts", "is an empty list"),
        (land, "acts = \"91/2019/NĐ-CP\"", line_of(land), "acts", "expected a list"),
        (land, &format!("{land}\nfield = \"other\""), line_of(land) + 1, "field", "is stated beside `acts`"),
        (land, "", line_of(land) - 1, "field", "is missing, and so is `acts`"),
        (
            usual,
            &format!("{usual}working_days = 7\n"),
            line_of(usual) + 2,
            "working_days",
            "is stated beside `days`",
        ),
        (usual, "[[decision]]\n", line_of(usual), "working_days", "is missing, and so is `days`"),
    ] {
        let error = told(from, to);
        assert_eq!((error.line, error.key.as_str()), (line, key), "{to}: {error}");
        assert!(error.problem.contains(problem), "{to}: {error}");
    }
}

#[test]
fn two_rows_that_name_an_act_equally_closely_are_not_in_force_on_one_day() {
    let row = |acts: &str, from: &str| {
        format!("[[field_maximum]]\nacts = [{acts}]\nmax = 1\nvalid_from = {from}\nsource = \"s\"\n")
    };
    let clash = |one: &str, other: &str, from: &str| {
        parse("law.penalty", &(row(one, "2020-01-01") + &row(other, from))).is_err()
    };
    assert!(clash("\"1/1\", \"1/2\"", "\"1/3\", \"1/2\"", "2021-01-01"));
    assert!(clash("\"1/1:3-5\"", "\"1/1:5-7\"", "2021-01-01"));
    assert!(!clash("\"1/1\"", "\"1/1:3-5\", \"1/1:4\"", "2021-01-01"), "the closer row holds");
    assert!(!clash("\"1/1\"", "\"1/2\"", "2021-01-01"));
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
