//! socai-log
