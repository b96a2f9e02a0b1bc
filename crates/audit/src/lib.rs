//! socai-audit
