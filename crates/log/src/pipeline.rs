//! The writer's second thread, which writes and syncs one batch while the next is built.
//!
//! At most one batch is with it, so no byte of a batch is written before the batch before was synced: recovery
//! relies on that to tell a torn write from damage.

use std::{
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread::JoinHandle,
};

use crate::{
    error::LogError,
    store::{Batch, Outcome, Store},
};

/// The thread and the two ways to it. Dropping it waits for the batch under way.
pub(crate) struct Pipeline {
    batches: Option<SyncSender<Batch>>,
    done: Receiver<(Batch, Outcome)>,
    thread: Option<JoinHandle<()>>,
}

impl Pipeline {
    pub(crate) fn start(mut store: Store) -> Result<Self, LogError> {
        let (batches, incoming) = sync_channel::<Batch>(1);
        let (outgoing, done) = sync_channel(1);
        let dir = store.dir.clone();
        let run = move || {
            while let Ok(batch) = incoming.recv() {
                let outcome = store.commit(&batch);
                if outgoing.send((batch, outcome)).is_err() {
                    break;
                }
            }
        };
        let thread =
            std::thread::Builder::new().name("log-writer".to_owned()).spawn(run).map_err(|source| {
                LogError::Io {
                    action: "start the thread that writes",
                    path: dir,
                    offset: None,
                    source: source.into(),
                }
            })?;
        Ok(Pipeline { batches: Some(batches), done, thread: Some(thread) })
    }

    /// Hands over a batch. The caller takes the one before back first.
    pub(crate) fn begin(&self, batch: Batch) -> Result<(), LogError> {
        let sent = self.batches.as_ref().is_some_and(|batches| batches.send(batch).is_ok());
        if sent { Ok(()) } else { Err(STOPPED) }
    }

    /// Waits for the batch that was handed over.
    pub(crate) fn finish(&self) -> Result<(Batch, Outcome), LogError> {
        self.done.recv().map_err(|_| STOPPED)
    }
}

/// Only a panic in the thread ends it before the pipeline is dropped.
const STOPPED: LogError = LogError::Misuse("the thread that writes the log has ended: open the log again");

impl Drop for Pipeline {
    fn drop(&mut self) {
        self.batches = None;
        if let Some(thread) = self.thread.take() {
            // a panic in it was already reported as STOPPED
            let _ = thread.join();
        }
    }
}
