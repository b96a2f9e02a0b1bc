//! A private server must not outlive us, however we die.
//!
//! Linux could kill it by `PR_SET_PDEATHSIG`, but that must be set between fork and exec (unsafe code) and fires when the *thread*
//! that forked ends, which in an async program is any moment. So a shell waits on a pipe that only we hold: when we
//! are gone, by exit or by `kill -9`, the pipe ends and the shell kills the server.

use std::{
    io,
    process::{Child, Command, Stdio},
};

/// Kills a process when we die; does nothing when dropped in good order.
#[derive(Debug)]
pub(super) struct Guard(Child);

impl Guard {
    /// Starts to watch over `pid`, a child of ours that was not waited for, so its number cannot be taken by another process.
    pub(super) fn over(pid: u32) -> io::Result<Guard> {
        let mut shell = Command::new("sh");
        shell.args(["-c", "read _; kill -KILL \"$1\"", "sh", &pid.to_string()]);
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        detach(&mut shell);
        shell.spawn().map(Guard)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // killed, not released: releasing the pipe is what makes it act
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Own process group: Ctrl-C in a terminal is for us, who then stop our servers in order.
pub(super) fn detach(command: &mut Command) {
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt as _;
        command.process_group(0);
    }
    #[cfg(not(unix))]
    let _ = command;
}
