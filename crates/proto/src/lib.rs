//! The long-lived contracts of `proto/`, as Rust types, as static tables and as descriptors.
//!
//! In scope: the types of facts, annex and bus messages; the kind table; the JSON form both ways; the rules that the options of the
//! `.proto` state about one record ([`validate`] in words, [`view::Event::fill_obeying`] as the yes or no of replay); corrections ([`patch()`]); the
//! catalogue. Out of scope: whatever needs a registry, a calendar, another record (`socai-domain`), and the byte formats around the
//! facts (`socai-tlog`).
//!
//! Pure: no I/O, clock, randomness, async or logging. A kind is added by writing its message with its options, its line in the oneof of
//! `event.proto` and its example in `proto/vectors/facts/`; everything here follows from them.

pub mod catalogue;
mod check;
pub mod date;
mod error;
mod fields;
pub mod json;
mod kinds;
mod obeys;
mod patch;
pub mod record_name;
pub mod schema;
mod suggest;
pub mod text;
pub mod view;
mod wire;

pub use check::{MAX_FACTS, validate, validate_annex, validate_facts, validate_facts_and_texts};
pub use error::{Code, FieldError};
pub use fields::{Fields, payload, payload_tag};
pub use kinds::{DESCRIPTORS, descriptor_pool, kind, kind_by_tag, kind_of, kinds};
pub use patch::{patch, patched_facts};
pub use schema::{KindInfo, Label, Lang};
pub use suggest::nearest;

/// Types generated from `proto/socai/v1/`.
#[allow(missing_docs)] // the .proto comments are the documentation; oneof variants have none of their own
pub mod v1 {
    include!(concat!(env!("OUT_DIR"), "/socai.v1.rs"));
}
