//! Templates that must be refused, with the line that is wrong.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::{TEMPLATE, figure, reference};
use socai_domain::tables::{Indicator, Table, parse};
use socai_report::{Error, Form, Template, TemplateError};

fn refused(source: &str) -> TemplateError {
    Template::parse(source).unwrap_err()
}

#[test]
fn a_broken_template_names_its_line() {
    for (source, line) in [
        ("một\nhai {{ f(\"NS.01\"", 2),
        ("một\n\n{% if f(\"NS.01\").some %}ba", 3),
        ("{% filter cau %}{{ f(\"NS.01\")|tiền }}{% endfilter %}", 1),
        ("một\n{{ g(\"NS.01\") }}", 2),
        ("một\nhai\n{% filter cau %}{{ f(\"NS.01\").pla.city|pct }}{% endfilter %}", 3),
        ("{{ ky.sai }}", 1),
        ("một\n{{ 5|tien }}", 2),
        ("một\n{{ 5|pct }}", 2),
        ("{% filter cau(sai=1) %}x{% endfilter %}", 1),
        ("a\nb\nc {% for i in range(9) %}x{% endfor %}", 3),
        ("{% include \"/etc/passwd\" %}", 1),
    ] {
        match refused(source) {
            TemplateError::Broken { line: at, reason } => assert_eq!(at, line, "{source}: {reason}"),
            other => panic!("{source}: {other}"),
        }
    }
}

#[test]
fn a_figure_that_could_leave_a_hole_is_refused_before_it_is_adopted() {
    for (source, line, code) in [
        ("Thu\n{{ f(\"NS.01\")|tien }}", 2, "NS.01"),
        ("{{ f(\"NS.01\").plan.city|pct }}", 1, "NS.01"),
        ("{% if f(\"A\").some %}\n{{ f(\"A\")|dem }} và {{ f(\"B\")|dem }}\n{% endif %}", 2, "B"),
        ("{% if f(\"A\").missing %}x{% else %}{{ f(\"A\")|dem }}{% endif %}", 1, "A"),
    ] {
        assert_eq!(refused(source), TemplateError::Hole { line, indicator: code.to_owned() }, "{source}");
    }
}

#[test]
fn a_guarded_figure_is_accepted() {
    for source in [
        "{% filter cau %}{{ f(\"A\")|dem }}{% endfilter %}",
        "{% if f(\"A\").some %}{{ f(\"A\")|dem }}{% endif %}",
        "{% filter ve %}{{ f(\"A\").same_period|pct }}{% endfilter %}",
        "không có số nào",
        "",
    ] {
        Template::parse(source).unwrap();
    }
}

#[test]
fn the_engines_private_characters_are_refused() {
    assert_eq!(refused("một\nhai \u{e001}"), TemplateError::Reserved { line: 2, code: 0xE001 });
}

#[test]
fn a_figure_printed_in_the_wrong_form_is_the_templates_error() {
    let template = Template::parse("{% filter cau %}{{ f(\"AS.02\")|dem }}{% endfilter %}").unwrap();
    let mut month = reference();
    month.figures = vec![figure("AS.02", "Kinh phí tặng quà", "VND", 5)];
    match template.body(&month) {
        Err(Error::Template(TemplateError::Broken { line: 1, reason })) => {
            assert!(reason.contains("`tien`"), "{reason}")
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_ratio_prints_as_a_percentage_and_nothing_else_does() {
    let of = |filter: &str| {
        Template::parse(&format!(
            "# A\n{{% filter cau %}}Tỷ lệ {{{{ f(\"MC.03\")|{filter} }}}}.{{% endfilter %}}"
        ))
        .unwrap()
    };
    let mut month = reference();
    month.figures = vec![figure("MC.03", "Tỷ lệ", "%", 6_670)];
    month.figures[0].form = Form::Percent(2);
    let body = format!("{:?}", of("pct").body(&month).unwrap());
    assert!(body.contains("Tỷ lệ 66,7%."), "{body}");
    assert!(of("dem").body(&month).is_err());
    month.figures[0].form = Form::Count;
    match of("pct").body(&month) {
        Err(Error::Template(TemplateError::Broken { reason, .. })) => {
            assert!(reason.contains("`dem`"), "{reason}")
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_templates_codes_are_known_with_the_line_they_first_stand_on() {
    let guarded = "x\n{% if f(\"B.1\").some %}\n{% filter ve %}{{ f(\"A\")|dem }}{{ f(\"B.1\")|dem }}{% endfilter %}{% endif %}";
    assert_eq!(Template::parse(guarded).unwrap().codes(), [(2, "B.1"), (3, "A")]);
}

#[test]
fn a_broken_template_repeats_the_expression_that_is_wrong() {
    for (source, expression) in [
        ("{{ ky.sai }}", "`ky.sai`"),
        ("{% filter cau %}{{ f(\"NS.01\").pla.city|pct }}{% endfilter %}", "f(\"NS.01\").pla.city"),
        ("x\n{{ 5|tien }}", "`5|tien`"),
        ("{{ thu_sai }}", "`thu_sai`"),
    ] {
        let said = refused(source).to_string();
        assert!(said.contains(expression), "{said}");
    }
}

#[test]
fn a_template_that_goes_on_and_on_is_refused() {
    let ten = "[1,2,3,4,5,6,7,8,9,0]";
    let loops: String = (0..9).map(|n| format!("{{% for i{n} in {ten} %}}")).collect();
    let nested = format!("một\n{loops}x{}", "{% endfor %}".repeat(9));
    let many = "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32]";
    let long = format!("{{% for i in {many} %}}{{{{ \"ab\" * 99999 }}}}{{% endfor %}}");
    for source in [nested, "{% set x = \"ab\" * 999999999 %}".to_owned(), long] {
        match refused(&source) {
            TemplateError::Endless { .. } | TemplateError::TooLong { .. } => {}
            other => panic!("{other}"),
        }
    }
}

#[test]
fn what_stands_where_all_figures_exist_is_tried_too() {
    assert!(matches!(
        refused("{% if f(\"A\").some %}\n{{ sai }}{% endif %}"),
        TemplateError::Broken { line: 2, .. }
    ));
}

fn rows() -> Vec<Indicator> {
    let Ok(Table::Indicators(rows)) =
        parse("indicators", include_str!("../../../../deploy/thanh-xuan/rules/indicators.toml"))
    else {
        panic!("no rows")
    };
    rows
}

#[test]
fn a_template_lacks_the_rows_and_plans_that_nobody_wrote_and_the_nearest_are_named() {
    let source = "{# f(\"NS.99\") #}\n{% filter cau %}{{ f(\"NS.O1\")|tien }}{{ f('NS.02')|tien }}{% endfilter %}\n\
        {% filter ve %}{{ f(\"NS.01\").plan.ciy|pct }}{{ f(\"NS.01\").plan.city|pct }}{% endfilter %}\n\
        {% if f(\"AS.01\").slices.grup %}x{% endif %}";
    let lacking = Template::parse(source).unwrap().lacking(&rows());
    let said: Vec<_> =
        lacking.iter().map(|one| (one.line, one.asked.as_str(), one.nearest.as_deref())).collect();
    assert_eq!(
        said,
        [
            (2, "f(\"NS.O1\")", Some("NS.01")),
            (3, "f(\"NS.01\").plan.ciy", Some("city")),
            (4, "f(\"AS.01\").slices.grup", Some("group")),
        ]
    );
}

#[test]
fn the_districts_template_lacks_nothing() {
    assert_eq!(Template::parse(TEMPLATE).unwrap().lacking(&rows()), []);
}
