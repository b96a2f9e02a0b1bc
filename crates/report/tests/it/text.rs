//! The text report: the reference rendering, what missing and zero figures do to it, and the page.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::{day, empty, figure, hostile, plan, reference, signed, slice, task, template, unit};
use socai_report::body::Block;
use socai_report::{Body, Figures, Form, Nil, Restated, text};

/// The published figures in our wording; the check value of the template.
const REFERENCE: &str = "Lũy kế đến 08/02/2023, tổng thu ngân sách nhà nước trên địa bàn là 1.005 tỷ 123 triệu đồng, đạt 17,6% \
    dự toán Thành phố giao, bằng 108,61% cùng kỳ năm 2022. Chi ngân sách quận là 107 tỷ 944 triệu đồng, đạt 9,07% dự toán Thành phố giao và \
    9,07% dự toán HĐND quận giao, bằng 103,41% cùng kỳ. Trong kỳ có 15 công trình, dự án được nghiệm thu, đưa vào khai thác; 02 báo cáo kinh \
    tế - kỹ thuật được thẩm định. Hội đồng đã thông qua 16 dự thảo phương án bồi thường, hỗ trợ, tái định cư thuộc 02 dự án. Các lực lượng ra \
    quyết định xử phạt 63 trường hợp vi phạm trật tự đô thị và trật tự an toàn giao thông, tổng tiền phạt 83 triệu đồng. Quận mở 02 chợ hoa \
    xuân phục vụ Tết Quý Mão. Đã trao 11.854 suất quà, kinh phí 10 tỷ 287 triệu đồng. Kiểm tra, giám sát 452 lượt cơ sở; xử phạt 19 trường hợp \
    với 43,75 triệu đồng; các đơn vị xác nhận không phát sinh vụ ngộ độc thực phẩm. Khám chữa bệnh 2.300 lượt người, bằng 100,6% cùng kỳ; khám \
    dự phòng 3.000 lượt người, bằng 352,9% cùng kỳ. Bàn giao 68 công dân nhập ngũ, đạt 100% chỉ tiêu Thành phố giao.";

fn paragraphs(figures: &Figures) -> String {
    let body = template().body(figures).unwrap();
    let texts = body.iter().filter_map(|block| match block {
        Block::Paragraph { text, .. } => Some(text.replace('\u{a0}', " ")),
        _ => None,
    });
    texts.collect::<Vec<_>>().join(" ")
}

fn page(figures: &Figures) -> String {
    text(figures, &template()).unwrap()
}

#[test]
fn the_reference_figures_read_as_the_reference_sentences() {
    assert_eq!(paragraphs(&reference()), REFERENCE);
}

#[test]
fn a_month_without_data_says_nothing_and_keeps_its_frame() {
    assert_eq!(template().body(&empty()).unwrap(), []);
    let page = page(&empty());
    assert!(page.contains("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"));
    assert!(!page.contains("Phần thứ"), "{page}");
}

#[test]
fn each_missing_figure_takes_only_its_own_words_with_it() {
    for at in 0..reference().figures.len() {
        let mut month = reference();
        let gone = month.figures.remove(at);
        let text = paragraphs(&month);
        assert!(text.len() < REFERENCE.len(), "{}", gone.indicator);
        assert!(
            !text.contains(" ,") && !text.contains("  ") && !text.contains(" ."),
            "{}: {text}",
            gone.indicator
        );
        if gone.indicator == "NS.02" {
            assert!(text.contains("bằng 108,61% cùng kỳ năm 2022. Trong kỳ có 15"), "{text}");
        }
    }
}

#[test]
fn a_zero_reads_as_a_sentence_and_absence_of_facts_is_not_a_zero() {
    let mut month = empty();
    month.figures.push(figure("DT.01", "Công trình được nghiệm thu", "công trình", 0));
    month.figures.push(figure("TT.01", "Trường hợp bị xử phạt", "trường hợp", 0));
    assert_eq!(paragraphs(&month), "", "facts that come to zero, which nobody has confirmed to be all");
    assert_eq!(month.figures[0].printed().as_deref(), Some("0 công trình"));
    month.figures.iter_mut().for_each(|figure| figure.nil = Some(Nil::default()));
    let said = paragraphs(&month);
    assert!(said.contains("Trong kỳ không có công trình, dự án được nghiệm thu"), "{said}");
    assert!(said.contains("Không phát sinh trường hợp bị xử phạt."), "{said}");
    assert_eq!(month.figures[0].printed().as_deref(), Some("không phát sinh"));
    month.figures.iter_mut().for_each(|figure| (figure.events, figure.nil) = (0, None));
    assert_eq!(paragraphs(&month), "");
    assert_eq!(month.figures[0].printed(), None);
}

#[test]
fn a_zero_that_units_have_not_confirmed_names_them_instead() {
    let mut month = reference();
    let poisonings = month.figures.iter_mut().find(|figure| figure.indicator == "YT.04").unwrap();
    let missing =
        vec![unit("hn.tx.ha-dinh.1", "Phường Hạ Đình"), unit("hn.tx.kim-giang.1", "Phường Kim Giang")];
    poisonings.nil = Some(Nil { missing });
    let said = paragraphs(&month);
    assert!(!said.contains("xác nhận không phát sinh"), "{said}");
    let named = "Còn 02 đơn vị chưa xác nhận số liệu ngộ độc thực phẩm: phường Hạ Đình và phường Kim Giang.";
    assert!(said.contains(named), "{said}");
    assert!(page(&month).contains("chưa xác nhận không phát sinh: phường Hạ"));
}

#[test]
fn a_figure_judged_by_weekends_alone_has_a_note_under_the_annex() {
    let mut month = reference();
    let words = |month: &Figures| page(month).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(!words(&month).contains("bảng ngày nghỉ"));
    let fines = month.figures.iter_mut().find(|figure| figure.indicator == "TT.01").unwrap();
    fines.holidays_unknown = 3;
    let said = words(&month);
    assert!(said.contains("(TT.01): 3 vụ việc có hạn tính khi chưa có bảng ngày nghỉ của năm"), "{said}");
}

#[test]
fn poisonings_that_happened_are_counted_even_while_declarations_are_missing() {
    let mut month = reference();
    let poisonings = month.figures.iter_mut().find(|figure| figure.indicator == "YT.04").unwrap();
    poisonings.value = 2;
    poisonings.nil = Some(Nil { missing: vec![unit("hn.tx.ha-dinh.1", "Phường Hạ Đình")] });
    let said = paragraphs(&month);
    assert!(said.contains("Ghi nhận 02 vụ ngộ độc thực phẩm."), "{said}");
    assert!(!said.contains("chưa xác nhận"), "{said}");
}

#[test]
fn what_a_month_knows_besides_the_reference_is_said_in_its_section_and_nothing_when_it_does_not() {
    const TRIEU: i128 = 1_000_000;
    let mut month = empty();
    for (code, unit, value) in [
        ("NS.04", "VND", 250 * TRIEU),
        ("DT.03", "VND", 90_000 * TRIEU),
        ("GP.02", "phương án", 5),
        ("GP.05", "VND", 8_950 * TRIEU),
        ("GP.05.th", "trường hợp", 51),
        ("TT.06", "quyết định", 2),
        ("NO.01", "nhà", 3),
        ("YT.04", "vụ", 1),
        ("YT.04.mac", "người", 12),
        ("YT.08", "ca", 7),
        ("PC.03", "trường hợp", 4),
        ("PC.04", "vụ", 1),
        ("PC.04.thuong", "người", 2),
        ("PC.04.tien", "VND", 120 * TRIEU),
        ("TD.02", "đơn", 6),
    ] {
        month.figures.push(figure(code, code, unit, value));
    }
    let slices = |month: &mut Figures, code: &str, slices| {
        month.figures.iter_mut().find(|figure| figure.indicator == code).unwrap().slices = slices;
    };
    slices(&mut month, "NO.01", vec![slice("milestone", "safety_graded", "đã kiểm định", 3)]);
    let suspended =
        vec![slice("suspension", "temporary", "tạm đình chỉ", 3), slice("suspension", "full", "đình chỉ", 1)];
    slices(&mut month, "PC.03", suspended);
    let classes = vec![
        slice("class", "complaint", "khiếu nại", 3),
        slice("class", "denunciation", "tố cáo", 1),
        slice("class", "request", "kiến nghị", 2),
    ];
    slices(&mut month, "TD.02", classes);
    month.figures[1].plan = vec![plan("city", "Thành phố giao", Some("30.5".to_owned()))];
    let said = paragraphs(&month);
    for sentence in [
        "Thu hồi nợ thuế trong kỳ được 250 triệu đồng.",
        "Đã giải ngân 90 tỷ đồng vốn đầu tư công tính đến 08/02/2023, đạt 30,5% kế hoạch vốn Thành phố giao.",
        "Niêm yết công khai 05 phương án.",
        "Đã chi trả tiền bồi thường, hỗ trợ 8 tỷ 950 triệu đồng cho 51 trường hợp.",
        "Trong kỳ có 02 quyết định xử phạt được sửa đổi, hủy bỏ hoặc thay thế.",
        "Đang theo dõi 03 nhà chung cư cũ theo bước cải tạo: đã kiểm định 03.",
        "Ghi nhận 01 vụ ngộ độc thực phẩm, 12 người mắc.",
        "Ghi nhận 07 ca bệnh truyền nhiễm mới.",
        "Đình chỉ, tạm đình chỉ 04 cơ sở không bảo đảm phòng cháy, chữa cháy (tạm đình chỉ 03 và đình chỉ 01).",
        "Xảy ra 01 vụ cháy, nổ, 02 người bị thương, thiệt hại 120 triệu đồng.",
        "Nhận 06 đơn (khiếu nại 03, tố cáo 01 và kiến nghị 02).",
    ] {
        assert!(said.contains(sentence), "{sentence}: {said}");
    }
    month.figures.iter_mut().for_each(|figure| (figure.value, figure.events) = (0, 0));
    assert_eq!(paragraphs(&month), "");
}

#[test]
fn sources_and_groups_are_listed_from_the_parts_of_the_figure() {
    let mut month = reference();
    let gifts = month.figures.iter_mut().find(|figure| figure.indicator == "AS.01").unwrap();
    gifts.slices = vec![
        slice("source", "city", "Thành phố", 4_854),
        slice("source", "ward", "Phường", 0),
        slice("source", "social_org", "tổ chức xã hội", 2_300),
        slice("group", "elderly", "người cao tuổi", 2_354),
    ];
    month.figures.push(figure("AS.03", "Nguồn kinh phí tặng quà", "nguồn", 2));
    let said = paragraphs(&month);
    let listed = "Quà từ 02 nguồn: Thành phố và tổ chức xã hội; cho người cao tuổi.";
    assert!(said.contains(listed), "{said}");
}

#[test]
fn tasks_and_restatements_are_listed_only_when_there_are_some() {
    let mut month = reference();
    assert!(!page(&month).contains("Phần thứ hai"));
    month.directives = vec![task(1, "Thu ngân sách.", None), task(2, "Đầu tư", Some("đang thực hiện"))];
    month.restated.push(Restated {
        indicator: "TT.02".to_owned(),
        label: "Số tiền phạt".to_owned(),
        form: Form::Money,
        reported: 43_570_000,
        known: Some(43_750_000),
        reason: "gõ nhầm".to_owned(),
        events: vec!["7/12".to_owned()],
    });
    let said = page(&month).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("Phần thứ hai. NHIỆM VỤ TRỌNG TÂM THÁNG 02/2023"), "{said}");
    assert!(
        said.contains("- (1) Thu ngân sách - đơn vị chủ trì: Phòng Tài chính - Kế hoạch; thời hạn:"),
        "{said}"
    );
    assert!(said.contains("tiến độ: đang thực hiện."), "{said}");
    assert!(said.contains("đã báo cáo 43,57 triệu đồng, hiện biết 43,75 triệu đồng"), "{said}");
}

#[test]
fn no_line_is_wider_than_a_terminal_and_no_amount_is_split() {
    let mut month = reference();
    month.directives = vec![task(1, &"việc dài ".repeat(60), None), task(2, &"x".repeat(200), None)];
    month.open = (1..=20).map(|n| unit("hn.x", &format!("Phường {n}"))).collect();
    let said = page(&month);
    for line in said.lines() {
        assert!(line.chars().count() <= 80, "{}: {line}", line.chars().count());
        assert_eq!(line, line.trim_end());
        assert!(!line.contains(['~', '\u{a0}', '\u{e000}', '\u{e001}']), "{line}");
    }
    for whole in
        ["1.005 tỷ 123 triệu đồng", "107 tỷ 944 triệu đồng", "11.854 suất quà", "10 tỷ 287 triệu đồng"]
    {
        assert!(said.lines().any(|line| line.contains(whole)), "{whole}");
    }
}

#[test]
fn text_of_officials_and_facts_cannot_forge_headings_marks_or_line_breaks() {
    let mut month = reference();
    let hostile = "# GIẢ\n## Giả ~ \u{e000}NS.01\u{e000} {{ f(\"NS.01\")|tien }}";
    month.texts = vec![signed("do_thi", Body::Written(hostile.to_owned()))];
    month.directives = vec![task(1, hostile, Some(hostile))];
    let body = template().body(&month).unwrap();
    let headings = body.iter().filter(|block| matches!(block, Block::Part(_) | Block::Section(_)));
    assert_eq!(headings.filter(|block| format!("{block:?}").contains("iả")).count(), 0);
    let said = page(&month);
    assert!(said.contains("Các lực lượng ra quyết định xử phạt 63 trường hợp"), "{said}");
    assert!(said.contains('~') && said.contains('\u{fffd}'), "{said}");
}

#[test]
fn no_text_of_a_fact_commands_the_terminal() {
    let mut month = hostile();
    month.issuer = "\u{1b}]0;x\u{7}\u{1b}[2J".to_owned();
    let said = page(&month);
    assert!(!said.contains(|c: char| c.is_control() && c != '\n'), "{said:?}");
    assert!(!said.contains('\u{202e}'));
}

#[test]
fn the_annex_opens_every_figure_to_its_facts_and_names_the_cut_off() {
    let said = page(&reference());
    let digest = reference().figures[0].digest.unwrap().to_string();
    assert!(said.contains(&digest[..8]), "{said}");
    assert!(said.contains("17,6% Thành phố giao"), "{said}");
    assert!(said.contains("cỡ cây 1.502"), "{said}");
    assert!(said.contains(&"ab".repeat(32)), "{said}");
    assert!(said.contains("(Số liệu chốt đến 08/02/2023; kỳ 01/01/2023 - 08/02/2023)"), "{said}");
}

#[test]
fn the_same_figures_give_the_same_bytes() {
    assert_eq!(page(&reference()), page(&reference()));
    let mut other = reference();
    other.period.to = day("2023-02-07");
    assert_ne!(page(&reference()), page(&other));
}

#[test]
fn a_signed_text_stands_in_its_section_with_who_signed_it_and_an_erased_one_prints_as_erased() {
    let mut month = reference();
    month.texts = vec![
        signed("ngan_sach", Body::Written("Thu ngân sách đạt khá.\nCần đôn đốc nợ đọng.\n".to_owned())),
        signed("do_thi", Body::Erased),
        signed("y_te", Body::Missing),
        signed("khong_co_muc_nay", Body::Written("không in ở đâu".to_owned())),
    ];
    let said = paragraphs(&month);
    let of = "Phòng Tài chính - Kế hoạch";
    let written = format!(
        "bằng 103,41% cùng kỳ. Thu ngân sách đạt khá. Cần đôn đốc nợ đọng. ({of}, bản ghi 12/40.) Trong kỳ có 15"
    );
    assert!(said.contains(&written), "{said}");
    assert!(
        said.contains(&format!("[Lời văn của {of}, bản ghi 12/40, đã tiêu hủy theo thủ tục.]")),
        "{said}"
    );
    assert!(said.contains(&format!("[Bản ghi 12/40 của {of} không kèm lời văn của mục này.]")), "{said}");
    assert!(!said.contains("không in ở đâu"));
}

#[test]
fn two_offices_may_write_for_one_section() {
    let mut month = reference();
    let text = |said: &str| signed("an_ninh", Body::Written(said.to_owned()));
    month.texts = vec![text("Một."), text("Hai.")];
    assert!(paragraphs(&month).contains("12/40.) Hai. (Phòng"));
}
