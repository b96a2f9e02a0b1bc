//! What each command does.

pub mod annex;
pub mod audit;
pub mod case;
pub mod demo;
pub mod diff;
pub mod district;
pub mod drill;
pub mod export;
pub mod findings;
pub mod issue;
pub mod kinds;
pub mod mirror;
pub mod obligations;
pub mod pending;
pub mod proof;
pub mod rebuild;
pub mod replay;
pub mod report;
pub mod series;
pub mod serve;
pub mod simulate;
pub mod unit;
pub mod units;
pub mod up;
pub mod ward;
pub mod watch;
