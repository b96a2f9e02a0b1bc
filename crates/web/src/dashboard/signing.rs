//! What a dashboard asks of whoever holds the operator's key. It holds none itself.

use std::{fmt, future::Future, pin::Pin};

use socai_proto::v1;
use socai_tlog::EventName;

/// What is to be sealed and recorded as the operator's.
#[derive(Clone, Debug, PartialEq)]
pub enum ToSign {
    /// A report leaves the house.
    Report(v1::ReportIssued),
    /// The operator closes a period with texts for sections of its report, by section.
    Texts(v1::PeriodClosed, Vec<(String, String)>),
}

/// Why nothing was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotSigned {
    /// Whoever holds the key does not run now; the same may be asked again.
    Away,
    /// It breaks a rule, in words.
    Refused(String),
    /// It is not known whether it was recorded: look before asking again.
    Unknown,
    /// The system failed, in words for the program's log.
    Failed(String),
}

impl fmt::Display for NotSigned {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotSigned::Away => out.write_str("the district does not run now"),
            NotSigned::Unknown => out.write_str("the district ended before it answered"),
            NotSigned::Refused(why) | NotSigned::Failed(why) => out.write_str(why),
        }
    }
}

/// The name of the record, once it is committed.
pub type Signed<'a> = Pin<Box<dyn Future<Output = Result<EventName, NotSigned>> + Send + 'a>>;

/// Whoever holds the operator's key: the district that runs in the same process.
pub trait Signing: Send + Sync + 'static {
    /// Seals and records it.
    ///
    /// # Errors
    /// See [`NotSigned`].
    fn sign(&self, what: ToSign) -> Signed<'_>;
}
