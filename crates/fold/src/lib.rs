//! socai-fold
