//! Everything about reports, in one program: its parts share the cores, and it links once.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

#[path = "../common/mod.rs"]
mod common;

mod adopted;
mod changes;
mod docx;
mod format;
mod html;
mod json;
mod measures;
mod month;
mod published;
mod rules;
mod series;
mod template;
mod text;
mod titles;
mod xlsx;
mod zeros;
