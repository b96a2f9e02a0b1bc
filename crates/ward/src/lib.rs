//! ward
mod config;
mod dir;
mod entropy;
mod ids;
mod keys;
mod lock;
pub mod publisher;
mod rotation;
mod trust;
pub use trust::Trust;
