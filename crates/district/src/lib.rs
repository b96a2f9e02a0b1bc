//! socai-district
