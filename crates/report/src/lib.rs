//! socai-report
