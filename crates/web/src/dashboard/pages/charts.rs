//! Pictures of one figure, each with the table that it draws. All of them read in black and white.

use serde_json::{Value, json};
use socai_domain::{CivilDate, time::vietnam_date};
use socai_fold::{
    Fold,
    figures::{Asked, Listed},
};
use socai_report::format::so;

use crate::dashboard::{Board, asking::Asking, listing::Facts, oops::Oops};

/// Facts looked at for the lag: the newest of the figure.
const LAG_OF: usize = 2_000;
/// Width of the longest bar, in units of the drawing.
pub(super) const BAR: i128 = 300;
/// Where bars begin, behind their names; the same as in the template.
const FROM: u64 = 286;
/// Last day of each class of lag, and the key of its words.
const LAGS: [(i64, &str); 5] =
    [(0, "lag_same_day"), (3, "lag_days_3"), (7, "lag_week"), (30, "lag_month"), (i64::MAX, "lag_longer")];

/// A bar with its words: `y`, `width` and `end` in units of the drawing.
pub(super) fn bar(at: usize, value: i128, most: i128) -> Value {
    let width = (value.max(0) * BAR / most.max(1)) as u64; // at most BAR
    json!({ "y": at * 26, "width": width, "end": FROM + width })
}

/// The figure by month of its year: the picture, and the rows behind it.
pub(super) fn months(
    board: &Board,
    fold: &Fold,
    asked: &Asked,
    code: &str,
    asking: &Asking,
) -> Result<Option<Value>, Oops> {
    let months = board.months(fold, asked, code, asking.lang)?;
    let Some(months) = &*months else { return Ok(None) };
    let series: Value = serde_json::from_str(&months.json).map_err(|error| Oops::fault(&error))?;
    let points = series["points"].as_array().map(Vec::as_slice).unwrap_or_default();
    let row = |point: &Value| {
        let plans = point["plan"].as_object().into_iter().flatten();
        json!({
            "label": point["label"],
            "printed": point["printed"],
            "plan": plans.filter_map(|(_, plan)| Some(format!("{}%", plan["pct"].as_str()?))).collect::<Vec<_>>(),
            "same": point["same_period"]["pct"].as_str().map(|percent| format!("{percent}%")),
        })
    };
    // a picture of one point says nothing
    let is_drawn = points.iter().filter(|point| !point["value"].is_null()).count() > 1;
    Ok(Some(json!({
        "svg": is_drawn.then_some(&months.svg), "rows": points.iter().map(row).collect::<Vec<_>>(),
    })))
}

/// How many days passed between the day of a fact and its record, in classes.
pub(super) fn lag(board: &Board, facts: &Facts, asking: &Asking) -> Result<Value, Oops> {
    let newest = &facts.0[facts.0.len().saturating_sub(LAG_OF)..];
    let mut counts = [0_u64; LAGS.len()];
    for fact in newest {
        if let Some(days) = days_late(board, fact)? {
            let class = LAGS.iter().position(|(last, _)| days <= *last).unwrap_or_default();
            counts[class] += 1;
        }
    }
    let most = counts.iter().copied().max().unwrap_or_default();
    let bars = counts.iter().zip(LAGS).enumerate().map(|(at, (count, (_, key)))| {
        let mut drawn = bar(at, (*count).into(), most.into());
        drawn["name"] = asking.words().get(key).into();
        drawn["shown"] = so(*count).into();
        drawn
    });
    Ok(json!({ "bars": bars.collect::<Vec<_>>(), "height": LAGS.len() * 26 + 4, "of": newest.len() }))
}

/// Days from the day of a fact to the day it was received, never less than none.
fn days_late(board: &Board, fact: &Listed) -> Result<Option<i64>, Oops> {
    use prost::Message as _;
    let stored = board.reader().record(fact.leaf).map_err(|error| Oops::fault(&error))?;
    let Ok(event) = socai_proto::v1::Event::decode(stored.record.facts().as_ref()) else { return Ok(None) };
    let on = CivilDate::from_yyyymmdd(event.occurred_on).ok();
    Ok(on.map(|on| i64::from(vietnam_date(stored.received_at_ms).days_since(on)).max(0)))
}
