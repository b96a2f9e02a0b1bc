//! “Vì sao con số này?”: the row that a figure is computed by, its period, its cut-off, and every fact in it.

use axum::{
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use minijinja::{Value as Values, value::Serde};
use serde_json::{Value, json};
use socai_domain::CivilDate;
use socai_fold::{
    Fold,
    figures::{Asked, Listed},
};
use socai_report::{
    Figure, Form, Span,
    format::{ngay, pct, so, tien_d},
    unit_name,
};

use super::{charts, cut_off, label, paged, part_shown, shown};
use crate::dashboard::{
    Board,
    access::Part,
    asking::Asking,
    listing::{Facts, Row},
    oops::Oops,
    page::{self, encoded},
};

/// Rows of one CSV; the answer's `Link` names the next.
const CSV_ROWS: usize = 20_000;

/// `GET /figure/{code}?period=&page=&unit=`.
pub(in crate::dashboard) async fn figure(
    State(board): State<Board>,
    Path(code): Path<String>,
    asking: Asking,
) -> Response {
    let question = asking.clone();
    let values = board.compute(move |board| values(board, &code, &question)).await;
    page::or_oops(&asking, "figure.html", values.map(|values| Values::from(Serde(values))))
}

fn values(board: &Board, code: &str, asking: &Asking) -> Result<Value, Oops> {
    let fold = board.fold();
    let (text, asked) = asking.period(&fold)?;
    let figures = board.figures_for(&fold, &asked, asking)?;
    let figure = figures.figures.iter().find(|figure| figure.indicator == code).ok_or_else(Oops::unknown)?;
    let facts = match asking.sees(Part::Facts) {
        true => Some(listed(board, &fold, &asked, figure, asking)?),
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
        "plans": plans.collect::<Vec<_>>(),
        "same": figure.against_same_period().map(pct),
        "same_value": figure.detail.same_period.map(|value| shown(figure, value)),
        "events": (figure.events > 0 || asking.sees(Part::Cells)).then(|| so(figure.events)),
        "digest": figure.digest.map(|digest| digest.to_string()),
        "row": adopted.and_then(|adopted| block(&adopted.content, code)),
        "version": adopted.map(|adopted| adopted.version),
        "legal": adopted.map(|adopted| adopted.legal_source.as_str()),
        "adoption": adoption.map(|stored| stored.record.name().to_string()),
        "parts": parts(&fold, figure, asked.to),
        "unit": asking.get("unit"),
        "months": months,
        "facts": facts,
    }))
}

/// The facts of a figure, a page of them, with their sum and how late they came.
fn listed(
    board: &Board,
    fold: &Fold,
    asked: &Asked,
    figure: &Figure,
    asking: &Asking,
) -> Result<Value, Oops> {
    let facts = board.facts(fold, asked, &figure.indicator)?;
    let listed = of_unit(fold, &facts, asking)?;
    let (range, pages) = paged(asking.page()?, listed.len());
    let rows: Result<Vec<Value>, Oops> =
        listed[range].iter().map(|fact| row(board, fold, figure, fact, asking)).collect();
    Ok(json!({
        "sum": facts.sum().filter(|_| !facts.0.is_empty()).map(|sum| exact(figure, sum)),
        "lag": charts::lag(board, &facts, asking)?,
        "rows": rows?,
        "pages": pages,
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

/// A number that is a sum, to the last đồng.
fn exact(figure: &Figure, value: i128) -> String {
    if figure.form == Form::Money { tien_d(value) } else { so(value) }
}

/// The facts of a unit, if the question names one.
fn of_unit(fold: &Fold, facts: &Facts, asking: &Asking) -> Result<Vec<Listed>, Oops> {
    let Some(id) = asking.get("unit") else { return Ok(facts.0.clone()) };
    let unit = fold.registry().by_id(id).ok_or_else(Oops::unknown)?.no;
    Ok(facts.0.iter().filter(|fact| fact.name.unit == unit).copied().collect())
}

/// The row of the adopted table as its authors wrote it.
fn block(table: &str, code: &str) -> Option<String> {
    let head = format!("code = \"{code}\"");
    let is_it = |block: &&str| block.lines().any(|line| line.trim() == head);
    let block = table.split("[[indicator]]").skip(1).find(is_it)?;
    let lines: Vec<&str> = block.lines().filter(|line| !line.starts_with('#')).collect();
    Some(lines.join("\n").trim().to_owned())
}

fn row(board: &Board, fold: &Fold, figure: &Figure, fact: &Listed, asking: &Asking) -> Result<Value, Oops> {
    let row = Row::of(board.reader(), fold, fact.leaf, asking.lang).map_err(|error| Oops::fault(&error))?;
    let unit = unit_name(fold.registry(), fact.name.unit, row.day.unwrap_or(CivilDate::MAX));
    Ok(json!({
        "leaf": so(fact.leaf.0),
        "name": fact.name.to_string(),
        "unit": unit.name,
        "unit_id": unit.id,
        "kind": row.label,
        "day": row.day.map(ngay),
        "document": if asking.sees(Part::Cases) { row.document.as_str() } else { "" },
        "case": if asking.sees(Part::Cases) { row.case.as_str() } else { "" },
        "corrected": row.is_corrected,
        "value": fact.value.map(|value| exact(figure, value.into())),
    }))
}

/// `GET /figure/{code}/events.csv?period=&page=&unit=`: plain integers, ISO days.
pub(in crate::dashboard) async fn events_csv(
    State(board): State<Board>,
    Path(code): Path<String>,
    asking: Asking,
) -> Response {
    let question = asking.clone();
    let made = board.compute(move |board| csv(board, &code, &question)).await;
    match made {
        Ok((text, next)) => {
            let about = [
                (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
                (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
                (
                    header::CONTENT_DISPOSITION,
                    HeaderValue::from_static("attachment; filename=\"events.csv\""),
                ),
            ];
            let mut response = (about, text).into_response();
            if let Some(next) = next.and_then(|next| HeaderValue::from_str(&next).ok()) {
                response.headers_mut().insert(header::LINK, next);
            }
            response
        }
        Err(oops) => oops.answer(&asking),
    }
}

fn csv(board: &Board, code: &str, asking: &Asking) -> Result<(String, Option<String>), Oops> {
    asking.needs(Part::Facts)?;
    let is_case_seen = asking.sees(Part::Cases);
    let fold = board.fold();
    let (period, asked) = asking.period(&fold)?;
    let rows = fold.rulebook().indicators(asked.to).map(|(_, rows)| rows).unwrap_or_default();
    if !rows.iter().any(|row| row.code == code) {
        return Err(Oops::unknown());
    }
    let facts = board.facts(&fold, &asked, code)?;
    let listed = of_unit(&fold, &facts, asking)?;
    let page = asking.page()?;
    let from = (page - 1).saturating_mul(CSV_ROWS).min(listed.len());
    let to = (from + CSV_ROWS).min(listed.len());
    let mut text = String::from("leaf,unit,seq,unit_id,kind,day,document,case,value\n");
    for fact in &listed[from..to] {
        let row =
            Row::of(board.reader(), &fold, fact.leaf, asking.lang).map_err(|error| Oops::fault(&error))?;
        let unit = fold.registry().unit(fact.name.unit).map_or("", |unit| unit.id.as_str());
        let day = row.day.map_or_else(String::new, |day| day.to_string());
        let value = fact.value.map_or_else(String::new, |value| value.to_string());
        text.push_str(&format!(
            "{},{},{},{},{},{day},{},{},{value}\n",
            fact.leaf,
            fact.name.unit,
            fact.name.seq,
            cell(unit),
            row.kind,
            cell(if is_case_seen { &row.document } else { "" }),
            cell(if is_case_seen { &row.case } else { "" }),
        ));
    }
    let next = (to < listed.len()).then(|| {
        let (code, period, next) = (encoded(code), encoded(&period), page + 1);
        format!("</figure/{code}/events.csv?period={period}&page={next}>; rel=\"next\"")
    });
    Ok((text, next))
}

/// A text in a cell: quoted, and never a formula of a spreadsheet.
fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula() {
        assert_eq!(cell("125/QĐ-XPHC (2023)"), "\"125/QĐ-XPHC (2023)\"");
        assert_eq!(cell("=1+1\",\"x"), "\"'=1+1\"\",\"\"x\"");
    }

    #[test]
    fn the_row_of_a_code_is_found_as_it_was_written() {
        let table = "# head\n[[indicator]]\ncode = \"A.1\"\nunit = \"x\"\n\n# next part\n\n[[indicator]]\ncode = \"A.10\"\n";
        assert_eq!(block(table, "A.1").as_deref(), Some("code = \"A.1\"\nunit = \"x\""));
        assert_eq!(block(table, "A.10").as_deref(), Some("code = \"A.10\""));
        assert_eq!(block(table, "A"), None);
    }
}
