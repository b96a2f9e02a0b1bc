//! The facts of a figure as a list, a page of them or a file; all of them or those that somebody wants.

use axum::{
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};
use socai_domain::CivilDate;
use socai_fold::{
    Fold,
    figures::{Asked, Listed},
};
use socai_report::{
    Figure, Form,
    format::{ngay, so, tien_d},
    unit_name,
};

use super::{charts, paged, wanted::Wanted};
use crate::dashboard::{
    Board,
    access::Part,
    asking::Asking,
    listing::{Facts, Row},
    oops::Oops,
    page::encoded,
};

/// Rows of one CSV; the answer's `Link` names the next.
const CSV_ROWS: usize = 20_000;
/// Of a figure of more facts the page offers the kind that its row counts, without looking at every one.
const KINDS_OF: usize = 20_000;

/// The facts of a figure, a page of them, with their sum and how late they came.
pub(super) fn listed(
    board: &Board,
    fold: &Fold,
    asked: &Asked,
    figure: &Figure,
    asking: &Asking,
) -> Result<Value, Oops> {
    let facts = board.facts(fold, asked, &figure.indicator)?;
    let wanted = Wanted::of(fold, asking)?;
    let listed = wanted.among(board, fold, &facts)?;
    let (range, pages) = paged(asking.page()?, listed.len());
    let rows: Result<Vec<Value>, Oops> =
        listed[range].iter().map(|fact| row(board, fold, figure, fact, asking)).collect();
    Ok(json!({
        "sum": facts.sum().filter(|_| !facts.0.is_empty()).map(|sum| exact(figure, sum)),
        "lag": charts::lag(board, &facts, asking)?,
        "rows": rows?,
        "pages": pages,
        "kinds": kinds(board, fold, asked, &facts, figure, asking)?,
        "wanted": wanted.values(),
        "query": wanted.query(),
    }))
}

/// The kinds that the list can be narrowed to: name and label.
fn kinds(
    board: &Board,
    fold: &Fold,
    asked: &Asked,
    facts: &Facts,
    figure: &Figure,
    asking: &Asking,
) -> Result<Vec<Value>, Oops> {
    let names: Vec<String> = match facts.0.len() {
        0..=KINDS_OF => facts.kinds(board.reader(), fold).map_err(|error| Oops::fault(&error))?,
        _ => {
            let rows = fold.rulebook().indicators(asked.to).map(|(_, rows)| rows).unwrap_or_default();
            let row = rows.iter().find(|row| row.code == figure.indicator);
            row.and_then(|row| row.kind.clone()).into_iter().collect()
        }
    };
    let named = names.iter().filter_map(|name| socai_proto::kind(name));
    Ok(named.map(|kind| json!({ "name": kind.name, "label": kind.label.get(asking.lang) })).collect())
}

/// A number that is a sum, to the last đồng.
fn exact(figure: &Figure, value: i128) -> String {
    if figure.form == Form::Money { tien_d(value) } else { so(value) }
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

/// `GET /figure/{code}/events.csv?period=&page=` and what is wanted ([`Wanted`]): plain integers, ISO days.
pub(in crate::dashboard) async fn events_csv(
    State(board): State<Board>,
    Path(code): Path<String>,
    asking: Asking,
) -> Response {
    let question = asking.clone();
    let made = board.compute_figures(&asking, move |board| csv(board, &code, &question)).await;
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
    let wanted = Wanted::of(&fold, asking)?;
    let listed = wanted.among(board, &fold, &facts)?;
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
        let (code, period, query, next) = (encoded(code), encoded(&period), wanted.query(), page + 1);
        format!("</figure/{code}/events.csv?period={period}{query}&page={next}>; rel=\"next\"")
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
}
