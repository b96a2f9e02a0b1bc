//! Numbers, dates and percentages as each of the two languages writes them: `3.730`, `02/3/2023`, `98,7%`; `3,730`, `2023-03-02`, `98.7%`.

use socai_domain::CivilDate;
use socai_proto::Lang;

use super::{ngay, pct, so};

/// A number with a mark between every three digits.
pub fn number(number: impl Into<i128>, lang: Lang) -> String {
    match lang {
        Lang::Vi => so(number),
        Lang::En => so(number).replace('.', ","),
    }
}

/// A date.
pub fn day(date: CivilDate, lang: Lang) -> String {
    match lang {
        Lang::Vi => ngay(date),
        Lang::En => date.to_string(),
    }
}

/// A percentage from its digits, `17.6`.
pub fn percentage(point: &str, lang: Lang) -> String {
    match lang {
        Lang::Vi => pct(point),
        Lang::En => format!("{point}%"),
    }
}
