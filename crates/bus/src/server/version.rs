//! Which nats-server a file is.

use super::command::run;
use std::{fmt, path::Path, process::Command, time::Duration};

/// The oldest server that has what we use: consumer creation by name, JSON as async-nats 0.51 speaks it.
pub const OLDEST: Version = Version { major: 2, minor: 10, patch: 0 };

/// A nats-server release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// First number.
    pub major: u32,
    /// Second number.
    pub minor: u32,
    /// Third number; what follows it (`-RC.1`) is not compared.
    pub patch: u32,
}

impl fmt::Display for Version {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl Version {
    /// Reads the line that `nats-server --version` prints: `nats-server: v2.10.26`.
    pub fn parse(line: &str) -> Option<Version> {
        let numbers = line.trim().strip_prefix("nats-server: v")?;
        let mut parts = numbers.splitn(3, '.');
        let major = parts.next()?.parse().ok()?;
        let minor = parts.next()?.parse().ok()?;
        let rest = parts.next()?;
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let patch = rest[..end].parse().ok()?;
        matches!(rest.as_bytes().get(end), None | Some(b'-' | b'+')).then_some(Version {
            major,
            minor,
            patch,
        })
    }
}

/// Runs the file and reads its version; refuses what is no nats-server and what is older than [`OLDEST`].
pub(super) fn probe(file: &Path) -> Result<Version, String> {
    let mut command = Command::new(file);
    command.arg("--version");
    let said = run(command, Duration::from_secs(10))?;
    let first = said.out.lines().next().unwrap_or_default();
    let version = match Version::parse(first) {
        Some(version) if said.ok => version,
        _ => return Err(format!("`--version` printed `{}`, not a nats-server version", clip(first))),
    };
    if version < OLDEST {
        return Err(format!("it is version {version}, {OLDEST} or later is needed"));
    }
    Ok(version)
}

fn clip(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_from_the_line_the_server_prints() {
        let read = |line: &str| Version::parse(line).map(|v| v.to_string());
        assert_eq!(read("nats-server: v2.15.1"), Some("2.15.1".to_owned()));
        assert_eq!(read("nats-server: v2.12.2-RC.1\n"), Some("2.12.2".to_owned()));
        for bad in [
            "",
            "2.15.1",
            "nats-server: 2.15.1",
            "nats-server: v2.15",
            "nats-server: v2.x.1",
            "v2.15.1",
            "nats-server: v2.15.1junk",
            "nats-server: v99999999999.1.1",
            "nats-server: v2.15.",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn versions_compare_as_numbers() {
        let older = Version::parse("nats-server: v2.9.25").unwrap();
        assert!(older < OLDEST && OLDEST <= Version::parse("nats-server: v2.10.0").unwrap());
    }
}
