//! From the front page down to one signed fact, and its proof.

use socai_tests::{
    browser::{Browser, Page},
    dashboard::Dashboard,
    demo::Demo,
};

#[test]
fn a_figure_is_followed_down_to_its_event_and_the_browser_proves_it_with_a_mouse_alone() {
    let Some(mut browser) = Browser::start() else { return };
    let demo = Demo::played();
    let board = Dashboard::serve(&demo.district());
    let page = &mut browser.page;

    page.open(&board.at("/"));
    assert!(page.text("h1").contains("quận Thanh Xuân"), "{}", page.text("h1"));
    let figure = "a[href^='/figure/TT.01?']";
    let label = page.text(figure);
    page.follow(figure);
    assert!(page.text("main").contains("Vì sao con số này?"));
    assert!(page.text(".figure").starts_with(&label), "{}", page.text(".figure"));
    assert!(page.text("pre").contains("code = \"TT.01\""), "the formula is the adopted row");

    // the number on the page is the number of facts below it, over all pages of the list
    let mut events = listed(page);
    page.follow("a[rel=next]");
    events += listed(page);
    let report = demo.report();
    let figures = report["figures"].as_array().unwrap();
    let reported = figures.iter().find(|figure| figure["indicator"] == "TT.01").unwrap();
    assert_eq!(reported["events"].as_u64(), Some(events));
    assert_eq!(page.text(".figure strong"), reported["printed"].as_str().unwrap());

    let record = page.text("#events a[href^='/record/']");
    page.follow("#events a[href^='/record/']");
    page.await_so("the proof is checked", "document.getElementById('checked').dataset.verdict === 'proven'");
    let checked = page.text("#checked");
    for words in ["ĐÃ CHỨNG MINH", &record, "SHA-256", "Ed25519", "Lần đầu trình duyệt này thấy sổ cái này"]
    {
        assert!(checked.contains(words), "{words} is not in:\n{checked}");
    }

    // another record: the same key as before, by the memory of this browser
    page.open(&board.at("/record/3/10?lang=en"));
    page.await_so("the proof is checked", "document.getElementById('checked').dataset.verdict === 'proven'");
    let checked = page.text("#checked");
    for words in ["PROVEN", "3/10", "still the key that this browser knows", "continues the checkpoint"] {
        assert!(checked.contains(words), "{words} is not in:\n{checked}");
    }
    assert_eq!(page.complaints(), Vec::<String>::new());
}

/// Facts on this page of the list.
fn listed(page: &mut Page) -> u64 {
    page.ask("document.querySelectorAll('#events tbody tr').length").as_u64().unwrap()
}
