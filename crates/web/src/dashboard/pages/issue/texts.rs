//! The issuer's own texts for sections of the report: recorded before it, as the annex of the operator's closing of the period.

use axum::{
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use socai_proto::v1;

use super::{Fields, Not, Sent, have_signed, not, shown, taken};
use crate::dashboard::{Board, ToSign, asking::Asking, oops::Oops, page::encoded};

/// Longest form, in bytes: seven texts of four thousand letters, each of nine bytes as forms write them.
pub(in crate::dashboard) const MAX_TEXTS_LEN: usize = 256 << 10;

/// `POST /report/texts` with `period`, `position`, `key` and `text.<section>`: has the texts recorded. What was typed is on the page again when they
/// are not.
pub(in crate::dashboard) async fn texts(State(board): State<Board>, asking: Asking, sent: Sent) -> Response {
    let fields = match taken(&asking, sent) {
        Ok(fields) => fields,
        Err(oops) => return oops.answer(&asking),
    };
    let asking = asking.with_fields("/report/issue", &["period"], &fields);
    let (by, typed, question) = (asking.visitor.name.clone(), fields.clone(), asking.clone());
    let signing = board.clone();
    let signed = tokio::spawn(async move {
        let _alone = signing.signs().lock().await;
        let closing = signing
            .compute_figures(&question.clone(), move |board| closing(board, &question, &fields))
            .await?;
        Ok(match closing {
            Ok(closing) => have_signed(&signing, closing, &by, "texts of a report").await,
            Err(not) => Err(not),
        })
    });
    match signed.await.unwrap_or_else(|error| Err(Oops::fault(&error))) {
        Ok(Ok(_)) => {
            let period = asking.get("period").unwrap_or_default();
            Redirect::to(&format!("/report/issue?period={}", encoded(period))).into_response()
        }
        Ok(Err(not)) => shown(&board, asking, typed, Some(not)).await,
        Err(oops) => oops.answer(&asking),
    }
}

/// The operator's closing with the texts that were typed.
fn closing(board: &Board, asking: &Asking, fields: &Fields) -> Result<Result<ToSign, Not>, Oops> {
    let fold = board.fold();
    let (text, asked) = asking.period(&fold)?;
    let typed = fields.iter().filter_map(|(name, text)| Some((name.strip_prefix("text.")?, text.trim())));
    let typed: Vec<(String, String)> = typed
        .filter(|(_, text)| !text.is_empty())
        .map(|(section, text)| (section.to_owned(), text.replace("\r\n", "\n")))
        .collect();
    if typed.is_empty() {
        return Ok(Err(not("no_text")));
    }
    let annex = v1::Annex { text: typed.iter().cloned().collect(), ..v1::Annex::default() };
    if let Some(found) = socai_ward::identities_in(&annex).first() {
        let (vi, en) = (&found.message_vi, &found.message_en);
        let words = match asking.lang {
            socai_proto::Lang::Vi => vi,
            socai_proto::Lang::En => en,
        };
        return Ok(Err(not("personal").with(format!("{}: {words}", found.field))));
    }
    let figures = board.figures(&fold, &asked)?;
    let stated = board.answers().to_issue(&fold, &figures, &text).map_err(|error| Oops::fault(&error))?;
    let closed = v1::PeriodClosed {
        period_kind: stated.period.map(|period| period.kind).unwrap_or_default(),
        from: asked.from.yyyymmdd(),
        to: asked.to.yyyymmdd(),
        signer_position: fields
            .get("position")
            .map(|position| position.trim().to_owned())
            .unwrap_or_default(),
        sections: typed.iter().map(|(section, _)| section.clone()).collect(),
        ..v1::PeriodClosed::default()
    };
    Ok(Ok(ToSign::Texts(closed, typed)))
}
