//! Every example of the format table, and the edges between its rows.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use socai_domain::CivilDate;
use socai_fold::figures::percent;
use socai_report::format::{dem, list, ngay, ngay_dai, pct, sentence_case, so, ten_dv, thang, tien, tien_d};

fn day(text: &str) -> CivilDate {
    text.parse().unwrap()
}

#[test]
fn counts_under_ten_carry_a_zero_and_thousands_carry_dots() {
    for (count, printed) in [
        (2, "02"),
        (9, "09"),
        (10, "10"),
        (16, "16"),
        (452, "452"),
        (999, "999"),
        (1_000, "1.000"),
        (2_300, "2.300"),
        (11_854, "11.854"),
        (1_234_567, "1.234.567"),
        (0, "0"),
        (-5, "-5"),
        (-1_250, "-1.250"),
        (i64::MAX, "9.223.372.036.854.775.807"),
        (i64::MIN, "-9.223.372.036.854.775.808"),
    ] {
        assert_eq!(dem(count), printed);
    }
    assert_eq!(so(7), "7");
}

#[test]
fn money_reads_as_tỷ_and_triệu_and_carries_when_it_rounds_up() {
    for (dong, printed) in [
        (1_005_123_000_000, "1.005 tỷ 123 triệu đồng"),
        (2_045_069_000_000, "2.045 tỷ 069 triệu đồng"),
        (10_287_000_000, "10 tỷ 287 triệu đồng"),
        (107_944_000_000, "107 tỷ 944 triệu đồng"),
        (43_750_000, "43,75 triệu đồng"),
        (83_000_000, "83 triệu đồng"),
        (750_000, "750.000 đồng"),
        (0, "0 đồng"),
        (1, "1 đồng"),
        (999_999, "999.999 đồng"),
        (1_000_000, "1 triệu đồng"),
        (1_000_499, "1 triệu đồng"),
        (1_000_500, "1,001 triệu đồng"),
        (43_755_000, "43,755 triệu đồng"),
        (43_755_500, "43,756 triệu đồng"),
        (999_600_000, "999,6 triệu đồng"),
        (999_999_499, "999,999 triệu đồng"),
        (999_999_500, "1 tỷ đồng"),
        (1_000_000_000, "1 tỷ đồng"),
        (1_000_499_999, "1 tỷ đồng"),
        (1_000_500_000, "1 tỷ 001 triệu đồng"),
        (1_999_499_999, "1 tỷ 999 triệu đồng"),
        (1_999_600_000, "2 tỷ đồng"),
        (999_999_600_000, "1.000 tỷ đồng"),
        (-812_400_000, "-812,4 triệu đồng"),
        (-1_999_600_000, "-2 tỷ đồng"),
        (i64::MAX, "9.223.372.036 tỷ 855 triệu đồng"),
        (i64::MIN, "-9.223.372.036 tỷ 855 triệu đồng"),
    ] {
        assert_eq!(tien(dong), printed);
    }
    assert_eq!(tien_d(43_750_000), "43.750.000");
}

#[test]
fn percentages_are_ratios_with_a_comma_and_without_trailing_zeros() {
    for (value, base, decimals, printed) in [
        (1_005_123, 5_711_000, 2, "17,6%"),
        (107_944, 1_190_500, 2, "9,07%"),
        (1_005_123, 925_442, 2, "108,61%"),
        (107_944, 104_385, 2, "103,41%"),
        (2_300, 2_286, 1, "100,6%"),
        (3_000, 850, 1, "352,9%"),
        (68, 68, 0, "100%"),
        (68, 68, 2, "100%"),
        (1, 200, 0, "1%"), // half goes up
        (0, 5, 2, "0%"),
    ] {
        assert_eq!(pct(&percent(value, base, decimals).unwrap()), printed);
    }
}

#[test]
fn dates_follow_the_decree() {
    assert_eq!(ngay(day("2023-02-08")), "08/02/2023");
    assert_eq!(ngay(day("2023-03-07")), "07/3/2023");
    assert_eq!(ngay(day("2023-11-30")), "30/11/2023");
    assert_eq!(ngay_dai(day("2023-02-08")), "ngày 08 tháng 02 năm 2023");
    assert_eq!(ngay_dai(day("2023-03-07")), "ngày 07 tháng 3 năm 2023");
    assert_eq!(thang(day("2023-02-08")), "tháng 02/2023");
    assert_eq!(thang(day("2023-12-08")), "tháng 12/2023");
}

#[test]
fn territories_lose_their_capital_inside_a_sentence_and_offices_keep_it() {
    assert_eq!(ten_dv("Phường Hạ Đình"), "phường Hạ Đình");
    assert_eq!(ten_dv("Thành phố Hà Nội"), "thành phố Hà Nội");
    assert_eq!(ten_dv("Phòng Quản lý đô thị"), "Phòng Quản lý đô thị");
    assert_eq!(ten_dv("Xãhội"), "Xãhội");
    assert_eq!(ten_dv(""), "");
}

#[test]
fn enumerations_end_with_và() {
    assert_eq!(list::<&str>(&[]), "");
    assert_eq!(list(&["a"]), "a");
    assert_eq!(list(&["a", "b"]), "a và b");
    assert_eq!(list(&["a", "b", "c"]), "a, b và c");
}

#[test]
fn labels_continue_a_sentence_in_lower_case_unless_abbreviated() {
    assert_eq!(sentence_case("Vụ cháy, nổ"), "vụ cháy, nổ");
    assert_eq!(sentence_case("UBND phường"), "UBND phường");
    assert_eq!(sentence_case("Đơn"), "đơn");
}
