//! Addresses, proxies, rates: what the world may do to a dashboard.

use std::time::Instant;

use socai_tests::{
    chance::Chance, command::command, dashboard::Dashboard, demo::Demo, facts, service::Service, wait,
    world::World,
};

#[test]
fn only_this_machine_sees_everything_without_tokens_and_only_by_its_own_name() {
    let demo = Demo::played();
    let board = Dashboard::serve(&demo.district());
    assert_eq!(board.get("/findings", &[]).status, 200);
    // a page of another site whose name leads here (DNS rebinding)
    for path in ["/", "/findings", "/api/v1/figures"] {
        assert_eq!(board.get(path, &[("Host", "attacker.example:8800")]).status, 421, "{path}");
    }
    for host in ["localhost:8800", "127.0.0.1", "[::1]:8800"] {
        assert_eq!(board.get("/units", &[("Host", host)]).status, 200, "{host}");
    }
    board.stop();

    let world = Dashboard::serve_at(&demo.district(), "0.0.0.0:0", &[]);
    let port = world.address().rsplit(':').next().unwrap().to_owned();
    let world = world.reached_at(&format!("127.0.0.1:{port}"));
    assert_eq!(world.get("/", &[("Host", "so-cai.example")]).status, 200);
    for path in ["/findings", "/replay", "/running", "/figure/TT.01/events.csv"] {
        assert_eq!(world.get(path, &[]).status, 403, "{path}");
    }
    world.stop();
}

#[test]
fn behind_a_proxy_browsers_stay_with_tls_and_each_address_of_the_world_has_its_own_rate() {
    let demo = Demo::played();
    let arguments = ["--behind-tls", "--rate", "1"];
    let board = Dashboard::serve_at(&demo.district(), "127.0.0.1:0", &arguments);
    let from = |address: &str| board.get("/units", &[("X-Forwarded-For", address)]);
    let (begun, first) = (Instant::now(), from("198.51.100.1"));
    assert_eq!(first.header("strict-transport-security"), ["max-age=31536000; includesubdomains"]);
    assert_eq!(
        board.get("/findings", &[("X-Forwarded-For", "127.0.0.1")]).status,
        403,
        "the world is public"
    );
    // four seconds' worth at once, then one a second
    let mut granted = 1;
    let refused = wait::until("a refusal", || match from("198.51.100.1") {
        answer if answer.status == 200 => {
            granted += 1;
            assert!(granted <= 5 + begun.elapsed().as_secs(), "{granted} within {:?}", begun.elapsed());
            None
        }
        answer => Some(answer),
    });
    assert!(granted >= 4 && refused.status == 429, "{} after {granted}", refused.head);
    assert_eq!(refused.header("retry-after"), ["1"]);
    assert_eq!(from("203.0.113.7").status, 200, "another address");
    // what a client claims to be is not believed, or each of these would be a new one; the proxy's own word stands last
    let mut claimed = 0_u16;
    wait::until_so("a refusal whatever is claimed", || {
        claimed += 1;
        let [high, low] = claimed.to_be_bytes();
        from(&format!("192.0.{high}.{low}, 198.51.100.1")).status == 429
    });
    board.stop();
}

#[test]
fn the_access_log_says_what_was_asked_by_its_shape_and_nothing_about_who_and_what() {
    let demo = Demo::played();
    let mut run = command(&[&"serve", &demo.district(), &"--http", &"127.0.0.1:0"]);
    run.env("SOCAI_LOG", "socai_web::access=info");
    let board = Dashboard::of(Service::start("serve", run, &demo.path().join("serve.log")));
    board.get("/case/xp-thanh-xuan-trung-2023-5?on=2023-03-20", &[("Authorization", "Bearer geheim")]);
    board.get("/nothing/of/interest", &[]);
    wait::until_so("both lines are written", || board.log().matches("status=").count() == 2);
    let log = board.log();
    assert!(
        log.contains("shape=\"/case/{id}\" status=200") && log.contains("shape=\"-\" status=404"),
        "{log}"
    );
    assert!(log.contains("role=\"local\""), "{log}");
    for secret in ["geheim", "xp-thanh", "of/interest", "2023-03-20", "127.0.0.1\""] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
    board.stop();
}

#[test]
fn a_running_district_shows_its_dashboard_beside_its_log_and_both_follow_it() {
    let world = World::found(1);
    let run = command(&[
        &"district",
        &"run",
        &world.district_dir(),
        &"--http",
        &"127.0.0.1:0",
        &"--board",
        &"127.0.0.1:0",
    ]);
    let district = Service::start("district", run, &world.path().join("logs/district.log"));
    let board = Dashboard::of(district);
    let node = world.units[0].node();
    let size = |board: &Dashboard| {
        let status: serde_json::Value =
            serde_json::from_slice(&board.get("/api/v1/status", &[]).body).unwrap();
        status["size"].as_u64().unwrap()
    };
    let before = size(&board);
    let fact = facts::inspection(&world.units[0].id, &mut Chance::of_run("beside"));
    assert_eq!(world.units[0].post(&fact).unwrap().status, 201);
    wait::until_so("the record is on the page", || {
        size(&board) > before && board.get("/log", &[]).text().contains("href=\"/record/1&#x2f;0\"")
    });
    assert!(board.log().contains("the log as C2SP tiles"), "{}", board.log());
    node.stop();
    board.stop();
}
