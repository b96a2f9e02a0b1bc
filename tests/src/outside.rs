//! Programs that we did not write, to verify what we did: Python packages in a virtual environment below the target directory, Go modules, npm packages.
//!
//! Where one cannot be had the test that needs it is skipped, loudly; with `CI=true` nothing may be skipped.

use std::{
    env, fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::wait;

/// Longest time to fetch and install what a verifier needs.
const FETCH_WITHIN: Duration = Duration::from_secs(600);

/// `tests/outside` of this checkout.
pub fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("outside")
}

/// What was obtained, or nothing after saying so loudly.
///
/// # Panics
/// It could not be had and `CI` is set: there every verifier has to run.
pub fn or_skip<T>(what: &str, got: Result<T, String>) -> Option<T> {
    match got {
        Ok(got) => Some(got),
        Err(why) if env::var("CI").is_ok_and(|ci| ci == "true") => panic!("{what} is needed in CI: {why}"),
        Err(why) => {
            // past the capture of the test harness: nobody should take a skipped test for a passed one
            let _ = writeln!(std::io::stderr(), "SKIPPED, {what} cannot be had here: {why}");
            None
        }
    }
}

/// Where what is fetched is kept between runs.
pub fn kept() -> PathBuf {
    let test = env::current_exe().unwrap();
    let target = test.ancestors().nth(3).expect("tests lie in target/<profile>/deps");
    target.join("outside")
}

/// The Python of a virtual environment that holds the packages of `requirements`, a file in `tests/outside`.
///
/// # Errors
/// In words: there is no Python with `venv`, or a package cannot be had.
pub fn python(requirements: &str, more: &[&str]) -> Result<PathBuf, String> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let wanted = fs::read_to_string(sources().join(requirements)).map_err(|error| error.to_string())?;
    let place = kept().join(requirements.trim_end_matches(".txt"));
    let (python, done) = (place.join("bin/python"), place.join("installed"));
    if fs::read_to_string(&done).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    if place.exists() {
        fs::remove_dir_all(&place).map_err(|error| format!("{}: {error}", place.display()))?;
    }
    fs::create_dir_all(kept()).map_err(|error| error.to_string())?;
    let mut venv = Command::new("python3");
    venv.args(["-m", "venv"]).arg(&place);
    run(venv)?;
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:"]);
    pip.args(more).arg("-r").arg(sources().join(requirements));
    run(pip)?;
    fs::write(&done, wanted).map_err(|error| error.to_string())?; // last: half an environment is made anew
    Ok(python)
}

/// A program built from a package that the Go module in this directory of `tests/outside` has or pins; the sums of what it needs are
/// checked in.
///
/// # Errors
/// In words: there is no Go, or a module cannot be had.
pub fn go_program(module: &str, package: &str) -> Result<PathBuf, String> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let program = kept().join(module);
    fs::create_dir_all(kept()).map_err(|error| error.to_string())?;
    let mut go = Command::new("go");
    go.args(["build", "-buildvcs=false", "-mod=readonly", "-o"]).arg(&program).arg(package);
    // go.sum pins every module, so no database needs to be asked
    go.current_dir(sources().join(module))
        .env("GOFLAGS", "")
        .env("GONOSUMDB", "*")
        .env("GOTOOLCHAIN", "local");
    run(go)?;
    Ok(program)
}

/// `node_modules` with what the package-lock.json in this directory of `tests/outside` pins, each package by its digest; nothing of it runs
/// while it is installed.
///
/// # Errors
/// In words: there is no npm, or a package cannot be had.
pub fn npm_modules(package: &str) -> Result<PathBuf, String> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let place = kept().join(package);
    let (modules, done) = (place.join("node_modules"), place.join("installed"));
    let lock = fs::read_to_string(sources().join(package).join("package-lock.json"));
    let lock = lock.map_err(|error| error.to_string())?;
    if fs::read_to_string(&done).is_ok_and(|installed| installed == lock) {
        return Ok(modules);
    }
    fs::create_dir_all(&place).map_err(|error| error.to_string())?;
    for file in ["package.json", "package-lock.json"] {
        fs::copy(sources().join(package).join(file), place.join(file)).map_err(|error| error.to_string())?;
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix"]).arg(&place);
    run(npm)?;
    fs::write(&done, lock).map_err(|error| error.to_string())?;
    Ok(modules)
}

/// Runs a command to its end; the error is the last line it said.
pub(crate) fn run(mut command: Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let said = tempfile::tempfile().map_err(|error| error.to_string())?;
    let (out, err) = (said.try_clone(), said.try_clone());
    command.stdin(Stdio::null());
    command.stdout(out.map_err(|error| error.to_string())?);
    command.stderr(err.map_err(|error| error.to_string())?);
    let mut child = command.spawn().map_err(|error| format!("{name}: {error}"))?;
    let ended = wait::within(FETCH_WITHIN, || child.try_wait().ok().flatten());
    let Some(status) = ended else {
        let _ = child.kill();
        let _ = child.wait();
        return Err(format!("{name} did not end within {FETCH_WITHIN:?}"));
    };
    if status.success() { Ok(()) } else { Err(format!("{name} failed: {}", last_line(said))) }
}

fn last_line(mut file: fs::File) -> String {
    use std::io::{Read as _, Seek as _};
    let mut text = String::new();
    let _ = file.rewind();
    let _ = file.read_to_string(&mut text);
    text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("no reason given").to_owned()
}
