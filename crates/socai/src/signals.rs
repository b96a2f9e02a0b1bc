//! SIGTERM and Ctrl-C: finish what is begun, then stop. SIGXFSZ: an error as others are.

use anyhow::{Context as _, Result};
use tokio::{
    runtime::{Builder, Runtime},
    signal::unix::{Signal, SignalKind, signal},
};

/// The runtime of services and of the demo.
///
/// # Errors
/// The system gives no threads.
pub fn runtime() -> Result<Runtime> {
    Builder::new_multi_thread().enable_all().build().context("a runtime")
}

/// SIGXFSZ, the same number on Linux and macOS.
const FILE_TOO_LARGE: i32 = 25;

/// From now on a file that grows past the limit of the user (`ulimit -f`) is an error of the write, which is told and cleaned up after; the signal would
/// end the process without a word.
///
/// # Errors
/// The system lets nobody listen.
pub fn survive_large_files() -> Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build().context("a runtime for signals")?;
    let _inside = runtime.enter();
    // that somebody listens is enough, and stays so for the life of the process
    signal(SignalKind::from_raw(FILE_TOO_LARGE)).map(drop).context("listening for signals")
}

/// What the process is asked from the moment on that this is made. A service makes it before it does or says anything: a signal that comes between
/// two of its steps waits for [`Signals::asked_to_stop`], where it would else end the process on the spot or be lost.
pub struct Signals {
    interrupted: Signal,
    terminated: Signal,
}

impl Signals {
    /// Listens from now on, by the runtime that this is called in.
    ///
    /// # Errors
    /// The system lets nobody listen.
    pub fn listen() -> Result<Signals> {
        let listen = |kind| signal(kind).context("listening for signals");
        Ok(Signals {
            interrupted: listen(SignalKind::interrupt())?,
            terminated: listen(SignalKind::terminate())?,
        })
    }

    /// Resolves when the process is asked to stop, or was since the last time; may be cancelled without loss.
    pub async fn asked_to_stop(&mut self) {
        tokio::select! {
            _ = self.interrupted.recv() => {}
            _ = self.terminated.recv() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{process, time::Duration};

    use super::*;

    #[tokio::test]
    async fn a_signal_that_comes_between_two_questions_is_not_lost() {
        let (mut signals, mut told) = (Signals::listen().unwrap(), Signals::listen().unwrap());
        for name in ["TERM", "INT"] {
            // asked, and given up for something else
            let asked = tokio::time::timeout(Duration::ZERO, signals.asked_to_stop()).await;
            assert!(asked.is_err(), "nobody asks yet");
            let kill = process::Command::new("kill").args(["-s", name, &process::id().to_string()]).status();
            assert!(kill.unwrap().success());
            told.asked_to_stop().await;
            let asked = tokio::time::timeout(Duration::from_secs(60), signals.asked_to_stop()).await;
            assert!(asked.is_ok(), "{name} is lost");
        }
    }
}
