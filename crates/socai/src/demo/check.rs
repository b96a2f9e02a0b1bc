//! The printed figures against the published report.

use serde_json::Value;

use super::reference::{Expected, ExpectedFigure};

/// What was compared.
#[derive(Debug, Default)]
pub struct Compared {
    /// Figures that are as published.
    pub right: usize,
    /// Figures that are not, each in words.
    pub wrong: Vec<String>,
}

/// Compares the JSON report with what the published one says.
pub fn compare(report: &Value, expected: &Expected) -> Compared {
    let mut compared = Compared::default();
    for figure in &expected.figures {
        match differences(report, figure) {
            differences if differences.is_empty() => compared.right += 1,
            differences => compared.wrong.push(format!("{}: {}", figure.indicator, differences.join(", "))),
        }
    }
    compared
}

fn differences(report: &Value, expected: &ExpectedFigure) -> Vec<String> {
    let figures = report["figures"].as_array().map(Vec::as_slice).unwrap_or_default();
    let Some(got) = figures.iter().find(|figure| figure["indicator"] == expected.indicator.as_str()) else {
        return vec!["missing".to_owned()];
    };
    let mut differences = Vec::new();
    let mut hold = |what: &str, got: &Value, expected: Value| {
        if *got != expected {
            differences.push(format!("{what} is {got}, published {expected}"));
        }
    };
    hold("value", &got["value"], expected.value.into());
    hold("print", &got["printed"], expected.printed.as_str().into());
    for (authority, percent) in &expected.plan_pct {
        hold("plan", &got["plan_pct"][authority.as_str()], percent.as_str().into());
    }
    if let Some(percent) = &expected.same_period_pct {
        hold("same period", &got["same_period_pct"], percent.as_str().into());
    }
    differences
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::reference;
    use serde_json::json;

    #[test]
    fn a_report_that_is_as_published_has_every_figure_right() {
        let expected = reference::expected().unwrap();
        let figures: Vec<Value> = expected
            .figures
            .iter()
            .map(|f| {
                json!({"indicator": f.indicator, "value": f.value, "printed": f.printed,
                "plan_pct": f.plan_pct, "same_period_pct": f.same_period_pct})
            })
            .collect();
        let compared = compare(&json!({ "figures": figures }), &expected);
        assert_eq!((compared.right, compared.wrong.len()), (expected.figures.len(), 0));
    }

    #[test]
    fn a_wrong_value_print_or_percentage_and_a_missing_figure_are_told() {
        let expected = reference::expected().unwrap();
        let compared = compare(&json!({"figures": [{"indicator": "NS.01", "value": 1}]}), &expected);
        assert_eq!(compared.right, 0);
        assert!(compared.wrong[0].contains("value is 1") && compared.wrong[0].contains("same period"));
        assert!(compared.wrong[1].contains("missing"));
    }
}
