//! The program as a service: a child process with its log in a file, to be killed at any moment.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use crate::{command::clip, wait};

/// A running child. Dropped, it is killed; should this process die, it is killed as well.
#[derive(Debug)]
pub struct Service {
    name: String,
    child: Child,
    /// A shell that reads from a pipe only we hold and kills the child when it ends.
    guard: Child,
    log: PathBuf,
    /// Bytes of the log that earlier runs wrote.
    from: usize,
}

impl Service {
    /// Starts it; both its outputs go to the end of `log`.
    ///
    /// # Panics
    /// It cannot be started.
    pub fn start(name: &str, mut command: Command, log: &Path) -> Service {
        let file = File::options().create(true).append(true).open(log).unwrap();
        let from = file.metadata().unwrap().len() as usize;
        command.stdin(Stdio::null()).stdout(file.try_clone().unwrap()).stderr(file);
        let child = command.spawn().unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut guard = Command::new("sh");
        guard.args(["-c", "read _; kill -KILL \"$1\"", "sh", &child.id().to_string()]);
        guard.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let guard = guard.spawn().expect("a shell to watch over the child");
        Service { name: name.to_owned(), child, guard, log: log.to_owned(), from }
    }

    /// What this run wrote so far.
    pub fn log(&self) -> String {
        let bytes = fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&bytes[self.from.min(bytes.len())..]).into_owned()
    }

    /// How many lines this run wrote so far; one that has no end yet does not count.
    pub fn lines(&self) -> usize {
        self.log().matches('\n').count()
    }

    /// Its process number.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until its log has this text.
    ///
    /// # Panics
    /// It ends before, or does not say it in time.
    pub fn await_log(&mut self, text: &str) {
        let found = wait::within(wait::LONG, || {
            let (ended, log) = (self.child.try_wait().unwrap().is_some(), self.log());
            if log.contains(text) { Some(true) } else { ended.then_some(false) }
        });
        assert_eq!(found, Some(true), "{} does not say {text:?}:\n{}", self.name, clip(&self.log()));
    }

    /// Whether it lives.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// `kill -9`, now; it is gone when this returns.
    pub fn kill(mut self) {
        self.end();
    }

    /// Sends a signal by its name without `SIG`.
    ///
    /// # Panics
    /// It is gone.
    pub fn signal(&self, name: &str) {
        signal(self.pid(), name);
    }

    /// Waits until it ends by itself; its exit code and what it wrote.
    ///
    /// # Panics
    /// It does not end in time.
    pub fn ended(mut self) -> (Option<i32>, String) {
        let status = wait::within(wait::LONG, || self.child.try_wait().unwrap());
        let log = self.log();
        let Some(status) = status else { panic!("{} does not end:\n{}", self.name, clip(&log)) };
        (status.code(), log)
    }

    /// Asks it to stop and waits; it has to end well.
    ///
    /// # Panics
    /// It ends with another code than 0, or not in time.
    pub fn stop(self) -> String {
        self.signal("TERM");
        let name = self.name.clone();
        let (code, log) = self.ended();
        assert_eq!(code, Some(0), "{name} ends badly:\n{}", clip(&log));
        log
    }

    /// Waits some of its life: for moments that nothing announces.
    pub fn live_for(&mut self, time: Duration) {
        wait::within(time, || (!self.is_running()).then_some(()));
    }

    fn end(&mut self) {
        // the guard first: once the child is waited for, its number may belong to another process
        let _ = self.guard.kill();
        let _ = self.guard.wait();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a signal, by its name without `SIG`, to a process of ours.
///
/// # Panics
/// It is gone.
pub fn signal(pid: u32, name: &str) {
    let status = Command::new("kill").args(["-s", name, &pid.to_string()]).status();
    assert!(status.is_ok_and(|status| status.success()), "process {pid} took no {name}");
}

impl Drop for Service {
    fn drop(&mut self) {
        self.end();
    }
}
