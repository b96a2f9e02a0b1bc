//! One question to one witness (C2SP tlog-witness, `add-checkpoint`).

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use socai_log::{Committed, Reader};
use socai_tlog::{AddCheckpoint, NoteKey, NoteSignature, Policy, PolicyWitness, SignedCheckpoint, TreeSize};
use tokio::sync::Semaphore;

use super::{not_cosigned::NotCosigned, show::Shown};

/// How long one request may take in all.
const REQUEST_WITHIN: Duration = Duration::from_secs(5);
/// A witness tells once which size it has seen; twice is a witness that others ask too.
const TRIES: usize = 3;
/// The most bytes of an answer that are read: a few signature lines.
const MAX_ANSWER_LEN: u64 = 16 << 10;

/// A witness that is asked.
pub(super) struct Asked {
    pub(super) name: String,
    pub(super) free: Arc<Semaphore>,
    key: NoteKey,
    url: String,
    /// The size it has seen, as far as we know.
    seen: AtomicU64,
    /// A unit of the ledger looks at the entries first.
    shown: Option<Shown>,
    agent: ureq::Agent,
}

impl Asked {
    /// A witness with an address.
    pub(super) fn new(witness: &PolicyWitness) -> Option<Self> {
        let base = witness.url.as_ref()?.trim_end_matches('/');
        let url = format!("{base}/add-checkpoint");
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(REQUEST_WITHIN))
            .http_status_as_error(false)
            .max_redirects(0);
        Some(Asked {
            name: witness.name.clone(),
            free: Arc::new(Semaphore::new(1)),
            key: witness.key.clone(),
            url,
            seen: AtomicU64::new(0),
            shown: Shown::of(&witness.key, base),
            agent: config.build().into(),
        })
    }

    /// Asks for a cosignature of a checkpoint. Blocks for a request or three.
    pub(super) fn ask(
        &self,
        reader: &Reader,
        committed: &Committed,
        policy: &Policy,
    ) -> Result<NoteSignature, NotCosigned> {
        if let Some(shown) = &self.shown {
            shown.up_to(reader, committed, |url, request| self.post(url, request))?;
        }
        let note = String::from_utf8_lossy(&committed.checkpoint).into_owned();
        for _ in 0..TRIES {
            let old = TreeSize(self.seen.load(Ordering::Relaxed));
            if old > committed.size {
                return Err(NotCosigned::Ahead { seen: old, size: committed.size });
            }
            let proof = reader.prove_consistency(old, committed.size)?;
            let request = AddCheckpoint { old, proof, checkpoint: note.clone() };
            let (status, said) = self.post(&self.url, request.to_string().as_bytes())?;
            match (status, said.trim_end().parse::<TreeSize>()) {
                (200, _) => {
                    let cosignature = self.own_line(&note, &said, policy)?;
                    self.seen.store(committed.size.0, Ordering::Relaxed);
                    return Ok(cosignature);
                }
                (409, Ok(seen)) => self.seen.store(seen.0, Ordering::Relaxed),
                _ => {
                    let said = said.trim().chars().take(200).collect();
                    return Err(NotCosigned::Refused { status, said });
                }
            }
        }
        Err(NotCosigned::Restless)
    }

    fn post(&self, url: &str, request: &[u8]) -> Result<(u16, String), NotCosigned> {
        let failed = |error| NotCosigned::Http(Box::new(error));
        let post = self.agent.post(url).header("Content-Type", "text/plain; charset=utf-8");
        let mut answer = post.send(request).map_err(failed)?;
        let status = answer.status().as_u16();
        let said = answer.body_mut().with_config().limit(MAX_ANSWER_LEN).read_to_string().map_err(failed)?;
        Ok((status, said))
    }

    /// The witness's own line among those it answered, verified over the checkpoint it was asked about.
    fn own_line(&self, note: &str, said: &str, policy: &Policy) -> Result<NoteSignature, NotCosigned> {
        let keys = policy.logs().iter().map(|log| &log.key).chain([&self.key]);
        let (opened, verified) = SignedCheckpoint::open_verified(format!("{note}{said}").as_bytes(), keys)
            .map_err(|_| NotCosigned::NotItsOwn)?;
        let is_own =
            |line: &&NoteSignature| line.name == self.key.name().as_str() && line.id == self.key.id();
        let line = opened.note().signatures().iter().find(is_own).cloned();
        let signed = verified.iter().any(|by| *by.key == self.key);
        line.filter(|_| signed).ok_or(NotCosigned::NotItsOwn)
    }
}
