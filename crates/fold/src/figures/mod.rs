//! Figures of a period at the fold's size, and who contributed to them.

mod answers;
mod asked;
mod cases;
mod contributions;
mod epochs;
mod figure;
mod judged;
mod late;
mod latest;
mod lunar;
mod nil;
mod percent;
mod ratio;
mod restated;
