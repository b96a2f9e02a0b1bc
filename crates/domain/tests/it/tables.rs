//! Rule tables: what an official may write, and the line and key he is told when it is wrong.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use socai_domain::CivilDate;
use socai_domain::calendar::Calendar;
use socai_domain::tables::{
    Compare, Counterpart, Format, Indicator, Measure, Member, Own, PeriodUse, Table, TableError, Where,
    WhereValue, line_in_row, names, parse, parse_new,
};
use socai_proto::v1::UnitType;

fn date(text: &str) -> CivilDate {
    text.parse().unwrap()
}

const INDICATORS: &str = r#"
[[indicator]]
code = "TT.01"
label = "Trường hợp vi phạm trật tự đô thị, trật tự an toàn giao thông bị xử phạt"
label_en = "Urban and traffic order violations sanctioned"
unit = "trường hợp"
kind = "penalty.decided"
where = { field = ["urban_order", "traffic_order"], on_the_spot = false }
measure = "count"
format = "dem"
nil_scope = ["ward"]

[[indicator]]
code = "NS.01"
label = "Thu ngân sách nhà nước trên địa bàn"
unit = "triệu đồng"
kind = "budget.revenue_posted"
measure = "sum"
of = ["amount"]
period = "fiscal-year-to-date"
year_field = "fiscal_year"
slices = ["category"]
compare = ["plan", "same-period"]
format = "tien"
[indicator.plan]
kind = "budget.estimate_set"
where = { direction = "revenue" }
value = "amount"
by = "authority"
year_field = "fiscal_year"

[[indicator]]
code = "AS.01"
label = "Suất quà đã trao"
unit = "suất quà"
kind = "gift.delivered"
measure = "sum"
of = ["quantity", "-returned"]
period = "occasion"
occasion_field = "occasion"
format = "dem"
percent_decimals = 1

[[indicator]]
code = "HC.00"
label = "Số đơn vị cấp xã tại ngày chốt"
unit = "đơn vị"
where = { type = "ward" }
measure = "units"
period = "to-date"
format = "dem"
"#;

fn indicators(text: &str) -> Vec<Indicator> {
    match parse("indicators", text).unwrap() {
        Table::Indicators(rows) => rows,
        other => panic!("{other:?}"),
    }
}

#[test]
fn indicator_rows_parse_in_printing_order() {
    let rows = indicators(INDICATORS);
    assert_eq!(
        rows.iter().map(|row| row.code.as_str()).collect::<Vec<_>>(),
        ["TT.01", "NS.01", "AS.01", "HC.00"]
    );
    let text = |s: &str| WhereValue::Text(s.into());
    assert_eq!(
        rows[0].filter[0],
        Where { field: "field".into(), values: vec![text("urban_order"), text("traffic_order")] }
    );
    assert_eq!(rows[0].filter[1].values, [WhereValue::Bool(false)]);
    assert_eq!(
        (&rows[0].measure, &rows[0].period, rows[0].percent_decimals),
        (&Measure::Count, &PeriodUse::Period, 2)
    );
    assert_eq!(rows[1].period, PeriodUse::FiscalYearToDate("fiscal_year".into()));
    assert_eq!(rows[1].compare, [Compare::Plan, Compare::SamePeriod]);
    let plan = rows[1].plan.as_ref().unwrap();
    assert_eq!((plan.by.as_deref(), plan.filter[0].values[0].clone()), (Some("authority"), text("revenue")));
    let Measure::Sum(terms) = &rows[2].measure else { panic!() };
    assert_eq!(
        terms.iter().map(|t| (t.field.as_str(), t.negative)).collect::<Vec<_>>(),
        [("quantity", false), ("returned", true)]
    );
    assert_eq!((rows[2].format, &rows[3].measure, &rows[3].kind), (Format::Dem, &Measure::Units, &None));
}

/// Replaces one line of a valid table and returns what the official is told.
fn told(name: &str, valid: &str, from: &str, to: &str) -> TableError {
    assert!(valid.contains(from), "{from}");
    parse(name, &valid.replacen(from, to, 1)).unwrap_err()
}

#[test]
fn a_wrong_indicator_is_refused_with_its_line_and_key() {
    for (from, to, line, key) in [
        ("measure = \"count\"", "measure = \"average\"", 9, "measure"),
        ("measure = \"count\"", "measure = \"count\"\nof = [\"total\"]", 10, "of"),
        ("format = \"dem\"\nnil", "format = \"dem\"\nprecision = 1\nnil", 11, "precision"),
        ("code = \"NS.01\"", "code = \"TT.01\"", 14, "code"),
        ("of = [\"amount\"]", "of = []", 19, "of"),
        ("year_field = \"fiscal_year\"\nslices", "slices", 13, "year_field"),
        ("compare = [\"plan\", \"same-period\"]", "compare = [\"same-period\"]", 23, "compare"),
        ("slices = [\"category\"]", "slices = [\"category\", \"category\"]", 22, "slices"),
        ("percent_decimals = 1", "percent_decimals = 9", 42, "percent_decimals"),
        ("unit = \"trường hợp\"\n", "", 2, ""),
        ("kind = \"penalty.decided\"\n", "", 2, "kind"),
        ("kind = \"penalty.decided\"", "kind = \"penalty.decide\"", 7, "kind"),
        ("where = { direction = \"revenue\" }", "where = { direction = 1.5 }", 27, "where"),
        ("occasion_field = \"occasion\"\n", "", 32, "occasion_field"),
        ("where = { type = \"ward\" }", "where = ward", 48, "where"),
    ] {
        let error = told("indicators", INDICATORS, from, to);
        assert_eq!(
            (error.line, error.key.as_str()),
            (line, if key.is_empty() { error.key.as_str() } else { key }),
            "{error}"
        );
        assert!(error.to_string().contains(&format!("line {line}")), "{error}");
    }
}

const MEASURES: &str = r#"
[[indicator]]
code = "NS.05"
label = "Nợ thuế cuối kỳ"
unit = "VND"
kind = "tax.debt_changed"
measure = "stock"
of = ["amount"]
adds = { action = ["recorded"] }
takes = { action = ["recovered", "written_off"] }
period = "to-date"
slices = ["tax_kind"]
format = "tien"

[[indicator]]
code = "NO.01"
label = "Chung cư cũ"
unit = "nhà"
kind = "housing.renovation_milestone"
measure = "latest"
of = ["block"]
having = { milestone = ["started", "completed"] }
period = "to-date"
format = "dem"

[[indicator]]
code = "MC.02.dung"
label = "Đúng hạn"
unit = "hồ sơ"
kind = "dossier.received"
measure = "as-of"
states = ["processed", "returned"]
without = ["late"]
format = "dem"

[[indicator]]
code = "MC.02.tre"
label = "Quá hạn"
unit = "hồ sơ"
kind = "dossier.received"
where = { components = { at-least = 1 } }
measure = "as-of"
findings = ["late"]
period = "to-date"
format = "dem"

[[indicator]]
code = "MC.02"
label = "Tỷ lệ đúng hạn"
unit = "%"
measure = "ratio"
numerator = ["MC.02.dung"]
denominator = ["MC.02.tre", "MC.02.dung"]
format = "pct"
"#;

#[test]
fn balances_states_and_ratios_parse_and_a_ratio_has_the_period_of_its_first_row_below_the_line() {
    let rows = indicators(MEASURES);
    let names = |list: &[&str]| -> Vec<String> { list.iter().map(ToString::to_string).collect() };
    let Measure::Stock(stock) = &rows[0].measure else { panic!() };
    assert_eq!(
        (stock.fields[0].field.as_str(), stock.adds.len(), stock.takes[0].values.len()),
        ("amount", 1, 2)
    );
    let Measure::Latest(latest) = &rows[1].measure else { panic!() };
    assert_eq!(
        (&latest.of, &latest.value, latest.having[0].field.as_str()),
        (&names(&["block"]), &None, "milestone")
    );
    let Measure::AsOf(asks) = &rows[2].measure else { panic!() };
    assert_eq!(
        (&asks.states, &asks.findings, &asks.without),
        (&names(&["processed", "returned"]), &vec![], &names(&["late"]))
    );
    assert_eq!(rows[3].filter[0].values, [WhereValue::AtLeast(1)]);
    let Measure::Ratio(ratio) = &rows[4].measure else { panic!() };
    assert_eq!((&ratio.numerator, ratio.denominator.len()), (&names(&["MC.02.dung"]), 2));
    assert_eq!(
        (&rows[4].period, &rows[2].period, &rows[4].kind),
        (&PeriodUse::ToDate, &PeriodUse::Period, &None)
    );
}

#[test]
fn a_measure_that_contradicts_itself_is_refused_with_its_line_and_key() {
    for (from, to, line, key) in [
        // stock
        ("adds = { action = [\"recorded\"] }\n", "", 2, "adds"),
        (
            "takes = { action = [\"recovered\", \"written_off\"] }",
            "takes = { action = [\"recorded\"] }",
            10,
            "takes",
        ),
        (
            "takes = { action = [\"recovered\", \"written_off\"] }",
            "takes = { tax_kind = [\"pit\"] }",
            10,
            "takes",
        ),
        ("period = \"to-date\"\nslices", "slices", 2, "period"),
        ("period = \"to-date\"\nslices", "period = \"period\"\nslices", 11, "period"),
        ("format = \"tien\"", "format = \"pct\"", 13, "format"),
        ("measure = \"stock\"", "measure = \"sum\"", 9, "adds"),
        // latest
        ("of = [\"block\"]", "of = []", 21, "of"),
        (
            "having = { milestone = [\"started\", \"completed\"] }",
            "having = { milestone = [] }",
            22,
            "having",
        ),
        ("having", "states = [\"started\"]\nhaving", 22, "states"),
        (
            "period = \"to-date\"\nformat = \"dem\"\n\n[[indicator]]\ncode = \"MC.02.dung\"",
            "format = \"dem\"\n\n[[indicator]]\ncode = \"MC.02.dung\"",
            15,
            "period",
        ),
        // as of a day
        ("states = [\"processed\", \"returned\"]", "states = [\"finished\"]", 32, "states"),
        ("without = [\"late\"]", "without = [\"overdue\"]", 33, "without"),
        ("findings = [\"late\"]", "findings = [\"latee\"]", 43, "findings"),
        ("findings = [\"late\"]", "findings = [\"late\"]\nof = [\"dossier\"]", 44, "of"),
        ("findings = [\"late\"]", "marks = [\"late\"]", 43, "marks"),
        ("findings = [\"late\"]", "begun = true", 43, "begun"),
        ("kind = \"dossier.received\"\nmeasure", "kind = \"inspection.conducted\"\nmeasure", 30, "kind"),
        (
            "without = [\"late\"]\n",
            "without = [\"late\"]\nperiod = \"year\"\nyear_field = \"x\"\n",
            34,
            "period",
        ),
        ("at-least = 1", "at-most = 1", 41, "where"),
        // ratio
        ("numerator = [\"MC.02.dung\"]", "numerator = []", 52, "numerator"),
        ("numerator = [\"MC.02.dung\"]", "numerator = [\"MC.02\"]", 52, "numerator"),
        ("numerator = [\"MC.02.dung\"]", "numerator = [\"MC.09\"]", 52, "numerator"),
        ("numerator = [\"MC.02.dung\"]", "numerator = [\"MC.02.dung\", \"MC.02.dung\"]", 52, "numerator"),
        ("denominator = [\"MC.02.tre\", \"MC.02.dung\"]\n", "", 47, "denominator"),
        ("format = \"pct\"", "format = \"dem\"", 54, "format"),
        ("format = \"pct\"", "period = \"to-date\"\nformat = \"pct\"", 54, "period"),
        ("format = \"pct\"", "slices = [\"level\"]\nformat = \"pct\"", 54, "slices"),
        ("format = \"pct\"", "nil_scope = [\"ward\"]\nformat = \"pct\"", 54, "nil_scope"),
        ("unit = \"%\"", "unit = \"%\"\nkind = \"dossier.received\"", 51, "kind"),
        ("unit = \"%\"", "unit = \"%\"\nwhere = { level = [\"full\"] }", 51, "where"),
        (
            "format = \"pct\"",
            "format = \"pct\"\ncompare = [\"plan\"]\nplan = { kind = \"budget.estimate_set\" }",
            56,
            "plan",
        ),
    ] {
        let error = told("indicators", MEASURES, from, to);
        assert_eq!((error.line, error.key.as_str()), (line, key), "{from} → {to}: {error}");
    }
    let before = MEASURES.replacen("measure = \"stock\"", "measure = \"sum\"", 1);
    let before = before
        .replace("adds = { action = [\"recorded\"] }\n", "")
        .replace("period = \"to-date\"", "period = \"before\"");
    let before = before.replace("takes = { action = [\"recovered\", \"written_off\"] }\n", "");
    let error = parse("indicators", &before).unwrap_err();
    assert_eq!((error.line, error.key.as_str()), (9, "period"), "{error}");
}

const OCCASIONS: &str = "[[occasion]]\nid = \"tet-quy-mao-2023\"\nlabel = \"Tết Quý Mão\"\nfrom = 2022-12-15\nto = \"2023-02-05\"\n";

#[test]
fn occasions_span_months_and_years() {
    let Table::Occasions(rows) = parse("occasions", OCCASIONS).unwrap() else { panic!() };
    assert_eq!((rows[0].from, rows[0].to), (date("2022-12-15"), date("2023-02-05")));
    for (from, to, line, key) in [
        ("from = 2022-12-15", "from = 2023-12-15", 4, "from"),
        ("from = 2022-12-15", "from = 2022-02-30", 4, "from"),
        ("from = 2022-12-15", "from = 20221215", 4, "from"),
        ("to = \"2023-02-05\"", "to = \"05/02/2023\"", 5, "to"),
        ("to = \"2023-02-05\"\n", &format!("to = \"2023-02-05\"\n{OCCASIONS}"), 7, "id"),
    ] {
        let error = told("occasions", OCCASIONS, from, to);
        assert_eq!((error.line, error.key.as_str()), (line, key), "{error}");
    }
}

#[test]
fn a_named_period_says_with_which_occasion_it_is_reported() {
    let month = "\n[[occasion]]\nid = \"2023-02\"\nlabel = \"tháng 02/2023\"\nfrom = 2023-01-01\nto = 2023-02-08\noccasion = \"tet-quy-mao-2023\"\n";
    let text = format!("{OCCASIONS}{month}");
    let Table::Occasions(rows) = parse("occasions", &text).unwrap() else { panic!() };
    assert_eq!(rows[0].occasion, None);
    assert_eq!(rows[1].occasion.as_deref(), Some("tet-quy-mao-2023"));
    let error = told("occasions", &text, "occasion = \"tet-quy-mao-2023\"", "occasion = \"tet\"");
    assert_eq!((error.line, error.key.as_str()), (12, "occasion"), "{error}");
}

#[test]
fn an_occasion_names_the_same_one_of_an_earlier_year() {
    let earlier = "\n[[occasion]]\nid = \"tet-nham-dan-2022\"\nlabel = \"Tết Nhâm Dần\"\nfrom = 2021-12-25\nto = 2022-02-15\n";
    let month = "\n[[occasion]]\nid = \"2023-02\"\nlabel = \"tháng 02/2023\"\nfrom = 2023-01-01\nto = 2023-02-08\noccasion = \"tet-quy-mao-2023\"\nresults_of = \"tháng 01/2023\"\ntasks_of = \"tháng 02/2023\"\n";
    let text = format!("{OCCASIONS}before = \"tet-nham-dan-2022\"\n{earlier}{month}");
    let Table::Occasions(rows) = parse("occasions", &text).unwrap() else { panic!() };
    assert_eq!(rows[0].before.as_deref(), Some("tet-nham-dan-2022"));
    assert_eq!((rows[1].before.as_deref(), rows[1].results_of.as_deref()), (None, None));
    assert_eq!(
        (rows[2].results_of.as_deref(), rows[2].tasks_of.as_deref()),
        (Some("tháng 01/2023"), Some("tháng 02/2023"))
    );
    let before = "before = \"tet-nham-dan-2022\"";
    for (from, to, line) in [
        (before, "before = \"tet-2022\"", 6),
        (before, "before = \"tet-quy-mao-2023\"", 6),
        (before, "before = \"2023-02\"", 6),
        ("to = 2022-02-15", "to = 2022-12-31", 6),
        ("results_of", "before = \"tet-nham-dan-2022\"\nresults_of", 20),
    ] {
        let error = told("occasions", &text, from, to);
        assert_eq!((error.line, error.key.as_str()), (line, "before"), "{error}");
    }
}

#[test]
fn a_plan_that_contradicts_itself_or_its_row_is_refused() {
    let plan = "plan = { kind = \"gift.programme_approved\", over = \"lines\", value = \"quantity\", times = \"unit_value\", name = \"programme\", label = \"kế hoạch\", occasion_field = \"occasion\", adds_up = true }\ncompare = [\"plan\"]\n";
    let text = INDICATORS.replace(
        "occasion_field = \"occasion\"\nformat",
        &format!("occasion_field = \"occasion\"\n{plan}format"),
    );
    let rows = indicators(&text);
    let planned = rows[2].plan.as_ref().unwrap();
    assert_eq!(
        (planned.over.as_deref(), planned.value.as_deref(), planned.times.as_deref(), planned.adds_up),
        (Some("lines"), Some("quantity"), Some("unit_value"), true)
    );
    for (from, to, line) in [
        (
            "year_field = \"fiscal_year\"\n\n[[indicator]]",
            "occasion_field = \"occasion\"\n\n[[indicator]]",
            13,
        ),
        ("adds_up = true }", "year_field = \"year\" }", 41),
        (" value = \"quantity\",", "", 41),
        ("name = \"programme\"", "by = \"source\", name = \"programme\"", 41),
        ("name = \"programme\", ", "", 41),
    ] {
        let error = told("indicators", &text, from, to);
        assert_eq!((error.line, error.key.as_str()), (line, "plan"), "{error}");
    }
}

#[test]
fn a_unit_row_wins_over_the_row_of_its_type() {
    let text = "[[grouping]]\ntype = \"ward\"\naggregator = \"hn.tx.b.vp\"\n\n[[grouping]]\nunit = \"hn.tx.ha-dinh.1\"\naggregator = \"hn.tx.b.tt\"\n";
    let Table::Grouping(grouping) = parse("grouping", text).unwrap() else { panic!() };
    assert_eq!(grouping.rows[0].member, Member::Type(UnitType::Ward));
    assert_eq!(
        grouping.aggregator_of("hn.tx.ha-dinh.1", UnitType::Ward, date("2023-02-08")),
        Some("hn.tx.b.tt")
    );
    assert_eq!(
        grouping.aggregator_of("hn.tx.kim-giang.1", UnitType::Ward, date("2023-02-08")),
        Some("hn.tx.b.vp")
    );
    assert_eq!(grouping.aggregator_of("hn.tx.b.thue", UnitType::VerticalBody, date("2023-02-08")), None);
    for (from, to, key) in [
        ("type = \"ward\"", "type = \"WARD\"", "type"),
        ("type = \"ward\"", "type = \"village\"", "type"),
        ("type = \"ward\"", "", "unit"),
        ("unit = \"hn.tx.ha-dinh.1\"", "type = \"ward\"", "unit"),
    ] {
        assert_eq!(told("grouping", text, from, to).key, key);
    }
}

#[test]
fn an_aggregator_may_change_on_a_day_and_is_one_at_a_time() {
    let text = "[[grouping]]\ntype = \"ward\"\naggregator = \"hn.q\"\nvalid_to = 2025-06-30\n\n[[grouping]]\ntype = \"ward\"\naggregator = \"hn\"\nvalid_from = 2025-07-01\n";
    let Table::Grouping(grouping) = parse("grouping", text).unwrap() else { panic!() };
    let of_ward = |day: &str| grouping.aggregator_of("hn.p.thanh-xuan", UnitType::Ward, date(day));
    assert_eq!([of_ward("2025-06-30"), of_ward("2025-07-01")], [Some("hn.q"), Some("hn")]);
    for (from, to, key) in [
        ("valid_from = 2025-07-01", "valid_from = 2025-06-30", "unit"),
        ("valid_from = 2025-07-01\n", "", "unit"),
        ("valid_to = 2025-06-30", "valid_from = 2025-01-01\nvalid_to = 2024-06-30", "valid_to"),
    ] {
        let error = told("grouping", text, from, to);
        assert!(error.key == key || key == "unit" && error.line == 6, "{error}");
    }
}

const PERIODS: &str = "[[cut]]\nvalid_from = 2020-01-01\nlast_day = 14\nsource = \"thử\"\n\n[[cut]]\nvalid_from = 2026-01-01\nlast_day = 20\nsource = \"thử\"\n\n[[lunar_new_year]]\ndate = 2022-02-01\n\n[[lunar_new_year]]\ndate = 2023-01-22\n";

#[test]
fn report_months_are_cut_and_tet_falls_as_dated_rows_say() {
    let Table::Periods(periods) = parse("periods", PERIODS).unwrap() else { panic!() };
    let cut = |day: &str| periods.cut(date(day)).last_day;
    assert_eq!([cut("2019-12-31"), cut("2025-12-31"), cut("2026-01-01")], [14, 14, 20]);
    assert_eq!(periods.lunar_new_year(2023), Some(date("2023-01-22")));
    assert_eq!(periods.lunar_year_before(2023), Some(355));
    assert_eq!([periods.lunar_year_before(2022), periods.lunar_year_before(2024)], [None, None]);
    for (from, to, line, key) in [
        ("last_day = 20", "last_day = 29", 8, "last_day"),
        ("last_day = 20", "last_day = 0", 8, "last_day"),
        ("valid_from = 2026-01-01", "valid_from = 2020-01-01", 7, "valid_from"),
        ("date = 2023-01-22", "date = 2023-03-22", 15, "date"),
        ("date = 2023-01-22", "date = 2022-01-22", 15, "date"),
        ("source = \"thử\"\n\n[[lunar", "source = \"\"\n\n[[lunar", 9, "source"),
    ] {
        let error = told("periods", PERIODS, from, to);
        assert_eq!((error.line, error.key.as_str()), (line, key), "{error}");
    }
}

const OBLIGATIONS: &str = "[[obligation]]\nkind = \"conscription.handed_over\"\nfrom = \"data.place\"\nlabel = \"xác nhận bàn giao\"\n\n[[obligation]]\nkind = \"violation.recorded\"\nwhere = { transferred = true }\nfrom = \"aggregator\"\ndays = 10\nlabel = \"nhận vụ việc\"\n";

#[test]
fn an_obligation_names_a_kind_and_who_answers() {
    let Table::Obligations(rows) = parse("obligations", OBLIGATIONS).unwrap() else { panic!() };
    assert_eq!(rows[0].counterpart, Counterpart::UnitIn("place".to_owned()));
    assert_eq!((&rows[1].counterpart, rows[1].days), (&Counterpart::Aggregator, Some(10)));
    assert_eq!(rows[0].own, Own::Aggregator);
    let by_place = OBLIGATIONS.replace("\"data.place\"", "\"place\"\nown = \"nobody\"");
    let Table::Obligations(rows) = parse("obligations", &by_place).unwrap() else { panic!() };
    assert_eq!((&rows[0].counterpart, rows[0].own), (&Counterpart::Place, Own::Nobody));
    let error = told("obligations", OBLIGATIONS, "\"data.place\"", "\"data.count\"");
    assert!(error.problem.contains("it has `data.place`"), "{error}");
    for (from, to, line, key) in [
        ("violation.recorded", "violation.record", 7, "kind"),
        ("\"aggregator\"", "\"somebody\"", 9, "from"),
        ("\"data.place\"", "\"data.count\"", 3, "from"),
        ("\"data.place\"", "\"data.nowhere\"", 3, "from"),
        ("days = 10", "own = \"nobody\"", 10, "own"),
        ("days = 10", "own = \"somebody\"", 10, "own"),
        ("days = 10", "days = -1", 10, "days"),
    ] {
        let error = told("obligations", OBLIGATIONS, from, to);
        assert_eq!((error.line, error.key.as_str()), (line, key), "{error}");
    }
}

const HOLIDAYS: &str = r#"
years = [2023]

[[holiday]]
date = 2023-01-02
label = "Nghỉ bù Tết dương lịch"

[[holiday]]
from = 2023-01-20
to = 2023-01-26
label = "Tết Nguyên đán Quý Mão"

[[worked]]
date = 2023-02-04
label = "Làm bù"
"#;

fn calendar() -> Calendar {
    match parse("holidays", HOLIDAYS).unwrap() {
        Table::Holidays(holidays) => Calendar::new(holidays),
        other => panic!("{other:?}"),
    }
}

#[test]
fn working_days_step_over_weekends_and_holidays() {
    let calendar = calendar();
    assert!(!calendar.is_working_day(date("2023-01-20")), "Tết");
    assert!(!calendar.is_working_day(date("2023-01-28")), "a Saturday");
    assert!(calendar.is_working_day(date("2023-02-04")), "a Saturday worked instead");
    // Law on handling administrative violations art. 66: seven working days from the record of Wednesday 18 January.
    assert_eq!(calendar.add_working_days(date("2023-01-18"), 7), Some(date("2023-02-03")));
    assert_eq!(calendar.add_working_days(date("2023-01-18"), 8), Some(date("2023-02-04")));
    assert_eq!(calendar.add_working_days(date("2023-01-18"), 0), Some(date("2023-01-18")));
    assert_eq!(calendar.working_days_between(date("2023-01-18"), date("2023-02-03")), 7);
    assert_eq!(calendar.working_days_between(date("2023-02-03"), date("2023-01-18")), 0);
}

#[test]
fn a_deadline_on_a_day_off_moves_to_the_next_working_day() {
    let calendar = calendar();
    assert_eq!(calendar.deadline(date("2023-01-10"), 10), Some(date("2023-01-27")), "10 days end in Tết");
    assert_eq!(
        calendar.deadline(date("2023-01-05"), 10),
        Some(date("2023-01-16")),
        "10 days end on a Sunday"
    );
    assert_eq!(calendar.deadline(date("2023-01-30"), 10), Some(date("2023-02-09")));
    assert_eq!(calendar.deadline(CivilDate::MAX, 1), None);
    assert!(calendar.covers(date("2023-06-01")) && !calendar.covers(date("2024-06-01")));
}

#[test]
fn a_wrong_holiday_is_refused() {
    for (from, to, line, key) in [
        ("date = 2023-01-02", "date = 2024-01-02", 4, "from"),
        ("to = 2023-01-26", "to = 2023-03-26", 10, "to"),
        ("to = 2023-01-26", "to = 2023-01-19", 8, "date"),
        ("date = 2023-02-04", "date = 2023-02-03", 14, "date"),
        ("date = 2023-02-04", "date = 2023-01-21", 1, "worked"),
        ("label = \"Làm bù\"\n", "", 13, ""),
    ] {
        let error = told("holidays", HOLIDAYS, from, to);
        assert_eq!(error.line, line, "{error}");
        assert!(key.is_empty() || error.key == key, "{error}");
    }
}

const LAW: &str = r#"
[[cap]]
signer_level = "ward"
max = 5_000_000
valid_from = 2012-07-01
valid_to = 2025-06-30
source = "Law 15/2012/QH13 art. 38.1"

[[cap]]
signer_level = "ward"
percent_of_field_maximum = 5_000
valid_from = 2025-07-01
source = "Decree 189/2025/NĐ-CP art. 5"
"#;

#[test]
fn rows_of_law_are_in_force_on_their_days() {
    let Table::Law(law) = parse("law.penalty", LAW).unwrap() else { panic!() };
    let sources = |on: &str| law.in_force("cap", date(on)).map(|row| row.source.clone()).collect::<Vec<_>>();
    assert_eq!(sources("2025-06-30"), ["Law 15/2012/QH13 art. 38.1"]);
    assert_eq!(sources("2025-07-01"), ["Decree 189/2025/NĐ-CP art. 5"]);
    assert_eq!(sources("2012-06-30"), Vec::<String>::new());
    assert_eq!(law.rows[0].values["max"].as_integer(), Some(5_000_000));
}

#[test]
fn a_row_of_law_without_source_or_with_a_fraction_is_refused() {
    for (from, to, key) in [
        ("source = \"Law 15/2012/QH13 art. 38.1\"", "source = \" \"", "source"),
        ("valid_to = 2025-06-30", "valid_to = 2011-06-30", "valid_to"),
        ("max = 5_000_000", "max = 0.05", "max"),
    ] {
        let error = told("law.penalty", LAW, from, to);
        assert_eq!((error.key.as_str(), error.table.as_str()), (key, "law.penalty"), "{error}");
    }
    assert!(parse("law.penalty", &LAW.replacen("valid_from = 2012-07-01\n", "", 1)).is_err());
}

#[test]
fn a_table_nobody_knows_is_refused() {
    for name in ["laws", "law.", "template.", "", "indicator"] {
        assert!(parse(name, "").unwrap_err().to_string().contains("expected indicators"), "{name}");
    }
    assert_eq!(parse("template.monthly", "Kính gửi").unwrap(), Table::Template("Kính gửi".into()));
}

#[test]
fn a_new_row_names_no_field_twice_and_has_a_label_a_unit_and_a_plain_code() {
    assert!(parse_new("indicators", INDICATORS).is_ok());
    for (from, to, key, problem) in [
        ("of = [\"amount\"]", "of = [\"amount\", \"amount\"]", "of", "`amount` is named twice"),
        ("\"-returned\"", "\"- quantity\"", "of", "`quantity` is named twice"),
        ("label = \"Suất quà đã trao\"", "label = \" \"", "label", "is empty"),
        ("unit = \"suất quà\"", "unit = \"\"", "unit", "is empty"),
        ("code = \"AS.01\"", "code = \"\"", "code", "letters"),
        ("code = \"AS.01\"", "code = \"AS/01\"", "code", "`AS/01` is not 1 to 32 letters"),
        ("code = \"AS.01\"", "code = \"AS.01.mot-ma-dai-hon-ba-muoi-hai-chu-cai\"", "code", "letters"),
    ] {
        let changed = INDICATORS.replacen(from, to, 1);
        assert_ne!(changed, INDICATORS, "{from}");
        let error = parse_new("indicators", &changed).unwrap_err();
        let line = changed.lines().position(|line| line.contains(to)).unwrap() + 1;
        assert_eq!((error.key.as_str(), error.line), (key, line), "{error}");
        assert!(error.problem.contains(problem), "{error}");
        assert!(parse("indicators", &changed).is_ok(), "an older table of this kind is still read: {to}");
    }
}

#[test]
fn every_name_of_a_table_is_read_and_laws_that_nothing_judges_by_are_none() {
    let names: Vec<&str> = names().collect();
    assert!(names.contains(&"indicators") && names.contains(&"law.penalty"));
    assert!(!names.contains(&"law.penalties"));
    for name in names {
        if let Err(error) = parse(name, "") {
            assert_ne!(error.key, "name", "{error}");
        }
    }
}

#[test]
fn the_line_of_a_word_in_a_row_is_found_and_that_of_the_row_otherwise() {
    let line = |value: &str, word: &str| line_in_row(INDICATORS, "code", value, word);
    let text = |line: usize| INDICATORS.lines().nth(line - 1).unwrap();
    assert_eq!(text(line("NS.01", "amount")), "of = [\"amount\"]");
    assert_eq!(text(line("NS.01", "budget.estimate_set")), "kind = \"budget.estimate_set\"");
    assert_eq!(text(line("AS.01", "amount")), "code = \"AS.01\"");
    assert_eq!(line("XX", "amount"), 1);
}
