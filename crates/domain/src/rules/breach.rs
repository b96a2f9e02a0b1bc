//! One broken rule, in words for the officer and codes for programs.

/// A rule that an event breaks: the record stays in the log, the fold rejects it, the ward does not seal it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// Path of the field in the JSON form: `data.lines.0.amount`, `occurred_on`.
    pub field: String,
    /// Short stable code: `sum_differs`, `unknown_unit`.
    pub code: &'static str,
    /// What is wrong and what to do, in Vietnamese.
    pub message_vi: String,
    /// The same in English.
    pub message_en: String,
    /// Law, decree or working rule it comes from; empty for the shape of the data itself.
    pub source: &'static str,
}

impl std::fmt::Display for Breach {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {} [{}]", self.field, self.message_en, self.code)
    }
}

/// Breaches as a check finds them, in the order of the fields.
#[derive(Debug, Default)]
pub(crate) struct Breaches(Vec<Breach>);

impl Breaches {
    /// Notes one breach; the texts are only built when there is one.
    #[cold]
    pub fn add(
        &mut self,
        field: impl Into<String>,
        code: &'static str,
        message_vi: impl Into<String>,
        message_en: impl Into<String>,
    ) -> &mut Breach {
        let index = self.0.len();
        self.0.push(Breach {
            field: field.into(),
            code,
            message_vi: message_vi.into(),
            message_en: message_en.into(),
            source: "",
        });
        &mut self.0[index]
    }

    pub fn into_vec(self) -> Vec<Breach> {
        self.0
    }
}

impl Breach {
    /// States where the rule comes from.
    pub(crate) fn by(&mut self, source: &'static str) {
        self.source = source;
    }
}
