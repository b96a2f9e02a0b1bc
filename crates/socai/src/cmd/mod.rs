//! What each command does.

pub mod audit;
pub mod case;
pub mod demo;
pub mod diff;
pub mod district;
pub mod issue;
pub mod kinds;
pub mod obligations;
pub mod rebuild;
pub mod replay;
pub mod report;
pub mod series;
pub mod unit;
pub mod units;
pub mod up;
pub mod ward;
