//! A proof on paper: printed, photographed, read and checked by the browser alone.

use std::{fs, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use qrcode::{Color, EcLevel, QrCode};
use socai_tests::{
    browser::{Browser, Page},
    dashboard::Dashboard,
    demo::Demo,
};

/// The verdict of the page about a picture, and what it said.
fn checked(page: &mut Page, picture: &Path) -> (String, String) {
    page.choose_file("#picture", picture);
    page.await_so("a verdict is there", "document.getElementById('checked').dataset.verdict !== undefined");
    let verdict = page.ask("document.getElementById('checked').dataset.verdict");
    (verdict.as_str().unwrap().to_owned(), page.text("#checked"))
}

/// A text as a code on a page, drawn with blocks.
fn printed(text: &str) -> String {
    let code = QrCode::with_error_correction_level(text, EcLevel::L).unwrap();
    let (width, colors) = (code.width(), code.to_colors());
    let dark = colors.iter().enumerate().filter(|(_, color)| **color == Color::Dark);
    let blocks: String =
        dark.map(|(at, _)| format!("M{} {}h1v1h-1z", at % width + 4, at / width + 4)).collect();
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='600' viewBox='0 0 {0} {0}'><path fill='#fff' d='M0 0h{0}v{0}h-{0}z'/><path d='{blocks}'/></svg>",
        width + 8
    )
}

/// The picture of an HTML page.
fn photograph(page: &mut Page, dir: &Path, name: &str, body: &str) -> std::path::PathBuf {
    let file = dir.join(format!("{name}.html"));
    fs::write(&file, format!("<!doctype html><body style='background:#bbb'>{body}")).unwrap();
    page.open(&format!("file://{}", file.display()));
    page.photograph(name, 2.0)
}

#[test]
fn a_printed_proof_is_read_from_its_picture_without_the_servers_help_and_a_tampered_one_fails_visibly() {
    let Some(mut browser) = Browser::start() else { return };
    let demo = Demo::played();
    let board = Dashboard::serve(&demo.district());
    let page = &mut browser.page;

    // the page of a record as it is printed on A4, and its picture is the photograph
    page.screen(794, 1123);
    page.medium(true, false);
    page.open(&board.at("/record/3/10"));
    page.await_so("the code is drawn", "document.querySelector('.qr img').naturalWidth > 0");
    let paper = page.photograph("record-paper", 2.0);
    page.medium(false, false);
    page.screen(1280, 800);
    page.open(&board.at("/check?lang=en"));
    page.ask("window.asked = []; const real = window.fetch; window.fetch = (...of) => { asked.push(String(of[0])); return real(...of); }");
    let (verdict, said) = checked(page, &paper);
    assert_eq!(verdict, "proven", "{said}");
    assert!(said.contains("3/10") && said.contains("cosigned by witnesses"), "{said}");
    assert_eq!(page.ask("typeof BarcodeDetector"), "undefined", "this browser reads no codes by itself");
    let asked = page.ask("JSON.stringify(asked)");
    assert_eq!(asked, "[\"/api/v1/policy\"]", "of the proof nothing was told to the server");
    page.picture("check-paper");

    // what the code says, held by a hand that is not straight
    let text = page.ask(
        "(async () => { const image = await createImageBitmap(document.getElementById('picture').files[0]);
           const canvas = new OffscreenCanvas(image.width, image.height); const drawing = canvas.getContext('2d');
           drawing.drawImage(image, 0, 0); const { data, width, height } = drawing.getImageData(0, 0, image.width, image.height);
           return new TextDecoder().decode(Uint8Array.from(jsQR(data, width, height).binaryData)); })()",
    );
    let text = text.as_str().unwrap().to_owned();
    assert!(text.starts_with("c2sp.org/tlog-proof@v1\n") && text.len() < 2_953, "{} bytes", text.len());
    let tilted =
        format!("<div style='margin:90px;transform:rotate(7deg) skewX(4deg)'>{}</div>", printed(&text));
    let tilted = photograph(page, demo.path(), "paper-tilted", &tilted);
    // one bit of the record's header; one of the operator's signature
    let line = text.lines().nth(1).unwrap();
    let mut bytes = STANDARD.decode(&line[6..]).unwrap();
    bytes[100] ^= 1;
    let other_record = text.replace(line, &format!("extra {}", STANDARD.encode(bytes)));
    let size = text.lines().position(|line| line.starts_with("socai.example/")).unwrap() + 1;
    let size = text.lines().nth(size).unwrap();
    let other_size = text.replace(&format!("\n{size}\n"), "\n2000\n");
    let changed: Vec<_> = [
        ("paper-other-record", printed(&other_record), "does NOT lead to the root"),
        ("paper-other-size", printed(&other_size), "signature on the checkpoint is NOT right"),
        ("paper-nonsense", printed("https://example.com/"), "damaged or cut short"),
        ("paper-none", "<p>no code at all</p>".to_owned(), "No QR code can be read"),
    ]
    .map(|(name, body, words)| (name, photograph(page, demo.path(), name, &body), words))
    .into();
    page.open(&board.at("/check"));
    let (verdict, said) = checked(page, &tilted);
    assert_eq!(verdict, "proven", "{said}");
    for (name, picture, words) in changed {
        page.open(&board.at("/check"));
        let (verdict, said) = checked(page, &picture);
        assert_eq!(verdict, "failed", "{name}: {said}");
        assert!(said.contains("NOT PROVEN") && said.contains(words), "{name}: {said}");
    }
    page.picture("check-paper-none");
    assert_eq!(page.complaints(), Vec::<String>::new());
}
