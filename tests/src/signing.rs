//! A district that shows its dashboard to whoever has a token, and an issuer who is logged in.

use std::path::Path;

use serde_json::json;

use crate::{command::command, dashboard::Dashboard, service::Service, socai, unit::Unit, world::World};

/// What forms are sent as.
pub const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

/// Makes a token of a role for an office.
///
/// # Panics
/// The command fails.
pub fn token(file: &Path, role: &str, office: &str) -> String {
    socai!("token", file, "--role", role, "--name", office).ok().trim().to_owned()
}

/// Runs the world's district with its dashboard, which says in its log what was asked and signed.
///
/// # Panics
/// It does not start.
pub fn district(world: &World, tokens: &Path) -> Dashboard {
    let at = "127.0.0.1:0";
    let mut run =
        command(&[&"district", &"run", &world.district_dir(), &"--board", &at, &"--tokens", &tokens]);
    run.env("SOCAI_LOG", "socai_web::access=info,socai=info,socai_district=warn");
    Dashboard::of(Service::start("district", run, &world.path().join("logs/district.log")))
}

/// Begins a session by the login form; the cookie to send.
///
/// # Panics
/// The token is nobody's.
pub fn login(board: &Dashboard, token: &str) -> String {
    let page = board.get("/login", &[]);
    let key = field(&page.text(), "key");
    let body = format!("key={key}&token={token}");
    let inside = board.ask("POST", "/login", &[FORM, ("Cookie", &format!("socai-form={key}"))], &body);
    assert_eq!(inside.status, 303, "{}", inside.text());
    let set = inside.header("set-cookie").into_iter().find(|line| line.starts_with("socai="));
    set.and_then(|line| line.split(';').next()).expect("a session").to_owned()
}

/// The value of the first field of a name in the forms of a page.
///
/// # Panics
/// There is none.
pub fn field(page: &str, name: &str) -> String {
    let at = page.split(&format!("name=\"{name}\" value=\"")).nth(1);
    let value = at.and_then(|rest| rest.split('"').next()).unwrap_or_else(|| panic!("{name} in {page}"));
    value.replace("&#x2f;", "/") // how pages write a slash
}

/// Fields as a browser sends them.
pub fn form(fields: &[(&str, &str)]) -> String {
    let part = |text: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        text.bytes()
            .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
            .collect::<String>()
    };
    fields.iter().map(|(name, value)| format!("{}={}", part(name), part(value))).collect::<Vec<_>>().join("&")
}

/// A unit closes the days of the reference report.
///
/// # Panics
/// It is not sealed or not recorded.
pub fn close(unit: &Unit) {
    let closing = json!({
        "kind": "period.closed", "unit": unit.id, "occurred_on": "2023-02-09", "level": "public", "entered_by": "van-thu",
        "data": {"period_kind": "month", "from": "2023-01-01", "to": "2023-02-08", "signer_position": "chu-tich"},
    });
    let answer = unit.post(&closing).unwrap();
    assert_eq!(answer.status, 201, "{}", answer.body);
    unit.await_recorded();
}
