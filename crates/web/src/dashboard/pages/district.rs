//! The district at a glance: figures, wards side by side, who is silent or open, where the log stands.

use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::Response,
};
use minijinja::{Value as Values, value::Serde};
use serde_json::{Value, json};
use socai_domain::CivilDate;
use socai_fold::Fold;
use socai_proto::Lang;
use socai_report::{
    Figure, Figures, Level, Standing,
    format::{ngay, pct, so, thoi_diem},
};

use super::{charts::bar, cut_off, label, part_shown, report::newest_about, shown};
use crate::dashboard::{Board, asking::Asking, live, oops::Oops, page};

/// A unit that was not heard of for so long, by the log's own clock, is called silent.
const SILENT_MS: u64 = 7 * socai_domain::time::DAY_MS;
/// Seconds after which a browser looks again for figures that were still being computed.
const LOOK_AGAIN_S: &str = "2";

/// `GET /`.
pub(in crate::dashboard) async fn district(State(board): State<Board>, asking: Asking) -> Response {
    let question = asking.clone();
    let values = board.compute(move |board| values(board, &question)).await;
    let is_pending = values.as_ref().is_ok_and(|values| values["is_pending"] == true);
    let mut page = page::or_oops(&asking, "district.html", values.map(|values| Values::from(Serde(values))));
    if is_pending {
        page.headers_mut().insert(header::REFRESH, HeaderValue::from_static(LOOK_AGAIN_S));
    }
    page
}

fn values(board: &Board, asking: &Asking) -> Result<Value, Oops> {
    let fold = board.fold();
    let (text, asked) = asking.period(&fold)?;
    let (figures, is_whole) = board.glance_for(&fold, &asked, asking)?;
    let chosen = match asking.get("figure") {
        Some(code) => match figures.figures.iter().find(|figure| figure.indicator == code) {
            None if is_whole => return Err(Oops::unknown()),
            chosen => chosen,
        },
        None => figures.figures.iter().max_by_key(|figure| wards_with_part(&figures, figure)),
    };
    let newest: Result<Vec<Value>, Oops> =
        board.newest().iter().map(|new| live::record(board, new, asking)).collect();
    let occasions = fold.rulebook().occasions(CivilDate::MAX);
    Ok(json!({
        "issuer": figures.issuer,
        "ledger": figures.ledger,
        "cut": cut_off(board, &fold)?,
        "period": { "text": text, "name": figures.period.name, "from": ngay(asked.from), "to": ngay(asked.to) },
        "periods": occasions.iter().map(|row| json!({ "id": row.id, "label": match asking.lang {
            Lang::Vi => &row.label,
            Lang::En => &row.label_en,
        } })).collect::<Vec<_>>(),
        "groups": groups(&figures, |figure| row(&fold, &figures, figure, asking.lang)),
        "choices": figures.figures.iter().map(|figure| json!({
            "code": figure.indicator, "label": label(&fold, figure, asked.to, asking.lang),
        })).collect::<Vec<_>>(),
        "report": newest_about(board, fold.reports()),
        "minute": so(board.arrived()),
        "attention": attention(&fold, &figures),
        "wards": chosen.map(|figure| wards(&fold, &figures, figure, asking.lang)),
        "units": units(&fold, &figures),
        "open": figures.open.len(),
        "is_pending": !is_whole,
        "newest": newest?,
    }))
}

fn row(fold: &Fold, figures: &Figures, figure: &Figure, lang: Lang) -> Value {
    let plans = figure.plan.iter().filter_map(|plan| {
        let percent = figure.against_plan(plan)?;
        Some(json!({ "label": plan.label, "percent": pct(percent), "value": shown(figure, plan.value) }))
    });
    json!({
        "code": figure.indicator,
        "label": label(fold, figure, figures.period.to, lang),
        "printed": figure.printed(),
        "plans": plans.collect::<Vec<_>>(),
        "same": figure.against_same_period().map(pct),
        "lunar": figure.against_lunar_period().map(pct),
        "missing": figure.missing().len(),
    })
}

/// Figures by their field, which is what stands before the point of their codes, those with something to say apart from the others.
fn groups(figures: &Figures, row: impl Fn(&Figure) -> Value) -> Vec<Value> {
    let mut groups: Vec<(&str, Vec<Value>, Vec<Value>)> = Vec::new();
    for figure in &figures.figures {
        let field = figure.indicator.split('.').next().unwrap_or_default();
        if groups.last().is_none_or(|(last, ..)| *last != field) {
            groups.push((field, Vec::new(), Vec::new()));
        }
        if let Some((_, known, unknown)) = groups.last_mut() {
            let is_known = figure.printed().is_some() || !figure.missing().is_empty();
            if is_known { known.push(row(figure)) } else { unknown.push(row(figure)) }
        }
    }
    let group = |(field, known, unknown)| json!({ "field": field, "known": known, "unknown": unknown });
    groups.into_iter().map(group).collect()
}

/// Units that somebody should look at, each with its id and name: silent, not closed, suspended after a fork or by the operator.
fn attention(fold: &Fold, figures: &Figures) -> Value {
    let named = |is_so: &dyn Fn(&Standing) -> bool| {
        let units = figures.units.iter().filter(|unit| is_so(unit));
        units.map(|unit| json!({ "id": unit.unit.id, "name": unit.unit.name })).collect::<Vec<_>>()
    };
    let is_suspended =
        |unit: &Standing| fold.registry().unit(unit.no).is_some_and(|unit| unit.is_suspended());
    json!({
        "silent": named(&|unit| is_silent(fold, unit)),
        "open": named(&|unit| unit.closed.is_none()),
        "suspended": named(&is_suspended),
    })
}

fn is_silent(fold: &Fold, unit: &Standing) -> bool {
    let (said, now) = (fold.activity(unit.no), fold.last_received_at_ms());
    said.next_seq == 0 || now.saturating_sub(said.last_received_at_ms) > SILENT_MS
}

/// Wards that have a part in a figure.
fn wards_with_part(figures: &Figures, figure: &Figure) -> usize {
    let wards = territories(figures);
    let count = wards.filter(|ward| figure.detail.of_unit(&ward.unit.id).value != 0).count();
    // of those with as many the first, which max_by_key would pass over
    count * 1_000 + 999
        - figures.figures.iter().position(|other| other.indicator == figure.indicator).unwrap_or(0).min(999)
}

fn territories(figures: &Figures) -> impl Iterator<Item = &Standing> {
    figures.units.iter().filter(|unit| unit.level == Level::Territory)
}

/// Bars of one figure by ward, drawn in whole units; the table behind them says the same.
fn wards(fold: &Fold, figures: &Figures, figure: &Figure, lang: Lang) -> Value {
    let parts =
        || territories(figures).map(|ward| (ward, part_shown(figure, figure.detail.of_unit(&ward.unit.id))));
    let most = parts().filter_map(|(_, part)| Some(part?.0)).max().unwrap_or(0).max(1);
    let bars: Vec<Value> = parts()
        .enumerate()
        .map(|(at, (ward, part))| {
            let (value, text) = part.map_or((0, None), |(value, text)| (value, Some(text)));
            let mut drawn = bar(at, value, most);
            drawn["id"] = ward.unit.id.as_str().into();
            drawn["name"] = ward.unit.name.as_str().into();
            drawn["shown"] = text.into();
            drawn
        })
        .collect();
    json!({
        "code": figure.indicator,
        "label": label(fold, figure, figures.period.to, lang),
        "unit": figure.unit,
        "height": bars.len() * 26 + 4,
        "bars": bars,
        "is_additive": figure.detail.is_additive,
        "unallocated": part_shown(figure, figure.detail.unallocated).filter(|(value, _)| *value != 0).map(|(_, text)| text),
    })
}

/// The closing checklist: every unit with what it closed, what came late, and when it was last heard of.
fn units(fold: &Fold, figures: &Figures) -> Vec<Value> {
    let unit = |standing: &Standing| {
        let said = fold.activity(standing.no);
        json!({
            "id": standing.unit.id,
            "name": standing.unit.name,
            "closed": standing.closed.map(|closed| thoi_diem(closed.received_at_ms)),
            "nil": standing.nil.len(),
            "late": standing.late.filter(|late| *late > 0).map(so),
            "rejected": (said.rejected > 0).then(|| so(said.rejected)),
            "records": so(said.next_seq),
            "newest": (said.next_seq > 0).then(|| thoi_diem(said.last_received_at_ms)),
            "silent": is_silent(fold, standing),
        })
    };
    figures.units.iter().map(unit).collect()
}
