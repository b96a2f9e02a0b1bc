//! Templates that must be refused, with the line that is wrong.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::{figure, reference};
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
