//! Where a copy comes from: a directory, or a district's HTTP side with its files open to mirrors.

use std::{fs, io, time::Duration};

use socai_log::{Piece, RawFile, Reader};
use socai_tlog::{Checkpoint, Note, TreeSize};
use ureq::http::{Response, StatusCode};

use crate::error::MirrorError;

/// The most bytes of a file that are asked for, or given, at once.
pub const MAX_PIECE: usize = 4 << 20;
/// How long one request may take in all: a piece over a line of 1 Mbit/s.
const REQUEST_WITHIN: Duration = Duration::from_secs(60);
/// The most bytes that are read of a checkpoint, a policy or a cosigned checkpoint.
const MAX_SMALL: u64 = 64 << 10;

/// A log that is copied. Nothing it gives is believed.
pub enum Source {
    /// A log's directory on this machine.
    Dir(Reader),
    /// The address of a district.
    Url {
        /// Without closing slash.
        base: String,
        /// What the district asks mirrors for.
        token: String,
        /// The client.
        agent: ureq::Agent,
    },
}

impl Source {
    /// A district's address.
    #[must_use]
    pub fn url(base: &str, token: &str) -> Source {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(REQUEST_WITHIN))
            .http_status_as_error(false)
            .max_redirects(0);
        let (base, token) = (base.trim_end_matches('/').to_owned(), token.to_owned());
        Source::Url { base, token, agent: config.build().into() }
    }

    /// The newest checkpoint, a signed note.
    pub(crate) fn checkpoint(&self) -> Result<Vec<u8>, MirrorError> {
        match self {
            Source::Dir(reader) => {
                reader.raw(RawFile::Volume(0), 0, 0).map_err(unreadable)?; // damage is told as such
                Ok(reader.committed().map_err(unreadable)?.checkpoint)
            }
            Source::Url { base, agent, .. } => {
                let url = format!("{base}/checkpoint");
                let mut answer = agent.get(&url).call().map_err(|error| unreachable(&url, &error))?;
                let note = match answer.status() {
                    StatusCode::OK => body(&url, &mut answer, MAX_SMALL)?,
                    StatusCode::NOT_FOUND => Vec::new(),
                    other => return Err(MirrorError::Unreachable(format!("{url}: answers {other}"))),
                };
                match Note::parse(&note) {
                    Ok(_) => Ok(note),
                    Err(_) => Err(MirrorError::Unreachable(format!(
                        "{url}: no checkpoint of a ledger; name the address of a district that runs with --http ADDR"
                    ))),
                }
            }
        }
    }

    /// How many entries the newest checkpoint states. Nobody's signature was verified: enough to know whether a copy is behind.
    ///
    /// # Errors
    /// The source cannot be read.
    pub fn stated_size(&self) -> Result<TreeSize, MirrorError> {
        let note = self.checkpoint()?;
        let checkpoint = Note::parse(&note).ok().and_then(|note| Checkpoint::parse(note.text()).ok());
        let none = || MirrorError::Unreachable("the source's checkpoint states no tree".to_owned());
        checkpoint.map(|checkpoint| checkpoint.size).ok_or_else(none)
    }

    /// A small file that lies beside the log; `None` when there is none.
    pub(crate) fn beside(&self, name: &str) -> Result<Option<Vec<u8>>, MirrorError> {
        match self {
            Source::Dir(reader) => {
                let path = reader.dir().parent().unwrap_or(reader.dir()).join(name);
                match fs::read(&path) {
                    Ok(bytes) => Ok(Some(bytes)),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                    Err(error) => Err(MirrorError::Unreachable(format!("{}: {error}", path.display()))),
                }
            }
            Source::Url { base, token, agent } => {
                let url = format!("{base}/log/{name}");
                let asked = agent.get(&url).header("Authorization", format!("Bearer {token}"));
                let mut answer = asked.call().map_err(|error| unreachable(&url, &error))?;
                match answer.status() {
                    StatusCode::OK => body(&url, &mut answer, MAX_SMALL).map(Some),
                    StatusCode::NOT_FOUND => Ok(None),
                    StatusCode::UNAUTHORIZED => Err(MirrorError::Unreachable(refused(&url))),
                    other => Err(MirrorError::Unreachable(format!("{url}: answers {other}"))),
                }
            }
        }
    }

    /// Bytes of a file from `offset` on; `None` when the source has no such file.
    pub(crate) fn read(&self, file: RawFile, offset: u64, max: usize) -> Result<Option<Piece>, MirrorError> {
        let max = max.min(MAX_PIECE);
        match self {
            Source::Dir(reader) => reader.raw(file, offset, max).map_err(unreadable),
            Source::Url { base, token, agent } => {
                let url = format!("{base}/log/{file}");
                let range = format!("bytes={offset}-{}", offset + max as u64 - 1);
                let asked = agent.get(&url).header("Authorization", format!("Bearer {token}"));
                let mut answer =
                    asked.header("Range", range).call().map_err(|error| unreachable(&url, &error))?;
                let wrong = |what: &str| MirrorError::Unreachable(format!("{url}: {what}"));
                match answer.status() {
                    StatusCode::PARTIAL_CONTENT => {
                        let (start, total) =
                            stated(&answer).ok_or_else(|| wrong("says not which bytes it gives"))?;
                        let bytes = body(&url, &mut answer, max as u64)?;
                        match start == Some(offset) && !bytes.is_empty() {
                            true => Ok(Some(Piece { bytes, total })),
                            false => Err(wrong("gives other bytes than it was asked for")),
                        }
                    }
                    StatusCode::RANGE_NOT_SATISFIABLE => {
                        let (_, total) =
                            stated(&answer).ok_or_else(|| wrong("says not how long the file is"))?;
                        Ok(Some(Piece { bytes: Vec::new(), total }))
                    }
                    StatusCode::NOT_FOUND if file == RawFile::Volume(0) => Err(wrong(
                        "is not served; the district has to run with --http ADDR --serve-log TOKENFILE",
                    )),
                    StatusCode::NOT_FOUND => Ok(None),
                    StatusCode::UNAUTHORIZED => Err(MirrorError::Unreachable(refused(&url))),
                    StatusCode::INTERNAL_SERVER_ERROR => Err(MirrorError::Refused(format!(
                        "{url}: the source says that its files are damaged"
                    ))),
                    other => Err(wrong(&format!("answers {other}"))),
                }
            }
        }
    }
}

fn refused(url: &str) -> String {
    format!(
        "{url}: refuses the token; the file that was named has to hold the one that the district gave out"
    )
}

fn unreadable(error: socai_log::LogError) -> MirrorError {
    match error.is_damage() {
        true => MirrorError::Refused(format!("the source is damaged: {error}")),
        false => MirrorError::Unreachable(error.to_string()),
    }
}

fn unreachable(url: &str, error: &ureq::Error) -> MirrorError {
    MirrorError::Unreachable(format!("{url}: {error}"))
}

fn body(url: &str, answer: &mut Response<ureq::Body>, max: u64) -> Result<Vec<u8>, MirrorError> {
    answer.body_mut().with_config().limit(max + 1).read_to_vec().map_err(|error| unreachable(url, &error))
}

/// Start and total of `Content-Range: bytes 0-99/200` or `bytes */200`.
fn stated(answer: &Response<ureq::Body>) -> Option<(Option<u64>, u64)> {
    let value = answer.headers().get("content-range")?.to_str().ok()?;
    let (range, total) = value.strip_prefix("bytes ")?.split_once('/')?;
    let start = range.split_once('-').and_then(|(start, _)| start.parse().ok());
    Some((start, total.parse().ok()?))
}
