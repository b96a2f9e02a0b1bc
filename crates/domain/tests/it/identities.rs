//! The identity guard, both ways: what it must find and what it must let pass.

use socai_domain::identity::{Identity, Identity::*, Strictness, Strictness::*, find};

fn what(text: &str, strictness: Strictness) -> Option<Identity> {
    find(text, strictness).map(|found| found.what)
}

#[test]
fn identities_in_text_are_found() {
    for (text, expected) in [
        ("CCCD 001099012345", CitizenNumber),
        ("001099012345", CitizenNumber),
        ("số 001 099 012 345 cấp tại Hà Nội", CitizenNumber),
        ("0010-9901-2345", CitizenNumber),
        ("001.099.012.345", CitizenNumber),
        ("CCCD001099012345", CitizenNumber),
        ("123456789012", CitizenNumber),
        ("định danh: 123.456.789.012", CitizenNumber),
        ("đã phạt ông 012345678901 ngày 08/02/2023", CitizenNumber),
        ("００１０９９０１２３４５", CitizenNumber),
        ("CMND 012345678", CardNumber),
        ("012345678", CardNumber),
        ("012 345 678", CardNumber),
        ("012.345.678", CardNumber),
        ("123-456-789", CardNumber),
        ("cmnd 123.456.789", CardNumber),
        ("chứng minh nhân dân số 111222333", CardNumber),
        ("0912345678", Phone),
        ("0912 345 678", Phone),
        ("0912.345.678", Phone),
        ("0912-345-678", Phone),
        ("091 234 5678", Phone),
        ("09 12 34 56 78", Phone),
        ("09123 45678", Phone),
        ("SĐT0912345678", Phone),
        ("gọi 0353456789.", Phone),
        ("+84912345678", Phone),
        ("+84 912 345 678", Phone),
        ("+84.912.345.678", Phone),
        ("(+84) 912345678", Phone),
        ("84912345678", Phone),
        ("0084 912 345 678", Phone),
        ("024 3858 1234", Phone),
        ("(024) 3858 1234", Phone),
        ("02438581234", Phone),
        ("+84 24 3858 1234", Phone),
        ("0123456789", Phone),
        ("năm 2023 0912 345 678", Phone),
        ("0912345678/0987654321", Phone),
        ("lô 5, 0987654321", Phone),
        ("29A-123.45", Plate),
        ("29A-12345", Plate),
        ("29A 12345", Plate),
        ("29A12345", Plate),
        ("29a-123.45", Plate),
        ("30F1 12345", Plate),
        ("30F-123.45", Plate),
        ("29-B1 123.45", Plate),
        ("29 B1 123.45", Plate),
        ("29B1-123.45", Plate),
        ("29H1 12345", Plate),
        ("30E-1234", Plate),
        ("59X1-123.45", Plate),
        ("29LD-123.45", Plate),
        ("29MĐ1-123.45", Plate),
        ("xe biển số 30F1 12345 đỗ sai", Plate),
        ("chủ xe (29A-123.45)", Plate),
        ("nguyen.van.a@gmail.com", Email),
        ("gửi a@hanoi.gov.vn nhé", Email),
    ] {
        assert_eq!(what(text, Text), Some(expected), "{text}");
    }
}

#[test]
fn what_reports_are_made_of_passes() {
    for text in [
        "",
        "125/QĐ-XPHC",
        "1234/QĐ-UBND ngày 08/02/2023",
        "123456789/QĐ-UBND",
        "1656/NQ-UBTVQH15",
        "Nghị định 123/2021/NĐ-CP, Nghị định 100/2019/NĐ-CP",
        "329/KH-UBND năm 2022-2023",
        "Thông tư 01/2023/TT-VPCP",
        "1.005.123.000.000 đồng",
        "1.005 tỷ 123 triệu đồng",
        "10.287.000.000",
        "123.456.789 đồng",
        "43.750.000",
        "107 944 000 đồng",
        "1 005 123 000 000",
        "43 570 000",
        "107944000 đồng",
        "100512300000 đồng",
        "43,75 triệu đồng",
        "08/02/2023",
        "08.02.2023",
        "01-02-2023",
        "08.02.2023 15 giờ",
        "01.01.2023-08.02.2023",
        "2023-01-12",
        "2023-01-12 08:30",
        "20230112",
        "từ 01/01/2023 đến 08/02/2023",
        "2021-2022-2023",
        "giai đoạn 2021-2025, 2026-2030",
        "202301121530",
        "00361",
        "phường 00343 00346 00349",
        "hn.tx.ha-dinh.1",
        "tet-quy-mao-2023",
        "DA-7912345",
        "22DA0123",
        "DA.2023.000123",
        "TX-2023-000015",
        "1.011442.000.00.00.H26",
        "H26.12.34-230112-0001",
        "lớp 12A 2023",
        "lớp 12A 1500 em",
        "nhà 12A",
        "ngõ 29A, phố 30",
        "Khu 15A-2023",
        "Vành đai 2,5 đoạn Nguyễn Trãi (QL6) - Đầm Hồng",
        "tọa độ 21.0123, 105.8123",
        "diện tích 1234567 m2",
        "a1b2c3d4e5f60718293a4b5c6d7e8f90",
        "5f0912345678ab",
        "tok_7K2M9QX4B8ND3VZT",
        "@ngoài giờ",
        "06 nhóm nhiệm vụ, 11 phường, 452 lượt, 19 trường hợp",
        "02 03 04 05 06 tổ",
    ] {
        assert_eq!(what(text, Text), None, "{text}");
    }
}

#[test]
fn codes_are_read_for_what_leaves_no_doubt_only() {
    for (code, expected) in [
        ("001099012345", Some(CitizenNumber)),
        ("VP-0912345678", Some(Phone)),
        ("0912.345.678", Some(Phone)),
        ("30F1-123.45", Some(Plate)),
        ("a@b.vn", Some(Email)),
        ("012345678", None),    // a nine-digit serial
        ("230112000123", None), // yymmdd and a serial
        ("123456789012", None), // no citizen number begins with 1
        ("0902202301", None),   // 09/02/2023, first voucher
        ("0123456789", None),
        ("29A12345", None),
        ("PNK-2023-00012345", None),
        ("125/QĐ-XPHC", None),
        ("1.011442", None),
    ] {
        assert_eq!(what(code, Code), expected, "{code}");
    }
}

#[test]
fn a_finding_points_at_the_byte_where_it_begins() {
    let text = "đường Lê Lợi, xe 29A-123.45";
    let found = find(text, Text).unwrap();
    assert_eq!(&text[found.at..], "29A-123.45");
    assert_eq!(find("gọi 0912345678 hoặc a@b.vn", Text).unwrap().what, Phone, "the first one is reported");
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_guard_fail(text in "[0-9 .+@()/A-ZĐđ-]{0,40}") {
        find(&text, Text);
        find(&text, Code);
    }

    #[test]
    fn every_mobile_number_is_found_in_every_usual_grouping(rest in 0u32..10_000_000, sep in "[ .-]?") {
        let digits = format!("{rest:07}");
        let number = format!("098{}{sep}{}{sep}{}", &digits[..1], &digits[1..4], &digits[4..]);
        proptest::prop_assert_eq!(what(&number, Text), Some(Phone), "{}", number);
    }
}
