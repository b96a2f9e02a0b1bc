//! Running a helper program with a deadline.

use std::{
    io::Read,
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

/// What a program that ended said.
pub(super) struct Said {
    pub(super) ok: bool,
    pub(super) out: String,
    pub(super) err: String,
}

/// Runs `command` to its end, at most `within`; an error is one line for a person.
pub(super) fn run(mut command: Command, within: Duration) -> Result<Said, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("cannot run {name}: {error}"))?;
    let out = collect(child.stdout.take());
    let err = collect(child.stderr.take());
    let ok = wait(&mut child, within).ok_or_else(|| format!("{name} did not end within {within:?}"))?;
    // A grandchild may hold the pipes open after the program ended: what it said by then is enough.
    let grace = Duration::from_secs(1);
    let text = |said: mpsc::Receiver<Vec<u8>>| {
        String::from_utf8_lossy(&said.recv_timeout(grace).unwrap_or_default()).trim().to_owned()
    };
    Ok(Said { ok, out: text(out), err: text(err) })
}

fn collect(pipe: Option<impl Read + Send + 'static>) -> mpsc::Receiver<Vec<u8>> {
    let (tell, said) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // A helper that floods us is cut off at 64 KiB; it then meets a closed pipe.
        if let Some(pipe) = pipe {
            let _ = pipe.take(64 * 1024).read_to_end(&mut bytes);
        }
        let _ = tell.send(bytes);
    });
    said
}

/// `Some(success)` when the child ended in time; else it is killed.
fn wait(child: &mut Child, within: Duration) -> Option<bool> {
    let deadline = Instant::now() + within;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status.success()),
            Ok(None) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(2)),
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
        }
    }
}
