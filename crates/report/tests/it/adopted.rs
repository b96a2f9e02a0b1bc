//! Which adopted template a report is printed from.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::month::{facts, folded, records};
use crate::common::{empty, reference};
use serde_json::json;
use socai_domain::Position;
use socai_fold::Fold;
use socai_report::{Figures, NoTemplate, Template, text};
use socai_tlog::{EventName, LeafIndex, UnitNo};

/// The reference ledger with further versions of the template, each in force from its day.
fn with(templates: &[(&str, &str)]) -> Fold {
    let mut records = records(&[]);
    let of_operator = records.iter().filter(|(at, _)| at.name.unit == UnitNo::OPERATOR).count() as u64;
    for (at, (effective_from, content)) in templates.iter().enumerate() {
        let leaf = records.len() as u64;
        let data = json!({
            "name": "template.monthly", "version": at + 2, "effective_from": effective_from, "content": content,
            "legal_source": "thử",
        });
        let form = json!({"kind": "rules.adopted", "occurred_on": "2023-02-08", "data": data});
        let position = Position {
            name: EventName::new(0, of_operator + at as u64),
            leaf: LeafIndex(leaf),
            received_at_ms: 1_675_874_700_000,
            rotates_key: false,
        };
        records.push((position, facts(form, leaf)));
    }
    folded(&records)
}

fn printed(fold: &Fold, figures: &Figures) -> (String, Vec<String>) {
    let in_force = Template::in_force(fold.rulebook(), figures).unwrap();
    let broken = in_force.broken.iter().map(ToString::to_string).collect();
    (text(figures, &in_force.template).unwrap(), broken)
}

#[test]
fn the_newest_template_of_the_day_prints_and_one_of_later_days_does_not() {
    let fold = with(&[("2023-02-01", "¶ Mẫu mới."), ("2023-03-01", "¶ Mẫu tháng ba.")]);
    let (said, broken) = printed(&fold, &reference());
    assert!(said.contains("Mẫu mới.") && !said.contains("Mẫu tháng ba."), "{said}");
    assert_eq!(broken, [""; 0]);
}

#[test]
fn a_broken_template_names_its_version_record_and_line_and_the_one_before_stays_in_use() {
    let fold = with(&[
        ("2023-02-01", "¶ Mẫu hai."),
        ("2023-02-02", "một\nhai {{ f(\"NS.01\""),
        ("2023-02-03", "a\nb\n{{ g() }}"),
    ]);
    let (said, broken) = printed(&fold, &reference());
    assert!(said.contains("Mẫu hai."), "{said}");
    assert_eq!(broken.len(), 2);
    let newest = fold.size().0 - 1;
    assert!(
        broken[0]
            .starts_with(&format!("template.monthly version 4, record {newest} of the log: template line 3")),
        "{broken:?}"
    );
    assert!(broken[1].contains("version 3") && broken[1].contains("template line 2"), "{broken:?}");
}

#[test]
fn a_template_that_breaks_only_on_the_real_figures_is_passed_over_too() {
    let fold = with(&[("2023-02-01", "{% filter cau %}{{ f(\"AS.02\")|dem }}{% endfilter %}")]);
    let (said, broken) = printed(&fold, &reference());
    assert!(said.contains("1.005 tỷ 123 triệu đồng"), "{said}");
    assert!(broken[0].contains("template line 1") && broken[0].contains("`tien`"), "{broken:?}");
}

#[test]
fn a_template_that_goes_on_and_on_is_passed_over_too() {
    let (begin, end) = ("{% for i in [1,2,3,4,5,6,7,8,9,0] %}".repeat(8), "{% endfor %}".repeat(8));
    let fold = with(&[("2023-02-01", "¶ Mẫu hai."), ("2023-02-02", &format!("{begin}x{end}"))]);
    let (said, broken) = printed(&fold, &reference());
    assert!(said.contains("Mẫu hai."), "{said}");
    assert!(broken[0].contains("version 3") && broken[0].contains("steps"), "{broken:?}");
}

#[test]
fn without_any_template_that_works_the_report_says_why() {
    match Template::in_force(Fold::new().rulebook(), &empty()) {
        Err(NoTemplate::Never) => {}
        other => panic!("{other:?}"),
    }
}
