//! The whole way from the units' files to the published report: facts, fold, figures, print.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::month::{answer, february, records};
use crate::common::template;
use serde_json::{Value, json};
use socai_fold::figures::Asked;
use socai_report::{Figures, json as written, text};

fn parsed(figures: &Figures) -> Value {
    serde_json::from_str(&written(figures).unwrap()).unwrap()
}

fn row<'a>(report: &'a Value, code: &str) -> &'a Value {
    report["figures"].as_array().unwrap().iter().find(|row| row["indicator"] == code).unwrap()
}

/// The page on one line, so that a sentence is found wherever its lines break.
fn flowing(figures: &Figures) -> String {
    text(figures, &template()).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_published_figure_is_printed_exactly() {
    let expected: Value =
        serde_json::from_str(include_str!("../../../../deploy/thanh-xuan/expected.json")).unwrap();
    let report = parsed(&answer(&records(&[]), february));
    for want in expected["figures"].as_array().unwrap() {
        let got = row(&report, want["indicator"].as_str().unwrap());
        for key in ["value", "unit", "printed"] {
            assert_eq!(got[key], want[key], "{want}");
        }
        assert_eq!(got["plan_pct"], want.get("plan_pct").cloned().unwrap_or(json!({})), "{want}");
        assert_eq!(
            got["same_period_pct"],
            want.get("same_period_pct").cloned().unwrap_or(Value::Null),
            "{want}"
        );
        assert_eq!(got["digest"].as_str().unwrap().len(), 64);
    }
    assert_eq!(row(&report, "NS.01")["period"], json!({"from": "2023-01-01", "to": "2023-02-08"}));
    assert_eq!(row(&report, "AS.01")["period"], json!({"occasion": "tet-quy-mao-2023"}));
    assert_eq!(row(&report, "QS.03")["period"], json!({"from": "2023-01-01", "to": "2023-12-31"}));
    assert_eq!(row(&report, "CD.02.kh")["period"], json!({"to": "2023-02-08"}));
    assert_eq!(report["period"]["id"], "2023-02");
}

#[test]
fn the_report_reads_as_the_published_sentences() {
    let said = flowing(&answer(&records(&[]), february));
    for sentence in [
        "Lũy kế đến 08/02/2023, tổng thu ngân sách nhà nước trên địa bàn là 1.005 tỷ 123 triệu đồng, đạt 17,6% dự toán Thành phố giao, bằng 108,61% cùng kỳ năm 2022.",
        "Chi ngân sách quận là 107 tỷ 944 triệu đồng, đạt 9,07% dự toán Thành phố giao và 9,07% dự toán HĐND quận giao, bằng 103,41% cùng kỳ.",
        "Trong kỳ có 15 công trình, dự án được nghiệm thu, đưa vào khai thác; 02 báo cáo kinh tế - kỹ thuật được thẩm định.",
        "Hội đồng đã thông qua 16 dự thảo phương án bồi thường, hỗ trợ, tái định cư thuộc 02 dự án (Cụm 3 trường và Gò Đống Thây).",
        "xử phạt 63 trường hợp vi phạm trật tự đô thị và trật tự an toàn giao thông, tổng tiền phạt 83 triệu đồng.",
        "Quận mở 02 chợ hoa xuân phục vụ Tết Quý Mão.",
        "Đã trao 11.854 suất quà, kinh phí 10 tỷ 287 triệu đồng.",
        "Quà từ 04 nguồn: Trung ương, Thành phố, Quận và tổ chức xã hội; cho 05 nhóm: người có công, người cao tuổi, hộ cận nghèo, hộ hoàn cảnh khó khăn và đối tượng bảo trợ xã hội.",
        "Kiểm tra, giám sát 452 lượt cơ sở; xử phạt 19 trường hợp với 43,75 triệu đồng; các đơn vị xác nhận không phát sinh vụ ngộ độc thực phẩm.",
        "Khám chữa bệnh 2.300 lượt người, bằng 100,6% cùng kỳ; khám dự phòng 3.000 lượt người, bằng 352,9% cùng kỳ.",
        "Bàn giao 68 công dân nhập ngũ, đạt 100% chỉ tiêu Thành phố giao.",
        "Không phát sinh vụ cháy, nổ. Không phát sinh vụ tai nạn giao thông.",
        "Quận đang thực hiện 03 chương trình, 03 đề án và 09 kế hoạch của Quận ủy.",
        "Trong tháng 02/2023 có 06 nhóm nhiệm vụ trọng tâm:",
        "- (4) Chủ động phòng, chống dịch Covid-19 và các dịch bệnh khác - đơn vị chủ trì: Trung tâm Y tế quận Thanh Xuân; thời hạn: 28/02/2023;",
    ] {
        assert!(said.contains(sentence), "missing: {sentence}\n{said}");
    }
    assert!(!said.contains("Chưa chốt số liệu"), "{said}");
}

#[test]
fn the_same_days_asked_without_a_name_give_the_same_figures() {
    let named = parsed(&answer(&records(&[]), february));
    let days = parsed(&answer(&records(&[]), |rulebook| {
        let asked = february(rulebook);
        Asked::days(rulebook, asked.from, asked.to)
    }));
    assert_eq!(named["figures"], days["figures"]);
}

#[test]
fn an_occasion_is_reported_by_its_name_across_the_turn_of_the_year() {
    let report =
        parsed(&answer(&records(&[]), |rulebook| Asked::named(rulebook, "tet-quy-mao-2023").unwrap()));
    assert_eq!(report["period"]["from"], "2022-12-01");
    assert_eq!(row(&report, "AS.01")["printed"], "11.854 suất quà");
    assert_eq!(row(&report, "TT.03")["printed"], "02 chợ");
}

#[test]
fn a_unit_that_has_not_closed_takes_the_proven_zero_away_and_is_named() {
    let figures = answer(&records(&["hn.tx.kim-giang.1"]), february);
    let zero = parsed(&figures);
    assert_eq!(row(&zero, "YT.04")["value"], Value::Null);
    assert_eq!(row(&zero, "YT.04")["nil"], json!({"proven": false, "missing": ["hn.tx.kim-giang.1"]}));
    let said = flowing(&figures);
    assert!(!said.contains("xác nhận không phát sinh vụ ngộ độc"), "{said}");
    assert!(
        said.contains("Còn 01 đơn vị chưa xác nhận số liệu ngộ độc thực phẩm: phường Kim Giang."),
        "{said}"
    );
    assert!(said.contains("Chưa chốt số liệu kỳ này: phường Kim Giang."), "{said}");
}

#[test]
fn folding_the_same_records_again_prints_the_same_bytes() {
    let records = records(&[]);
    let (one, other) = (answer(&records, february), answer(&records, february));
    assert_eq!(written(&one).unwrap(), written(&other).unwrap());
    assert_eq!(text(&one, &template()).unwrap(), text(&other, &template()).unwrap());
}
