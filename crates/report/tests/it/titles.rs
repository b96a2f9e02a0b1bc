//! The titles of a report and of its second part: the time whose results it has, and the one whose tasks it sets.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::month::{answer, february, records};
use crate::common::opened::part;
use crate::common::template;
use socai_fold::figures::Asked;
use socai_report::{Figures, docx, html, text};

/// The page on one line.
fn flowing(figures: &Figures) -> String {
    text(figures, &template()).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_title_names_two_months_and_the_second_part_the_later_one_in_every_format() {
    let figures = answer(&records(&[]), february);
    let title = "Kết quả công tác tháng 01/2023 và nhiệm vụ trọng tâm tháng 02/2023";
    let part_two = "Phần thứ hai. NHIỆM VỤ TRỌNG TÂM THÁNG 02/2023";
    let said = flowing(&figures);
    assert!(said.contains(title) && said.contains(part_two), "{said}");
    let page = html(&figures, &template()).unwrap();
    assert!(page.contains(title) && page.contains(part_two));
    let document = part(&docx(&figures, &template()).unwrap(), "word/document.xml");
    assert!(document.contains(title) && document.contains(part_two));
}

#[test]
fn every_sort_of_period_is_called_by_its_name_and_followed_by_the_next_one() {
    let records = records(&[]);
    for (period, results, tasks) in [
        ("2023-03", "tháng 3/2023", "tháng 4/2023"),
        ("2023-01", "tháng 01/2023", "tháng 02/2023"),
        ("2023-12", "tháng 12/2023", "tháng 01/2024"),
        ("cal:2023-02", "tháng 02/2023", "tháng 3/2023"),
        ("2023-Q1", "quý I/2023", "quý II/2023"),
        ("2023-Q4", "quý IV/2023", "quý I/2024"),
        ("2023-H1", "6 tháng đầu năm 2023", "6 tháng cuối năm 2023"),
        ("cal:2023-H2", "6 tháng cuối năm 2023", "6 tháng đầu năm 2024"),
        ("2023-9M", "9 tháng đầu năm 2023", "3 tháng cuối năm 2023"),
        ("2023", "năm 2023", "năm 2024"),
        ("fy2023", "năm 2023", "năm 2024"),
        ("tet-quy-mao-2023", "dịp Tết Quý Mão", "thời gian tới"),
        ("2023-01-03..2023-02-07", "từ 03/01/2023 đến 07/02/2023", "thời gian tới"),
    ] {
        let figures = answer(&records, |rulebook| Asked::written(rulebook, period).unwrap());
        let title = format!("Kết quả công tác {results} và nhiệm vụ trọng tâm {tasks}");
        let said = flowing(&figures);
        assert!(said.contains(&title), "{period}: {title} is not in {said}");
    }
}
