//! How texts are compared and ordered.

use socai_domain::{collate::sort_key, search::bare_key, search::search_key};
use unicode_normalization::UnicodeNormalization;

fn to_nfc(text: &str) -> String {
    text.nfc().collect()
}

#[test]
fn two_spellings_of_one_text_share_a_search_key() {
    for (one, other) in [
        ("Trung Hoà", "Trung Hòa"),
        ("số hoá", "Số hóa"),
        ("thuỷ", "thủy"),
        ("Khoẻ", "khỏe"),
        ("qúy", "quý"),
        ("qủa", "quả"),
        ("gìa", "già"),
        ("Đống Đa", "dong đa".replace("dong", "đống").as_str()),
        ("Thanh Xuân  Bắc", "thanh-xuân–bắc"),
        ("Ha\u{323} Đi\u{300}nh", "HẠ ĐÌNH"),
        ("  Hạ_Đình ", "hạ đình"),
        ("Đầm Hồng", "dầm hồng"),
    ] {
        assert_eq!(search_key(one), search_key(other), "{one} / {other}");
    }
}

#[test]
fn different_words_keep_different_search_keys() {
    for (one, other) in
        [("Hạ Đình", "Hà Đình"), ("mùa", "muà".replace("uà", "ua").as_str()), ("hoa", "hoá"), ("an", "ân")]
    {
        assert_ne!(search_key(one), search_key(other), "{one} / {other}");
    }
    assert_eq!(search_key("của mùa ngoài toán chìa"), "của mùa ngoài toán chìa", "well-placed tones stay");
    assert_eq!(bare_key("Số, ký hiệu Quyết định"), "so, ky hieu quyet dinh");
}

#[test]
fn vietnamese_order_is_letters_then_tones_then_case() {
    let ordered = [
        "",
        "an",
        "ăn",
        "ân",
        "ba",
        "bà",
        "bả",
        "bã",
        "bá",
        "bạ",
        "da",
        "đa",
        "e",
        "ê",
        "Hạ Đình",
        "Hà Đông",
        "Khương Đình",
        "Khương Mai",
        "Khương Trung",
        "Kim Giang",
        "Nhân Chính",
        "o",
        "ô",
        "ơ",
        "Phương Liệt",
        "Thanh Xuân",
        "Thanh Xuân Bắc",
        "Thượng Đình",
        "u",
        "ư",
        "y",
    ];
    for pair in ordered.windows(2) {
        assert!(sort_key(pair[0]) < sort_key(pair[1]), "{} < {}", pair[0], pair[1]);
    }
    assert!(sort_key("hạ") < sort_key("Hạ"));
    assert_eq!(sort_key("Hạ"), sort_key("H\u{1EA1}"));
    assert_eq!(sort_key("Ha\u{323}"), sort_key("Hạ"), "the form of the input does not matter");
}

proptest::proptest! {
    #[test]
    fn a_search_key_is_its_own_search_key(text in "\\PC{0,30}") {
        let key = search_key(&text);
        proptest::prop_assert_eq!(search_key(&key), key);
    }

    #[test]
    fn texts_with_equal_sort_keys_are_equal_after_nfc(a in "[aăâbcdđeêoôơuưáàảãạA ]{0,6}", b in "[aăâbcdđeêoôơuưáàảãạA ]{0,6}") {
        proptest::prop_assert_eq!(sort_key(&a) == sort_key(&b), to_nfc(&a) == to_nfc(&b));
    }
}
