//! What may stand in the facts, and how texts are compared and ordered.

use socai_domain::text::{BadText, check, to_nfc};
use socai_domain::{collate::sort_key, search::bare_key, search::search_key};

#[test]
fn vietnamese_text_in_nfc_passes() {
    for text in ["", "Phường Hạ Đình", "TTĐT, TTATGT", "“Đề án 06”, tầm nhìn 2030 - 100%", "m²", "1 000 ₫"]
    {
        assert_eq!(check(text, 200), Ok(()), "{text}");
    }
}

#[test]
fn decomposed_text_is_refused_and_its_nfc_passes() {
    let decomposed = "Ha\u{323} Đi\u{300}nh";
    assert_eq!(check(decomposed, 200), Err(BadText::NotNfc));
    assert_eq!(check(&to_nfc(decomposed), 200), Ok(()));
    assert_eq!(to_nfc(decomposed), "Hạ Đình");
}

#[test]
fn controls_and_invisible_characters_are_refused_where_they_stand() {
    for (text, at) in [
        ("a\u{0}b", 1),
        ("tab\there", 3),
        ("line\nline", 4),
        ("Hạ\u{200B}Đình", 5 - 1),
        ("\u{202E}abc", 0),
        ("đ\u{FEFF}", 2),
        ("x\u{7F}", 1),
        ("số\u{FFFD}", 4),
        ("ă\u{85}", 2),
    ] {
        assert!(
            matches!(check(text, 200), Err(BadText::Character { at: found, .. }) if found == at),
            "{text:?}"
        );
    }
}

#[test]
fn length_counts_characters_and_padding_is_refused() {
    assert_eq!(check("đđđđ", 4), Ok(()));
    assert_eq!(check("đđđđđ", 4), Err(BadText::TooLong { got: 5, max: 4 }));
    assert_eq!(check(" a", 4), Err(BadText::Padded));
    assert_eq!(check("đ\u{A0}", 4), Err(BadText::Padded));
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
