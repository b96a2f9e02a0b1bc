//! Running the program to its end.

use std::{
    ffi::OsStr,
    fmt, fs,
    io::{Read as _, Seek as _, Write as _},
    process::{Command, Stdio},
    time::Duration,
};

use crate::{program::socai, wait};

/// Longest run of a command in a scenario, in a build without optimisation and on a busy machine.
const LONGEST: Duration = Duration::from_secs(150);

/// What a command that ended said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Its exit code; none when a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Said {
    /// Standard output of a command that had to succeed.
    ///
    /// # Panics
    /// It did not.
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!(self.code, Some(0), "{self}");
        self.out
    }

    /// The command had to fail with this code and give these words, on either output.
    ///
    /// # Panics
    /// It did something else.
    #[track_caller]
    pub fn fails(self, code: i32, words: &[&str]) -> Said {
        assert_eq!(self.code, Some(code), "{self}");
        for word in words {
            assert!(self.out.contains(word) || self.err.contains(word), "does not say {word:?}: {self}");
        }
        self
    }

    /// Standard output as JSON.
    ///
    /// # Panics
    /// It is not.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("not JSON ({error}): {self}"))
    }
}

impl fmt::Display for Said {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "exit {:?}\n--- out\n{}\n--- err\n{}", self.code, clip(&self.out), clip(&self.err))
    }
}

/// The program with these arguments, to be run; messages in English.
pub fn command(args: &[&dyn AsRef<OsStr>]) -> Command {
    let mut command = Command::new(socai());
    command.args(args.iter().map(|arg| arg.as_ref())).env("LC_ALL", "C.UTF-8");
    command.args(["--lang", "en"]);
    command
}

/// Runs the program with these arguments.
#[macro_export]
macro_rules! socai {
    ($($arg:expr),+ $(,)?) => {
        $crate::command::run($crate::command::command(&[$(&$arg),+]), None)
    };
}

/// Runs a command to its end, with something on its standard input.
///
/// # Panics
/// It does not end in time; it is killed then.
pub fn run(mut command: Command, input: Option<&[u8]>) -> Said {
    // files, not pipes: a child that writes much must not wait for a reader
    let mut given = tempfile::tempfile().unwrap();
    given.write_all(input.unwrap_or_default()).unwrap();
    given.rewind().unwrap();
    let mut out = tempfile::tempfile().unwrap();
    let mut err = tempfile::tempfile().unwrap();
    command.stdin(given).stdout(out.try_clone().unwrap()).stderr(err.try_clone().unwrap());
    let what = format!("{command:?}");
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{what}: {error}"));
    let ended = wait::within(LONGEST, || child.try_wait().unwrap());
    if ended.is_none() {
        let _ = child.kill();
        let _ = child.wait();
    }
    let said =
        Said { code: ended.and_then(|status| status.code()), out: text(&mut out), err: text(&mut err) };
    assert!(ended.is_some(), "{what} did not end within {LONGEST:?}: {said}");
    said
}

/// Runs `sh -c script` with the program's file as `$1` and `args` after it: for pipes and limits.
pub fn shell(script: &str, args: &[&dyn AsRef<OsStr>]) -> Said {
    let mut command = Command::new("sh");
    command.args(["-c", script, "sh"]).arg(socai()).args(args.iter().map(|arg| arg.as_ref()));
    command.env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
    run(command, None)
}

fn text(file: &mut fs::File) -> String {
    let mut bytes = Vec::new();
    file.rewind().and_then(|()| file.read_to_end(&mut bytes)).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The beginning and the end of a long text.
pub(crate) fn clip(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= 6000 {
        return text.to_owned();
    }
    let part = |range: &[char]| range.iter().collect::<String>();
    format!(
        "{}\n… {} characters …\n{}",
        part(&chars[..2000]),
        chars.len() - 4000,
        part(&chars[chars.len() - 2000..])
    )
}
