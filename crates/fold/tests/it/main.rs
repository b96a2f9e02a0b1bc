//! Everything about folds, in one program: its parts share the cores, and it links once.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

#[path = "../common/mod.rs"]
mod common;

mod cases;
mod corrections;
mod figures;
mod findings_books;
mod findings_cases;
mod findings_debts;
mod findings_documents;
mod findings_numbers;
mod findings_other_cases;
mod findings_sums;
mod findings_units;
mod findings_visits;
mod findings_vouchers;
mod findings_witnessed;
mod fiscal_years;
mod holidays;
mod interleavings;
mod kinds;
mod law;
mod measures;
mod obligations;
mod occasions;
mod passes;
mod pending;
mod periods;
mod prepared;
mod recount;
mod reference_cases;
mod reference_findings;
mod reference_month;
mod rejections;
mod replay;
mod restated;
mod scopes;
mod series;
mod spread;
mod stretches;
