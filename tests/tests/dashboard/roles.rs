//! Who sees what, and how somebody says who he is.

use std::{fs, path::Path, time::Instant};

use serde_json::Value;
use socai_tests::{
    dashboard::{Answer, Dashboard},
    demo::Demo,
    socai, wait,
};

const ROLES: [&str; 5] = ["official", "inspector", "analyst", "admin", "issuer"];

/// Path, and what the public, an official, an inspector, an analyst, an admin and an issuer are answered.
const MATRIX: &[(&str, [u16; 6])] = &[
    ("/", [200; 6]),
    ("/figure/TT.01", [200; 6]),
    ("/units", [200; 6]),
    ("/unit/hn.tx.ha-dinh.1", [200; 6]),
    ("/log", [200; 6]),
    ("/record/3/10", [200; 6]),
    ("/check", [200; 6]),
    ("/report", [200; 6]),
    ("/login", [200; 6]),
    ("/api/v1/figures", [200; 6]),
    ("/api/v1/proofs/3/10", [200; 6]),
    ("/api/v1/status", [200; 6]),
    ("/checkpoint", [200; 6]),
    ("/?period=2023-01-05..2023-01-06", [403, 200, 200, 200, 403, 200]),
    ("/api/v1/figures?as_of=700", [403, 200, 200, 200, 403, 200]),
    ("/replay", [403, 200, 200, 200, 403, 200]),
    ("/report/draft/docx", [403, 200, 200, 200, 403, 200]),
    ("/figure/TT.01/events.csv?no=02", [403, 200, 200, 403, 403, 200]),
    ("/figure/TT.01/events.csv", [403, 200, 200, 200, 403, 200]),
    ("/case/xp-thanh-xuan-trung-2023-5", [403, 200, 200, 403, 403, 200]),
    ("/findings", [403, 403, 200, 403, 403, 403]),
    ("/running", [403, 403, 403, 403, 200, 403]),
    ("/report/issue", [403, 403, 403, 403, 403, 200]),
];

fn tokens(file: &Path) -> [String; 5] {
    ROLES.map(|role| {
        let name = format!("Phòng {role}");
        socai!("token", file, "--role", role, "--name", name).ok().trim().to_owned()
    })
}

pub fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

#[test]
fn each_role_sees_its_part_and_the_public_no_fact_no_document_and_no_small_cell() {
    let demo = Demo::played();
    let file = demo.path().join("tokens.toml");
    let tokens = tokens(&file);
    let board = Dashboard::serve_at(&demo.district(), "127.0.0.1:0", &["--tokens", file.to_str().unwrap()]);
    for (path, expected) in MATRIX {
        let [public, known @ ..] = *expected;
        assert_eq!(board.get(path, &[]).status, public, "the public at {path}");
        for ((role, token), status) in ROLES.iter().zip(&tokens).zip(known) {
            let answer = board.get(path, &[("Authorization", &bearer(token))]);
            assert_eq!(answer.status, status, "{role} at {path}: {}", answer.text());
        }
        assert_eq!(board.get(path, &[("Authorization", "Bearer nonsense")]).status, public, "{path}");
    }

    let official = bearer(&tokens[0]);
    let seen = |path: &str, authorization: &str| board.get(path, &[("Authorization", authorization)]).text();
    // the fine of record 3/10 has a document and a case, which an analyst and the public do not see
    let (all, analyst, public) = (
        seen("/record/3/10", &official),
        seen("/record/3/10", &bearer(&tokens[2])),
        seen("/record/3/10", ""),
    );
    assert!(all.contains("QĐ-XPHC") && all.contains("/case/xp-khuong-trung-2023-2"), "{all}");
    assert!(!analyst.contains("QĐ-XPHC") && !analyst.contains("xp-khuong") && analyst.contains("xử phạt"));
    assert!(!public.contains("QĐ-XPHC") && !public.contains("xp-khuong") && !public.contains("xử phạt"));
    let (list, gated) = (seen("/figure/TT.01", &official), seen("/figure/TT.01", ""));
    assert!(list.contains("id=\"events\"") && !gated.contains("id=\"events\""));

    small_cells(&seen("/api/v1/figures", &official), &seen("/api/v1/figures", ""));
    // eleven wards with five or more cases each are shown as they are, those with fewer are not
    let wards = |figure: &str, who: &str| seen(&format!("/?figure={figure}"), who);
    let bars = |page: &str| page.split("<rect").skip(1).filter(|bar| !bar.contains("width=\"0\"")).count();
    assert_eq!(bars(&wards("TT.01", "")), bars(&wards("TT.01", &official)));
    assert!(bars(&wards("YT.02", "")) <= bars(&wards("YT.02", &official)));
    board.stop();
}

/// Figures of fewer than five facts, or that count fewer than five, are null without a token; the others are the same.
fn small_cells(all: &str, public: &str) {
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let (all, public) = (read(all), read(public));
    let mut blank = 0;
    let both = all["figures"].as_array().unwrap().iter().zip(public["figures"].as_array().unwrap());
    for (all, public) in both {
        assert_eq!(all["indicator"], public["indicator"]);
        let few = |number: i64| 0 < number && number < 5;
        let value = all["value"].as_i64().unwrap_or_default();
        let is_small = few(all["events"].as_i64().unwrap()) || all["unit"] != "VND" && few(value);
        if is_small || public["value"].is_null() && !all["value"].is_null() {
            assert_eq!(public["value"], Value::Null, "{public}");
            assert_eq!((&public["events"], &public["digest"]), (&0.into(), &Value::Null), "{public}");
            assert_eq!(public["same_period_pct"], Value::Null);
            blank += 1;
        } else {
            assert_eq!((&all["value"], &all["digest"]), (&public["value"], &public["digest"]), "{all}");
            // how many there were by the moon may be few
            assert!(all["unit"] == "VND" || public["lunar_pct"].is_null(), "{public}");
        }
    }
    assert!(blank >= 5, "{blank}");
}

/// The value of a cookie that an answer sets, and what stands behind it.
pub fn cookie(answer: &Answer, name: &str) -> (String, String) {
    let found =
        answer.header("set-cookie").into_iter().find_map(|line| line.strip_prefix(&format!("{name}=")));
    let (value, about) = found.unwrap_or_else(|| panic!("{name}: {}", answer.head)).split_once(';').unwrap();
    (value.to_owned(), about.to_owned())
}

pub fn field(page: &str, name: &str) -> String {
    let at = page.split(&format!("name=\"{name}\" value=\"")).nth(1).expect("the field");
    at.split('"').next().unwrap().to_owned()
}

pub const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

#[test]
fn a_login_needs_our_own_form_and_its_session_ends_with_a_logout_or_with_the_token() {
    let demo = Demo::played();
    let file = demo.path().join("tokens.toml");
    let tokens = tokens(&file);
    let board = Dashboard::serve_at(&demo.district(), "127.0.0.1:0", &["--tokens", file.to_str().unwrap()]);
    let page = board.get("/login", &[]);
    let (form, about) = cookie(&page, "socai-form");
    for part in ["httponly", "samesite=strict", "path=/"] {
        assert!(about.contains(part), "{about}");
    }
    assert!(!about.contains("secure"), "plain HTTP");
    let key = field(&page.text(), "key");
    assert_eq!(form, key);
    let login = |cookie: &str, key: &str, token: &str| {
        let body = format!("key={key}&token={token}");
        board.ask("POST", "/login", &[FORM, ("Cookie", &format!("socai-form={cookie}"))], &body)
    };
    // somebody else's page can send a form, but has neither the cookie nor its key
    assert_eq!(login("", &key, &tokens[1]).status, 403);
    assert_eq!(login(&form, "", &tokens[1]).status, 403);
    assert_eq!(login(&"0".repeat(64), &key, &tokens[1]).status, 403);
    let wrong = login(&form, &key, "nonsense");
    assert_eq!(wrong.status, 401);
    assert!(!wrong.text().contains("nonsense"), "what was typed is not shown");
    let too_long = format!("key={key}&token={}", "x".repeat(10_000));
    let too_long = board.ask("POST", "/login", &[FORM, ("Cookie", &format!("socai-form={form}"))], &too_long);
    assert_eq!(too_long.status, 400);

    let inside = login(&form, &key, &tokens[1]);
    assert_eq!((inside.status, inside.header("location")), (303, vec!["/"]), "{}", inside.head);
    let (session, about) = cookie(&inside, "socai");
    assert!(about.contains("httponly") && about.contains("samesite=strict"), "{about}");
    let session = format!("socai={session}");
    let with = |path: &str| board.get(path, &[("Cookie", &session)]);
    assert_eq!(with("/findings").status, 200);
    let home = with("/").text();
    assert!(home.contains("Phòng inspector"), "the page says as whom");

    // logging out needs the key of the session
    let logout =
        |key: &str| board.ask("POST", "/logout", &[FORM, ("Cookie", &session)], &format!("key={key}"));
    assert_eq!(logout("nonsense").status, 403);
    assert_eq!(with("/findings").status, 200);
    assert_eq!(logout(&field(&home, "key")).status, 303);
    assert_eq!(with("/findings").status, 403);

    // a token that is taken out of the file ends its sessions
    let again = login(&form, &key, &tokens[1]);
    let session = format!("socai={}", cookie(&again, "socai").0);
    assert_eq!(board.get("/findings", &[("Cookie", &session)]).status, 200);
    let kept: Vec<String> = fs::read_to_string(&file)
        .unwrap()
        .split_inclusive("\n\n")
        .filter(|row| !row.contains("inspector"))
        .map(str::to_owned)
        .collect();
    fs::write(&file, kept.concat()).unwrap();
    wait::until_so("the session ends", || board.get("/findings", &[("Cookie", &session)]).status == 403);
    let official = bearer(&tokens[0]);
    assert_eq!(board.get("/replay", &[("Authorization", &official)]).status, 200, "others stay");

    // many attempts are slowed down: ten at once, then one in six seconds
    let (begun, mut tried) = (Instant::now(), 0);
    wait::until_so("attempts are refused", || {
        tried += 1;
        assert!(tried <= 12 + begun.elapsed().as_secs() / 6, "{tried} attempts within {:?}", begun.elapsed());
        login(&form, &key, "nonsense").status == 429
    });
    board.stop();
}
