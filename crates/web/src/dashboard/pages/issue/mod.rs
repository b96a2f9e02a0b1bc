//! An issuer has a report signed: what would be signed is shown with its digest and cut-off, and just that is signed, or nothing.
//!
//! The dashboard holds no key. It hands the statement to whoever does ([`Signing`](crate::Signing)); where nobody does, the page says so. The answer
//! to the form computes the report again at the cut-off that was shown and refuses to sign another text than the one that was shown.

mod form;
mod texts;

pub(in crate::dashboard) use texts::{MAX_TEXTS_LEN, texts};

use std::collections::BTreeMap;

use axum::{
    Form,
    extract::{State, rejection::FormRejection},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use minijinja::{Value as Values, value::Serde};
use socai_proto::v1;
use socai_tlog::TreeSize;

use crate::{
    dashboard::{
        Board, NotSigned, ToSign,
        access::Part,
        asking::Asking,
        oops::Oops,
        page::{self, encoded},
    },
    token::same,
};

pub(super) type Fields = BTreeMap<String, String>;
type Sent = Result<Form<Fields>, FormRejection>;

/// Why nothing was signed, told on the page where the form stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Not {
    status: StatusCode,
    /// Key of the words: `not_<key>`.
    key: &'static str,
    /// More about it, in words of the rules.
    detail: String,
}

/// Why nothing was signed, by the key of its words.
pub(super) fn not(key: &'static str) -> Not {
    let status = match key {
        "bad_number" => StatusCode::BAD_REQUEST,
        "refused" | "personal" | "no_text" => StatusCode::UNPROCESSABLE_ENTITY,
        "away" | "unknown" => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::CONFLICT,
    };
    Not { status, key, detail: String::new() }
}

impl Not {
    pub(super) fn with(self, detail: String) -> Not {
        Not { detail, ..self }
    }
}

/// `GET /report/issue?period=&no=`: the form, and with a number what would be signed.
pub(in crate::dashboard) async fn issue(State(board): State<Board>, asking: Asking) -> Response {
    shown(&board, asking, Fields::new(), None).await
}

/// The page, with what was typed and why nothing was signed.
pub(super) async fn shown(board: &Board, asking: Asking, typed: Fields, not: Option<Not>) -> Response {
    let (question, status) = (asking.clone(), not.as_ref().map_or(StatusCode::OK, |not| not.status));
    let values = board
        .compute_figures(&asking, move |board| form::values(board, &question, &typed, not.as_ref()))
        .await;
    let was_made = values.is_ok();
    let mut response = page::or_oops(&asking, "issue.html", values.map(|values| Values::from(Serde(values))));
    if was_made {
        *response.status_mut() = status;
    }
    response
}

/// The fields of a form that this visitor's own session was given and who may have something signed.
pub(super) fn taken(asking: &Asking, sent: Sent) -> Result<Fields, Oops> {
    asking.needs(Part::Issue)?;
    let Ok(Form(fields)) = sent else { return Err(Oops::bad_request("bad_form")) };
    let (ours, brought) = (&asking.visitor.form_key, fields.get("key").map(String::as_str));
    let is_ours = !ours.is_empty() && same(ours, brought.unwrap_or_default());
    if is_ours { Ok(fields) } else { Err(Oops::new(StatusCode::FORBIDDEN, "foreign_form")) }
}

/// `POST /report/issue` with `period`, `no`, `size`, `digest`, `key`, and `open` where units have not closed: has it signed.
pub(in crate::dashboard) async fn sign(State(board): State<Board>, asking: Asking, sent: Sent) -> Response {
    let fields = match taken(&asking, sent) {
        Ok(fields) => fields,
        Err(oops) => return oops.answer(&asking),
    };
    let asking = asking.with_fields("/report/issue", &["period", "no"], &fields);
    let by = asking.visitor.name.clone();
    let question = asking.clone();
    // to its end even when the caller goes away: what is recorded has to be told to the access log
    let signing = board.clone();
    let signed = tokio::spawn(async move {
        let _alone = signing.signs().lock().await;
        let stated = signing
            .compute_figures(&question.clone(), move |board| statement(board, &question, &fields))
            .await?;
        let report = match stated {
            Ok(report) => report,
            Err(not) => return Ok(Err(not)),
        };
        let (no, size) = (report.report_no.clone(), report.tree_size);
        let signed =
            have_signed(&signing, ToSign::Report(report), &by, &format!("report {no} at size {size}")).await;
        Ok(signed)
    });
    let signed = signed.await.unwrap_or_else(|error| Err(Oops::fault(&error)));
    match signed {
        Ok(Ok(name)) => {
            let period = asking.get("period").unwrap_or_default();
            Redirect::to(&format!("/report?period={}&issued={}", encoded(period), encoded(&name)))
                .into_response()
        }
        Ok(Err(not)) => shown(&board, asking, Fields::new(), Some(not)).await,
        Err(oops) => oops.answer(&asking),
    }
}

/// Has it signed, and says in the access log what was signed on which office's word, or why not.
pub(super) async fn have_signed(board: &Board, what: ToSign, by: &str, about: &str) -> Result<String, Not> {
    let Some(signing) = board.signing() else { return Err(not("no_key")) };
    let signed = signing.sign(what).await;
    match &signed {
        Ok(name) => tracing::info!(target: "socai_web::access", by, about, %name, "signed"),
        Err(why) => tracing::warn!(target: "socai_web::access", by, about, %why, "not signed"),
    }
    let name = signed.map_err(|why| match why {
        NotSigned::Away => not("away"),
        NotSigned::Refused(why) => not("refused").with(why),
        NotSigned::Unknown | NotSigned::Failed(_) => not("unknown"),
    })?;
    // the page that comes next shows it; should this fail, the page follows in a moment anyway
    let _ = board.compute(Board::catch_up).await;
    Ok(name.to_string())
}

/// The report at the cut-off that the form names, if it is the one that was shown.
fn statement(board: &Board, asking: &Asking, fields: &Fields) -> Result<Result<v1::ReportIssued, Not>, Oops> {
    board.catch_up()?;
    let field = |name: &str| fields.get(name).map(|value| value.trim()).unwrap_or_default();
    let now = board.fold();
    let size = field("size").parse().ok().filter(|size| (1..=now.size().0).contains(size));
    let size = TreeSize(size.ok_or_else(|| Oops::bad_request("bad_form"))?);
    let fold = board.fold_at(size)?;
    let (text, asked) = asking.period(&fold)?;
    let number = field("no");
    if let Some(not) = form::wrong_number(board, asking, &now, number)? {
        return Ok(Err(not));
    }
    let mut figures = (*board.figures(&fold, &asked)?).clone();
    if figures.units.iter().any(|unit| unit.closed.is_none()) && field("open") != "yes" {
        return Ok(Err(not("open")));
    }
    figures.number = Some(number.to_owned());
    let stated = board.answers().to_issue(&fold, &figures, &text).map_err(|error| Oops::fault(&error))?;
    let is_shown = form::digest_of(&stated) == field("digest");
    Ok(if is_shown { Ok(stated) } else { Err(not("changed")) })
}
