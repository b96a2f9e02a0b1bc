//! What every request says: its language and its parameters.

use std::{collections::BTreeMap, convert::Infallible};

use axum::{
    extract::{FromRequestParts, Query, Request},
    http::{Extensions, HeaderMap, StatusCode, Uri, header, request::Parts},
};
use socai_domain::CivilDate;
use socai_fold::{Fold, figures::Asked};
use socai_proto::Lang;

use super::{
    access::{Part, Visitor},
    guard::MAX_ADDRESS_LEN,
    oops::Oops,
    page::encoded,
    words::Words,
};

/// A request, as far as pages care.
#[derive(Clone, Debug)]
pub(super) struct Asking {
    pub lang: Lang,
    /// Whether the address itself asks for the language: then it is remembered.
    pub is_lang_asked: bool,
    pub path: String,
    /// Who asks.
    pub visitor: Visitor,
    parameters: BTreeMap<String, String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Asking {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Asking::of(&parts.uri, &parts.headers, &parts.extensions))
    }
}

impl Asking {
    /// The same of a request that no handler has taken apart yet.
    pub(super) fn of_request(request: &Request) -> Asking {
        Asking::of(request.uri(), request.headers(), request.extensions())
    }

    /// A query that is none has no parameters. The language is the address's, else the cookie's, else the first of ours that the browser names, else
    /// Vietnamese.
    fn of(uri: &Uri, headers: &HeaderMap, extensions: &Extensions) -> Asking {
        let parameters = Query::<BTreeMap<String, String>>::try_from_uri(uri);
        let parameters = parameters.map(|query| query.0).unwrap_or_default();
        let asked = parameters.get("lang").and_then(|lang| lang_of(lang));
        let lang = asked.or_else(|| remembered(headers)).or_else(|| preferred(headers)).unwrap_or_default();
        let visitor = extensions.get::<Visitor>().cloned().unwrap_or_default();
        Asking { lang, is_lang_asked: asked.is_some(), path: uri.path().to_owned(), visitor, parameters }
    }

    pub(super) fn words(&self) -> &'static Words {
        Words::of(self.lang)
    }

    /// Whether the visitor may see a part of the ledger.
    pub(super) fn sees(&self, part: Part) -> bool {
        self.visitor.role.sees(part)
    }

    /// The same visitor on the page of a form, with the fields of these names as parameters.
    pub(super) fn with_fields(
        &self,
        path: &str,
        names: &[&str],
        fields: &BTreeMap<String, String>,
    ) -> Asking {
        let named = fields.iter().filter(|(name, _)| names.contains(&name.as_str()));
        let parameters = named.map(|(name, value)| (name.clone(), value.clone())).collect();
        Asking { path: path.to_owned(), parameters, ..self.clone() }
    }

    /// Refuses whoever may not see it.
    pub(super) fn needs(&self, part: Part) -> Result<(), Oops> {
        if self.sees(part) { Ok(()) } else { Err(Oops::new(StatusCode::FORBIDDEN, "not_for_you")) }
    }

    pub(super) fn is_api(&self) -> bool {
        self.path.starts_with("/api/")
    }

    /// A parameter that says something.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// The other parameters as the beginning of a query, for the link to the other language; none of an oversized query.
    pub(super) fn rest(&self) -> String {
        let others = self.parameters.iter().filter(|(name, _)| *name != "lang");
        let rest: String =
            others.map(|(name, value)| format!("{}={}&", encoded(name), encoded(value))).collect();
        if rest.len() <= MAX_ADDRESS_LEN { rest } else { String::new() }
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
            if !is_for_everybody(text) && !self.sees(Part::Cells) {
                return Err(Oops::new(StatusCode::FORBIDDEN, "days_not_for_you"));
            }
            let asked = Asked::written(rulebook, text).map_err(|_| Oops::bad_request("bad_period"))?;
            return Ok((text.to_owned(), asked));
        }
        let day = fold.closings().iter().map(|closing| closing.to).max();
        let day = day.unwrap_or_else(|| socai_domain::time::vietnam_date(fold.last_received_at_ms()));
        let named = rulebook.occasions(CivilDate::MAX).iter().find(|row| row.to == day);
        let named = named.filter(|_| self.sees(Part::Cells));
        let text =
            named.map_or_else(|| format!("{:04}-{:02}", day.year(), day.month()), |row| row.id.clone());
        let asked = Asked::written(rulebook, &text).map_err(|_| Oops::bad_request("bad_period"))?;
        Ok((text, asked))
    }
}

/// Whether a period is one of those that everybody may ask about: months of the district and what they add up to (`2023-02`, `2023-Q1`,
/// `2023-H1`, `2023-9M`, `2023`). Of two that overlap otherwise, as an occasion and its month do, the difference may be a single fact.
fn is_for_everybody(period: &str) -> bool {
    let (year, part) = period.split_once('-').unwrap_or((period, "9M"));
    let digits = |text: &str, len| text.len() == len && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_part =
        part == "9M" || digits(part, 2) || part.strip_prefix(['Q', 'H']).is_some_and(|no| digits(no, 1));
    digits(year, 4) && is_part
}

fn lang_of(text: &str) -> Option<Lang> {
    match text {
        "vi" => Some(Lang::Vi),
        "en" => Some(Lang::En),
        _ => None,
    }
}

/// The language of ours that the browser likes best: `Accept-Language: en-GB;q=0.9, vi`.
fn preferred(headers: &HeaderMap) -> Option<Lang> {
    let value = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    let ranges = value.split(',').take(16).collect::<Vec<_>>().into_iter().filter_map(|range| {
        let (tag, weight) = range.split_once(";q=").unwrap_or((range, "1"));
        let lang = lang_of(tag.trim().split('-').next()?)?;
        weight.trim().parse::<f32>().ok().filter(|weight| *weight > 0.0).map(|weight| (lang, weight))
    });
    // of those that are liked as much the first
    ranges.rev().max_by(|(_, one), (_, other)| one.total_cmp(other)).map(|(lang, _)| lang)
}

fn remembered(headers: &HeaderMap) -> Option<Lang> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    cookies.split(';').find_map(|cookie| lang_of(cookie.trim().strip_prefix("lang=")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lang(accept: &str, cookie: &str, uri: &str) -> Lang {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, accept.parse().unwrap());
        headers.insert(header::COOKIE, cookie.parse().unwrap());
        Asking::of(&uri.parse().unwrap(), &headers, &Extensions::new()).lang
    }

    #[test]
    fn everybody_may_ask_about_months_and_what_they_add_up_to() {
        for period in ["2023-02", "2023-Q1", "2023-H2", "2023-9M", "2023"] {
            assert!(is_for_everybody(period), "{period}");
        }
        for period in [
            "2023-01-15..2023-02-13",
            "cal:2023-02",
            "fy2023",
            "tet-quy-mao-2023",
            "2023-tet",
            "",
            "-",
            "2023-",
        ] {
            assert!(!is_for_everybody(period), "{period}");
        }
    }

    #[test]
    fn the_address_decides_the_language_then_the_cookie_then_what_the_browser_likes_best() {
        assert_eq!(lang("en-GB,en;q=0.9", "", "/"), Lang::En);
        assert_eq!(lang("fr, en;q=0.5, vi;q=0.8", "", "/"), Lang::Vi);
        assert_eq!(lang("vi, en", "", "/"), Lang::Vi);
        assert_eq!(lang("fr;q=x,, ;q=", "", "/"), Lang::Vi);
        assert_eq!(lang("en;q=0", "", "/"), Lang::Vi);
        assert_eq!(lang("en", "a=b; lang=vi", "/"), Lang::Vi);
        assert_eq!(lang("vi", "lang=vi", "/?lang=en"), Lang::En);
    }
}
