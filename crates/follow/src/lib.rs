//! socai-follow
