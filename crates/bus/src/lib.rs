//! socai-bus
