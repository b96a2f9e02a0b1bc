//! Something in a case that an official should look at.

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

/// An amount in both languages' form, thousands apart: `2 500 000`.
pub fn money(amount: Dong) -> String {
    let digits = amount.0.unsigned_abs().to_string();
    let mut text = String::from(if amount.is_negative() { "-" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped_by_thousands() {
        for (amount, text) in
            [(0, "0"), (999, "999"), (1_000, "1 000"), (-2_500_000, "-2 500 000"), (75_000_000, "75 000 000")]
        {
            assert_eq!(money(Dong(amount)), text);
        }
    }
}
