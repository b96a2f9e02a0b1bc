//! Where the nats-server program is: named by the operator, on PATH, in the cache, or fetched.

use super::{
    fetch::{Fetch, WANTED},
    found::{Found, Source, Tried},
    version::probe,
};
use std::{
    env, fmt, fs, io,
    path::{Path, PathBuf},
};

/// No usable nats-server; the text lists every place tried and what to do.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// The operator named a file that will not do. Nothing else is tried: silently taking another would surprise.
    #[error("SOCAI_NATS_SERVER names {}, but {why}; correct it or unset it", file.display())]
    Named {
        /// The file named.
        file: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Every place was tried.
    #[error(
        "no usable nats-server. Tried:\n{}Install nats-server 2.10 or later from https://nats.io/download and put it on PATH, \
         or set SOCAI_NATS_SERVER to its file",
        Lines(tried)
    )]
    Nowhere {
        /// In the order tried.
        tried: Vec<Tried>,
    },
}

struct Lines<'a>(&'a [Tried]);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|tried| writeln!(out, "  {}: {}", tried.place, tried.why))
    }
}

/// Where to look, in this order; every part can be set by a test.
#[derive(Clone, Debug)]
pub struct Finder {
    /// A file that must do.
    pub named: Option<PathBuf>,
    /// Directories that may hold `nats-server`.
    pub path: Vec<PathBuf>,
    /// Directory of the cache; it is created when something is fetched.
    pub cache: PathBuf,
    /// How to fetch; `None` never does.
    pub fetch: Option<Fetch>,
}

impl Finder {
    /// What the environment says: `SOCAI_NATS_SERVER`, `PATH`, `XDG_CACHE_HOME` (else `~/.cache`), and fetching as a last resort.
    pub fn from_env() -> Finder {
        let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
        let cache = set("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .filter(|dir| dir.is_absolute())
            .or_else(|| set("HOME").map(|home| Path::new(&home).join(".cache")))
            .unwrap_or_else(env::temp_dir);
        Finder {
            named: set("SOCAI_NATS_SERVER").map(PathBuf::from),
            path: set("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default(),
            cache: cache.join("socai"),
            fetch: Some(Fetch::from_env()),
        }
    }

    /// Finds or fetches. Blocks for as long as a download takes; many finders may run at once, in one process or in several.
    pub fn find(&self) -> Result<Found, FindError> {
        if let Some(file) = &self.named {
            let version = probe(file).map_err(|why| FindError::Named { file: file.clone(), why })?;
            return Ok(Found { file: file.clone(), version, source: Source::Named });
        }
        let mut tried = Vec::new();
        let found = self.on_path(&mut tried).or_else(|| self.in_cache(&mut tried));
        let found = found.or_else(|| self.fetched(&mut tried));
        found.ok_or(FindError::Nowhere { tried })
    }

    fn on_path(&self, tried: &mut Vec<Tried>) -> Option<Found> {
        let files = self.path.iter().map(|dir| dir.join("nats-server")).filter(|file| file.is_file());
        let before = tried.len();
        let found = files.filter_map(|file| accept(file, Source::Path, tried)).next();
        if found.is_none() && tried.len() == before {
            tried.push(Tried { place: "PATH".to_owned(), why: "no nats-server there".to_owned() });
        }
        found
    }

    fn cached_file(&self) -> PathBuf {
        self.cache.join(format!("nats-server-{WANTED}")).join("nats-server")
    }

    fn in_cache(&self, tried: &mut Vec<Tried>) -> Option<Found> {
        let file = self.cached_file();
        if file.is_file() {
            return accept(file, Source::Cache, tried);
        }
        tried.push(Tried { place: file.display().to_string(), why: "not there".to_owned() });
        None
    }

    /// Fetches under a lock file, so that of many finders one downloads and the others then find the cache filled.
    fn fetched(&self, tried: &mut Vec<Tried>) -> Option<Found> {
        let fetch = self.fetch.as_ref()?;
        let lock = match lock(&self.cache) {
            Ok(lock) => lock,
            Err(error) => {
                tried.push(Tried {
                    place: self.cache.display().to_string(),
                    why: format!("cannot be locked: {error}"),
                });
                return None;
            }
        };
        let found = self
            .cached_file()
            .is_file()
            .then(|| accept(self.cached_file(), Source::Cache, tried))
            .flatten()
            .or_else(|| fetch.place(&self.cache, &self.cached_file(), tried));
        drop(lock); // closing the file releases it
        found
    }
}

fn accept(file: PathBuf, source: Source, tried: &mut Vec<Tried>) -> Option<Found> {
    match probe(&file) {
        Ok(version) => Some(Found { file, version, source }),
        Err(why) => {
            tried.push(Tried { place: file.display().to_string(), why });
            None
        }
    }
}

fn lock(cache: &Path) -> io::Result<fs::File> {
    fs::create_dir_all(cache)?;
    let file = fs::File::create(cache.join("nats-server.lock"))?;
    file.lock()?;
    Ok(file)
}
