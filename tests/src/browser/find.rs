//! Where a Chromium is, or how to get one.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::LazyLock,
};

use crate::outside;

/// What distributions call it.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// The browser's program: the one of `SOCAI_BROWSER`, one on PATH, or the distribution's package, installed now where that is allowed.
///
/// # Errors
/// In words: none is there and none can be installed.
pub fn browser() -> Result<PathBuf, String> {
    static FOUND: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| match env::var_os("SOCAI_BROWSER") {
        Some(named) if Path::new(&named).is_file() => Ok(named.into()),
        Some(named) => Err(format!("SOCAI_BROWSER names no file: {}", named.display())),
        None => on_path().map_or_else(installed, Ok),
    });
    FOUND.clone()
}

fn on_path() -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let places: Vec<PathBuf> = env::split_paths(&path).collect();
    NAMES.iter().find_map(|name| places.iter().map(|place| place.join(name)).find(|file| file.is_file()))
}

/// Installs Debian's package, as root or through a `sudo` that does not ask.
fn installed() -> Result<PathBuf, String> {
    let install = |program: &str, before: &[&str]| {
        let mut apt = Command::new(program);
        apt.args(before).args(["-y", "-q", "--no-install-recommends", "install", "chromium", "fonts-dejavu"]);
        apt.env("DEBIAN_FRONTEND", "noninteractive");
        outside::run(apt)
    };
    let is_sudo = Command::new("sudo").args(["-n", "true"]).stderr(Stdio::null()).status();
    let tried = match (super::is_root(), is_sudo) {
        (true, _) => install("apt-get", &[]),
        (false, Ok(status)) if status.success() => install("sudo", &["-n", "apt-get"]),
        _ => Err("no chromium on PATH, and only root may install it".to_owned()),
    };
    tried.map_err(|why| format!("{why}; install Debian's package chromium, or name one in SOCAI_BROWSER"))?;
    on_path().ok_or_else(|| "chromium was installed and is not on PATH".to_owned())
}
