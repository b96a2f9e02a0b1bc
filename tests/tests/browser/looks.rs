//! How pages look: on a desk, on a telephone, in the dark, on paper. Pictures are kept to be looked at.

use socai_tests::{browser::Browser, dashboard::Dashboard, demo::Demo};

/// Every page of a played month, by a name for its picture.
pub const PAGES: &[(&str, &str)] = &[
    ("district", "/"),
    ("figure", "/figure/NS.01"),
    ("report", "/report"),
    ("replay", "/replay?as_of=1200"),
    ("running", "/running"),
    ("record", "/record/3/10"),
    ("units", "/units"),
    ("unit", "/unit/hn.tx.ha-dinh.1"),
    ("log", "/log"),
    ("case", "/case/xp-thanh-xuan-trung-2023-5"),
    ("findings", "/findings?on=2023-03-20"),
    ("check", "/check"),
    ("unknown", "/nothing/here"),
];

#[test]
fn every_page_fits_a_desk_a_telephone_and_paper_in_light_and_dark() {
    let Some(mut browser) = Browser::start() else { return };
    let demo = Demo::played();
    let board = Dashboard::serve(&demo.district());
    let page = &mut browser.page;
    for (name, path) in PAGES {
        for (form, width, is_print, is_dark) in [
            ("desk", 1280, false, false),
            ("dark", 1280, false, true),
            ("phone", 390, false, false),
            ("print", 794, true, false), // A4 at 96 dpi
        ] {
            page.screen(width, 844);
            page.medium(is_print, is_dark);
            page.open(&board.at(path));
            page.picture(&format!("{name}-{form}"));
            assert_eq!(page.sideways(), 0, "{name} scrolls sideways: {form}");
        }
    }
    let complaints = page.complaints();
    assert!(complaints.iter().all(|said| said.contains("404")), "{complaints:?}");
}

#[test]
fn the_slider_moves_through_checkpoints_and_the_figures_with_it_and_links_do_the_same_without_a_script() {
    let Some(mut browser) = Browser::start() else { return };
    let demo = Demo::played();
    let board = Dashboard::serve(&demo.district());
    let page = &mut browser.page;
    page.open(&board.at("/replay?period=2023-02"));
    page.await_so("the slider is alive", "!document.getElementById('slider').disabled");
    let then = "document.querySelector('tr[data-code=\"TT.01\"] .then').textContent";
    let now = page.ask(then);
    assert_eq!(now, "63 trường hợp");
    // back by the keyboard, as far as it takes until less was known
    page.ask("document.getElementById('slider').focus()");
    let begun = std::time::Instant::now();
    page.press("ArrowLeft");
    page.await_so(
        "the figures are of another size",
        "document.getElementById('figures').dataset.size !== undefined",
    );
    eprintln!("a step of the slider: {:?}", begun.elapsed());
    let last: u64 = page.ask("Number(document.getElementById('slider').max)").as_u64().unwrap();
    for _ in 1..last {
        page.press("ArrowLeft");
    }
    page.await_so("nothing is known at the beginning", &format!("{then} !== '63 trường hợp'"));
    page.await_so(
        "the difference is marked",
        "document.querySelector('tr[data-code=\"TT.01\"] .then.other') !== null",
    );
    page.picture("replay-moved");
    let size = page.ask("Number(document.getElementById('figures').dataset.size)").as_u64().unwrap();
    let address = page.ask("location.search").as_str().unwrap().to_owned();
    assert!(address.contains(&format!("as_of={size}")), "{address}");

    // the server draws the same, and its links lead from checkpoint to checkpoint
    page.open(&board.at(&format!("/replay?period=2023-02&as_of={size}")));
    assert_ne!(page.ask(then), now);
    page.follow("#after");
    let next = page.ask("Number(document.getElementById('as_of').value)").as_u64().unwrap();
    assert!(next > size);
    page.follow("#before");
    assert_eq!(page.ask("Number(document.getElementById('as_of').value)").as_u64(), Some(size));
    assert_eq!(page.complaints(), Vec::<String>::new());
}
