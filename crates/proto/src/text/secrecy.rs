//! State secrets never enter the ledger: their marks are recognised and refused.

/// Whether a text carries the mark of a state secret (Law 29/2018/QH14 art. 8: mật, tối mật, tuyệt mật), as a stamp does: alone, in
/// brackets, or one of the two higher grades anywhere. "Bảo mật" and "mật ong" are no marks.
#[must_use]
pub fn is_marked_secret(text: &str) -> bool {
    // Without this letter there is no mark, and nearly no text has it.
    if !text.contains(['ậ', 'Ậ']) {
        return false;
    }
    let text = text.to_lowercase();
    let alone = text.trim_matches(|c: char| !c.is_alphanumeric());
    matches!(alone, "mật" | "độ mật")
        || ["tối mật", "tuyệt mật", "(mật)", "[mật]", "độ mật:"].iter().any(|mark| text.contains(mark))
}

/// Whether somebody tries to state one of the secret grades as an access level, in any writing.
pub(crate) fn is_secret_level(level: &str) -> bool {
    let plain: String = level.to_lowercase().chars().filter(|c| c.is_alphabetic()).collect();
    matches!(
        plain.as_str(),
        "mật"
            | "tốimật"
            | "tuyệtmật"
            | "mat"
            | "toimat"
            | "tuyetmat"
            | "secret"
            | "topsecret"
            | "confidential"
            | "classified"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_secrecy_are_seen_and_honey_is_not() {
        for text in ["MẬT", "(Mật)", "Công văn (MẬT) số 5", "độ mật: cao", "Tài liệu TUYỆT MẬT", "tối mật"]
        {
            assert!(is_marked_secret(text), "{text}");
        }
        for text in
            ["mật ong rừng", "Công tác bảo mật", "mật độ dân số", "bí mật nhà nước", "thân mật", "mat"]
        {
            assert!(!is_marked_secret(text), "{text}");
        }
        assert!(["mat", "Mật", "TOP SECRET", "tuyet_mat", "tối-mật"].into_iter().all(is_secret_level));
        assert!(!["public", "restricted", "han_che"].into_iter().any(is_secret_level));
    }
}
