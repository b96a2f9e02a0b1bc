//! The HTML report: one file, ready to print, whatever its texts hold.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::month::{answer, february, records};
use crate::common::{HOSTILE, hostile, reference, template};
use socai_report::{Figures, Known, html};

fn page(figures: &Figures) -> String {
    html(figures, &template()).unwrap()
}

/// What a reader sees, tags taken out, white space as one space.
fn seen(page: &str) -> String {
    let body = page.split("</head>").nth(1).unwrap();
    let text: String =
        body.split('<').map(|part| part.split_once('>').map_or("", |(_, text)| text)).collect();
    text.replace('\u{a0}', " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_published_month_reads_as_published_and_its_annexes_hold_every_figure_that_is_known() {
    let figures = answer(&records(&[]), february);
    let page = page(&figures);
    let said = seen(&page);
    for sentence in [
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Số:",
        "Thanh Xuân, ngày ... tháng ... năm 2023",
        "tổng thu ngân sách nhà nước trên địa bàn là 1.005 tỷ 123 triệu đồng, đạt 17,6% dự toán Thành phố giao, bằng 108,61% cùng kỳ năm 2022.",
        "Đã trao 11.854 suất quà, kinh phí 10 tỷ 287 triệu đồng.",
        "Nơi nhận:",
        "TM. ỦY BAN NHÂN DÂN",
        "PHỤ LỤC 1. Số liệu của kỳ báo cáo",
        "PHỤ LỤC 2. Số liệu theo đơn vị",
        "PHỤ LỤC 3. Chốt số liệu",
    ] {
        assert!(said.contains(sentence), "missing: {sentence}\n{said}");
    }
    for cell in ["1.005.123.000.000", "108,61", "43.750.000", "Phường Hạ Đình", "08/02/2023 23:45:00"]
    {
        assert!(page.contains(&format!(">{cell}</td>")), "{cell}");
    }
    for figure in &figures.figures {
        let is_known = figure.known() != Known::Nothing;
        assert_eq!(page.contains(&format!(">{}</td>", figure.indicator)), is_known, "{}", figure.indicator);
    }
}

#[test]
fn it_prints_on_a4_with_the_decrees_margins_and_the_proof_code_at_every_foot() {
    let page = page(&reference());
    for rule in
        ["size: A4 portrait; margin: 20mm 15mm 20mm 30mm;", "size: A4 landscape", "\"Times New Roman\""]
    {
        assert!(page.contains(rule), "{rule}");
    }
    let code = blake3_of_json(&reference());
    assert!(page.contains(&code[..16]), "{code}");
    assert!(page.contains("counter(page)"));
}

/// Advance of a digit and of a dot in thousandths of the font's size: DejaVu Serif, which prints where Times New Roman is not installed, and its bold.
const DEJAVU: [(u32, u32); 2] = [(636, 318), (696, 348)];

#[test]
fn thirteen_digits_of_money_and_every_code_fit_their_columns_in_a_wide_font() {
    let page = page(&answer(&records(&[]), february));
    let style = page.split("</style>").next().unwrap();
    let rules = [
        ".m { text-align: center; font-size: 8pt; }",
        "font-size: 8.5pt; }",
        ".total .r { font-size: 7.75pt; }",
        "padding: 0.6pt 3pt;",
    ];
    assert!(rules.iter().all(|rule| style.contains(rule)), "{style}");
    // in thousandths of a point: 13 digits and 4 dots at 8.5 pt and, bold, at 7.75 pt; 8 hex digits at 8 pt; with 3 pt on both sides
    let [(digit, dot), (bold_digit, bold_dot)] = DEJAVU;
    let money = 85 * (13 * digit + 4 * dot) / 10 + 6_000;
    let total = money.max(775 * (13 * bold_digit + 4 * bold_dot) / 100 + 6_000);
    let code = 8 * 8 * digit + 6_000;
    for (annex, head, needed) in [
        (1, "Kế hoạch năm", money),
        (1, "Cùng kỳ", money),
        (1, "Mã", code),
        (1, "Mã kiểm chứng", code),
        (2, "NS.01<br>", total),
    ] {
        let table = page.split("<section class=\"annex\">").nth(annex).unwrap();
        let widths: Vec<u32> = table.split("width:").skip(1).map(per_mille).collect();
        let heads: Vec<&str> = table.split("<th>").skip(1).collect();
        let at = heads.iter().position(|cell| cell.starts_with(head)).unwrap();
        // the page turned sideways has 262 mm between its margins
        let room = widths[at] * 262 * 72 * 10 / 254;
        assert!(room >= needed, "annex {annex}, {head}: {room} of {needed}");
    }
}

/// `10.7%` as 107.
fn per_mille(rest: &str) -> u32 {
    rest.split('%').next().unwrap().replace('.', "").parse().unwrap()
}

/// What `socai report --format json` piped into a hash tool gives.
fn blake3_of_json(figures: &Figures) -> String {
    socai_tlog::Digest::of(socai_report::json(figures).unwrap().as_bytes()).to_string()
}

#[test]
fn nothing_runs_nothing_is_fetched_and_hostile_texts_stay_texts() {
    let page = page(&hostile());
    let style = page.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
    assert!(!style.contains("@import") && !style.contains("url(") && !style.contains('<'), "{style}");
    assert_eq!(page.matches("</style>").count(), 1);
    let lower = page.to_lowercase();
    for forbidden in
        ["<script", "<img", "<link", "<iframe", "<object", "<svg", "javascript:", "http://", "https://"]
    {
        assert!(!lower.contains(forbidden), "{forbidden}");
    }
    assert!(!page.contains(['\u{0}', '\u{1}', '\u{b}', '\u{ffff}', '\u{202e}']));
    // every tag is one of ours, so every < of a text was escaped
    let ours = [
        "!DOCTYPE", "html", "head", "meta", "title", "style", "body", "main", "div", "p", "b", "i", "br",
        "hr", "span", "h1", "h2", "h3", "section", "table", "col", "thead", "tbody", "tr", "th", "td",
    ];
    for tag in page.split('<').skip(1) {
        let name = tag.trim_start_matches('/').split([' ', '>', '\n']).next().unwrap();
        assert!(ours.contains(&name), "{name}");
    }
    assert!(page.contains("&lt;script&gt;alert(1)"), "{HOSTILE}");
}

#[test]
fn the_same_figures_give_the_same_bytes() {
    assert_eq!(page(&reference()), page(&reference()));
}

#[test]
fn signed_texts_are_on_the_page_with_who_signed_them() {
    let mut month = reference();
    month.texts = vec![
        crate::common::signed("ngan_sach", socai_report::Body::Written("Thu <đạt> khá.".to_owned())),
        crate::common::signed("do_thi", socai_report::Body::Erased),
    ];
    let page = page(&month);
    assert!(page.contains("Thu &lt;đạt&gt; khá."), "{page}");
    let said = seen(&page);
    assert!(said.contains("(Phòng Tài chính - Kế hoạch, bản ghi 12/40.)"), "{said}");
    assert!(said.contains("đã tiêu hủy theo thủ tục"), "{said}");
}
