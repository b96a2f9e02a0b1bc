//! The names a ledger uses on the bus.

use socai_tlog::UnitNo;
use std::sync::Arc;

/// A ledger's token cannot stand in a subject or a stream name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{got}` cannot name a ledger on the bus: 1 to 32 letters, digits, `-` or `_` are needed")]
pub struct BadLedger {
    /// The text that was given.
    pub got: String,
}

/// Every subject, inbox and stream name of one ledger.
///
/// | name | for |
/// |---|---|
/// | `socai.<ledger>.seg.<unit>` | messages of one unit to the district |
/// | `socai.<ledger>.seg.0` | the district's own checkpoints, for whoever starts from an older copy of its log |
/// | `SOCAI_<ledger>` | the stream that holds them |
/// | `_INBOX.<ledger>.u<unit>.>` | a unit's own inbox: broker acks, and `.down` for the district's answers |
/// | `_INBOX.<ledger>.district.>` | the district's inbox |
///
/// The ledger is a token of the inbox because two ledgers may share one cluster, and a unit's number is one whole token because
/// NATS wildcards match whole tokens only: `_INBOX.<ledger>.*.down` is what the district may publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subjects {
    ledger: Arc<str>,
}

impl Subjects {
    /// The names of the ledger called `ledger`: 1 to 32 of `A–Z a–z 0–9 - _`.
    pub fn new(ledger: &str) -> Result<Subjects, BadLedger> {
        let fits = (1..=32).contains(&ledger.len())
            && ledger.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if fits { Ok(Subjects { ledger: ledger.into() }) } else { Err(BadLedger { got: ledger.to_owned() }) }
    }

    /// The ledger's token.
    pub fn ledger(&self) -> &str {
        &self.ledger
    }

    /// Where one unit publishes.
    pub fn seg(&self, unit: UnitNo) -> String {
        format!("socai.{}.seg.{unit}", self.ledger)
    }

    /// Where all units publish: what the stream listens to.
    pub fn all_segs(&self) -> String {
        format!("socai.{}.seg.*", self.ledger)
    }

    /// The unit whose subject this is; `None` when it is not a subject of this ledger.
    pub fn unit_of(&self, subject: &str) -> Option<UnitNo> {
        let token = subject.strip_prefix("socai.")?.strip_prefix(&*self.ledger)?.strip_prefix(".seg.")?;
        token.parse().ok()
    }

    /// The stream that holds the ledger's messages.
    pub fn stream(&self) -> String {
        format!("SOCAI_{}", self.ledger)
    }

    /// The inbox prefix of a unit, without the final dot.
    pub fn inbox(&self, unit: UnitNo) -> String {
        format!("_INBOX.{}.u{unit}", self.ledger)
    }

    /// Where a unit hears the district.
    pub fn down(&self, unit: UnitNo) -> String {
        format!("{}.down", self.inbox(unit))
    }

    /// Where the district may answer: the `down` subject of every unit.
    pub fn all_downs(&self) -> String {
        format!("_INBOX.{}.*.down", self.ledger)
    }

    /// The inbox prefix of the district.
    pub fn district_inbox(&self) -> String {
        format!("_INBOX.{}.district", self.ledger)
    }

    /// The inbox prefix of the administrator of the stream.
    pub fn admin_inbox(&self) -> String {
        format!("_INBOX.{}.admin", self.ledger)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_names_its_unit_and_only_in_its_own_ledger() {
        let subjects = Subjects::new("thanh-xuan").unwrap();
        assert_eq!(subjects.seg(UnitNo(17)), "socai.thanh-xuan.seg.17");
        assert_eq!(subjects.unit_of(&subjects.seg(UnitNo(17))), Some(UnitNo(17)));
        for other in [
            "socai.thanh-xuan.seg.017",
            "socai.thanh-xuan.seg.17.x",
            "socai.thanh-xuan.seg.",
            "socai.thanh-xuan.seg.-1",
            "socai.thanh-xuan.seg.4294967296",
            "socai.thanh-xuan2.seg.17",
            "socai.ba-dinh.seg.17",
            "socai.thanh-xuan.17",
        ] {
            assert_eq!(subjects.unit_of(other), None, "{other}");
        }
    }

    #[test]
    fn a_ledger_token_cannot_smuggle_subject_syntax() {
        for bad in ["", "a.b", "a b", "*", ">", "quận", "a/b", "a\nb", &"x".repeat(33)] {
            assert_eq!(Subjects::new(bad), Err(BadLedger { got: bad.to_owned() }));
        }
        assert!(Subjects::new(&"x".repeat(32)).is_ok());
    }
}
