//! Serving a log at an address until told to stop.

use std::{io, net::SocketAddr, path::Path};

use socai_log::{LogError, Reader};
use tokio_util::sync::CancellationToken;

use super::log_router;
use crate::serving::{Served, listen};

/// A log that answers until it is told to stop.
#[derive(Debug)]
pub struct LogHttp(Served);

/// Why a log does not answer.
#[derive(Debug, thiserror::Error)]
pub enum LogHttpError {
    /// The address cannot be listened at.
    #[error("--http {address}: {cause}; name a free address of this machine such as 127.0.0.1:8800")]
    Listen {
        /// What was asked for.
        address: String,
        /// What the system said.
        cause: io::Error,
    },
    /// There is no log.
    #[error(transparent)]
    Log(#[from] LogError),
}

/// Answers for the log in `log` at `address` until `stop`; `cosigned` is the file with the newest cosigned checkpoint, which may be missing;
/// `mirrors` is the token of those who may read its files, facts and annexes.
///
/// # Errors
/// There is no log there, or the address is taken or not ours.
pub async fn serve_log(
    log: &Path,
    cosigned: &Path,
    address: &str,
    mirrors: Option<&str>,
    stop: CancellationToken,
) -> Result<LogHttp, LogHttpError> {
    let app = log_router(Reader::open(log)?, cosigned, mirrors);
    let unusable = |cause| LogHttpError::Listen { address: address.to_owned(), cause };
    Ok(LogHttp(Served::start(listen(address).await.map_err(unusable)?, app, stop)))
}

impl LogHttp {
    /// Where it answers.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.0.address
    }

    /// Stops; answers under way may end, ten seconds at most.
    pub async fn stop(self) {
        self.0.stop().await;
    }
}
