//! What each page says. A handler computes values; templates lay them out.

mod charts;
mod district;
mod events;
mod figure;
mod findings;
mod issue;
mod ledger;
mod paper;
mod replay;
mod report;
mod running;
mod stories;
mod wanted;

pub(super) use district::district;
pub(super) use events::events_csv;
pub(super) use figure::figure;
pub(super) use findings::findings;
pub(super) use issue::{MAX_TEXTS_LEN, issue, sign, texts};
pub(super) use ledger::{log, record, unit, units};
pub(super) use paper::qr;
pub(super) use replay::replay;
pub(super) use report::{draft, issued, report};
pub(super) use running::running;
pub(super) use stories::{case, check};

use serde_json::{Value, json};
use socai_domain::{CivilDate, time::vietnam_rfc3339};
use socai_fold::Fold;
use socai_proto::Lang;
use socai_report::{
    Figure, Form, Known,
    format::{pct, point, so, thoi_diem, tien},
};

use super::{Board, oops::Oops};

/// Rows on one page of a list.
const PAGE: usize = 50;

/// A number of a figure's form.
fn shown(figure: &Figure, value: i128) -> String {
    match figure.form {
        Form::Money => tien(value),
        Form::Percent(decimals) => pct(&point(value, decimals)),
        Form::Count => so(value),
    }
}

/// A part of a figure as print, nothing where nothing may be said.
fn part_shown(figure: &Figure, part: socai_report::Part) -> Option<(i128, String)> {
    match figure.known_part(part) {
        Known::Nothing => None,
        Known::Nil | Known::Zero => Some((0, so(0))),
        Known::Value(value) => Some((value, shown(figure, value))),
    }
}

/// The label of a figure in a language, as the adopted table has it.
fn label(fold: &Fold, figure: &Figure, on: CivilDate, lang: Lang) -> String {
    let rows = fold.rulebook().indicators(on).map(|(_, rows)| rows).unwrap_or_default();
    let english = rows.iter().find(|row| row.code == figure.indicator).map(|row| &row.label_en);
    match (lang, english) {
        (Lang::En, Some(label)) if !label.is_empty() => label.clone(),
        _ => figure.label.clone(),
    }
}

/// The cut-off of a page: size, root, times.
fn cut_off(board: &Board, fold: &Fold) -> Result<Value, Oops> {
    let root = board.reader().root_at(fold.size()).map_err(|error| Oops::fault(&error))?;
    let witnessed = socai_audit::CosignedTo::of(board.place());
    Ok(json!({
        "size": fold.size().0,
        "size_shown": so(fold.size().0),
        "root": root.to_string(),
        "received": thoi_diem(fold.last_received_at_ms()),
        "received_iso": vietnam_rfc3339(fold.last_received_at_ms()),
        "is_witness_asked": witnessed != socai_audit::CosignedTo::NotAsked,
        "unwitnessed_since": witnessed.unwitnessed_from(fold.size()).map(so),
    }))
}

/// Which rows are on a page, and the numbers of its neighbours. A page behind the last is empty.
fn paged(page: usize, len: usize) -> (std::ops::Range<usize>, Value) {
    let pages = len.div_ceil(PAGE).max(1);
    let from = (page - 1).saturating_mul(PAGE).min(len);
    let to = (from + PAGE).min(len);
    let neighbours = json!({
        "page": page,
        "pages": pages,
        "before": (page > 1).then(|| page - 1),
        "after": (page < pages).then(|| page + 1),
        "len": so(len as u64),
    });
    (from..to, neighbours)
}
