//! The Word document, opened again part by part.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::month::{answer, february, records};
use crate::common::opened::{paragraphs, part, parts};
use crate::common::{hostile, reference, template};
use roxmltree::{Document, Node};
use socai_report::{Figures, Known, docx};

fn archive(figures: &Figures) -> Vec<u8> {
    docx(figures, &template()).unwrap()
}

/// The value of an attribute of the first element of a name.
fn attribute(document: &Document<'_>, name: &str, attribute: &str) -> Option<String> {
    let is = |node: &Node<'_, '_>| node.tag_name().name() == name;
    let found = document.descendants().find(is)?;
    found.attributes().find(|a| a.name() == attribute).map(|a| a.value().to_owned())
}

#[test]
fn every_part_is_there_and_well_formed_and_every_relation_points_to_one() {
    let archive = archive(&reference());
    let names = parts(&archive);
    assert_eq!(names[0], "[Content_Types].xml", "readers look at the first part");
    for name in &names {
        let text = part(&archive, name);
        Document::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    for (relations, below) in [("_rels/.rels", ""), ("word/_rels/document.xml.rels", "word/")] {
        let text = part(&archive, relations);
        for relation in Document::parse(&text).unwrap().descendants() {
            if let Some(target) = relation.attribute("Target") {
                assert!(names.contains(&format!("{below}{target}")), "{target}");
            }
        }
    }
}

#[test]
fn the_published_month_reads_as_published_in_the_official_layout() {
    let figures = answer(&records(&[]), february);
    let archive = archive(&figures);
    let text = part(&archive, "word/document.xml");
    let document = Document::parse(&text).unwrap();
    let said = paragraphs(&document).join("\n").replace('\u{a0}', " ");
    for sentence in [
        "ỦY BAN NHÂN DÂN\nQUẬN THANH XUÂN",
        "Độc lập - Tự do - Hạnh phúc",
        "Số:      /BC-UBND",
        "BÁO CÁO\nKết quả công tác tháng 01/2023 và nhiệm vụ trọng tâm tháng 02/2023",
        "1. Thu, chi ngân sách. Lũy kế đến 08/02/2023, tổng thu ngân sách nhà nước trên địa bàn là 1.005 tỷ 123 triệu đồng",
        "Khám chữa bệnh 2.300 lượt người, bằng 100,6% cùng kỳ; khám dự phòng 3.000 lượt người, bằng 352,9% cùng kỳ.",
        "PHỤ LỤC 2. Số liệu theo đơn vị (1/",
        "1.005.123.000.000",
        "Phường Hạ Đình",
        "TM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH",
    ] {
        assert!(said.contains(sentence), "missing: {sentence}\n{said}");
    }
    for figure in &figures.figures {
        let is_known = figure.known() != Known::Nothing;
        assert_eq!(said.contains(&format!("\n{}\n", figure.indicator)), is_known, "{}", figure.indicator);
    }
}

#[test]
fn the_page_is_a4_with_the_decrees_margins_and_the_foot_counts_pages() {
    let archive = archive(&reference());
    let text = part(&archive, "word/document.xml");
    let document = Document::parse(&text).unwrap();
    // twentieths of a point; a millimetre is 56.7 of them
    let millimetres = |of: &str| {
        let twips: u32 = attribute(&document, "pgMar", of).unwrap().parse().unwrap();
        (twips * 10 + 283) / 567
    };
    assert_eq!(["top", "bottom", "left", "right"].map(millimetres), [20, 20, 30, 15]);
    assert_eq!(attribute(&document, "pgSz", "w").as_deref(), Some("11906"));
    assert_eq!(attribute(&document, "pgSz", "h").as_deref(), Some("16838"));
    assert!(
        !text.contains("w:tblBorders") || text.find("<w:tbl>").unwrap() < text.find("w:tblBorders").unwrap()
    );
    let footer = part(&archive, "word/footer1.xml");
    assert!(footer.contains(" PAGE ") && footer.contains(" NUMPAGES ") && footer.contains("mã kiểm chứng"));
    assert!(part(&archive, "word/styles.xml").contains("Times New Roman"));
}

#[test]
fn a_number_that_was_given_stands_in_head_and_foot() {
    let mut month = reference();
    month.number = Some("45/BC-UBND".to_owned());
    let archive = archive(&month);
    assert!(part(&archive, "word/document.xml").contains("Số: 45/BC-UBND"));
    assert!(part(&archive, "word/footer1.xml").contains("Báo cáo số 45/BC-UBND - mã kiểm chứng"));
}

#[test]
fn hostile_texts_stay_texts() {
    let archive = archive(&hostile());
    for name in parts(&archive) {
        let text = part(&archive, &name);
        let document = Document::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(document.descendants().all(|node| node.tag_name().name() != "script"), "{name}");
    }
    let text = part(&archive, "word/document.xml");
    let said = paragraphs(&Document::parse(&text).unwrap()).join("\n");
    assert!(said.contains("</style><script>alert(1)</script> ]]> &L&P"), "{said}");
}

#[test]
fn the_same_figures_give_the_same_bytes_and_no_clock_is_in_them() {
    let (first, second) = (archive(&reference()), archive(&reference()));
    assert_eq!(first, second);
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(first)).unwrap();
    for at in 0..archive.len() {
        let stamp = archive.by_index(at).unwrap().last_modified().unwrap();
        assert_eq!(stamp, zip::DateTime::default());
    }
}

#[test]
fn signed_texts_are_in_the_document_with_who_signed_them() {
    let mut month = reference();
    month.texts = vec![
        crate::common::signed("ngan_sach", socai_report::Body::Written("Thu <đạt> khá.".to_owned())),
        crate::common::signed("do_thi", socai_report::Body::Erased),
    ];
    let text = part(&archive(&month), "word/document.xml");
    let said = paragraphs(&Document::parse(&text).unwrap()).join("\n").replace('\u{a0}', " ");
    assert!(said.contains("Thu <đạt> khá. (Phòng Tài chính - Kế hoạch, bản ghi 12/40.)"), "{said}");
    assert!(said.contains("bản ghi 12/40, đã tiêu hủy theo thủ tục"), "{said}");
}
