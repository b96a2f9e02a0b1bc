//! socai-proto: the long-lived contracts of `proto/`, as Rust types and as descriptors.

mod fields;
pub mod view;

pub use fields::{Fields, payload, payload_tag};

/// Types generated from `proto/socai/v1/`.
#[allow(missing_docs)] // the .proto comments are the documentation; oneof variants have none of their own
pub mod v1 {
    include!(concat!(env!("OUT_DIR"), "/socai.v1.rs"));
}
