//! What every request says: its language and its parameters.

use std::{collections::BTreeMap, convert::Infallible};

use axum::{
    extract::{FromRequestParts, Query},
    http::{HeaderMap, Uri, header, request::Parts},
};
use socai_domain::CivilDate;
use socai_fold::{Fold, figures::Asked};
use socai_proto::Lang;

use super::{oops::Oops, page::encoded, words::Words};

/// A request, as far as pages care.
#[derive(Clone, Debug)]
pub(super) struct Asking {
    pub lang: Lang,
    /// Whether the address itself asks for the language: then it is remembered.
    pub is_lang_asked: bool,
    pub path: String,
    parameters: BTreeMap<String, String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Asking {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Asking::of(&parts.uri, &parts.headers))
    }
}

impl Asking {
    /// A query that is none has no parameters. Vietnamese unless the address or the cookie says otherwise.
    pub(super) fn of(uri: &Uri, headers: &HeaderMap) -> Asking {
        let parameters = Query::<BTreeMap<String, String>>::try_from_uri(uri);
        let parameters = parameters.map(|query| query.0).unwrap_or_default();
        let asked = parameters.get("lang").and_then(|lang| lang_of(lang));
        let lang = asked.or_else(|| remembered(headers)).unwrap_or_default();
        Asking { lang, is_lang_asked: asked.is_some(), path: uri.path().to_owned(), parameters }
    }

    pub(super) fn words(&self) -> &'static Words {
        Words::of(self.lang)
    }

    pub(super) fn is_api(&self) -> bool {
        self.path.starts_with("/api/")
    }

    /// A parameter that says something.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// The other parameters as the beginning of a query, for the link to the other language.
    pub(super) fn rest(&self) -> String {
        let others = self.parameters.iter().filter(|(name, _)| *name != "lang");
        others.map(|(name, value)| format!("{}={}&", encoded(name), encoded(value))).collect()
    }

    /// The number of a page, from 1.
    pub(super) fn page(&self) -> Result<usize, Oops> {
        let Some(page) = self.get("page") else { return Ok(1) };
        let page = page.parse().ok().filter(|page| (1..=1_000_000).contains(page));
        page.ok_or_else(|| Oops::bad_request("bad_page"))
    }

    /// The day of a question; otherwise the last one of the newest period.
    pub(super) fn on(&self, fold: &Fold) -> Result<CivilDate, Oops> {
        match self.get("on") {
            Some(text) => text.parse().map_err(|_| Oops::bad_request("bad_date")),
            None => Ok(self.period(fold)?.1.to),
        }
    }

    /// The question and its period as written; without one, the newest that units closed, else the month of the newest record.
    pub(super) fn period(&self, fold: &Fold) -> Result<(String, Asked), Oops> {
        let rulebook = fold.rulebook();
        if let Some(text) = self.get("period") {
            let asked = Asked::written(rulebook, text).map_err(|_| Oops::bad_request("bad_period"))?;
            return Ok((text.to_owned(), asked));
        }
        let day = fold.closings().iter().map(|closing| closing.to).max();
        let day = day.unwrap_or_else(|| socai_domain::time::vietnam_date(fold.last_received_at_ms()));
        let named = rulebook.occasions(CivilDate::MAX).iter().find(|row| row.to == day);
        let text =
            named.map_or_else(|| format!("{:04}-{:02}", day.year(), day.month()), |row| row.id.clone());
        let asked = Asked::written(rulebook, &text).map_err(|_| Oops::bad_request("bad_period"))?;
        Ok((text, asked))
    }
}

fn lang_of(text: &str) -> Option<Lang> {
    match text {
        "vi" => Some(Lang::Vi),
        "en" => Some(Lang::En),
        _ => None,
    }
}

fn remembered(headers: &HeaderMap) -> Option<Lang> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    cookies.split(';').find_map(|cookie| lang_of(cookie.trim().strip_prefix("lang=")?))
}
