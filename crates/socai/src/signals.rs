//! SIGTERM and Ctrl-C: finish what is begun, then stop.

use anyhow::{Context as _, Result};
use tokio::runtime::{Builder, Runtime};

/// The runtime of services and of the demo.
///
/// # Errors
/// The system gives no threads.
pub fn runtime() -> Result<Runtime> {
    Builder::new_multi_thread().enable_all().build().context("a runtime")
}

/// Resolves when the process is asked to stop.
pub async fn asked_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminated) => {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
        }
        // without SIGTERM there is still Ctrl-C
        Err(_) => drop(interrupted.await),
    }
}
