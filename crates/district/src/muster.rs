//! Before a start signs anything: does anybody hold more of this ledger than we do?
//!
//! A log that was restored from an old copy looks whole. Only others know better: each unit holds the newest checkpoint it has
//! verified, and the stream the one the district left there after its last commit. So the district asks every unit for a
//! hello, reads what waits in the stream without taking it, and stops if any checkpoint of ours in it is ahead of our log.
//! A unit that is not there now says its hello before it publishes, and is heard then.

use std::time::Duration;

use bytes::Bytes;
use prost::Message as _;
use socai_bus::{DistrictLink, Item, ReadError, ReaderConfig};
use socai_proto::v1;
use socai_tlog::{NoteKey, SignedCheckpoint, TreeSize, UnitNo};
use tokio::time::{Instant, timeout_at};

use crate::{
    answers::{Answer, Outgoing},
    error::DistrictError,
    ledger::Ledger,
};

/// How long units have to answer once the stream is read to its end: a hello takes milliseconds on a line that works.
const HEARD_WITHIN: Duration = Duration::from_secs(1);
/// Pause while the broker is not there.
const RETRY: Duration = Duration::from_millis(500);

/// The question and what an answer is held against.
pub(crate) struct Muster {
    calls: Vec<Outgoing>,
    own: NoteKey,
    size: TreeSize,
    from: Option<socai_bus::Cursor>,
    log: std::path::PathBuf,
}

impl Muster {
    /// For a ledger in which units have records; a new one has nobody to ask.
    pub(crate) fn of(
        ledger: &Ledger,
        from: Option<socai_bus::Cursor>,
    ) -> Result<Option<Self>, DistrictError> {
        let units = ledger.publishing_units();
        if units.is_empty() {
            return Ok(None);
        }
        let ask = |unit| Answer::Head {
            unit,
            head: ledger.head(unit).unwrap_or_else(|| ledger.genesis()),
            reason: v1::HeadReason::Gap,
            nonce: Bytes::new(),
            restore_from: None,
        };
        Ok(Some(Muster {
            calls: ledger.answer(units.into_iter().map(ask).collect())?,
            own: NoteKey::log(ledger.origin().clone(), ledger.operator()),
            size: ledger.checkpoint().size(),
            from,
            log: ledger.dir().log(),
        }))
    }

    /// Asks, and reads the stream to its end and a little on.
    ///
    /// # Errors
    /// A unit proves that our log is behind, or the broker refuses our key.
    pub(crate) async fn hear(&self, link: &DistrictLink) -> Result<(), DistrictError> {
        while let Err(error) = link.ready(HEARD_WITHIN).await {
            if matches!(error, socai_bus::BusError::Refused(_)) {
                return Err(error.into());
            }
            tracing::info!(%error, "waiting for the broker");
            tokio::time::sleep(RETRY).await;
        }
        link.ensure_stream().await?;
        for Outgoing { unit, payload } in &self.calls {
            link.send_down(*unit, payload.clone()).await?;
        }
        let mut reader = link.reader(ReaderConfig::from(self.from));
        let mut until = Instant::now() + HEARD_WITHIN;
        loop {
            match timeout_at(until, reader.next()).await {
                Err(_elapsed) => return Ok(()),
                Ok(Ok(Item::Message(arrived))) => {
                    self.hold(arrived.unit, &arrived.message)?;
                    if arrived.pending > 0 {
                        until = Instant::now() + HEARD_WITHIN;
                    }
                }
                Ok(Ok(Item::Reset(_) | Item::Gap(_))) => {}
                Ok(Err(error @ (ReadError::NoStream { .. } | ReadError::Unavailable { .. }))) => {
                    tracing::info!(%error, "the stream cannot be read yet");
                    tokio::time::sleep(RETRY).await;
                    until = Instant::now() + HEARD_WITHIN;
                }
                Ok(Err(error)) => tracing::warn!(%error, "the stream cannot be read"),
            }
        }
    }

    /// Whether a message carries a checkpoint of ours that our log does not reach.
    fn hold(&self, unit: UnitNo, message: &Bytes) -> Result<(), DistrictError> {
        let Ok(v1::Up { message: Some(v1::up::Message::Hello(hello)) }) = v1::Up::decode(message.clone())
        else {
            return Ok(());
        };
        match SignedCheckpoint::open(hello.checkpoint.as_bytes(), [&self.own]) {
            Ok(held) if held.size() > self.size => Err(DistrictError::BehindWard {
                unit,
                held: held.size().0,
                size: self.size,
                log: self.log.clone(),
            }),
            _ => Ok(()),
        }
    }
}
