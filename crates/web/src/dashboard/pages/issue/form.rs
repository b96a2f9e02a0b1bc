//! What the page of an issuer says: the number, the texts there are, and what would be signed.

use serde_json::{Value, json};
use socai_domain::CivilDate;
use socai_fold::Fold;
use socai_proto::v1;
use socai_report::{
    Body, Figures, SectionText, Template,
    format::{ngay, so, thoi_diem},
    unit_name,
};
use socai_tlog::{Digest, UnitNo};

use super::{Fields, Not, not};
use crate::dashboard::{
    Board, WrongNumber,
    access::Part,
    asking::Asking,
    oops::Oops,
    pages::{cut_off, report::block},
};

/// The page's values; `typed` are texts that were sent and not recorded.
pub(super) fn values(
    board: &Board,
    asking: &Asking,
    typed: &Fields,
    not: Option<&Not>,
) -> Result<Value, Oops> {
    asking.needs(Part::Issue)?;
    let fold = board.fold();
    let (text, asked) = asking.period(&fold)?;
    let mut figures = (*board.figures(&fold, &asked)?).clone();
    let template =
        Template::in_force(fold.rulebook(), &figures).map_err(|error| Oops::fault(&error))?.template;
    let number = asking.get("no");
    let (mut told, mut confirm) = (not.map(|not| problem(asking, not)), None);
    if let Some(number) = number {
        match wrong_number(board, asking, &fold, number)? {
            Some(wrong) => told = told.or_else(|| Some(problem(asking, &wrong))),
            None => {
                figures.number = Some(number.to_owned());
                confirm = Some(to_sign(board, &fold, &figures, &template, &text)?);
            }
        }
    }
    let open: Vec<&str> = figures
        .units
        .iter()
        .filter(|unit| unit.closed.is_none())
        .map(|unit| unit.unit.name.as_str())
        .collect();
    let sections = template.sections().into_iter().map(|(section, heading)| {
        let written = figures.texts.iter().filter(|text| text.section == section).map(written);
        let typed = typed.get(&format!("text.{section}")).map(String::as_str).unwrap_or_default();
        json!({ "name": section, "heading": heading, "written": written.collect::<Vec<_>>(), "typed": typed })
    });
    Ok(json!({
        "period": { "text": text, "name": figures.period.name, "from": ngay(asked.from), "to": ngay(asked.to) },
        "issuer": unit_name(fold.registry(), UnitNo::OPERATOR, CivilDate::MAX).name,
        "has_key": board.signing().is_some(),
        "no": number,
        "open": open,
        "sections": sections.collect::<Vec<_>>(),
        "position": typed.get("position").map_or("chu-tich", String::as_str),
        "problem": told,
        "confirm": confirm,
        "cut": cut_off(board, &fold)?,
    }))
}

/// What would be signed.
fn to_sign(
    board: &Board,
    fold: &Fold,
    figures: &Figures,
    template: &Template,
    period: &str,
) -> Result<Value, Oops> {
    let stated = board.answers().to_issue(fold, figures, period).map_err(|error| Oops::fault(&error))?;
    let body = template.body(figures).map_err(|error| Oops::fault(&error))?;
    Ok(json!({
        "size": stated.tree_size,
        "size_shown": so(stated.tree_size),
        "root": figures.as_of.root.to_string(),
        "digest": digest_of(&stated),
        "figures": stated.values.len(),
        "restates": stated.restates.as_ref().map(|of| format!("{}/{}", of.unit, of.seq)),
        "body": body.iter().map(block).collect::<Vec<_>>(),
    }))
}

/// BLAKE3 of the text that would be signed, in hex.
pub(super) fn digest_of(stated: &v1::ReportIssued) -> String {
    stated.text_digest[..].try_into().map(|digest| Digest(digest).to_string()).unwrap_or_default()
}

/// A number that no report can have, or that one has already, with when it was issued, as which record and which leaf.
pub(super) fn wrong_number(
    board: &Board,
    asking: &Asking,
    fold: &Fold,
    number: &str,
) -> Result<Option<Not>, Oops> {
    let wrong = board.answers().wrong_number(board.reader(), fold, number);
    Ok(match wrong.map_err(|error| Oops::fault(&error))? {
        None => None,
        Some(WrongNumber::Odd) => Some(not("bad_number")),
        Some(WrongNumber::Taken { name, leaf, received_at_ms }) => {
            let words = asking.words();
            let (at, leaf_word) = (thoi_diem(received_at_ms), words.get("leaf"));
            Some(not("taken").with(format!("{at} · {} {name} · {leaf_word} {leaf}", words.get("record"))))
        }
    })
}

fn problem(asking: &Asking, not: &Not) -> Value {
    json!({ "words": asking.words().get(&format!("not_{}", not.key)), "detail": not.detail })
}

fn written(text: &SectionText) -> Value {
    let body = match &text.body {
        Body::Written(body) => Some(body.as_str()),
        Body::Erased | Body::Missing => None,
    };
    json!({ "unit": text.unit.name, "record": text.event.to_string(), "position": text.signer_position, "body": body })
}
