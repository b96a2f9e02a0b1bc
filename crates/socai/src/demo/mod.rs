//! The reference month, carried in the binary and played through a whole district.

pub mod check;
pub mod progress;
pub mod reference;
