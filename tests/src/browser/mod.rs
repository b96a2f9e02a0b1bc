//! A real Chromium without a window, driven over its DevTools pipe: what a reader of the dashboard sees, touches and prints.
//!
//! In scope: finding (or installing) the browser, one page at a time, clicks and files as a person gives them, screens and paper of any size,
//! pictures, and everything that the page complained about. Out of scope: what a page has to show; that is in the scenarios.
//!
//! The pipe is the browser's standard input and output moved to the descriptors that it reads commands from. It ends when the pipe closes, so it
//! does not outlive its test even when that is killed; dropped, its whole process group goes at once. Each has a profile directory of its own.
//!
//! | variable | does |
//! |---|---|
//! | `SOCAI_BROWSER` | takes this Chromium instead of one on PATH |

mod find;
mod page;
mod pipe;

pub use page::Page;

use std::{
    env, fs,
    os::unix::process::CommandExt as _,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use pipe::Pipe;
use tempfile::TempDir;

use crate::{outside::or_skip, wait};

/// How long a browser that was told to end may take.
const END_WITHIN: Duration = Duration::from_secs(5);

/// A running browser with one page.
pub struct Browser {
    /// What it shows.
    pub page: Page,
    child: Child,
    _profile: TempDir,
}

impl Browser {
    /// Starts one; none, after saying so loudly, where there is none and none can be installed.
    ///
    /// # Panics
    /// It does not start, or cannot be had and `CI` is set.
    pub fn start() -> Option<Browser> {
        let program = or_skip("Chromium", find::browser())?;
        let profile = tempfile::Builder::new().prefix("socai-browser-").tempdir().unwrap();
        // descriptors 3 and 4 are where --remote-debugging-pipe reads and writes
        let mut command = Command::new("sh");
        command.args(["-c", "exec \"$@\" 3<&0 4>&1 </dev/null >/dev/null", "sh"]).arg(program);
        command.args(["--headless=new", "--remote-debugging-pipe", "--no-first-run", "--disable-gpu"]);
        command.args(["--hide-scrollbars", "--disable-background-networking", "--disable-component-update"]);
        command.args(["--force-color-profile=srgb", "--accept-lang=vi", "--disable-dev-shm-usage"]);
        command.args(if is_root() { &["--no-sandbox"][..] } else { &[] });
        command.arg(format!("--user-data-dir={}", profile.path().display())).arg("about:blank");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0);
        let mut child = command.spawn().expect("a shell to start the browser");
        let (into, out) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Some(Browser { page: Page::new(Pipe::new(into, out)), child, _profile: profile })
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.page.close();
        let _ = wait::within(END_WITHIN, || self.child.try_wait().ok().flatten());
        // its helpers as well: they are in the group that was made for it
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.child.wait();
    }
}

/// A root user has no sandbox; everybody else keeps it.
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata("/proc/self").is_ok_and(|about| about.uid() == 0)
}

/// Where pictures are kept, below the target directory: the output of a run, to look at.
///
/// # Panics
/// The directory cannot be made.
pub fn pictures() -> PathBuf {
    let test = env::current_exe().unwrap();
    let target = test.ancestors().nth(3).expect("tests lie in target/<profile>/deps");
    let place = target.join("screenshots");
    fs::create_dir_all(&place).unwrap();
    place
}
