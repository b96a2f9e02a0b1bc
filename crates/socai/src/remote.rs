//! A ledger at an address: a verified copy of it in a cache, brought up to date at every use, and read as a directory.

use std::{
    env, fs,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use socai_audit::Tiles;
use socai_log::Reader;
use socai_mirror::{Mirror, MirrorError, Source, Wait};
use socai_tlog::{Digest, TreeSize};

use crate::{cli_remote::RemoteArgs, mistake::Mistake, stop::Stop};

/// How long another process may take to bring the same copy up to date, from the last that it added.
const OTHERS_WITHIN: Duration = Duration::from_secs(60);
/// How often it is looked at meanwhile.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How often a live reader asks the address: one small request.
const ASK_EVERY: Duration = Duration::from_millis(250);
/// How long one tile may take: 50 KB over a line of 64 kbit/s, and an answer.
const TILE_WITHIN: Duration = Duration::from_secs(20);

/// An address, its copy, and what it takes to read it.
pub struct Remote {
    base: String,
    token: String,
    policy: Option<PathBuf>,
    dir: PathBuf,
}

/// Whether what the user named is an address.
pub fn is_url(ledger: &Path) -> bool {
    ledger.to_str().is_some_and(|text| text.starts_with("http://") || text.starts_with("https://"))
}

/// What a district shows everybody, over HTTP.
pub struct PublicTiles {
    base: String,
    agent: ureq::Agent,
}

impl PublicTiles {
    /// Those at an address.
    #[must_use]
    pub fn at(ledger: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(TILE_WITHIN))
            .http_status_as_error(false)
            .max_redirects(0);
        PublicTiles { base: ledger.trim_end_matches('/').to_owned(), agent: config.build().into() }
    }
}

impl Tiles for PublicTiles {
    fn get(&self, path: &str, max: usize) -> Result<Option<Vec<u8>>, String> {
        let url = format!("{}/{path}", self.base);
        let mut answer = self.agent.get(&url).call().map_err(|error| format!("{url}: {error}"))?;
        match answer.status().as_u16() {
            200 => {
                let read = answer.body_mut().with_config().limit(max as u64 + 1).read_to_vec();
                read.map(Some).map_err(|error| format!("{url}: {error}"))
            }
            404 => Ok(None),
            other => Err(format!("{url}: answers {other}")),
        }
    }

    fn address(&self) -> &str {
        &self.base
    }
}

impl Remote {
    /// The ledger at this address; `policy` goes before the one of `args`.
    ///
    /// # Errors
    /// There is no token, or no place for a copy.
    pub fn new(ledger: &Path, policy: Option<&Path>, args: &RemoteArgs) -> Result<Remote> {
        let base = ledger.to_str().context("an address is text")?.trim_end_matches('/').to_owned();
        let Some(token) = &args.token_file else {
            let vi = "chỉ ai có mã truy cập mới nhận được các sự kiện: --token-file TỆP, hoặc SOCAI_TOKEN_FILE, nêu tệp có mã mà quận đã cấp";
            let en = "facts are given to those with a token alone: --token-file FILE, or SOCAI_TOKEN_FILE, names the file with the one that the \
                      district gave out";
            return Err(Mistake::new(vi, en).of(&base).into());
        };
        let token = fs::read_to_string(token).with_context(|| token.display().to_string())?.trim().to_owned();
        let dir = cache(args)?.join(name(&base));
        let policy = policy.or(args.pin.as_deref()).map(Path::to_owned);
        Ok(Remote { base, token, policy, dir })
    }

    /// Where the copy is.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Brings the copy up to date; afterwards it may be read as a directory.
    ///
    /// # Errors
    /// The address cannot be read, or contradicts its key or the copy, which is then as it was before.
    pub fn bring(&self, wait: Wait<'_>) -> Result<()> {
        match self.open(wait)? {
            Some(mut mirror) => mirror.round_unless(wait).map(drop).with_context(|| self.base.clone()),
            None => Ok(()),
        }
    }

    /// The copy to write to; none when another process holds it and has brought it to where the address is.
    fn open(&self, wait: Wait<'_>) -> Result<Option<Mirror>> {
        let named = || self.base.clone();
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.dir)
            .with_context(|| format!("the copy of {}: {}", self.base, self.dir.display()))?;
        let (mut last, mut stated, mut deadline) = (None, None, Instant::now() + OTHERS_WITHIN);
        loop {
            let opened = Mirror::open(self.source(), &self.dir, self.policy.as_deref());
            let error = match opened.and_then(Mirror::trusting_disk) {
                Ok(mirror) => return Ok(Some(mirror)),
                Err(error) if error.is_locked() && Instant::now() < deadline => error,
                Err(error) => return Err(error).with_context(named),
            };
            let wanted = match stated {
                Some(wanted) => wanted,
                None => self.source().stated_size().with_context(named)?,
            };
            stated = Some(wanted);
            let has = self.size();
            if has.is_some_and(|has| has >= wanted) {
                return Ok(None);
            }
            if has > last {
                (last, deadline) = (has, Instant::now() + OTHERS_WITHIN);
            }
            if wait(LOOK_EVERY) {
                return Err(error).with_context(named);
            }
        }
    }

    fn source(&self) -> Source {
        Source::url(&self.base, &self.token)
    }

    /// Entries of the copy that readers see.
    fn size(&self) -> Option<TreeSize> {
        Some(Reader::open(&self.dir.join("log")).ok()?.committed().ok()?.size)
    }
}

/// A copy that is kept up to date while somebody reads it.
pub struct Followed {
    remote: Remote,
    /// None while another process keeps it up to date.
    mirror: Option<Mirror>,
    ask_at: Instant,
    is_silent: bool,
}

impl Followed {
    /// Follows from now on.
    pub fn new(remote: Remote) -> Followed {
        Followed { remote, mirror: None, ask_at: Instant::now(), is_silent: false }
    }

    /// Asks, if it is time to: four times a second, and no more than half of the time. An address that does not answer is told once and asked again.
    ///
    /// # Errors
    /// The address contradicts its key or the copy, or the copy cannot be written.
    pub fn step(&mut self, stop: &Stop) -> Result<()> {
        let begun = Instant::now();
        if begun < self.ask_at {
            return Ok(());
        }
        let asked = self.ask(&|time| stop.wait(time));
        self.ask_at = Instant::now() + ASK_EVERY.max(begun.elapsed());
        match asked {
            Err(error) if !is_passing(&error) => Err(error),
            Err(error) => {
                if !std::mem::replace(&mut self.is_silent, true) && !stop.is_asked() {
                    tracing::warn!("{error:#}; asking again");
                }
                Ok(())
            }
            Ok(()) => {
                self.is_silent = false;
                Ok(())
            }
        }
    }

    fn ask(&mut self, wait: Wait<'_>) -> Result<()> {
        if self.mirror.is_none() {
            self.mirror = self.remote.open(wait)?;
        }
        let Some(mirror) = &mut self.mirror else { return Ok(()) };
        mirror.round_unless(wait).map(drop).with_context(|| self.remote.base.clone())
    }
}

/// Whether asking again later may help.
pub fn is_passing(error: &anyhow::Error) -> bool {
    error.downcast_ref::<MirrorError>().is_some_and(MirrorError::is_passing)
}

/// Whether the ledger itself is wrong, so that a command answers with 1 and not with 2.
pub fn is_verdict(error: &anyhow::Error) -> bool {
    error.downcast_ref::<MirrorError>().is_some_and(MirrorError::is_verdict)
}

/// Waits for commands that a signal simply ends: what came so far is gone on from the next time.
pub fn wait(time: Duration) -> bool {
    thread::sleep(time);
    false
}

/// `--cache`, else as the XDG base directories say.
fn cache(args: &RemoteArgs) -> Result<PathBuf> {
    if let Some(cache) = &args.cache {
        return Ok(cache.clone());
    }
    let absolute = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let cache = absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")));
    Ok(cache
        .context("no HOME to keep a copy of the ledger in: name a directory with --cache DIR")?
        .join("socai"))
}

/// A directory's name for an address: readable, and another one for every address.
fn name(base: &str) -> String {
    let (_, rest) = base.split_once("://").unwrap_or(("", base));
    let kept = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
    let readable: String = rest.chars().map(kept).take(48).collect();
    let digest = Digest::of(base.as_bytes()).to_string();
    format!("{readable}-{}", &digest[..16]) // 64 hex digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_directory_of_its_own_and_none_leaves_the_cache() {
        let names = [
            "http://127.0.0.1:8800",
            "https://127.0.0.1:8800",
            "http://127.0.0.1:8801",
            "http://a/../../b",
            "",
        ];
        let named: Vec<String> = names.iter().map(|base| name(base)).collect();
        for (at, one) in named.iter().enumerate() {
            assert!(!one.contains('/') && !one.starts_with('.'), "{one}");
            assert!(!named[..at].contains(one), "{one}");
        }
        assert!(named[0].starts_with("127.0.0.1-8800-"));
    }

    #[test]
    fn what_begins_with_a_scheme_is_an_address() {
        assert!(is_url(Path::new("http://127.0.0.1:8800")) && is_url(Path::new("https://so-cai.example/q")));
        assert!(!is_url(Path::new("http")) && !is_url(Path::new("./http:/x")) && !is_url(Path::new("/data")));
    }
}
