//! What is said, in both languages.

/// A sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) vi: String,
    pub(crate) en: String,
}

impl Said {
    pub(crate) fn new(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Said { vi: vi.into(), en: en.into() }
    }

    /// What has no words of its own.
    pub(crate) fn same(text: impl ToString) -> Self {
        let en = text.to_string();
        Said { vi: en.clone(), en }
    }
}
