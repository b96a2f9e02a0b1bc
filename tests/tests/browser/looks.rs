//! How pages look: on a desk, on a telephone, in the dark, on paper. Pictures are kept to be looked at.

use socai_tests::{browser::Browser, dashboard::Dashboard, demo::Demo};

/// Every page of a played month, by a name for its picture.
pub const PAGES: &[(&str, &str)] = &[
    ("district", "/"),
    ("figure", "/figure/NS.01"),
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
