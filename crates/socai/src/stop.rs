//! Ctrl-C and SIGTERM for commands without a runtime: asked between two steps, or waited for in place of a sleep.

use std::{
    cell::Cell,
    process,
    sync::mpsc::{self, Receiver, RecvTimeoutError, TryRecvError},
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result};
use tokio::runtime::{Builder, Runtime};

use crate::signals::Signals;

/// What a shell expects of a program that Ctrl-C ended.
pub const INTERRUPTED: u8 = 130;

/// Ends the process at the first Ctrl-C or SIGTERM, once what has to go before it has run, on a thread of its own.
///
/// # Errors
/// As for [`Stop::listen`].
pub fn end_after(last: impl FnOnce() + Send + 'static) -> Result<()> {
    let (runtime, mut signals) = listening()?;
    let ending = move || {
        runtime.block_on(signals.asked_to_stop());
        last();
        process::exit(INTERRUPTED.into());
    };
    thread::Builder::new().name("signals".to_owned()).spawn(ending).context("a thread for signals")?;
    Ok(())
}

fn listening() -> Result<(Runtime, Signals)> {
    let runtime = Builder::new_current_thread().enable_all().build().context("a runtime for signals")?;
    let signals = {
        let _inside = runtime.enter();
        Signals::listen()?
    };
    Ok((runtime, signals))
}

/// Whether the process was asked to stop.
pub struct Stop {
    signal: Receiver<()>,
    was_asked: Cell<bool>,
}

impl Stop {
    /// Listens from now on. Who asks twice does not want to wait: the second signal ends the process where it is.
    ///
    /// # Errors
    /// The system gives no thread, or lets nobody listen.
    pub fn listen() -> Result<Stop> {
        let (runtime, mut signals) = listening()?;
        let (tell, signal) = mpsc::sync_channel(1);
        let listening = move || {
            runtime.block_on(async {
                signals.asked_to_stop().await;
                let _ = tell.try_send(()); // whoever waited has gone: the process is ending
                signals.asked_to_stop().await;
            });
            process::exit(INTERRUPTED.into());
        };
        thread::Builder::new().name("signals".to_owned()).spawn(listening).context("a thread for signals")?;
        Ok(Stop { signal, was_asked: Cell::new(false) })
    }

    /// Whether it was asked to stop.
    pub fn is_asked(&self) -> bool {
        if !self.was_asked.get() {
            self.was_asked.set(self.signal.try_recv() != Err(TryRecvError::Empty));
        }
        self.was_asked.get()
    }

    /// Waits; whether it was asked to stop meanwhile.
    pub fn wait(&self, time: Duration) -> bool {
        if !self.is_asked() {
            self.was_asked.set(self.signal.recv_timeout(time) != Err(RecvTimeoutError::Timeout));
        }
        self.was_asked.get()
    }
}
