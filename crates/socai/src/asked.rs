//! What a report asks, from what the user wrote.

use anyhow::{Context as _, Error, Result, anyhow, bail};
use socai_domain::CivilDate;
use socai_fold::{Rulebook, figures::Asked};
use socai_proto::nearest;

use crate::{lang::Lang, quoted::quoted};

/// The question that a period and an occasion ask; none when neither is given.
///
/// # Errors
/// The ledger's tables know no such period or occasion.
pub fn of(
    period: Option<&str>,
    occasion: Option<&str>,
    rulebook: &Rulebook,
    lang: Lang,
) -> Result<Option<Asked>> {
    let asked = match (period, occasion) {
        (Some(period), _) => {
            Asked::written(rulebook, period).with_context(|| format!("--period {period}"))?
        }
        (None, Some(id)) => match Asked::named(rulebook, id) {
            Some(asked) => asked,
            None => return Err(no_occasion(id, CivilDate::MAX, rulebook, lang)),
        },
        (None, None) => return Ok(None),
    };
    with_occasion(asked, occasion, rulebook, lang).map(Some)
}

/// The question about a span of days.
///
/// # Errors
/// The last day comes first, or the tables know no such occasion.
pub fn days(
    from: CivilDate,
    to: CivilDate,
    occasion: Option<&str>,
    rulebook: &Rulebook,
    lang: Lang,
) -> Result<Asked> {
    if from > to {
        bail!("--from {from} {} --to {to}", lang.pick("sau", "is after"));
    }
    with_occasion(Asked::days(rulebook, from, to), occasion, rulebook, lang)
}

fn with_occasion(mut asked: Asked, occasion: Option<&str>, rulebook: &Rulebook, lang: Lang) -> Result<Asked> {
    if let Some(id) = occasion {
        if rulebook.occasion(id, asked.to).is_none() {
            return Err(no_occasion(id, asked.to, rulebook, lang));
        }
        asked.occasion = Some(id.to_owned());
    }
    Ok(asked)
}

/// That there is no such occasion, and which there are.
fn no_occasion(id: &str, on: CivilDate, rulebook: &Rulebook, lang: Lang) -> Error {
    let known: Vec<_> = rulebook.occasions(on).iter().map(|row| row.id.as_str()).collect();
    let near = nearest(id, known.iter().copied());
    let hint = near.map_or_else(String::new, |near| format!(" ({near}?)"));
    let (known, id) = (known.join(", "), quoted(id));
    match lang {
        Lang::Vi => anyhow!("không có dịp {id}{hint}; các dịp: {known}"),
        Lang::En => anyhow!("there is no occasion {id}{hint}; known: {known}"),
    }
}
