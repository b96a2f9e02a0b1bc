//! Failures of a service that may be gone when it is started again.

use std::{fmt, process::ExitCode};

/// Why a service ended although nothing of its own is wrong: another command has its directory just now, or a part of it broke. A service
/// manager should start it again, which it should not after settings that must be mended.
#[derive(Debug)]
pub struct Later(pub anyhow::Error);

impl fmt::Display for Later {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:#}", self.0)
    }
}

impl std::error::Error for Later {}

impl Later {
    /// `EX_TEMPFAIL` of `sysexits.h`.
    const CODE: u8 = 75;

    /// The exit code of a failure, if it is one of these.
    pub fn code_of(error: &anyhow::Error) -> Option<ExitCode> {
        error.is::<Later>().then(|| ExitCode::from(Later::CODE))
    }
}
