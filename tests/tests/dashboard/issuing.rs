//! A report is signed from the browser: by the district's own key, for whoever may, and just as it was shown.

use std::fs;

use socai_tests::{
    chance::Chance,
    command::command,
    dashboard::{Answer, Dashboard},
    facts, ledger,
    service::Service,
    signing::{FORM, close, district, field, form, login, token},
    socai, wait,
    world::World,
};

const PERIOD: &str = "2023-02";
const NO: &str = "45/BC-UBND";
const PAGE: &str = "/report/issue?period=2023-02&no=45%2FBC-UBND";

struct Issuer<'b> {
    board: &'b Dashboard,
    session: String,
}

impl Issuer<'_> {
    fn get(&self, path: &str) -> Answer {
        self.board.get(path, &[("Cookie", &self.session)])
    }

    fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.board.ask("POST", path, &[FORM, ("Cookie", &self.session)], &form(fields))
    }

    /// Sends the form that a page shows, with some of its fields changed or more.
    fn sign(&self, page: &str, changed: &[(&str, &str)]) -> Answer {
        let shown: Vec<(&str, String)> =
            ["key", "period", "no", "size", "digest"].map(|name| (name, field(page, name))).into();
        let mut fields: Vec<(&str, &str)> =
            shown.iter().map(|(name, value)| (*name, value.as_str())).collect();
        fields.retain(|(name, _)| !changed.iter().any(|(other, _)| other == name));
        fields.extend(changed);
        self.post("/report/issue", &fields)
    }
}

#[test]
fn an_issuer_signs_just_what_was_shown_by_the_districts_key_and_everybody_else_and_every_other_text_is_refused()
 {
    let world = World::found(2);
    let file = world.path().join("tokens.toml");
    let [issuer, official, admin] =
        [("issuer", "Văn phòng UBND"), ("official", "Phòng Tư pháp"), ("admin", "Vận hành")]
            .map(|(role, office)| token(&file, role, office));
    let board = district(&world, &file);
    let nodes = world.nodes();
    let (ward, other) = (&world.units[0], &world.units[1]);
    assert_eq!(ward.post(&facts::inspection(&ward.id, &mut Chance::of_run("issuing"))).unwrap().status, 201);
    close(ward);
    let size = || ledger::size(&world.log_dir());
    let before = size();
    wait::until_so("the pages are at the end", || {
        board.get("/api/v1/status", &[]).text().contains(&format!("\"size\":{before}"))
    });

    // who may not
    for token in [&official, &admin] {
        let session = login(&board, token);
        let with = [FORM, ("Cookie", session.as_str())];
        assert_eq!(board.get(PAGE, &[("Cookie", &session)]).status, 403);
        let key = field(&board.get("/", &[("Cookie", &session)]).text(), "key");
        for path in ["/report/issue", "/report/texts"] {
            assert_eq!(board.ask("POST", path, &with, &form(&[("key", &key)])).status, 403);
            assert_eq!(board.ask("POST", path, &[FORM], "key=").status, 403, "the public at {path}");
        }
    }
    let authorization = format!("Bearer {issuer}");
    let bearer = [FORM, ("Authorization", authorization.as_str())];
    assert_eq!(
        board.ask("POST", "/report/issue", &bearer, "key=&no=1").status,
        403,
        "no session, no form of ours"
    );

    let me = Issuer { board: &board, session: login(&board, &issuer) };
    assert!(me.get("/report").text().contains("id=\"issue\""), "the report page leads there");
    let page = me.get(PAGE).text();
    for words in [NO, "BLAKE3", "Phường Thượng Đình", "id=\"sign\""] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("id=\"sign\" disabled"));

    // a form of another page, another text, a number that is none, an open period: nothing is recorded and the number is still there
    assert_eq!(me.sign(&page, &[("key", &"0".repeat(64))]).status, 403);
    let mend = |answer: Answer, status: u16, words: &str| {
        let text = answer.text();
        assert_eq!(answer.status, status, "{text}");
        assert!(text.contains(words) && text.contains("role=\"alert\""), "{words}: {text}");
    };
    mend(me.sign(&page, &[("open", "yes"), ("digest", &"0".repeat(64))]), 409, "khác văn bản đã hiện");
    mend(me.sign(&page, &[("open", "yes"), ("no", "46/BC-UBND")]), 409, "khác văn bản đã hiện");
    mend(me.sign(&page, &[("open", "yes"), ("no", "45 BC")]), 400, "không có khoảng trắng");
    let open = me.sign(&page, &[]);
    assert!(
        open.text().contains(&format!("value=\"{NO}\"").replace('/', "&#x2f;")),
        "what was typed is there"
    );
    mend(open, 409, "còn đơn vị chưa chốt");
    assert_eq!(me.sign(&page, &[("open", "yes"), ("size", "999999")]).status, 400);
    assert_eq!(me.get(&format!("/report/issue?period=2023-02&no={}", "9".repeat(80))).status, 200);
    assert_eq!(size(), before, "nothing was recorded");

    // a text of the issuer's own, once without a phone number
    let key = field(&page, "key");
    let text = |words: &str| {
        me.post(
            "/report/texts",
            &[("key", &key), ("period", PERIOD), ("position", "chu-tich"), ("text.y_te", words)],
        )
    };
    let refused = text("Gọi 0912345678 để biết thêm <b>.");
    assert!(refused.text().contains("Gọi 0912345678 để biết thêm &lt;b&gt;."), "what was typed is not lost");
    mend(refused, 422, "thông tin định danh");
    mend(text("  "), 422, "chưa có lời văn");
    assert_eq!(size(), before);
    let taken = text("Công tác y tế bảo đảm trực Tết.");
    assert_eq!((taken.status, size()), (303, before + 1), "{}", taken.text());

    // the unit that was late closes, and more comes after the page was shown: what was shown is what is signed
    close(other);
    let shown = size();
    wait::until_so("the page is at the new end", || field(&me.get(PAGE).text(), "size") == shown.to_string());
    let page = me.get(PAGE).text();
    assert!(page.contains("Công tác y tế bảo đảm trực Tết.") && !page.contains("name=\"open\""), "{page}");
    assert_eq!(ward.post(&facts::inspection(&ward.id, &mut Chance::of_run("later"))).unwrap().status, 201);
    ward.await_recorded();
    let signed = me.sign(&page, &[]);
    assert_eq!(signed.status, 303, "{}", signed.text());
    let to = signed.header("location")[0].to_owned();
    let issued = me.get(&to).text();
    assert!(issued.contains("role=\"status\"") && issued.contains("45&#x2f;BC-UBND"), "{to}: {issued}");
    let taken = me.sign(&page, &[]);
    let detail = format!("Mục {}", ledger::size(&world.log_dir()) - 1);
    assert!(taken.text().contains(&detail), "which leaf has the number, {detail}: {}", taken.text());
    mend(taken, 409, "đã có báo cáo");

    let log = wait::within(wait::LONG, || Some(board.log()).filter(|log| log.contains(" signed ")));
    let log = log.unwrap_or_else(|| board.log());
    let line = log.lines().find(|line| line.contains(&format!("report {NO} at size {shown}"))).expect(&log);
    assert!(line.contains("Văn phòng UBND") && line.contains("name=0/"), "{line}");
    assert!(
        !log.contains("0912345678") && !log.contains(&me.session[6..]),
        "no text and no session is in the log"
    );

    // the log holds the digest of the text as the command prints it, and an auditor recomputes the report
    let district = world.district_dir();
    let as_of = shown.to_string();
    let printed = socai!("report", district, "--period", PERIOD, "--as-of", as_of, "--no", NO).ok();
    assert_eq!(field(&page, "digest"), blake3::hash(printed.as_bytes()).to_hex().to_string());
    nodes.into_iter().for_each(|node| drop(node.stop()));
    board.stop();
    let audit = socai!("audit", "verify", district, "--json").json();
    assert_eq!(audit["reports"][0]["number"], NO, "{audit}");
    assert_eq!((&audit["verified"], &audit["reports"][0]["differ"]), (&true.into(), &0.into()), "{audit}");
    let again = socai!("report", district, "--as-reported", NO, "--period", PERIOD).ok();
    assert_eq!(again, printed);
}

#[test]
fn without_a_key_or_while_the_district_is_down_nothing_is_signed_and_the_page_says_why() {
    let world = World::found(1);
    let file = world.path().join("tokens.toml");
    let issuer = token(&file, "issuer", "Văn phòng UBND");
    let before = ledger::size(&world.log_dir());

    // a dashboard of its own has no key
    let board =
        Dashboard::serve_at(&world.district_dir(), "127.0.0.1:0", &["--tokens", file.to_str().unwrap()]);
    let me = Issuer { board: &board, session: login(&board, &issuer) };
    let page = me.get(PAGE).text();
    assert!(page.contains("không có khóa ký") && page.contains("id=\"sign\" disabled"), "{page}");
    let refused = me.sign(&page, &[("open", "yes")]);
    assert_eq!(refused.status, 409, "{}", refused.text());
    assert!(refused.text().contains("Chưa ký gì"));
    board.stop();

    // a district that cannot come up: its models have no place
    let models = world.district_dir().join("models");
    fs::remove_dir_all(&models).unwrap_or_default();
    std::os::unix::fs::symlink("/proc/nowhere/at/all", &models).unwrap();
    let mut run = command(&[
        &"district",
        &"run",
        &world.district_dir(),
        &"--board",
        &"127.0.0.1:0",
        &"--tokens",
        &file,
    ]);
    run.env("SOCAI_LOG", "error");
    let board = Dashboard::of(Service::start("district", run, &world.path().join("logs/district.log")));
    let me = Issuer { board: &board, session: login(&board, &issuer) };
    let page = me.get(PAGE).text();
    let away = me.sign(&page, &[("open", "yes")]);
    assert_eq!(away.status, 503, "{}", away.text());
    assert!(
        away.text().contains("quận đang không chạy") && away.text().contains("id=\"sign\""),
        "{}",
        away.text()
    );
    assert_eq!(ledger::size(&world.log_dir()), before, "nothing was recorded");

    // it comes up, and the same form is taken
    fs::remove_file(&models).unwrap();
    wait::until_so("the district runs", || board.log().contains("the district runs"));
    let signed = me.sign(&page, &[("open", "yes")]);
    assert_eq!((signed.status, ledger::size(&world.log_dir())), (303, before + 1), "{}", signed.text());
    board.stop();
}
