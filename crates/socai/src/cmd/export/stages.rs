//! Several tasks over the records of one log, side by side on two threads.
//!
//! Each task reads the log for itself, which is the least of what a record costs, and takes every record in order; so what it makes does not
//! depend on the threads. A thread takes a task for a few chunks of the log at a time, so whichever is free shares the work that is left, and so it
//! does with the files that tasks leave to be closed.

use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    thread,
};

use anyhow::{Result, anyhow};
use socai_log::{Chunk, Reader, RecordRef, Scan};
use socai_tlog::{LeafIndex, TreeSize};

use super::{
    manifest::Written,
    tables::{Closing, Ending},
};

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

    /// Goes on after the last record, while the other tasks may still be at theirs.
    ///
    /// # Errors
    /// A file cannot be written.
    fn end(self: Box<Self>) -> Result<Ending>;
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
    let stages = tasks.into_iter().map(stage).collect::<Result<_>>()?;
    let left = Left { work: Mutex::new(Work { stages, ..Work::default() }), changed: Condvar::new() };
    thread::scope(|scope| {
        let others: Vec<_> = (1..THREADS).map(|_| scope.spawn(|| left.work())).collect();
        let mut written = left.work();
        for other in others {
            let other = other.join().unwrap_or_else(|_| Err(anyhow!("a part of the export came to no end")));
            written = written.and_then(|written| Ok([written, other?].concat()));
        }
        written
    })
}

/// The work that is not done.
struct Left<'t> {
    work: Mutex<Work<'t>>,
    /// There may be something to take, or nothing will come any more.
    changed: Condvar,
}

#[derive(Default)]
struct Work<'t> {
    /// None in the place of one that a thread has, or that has ended.
    stages: Vec<Option<Stage<'t>>>,
    /// How many of them threads have.
    taken: usize,
    closings: Vec<Closing>,
    is_given_up: bool,
}

/// What a thread takes.
enum Turn<'t> {
    /// The task at a place.
    Task(usize, Box<Stage<'t>>),
    Closing(Closing),
}

/// Gives up when its thread panics, so that nobody waits for what it has.
struct OrGiveUp<'l, 't>(&'l Left<'t>);

impl Drop for OrGiveUp<'_, '_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.give_up();
        }
    }
}

impl<'t> Left<'t> {
    /// Takes part until nothing is left and nothing will come; what was written.
    fn work(&self) -> Result<Vec<Written>> {
        let _guard = OrGiveUp(self);
        let mut written = Vec::new();
        while let Some(turn) = self.next() {
            if let Err(error) = self.take(turn, &mut written) {
                self.give_up();
                return Err(error);
            }
        }
        Ok(written)
    }

    fn take(&self, turn: Turn<'t>, written: &mut Vec<Written>) -> Result<()> {
        let (place, stage) = match turn {
            Turn::Task(place, stage) => (place, stage),
            Turn::Closing(close) => {
                written.push(close()?);
                return Ok(());
            }
        };
        let step = stage.step()?;
        let mut left = self.left();
        left.taken -= 1;
        match step {
            Step::Goes(stage) => left.stages[place] = Some(stage),
            Step::Ended(ending) => {
                written.extend(ending.written);
                left.closings.extend(ending.open);
            }
        }
        self.changed.notify_all();
        Ok(())
    }

    /// The next turn, as soon as there is one; none when there will be no other.
    fn next(&self) -> Option<Turn<'t>> {
        let mut left = self.left();
        loop {
            if left.is_given_up {
                return None;
            }
            let turn = left.next();
            if turn.is_some() || left.taken == 0 {
                return turn;
            }
            left = self.changed.wait(left).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn give_up(&self) {
        self.left().is_given_up = true;
        self.changed.notify_all();
    }

    /// Nothing is half done while it is locked.
    fn left(&self) -> MutexGuard<'_, Work<'t>> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'t> Work<'t> {
    /// The first of the tasks, or else the one that is least far; a file to be closed when there is none.
    fn next(&mut self) -> Option<Turn<'t>> {
        let free =
            self.stages.iter().enumerate().filter_map(|(place, stage)| Some((place, stage.as_ref()?.turns)));
        let Some((place, _)) = free.min_by_key(|(place, turns)| (*place > 0, *turns)) else {
            return self.closings.pop().map(Turn::Closing);
        };
        let stage = self.stages[place].take()?;
        self.taken += 1;
        Some(Turn::Task(place, Box::new(stage)))
    }
}

/// What a step comes to.
enum Step<'t> {
    Goes(Stage<'t>),
    Ended(Ending),
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

#[cfg(test)]
mod tests {
    use socai_tlog::Digest;

    use super::*;

    fn file(name: &str) -> Written {
        Written { name: name.to_owned(), lines: 1, bytes: 1, digest: Digest([0; 32]) }
    }

    fn left(closings: Vec<Closing>) -> Left<'static> {
        Left { work: Mutex::new(Work { closings, ..Work::default() }), changed: Condvar::new() }
    }

    #[test]
    fn files_that_tasks_leave_are_closed_by_whoever_has_time_and_an_error_ends_it() {
        let closing = |name: &'static str| -> Closing { Box::new(move || Ok(file(name))) };
        let two = left(vec![closing("a"), closing("b")]);
        let mut names: Vec<_> = two.work().unwrap().into_iter().map(|file| file.name).collect();
        names.sort();
        assert_eq!(names, ["a", "b"]);
        // the last is taken first
        let broken = left(vec![closing("a"), Box::new(|| Err(anyhow!("no room")))]);
        assert_eq!(broken.work().unwrap_err().to_string(), "no room");
        assert!(broken.left().is_given_up && broken.work().unwrap().is_empty());
    }

    #[test]
    fn nobody_waits_for_a_thread_that_panicked() {
        let left = left(vec![Box::new(|| std::panic::resume_unwind(Box::new("broken")))]);
        left.left().taken = 1;
        thread::scope(|scope| {
            let other = scope.spawn(|| left.work());
            assert!(other.join().is_err());
            assert!(left.work().unwrap().is_empty(), "the task that was taken does not come back");
        });
    }
}
