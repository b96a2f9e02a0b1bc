//! axe-core inside the pages: what it calls serious or critical is an error.

use std::fs;

use socai_tests::{
    browser::{Browser, Page},
    dashboard::Dashboard,
    demo::Demo,
    outside::{npm_modules, or_skip},
};

use crate::looks::PAGES;

/// What axe finds on the page that a reader could stumble over, each with the elements it is about.
pub fn serious(page: &mut Page, axe: &str) -> Vec<String> {
    page.ask(axe);
    let found = page.ask(
        "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations
           .filter(({ impact }) => impact === 'serious' || impact === 'critical')
           .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 3).map((node) => node.html + node.failureSummary).join(' | ')}`))",
    );
    found.as_array().unwrap().iter().map(|found| found.as_str().unwrap().to_owned()).collect()
}

#[test]
fn axe_finds_nothing_serious_on_any_page_on_a_desk_a_telephone_and_in_the_dark() {
    let Some(mut browser) = Browser::start() else { return };
    let Some(modules) = or_skip("axe-core", npm_modules("axe")) else { return };
    let axe = fs::read_to_string(modules.join("axe-core/axe.min.js")).unwrap();
    let demo = Demo::played();
    let board = Dashboard::serve(&demo.district());
    let page = &mut browser.page;
    let mut found = Vec::new();
    for (form, width, is_dark) in [("desk", 1280, false), ("phone", 390, false), ("dark", 1280, true)] {
        page.screen(width, 844);
        page.medium(false, is_dark);
        for (name, path) in PAGES {
            page.open(&board.at(path));
            found.extend(serious(page, &axe).iter().map(|found| format!("{name}, {form}: {found}")));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert_eq!(serious_of_a_bad_page(page, &axe), 1, "axe looks at all");
}

/// A picture without words, to know that the rules run.
fn serious_of_a_bad_page(page: &mut Page, axe: &str) -> usize {
    page.ask("document.querySelector('main').innerHTML = '<img src=\"data:,\">'");
    serious(page, axe).len()
}
