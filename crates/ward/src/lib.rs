//! socai-ward
