//! An issuer signs a report with a mouse and a keyboard.

use std::fs;

use socai_tests::{
    browser::Browser,
    outside::{npm_modules, or_skip},
    signing::{close, district, token},
    wait,
    world::World,
};

use crate::accessible::serious;

#[test]
fn an_issuer_logs_in_looks_at_what_will_be_signed_and_signs_it() {
    let Some(mut browser) = Browser::start() else { return };
    let world = World::found(1);
    let file = world.path().join("tokens.toml");
    let issuer = token(&file, "issuer", "Văn phòng UBND");
    let board = district(&world, &file);
    let node = world.units[0].node();
    close(&world.units[0]);
    wait::until_so("the closing is on the pages", || {
        board.get("/unit/hn.tx.nhan-chinh.1", &[]).text().contains("08&#x2f;02&#x2f;2023")
    });

    let page = &mut browser.page;
    page.open(&board.at("/login"));
    page.write("#token", &issuer);
    page.follow("main form button");
    page.open(&board.at("/report?period=2023-02"));
    page.follow("#issue");
    page.write("#text-y_te", "Công tác y tế bảo đảm trực Tết.");
    page.follow("form.texts button");
    page.await_so(
        "the text stands there",
        "document.body.innerText.includes('“Công tác y tế bảo đảm trực Tết.”')",
    );
    page.write("#no", "45/BC-UBND");
    page.press("Enter");
    page.await_so("what will be signed is shown", "document.getElementById('confirm') !== null");
    let digest = page.text("#text-digest");
    assert_eq!(digest.len(), 64);
    assert!(page.text("#confirm").contains("Công tác y tế bảo đảm trực Tết."), "{}", page.text("#confirm"));
    page.picture("issue-confirm");
    if let Some(modules) = or_skip("axe-core", npm_modules("axe")) {
        let axe = fs::read_to_string(modules.join("axe-core/axe.min.js")).unwrap();
        assert_eq!(serious(page, &axe), Vec::<String>::new());
    }
    page.screen(390, 844);
    page.picture("issue-phone");
    assert_eq!(page.sideways(), 0);
    page.screen(1280, 800);
    page.follow("#sign");
    assert!(page.text(".verdict").contains("Đã phát hành"), "{}", page.text("main"));
    page.picture("issue-done");
    page.follow(".verdict a");
    page.await_so("its record is proven", "document.getElementById('checked').dataset.verdict === 'proven'");
    assert_eq!(page.complaints(), Vec::<String>::new());
    node.stop();
    board.stop();
}
