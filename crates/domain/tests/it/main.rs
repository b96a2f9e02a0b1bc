//! Everything about the domain, in one program: its parts share the cores, and it links once.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

#[path = "../common/mod.rs"]
mod common;
#[path = "../given/mod.rs"]
mod given;

mod corrections;
mod dates;
mod epochs;
mod findings_table;
mod holidays;
mod identities;
mod law;
mod lifecycle_clearance;
mod lifecycle_conscription;
mod lifecycle_debt;
mod lifecycle_directive;
mod lifecycle_dossier;
mod lifecycle_gift;
mod lifecycle_housing;
mod lifecycle_interest;
mod lifecycle_order;
mod lifecycle_penalty;
mod lifecycle_penalty_law;
mod lifecycle_petition;
mod lifecycle_project;
mod money;
mod periods;
mod registry;
mod rules;
mod rules_of_cases;
mod tables;
mod texts;
