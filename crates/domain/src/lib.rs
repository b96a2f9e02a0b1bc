//! socai-domain
