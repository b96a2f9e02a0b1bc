//! Whole-system scenarios: one program, so that it links once and its tests share the cores.
#![allow(missing_docs)] // names of tests are sentences

mod crashes;
mod month;
