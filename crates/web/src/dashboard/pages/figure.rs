//! “Vì sao con số này?”: the row that a figure is computed by, its period, its cut-off, and every fact in it.

use axum::{
    extract::{Path, State},
    response::Response,
};
use minijinja::{Value as Values, value::Serde};
use serde_json::{Value, json};
use socai_domain::CivilDate;
use socai_fold::Fold;
use socai_report::{
    Figure, Form, Span,
    format::{ngay, pct, so, tien_d},
    unit_name,
};

use super::{charts, cut_off, events, label, part_shown, shown};
use crate::dashboard::{Board, access::Part, asking::Asking, oops::Oops, page};

/// `GET /figure/{code}?period=&page=&unit=`.
pub(in crate::dashboard) async fn figure(
    State(board): State<Board>,
    Path(code): Path<String>,
    asking: Asking,
) -> Response {
    let question = asking.clone();
    let values = board.compute_figures(&asking, move |board| values(board, &code, &question)).await;
    page::or_oops(&asking, "figure.html", values.map(|values| Values::from(Serde(values))))
}

fn values(board: &Board, code: &str, asking: &Asking) -> Result<Value, Oops> {
    let fold = board.fold();
    let (text, asked) = asking.period(&fold)?;
    let figures = board.glance_with(&fold, &asked, code, asking)?;
    let figure = figures.figures.iter().find(|figure| figure.indicator == code).ok_or_else(Oops::unknown)?;
    // where nothing is said of how many facts there are, nothing is said of which
    let is_told = figure.events > 0 || asking.sees(Part::Cells);
    let digest = match is_told {
        true => board.facts(&fold, &asked, code)?.digest(),
        false => None,
    };
    let facts = match asking.sees(Part::Facts) {
        true => Some(events::listed(board, &fold, &asked, figure, asking)?),
        false => None,
    };
    let months = match asking.sees(Part::Cells) {
        true => charts::months(board, &fold, &asked, code, asking)?,
        false => None,
    };
    let plans = figure.plan.iter().map(|plan| {
        json!({ "label": plan.label, "value": shown(figure, plan.value), "percent": figure.against_plan(plan).map(pct) })
    });
    let adopted = fold.rulebook().indicators(asked.to).map(|(adopted, _)| adopted);
    let adoption = adopted.and_then(|adopted| board.reader().record(adopted.leaf).ok());
    Ok(json!({
        "cut": cut_off(board, &fold)?,
        "period": { "text": text, "name": figures.period.name },
        "code": code,
        "label": label(&fold, figure, asked.to, asking.lang),
        "printed": figure.printed(),
        "exact": match figure.form {
            Form::Money => Some(tien_d(figure.value)),
            _ => None,
        },
        "fraction": figure.fraction.map(|of| json!({ "numerator": so(of.numerator), "denominator": so(of.denominator) })),
        "span": span(&figure.span),
        "missing": figure.missing().iter().map(|unit| unit.name.as_str()).collect::<Vec<_>>(),
        "holidays_unknown": Some(figure.holidays_unknown).filter(|count| *count > 0).map(so),
        "plans": plans.collect::<Vec<_>>(),
        "same": figure.against_same_period().map(pct),
        "same_value": figure.detail.same_period.map(|value| shown(figure, value)),
        "events": is_told.then(|| so(figure.events)),
        "digest": digest.map(|digest| digest.to_string()),
        "row": adopted.and_then(|adopted| block(&adopted.content, code)),
        "version": adopted.map(|adopted| adopted.version),
        "legal": adopted.map(|adopted| adopted.legal_source.as_str()),
        "adoption": adoption.map(|stored| stored.record.name().to_string()),
        "parts": parts(&fold, figure, asked.to),
        "months": months,
        "facts": facts,
    }))
}

/// The parts of a figure by unit, as bars with the numbers behind them.
fn parts(fold: &Fold, figure: &Figure, on: CivilDate) -> Value {
    let parts = || figure.detail.units.iter().map(|(id, part)| (id, *part, part_shown(figure, *part)));
    let most = parts().filter_map(|(.., shown)| Some(shown?.0)).max().unwrap_or_default();
    let bars: Vec<Value> = parts()
        .enumerate()
        .map(|(at, (id, part, shown))| {
            let name = fold.registry().by_id(id).map(|unit| unit_name(fold.registry(), unit.no, on).name);
            let (value, text) = shown.map_or((0, None), |(value, text)| (value, Some(text)));
            let mut drawn = charts::bar(at, value, most);
            drawn["id"] = id.as_str().into();
            drawn["name"] = name.unwrap_or_else(|| id.clone()).into();
            drawn["shown"] = text.into();
            drawn["events"] = so(part.events).into();
            drawn
        })
        .collect();
    json!({ "height": bars.len() * 26 + 4, "bars": bars })
}

fn span(span: &Span) -> Value {
    match span {
        Span::Days(from, to) => json!({ "from": ngay(*from), "to": ngay(*to) }),
        Span::Until(to) => json!({ "to": ngay(*to) }),
        Span::Occasion(id) => json!({ "occasion": id }),
    }
}

/// The row of the adopted table as its authors wrote it.
fn block(table: &str, code: &str) -> Option<String> {
    let head = format!("code = \"{code}\"");
    let is_it = |block: &&str| block.lines().any(|line| line.trim() == head);
    let block = table.split("[[indicator]]").skip(1).find(is_it)?;
    let lines: Vec<&str> = block.lines().filter(|line| !line.starts_with('#')).collect();
    Some(lines.join("\n").trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_of_a_code_is_found_as_it_was_written() {
        let table = "# head\n[[indicator]]\ncode = \"A.1\"\nunit = \"x\"\n\n# next part\n\n[[indicator]]\ncode = \"A.10\"\n";
        assert_eq!(block(table, "A.1").as_deref(), Some("code = \"A.1\"\nunit = \"x\""));
        assert_eq!(block(table, "A.10").as_deref(), Some("code = \"A.10\""));
        assert_eq!(block(table, "A"), None);
    }
}
