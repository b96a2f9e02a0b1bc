//! How texts are compared.

use socai_domain::search::{bare_key, search_key};

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

proptest::proptest! {
    #[test]
    fn a_search_key_is_its_own_search_key(text in "\\PC{0,30}") {
        let key = search_key(&text);
        proptest::prop_assert_eq!(search_key(&key), key);
    }
}
