//! Figures of a period at the fold's size, and who contributed to them.

mod answers;
mod asked;
mod cases;
mod cells;
mod contributions;
mod epochs;
mod figure;
mod judged;
mod late;
mod latest;
mod lunar;
mod nil;
mod passes;
mod percent;
mod ratio;
mod recount;
mod restated;
mod restated_cases;
pub mod series;
mod shares;
mod spread;
mod totals;
mod verdicts;

pub use asked::{Asked, Pick, Picked, Window};
pub(crate) use cases::JudgedRow;
pub use contributions::{Contribution, Contributions, Listed};
pub use epochs::Boundary;
pub use figure::{Compared, Disagreement, Figure, Part, SamePeriod, SlicePart, WardPart, figures};
pub use late::Lateness;
pub use nil::Nil;
pub use passes::Passes;
pub use percent::percent;
pub use ratio::Fraction;
pub use recount::{Kept, Recount};
pub use restated::{Cause, Comparison, Restatement, Why};
pub use spread::{Spread, spreads};
