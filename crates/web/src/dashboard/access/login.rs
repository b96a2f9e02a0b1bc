//! The login form: a token for a session, once. Both ways in and out are forms that only our own pages can send.

use std::{collections::BTreeMap, net::SocketAddr, time::Duration};

use axum::{
    Form,
    extract::{ConnectInfo, State, rejection::FormRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
};
use minijinja::context;

use super::{
    doors::{Doors, cookie},
    session::{LASTS, form_key, random},
};
use crate::{
    dashboard::{asking::Asking, oops::Oops, page},
    token::same,
};

/// The cookie that a form of the login page is bound to.
const FORM: &str = "socai-form";
/// How long the login page may lie open.
const FORM_LASTS: Duration = Duration::from_secs(900);

type Fields = Result<Form<BTreeMap<String, String>>, FormRejection>;

/// `GET /login`.
pub(in crate::dashboard) async fn login_page(State(doors): State<Doors>, asking: Asking) -> Response {
    if !doors.can_log_in() {
        return Oops::nothing_here().answer(&asking);
    }
    form(&doors, &asking, StatusCode::OK, false)
}

/// The form with a key of its own, which its answer has to bring back beside the cookie.
fn form(doors: &Doors, asking: &Asking, status: StatusCode, is_wrong: bool) -> Response {
    let key = match random() {
        Ok(key) => key,
        Err(error) => return Oops::fault(&error).answer(asking),
    };
    let mut response = page::html(asking, "login.html", context! { key => key.as_str(), is_wrong });
    *response.status_mut() = status;
    set(&mut response, doors, FORM, &key, FORM_LASTS);
    response
}

/// `POST /login` with `token` and `key`: begins a session, or says that the token is nobody's.
pub(in crate::dashboard) async fn login(
    State(doors): State<Doors>,
    peer: Option<axum::Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    asking: Asking,
    fields: Fields,
) -> Response {
    if !doors.can_log_in() {
        return Oops::nothing_here().answer(&asking);
    }
    let Ok(Form(fields)) = fields else { return Oops::bad_request("bad_form").answer(&asking) };
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    let is_ours = cookie(&headers, FORM).is_some_and(|key| key.len() == 64 && same(&key, field("key")));
    if !is_ours {
        return Oops::new(StatusCode::FORBIDDEN, "foreign_form").answer(&asking);
    }
    let address = doors.address(&headers, peer.map(|peer| peer.0.0));
    if address.is_some_and(|address| doors.take_login(address).is_err()) {
        return Oops::new(StatusCode::TOO_MANY_REQUESTS, "too_often").answer(&asking);
    }
    match doors.begin(field("token")) {
        Ok(Some(session)) => {
            let mut response = Redirect::to("/").into_response();
            set(&mut response, &doors, doors.cookie(), &session, LASTS);
            set(&mut response, &doors, FORM, "", Duration::ZERO);
            response
        }
        Ok(None) => form(&doors, &asking, StatusCode::UNAUTHORIZED, true),
        Err(error) => Oops::fault(&error).answer(&asking),
    }
}

/// `POST /logout` with `key`.
pub(in crate::dashboard) async fn logout(
    State(doors): State<Doors>,
    headers: HeaderMap,
    asking: Asking,
    fields: Fields,
) -> Response {
    let Ok(Form(fields)) = fields else { return Oops::bad_request("bad_form").answer(&asking) };
    let key = fields.get("key").map(String::as_str).unwrap_or_default();
    let session = doors.session(&headers).filter(|session| same(&form_key(session), key));
    let Some(session) = session else {
        return Oops::new(StatusCode::FORBIDDEN, "foreign_form").answer(&asking);
    };
    doors.end(&session);
    let mut response = Redirect::to("/").into_response();
    set(&mut response, &doors, doors.cookie(), "", Duration::ZERO);
    response
}

fn set(response: &mut Response, doors: &Doors, name: &str, value: &str, lasts: Duration) {
    let secure = if doors.access().is_behind_tls { "; Secure" } else { "" };
    let seconds = lasts.as_secs();
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    if let Ok(text) = HeaderValue::from_str(&text) {
        response.headers_mut().append(header::SET_COOKIE, text);
    }
}
