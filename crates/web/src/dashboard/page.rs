//! Pages from templates: every value is escaped by the engine, since all templates are `.html`.

use std::sync::LazyLock;

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use minijinja::{Environment, UndefinedBehavior, Value, context};
use socai_proto::Lang;

use super::{access::Part, asking::Asking, oops::Oops};

const TEMPLATES: &[(&str, &str)] = &[
    ("base.html", include_str!("templates/base.html")),
    ("case.html", include_str!("templates/case.html")),
    ("check.html", include_str!("templates/check.html")),
    ("district.html", include_str!("templates/district.html")),
    ("figure.html", include_str!("templates/figure.html")),
    ("findings.html", include_str!("templates/findings.html")),
    ("issue.html", include_str!("templates/issue.html")),
    ("log.html", include_str!("templates/log.html")),
    ("login.html", include_str!("templates/login.html")),
    ("oops.html", include_str!("templates/oops.html")),
    ("parts.html", include_str!("templates/parts.html")),
    ("record.html", include_str!("templates/record.html")),
    ("replay.html", include_str!("templates/replay.html")),
    ("report.html", include_str!("templates/report.html")),
    ("running.html", include_str!("templates/running.html")),
    ("unit.html", include_str!("templates/unit.html")),
    ("units.html", include_str!("templates/units.html")),
];

static ENGINE: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut engine = Environment::new();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.add_filter("part", |text: String| encoded(&text));
    for (name, source) in TEMPLATES {
        engine.add_template(name, source).expect("the templates are compiled in and a test renders each");
    }
    engine
});

/// A template with its values, the words, and what every page says.
pub(super) fn html(asking: &Asking, template: &str, values: Value) -> Response {
    let words = asking.words();
    let (lang, other) = match asking.lang {
        Lang::Vi => ("vi", "en"),
        Lang::En => ("en", "vi"),
    };
    let visitor = &asking.visitor;
    let sees = context! {
        cells => asking.sees(Part::Cells), facts => asking.sees(Part::Facts), cases => asking.sees(Part::Cases),
        findings => asking.sees(Part::Findings), running => asking.sees(Part::Running),
        issue => asking.sees(Part::Issue),
    };
    let same = context! {
        t => words.all(), js => words.of_scripts(), lang, other, path => asking.path.clone(), query => asking.rest(), sees,
        role => visitor.role.name(), role_name => words.get(visitor.role.name()), visitor => visitor.name.as_str(),
        form_key => visitor.form_key.as_str(), can_log_in => visitor.can_log_in, min_cell => visitor.min_cell,
    };
    let context = context! { ..values, ..same };
    let rendered = ENGINE.get_template(template).and_then(|template| template.render(context));
    match rendered {
        Ok(text) => {
            let about = [
                (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
                (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
                (header::CONTENT_LANGUAGE, HeaderValue::from_static(lang)),
            ];
            let mut response = (about, text).into_response();
            if asking.is_lang_asked {
                let cookie = match asking.lang {
                    Lang::Vi => "lang=vi; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly",
                    Lang::En => "lang=en; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly",
                };
                response.headers_mut().insert(header::SET_COOKIE, HeaderValue::from_static(cookie));
            }
            response
        }
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), template, "a page cannot be rendered");
            (axum::http::StatusCode::INTERNAL_SERVER_ERROR, words.get("oops_fault")).into_response()
        }
    }
}

/// The page that was made, or the short one that says why not.
pub(super) fn or_oops(asking: &Asking, template: &str, values: Result<Value, Oops>) -> Response {
    match values {
        Ok(values) => html(asking, template, values),
        Err(oops) => oops.answer(asking),
    }
}

/// Text as one part of a path or query, percent-encoded.
pub(super) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_parses() {
        assert_eq!(ENGINE.templates().count(), TEMPLATES.len());
    }

    #[test]
    fn a_part_of_an_address_says_only_itself() {
        assert_eq!(encoded("NS.01"), "NS.01");
        assert_eq!(encoded("a/b?c=\"<é"), "a%2Fb%3Fc%3D%22%3C%C3%A9");
    }
}
