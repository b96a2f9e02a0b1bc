//! Several tasks over the records of one log, side by side on two threads.
//!
//! Each task reads the log for itself, which is the least of what a record costs, and takes every record in order; so what it makes does not
//! depend on the threads. A thread takes a task for a few chunks of the log at a time, so whichever is free shares the work that is left.

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use anyhow::{Result, anyhow};
use socai_log::{Chunk, Reader, RecordRef, Scan};
use socai_tlog::{LeafIndex, TreeSize};

use super::manifest::Written;

/// More than two would read more of the log for each than they save.
const THREADS: usize = 2;
/// Chunks of a quarter of a megabyte that a task takes at a time, and so what a thread may have to wait for at the end.
const AT_ONCE: usize = 8;
/// Records that a task takes together: what it makes of each stays in the caches of a core.
const TOGETHER: usize = 64;

/// What is made of the records of a log.
pub trait Task: Send {
    /// Takes the next records: at most [`TOGETHER`], or none.
    ///
    /// # Errors
    /// A file cannot be written, or a record does not follow.
    fn take(&mut self, records: &[RecordRef<'_>]) -> Result<()>;

    /// Goes on after the last record, while the other tasks may still be at theirs; what was written.
    ///
    /// # Errors
    /// A file cannot be written.
    fn end(self: Box<Self>) -> Result<Vec<Written>>;
}

/// A task and how far it is.
struct Stage<'t> {
    task: Box<dyn Task + 't>,
    scan: Scan,
    chunk: Chunk,
    /// How often it was taken.
    turns: u64,
}

/// Runs the tasks over the records below a size; what they wrote. The first goes ahead of the others, for what it does at its end.
///
/// # Errors
/// The log cannot be read; the first error of a task, and then the others are given up.
pub fn run<'t>(reader: &Reader, size: TreeSize, tasks: Vec<Box<dyn Task + 't>>) -> Result<Vec<Written>> {
    let stage = |task| {
        let scan = reader.scan(LeafIndex(0), size)?;
        Ok(Some(Stage { task, scan, chunk: Chunk::default(), turns: 0 }))
    };
    let threads = THREADS.min(tasks.len());
    let stages = tasks.into_iter().map(stage).collect::<Result<_>>()?;
    let left = Left { stages: Mutex::new(stages), is_given_up: AtomicBool::new(false) };
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(|| left.work())).collect();
        let mut written = left.work();
        for other in others {
            let other = other.join().unwrap_or_else(|_| Err(anyhow!("a part of the export came to no end")));
            written = written.and_then(|written| Ok([written, other?].concat()));
        }
        written
    })
}

/// The tasks that are not done.
struct Left<'t> {
    /// None in the place of one that a thread has.
    stages: Mutex<Vec<Option<Stage<'t>>>>,
    is_given_up: AtomicBool,
}

impl<'t> Left<'t> {
    /// Takes part until there is nothing that another thread does not have; what was written.
    fn work(&self) -> Result<Vec<Written>> {
        let mut written = Vec::new();
        while let Some((place, stage)) = self.next() {
            match stage.step() {
                Ok(Step::Goes(stage)) => self.stages()[place] = Some(stage),
                Ok(Step::Ended(files)) => written.extend(files),
                Err(error) => {
                    self.is_given_up.store(true, Ordering::Relaxed);
                    return Err(error);
                }
            }
        }
        Ok(written)
    }

    /// The first of the tasks, or else the one that is least far.
    fn next(&self) -> Option<(usize, Stage<'t>)> {
        if self.is_given_up.load(Ordering::Relaxed) {
            return None;
        }
        let mut stages = self.stages();
        let free =
            stages.iter().enumerate().filter_map(|(place, stage)| Some((place, stage.as_ref()?.turns)));
        let (place, _) = free.min_by_key(|(place, turns)| (*place > 0, *turns))?;
        Some((place, stages[place].take()?))
    }

    /// Nothing is half done while it is locked.
    fn stages(&self) -> MutexGuard<'_, Vec<Option<Stage<'t>>>> {
        self.stages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a step comes to.
enum Step<'t> {
    Goes(Stage<'t>),
    Ended(Vec<Written>),
}

impl<'t> Stage<'t> {
    /// Takes some chunks, or ends the task.
    fn step(mut self) -> Result<Step<'t>> {
        self.turns += 1;
        for _ in 0..AT_ONCE {
            if !self.scan.next_into(&mut self.chunk)? {
                return self.task.end().map(Step::Ended);
            }
            let Stage { task, chunk, .. } = &mut self;
            let mut records = Vec::with_capacity(TOGETHER);
            chunk.for_each_record(|record| -> Result<()> {
                records.push(record);
                if records.len() == TOGETHER {
                    task.take(&records)?;
                    records.clear();
                }
                Ok(())
            })?;
            task.take(&records)?;
        }
        Ok(Step::Goes(self))
    }
}
