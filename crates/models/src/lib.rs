//! socai-models
