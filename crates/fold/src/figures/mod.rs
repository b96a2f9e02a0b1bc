//! Figures of a period at the fold's size, and who contributed to them.

mod asked;
mod contributions;
mod epochs;
mod figure;
mod late;
mod lunar;
mod nil;
mod percent;
mod restated;
pub mod series;
mod spread;
mod totals;

pub use asked::{Asked, Pick, Picked, Window};
pub use contributions::{Contribution, Contributions};
pub use epochs::Boundary;
pub use figure::{Compared, Disagreement, Figure, Part, SamePeriod, SlicePart, WardPart, figures};
pub use late::Lateness;
pub use nil::Nil;
pub use percent::percent;
pub use restated::{Cause, Comparison, Restatement, Why};
pub use spread::{Spread, spreads};
