//! What a comparison of two sizes says of a figure: its two values, and the facts that are why.

use socai_domain::tables::Indicator;
use socai_tlog::EventName;

use super::figure::Disagreement;
use crate::verdict::FoldError;

/// A figure that is known differently, or the same by other facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restatement {
    /// The row that defines it now.
    pub row: Indicator,
    /// The value at the earlier size, as its report printed it when there is one; none when nothing could be said then.
    pub before: Option<i128>,
    /// The value at the later size; none when nothing can be said.
    pub after: Option<i128>,
    /// Why, in leaf order of the facts that changed.
    pub causes: Vec<Cause>,
}

/// One reason why a figure is known differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// What happened.
    pub why: Why,
    /// The fact that counts otherwise.
    pub event: EventName,
    /// The record that made it so: the amendment, the succession, the fact itself.
    pub by: EventName,
    /// The aggregator's answer that let an amendment count after closing.
    pub acknowledged: Option<EventName>,
    /// What the fact added to the figure before; 0 for distinct counts and for facts that did not count.
    pub before: i128,
    /// What it adds now.
    pub after: i128,
}

/// What happened to a fact between two sizes of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// It was recorded since; its unit had not closed its period.
    Recorded,
    /// It came after its unit had closed its period.
    Late,
    /// Fields were put right.
    Corrected,
    /// It was taken out.
    Voided,
    /// A correction or void of it no longer counts.
    Restored,
    /// Units were registered or succeeded each other.
    Boundary,
    /// The indicator is defined otherwise.
    Rules,
    /// The report printed another value than the ledger gives at its cut-off.
    Printed,
}

/// Why nothing can be compared.
#[derive(Debug, thiserror::Error)]
pub enum NotCompared {
    /// Records are missing, or out of order.
    #[error(transparent)]
    Pass(#[from] FoldError),
    /// Figures that do not agree with their own facts.
    #[error(transparent)]
    Disagreement(#[from] Disagreement),
}
