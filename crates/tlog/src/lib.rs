//! socai-tlog
