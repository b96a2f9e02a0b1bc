//! socai-proto
