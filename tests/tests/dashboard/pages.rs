//! Every route, by status and words.

use socai_tests::{
    dashboard::{Answer, Dashboard},
    demo::Demo,
    socai,
};

/// Path, words in Vietnamese, words in English.
pub const PAGES: &[(&str, &str, &str)] = &[
    ("/", "Số liệu trong kỳ", "Figures of the period"),
    ("/?period=2023-Q1&figure=NS.01", "value=\"2023-Q1\"", "Figures of the period"),
    ("/figure/NS.01", "Vì sao con số này?", "Why this number?"),
    ("/figure/TT.01?unit=hn.tx.ha-dinh.1", "hn.tx.ha-dinh.1", "Everything"),
    (
        "/figure/TT.01?kind=penalty.decided&from=2023-01-05&to=2023-01-20&no=qd-xphc",
        "Bỏ lọc",
        "Narrow the list",
    ),
    ("/report", "Dự thảo", "Draft"),
    ("/replay?as_of=700", "Khi đó biết", "Known then"),
    ("/record/3/10", "Bằng chứng", "Proof"),
    ("/units", "Mã hành chính", "Code"),
    ("/unit/hn.tx.ha-dinh.1", "Khóa ký", "Sealing keys"),
    ("/log", "Mốc đã ký", "Signed checkpoint"),
    ("/log?page=3", "Trang 3/", "Page 3/"),
    ("/case/xp-thanh-xuan-trung-2023-5?on=2023-03-20", "Diễn biến", "Story"),
    ("/findings?on=2023-03-20", "QH13", "QH13"),
    ("/check", "Chọn hoặc thả tệp", "Choose or drop"),
    ("/running", "Yêu cầu được trả lời", "Requests answered"),
];

/// Path and status of what there is no page for.
const REFUSED: &[(&str, u16)] = &[
    ("/nothing", 404),
    ("/figure/NO.99", 404),
    ("/figure/", 404),
    ("/figure/NS.01?period=banana", 400),
    ("/figure/NS.01?page=0", 400),
    ("/figure/NS.01?unit=nobody", 404),
    ("/figure/NO.99/events.csv", 404),
    ("/figure/TT.01?kind=no.such", 404),
    ("/figure/TT.01?from=2023-02-30", 400),
    ("/figure/TT.01?from=2023-02-03&to=2023-02-02", 400),
    ("/figure/TT.01?to=%3Cscript%3E", 400),
    ("/figure/TT.01/events.csv?kind=%00", 404),
    ("/figure/TT.01/events.csv?to=yesterday", 400),
    ("/unit/nobody", 404),
    ("/record/99/1", 404),
    ("/record/3/999999", 404),
    ("/record/x/1", 400),
    ("/record/3/-1", 400),
    ("/log?page=x", 400),
    ("/units?on=2023-02-30", 400),
    ("/case/nobody", 404),
    ("/findings?on=yesterday", 400),
    ("/report/draft/pdf", 404),
    ("/report/issued/1%2FBC/html", 404),
    ("/replay?as_of=0", 400),
    ("/replay?as_of=999999999", 400),
    ("/static/style", 404),
    ("/static/..%2f..%2fCargo.toml", 404),
    ("/login", 404), // there are no tokens
    ("/api/v1/figures?period=x", 400),
    ("/api/v1/proofs/3/x", 400),
    ("/api/v1/proofs/3/999999", 404),
    ("/api/v1/consistency/0/1", 400),
    ("/api/v1/consistency/9/1", 400),
    ("/api/v1/nothing", 404),
];

/// What holds for whatever is answered.
pub fn assert_guarded(path: &str, answer: &Answer) {
    let policy = answer.header("content-security-policy");
    assert_eq!(policy.len(), 1, "{path}: {}", answer.head);
    assert!(policy[0].starts_with("default-src 'none'"), "{path}: {policy:?}");
    assert!(policy[0].contains("frame-ancestors 'none'"), "{path}: {policy:?}");
    assert!(!policy[0].contains("script-src 'unsafe"), "{path}: {policy:?}");
    assert_eq!(answer.header("x-content-type-options"), ["nosniff"], "{path}");
}

/// Nothing on a page of ours runs or looks otherwise than by our own files.
pub fn assert_nothing_inline(path: &str, text: &str) {
    let lower = text.to_lowercase();
    for script in lower.split("<script").skip(1) {
        let tag = script.split('>').next().unwrap_or_default();
        assert!(tag.contains("src=\"/static/"), "{path}: an inline script: {tag}");
    }
    assert!(!lower.contains("<style") && !lower.contains(" style=\""), "{path}: an inline style");
    for tag in lower.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap_or_default();
        let is_handler =
            tag.split_whitespace().skip(1).any(|word| word.starts_with("on") && word.contains('='));
        assert!(!is_handler, "{path}: <{tag}>");
        assert!(!tag.contains("href=\"javascript:"), "{path}: <{tag}>");
    }
}

#[test]
fn every_page_answers_in_both_languages_under_a_strict_policy_and_what_is_none_gets_a_short_one() {
    let demo = Demo::played();
    let board = Dashboard::serve(&demo.district());
    for (path, vi, en) in PAGES {
        for (lang, words) in [("vi", vi), ("en", en)] {
            let answer = board.get(path, &[("Accept-Language", lang)]);
            let text = answer.text();
            assert_eq!(answer.status, 200, "{path}: {text}");
            assert!(text.contains(words), "{path} in {lang} does not say {words}");
            assert!(text.contains(&format!("<html lang=\"{lang}\">")), "{path}");
            assert_guarded(path, &answer);
            assert_nothing_inline(path, &text);
        }
    }
    for (path, status) in REFUSED {
        let answer = board.get(path, &[]);
        assert_eq!(answer.status, *status, "{path}: {}", answer.text());
        assert!(answer.body.len() < 6_000, "{path} is answered by {} bytes", answer.body.len());
        assert_guarded(path, &answer);
        let is_problem = answer.head.contains("application/problem+json");
        assert_eq!(is_problem, path.starts_with("/api/"), "{path}: {}", answer.head);
    }
    let long = format!("/?period={}", "x".repeat(2_000));
    assert_eq!(board.get(&long, &[]).status, 414);
    for method in ["POST", "PUT", "DELETE"] {
        assert_eq!(board.ask(method, "/", &[], "").status, 405, "{method}");
    }
    // a cookie remembers the language that an address asked for
    let asked = board.get("/units?lang=en", &[("Accept-Language", "vi")]);
    assert!(asked.header("set-cookie")[0].contains("lang=en") && asked.text().contains("lang=\"en\""));
    assert!(board.get("/units", &[("Cookie", "lang=en")]).text().contains("<html lang=\"en\">"));
    board.stop();
}

#[test]
fn programs_get_the_bytes_of_the_commands_and_the_first_page_is_small() {
    let demo = Demo::played();
    let board = Dashboard::serve(&demo.district());
    let report = |format: &str| {
        let out = demo.path().join(format!("report.{format}"));
        socai!("report", demo.district(), "--period", "2023-02", "--format", format, "--out", out).ok();
        std::fs::read(out).unwrap()
    };
    let same = |path: &str, bytes: Vec<u8>| {
        let answer = board.get(path, &[]);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        assert!(answer.body == bytes, "{path} is not what the command writes");
        assert_guarded(path, &answer);
        answer
    };
    same("/api/v1/figures?period=2023-02", report("json"));
    let page = same("/report/draft/html?period=2023-02", report("html"));
    assert!(page.head.contains("style-src 'sha256-"), "{}", page.head);
    let docx = same("/report/draft/docx?period=2023-02", report("docx"));
    assert_eq!(docx.header("content-disposition"), ["attachment; filename=\"report-2023-02-draft.docx\""]);
    same("/report/draft/xlsx?period=2023-02", report("xlsx"));

    // a proof without the facts, which the command checks
    let proof = demo.path().join("3-10.tlog-proof");
    std::fs::write(&proof, board.get("/api/v1/proofs/3/10", &[]).body).unwrap();
    let policy = demo.district().join("policy");
    assert!(socai!("audit", "check", proof, "--policy", policy).ok().contains("3/10"));

    // known at an earlier size
    let then =
        socai!("report", demo.district(), "--period", "2023-02", "--as-of", "700", "--format", "json").ok();
    same("/api/v1/figures?period=2023-02&as_of=700", then.into_bytes());

    // in brief the same values, without digests
    for size in ["", "&as_of=700"] {
        let figures = |brief: &str| -> Vec<serde_json::Value> {
            let answer = board.get(&format!("/api/v1/figures?period=2023-02{size}{brief}"), &[]);
            let answer: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
            answer["figures"].as_array().unwrap().clone()
        };
        let (whole, brief) = (figures(""), figures("&brief=1"));
        let of = |figures: &[serde_json::Value], code: &serde_json::Value| {
            let of = figures.iter().find(|figure| figure["indicator"] == *code).cloned().unwrap();
            (
                of["value"].clone(),
                of["printed"].clone(),
                of["plan_pct"].clone(),
                of["same_period_pct"].clone(),
            )
        };
        assert!(brief.len() > 50, "{}", brief.len());
        for figure in &brief {
            assert_eq!(figure["digest"], serde_json::Value::Null);
            assert_eq!(of(&brief, &figure["indicator"]), of(&whole, &figure["indicator"]));
        }
    }

    let csv = board.get("/figure/TT.01/events.csv?period=2023-02", &[]).text();
    assert_eq!(csv.lines().count(), 64, "63 facts under a head");
    narrowed(&board, &csv);
    let status: serde_json::Value = serde_json::from_slice(&board.get("/api/v1/status", &[]).body).unwrap();
    let size = status["size"].as_u64().unwrap();
    let proof = board.get(&format!("/api/v1/consistency/700/{size}"), &[]);
    assert_eq!(proof.status, 200);
    let units: serde_json::Value = serde_json::from_slice(&board.get("/api/v1/units", &[]).body).unwrap();
    assert!(units.as_array().unwrap().len() >= 25);

    // what a browser loads for the first page
    let packed = [("Accept-Encoding", "gzip")];
    let files = ["/", "/static/style.css", "/static/live.js", "/static/proof.js"];
    let answers = files.map(|path| board.get(path, &packed));
    for answer in &answers {
        assert_eq!(answer.header("content-encoding"), ["gzip"], "{}", answer.head);
    }
    let bytes: usize = answers.iter().map(|answer| answer.head.len() + answer.body.len()).sum();
    eprintln!("the first page with its style and scripts: {bytes} bytes compressed");
    assert!(bytes <= 50_000, "{bytes} bytes");
    board.stop();
}

#[test]
fn an_issued_report_stays_as_it_was_printed_beside_what_is_known_now() {
    let demo = Demo::played();
    let out = demo.path().join("45.html");
    let issue = socai!(
        "report",
        "issue",
        demo.district(),
        "--period",
        "2023-02",
        "--no",
        "45/BC-UBND",
        "--format",
        "html",
        "--out",
        out
    );
    issue.ok();
    let printed = std::fs::read(&out).unwrap();
    let board = Dashboard::serve(&demo.district());
    let list = board.get("/report", &[]).text();
    assert!(list.contains("45&#x2f;BC-UBND"), "{list}");
    assert!(list.contains("/report/issued/45%2FBC-UBND/docx"), "{list}");
    let again = board.get("/report/issued/45%2FBC-UBND/html", &[]);
    assert!(again.status == 200 && again.body == printed, "the very bytes that were printed");
    assert_guarded("/report/issued", &again);
    for format in ["docx", "xlsx"] {
        let file = board.get(&format!("/report/issued/45%2FBC-UBND/{format}"), &[]);
        assert!(file.status == 200 && file.body.starts_with(b"PK"), "{format}");
    }
    let through_time = board.get("/replay?period=2023-02", &[]).text();
    assert!(through_time.contains("Đã báo cáo") && through_time.contains("45&#x2f;BC-UBND"));
    // the public sees that it was issued, with its digest, and no annex with small cells
    board.stop();
    let public = Dashboard::serve_at(&demo.district(), "127.0.0.1:0", &["--behind-tls"]);
    let list = public.get("/report", &[]).text();
    assert!(list.contains("45&#x2f;BC-UBND") && !list.contains("/report/issued/"), "{list}");
    assert_eq!(public.get("/report/issued/45%2FBC-UBND/html", &[]).status, 403);
    public.stop();
}

/// The list and the file of a figure hold just the facts that were asked for, by the columns of the file of all.
fn narrowed(board: &Dashboard, all: &str) {
    let rows: Vec<Vec<&str>> = all.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let (kind, day, document) = (4, 5, 6);
    type Test<'t> = &'t dyn Fn(&[&str]) -> bool;
    let cases: [(&str, Test<'_>); 5] = [
        ("&from=2023-01-10&to=2023-01-15", &|row| ("2023-01-10"..="2023-01-15").contains(&row[day])),
        ("&to=2023-01-05", &|row| row[day] <= "2023-01-05"),
        ("&no=02%2Fqd-xphc", &|row| row[document].starts_with("\"02/QĐ-XPHC")),
        ("&unit=hn.tx.ha-dinh.1&from=2023-01-10", &|row| row[1] == "7" && row[day] >= "2023-01-10"),
        ("&kind=gift.delivered", &|row| row[kind] == "gift.delivered"),
    ];
    for (query, wanted) in cases {
        let path = format!("/figure/TT.01/events.csv?period=2023-02{query}");
        let expected: Vec<String> = rows.iter().filter(|row| wanted(row)).map(|row| row.join(",")).collect();
        let csv = board.get(&path, &[]).text();
        assert_eq!(csv.lines().skip(1).collect::<Vec<_>>(), expected, "{path}");
        let page = board.get(&format!("/figure/TT.01?period=2023-02{query}"), &[]).text();
        let said = format!("({})</p>", expected.len());
        assert!(page.contains(&said), "{query}: the list has {} rows", expected.len());
        let link = format!("events.csv?period=2023-02{}", query.replace('&', "&amp;"));
        assert!(page.contains(&link), "{query}: the link to the file asks for the same: {link}");
    }
    assert!(rows.iter().all(|row| row[kind] == "penalty.decided"), "a figure of one kind");
    let long = format!("/figure/TT.01?no={}", "9".repeat(81));
    assert_eq!(board.get(&long, &[]).status, 400);
    let longer = format!("/figure/TT.01?no={}", "9".repeat(2_000));
    let longer = board.get(&longer, &[]);
    assert!(longer.status == 414 && longer.body.len() < 6_000, "{}", longer.head);
    let evil = board.get("/figure/TT.01?no=%22%3E%3Cscript%3Epwned%3D1%3C%2Fscript%3E", &[]).text();
    assert_nothing_inline("an evil number", &evil);
    assert!(evil.contains("(0)</p>"));
}
