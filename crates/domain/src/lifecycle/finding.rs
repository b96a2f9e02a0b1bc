//! Something in a case that an official should look at.

use std::fmt;

use socai_tlog::EventName;

use crate::{CivilDate, Dong};

/// A breach of law, a contradiction, or a fact that is still missing. The facts it is about stay what they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Short stable code: `decision_late`.
    pub code: &'static str,
    /// What is found, in Vietnamese.
    pub message_vi: String,
    /// The same in English.
    pub message_en: String,
    /// Article of the row it is judged by; empty for a contradiction between facts.
    pub source: String,
    /// The facts it is about.
    pub facts: Vec<EventName>,
    /// How much it is about, where it is about money or days.
    pub extent: Extent,
}

/// The money and days of a finding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// What is owed, too much, or decided.
    pub amount: Option<Dong>,
    /// Interest on it up to the asking date.
    pub interest: Option<Dong>,
    /// Days past a term; working days where the term is in working days.
    pub days: Option<i64>,
}

impl Finding {
    pub(super) fn new(
        code: &'static str,
        facts: Vec<EventName>,
        message_vi: impl Into<String>,
        message_en: impl Into<String>,
    ) -> Finding {
        let (message_vi, message_en) = (message_vi.into(), message_en.into());
        Finding { code, message_vi, message_en, source: String::new(), facts, extent: Extent::default() }
    }

    /// States the money.
    pub(super) fn of(mut self, amount: Dong) -> Finding {
        self.extent.amount = Some(amount);
        self
    }

    /// States the interest.
    pub(super) fn with_interest(mut self, interest: Dong) -> Finding {
        self.extent.interest = Some(interest);
        self
    }

    /// States the days past a term.
    pub(super) fn late_by(mut self, days: i64) -> Finding {
        self.extent.days = Some(days);
        self
    }

    /// Cites the row of law.
    pub(super) fn by(mut self, source: &str) -> Finding {
        source.clone_into(&mut self.source);
        self
    }
}

/// A day as Vietnamese readers write it: `08/02/2023`.
pub fn day(date: CivilDate) -> String {
    format!("{:02}/{:02}/{}", date.day(), date.month(), date.year())
}

/// An amount in a sentence, thousands apart.
pub fn money(amount: Dong) -> impl fmt::Display {
    Grouped(amount)
}

/// As Vietnamese readers write it, `2.500.000`; as English ones do, `2,500,000`, with `#`.
struct Grouped(Dong);

impl fmt::Display for Grouped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (digits, apart) = (self.0.0.unsigned_abs().to_string(), if f.alternate() { "," } else { "." });
        f.write_str(if self.0.is_negative() { "-" } else { "" })?;
        for (at, digit) in digits.chars().enumerate() {
            let starts_group = at > 0 && (digits.len() - at).is_multiple_of(3);
            write!(f, "{}{digit}", if starts_group { apart } else { "" })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped_by_thousands_as_each_language_does() {
        for (amount, vi, en) in [
            (0, "0", "0"),
            (999, "999", "999"),
            (1_000, "1.000", "1,000"),
            (-2_500_000, "-2.500.000", "-2,500,000"),
            (75_000_000, "75.000.000", "75,000,000"),
        ] {
            let text = money(Dong(amount));
            assert_eq!((format!("{text}"), format!("{text:#}")), (vi.to_owned(), en.to_owned()));
        }
    }
}
