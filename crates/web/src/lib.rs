//! socai-web
