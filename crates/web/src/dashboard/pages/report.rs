//! Reports: the draft of a period as it would read now, to print, edit and sign; and those that were issued, as they were printed.

use axum::{
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use minijinja::{Value as Values, value::Serde};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use socai_fold::Report;
use socai_report::{
    Template,
    body::Block,
    format::{ngay, so, thoi_diem},
};

use super::cut_off;
use crate::dashboard::{
    Board,
    access::Part,
    answers::Paper,
    asking::Asking,
    oops::Oops,
    page::{self, encoded},
};

/// `GET /report?period=`.
pub(in crate::dashboard) async fn report(State(board): State<Board>, asking: Asking) -> Response {
    let question = asking.clone();
    let values = board.compute_figures(&asking, move |board| values(board, &question)).await;
    page::or_oops(&asking, "report.html", values.map(|values| Values::from(Serde(values))))
}

fn values(board: &Board, asking: &Asking) -> Result<Value, Oops> {
    let fold = board.fold();
    let (text, asked) = asking.period(&fold)?;
    let draft = match asking.sees(Part::Cells) {
        false => None,
        true => {
            let figures = board.figures(&fold, &asked)?;
            let template =
                Template::in_force(fold.rulebook(), &figures).map_err(|error| Oops::fault(&error))?;
            let body = template.template.body(&figures).map_err(|error| Oops::fault(&error))?;
            Some(json!({ "name": figures.period.name, "body": body.iter().map(block).collect::<Vec<_>>() }))
        }
    };
    Ok(json!({
        "period": { "text": text, "from": ngay(asked.from), "to": ngay(asked.to) },
        "draft": draft,
        "just_issued": asking.get("issued").filter(|name| fold.reports().iter().any(|report| report.name.to_string() == *name)),
        "issued": fold.reports().iter().rev().map(issued_row).collect::<Vec<_>>(),
        "cut": cut_off(board, &fold)?,
    }))
}

pub(super) fn block(block: &Block) -> Value {
    match block {
        Block::Part(text) => json!({ "part": text }),
        Block::Section(text) => json!({ "section": text }),
        Block::Paragraph { lead, text } => json!({ "lead": lead, "text": text }),
        Block::Item(text) => json!({ "item": text }),
    }
}

fn issued_row(report: &Report) -> Value {
    json!({
        "no": report.report_no,
        "path": encoded(&report.report_no),
        "from": ngay(report.period.0),
        "to": ngay(report.period.1),
        "period": format!("{}..{}", report.period.0, report.period.1),
        "size": so(report.size.0),
        "as_of": report.size.0,
        "figures": report.values.len(),
        "digest": report.text_digest.to_string(),
        "name": report.name.to_string(),
        "restates": report.restates.map(|name| name.to_string()),
    })
}

/// A format by the end of an address.
fn paper_of(format: &str) -> Result<Paper, Oops> {
    match format {
        "html" => Ok(Paper::Html),
        "docx" => Ok(Paper::Docx),
        "xlsx" => Ok(Paper::Xlsx),
        _ => Err(Oops::nothing_here()),
    }
}

/// `GET /report/draft/{format}?period=`: `html`, `docx` or `xlsx`, as `socai report` writes them.
pub(in crate::dashboard) async fn draft(
    State(board): State<Board>,
    Path(format): Path<String>,
    asking: Asking,
) -> Response {
    let question = asking.clone();
    let made = board.compute_figures(&asking, move |board| {
        question.needs(Part::Cells)?;
        let (paper, fold) = (paper_of(&format)?, board.fold());
        let (text, asked) = question.period(&fold)?;
        let figures = board.figures(&fold, &asked)?;
        let bytes = board.answers().paper(&fold, &figures, paper).map_err(|error| Oops::fault(&error))?;
        Ok(file(paper, &format!("report-{text}-draft"), bytes))
    });
    made.await.unwrap_or_else(|oops| oops.answer(&asking))
}

/// `GET /report/issued/{number}/{format}`: an issued report as it was printed.
pub(in crate::dashboard) async fn issued(
    State(board): State<Board>,
    Path((number, format)): Path<(String, String)>,
    asking: Asking,
) -> Response {
    let question = asking.clone();
    let made = board.compute_figures(&asking, move |board| {
        question.needs(Part::Cells)?;
        let (paper, fold) = (paper_of(&format)?, board.fold());
        let report = fold.reports().numbered(&number).ok_or_else(Oops::unknown)?;
        let bytes = board.answers().issued(board.reader(), &fold, report, paper);
        let name = format!("report-{}-{}", report.period.1, report.name.to_string().replace('/', "-"));
        Ok(file(paper, &name, bytes.map_err(|error| Oops::fault(&error))?))
    });
    made.await.unwrap_or_else(|oops| oops.answer(&asking))
}

/// A file to look at (HTML) or to keep. `name` may hold what a visitor wrote.
fn file(paper: Paper, name: &str, bytes: Vec<u8>) -> Response {
    let (media, end, how) = match paper {
        Paper::Html => ("text/html; charset=utf-8", "html", "inline"),
        Paper::Docx => {
            ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx", "attachment")
        }
        Paper::Xlsx => {
            ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx", "attachment")
        }
    };
    let safe: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "-.".contains(c) { c } else { '_' }).collect();
    let policy = style_policy(if paper == Paper::Html { &bytes } else { &[] });
    let about = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    let mut response = (about, bytes).into_response();
    if let Ok(value) = HeaderValue::from_str(&format!("{how}; filename=\"{safe}.{end}\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    if let Ok(value) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, value);
    }
    response
}

/// A printed report carries its own style sheet and widths of columns, and nothing else may run or be fetched in it: the sheet is allowed by its
/// digest.
fn style_policy(html: &[u8]) -> String {
    let html = String::from_utf8_lossy(html);
    let sheet = html.split_once("<style>").and_then(|(_, rest)| rest.split_once("</style>"));
    let digest = STANDARD.encode(Sha256::digest(sheet.map_or("", |(sheet, _)| sheet).as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{digest}'; style-src-attr 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

/// When a report was made, for lists elsewhere.
pub(super) fn newest_about(board: &Board, reports: &socai_fold::Reports) -> Option<Value> {
    let report = reports.iter().max_by_key(|report| report.leaf)?;
    let stored = board.reader().record(report.leaf).ok()?;
    Some(json!({ "no": report.report_no, "at": thoi_diem(stored.received_at_ms) }))
}
